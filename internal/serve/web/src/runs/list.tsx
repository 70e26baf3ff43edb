import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, type Row, type SweepRow } from "../api";
import { moment, number, plural } from "../format";
import { useRuns } from "../live";
import { go, remember, to } from "../router";
import { useAsked } from "../use";
import { parseFilter } from "./filter";
import { Spark } from "./spark";
import { State } from "./state";
import { filtered, headings, sortRows, type Sorting } from "./order";

type Line = { folder: string; count: number } | Row;

const isRow = (l: Line): l is Row => "id" in l;

export function Runs({ query }: { query: URLSearchParams }) {
	const runs = useRuns();
	const [text, setText] = useState(query.get("q") ?? "");
	const [state, setState] = useState(query.get("state") ?? "");
	const [sorting, setSorting] = useState<Sorting>(parseSorting(query.get("sort")));
	const [grouped, setGrouped] = useState(query.get("group") === "folder");
	const [picked, setPicked] = useState<Set<string>>(new Set());
	useEffect(() => remember({ q: text, state, sort: sorting.by === "began" && sorting.down ? undefined : (sorting.down ? "-" : "") + sorting.by, group: grouped ? "folder" : undefined }), [text, state, sorting, grouped]);

	const parsed = useMemo(() => parseFilter(text), [text]);
	const where = useLate(parsed.where, 250);
	const matched = useAsked(where.length > 0 ? JSON.stringify([where, runs.rows.length]) : undefined, (signal) =>
		Promise.all(where.map(async (w) => ({ ids: new Set((await get<{ ids: string[] | null }>("api/match", { where: w.condition }, signal)).ids), not: w.not }))),
	);
	const searched = useMemo(() => {
		const sets = where.length > 0 ? (matched.value ?? []) : [];
		return runs.rows.filter((r) => parsed.test(filtered(r)) && sets.every((s) => s.ids.has(r.id) !== s.not));
	}, [runs.rows, parsed, matched.value, where]);
	const states = useMemo(() => {
		const counts = new Map<string, number>();
		for (const r of searched) counts.set(r.state, (counts.get(r.state) ?? 0) + 1);
		return [...counts].sort();
	}, [searched]);
	const rows = useMemo(() => sortRows(state ? searched.filter((r) => r.state === state) : searched, sorting), [searched, state, sorting]);
	const lines = useMemo(() => (grouped ? groups(rows) : rows), [rows, grouped]);
	const sweeps = useMemo(() => new Map(runs.sweeps.map((s) => [s.path, s])), [runs.sweeps]);
	const chosen = useMemo(() => runs.rows.filter((r) => picked.has(r.id)), [runs.rows, picked]);

	if (runs.problem) return <p class="problem" role="alert">{runs.problem}</p>;
	if (!runs.loaded) return <p class="empty" role="status">Reading the folder</p>;
	if (runs.rows.length === 0 && runs.sweeps.length === 0 && !runs.scanning)
		return (
			<div class="empty">
				<h1>No runs yet</h1>
				<p>
					<a href="#/start">Start one here</a>, or on the command line: <code>burstsim run examples/regression.toml</code>. It appears in this list while it runs.
				</p>
			</div>
		);
	return (
		<>
			<h1 class="hidden">Runs</h1>
			<div class="tools" role="search">
				<label class="grow">
					<span class="hidden">Filter runs</span>
					<input
						type="search"
						id="filter"
						value={text}
						placeholder="Filter: words, loss<0.1, -state=failed, model.beta=2"
						aria-describedby="found"
						onInput={(e) => setText(e.currentTarget.value)}
					/>
				</label>
				<div class="chips" role="group" aria-label="Only runs in a state">
					{states.map(([s, n]) => (
						<button key={s} type="button" aria-pressed={state === s} onClick={() => setState(state === s ? "" : s)}>
							<State state={s} /> {n.toLocaleString("en")}
						</button>
					))}
				</div>
				<label>
					<input type="checkbox" checked={grouped} onChange={(e) => setGrouped(e.currentTarget.checked)} />
					Group by folder
				</label>
			</div>
			<div class="tools">
				<span id="found" role="status" class="mute">
					{rows.length === runs.rows.length ? plural(rows.length, "run") : `${rows.length.toLocaleString("en")} of ${plural(runs.rows.length, "run")}`}
					{picked.size > 0 && `, ${picked.size.toLocaleString("en")} selected`}
					{runs.scanning && ", reading the folder"}
				</span>
				<button type="button" class="first" disabled={chosen.length < 2} onClick={() => go(["compare"], { id: chosen.map((r) => r.id) })}>
					Compare {chosen.length > 1 ? plural(chosen.length, "run") : "selected"}
				</button>
				{picked.size > 0 && (
					<button type="button" onClick={() => setPicked(new Set())}>
						Select none
					</button>
				)}
			</div>
			{matched.problem && <p class="problem" role="alert">{matched.problem}</p>}
			<Sweeps sweeps={runs.sweeps} />
			<Grid sweeps={sweeps} lines={lines} sorting={sorting} onSort={setSorting} picked={picked} onPick={setPicked} />
		</>
	);
}

