import { useSyncExternalStore } from "./store";

// Places are in the hash: they can be kept, sent and gone back to, and the
// server has one page to give. "#/run/sweep%2Fa/explorer?unit=1" is the path
// ["run", "sweep/a", "explorer"] with a query.

export interface Place {
	path: string[];
	query: URLSearchParams;
}

let last = "";
let parsed: Place = { path: [], query: new URLSearchParams() };

export function place(): Place {
	if (location.hash === last && last !== "") return parsed;
	last = location.hash;
	const [path = "", query = ""] = last.replace(/^#\/?/, "").split(/\?(.*)/s);
	parsed = { path: path.split("/").filter(Boolean).map(decode), query: new URLSearchParams(query) };
	return parsed;
}

function decode(s: string): string {
	try {
		return decodeURIComponent(s);
	} catch {
		return s;
	}
}

type Query = Record<string, string | string[] | undefined>;

export function to(path: string[], query: Query = {}): string {
	const q = new URLSearchParams();
	for (const [k, v] of Object.entries(query)) {
		if (Array.isArray(v)) for (const one of v) q.append(k, one);
		else if (v !== undefined && v !== "") q.set(k, v);
	}
	const text = q.toString();
	return "#/" + path.map(encodeURIComponent).join("/") + (text ? "?" + text : "");
}

export function go(path: string[], query: Query = {}) {
	location.hash = to(path, query);
}

/** Changes what the place says without a step in the history: the state of a control. */
export function remember(changes: Query) {
	const { path, query } = place();
	const q: Query = {};
	for (const k of query.keys()) q[k] = query.getAll(k).length > 1 ? query.getAll(k) : query.get(k)!;
	Object.assign(q, changes);
	history.replaceState(null, "", to(path, q));
}

export function usePlace(): Place {
	return useSyncExternalStore((changed) => {
		addEventListener("hashchange", changed);
		return () => removeEventListener("hashchange", changed);
	}, place);
}
