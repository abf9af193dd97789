# SPDX-License-Identifier: GPL-2.0-or-later
"""Rounds of rival measurements and the table that is made of them."""

import os
import statistics
import sys


def machine():
    """One line on the machine: processor, cores, memory, kernel."""
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB, "
            f"Linux {os.uname().release}")


class Row:
    """One thing measured for several rivals, a value for each in every round."""

    def __init__(self, what, unit, bars=None):
        """bars maps (ours, rival) to the ratio that is asked for."""
        self.what = what
        self.unit = unit
        self.bars = bars or {}
        self.values = {}

    def add(self, who, value):
        self.values.setdefault(who, []).append(value)

    def ratio(self, who, rival):
        """Median of the ratios within each round, or None."""
        pairs = zip(self.values.get(who, []), self.values.get(rival, []))
        ratios = [a / b for a, b in pairs if b]
        return statistics.median(ratios) if ratios else None

    def lines(self):
        for who, values in self.values.items():
            yield (self.what, who, self.unit, statistics.median(values), min(values),
                   max(values), self._ratios(who))

    def _ratios(self, who):
        found = []
        for (ours, rival), bar in self.bars.items():
            if ours == who and self.ratio(who, rival) is not None:
                asked = "" if bar is None else f" (bar {bar:g})"
                found.append(f"{self.ratio(who, rival):.3g} of {rival}{asked}")
        return ", ".join(found)


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def show(rows, note=""):
    """Print the table as Markdown."""
    print(f"\n{machine()}{note}\n")
    print("| what | who | unit | median | min | max | ratio in the same round |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        for what, who, unit, median, low, high, ratios in row.lines():
            print(f"| {what} | {who} | {unit} | {number(median)} | {number(low)} | "
                  f"{number(high)} | {ratios} |")
    sys.stdout.flush()


def progress(text):
    """Say on a terminal what goes on."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