// useLate is a value once it has not changed for a while.
function useLate<T>(value: T, ms: number): T {
	const [late, set] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => set(() => value), ms);
		return () => clearTimeout(timer);
	}, [value]);
	return late;
}

/** Sweeps, whose runs have one packed file for all and are no rows of the list. */
function Sweeps({ sweeps }: { sweeps: SweepRow[] }) {
	if (sweeps.length === 0) return null;
	return (
		<section class="sweeps" aria-label="Sweeps">
			<h2>Sweeps</h2>
			<ul>
				{sweeps.map((s) => (
					<li key={s.id}>
						<a href={to(["sweep", s.id])}>{s.path || s.name}</a>
						<span class="mute">
							{s.done.toLocaleString("en")} of {plural(s.total, "run")}
							{s.failed > 0 && `, ${s.failed} failed`}
							{s.running && ", running"}
						</span>
						<span class="mute">{s.keys.join(", ")}</span>
					</li>
				))}
			</ul>
		</section>
	);
}

function parseSorting(text: string | null): Sorting {
	if (!text) return { by: "began", down: true };
	return text.startsWith("-") ? { by: text.slice(1), down: true } : { by: text, down: false };
}

function groups(rows: Row[]): Line[] {
	const by = new Map<string, Row[]>();
	for (const r of rows) {
		const list = by.get(r.group) ?? [];
		list.push(r);
		by.set(r.group, list);
	}
	return [...by].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a < b ? -1 : 1)).flatMap(([folder, list]): Line[] => [{ folder, count: list.length }, ...list]);
}

interface GridProps {
	lines: Line[];
	sweeps: Map<string, SweepRow>;
	sorting: Sorting;
	onSort: (s: Sorting) => void;
	picked: Set<string>;
	onPick: (p: Set<string>) => void;
}

/** The list. Only the rows in sight exist in the document, so that thousands scroll smoothly. */
function Grid({ lines, sweeps, sorting, onSort, picked, onPick }: GridProps) {
	const box = useRef<HTMLDivElement>(null);
	const narrow = useNarrow();
	const height = narrow ? 54 : 34;
	const [top, setTop] = useState(0);
	const [view, setView] = useState(600);
	const [at, setAt] = useState(0);
	const anchor = useRef(0);
	useEffect(() => {
		const b = box.current!;
		const watch = new ResizeObserver(() => setView(b.clientHeight));
		watch.observe(b);
		return () => watch.disconnect();
	}, []);
	const current = Math.min(at, Math.max(lines.length - 1, 0));
	const first = Math.max(0, Math.floor(top / height) - 8);
	const last = Math.min(lines.length, Math.ceil((top + view) / height) + 8);

	const moveTo = (i: number) => {
		const next = Math.min(Math.max(i, 0), lines.length - 1);
		setAt(next);
		const b = box.current!;
		if (next * height < b.scrollTop) b.scrollTop = next * height;
		else if ((next + 1) * height > b.scrollTop + b.clientHeight) b.scrollTop = (next + 1) * height - b.clientHeight;
		return next;
	};
	const toggle = (i: number, on?: boolean) => {
		const l = lines[i];
		if (!l) return;
		const next = new Set(picked);
		const ids = isRow(l) ? [l.id] : lines.filter((r): r is Row => isRow(r) && r.group === l.folder).map((r) => r.id);
		const add = on ?? !ids.every((id) => next.has(id));
		for (const id of ids) add ? next.add(id) : next.delete(id);
		onPick(next);
	};
	const range = (to: number) => {
		const next = new Set(picked);
		for (let i = Math.min(anchor.current, to); i <= Math.max(anchor.current, to); i++) {
			const l = lines[i];
			if (l && isRow(l)) next.add(l.id);
		}
		onPick(next);
	};
	const key = (e: KeyboardEvent) => {
		const page = Math.max(1, Math.floor(view / height) - 1);
		const steps: Record<string, number> = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: current + page, PageUp: current - page, Home: 0, End: lines.length - 1 };
		const step = steps[e.key];
		if (step !== undefined) {
			const now = moveTo(step);
			if (e.shiftKey) range(now);
			else anchor.current = now;
		} else if (e.key === " ") {
			anchor.current = current;
			toggle(current);
		} else if (e.key === "Enter") {
			const l = lines[current];
			if (l && isRow(l)) go(["run", l.id]);
		} else if (e.key === "a" && (e.ctrlKey || e.metaKey)) {
			onPick(new Set(lines.filter(isRow).map((r) => r.id)));
		} else return;
		e.preventDefault();
	};
	const click = (i: number, e: MouseEvent) => {
		setAt(i);
		if ((e.target as Element).closest("a")) return;
		if (e.shiftKey) return range(i);
		anchor.current = i;
		toggle(i);
	};
	return (
		<div
			class="grid"
			role="grid"
			tabIndex={0}
			aria-label="Runs: arrows move, space selects, enter opens"
			aria-multiselectable="true"
			aria-rowcount={lines.length + 1}
			aria-activedescendant={lines.length > 0 && current >= first && current < last ? `row-${current}` : undefined}
			onKeyDown={key}
		>
			<div role="rowgroup">
				<div class="row head" role="row" aria-rowindex={1}>
					<span role="columnheader" class="pick">
						<span class="hidden">selected</span>
					</span>
					{headings.map((h) => (
						<span key={h.by} role="columnheader" class={h.class} aria-sort={sorting.by === h.by ? (sorting.down ? "descending" : "ascending") : undefined}>
							{h.sorts === false ? (
								h.label
							) : (
								<button type="button" onClick={() => onSort({ by: h.by, down: sorting.by === h.by ? !sorting.down : h.by === "began" })}>
									{h.label}
									<span aria-hidden="true">{sorting.by === h.by ? (sorting.down ? "↓" : "↑") : ""}</span>
								</button>
							)}
						</span>
					))}
				</div>
			</div>
			<div class="rows" ref={box} role="rowgroup" style={{ height: `min(100vh - 220px, ${Math.max(lines.length, 3) * height}px)` }} onScroll={(e) => setTop(e.currentTarget.scrollTop)}>
				<div class="sizer" role="presentation" style={{ height: lines.length * height + "px" }}>
					{lines.slice(first, last).map((l, k) => {
						const i = first + k;
						const place = { transform: `translateY(${i * height}px)` };
						const common = { id: `row-${i}`, role: "row" as const, "aria-rowindex": i + 2, style: place, onClick: (e: MouseEvent) => click(i, e) };
						if (!isRow(l))
							return (
								<div key={"g" + l.folder} {...common} class={"row group" + (i === current ? " at" : "")}>
									<span role="gridcell">{l.folder === "" ? "Runs in the served folder itself" : l.folder}</span>
									<span role="gridcell" class="mute">{plural(l.count, "run")}</span>
									{sweeps.has(l.folder) && (
										<span role="gridcell">
											<a href={to(["sweep", sweeps.get(l.folder)!.id])} tabIndex={-1}>
												map of the sweep
											</a>
										</span>
									)}
								</div>
							);
						return (
							<div key={l.id} {...common} class={"row" + (i === current ? " at" : "")} aria-selected={picked.has(l.id)}>
								<Cells r={l} picked={picked.has(l.id)} />
							</div>
						);
					})}
				</div>
			</div>
		</div>
	);
}

