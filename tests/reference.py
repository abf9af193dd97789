#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""An independent reading of the design: what `nfclass extract --features seed15` must
print, with numpy and scipy and nothing of the C sources.

usage: reference.py TRACE|DIR...          CSV to stdout, a row a burst-flow
       reference.py --compare MINE THEIRS two such files hold the same, to precision
"""
import csv
import ipaddress
import math
import os
import struct
import sys

import numpy as np
from scipy import stats

MTU = 1500
GAP_US = 1_000_000
COLUMNS = ("trace,label,burst,client,client_port,server,server_port,proto,first,last,"
           "pkts_sent,pkts_rcvd,bytes_sent,bytes_rcvd").split(",")
FEATURES = ("protocol,byte_ratio,packet_ratio,len_mean,len_min,len_max,len_std,"
            "len_kurtosis,len_skew,gap_mean,gap_min,gap_max,gap_std,gap_kurtosis,"
            "gap_skew").split(",")
ETHERTYPES = {0x0800: 4, 0x86DD: 6}
VLANS = (0x8100, 0x88A8, 0x9100)
PROTOCOLS = {6: "TCP", 17: "UDP"}


class Unusable(Exception):
    """A packet that belongs to no burst."""


def pcap_records(path):
    """Link type, microseconds and captured bytes of each packet of a classic pcap."""
    with open(path, "rb") as f:
        data = f.read()
    order, per_us = {b"\xd4\xc3\xb2\xa1": ("<", 1), b"\xa1\xb2\xc3\xd4": (">", 1),
                     b"\x4d\x3c\xb2\xa1": ("<", 1000), b"\xa1\xb2\x3c\x4d": (">", 1000),
                     }[data[:4]]
    link = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    at = 24
    while at + 16 <= len(data):
        sec, frac, caplen, _ = struct.unpack_from(order + "IIII", data, at)
        at += 16
        if at + caplen > len(data):
            return
        yield link, sec * 1_000_000 + frac // per_us, data[at:at + caplen]
        at += caplen


def need(data, size):
    if len(data) < size:
        raise Unusable("short")


def untag(ethertype, data):
    while ethertype in VLANS:
        need(data, 4)
        ethertype, data = struct.unpack_from(">H", data, 2)[0], data[4:]
    if ethertype not in ETHERTYPES:
        raise Unusable("not IP")
    return ETHERTYPES[ethertype], data


def strip_link(link, data):
    """IP version and the bytes from the IP header on."""
    if link == 1:
        need(data, 14)
        return untag(struct.unpack_from(">H", data, 12)[0], data[14:])
    if link == 113:
        need(data, 16)
        return untag(struct.unpack_from(">H", data, 14)[0], data[16:])
    if link == 276:
        need(data, 20)
        return untag(struct.unpack_from(">H", data, 0)[0], data[20:])
    if link in (0, 108):
        need(data, 4)
        data = data[4:]
    elif link not in (12, 14, 101, 228, 229):
        raise Unusable("link type")
    need(data, 1)
    return data[0] >> 4, data


def parse_ipv4(d):
    """Source, destination, protocol, header length, length, whether more fragments follow."""
    need(d, 20)
    head, length = (d[0] & 15) * 4, struct.unpack_from(">H", d, 2)[0]
    if d[0] >> 4 != 4 or head < 20 or length < head:
        raise Unusable("bad length")
    need(d, head)
    fragment = struct.unpack_from(">H", d, 6)[0]
    if fragment & 0x1FFF:
        raise Unusable("later fragment")
    return d[12:16], d[16:20], d[9], head, length, bool(fragment & 0x2000)


def parse_ipv6(d):
    need(d, 40)
    payload, proto = struct.unpack_from(">HB", d, 4)
    if d[0] >> 4 != 6 or payload == 0:
        raise Unusable("bad length")
    length, head, first = 40 + payload, 40, False
    while proto in (0, 43, 44, 51, 60, 135, 139, 140):
        need(d, head + 8)
        if proto == 44:
            fragment = struct.unpack_from(">H", d, head + 2)[0]
            first = bool(fragment & 1)
            if fragment & 0xFFF8:
                raise Unusable("later fragment")
        size = {44: 8, 51: (d[head + 1] + 2) * 4}.get(proto, (d[head + 1] + 1) * 8)
        proto, head = d[head], head + size
        if head > length:
            raise Unusable("bad length")
    return d[8:24], d[24:40], proto, head, length, first


def parse(link, data):
    """(source, port), (destination, port), protocol, lengths of the packets it is."""
    version, d = strip_link(link, data)
    if version not in (4, 6):
        raise Unusable("not IP")
    src, dst, proto, head, length, more = (parse_ipv4 if version == 4 else parse_ipv6)(d)
    if proto not in PROTOCOLS:
        raise Unusable("neither TCP nor UDP")
    d = d[head:length]
    if proto == 17:
        need(d, 8)
        size = struct.unpack_from(">H", d, 4)[0]
        if size < 8 or (size > length - head and not more):
            raise Unusable("bad length")
        lengths = [length]
    else:
        need(d, 20)
        head += (d[12] >> 4) * 4
        if d[12] >> 4 < 5 or head > length:
            raise Unusable("bad length")
        lengths = segments(length, head)
    sport, dport = struct.unpack_from(">HH", d)
    return (src, sport), (dst, dport), proto, lengths


def segments(length, head):
    if length <= MTU:
        return [length]
    n = math.ceil((length - head) / (MTU - head))
    return [MTU] * (n - 1) + [length - (n - 1) * (MTU - head)]


def private(addr):
    if len(addr) == 16:
        return addr[0] & 0xFE == 0xFC or (addr[0] == 0xFE and addr[1] & 0xC0 == 0x80)
    return (addr[0] == 10 or (addr[0] == 172 and addr[1] & 0xF0 == 16)
            or addr[:2] == b"\xc0\xa8")


def client_first(src, dst):
    """The two ends, client first, as the first packet of their flow decides it."""
    if private(dst[0]) and not private(src[0]):
        return dst, src
    return src, dst


def burst_flows(path):
    """Number of the burst, flow, and its packets as (microseconds, signed length)."""
    flows, bursts, ended, now = {}, {}, [], 0
    for link, time, data in pcap_records(path):
        now = max(now, time)
        try:
            src, dst, proto, lengths = parse(link, data)
        except Unusable:
            continue
        known = frozenset((src, dst)), proto
        flow = flows.setdefault(known, (*client_first(src, dst), proto))
        burst = bursts.get(flow[0][0])
        if burst is None or now - burst["last"] > GAP_US:
            burst = bursts[flow[0][0]] = {"flows": {}}
            ended.append(burst)
        burst["last"] = now
        sign = 1 if src == flow[0] else -1
        burst["flows"].setdefault(flow, []).extend((now, sign * n) for n in lengths)
    for number, burst in enumerate(ended, 1):
        for flow, packets in burst["flows"].items():
            yield number, flow, packets


def moments(values):
    """Mean, least, greatest, deviation, kurtosis, skew; values are exact integers."""
    if not values:
        return [0.0] * 6
    v = np.array(values, dtype=np.float64)
    shape = [0.0] * 3
    if len(v) >= 3 and v.min() < v.max():
        v -= v[0]
        shape = [np.std(v), stats.kurtosis(v, bias=True), stats.skew(v, bias=True)]
    return [sum(values) / len(values), min(values), max(values), *shape]


def ratio(a, b):
    return max(a, b) / min(a, b) if a and b else 0.0


def row(trace, number, flow, packets):
    (client, cport), (server, sport), proto = flow
    sent = [n for _, n in packets if n > 0]
    rcvd = [-n for _, n in packets if n < 0]
    times = [t for t, _ in packets]
    gaps = moments([b - a for a, b in zip(times, times[1:])])
    gaps[:4] = [g / 1e6 for g in gaps[:4]]
    features = [1 if proto == 6 else 0, ratio(sum(sent), sum(rcvd)),
                ratio(len(sent), len(rcvd)), *moments([abs(n) for _, n in packets]), *gaps]
    return [trace, os.path.basename(os.path.dirname(os.path.abspath(trace))), number,
            address(client), cport, address(server), sport, PROTOCOLS[proto],
            seconds(times[0]), seconds(times[-1]), len(sent), len(rcvd), sum(sent),
            sum(rcvd), *(f"{x:.17g}" for x in features)]


def address(raw):
    return str(ipaddress.ip_address(raw))


def seconds(us):
    return f"{us // 1_000_000}.{us % 1_000_000:06d}"


def traces(paths):
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        for top, dirs, files in os.walk(path):
            dirs.sort()
            yield from (os.path.join(top, f) for f in sorted(files))


def extract(paths):
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS + FEATURES)
    for trace in traces(paths):
        for flow in burst_flows(trace):
            out.writerow(row(trace, *flow))


def load(path):
    """Rows by what identifies a burst-flow."""
    rows = {}
    with open(path, newline="") as f:
        for r in csv.DictReader(f):
            key = (os.path.normpath(r["trace"]), r["client"], r["client_port"],
                   r["server"], r["server_port"], r["proto"], r["first"])
            if key in rows:
                sys.exit(f"{path}: twice: {key}")
            rows[key] = r
    return rows


def close(name, a, b):
    relative = 1e-4 if "kurtosis" in name or "skew" in name else 1e-6
    return abs(a - b) <= max(1e-6, relative * max(abs(a), abs(b)))


def differences(mine, theirs):
    for key in sorted(mine.keys() ^ theirs.keys()):
        yield f"only {'here' if key in mine else 'there'}: {key}"
    pairs, back = {}, {}
    for key in sorted(mine.keys() & theirs.keys()):
        m, t = mine[key], theirs[key]
        for name in COLUMNS[1:2] + COLUMNS[9:]:
            if m[name] != t[name]:
                yield f"{key}: {name} {m[name]} here, {t[name]} there"
        for name in FEATURES:
            if not close(name, float(m[name]), float(t[name])):
                yield f"{key}: {name} {m[name]} here, {t[name]} there"
        ours, other = (key[0], m["burst"]), (key[0], t["burst"])
        if pairs.setdefault(ours, other) != other or back.setdefault(other, ours) != ours:
            yield f"{key}: in burst {ours[1]} here, in {other[1]} there"


def compare(mine, theirs):
    mine, theirs = load(mine), load(theirs)
    found = list(differences(mine, theirs))
    for line in found[:20]:
        print(line)
    print(f"{len(mine)} burst-flows here, {len(theirs)} there, {len(found)} differences")
    return 1 if found or not mine else 0


def main(argv):
    if len(argv) == 4 and argv[1] == "--compare":
        return compare(argv[2], argv[3])
    if len(argv) < 2 or argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    extract(argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
