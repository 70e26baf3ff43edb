// What the server answers, as docs/page.md says, and the only place that asks.

export interface Server {
	version: string;
	folder: string;
	read_only: boolean;
	can_start: boolean;
	why_not: string;
	models: string[];
	run: string;
}

export interface Row {
	id: string;
	path: string;
	name: string;
	group: string;
	state: string;
	can_resume: boolean;
	can_stop: boolean;
	note: string;
	began: string | null;
	model: string;
	task: string;
	time: string;
	seed: number;
	variants: number;
	loss: number | null;
	error: number | null;
	progress: number | null;
	spark: (number | null)[];
	spark_of: string;
	changes: Record<string, string>;
	sweep: string;
}

export interface SweepRow {
	id: string;
	path: string;
	name: string;
	keys: string[];
	total: number;
	done: number;
	failed: number;
	unfinished: number;
	running: boolean;
	can_stop: boolean;
}

export interface Phase {
	name: string;
	start: number;
	end: number;
	teacher: boolean;
}

export interface Variant {
	name: string;
	changes?: Record<string, string>;
	loss_initial?: number | null;
	loss_final?: number | null;
	test_error?: number | null;
	angle_weights_deg?: Record<string, number | null> | null;
	steps?: number | null;
	wall_seconds?: number | null;
}

export interface Figure {
	name: string;
	files: Record<string, string>;
}

export interface Detail {
	run: Row;
	title: string;
	precision: string;
	labels: string[];
	variants: Variant[];
	phases: Phase[];
	progress: { name: string; reached: number; end: number; unit: string; loss: number | null }[] | null;
	reason: string;
	resume: string;
	versions: Record<string, string>;
	layers: number[];
	tables: string[];
	has: Record<string, boolean>;
	files: { path: string; bytes: number }[];
	figures: Figure[];
}

export interface Change {
	key: string;
	value: string;
	default: string;
	doc: string;
}

export interface Values {
	y: (number | null)[];
	min?: (number | null)[];
	max?: (number | null)[];
}

export interface Table {
	key: string;
	rows: number;
	stride: number;
	variants: { label: string; x: number[]; columns: Record<string, Values> }[];
}

export interface Signal {
	name: string;
	label: string;
	unit: string;
	signal: string;
	layer: number;
	units: number[];
}

export interface Recorded {
	label: string;
	samples: number;
	windows: [number, number][];
	signals: Signal[];
}

export interface Moment {
	time: number;
	signals: Record<string, { values: (number | null)[]; mean: number | null }>;
	range: Record<string, [number | null, number | null]>;
}

export interface Compartment {
	id: string;
	row: number;
	cell: number;
	apical: boolean;
	kind: string;
	name: string;
	symbol: string;
	text: string;
	shape: string;
	x: number;
	y: number;
	rx: number;
	ry: number;
	dashed: boolean;
	signal: string;
}

export interface CircuitLink {
	id: string;
	from: string;
	to: string;
	weights: string;
	text: string;
	quantity: string;
	signal: string;
	subtracts: boolean;
	learning: string;
	points: [number, number][];
	end: string;
	colour: number;
	label: { text: string; x: number; y: number } | null;
}

export interface Circuit {
	width: number;
	height: number;
	layers: number[];
	bands: { row: number; kind: string; label: string; x: number; y: number; w: number; h: number }[];
	compartments: Compartment[];
	stalks: { from: string; to: string }[];
	links: CircuitLink[];
	texts: { text: string; x: number; y: number; anchor: string }[];
	quantities: { symbol: string; text: string; doc: string }[];
	notes: { text: string; doc: string }[];
}

export interface Message {
	line: number;
	column: number;
	key: string;
	message: string;
	text: string;
}

export interface Key {
	key: string;
	section: string;
	name: string;
	doc: string;
	type: string;
	default: string;
	expected: string;
	choices?: string[] | null;
	unit?: string;
	for?: string;
}

export interface Asked {
	text: string;
	from: string;
}

/** The address of something of a run, or of a sweep. */
export function runPath(id: string, ...rest: string[]): string {
	return ["api/runs", id, ...rest].map((p, i) => (i === 0 ? p : encodeURIComponent(p))).join("/");
}

export function sweepPath(id: string, ...rest: string[]): string {
	return ["api/sweeps", id, ...rest].map((p, i) => (i === 0 ? p : encodeURIComponent(p))).join("/");
}

/** The address of a file of a run; slashes of its path stay. */
export function filePath(id: string, path: string): string {
	return runPath(id, "files", ...path.split("/"));
}

/** A request that the server refused, or that did not reach it. */
export class Refused extends Error {
	constructor(
		message: string,
		readonly status: number,
		readonly diagnostics: Message[] = [],
	) {
		super(message);
	}
}

async function request(path: string, init?: RequestInit): Promise<Response> {
	let answer: Response;
	try {
		answer = await fetch(path, init);
	} catch (e) {
		if ((e as Error).name === "AbortError") throw e;
		throw new Refused("The server does not answer.", 0);
	}
	if (answer.ok) return answer;
	if (answer.status === 401) location.href = "login"; // the token is asked for there
	let text = `The server answers ${answer.status}.`;
	let diagnostics: Message[] = [];
	try {
		const body = (await answer.json()) as { error?: string; diagnostics?: Message[] };
		if (body.error) text = body.error;
		diagnostics = body.diagnostics ?? [];
	} catch {
		// the status is all there is
	}
	throw new Refused(text, answer.status, diagnostics);
}

export type Query = Record<string, string | number | undefined | readonly (string | number)[]>;

export function url(path: string, query: Query = {}): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(query)) {
		if (v === undefined) continue;
		for (const one of Array.isArray(v) ? v : [v]) q.append(k, String(one));
	}
	const text = q.toString();
	return text ? `${path}?${text}` : path;
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
	const answer = await request(url(path, query), signal ? { signal } : undefined);
	return (await answer.json()) as T;
}

/** An answer in bytes: a header of JSON, and numbers behind it. */
export async function bytes(path: string, query: Query = {}, signal?: AbortSignal): Promise<{ header: unknown; data: ArrayBuffer; at: number }> {
	const answer = await request(url(path, query), signal ? { signal } : undefined);
	const data = await answer.arrayBuffer();
	const length = new DataView(data).getUint32(0, true);
	const header: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
	return { header, data, at: 4 + length };
}

export async function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
	const answer = await request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...(signal ? { signal } : {}) });
	return (await answer.json()) as T;
}
