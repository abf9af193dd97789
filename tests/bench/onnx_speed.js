// SPDX-License-Identifier: GPL-2.0-or-later
// ONNX Runtime on the forest that sklearn_speed.py wrote: node onnx_speed.js ONNX-FILE
// Prints one line of KEY=NUMBER.  Needs npm's onnxruntime-node (NODE_PATH).
"use strict";
const fs = require("fs");
const ort = require("onnxruntime-node");

const ONE_CALLS = 1000;
const BATCH_ROWS = 10000;

function floats(path) {
	const bytes = fs.readFileSync(path);
	return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function check(p, expected) {
	for (let i = 0; i < expected.length; i++)
		if (Math.abs(p[i] - expected[i]) > 1e-3)
			throw new Error(`p[${i}] is ${p[i]}, not ${expected[i]}`);
}

async function main(path) {
	const session = await ort.InferenceSession.create(path, {
		intraOpNumThreads: 1, interOpNumThreads: 1 });
	const rows = floats(path + ".rows");
	const width = rows.length / BATCH_ROWS;
	const all = new ort.Tensor("float32", rows, [BATCH_ROWS, width]);
	const ns = [];

	check((await session.run({ x: all })).p.data, floats(path + ".expected"));
	const start = process.hrtime.bigint();
	await session.run({ x: all });
	const batch = Number(process.hrtime.bigint() - start) / BATCH_ROWS;
	for (let i = 0; i < ONE_CALLS; i++) {
		const at = (i * 7919 % BATCH_ROWS) * width;
		const x = new ort.Tensor("float32", rows.slice(at, at + width), [1, width]);
		const t = process.hrtime.bigint();
		await session.run({ x });
		ns.push(Number(process.hrtime.bigint() - t));
	}
	ns.sort((a, b) => a - b);
	console.log(`batch_ns=${batch.toFixed(0)} one_ns=${ns[ONE_CALLS >> 1]}`);
}

main(process.argv[2]).catch((e) => {
	console.error(e.message);
	process.exit(1);
});
