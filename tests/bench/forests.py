#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Forests: learning, voting and size against scikit-learn and ONNX Runtime.

Every round fits each forest anew.  Times to learn are CPU seconds on one thread; ours are
given twice, the fit alone and `nfclass train` whole with reading, calibration and
writing."""

import argparse
import lzma
import os
import subprocess
import sys
import tempfile

import numpy as np

from captures import cpu_of
from table import Row, progress, show

HERE = os.path.dirname(os.path.abspath(__file__))
SET = ("protocol byte_ratio packet_ratio len_mean len_min len_max len_std len_kurtosis "
       "len_skew gap_mean gap_min gap_max gap_std gap_kurtosis gap_skew").split()


def synthetic(path, rows, classes):
    """Burst-flows as a gateway sees them: overlapping classes, heavy tails, few values in
    some columns."""
    draw = np.random.default_rng(classes)
    label = draw.integers(classes, size=rows)
    centre = draw.normal(0, 0.5, (classes, len(SET)))
    x = np.exp(centre[label] + draw.normal(0, 1, (rows, len(SET))))
    x[:, 0] = draw.random(rows) < 0.9
    x[:, 4] = np.floor(40 + 10 * x[:, 4])
    x[:, 5] = np.minimum(1500, np.floor(400 * x[:, 5]))
    with open(path, "w", encoding="ascii") as f:
        f.write("label,trace,burst," + ",".join(SET) + "\n")
        for i in range(rows):
            values = ",".join(f"{v:.6g}" for v in x[i])
            f.write(f"c{label[i]:02},c{label[i]:02}-{i // 40},{i + 1},{values}\n")


def numbers(command, **more):
    """The KEY=NUMBER line of a program, or None when it cannot run here."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        print(f"{command[0]}: {done.stderr.strip()[-200:]}", file=sys.stderr)
        return None
    return {k: float(v) for k, v in (p.split("=") for p in done.stdout.split())}


def plain_env():
    """Settings that slow a current BLAS down must not count against the rival."""
    return {k: v for k, v in os.environ.items()
            if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}


def rows_for(title, fit_bar):
    """All figures of one data set; smaller is better, so ratios are rival to ours."""
    return {
        "fit": Row(f"{title}: learn", "CPU s", {("scikit-learn", "ours"): fit_bar,
                                                ("scikit-learn", "nfclass train"): None}),
        "mib": Row(f"{title}: resident after learning", "MiB",
                   {("scikit-learn", "ours"): 3 if "fgnet" in title else None}),
        "one": Row(f"{title}: vote on one row, warm", "us",
                   {("scikit-learn", "ours"): 300, ("ONNX Runtime", "ours"): 4}),
        "cold": Row(f"{title}: vote on one row, caches cold", "us"),
        "batch": Row(f"{title}: vote on 10,000 rows", "us/row",
                     {("scikit-learn", "ours"): 3, ("ONNX Runtime", "ours"): None}),
        "size": Row(f"{title}: model file", "KiB", {("scikit-learn", "ours"): 30}),
    }


def add(rows, who, got):
    if not got:
        return
    for key, name, scale in (("fit", "fit_s", 1), ("mib", "resident_mib", 1),
                             ("one", "one_ns", 1e-3), ("cold", "cold_ns", 1e-3),
                             ("batch", "batch_ns", 1e-3), ("size", "pickle_bytes", 2**-10)):
        if name in got:
            rows[key].add(who, got[name] * scale)


def ours(args, rows, path, trees, folder):
    speed = [os.path.join(args.bin, "forest_speed"), path, str(trees), "1"]
    got = numbers(speed)
    got["resident_mib"] = cpu_of(speed)[1]
    model = os.path.join(folder, "model.nfm")
    seconds, _ = cpu_of([args.nfclass, "train", "-o", model, "--trees", str(trees),
                         "--mtry", "0", "--threads", "1", path])
    got["pickle_bytes"] = os.path.getsize(model)
    add(rows, "ours", got)
    rows["fit"].add("nfclass train", seconds)


def measure(args, title, path, trees, fit_bar):
    rows = rows_for(title, fit_bar)
    with tempfile.TemporaryDirectory(prefix="nfclass-bench-") as folder:
        onnx = os.path.join(folder, "forest.onnx") if args.onnx else None
        for i in range(args.rounds):
            progress(f"{title}: round {i + 1} of {args.rounds}")
            if args.nfclass:
                ours(args, rows, path, trees, folder)
            sklearn = [sys.executable, os.path.join(HERE, "sklearn_speed.py"), path,
                       str(trees)] + ([onnx] if onnx else [])
            add(rows, "scikit-learn", numbers(sklearn, env=plain_env()))
            if onnx:
                add(rows, "ONNX Runtime", numbers(
                    ["node", os.path.join(HERE, "onnx_speed.js"), onnx],
                    env={**os.environ, "NODE_PATH": args.onnx}))
    progress("")
    return list(rows.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="where forest_speed is")
    parser.add_argument("--nfclass", help="the program")
    parser.add_argument("--onnx", help="node_modules with onnxruntime-node")
    parser.add_argument("--data", help="folder with fgnet-d1-features.csv.xz")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--d1-trees", type=int, default=10)
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix="nfclass-bench-") as folder:
        for classes, bar in ((5, 7), (50, 8.5)):
            path = os.path.join(folder, f"{classes}.csv")
            synthetic(path, 20000, classes)
            rows += measure(args, f"20,000 rows, {classes} classes, {args.trees} trees",
                            path, args.trees, bar)
        packed = os.path.join(args.data or "", "fgnet-d1-features.csv.xz")
        if args.data and os.path.exists(packed) and args.d1_trees:
            path = os.path.join(folder, "d1.csv")
            with lzma.open(packed) as source, open(path, "wb") as out:
                out.write(source.read())
            rows += measure(args, f"fgnet-d1, {args.d1_trees} trees", path,
                            args.d1_trees, 9)
    show(rows)


if __name__ == "__main__":
    main()
