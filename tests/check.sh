#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Install what is missing, build, and run every test: `sudo sh tests/check.sh`.  Without
# root nothing is installed, and tests that need a kernel of their own are skipped.
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/setup.sh
setup build run test
exec make -s -j"$(nproc)" --no-print-directory check