function Cells({ r, picked }: { r: Row; picked: boolean }) {
	return (
		<>
			<span role="gridcell" class="pick" aria-label={picked ? "selected" : "not selected"}>
				<Box on={picked} />
			</span>
			<span role="gridcell" class="c-name" title={r.path}>
				<a class="name" href={to(["run", r.id])} tabIndex={-1}>
					{r.name}
				</a>
				{r.path !== r.name && <span class="path mute">{r.path}</span>}
			</span>
			<span role="gridcell" class="c-state" title={r.note || undefined}>
				<State state={r.state} resumable={r.can_resume} />
			</span>
			<span role="gridcell" class="wide">{r.model || "–"}</span>
			<span role="gridcell" class="wide">{r.task || "–"}</span>
			<span role="gridcell" class="wide right">{r.seed}</span>
			<span role="gridcell" class="c-loss right">{number(r.loss)}</span>
			<span role="gridcell" class="c-spark" aria-label={r.spark && r.spark.length > 1 ? `loss from ${number(r.spark[0])} to ${number(r.spark.at(-1))}` : "no losses"}>
				<Spark values={r.spark} width={96} />
			</span>
			<span role="gridcell" class="wide">{moment(r.began)}</span>
			<span role="gridcell" class="wide right">{r.error === null ? "–" : number(100 * r.error, 3) + " %"}</span>
		</>
	);
}

function Box({ on }: { on: boolean }) {
	return (
		<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
			<rect x="1.5" y="1.5" width="13" height="13" rx="2" fill={on ? "var(--accent)" : "none"} stroke={on ? "var(--accent)" : "var(--strong)"} />
			{on && <path d="M4 8.5l2.5 2.5L12 5" fill="none" stroke="var(--paper)" stroke-width="2" />}
		</svg>
	);
}

function useNarrow(): boolean {
	const [narrow, set] = useState(() => matchMedia("(max-width: 560px)").matches);
	useEffect(() => {
		const m = matchMedia("(max-width: 560px)");
		const look = () => set(m.matches);
		m.addEventListener("change", look);
		return () => m.removeEventListener("change", look);
	}, []);
	return narrow;
}
