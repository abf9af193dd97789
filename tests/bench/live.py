#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Forwarding through the queue: the daemon against its rivals, live, interleaved.

Three hosts in network namespaces of their own, client - gateway - server, joined by veth
pairs, IPv4 behind masquerade.  Every round measures every rival once, so that a ratio
compares what ran within seconds.  The sender has one core and the queue's reader another.
What fail-open lets pass unseen is counted as such: the queue's id tells how many packets
were really queued.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

from table import Row, progress, show

HERE = os.path.dirname(os.path.abspath(__file__))
QUEUES = "/proc/net/netfilter/nfnetlink_queue"
RULE = "-t mangle -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass"
NOTRACK = "iptables -w -t raw -A PREROUTING -i gc -p udp -j NOTRACK"
SKIP_BIT = 0x10000000
SKIP = f"-t mangle -A FORWARD -m connmark --mark {SKIP_BIT}/{SKIP_BIT} -j RETURN"
TWO = [f"-t mangle -A FORWARD -m cluster --cluster-total-nodes 2 --cluster-local-node {n} "
       f"--cluster-hash-seed 1 -j NFQUEUE --queue-num {n - 1} --queue-bypass" for n in (1, 2)]
TWO_CONF = "[queue]\nworkers = 2\n"
CONF = """[flow]
max = {flows}
per_burst = {per_burst}
[model]
path = {model}
[log]
syslog = no
"""
# Out of the queue after the first burst that is labelled, and not back in this round.
SKIP_CONF = """[mark]
enabled = yes
[queue]
skip_labelled = 1
resample_s = 500
[label]
unknown = no
"""
TICKS = os.sysconf("SC_CLK_TCK")
SENDER_CORE, READER_CORE = 0, 1


def run(command, **more):
    return subprocess.run(command.split() if isinstance(command, str) else command,
                          check=True, text=True, capture_output=True, **more).stdout


def placed(command, core=None, realtime=None):
    """The command on one core, and before all that has no real-time priority."""
    pin = ["taskset", "-c", str(core)] if core is not None else []
    first = ["chrt", "-f", str(realtime)] if realtime else []
    return [*pin, *first, *command]


def wait_for(what, ready, seconds=10):
    """Poll until ready() is true; an error that names what did not happen else."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            raise RuntimeError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.005)


class Net:
    """The hosts.  This process is in the gateway's namespace."""

    def __init__(self, client, server):
        self.client, self.server = client, server
        self.mac = self._read("gc", "address")

    @staticmethod
    def _read(device, name):
        with open(f"/sys/class/net/{device}/{name}", encoding="ascii") as f:
            return f.read().strip()

    def count(self):
        """Packets that came from the client, and that went out to the server."""
        return (int(self._read("gc", "statistics/rx_packets")),
                int(self._read("gs", "statistics/tx_packets")))

    def rules(self, rules):
        run("iptables -w -t mangle -F")
        for rule in rules:
            run("iptables -w " + rule)

    @staticmethod
    def on(host, command):
        return ["ip", "netns", "exec", host, *command]


def build_net(prefix):
    c, g, s = (f"{prefix}-{host}" for host in "cgs")
    for host in (c, g, s):
        run(f"ip netns add {host}")
    run(f"ip -n {g} link add gc type veth peer name cg netns {c}")
    run(f"ip -n {g} link add gs type veth peer name sg netns {s}")
    for host, device, address in ((c, "cg", "10.71.1.2/24"), (g, "gc", "10.71.1.1/24"),
                                  (g, "gs", "10.71.2.1/24"), (s, "sg", "10.71.2.2/24")):
        run(f"ip -n {host} addr add {address} dev {device}")
        run(f"ip -n {host} link set {device} up")
        run(f"ip -n {host} link set lo up")
    for last in range(10, 26):
        run(f"ip -n {c} addr add 10.71.1.{last}/24 dev cg")
    for last in range(3, 6):
        run(f"ip -n {s} addr add 10.71.2.{last}/24 dev sg")
    run(f"ip -n {c} route add default via 10.71.1.1")
    run(f"ip -n {s} route add default via 10.71.2.1")
    run(f"ip netns exec {g} sysctl -qw net.ipv4.ip_forward=1")
    run(f"ip netns exec {g} iptables -w -t nat -A POSTROUTING -o gs -j MASQUERADE")
    run(f"ip netns exec {s} iptables -w -t raw -A PREROUTING -p udp --dport 9000:30000 "
        "-j DROP")
    return c, g, s


