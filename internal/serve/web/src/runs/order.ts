import type { Row } from "../api";
import type { Filtered } from "./filter";

export interface Sorting {
	by: string;
	down: boolean;
}

export interface Heading {
	by: string;
	label: string;
	class: string;
	sorts?: false;
}

export const headings: Heading[] = [
	{ by: "name", label: "Run", class: "c-name" },
	{ by: "state", label: "State", class: "c-state" },
	{ by: "model", label: "Model", class: "wide" },
	{ by: "task", label: "Task", class: "wide" },
	{ by: "seed", label: "Seed", class: "wide right" },
	{ by: "loss", label: "Loss", class: "c-loss right" },
	{ by: "spark", label: "Course", class: "c-spark", sorts: false },
	{ by: "began", label: "Began", class: "wide" },
	{ by: "error", label: "Test error", class: "wide right" },
];

/** Rows in an order. What has no value comes last, either way. */
export function sortRows(rows: Row[], { by, down }: Sorting): Row[] {
	const sign = down ? -1 : 1;
	const of = (r: Row): string | number | undefined => {
		const v = (r as unknown as Record<string, unknown>)[by] ?? r.changes[by];
		if (v === null || v === undefined || v === "") return undefined;
		return typeof v === "number" || typeof v === "string" ? v : String(v);
	};
	const keyed = rows.map((r) => ({ r, v: of(r) }));
	keyed.sort((a, b) => {
		if (a.v === undefined || b.v === undefined) return Number(a.v === undefined) - Number(b.v === undefined) || (a.r.id < b.r.id ? -1 : 1);
		if (a.v === b.v) return a.r.id < b.r.id ? -1 : 1;
		if (typeof a.v === "string" && typeof b.v === "string") return sign * a.v.localeCompare(b.v, "en", { numeric: true });
		return sign * (a.v < b.v ? -1 : 1);
	});
	return keyed.map((k) => k.r);
}

const known = new WeakMap<Row, Filtered>();

/** What the filter box sees of a run. */
export function filtered(r: Row): Filtered {
	let f = known.get(r);
	if (f) return f;
	const own: Record<string, string | number | undefined> = {
		name: r.name, path: r.path, folder: r.group, group: r.group, state: r.state, model: r.model, task: r.task, time: r.time,
		loss: r.loss ?? undefined, error: r.error ?? undefined, seed: r.seed, progress: r.progress ?? undefined, note: r.note,
	};
	const keys = r.changes;
	f = {
		text: [r.path, r.state, r.model, r.task, r.time, r.note, ...Object.entries(keys).map(([k, v]) => `${k}=${v}`)].join(" ").toLowerCase(),
		key(name) {
			const v = own[name] ?? keys[name];
			return typeof v === "string" ? v.replace(/^"(.*)"$/, "$1") : v;
		},
	};
	known.set(r, f);
	return f;
}
