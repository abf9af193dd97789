#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Long TCP connections, and what becomes of them.

flows.py serve PORT...
    Does on each connection what its first line asks for: down (send without end), up
    (discard), both, or echo.  Tells on standard output how each one ended.
flows.py rates SECONDS WAY@ADDRESS@PORT...
    All at once; a line for each, "WAY@... down=MBIT up=MBIT acks=MBIT": medians over seconds
    of what arrived, after two seconds to settle.  acks are packets of the download without
    data, with all headers.
flows.py rtt ADDRESS PORT SECONDS
    The median time of an echo, in microseconds.
flows.py hold WAY@ADDRESS@PORT
    Tells "open" and, when the connection ends, how and when.
"""
import select
import socket
import statistics
import struct
import sys
import threading
import time

CHUNK = bytes(16384)
# In struct tcp_info, linux/tcp.h
BYTES_ACKED = 120
SEGS_IN = 140
DATA_SEGS_IN = 152
ACK_BYTES = {4: 66, 6: 86}  # Ethernet, IP, TCP with time stamps
SETTLE_S = 2


def say(*words):
    print(*words, flush=True)


def connected(address, port, way):
    s = socket.create_connection((address, int(port)), timeout=30)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.sendall(way.encode() + b"\n")
    s.settimeout(None)
    return s


def first_line(s):
    line = b""
    while not line.endswith(b"\n"):
        byte = s.recv(1)
        if not byte:
            break
        line += byte
    return line.decode().strip()


def pour(s):
    """Send until it fails; the receiving side tells why."""
    try:
        while True:
            s.send(CHUNK)
    except OSError:
        pass


def drink(s, count=None):
    """Receive until the end, and say how it came."""
    try:
        while True:
            data = s.recv(65536)
            if not data:
                return "closed"
            if count:
                count(len(data))
    except OSError as e:
        return e.__class__.__name__


def echo(s):
    try:
        while data := s.recv(4096):
            s.sendall(data)
        return "closed"
    except OSError as e:
        return e.__class__.__name__


def converse(s, way):
    if way == "echo":
        return echo(s)
    if way in ("down", "both"):
        threading.Thread(target=pour, args=(s,), daemon=True).start()
    return drink(s)


def answer(s):
    port = s.getsockname()[1]
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    way = first_line(s)
    say("ended", port, way, converse(s, way), f"{time.time():.3f}")
    s.close()


def serve(ports):
    listeners = []
    for port in ports:
        s = socket.socket(socket.AF_INET6)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        s.bind(("::", int(port)))
        s.listen(64)
        listeners.append(s)
    say("ready")
    while True:
        for s in select.select(listeners, [], [])[0]:
            threading.Thread(target=answer, args=(s.accept()[0],), daemon=True).start()


class Flow:
    """A connection whose bytes are counted as they arrive at either end."""

    def __init__(self, spec):
        self.spec = spec
        self.way, address, port = spec.split("@")
        self.received = 0
        self.ack_bytes = ACK_BYTES[6 if ":" in address else 4]
        self.samples = []
        self.socket = connected(address, port, self.way)
        threading.Thread(target=drink, args=(self.socket, self.count), daemon=True).start()
        if self.way in ("up", "both"):
            threading.Thread(target=pour, args=(self.socket,), daemon=True).start()

    def count(self, size):
        self.received += size

    def sample(self):
        info = self.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, DATA_SEGS_IN + 4)
        acked = struct.unpack_from("Q", info, BYTES_ACKED)[0]
        bare = (struct.unpack_from("I", info, SEGS_IN)[0] -
                struct.unpack_from("I", info, DATA_SEGS_IN)[0])
        self.samples.append((time.monotonic(), self.received, acked, self.ack_bytes * bare))

    def rate(self, which):
        return statistics.median(
            8e-6 * (b[which] - a[which]) / (b[0] - a[0])
            for a, b in zip(self.samples, self.samples[1:]))


def rates(seconds, specs):
    flows = [Flow(spec) for spec in specs]
    time.sleep(SETTLE_S)
    for i in range(int(seconds) + 1):
        if i:
            time.sleep(1)
        for flow in flows:
            flow.sample()
    for flow in flows:
        say(flow.spec, f"down={flow.rate(1):.3f}", f"up={flow.rate(2):.3f}",
            f"acks={flow.rate(3):.3f}")


def rtt(address, port, seconds):
    s = connected(address, port, "echo")
    times = []
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        began = time.monotonic()
        s.sendall(b"x" * 64)
        left = 64
        while left:
            left -= len(s.recv(left))
        times.append(time.monotonic() - began)
        time.sleep(0.01)
    say(f"{1e6 * statistics.median(times):.0f}")


def hold(spec):
    way, address, port = spec.split("@")
    s = connected(address, port, way)
    say("open")
    if way in ("up", "both"):
        threading.Thread(target=pour, args=(s,), daemon=True).start()
    say("ended", drink(s), f"{time.time():.3f}")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    {"serve": lambda *p: serve(p), "rates": lambda n, *specs: rates(n, specs),
     "rtt": rtt, "hold": hold}[what](*rest)
