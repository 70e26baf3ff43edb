// What the server tells without being asked: runs that begin, go on and end.

import { get, type Row, type Server, type SweepRow } from "./api";
import { useSyncExternalStore } from "./store";

interface Runs {
	rows: Row[];
	sweeps: SweepRow[];
	loaded: boolean;
	scanning: boolean;
	problem?: string;
}

interface Link {
	server?: Server;
	live: boolean;
}

export interface Job {
	id: string;
	kind: string;
	state: string;
	status: number | null;
	output: string;
}

interface List {
	version: number;
	scanning: boolean;
	runs: Row[] | null;
	sweeps: SweepRow[] | null;
}

interface News {
	version: number;
	changed?: Row[] | null;
	gone?: string[] | null;
	sweeps?: SweepRow[] | null;
	scanning?: boolean;
}

let runs: Runs = { rows: [], sweeps: [], loaded: false, scanning: false };
let link: Link = { live: false };
let byId = new Map<string, Row>();
let version = -1;
const jobs = new Map<string, Job>();
// How often each run was told of: what shows a run asks again when it grows.
const news = new Map<string, number>();
const listeners = new Set<() => void>();

function tell() {
	for (const l of [...listeners]) l();
}

const subscribe = (l: () => void) => {
	listeners.add(l);
	return () => listeners.delete(l);
};

export const useRuns = (): Runs => useSyncExternalStore(subscribe, () => runs);
export const useServer = (): Link => useSyncExternalStore(subscribe, () => link);
export const useRow = (id: string): Row | undefined => useSyncExternalStore(subscribe, () => byId.get(id));
export const useNews = (id: string): number => useSyncExternalStore(subscribe, () => news.get(id) ?? 0);
export const useJob = (id: string): Job | undefined => useSyncExternalStore(subscribe, () => jobs.get(id));

// Many runs may change at once: the list is drawn at most five times a second.
let pending: ReturnType<typeof setTimeout> | undefined;

function changed() {
	pending ??= setTimeout(() => {
		pending = undefined;
		tell();
	}, 200);
}

// What was told while a list was on its way, which may be older than that.
let told: News[] = [];

async function load() {
	told = [];
	try {
		const list = await get<List>("api/runs");
		version = list.version;
		byId = new Map((list.runs ?? []).map((r) => [r.id, r]));
		runs = { rows: list.runs ?? [], sweeps: list.sweeps ?? [], loaded: true, scanning: list.scanning };
		for (const n of told) if (n.version > list.version) apply(n);
		told = [];
	} catch (e) {
		if (!runs.loaded) runs = { ...runs, problem: (e as Error).message };
	}
	tell();
}

function apply(n: News) {
	version = n.version;
	for (const r of n.changed ?? []) {
		byId.set(r.id, r);
		news.set(r.id, (news.get(r.id) ?? 0) + 1);
	}
	for (const id of n.gone ?? []) byId.delete(id);
	runs = { rows: [...byId.values()], sweeps: n.sweeps ?? runs.sweeps, loaded: true, scanning: n.scanning ?? false };
}

function on<T>(events: EventSource, name: string, f: (data: T) => void) {
	events.addEventListener(name, (e) => f(JSON.parse((e as MessageEvent<string>).data) as T));
}

let events: EventSource | undefined;

function listen() {
	events = new EventSource("api/events");
	on<{ version: number }>(events, "hello", (h) => {
		link = { ...link, live: true };
		// What happened while nobody listened.
		if (h.version !== version) void load();
		tell();
	});
	on<News>(events, "runs", (n) => {
		if (runs.loaded) apply(n);
		told.push(n);
		if (told.length > 1000) told.shift();
		changed();
	});
	on<Job>(events, "job", (j) => {
		jobs.set(j.id, j);
		tell();
	});
	events.addEventListener("error", () => {
		link = { ...link, live: false };
		tell();
		if (events?.readyState === EventSource.CLOSED) retry();
	});
}

let waiting: ReturnType<typeof setTimeout> | undefined;

function retry() {
	clearTimeout(waiting);
	waiting = setTimeout(listen, 3000);
}

// A browser has few connections to a server: a page that nobody looks at gives its own back.
let idle: ReturnType<typeof setTimeout> | undefined;
document.addEventListener("visibilitychange", () => {
	clearTimeout(idle);
	if (document.hidden) {
		idle = setTimeout(() => {
			events?.close();
			events = undefined;
			clearTimeout(waiting);
		}, 60_000);
	} else if (!events) listen();
});

void get<Server>("api/server").then(
	(server) => {
		link = { ...link, server };
		if (server.run && location.hash.length < 2) location.hash = `#/run/${server.run}`;
		tell();
	},
	() => undefined,
);
void load();
listen();
