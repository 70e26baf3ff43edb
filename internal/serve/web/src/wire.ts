// Stretches of trajectories as they come over the wire, and as charts want them.

import { bytes, runPath } from "./api";

export interface WindowQuery {
	id: string;
	variant: string;
	signals: string[]; // names: "soma_1"
	/** column numbers of the units, the same for all signals; empty for all */
	units: number[];
	from: number;
	to: number;
	pixels: number;
}

/** Values over time, with gaps where nothing was recorded: two points a pixel, or one a sample. */
export interface Window {
	from: number;
	to: number;
	/** each sample is a point */
	exact: boolean;
	x: number[];
	/** by signal and place of the unit: see [columnKey] */
	columns: Map<string, (number | null)[]>;
}

export function columnKey(signal: string, unit: number): string {
	return `${signal}:${unit}`;
}

interface Header {
	from: number;
	to: number;
	exact: boolean;
	bins: number;
	gaps: number[] | null;
	series: { signal: string; unit: number }[];
}

export async function fetchWindow(q: WindowQuery, signal: AbortSignal): Promise<Window> {
	const { header, data, at } = await bytes(runPath(q.id, "trajectory"), { variant: q.variant, signal: q.signals, unit: q.units, from: q.from, to: q.to, pixels: q.pixels, format: "binary" }, signal);
	return decode(header as Header, data, at);
}

export function decode(h: Header, data: ArrayBuffer, at: number): Window {
	const n = h.bins;
	const first = new Float64Array(data, at, n);
	at += 8 * n;
	const last = h.exact ? first : new Float64Array(data, at, n);
	if (!h.exact) at += 8 * n;
	const gaps = new Set(h.gaps ?? []);
	const each = h.exact ? 1 : 2;
	const size = each * n + gaps.size;
	const x = new Array<number>(size);
	// Where recording was off stands a point without values.
	let k = 0;
	for (let i = 0; i < n; i++) {
		if (gaps.has(i)) x[k++] = i > 0 ? (last[i - 1]! + first[i]!) / 2 : first[i]!;
		x[k++] = first[i]!;
		if (!h.exact) x[k++] = last[i]!;
	}
	const columns = new Map<string, (number | null)[]>();
	for (const s of h.series) {
		const min = new Float32Array(data, at, n);
		at += 4 * n;
		const max = h.exact ? min : new Float32Array(data, at, n);
		if (!h.exact) at += 4 * n;
		const y = new Array<number | null>(size);
		k = 0;
		for (let i = 0; i < n; i++) {
			if (gaps.has(i)) y[k++] = null;
			y[k++] = finite(min[i]!);
			if (!h.exact) y[k++] = finite(max[i]!);
		}
		columns.set(columnKey(s.signal, s.unit), y);
	}
	return { from: h.from, to: h.to, exact: h.exact, x, columns };
}

function finite(v: number): number | null {
	return Number.isFinite(v) ? v : null;
}
