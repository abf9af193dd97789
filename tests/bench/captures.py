#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures: `nfclass extract` against a bare libpcap loop and the tools people use.

Rates are packets per CPU second, user and system time of the whole process, start
included: other programs on the machine weigh less on it than on a clock.  The captures are
made from a seed and read once before, so that they come from the page cache."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

from table import Row, progress, show

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = 1
FIELDS = ("frame.time_epoch ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport "
          "udp.srcport udp.dstport ip.len ipv6.plen").split()


def cpu_of(command):
    """Run to the end; CPU seconds and the largest resident size in MiB, which is never
    less than ours: a child begins as a copy."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        _, status, use = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]}: exit code {process.returncode}")
    return use.ru_utime + use.ru_stime, use.ru_maxrss / 1024


def fields(extra):
    return [v for name in extra for v in ("-e", name)]


def rivals(args, capture, few):
    """Name, command, packets that it reads, in the order of a round."""
    readcap = [os.path.join(args.bin, "readcap"), capture]
    found = [("bare", readcap, args.packets),
             ("bare, buffered", [*readcap, "buffered"], args.packets)]
    if args.nfclass:
        found.append(("nfclass", [args.nfclass, "extract", capture], args.packets))
        found.append(("nfclass full",
                      [args.nfclass, "extract", "--features", "full", capture],
                      args.packets))
    if shutil.which("ndpiReader"):
        found.append(("ndpiReader", ["ndpiReader", "-q", "-i", capture], args.packets))
    if shutil.which("tshark"):
        found.append(("tshark fields", ["tshark", "-r", few, "-n", "-T", "fields",
                                        *fields(FIELDS)], args.packets // 10))
        found.append(("tshark pdml (pyshark)", ["tshark", "-r", few, "-n", "-T", "pdml"],
                      args.packets // 10))
    return found


def scapy_kpps(few):
    loop = subprocess.run([sys.executable, os.path.join(HERE, "scapy_loop.py"), few],
                          capture_output=True, text=True, check=False)
    if loop.returncode:
        return None
    packets, seconds = loop.stdout.split()
    return int(packets) / float(seconds) / 1000


def bars(cut):
    if cut:
        return {("nfclass", "bare"): 0.5, ("nfclass", "bare, buffered"): None}
    return {("nfclass", "bare"): 0.75, ("nfclass", "bare, buffered"): None,
            ("nfclass full", "bare"): None,
            ("nfclass", "ndpiReader"): 3, ("nfclass", "tshark fields"): 70,
            ("nfclass", "tshark pdml (pyshark)"): None, ("nfclass", "scapy"): 300}


def measure(args, folder, name, snaplen):
    """One capture, all rivals; frames cut to headers are for those that can read them."""
    full, few = (os.path.join(folder, f"{name}{n}.pcap") for n in ("", "-few"))
    for path, packets in ((full, args.packets), (few, args.packets // 10)):
        subprocess.run([os.path.join(args.bin, "mkcapture"), str(SEED), str(packets),
                        str(snaplen), path], check=True)
    rate = Row(f"{name}: packets read", "kpackets/CPU s", bars(snaplen < 1500))
    memory = Row(f"{name}: resident", "MiB")
    who = rivals(args, full, few)
    if snaplen < 1500:
        who = [w for w in who if "bare" in w[0] or w[0] == "nfclass"]
    for i in range(args.rounds):
        for tool, command, packets in who:
            progress(f"{name}: round {i + 1} of {args.rounds}, {tool}")
            seconds, mib = cpu_of(command)
            rate.add(tool, packets / seconds / 1000)
            memory.add(tool, mib)
        kpps = scapy_kpps(few) if snaplen >= 1500 else None
        if kpps:
            rate.add("scapy", kpps)
    progress("")
    return [rate, memory]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where the rivals are")
    parser.add_argument("--nfclass", help="the program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--packets", type=int, default=523569)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nfclass-bench-") as folder:
        rows = measure(args, folder, "full frames", 65535)
        rows += measure(args, folder, "frames cut to 96 bytes", 96)
    show(rows)


if __name__ == "__main__":
    main()
