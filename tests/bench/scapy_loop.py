#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a student would write: scapy reads a capture, a dictionary keeps its flows.

Prints packets and the CPU seconds of the loop alone."""

import sys
import time

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.utils import PcapReader


def loop(path):
    flows, packets = {}, 0
    with PcapReader(path) as reader:
        for packet in reader:
            packets += 1
            ip = packet.getlayer(IP) or packet.getlayer(IPv6)
            l4 = packet.getlayer(TCP) or packet.getlayer(UDP)
            if ip is None or l4 is None:
                continue
            key = (ip.src, l4.sport, ip.dst, l4.dport)
            flow = flows.setdefault(key, [0, 0, float(packet.time)])
            flow[0] += 1
            flow[1] += ip.len if IP in packet else 40 + ip.plen
            flow[2] = float(packet.time)
    return packets


if __name__ == "__main__":
    start = time.process_time()
    count = loop(sys.argv[1])
    print(count, time.process_time() - start)
