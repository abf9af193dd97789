#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Write small captures that real ones rarely are: every link type, VLAN tags, IPv6
extension headers, fragments, superpackets, cut and broken packets, time going back.

usage: oddcap.py DIR SEED                 the same seed writes the same bytes
"""
import os
import random
import struct
import sys

LINKS = {"ether": 1, "raw": 101, "sll": 113, "sll2": 276, "null": 0, "loop": 108}
FILES = {"le-us": (0xA1B2C3D4, "<", 1), "be-us": (0xA1B2C3D4, ">", 1),
         "le-ns": (0xA1B23C4D, "<", 1000), "be-ns": (0xA1B23C4D, ">", 1000)}
HOSTS4 = [bytes((192, 168, 1, 7)), bytes((10, 0, 0, 9)), bytes((172, 31, 255, 1)),
          bytes((172, 32, 0, 1)), bytes((8, 8, 4, 4)), bytes((198, 51, 100, 3))]
HOSTS6 = [bytes.fromhex(a.ljust(32, "0")) for a in
          ("fd00aa", "fe80bb", "fec0", "20010db8", "26064700")]


def tcp(rng, sport, dport):
    options = 4 * rng.choice((0, 0, 3, 10))
    return struct.pack(">HHIIBBHHH", sport, dport, rng.getrandbits(32), 0,
                       (20 + options) << 2, 0x18, 1024, 0, 0) + bytes(options)


def transport(rng, proto, ports, size):
    """Header, and how many bytes of it and its payload there are on the wire."""
    if proto == 6:
        head = tcp(rng, *ports)
        return head, len(head) + size
    if proto == 17:
        return struct.pack(">HHHH", *ports, 8 + size, 0), 8 + size
    return bytes(8), 8 + size


def ipv4(rng, src, dst, proto, ports, size):
    body, length = transport(rng, proto, ports, size)
    options = 4 * rng.choice((0, 0, 0, 1, 10))
    fragment = rng.choice((0,) * 8 + (0x4000, 0x2000, 0x2010, 0x0009))
    if fragment == 0x2000: # the first of several holds a part
        length = max(len(body), length // 2)
    head = struct.pack(">BBHHHBBH4s4s", 0x45 + options // 4, 0, 20 + options + length, 1,
                       fragment, 64, proto, 0, src, dst)
    return head + bytes(options) + body, length + 20 + options


def extension(rng, kind, following):
    if kind == 44:
        offset = rng.choice((0x0000, 0x0001, 0x0000, 0x0008, 0x00F1))
        return struct.pack(">BBHI", following, 0, offset, 7)
    units = rng.choice((0, 1, 3))
    size = (units + 2) * 4 if kind == 51 else (units + 1) * 8
    return bytes((following, units)) + bytes(size - 2)


def ipv6(rng, src, dst, proto, ports, size):
    body, length = transport(rng, proto, ports, size)
    following, chain = proto, b""
    for kind in rng.sample((0, 43, 60, 51, 44), rng.choice((0, 0, 1, 2, 4))):
        header = extension(rng, kind, following)
        following, chain = kind, header + chain
    head = struct.pack(">IHBB", 6 << 28, len(chain) + length, following, 64) + src + dst
    return head + chain + body, 40 + len(chain) + length


def framed(rng, link, ip):
    """The link layer's bytes before a packet, with up to two VLAN tags where it can."""
    kind = 0x86DD if ip[0] >> 4 == 6 else 0x0800
    if link in (1, 113, 276):
        tags = rng.choice(((), (), (0x8100,), (0x88A8, 0x8100)))
        types = (*tags, kind)
        tagged = b"".join(struct.pack(">HH", 5, t) for t in types[1:])
        if link == 1:
            return bytes(12) + struct.pack(">H", types[0]) + tagged + ip
        if link == 113:
            return struct.pack(">HHH8sH", 0, 1, 6, bytes(8), types[0]) + tagged + ip
        return struct.pack(">HHIHBB8s", types[0], 0, 2, 1, 0, 6, bytes(8)) + tagged + ip
    if link in (0, 108):
        family = 10 if kind == 0x86DD else 2
        return struct.pack("<I" if link == 0 else ">I", family) + ip
    return ip


def broken(rng, packet):
    """Now and then cut it short, or turn one byte of it over."""
    chance = rng.random()
    if chance < 0.03:
        return packet[:rng.randrange(len(packet) + 1)]
    if chance < 0.06:
        at = rng.randrange(len(packet))
        return packet[:at] + bytes((packet[at] ^ (1 << rng.randrange(8)),)) + packet[at + 1:]
    return packet


def conversation(rng):
    """A handful of flows; each packet takes one of them in one of its directions."""
    hosts, make = rng.choice(((HOSTS4, ipv4), (HOSTS6, ipv6)))
    a, b = rng.sample(hosts, 2)
    ports = [rng.choice((80, 443, 53, 5353, 40000, 40001)) for _ in "ab"]
    return make, [a, b], rng.choice((6, 6, 17, 17, 1)), ports


def packets(rng, count):
    flows = [conversation(rng) for _ in range(12)]
    for _ in range(count):
        make, hosts, proto, ports = rng.choice(flows)
        step = rng.choice((1, 1, -1))
        size = rng.choice((0, 0, 1, 100, 1460, 1461, 2920, rng.randrange(20000)))
        yield make(rng, *hosts[::step], proto, ports[::step], size)


def write(path, rng, link, magic, order, per_us):
    time = 1_500_000_000_000_000
    with open(path, "wb") as f:
        f.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link))
        for ip, length in packets(rng, 300):
            time += rng.choice((0, 1, 900, 40_000, 250_000, 999_999, 1_000_000, 1_000_001))
            shown = time - rng.choice((0,) * 9 + (700_000,))
            cut = rng.choice((len(ip), len(ip) + min(4, length - len(ip))))
            frame = framed(rng, link, broken(rng, ip.ljust(cut, b"\0")) or b"\0")
            f.write(struct.pack(order + "IIII", shown // 1_000_000,
                                shown % 1_000_000 * per_us, len(frame),
                                len(frame) + length - len(ip)) + frame)


def main(argv):
    if len(argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    for kind, (magic, order, per_us) in FILES.items():
        for name, link in LINKS.items():
            rng = random.Random(f"{argv[2]} {kind} {name}")
            write(os.path.join(argv[1], f"{name}-{kind}.pcap"), rng, link, magic, order,
                  per_us)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
