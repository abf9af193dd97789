#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How long scikit-learn's forest takes, on the same CSV file as ours.

    sklearn_speed.py CSV TREES [ONNX-FILE]

Prints one line of KEY=NUMBER.  With a third argument and python3-onnx the forest is
written there for ONNX Runtime, with rows to try in ONNX-FILE.rows."""

import csv
import pickle
import resource
import statistics
import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier

PASSED_OVER = {"label", "trace", "burst", "flow", "client", "client_port", "server",
               "server_port", "proto", "first", "last", "pkts_sent", "pkts_rcvd",
               "bytes_sent", "bytes_rcvd"}
ONE_CALLS = 40
BATCH_ROWS = 10000


def load(path):
    with open(path, encoding="utf-8", newline="") as f:
        rows = csv.reader(f)
        head = next(rows)
        use = [i for i, name in enumerate(head) if name not in PASSED_OVER]
        label, x, y = head.index("label"), [], []
        for row in rows:
            x.append(np.array([row[i] for i in use], dtype=np.float32))
            y.append(row[label])
    return np.vstack(x), np.array(y)


def resident_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one_row_ns(forest, x):
    forest.predict_proba(x[:1])
    ns = []
    for i in range(ONE_CALLS):
        row = x[i * 7919 % len(x)].reshape(1, -1)
        start = time.perf_counter_ns()
        forest.predict_proba(row)
        ns.append(time.perf_counter_ns() - start)
    return statistics.median(ns)


def batch_ns(forest, x):
    rows = x[np.arange(BATCH_ROWS) % len(x)]
    forest.predict_proba(rows[:100])
    start = time.process_time_ns()
    forest.predict_proba(rows)
    return (time.process_time_ns() - start) / BATCH_ROWS


def nodes_of(forest):
    """The attributes of ONNX's TreeEnsembleClassifier; its trees give class shares."""
    a = {k: [] for k in ("nodes_treeids", "nodes_nodeids", "nodes_featureids",
                         "nodes_modes", "nodes_values", "nodes_truenodeids",
                         "nodes_falsenodeids", "class_treeids", "class_nodeids",
                         "class_ids", "class_weights")}
    for number, estimator in enumerate(forest.estimators_):
        t = estimator.tree_
        leaf = t.children_left < 0
        count = t.node_count
        a["nodes_treeids"] += [number] * count
        a["nodes_nodeids"] += list(range(count))
        a["nodes_featureids"] += np.where(leaf, 0, t.feature).tolist()
        a["nodes_modes"] += ["LEAF" if v else "BRANCH_LEQ" for v in leaf]
        a["nodes_values"] += np.where(leaf, 0, t.threshold).astype(np.float32).tolist()
        a["nodes_truenodeids"] += np.where(leaf, 0, t.children_left).tolist()
        a["nodes_falsenodeids"] += np.where(leaf, 0, t.children_right).tolist()
        share = t.value[:, 0, :]
        share = share / share.sum(axis=1, keepdims=True) / len(forest.estimators_)
        for node, klass in zip(*np.nonzero(np.where(leaf[:, None], share, 0))):
            a["class_treeids"].append(number)
            a["class_nodeids"].append(int(node))
            a["class_ids"].append(int(klass))
            a["class_weights"].append(float(share[node, klass]))
    return a


def write_onnx(forest, x, path):
    from onnx import TensorProto, helper
    count = forest.n_features_in_
    node = helper.make_node(
        "TreeEnsembleClassifier", ["x"], ["label", "p"], domain="ai.onnx.ml",
        classlabels_int64s=list(range(forest.n_classes_)), post_transform="NONE",
        **nodes_of(forest))
    graph = helper.make_graph(
        [node], "forest",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, count])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
         helper.make_tensor_value_info("p", TensorProto.FLOAT,
                                       [None, int(forest.n_classes_)])])
    model = helper.make_model(graph, opset_imports=[
        helper.make_opsetid("ai.onnx.ml", 1), helper.make_opsetid("", 15)])
    model.ir_version = 8
    with open(path, "wb") as f:
        f.write(model.SerializeToString())
    rows = x[np.arange(BATCH_ROWS) % len(x)].astype("<f4")
    rows.tofile(path + ".rows")
    forest.predict_proba(rows[:16]).astype("<f4").tofile(path + ".expected")


def main():
    x, y = load(sys.argv[1])
    before = resident_mib()
    forest = RandomForestClassifier(n_estimators=int(sys.argv[2]), n_jobs=1,
                                    random_state=1)
    start = time.process_time()
    forest.fit(x, y)
    fit_s = time.process_time() - start
    grown = resident_mib() - before
    print(f"fit_s={fit_s:.4f} grown_mib={grown:.1f} resident_mib={resident_mib():.1f} "
          f"pickle_bytes={len(pickle.dumps(forest))} batch_ns={batch_ns(forest, x):.0f} "
          f"one_ns={one_row_ns(forest, x):.0f}")
    if len(sys.argv) > 3:
        write_onnx(forest, x, sys.argv[3])


if __name__ == "__main__":
    main()
