import type { Detail, Signal } from "../api";

export interface Moment {
	name: string;
	range: [number, number];
}

/**
 * Where to look: before learning, early in it, late in it, and after it, as far
 * as something was recorded there.
 */
export function moments(d: Pick<Detail, "phases">, windows: [number, number][], width: number): Moment[] {
	const taught = d.phases.filter((p) => p.teacher);
	const out: Moment[] = [];
	const add = (name: string, from: number, to: number, atEnd: boolean) => {
		const r = recorded(windows, from, to, width, atEnd);
		if (r) out.push({ name, range: r });
	};
	if (taught.length === 0) return out;
	const begin = taught[0]!.start;
	const end = taught.at(-1)!.end;
	add("Before learning", -Infinity, begin, true);
	add("Early", begin, begin + (end - begin) / 2, false);
	add("Late", begin + (end - begin) / 2, end, true);
	add("After learning", end, Infinity, false);
	return out;
}

// The first or last recorded stretch between two times, at most width long.
function recorded(windows: [number, number][], from: number, to: number, width: number, atEnd: boolean): [number, number] | undefined {
	const parts = windows.map(([a, b]): [number, number] => [Math.max(a, from), Math.min(b, to)]).filter(([a, b]) => b - a > 1e-9);
	const part = atEnd ? parts.at(-1) : parts[0];
	if (!part) return undefined;
	return atEnd ? [Math.max(part[0], part[1] - width), part[1]] : [part[0], Math.min(part[1], part[0] + width)];
}

/** The first and last recorded time. */
export function extent(windows: [number, number][]): [number, number] {
	const a = Math.min(...windows.map((w) => w[0]));
	const b = Math.max(...windows.map((w) => w[1]));
	return Number.isFinite(a) && b > a ? [a, b] : [0, 1];
}

const order = ["input", "target", "output", "soma", "dendrite", "event_rate", "burst_prob", "burst_rate", "apical"];

/** Signals in the order of the signal path, so that linked panels read downwards. */
export function ordered(signals: Signal[]): Signal[] {
	const rank = (s: Signal) => {
		const i = order.indexOf(s.signal);
		return i < 0 ? order.length : i;
	};
	return [...signals].sort((a, b) => rank(a) - rank(b));
}

/** What is shown at first. */
export const usual = new Set(["target", "output", "soma", "dendrite", "event_rate", "burst_prob", "burst_rate"]);
