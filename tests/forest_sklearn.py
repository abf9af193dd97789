#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our forest against scikit-learn's on the same splits.

forest_sklearn.py --make ROWS CLASSES >CSV     writes a set with the columns of seed15
forest_sklearn.py NFCLASS DIR CSV REPEATS      trains both on half of the traces of each
                                               class and judges them on the other half;
                                               fails when ours has a weighted F1 or an
                                               accuracy more than 0.005 lower on average
"""
import csv
import json
import os
import subprocess
import sys

import numpy as np

SEED15 = (
    "protocol byte_ratio packet_ratio len_mean len_min len_max len_std len_kurtosis "
    "len_skew gap_mean gap_min gap_max gap_std gap_kurtosis gap_skew"
).split()
TREES = 100
# As scikit-learn's own; FOREST_OPTIONS= compares the defaults of both.
OPTIONS = os.environ.get("FOREST_OPTIONS", "--mtry 0").split()
ALLOWED = 0.005


def make(rows, classes):
    """Heavy tails, several modes a class, and some features of few values."""
    rng = np.random.default_rng(7)
    label = rng.integers(0, classes, rows)
    centre = rng.normal(0, 0.8, (classes, 3, len(SEED15)))
    z = centre[label, rng.integers(0, 3, rows)] + rng.normal(0, 1, (rows, len(SEED15)))
    x = np.exp(1.2 * z)
    x[:, 0] = z[:, 0] > 0
    x[:, 4] = np.round(20 * x[:, 4])
    x[:, 5] = np.minimum(1500, np.round(300 * x[:, 5]))
    out = csv.writer(sys.stdout)
    out.writerow(["label", "trace", "burst"] + SEED15)
    for i in range(rows):
        values = ["%.9g" % v for v in x[i].astype(np.float32)]
        out.writerow(["app%d" % label[i], "t%d" % (i // 20), i] + values)


def read(path):
    with open(path, newline="") as f:
        rows = list(csv.reader(f))
    head, body = rows[0], rows[1:]
    at = [head.index(name) for name in SEED15]
    x = np.array([[r[i] for i in at] for r in body], dtype=np.float64).astype(np.float32)
    label = np.array([r[head.index("label")] for r in body])
    trace = np.array([r[head.index("trace")] for r in body])
    return head, body, x, label, trace


def split(label, trace, rng):
    """True for rows to learn from: half of the traces of each class."""
    learn = np.zeros(len(label), dtype=bool)
    for name in np.unique(label):
        traces = rng.permutation(np.unique(trace[label == name]))
        chosen = set(traces[: (len(traces) + 1) // 2])
        learn |= (label == name) & np.array([t in chosen for t in trace])
    return learn


def write(path, head, rows):
    with open(path, "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(head)
        out.writerows(rows)


def ours(nfclass, folder, head, body, learn, seed):
    write(folder + "/learn.csv", head, [r for r, take in zip(body, learn) if take])
    write(folder + "/judge.csv", head, [r for r, take in zip(body, learn) if not take])
    subprocess.run(
        [nfclass, "train", "-o", folder + "/m.nfm", "--trees", str(TREES), "--seed",
         str(seed), *OPTIONS, folder + "/learn.csv"],
        check=True, capture_output=True)
    subprocess.run(
        [nfclass, "eval", "--alone", "--json", folder + "/m.json", folder + "/m.nfm",
         folder + "/judge.csv"],
        check=True, capture_output=True)
    with open(folder + "/m.json") as f:
        scores = json.load(f)["scores"]
    return [scores[key]["mean"] for key in ("f1", "flow_accuracy")]


def theirs(x, label, learn, seed):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import accuracy_score, f1_score

    forest = RandomForestClassifier(TREES, random_state=seed).fit(x[learn], label[learn])
    said, truth = forest.predict(x[~learn]), label[~learn]
    return [f1_score(truth, said, average="weighted"), accuracy_score(truth, said)]


def compare(nfclass, folder, path, repeats):
    head, body, x, label, trace = read(path)
    mine, other = [], []
    for seed in range(1, repeats + 1):
        learn = split(label, trace, np.random.default_rng(seed))
        mine.append(ours(nfclass, folder, head, body, learn, seed))
        other.append(theirs(x, label, learn, seed))
    mine, other = np.array(mine), np.array(other)
    for at, what in enumerate(("weighted F1", "accuracy")):
        more = mine[:, at] - other[:, at]
        print("%s over %d splits: %.4f, scikit-learn %.4f; difference %+.4f, sd %.4f"
              % (what, repeats, mine[:, at].mean(), other[:, at].mean(), more.mean(),
                 more.std()))
    return (mine.mean(axis=0) >= other.mean(axis=0) - ALLOWED).all()


if __name__ == "__main__":
    if sys.argv[1] == "--make":
        make(int(sys.argv[2]), int(sys.argv[3]))
    elif not compare(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])):
        sys.exit("our forest is worse")
