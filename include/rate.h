/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef NFCLASS_RATE_H
#define NFCLASS_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* Rates in bits per second, in tc(8)'s words: 64kbit, 1.5mbit, 5 Mbit/s, 1gbit. */

#define RATE_MIN       8000ULL
#define RATE_MAX       400000000000ULL
#define RATE_ALLOWED   "a rate from 8kbit to 400gbit, like 500kbit, 1.5mbit or 1gbit"
#define RATE_TEXT_SIZE 32

/* false when text is none, or out of range; *rate is then untouched. */
bool rate_parse(const char *text, uint64_t *rate);

/* In the largest unit that loses nothing, into buf, which is returned. */
const char *rate_text(uint64_t rate, char buf[static RATE_TEXT_SIZE]);

#endif