def queue_row():
    """Length, dropped, dropped at the socket, last id, summed over queues; None without."""
    with open(QUEUES, encoding="ascii") as f:
        rows = [[int(x) for x in line.split()] for line in f]
    if not rows:
        return None
    sums = [sum(column) for column in zip(*rows)]
    return {"length": sums[2], "dropped": sums[5], "user_dropped": sums[6], "id": sums[7]}


def has_skipped():
    """Is there a TCP connection outside of the queue?"""
    with open("/proc/net/nf_conntrack", encoding="ascii") as f:
        marks = [int(m) for m in re.findall(r" tcp .* mark=(\d+)", f.read())]
    return any(m & SKIP_BIT for m in marks)


class Reader:
    """Whoever reads queue 0: started for one round, ended after it."""

    def __init__(self, command):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, stdout=self.errors, stderr=self.errors)
        wait_for("the queue to be bound", self._bound)

    def _bound(self):
        if self.process.poll() is not None:
            self.errors.seek(0)
            raise RuntimeError(f"reader ended: {self.errors.read()}")
        return queue_row() is not None

    def cpu(self):
        """User and system time so far, in seconds."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as f:
            v = f.read().rsplit(")", 1)[1].split()
        return int(v[11]) / TICKS, int(v[12]) / TICKS

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]) / 1024

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.errors.close()
        wait_for("the queue to be gone", lambda: queue_row() is None)


class Bench:
    def __init__(self, net, programs, rounds):
        self.net, self.programs, self.rounds = net, programs, rounds

    def readers(self, names):
        return [n for n in names if n in self.programs or n == "none"]

    def start(self, name, core, realtime):
        """Rules and reader of one rival."""
        rules = {"none": [], "skip": [SKIP, RULE], "two": TWO,
                 "bare two": TWO}.get(name, [RULE])
        self.net.rules(rules)
        # What skips the queue is counted by the kernel, as on a gateway.
        run(f"sysctl -qw net.netfilter.nf_conntrack_acct={int(name == 'skip')}")
        if name == "none":
            return None
        return Reader(placed(self.programs[name], core, realtime))

    def each(self, title, names, core=READER_CORE, realtime=None, share=1):
        """Every rival in every round, or in a share of them, five at least; the order
        turns, so that none is always first."""
        names = self.readers(names)
        rounds = max(min(5, self.rounds), round(self.rounds * share))
        for i in range(rounds):
            for name in names[i % len(names):] + names[:i % len(names)]:
                progress(f"{title}: round {i + 1} of {rounds}, {name}")
                reader = self.start(name, core, realtime)
                try:
                    yield name, reader
                finally:
                    if reader:
                        reader.end()
        progress("")

    def flood(self, how, flows, ms, rate=None, realtime=None):
        command = [os.path.join(BIN, "flood"), how, "cg", self.net.mac, str(flows), str(ms)]
        command += [str(rate)] if rate else []
        return self.net.on(self.net.client, placed(command, SENDER_CORE, realtime))

    def settle(self):
        """Until what was queued has gone out."""
        last = [None]

        def still():
            now, row = self.net.count(), queue_row()
            same = now == last[0] and not (row and row["length"])
            last[0] = now
            return same
        wait_for("the queue to drain", still)

    def udp_round(self, reader, how, flows, ms):
        """One round of full load; a dictionary of what was measured."""
        run(self.flood(how, flows, 300))
        self.settle()
        came, went = self.net.count()
        row = queue_row()
        user, system = reader.cpu() if reader else (0, 0)
        sent_ns = int(run(self.flood(how, flows, ms)).split()[1])
        went_in_time = self.net.count()[1] - went
        self.settle()
        user2, system2 = reader.cpu() if reader else (0, 0)
        row2, (came2, went2) = queue_row(), self.net.count()
        queued = 0
        if reader:
            queued = row2["id"] - row["id"] - (row2["user_dropped"] - row["user_dropped"])
        return {"kpps": went_in_time / sent_ns * 1e6,
                "lost": 1 - (went2 - went) / (came2 - came),
                "seen": queued / max(1, went2 - went) if reader else 0,
                "user_us": (user2 - user) / max(1, queued) * 1e6,
                "cpu_us": (user2 - user + system2 - system) / max(1, queued) * 1e6}

    def udp(self, how, flows, ms, bars, share=1):
        title = f"UDP by {how}, {flows:,} flows"
        rows = {"kpps": Row(f"{title}: forwarded", "kpps", bars),
                "seen_kpps": Row(f"{title}: forwarded and read", "kpps",
                                 {k: b for k, b in bars.items() if "none" not in k}),
                "lost": Row(f"{title}: lost", "%"),
                "unseen": Row(f"{title}: passed unread (fail-open)", "%"),
                "user_us": Row(f"{title}: reader's user time", "us/packet"),
                "cpu_us": Row(f"{title}: reader's user and system time", "us/packet")}
        for name, reader in self.each(title, ["bare", "nfclassd", "classic", "none"],
                                      share=share):
            got = self.udp_round(reader, how, flows, ms)
            rows["kpps"].add(name, got["kpps"])
            rows["lost"].add(name, 100 * got["lost"])
            if reader:
                rows["seen_kpps"].add(name, got["kpps"] * min(1, got["seen"]))
                rows["unseen"].add(name, 100 * max(0, 1 - got["seen"]))
                rows["user_us"].add(name, got["user_us"])
                rows["cpu_us"].add(name, got["cpu_us"])
        return list(rows.values())

    def workers(self, ms):
        """One worker and two, on the same core, so that neither takes from the sender; and
        what two queues cost the bare loop."""
        row = Row("UDP by packet, 1,000 flows: reader's user and system time", "us/packet",
                  {("two", "nfclassd"): None, ("bare two", "bare"): None})
        names = ["bare", "bare two", "nfclassd", "two"]
        for name, reader in self.each("workers", names, share=0.7):
            row.add(name, self.udp_round(reader, "packet", 1000, ms)["cpu_us"])
        return [row]

    def tcp(self, ms):
        """A download by one connection with every offload that veth has; two ends and a
        reader share the cores as the kernel likes.  What comes before it has left the queue,
        where it leaves it, does not count, for all alike."""
        row = Row("TCP bulk, offloads on", "Gbit/s", {
            ("nfclassd", "none"): 0.88, ("skip", "none"): 0.97, ("bare", "none"): None,
            ("nfclassd", "bare"): None, ("classic", "none"): None})
        server = subprocess.Popen(self.net.on(self.net.server, ["iperf3", "-s"]),
                                  stdout=subprocess.DEVNULL)
        try:
            names = ["none", "nfclassd", "skip", "bare", "classic"]
            for name, _ in self.each("TCP bulk", names, core=None):
                out = run(self.net.on(self.net.client, [
                    "iperf3", "-c", "10.71.2.2", "-R", "-J", "-O", "3", "-t", str(max(1, ms // 1000))]),
                    timeout=60)
                if name == "skip" and not has_skipped():
                    raise RuntimeError("the connection did not leave the queue")
                got = json.loads(out)["end"]["sum_received"]
                row.add(name, got["bits_per_second"] / 1e9)
        finally:
            server.kill()
            server.wait()
        return [row]

    def ping(self, count, rate):
        """Round trips beside a steady stream; smaller is better.  All run with real-time
        priority, the stream with the lowest: what is measured is the way, not the wait
        for other programs."""
        title = f"round trip beside {rate:,} packets/s"
        half = Row(f"{title}: p50", "us", {("nfclassd", "bare"): 1.05,
                                           ("classic", "bare"): None})
        tail = Row(f"{title}: p99", "us", {("nfclassd", "bare"): 1.25,
                                           ("classic", "bare"): None})
        ask, server = self.pong(count)
        try:
            names = ["none", "bare", "nfclassd", "classic"]
            for name, _ in self.each(title, names, realtime=2, share=0.7):
                stream = self.flood("socket", 1000, count, rate, 1)
                p50, p99, _ = self.ask_beside(ask, stream)
                half.add(name, p50)
                tail.add(name, p99)
        finally:
            server.kill()
            server.wait()
        return [half, tail]

    def pong(self, count):
        """The command that asks so often, and the server that answers."""
        pong = os.path.join(BIN, "pong")
        ask = placed([pong, "ask", "10.71.2.2", "7", str(count)], SENDER_CORE, 2)
        serve = placed([pong, "serve", "7"], READER_CORE, 2)
        server = subprocess.Popen(self.net.on(self.net.server, serve),
                                  stdout=subprocess.PIPE)
        server.stdout.readline()
        return ask, server

    def pause(self, flows, rate):
        """The longest round trip while bursts of thousands of flows end and are labelled:
        asking begins when the stream is over, a second before.  The reader is scheduled as
        any program: with real-time priority its output thread would never give way."""
        row = Row(f"longest round trip while 16 bursts of {flows // 16:,} flows end", "us",
                  {("nfclassd", "bare"): None})
        ask, server = self.pong(10000)
        try:
            for name, _ in self.each("pause", ["bare", "nfclassd"], core=None, share=0.5):
                run(self.flood("packet", flows, flows * 1050 // rate, rate))
                self.settle()
                row.add(name, float(run(self.net.on(self.net.client, ask)).split()[2]))
        finally:
            server.kill()
            server.wait()
        return [row]

    def memory(self, flows, rate):
        """Resident size once so many flows have come and gone silent; conntrack, which
        could not hold them, is left out of it."""
        row = Row(f"resident with {flows:,} idle flows", "MiB")
        if "large" not in self.programs:
            return []
        reader = self.start("large", READER_CORE, None)
        run(NOTRACK)
        try:
            row.add("nfclassd, none yet", reader.resident_mib())
            run(self.flood("packet", flows, flows * 1050 // rate, rate))
            self.settle()
            seen = queue_row()["id"]
            time.sleep(2)  # the time after which bursts end is what is waited for
            row.add("nfclassd", reader.resident_mib())
        finally:
            run(NOTRACK.replace("-A", "-D"))
            reader.end()
        row.what += f" ({seen:,} packets read)"
        return [row]

    def ask_beside(self, ask, stream):
        """The stream is longer than the asking and ended after it."""
        noise = subprocess.Popen(stream, stdout=subprocess.DEVNULL)
        try:
            return [float(v) for v in run(self.net.on(self.net.client, ask)).split()[:3]]
        finally:
            noise.terminate()
            noise.wait()


def prefer_us():
    """Whoever else works on this machine must not decide the result; all rivals alike."""
    os.setsid()
    os.nice(-20)
    try:
        with open("/proc/self/autogroup", "w", encoding="ascii") as f:
            f.write("-20")
    except OSError:
        pass  # a kernel without groups: nice alone does it


def daemon(args, flows, per_burst, model=None, more=""):
    """The daemon's command line, with a configuration of its own."""
    conf = os.path.join(args.folder, f"{flows}-{len(more)}.ini")
    with open(conf, "w", encoding="ascii") as f:
        f.write(CONF.format(model=os.path.abspath(model or args.model), flows=flows,
                            per_burst=per_burst) + more)
    return [os.path.abspath(args.nfclassd), "-f", "-c", conf]


def short_model(args):
    """A model whose bursts last a second at most, so that labels come early in a round; what
    they say does not matter."""
    for seed in range(4):
        label = os.path.join(args.folder, "set", "one" if seed < 2 else "two")
        os.makedirs(label, exist_ok=True)
        run([os.path.join(BIN, "mkcapture"), str(2 * seed + 1), "20000", "128",
             os.path.join(label, f"{seed}.pcap")])
    model = os.path.join(args.folder, "short.nfm")
    run([os.path.abspath(args.nfclass), "train", "-o", model, "--trees", "10", "--max", "1",
         os.path.join(args.folder, "set")])
    return model


def measure(args):
    """In the gateway's namespace: all benches that are asked for."""
    prefer_us()
    programs = {"bare": [os.path.join(BIN, "bare_queue")],
                "bare two": [os.path.join(BIN, "bare_queue"), "0", "1"],
                "classic": [os.path.join(BIN, "classic_queue")]}
    if args.nfclassd:
        programs["nfclassd"] = daemon(args, 2**18, 2**14)
        programs["two"] = daemon(args, 2**18, 2**14, more=TWO_CONF)
        programs["large"] = daemon(args, 2**20, 2**12)
    if args.nfclassd and args.nfclass:
        programs["skip"] = daemon(args, 2**18, 2**14, short_model(args), SKIP_CONF)
    bench = Bench(Net(*args.inside.split(",")), programs, args.rounds)
    bars = {("nfclassd", "bare"): 0.95, ("nfclassd", "classic"): 1.3,
            ("nfclassd", "none"): 0.70, ("bare", "none"): None, ("classic", "none"): None}
    many = {**bars, ("nfclassd", "bare"): 0.9}
    hard = {("nfclassd", "bare"): 0.95}
    benches = {"udp": lambda: bench.udp("socket", 1000, args.ms, bars),
               "udp100k": lambda: bench.udp("socket", 100000, args.ms, many),
               "flood": lambda: bench.udp("packet", 1000, args.ms, hard, 0.5),
               "workers": lambda: bench.workers(args.ms),
               "tcp": lambda: bench.tcp(args.ms),
               "ping": lambda: bench.ping(2 * args.ms, 50000),
               "pause": lambda: bench.pause(64000, 50000),
               "memory": lambda: bench.memory(10**6, 25000)}
    rows = []
    for name in args.only or benches:
        rows += benches[name]()
    show(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where the rivals are")
    parser.add_argument("--nfclassd", help="the daemon")
    parser.add_argument("--nfclass", help="the tool, which makes a model for skipping")
    parser.add_argument("--model", default=os.path.join(HERE, "../../models/cs4516.nfm"))
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--ms", type=int, default=1500, help="length of a round")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("only", nargs="*", metavar="udp|udp100k|flood|workers|tcp|ping|pause|memory")
    args = parser.parse_args()
    global BIN
    BIN = os.path.abspath(args.bin)
    if args.inside:
        return measure(args)
    if os.getuid() != 0:
        print("needs root: skipped")
        return 77
    prefix = f"nfc-{os.getpid()}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = tempfile.TemporaryDirectory(prefix="nfclass-bench-")
    try:
        client, gateway, server = build_net(prefix)
        return subprocess.run(["ip", "netns", "exec", gateway, sys.executable, __file__,
                               "--inside", f"{client},{server}", "--folder", folder.name,
                               *sys.argv[1:]], check=False).returncode
    finally:
        folder.cleanup()
        for host in "cgs":
            subprocess.run(["ip", "netns", "del", f"{prefix}-{host}"], check=False,
                           stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
