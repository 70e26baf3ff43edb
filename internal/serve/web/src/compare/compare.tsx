import { useMemo, useState } from "preact/hooks";
import { get, runPath, type Detail, type Row, type Table } from "../api";
import { number, plural } from "../format";
import { useRuns } from "../live";
import { remember, to } from "../router";
import { useAsked } from "../use";
import { Curves } from "../chart/curves";
import { joined, type Joined } from "../chart/joined";
import { State } from "../runs/state";
import { Spread, type Group } from "./spread";

interface Comparison {
	keys: string[] | null;
	rows: { id: string; values: string[] }[];
	groups: { ids: string[]; label: string; values: Record<string, string>; curves: (Group & { variant: string; key: string; column: string })[] | null }[] | null;
	columns: string[] | null;
}

const most = 12; // curves that can be told apart

/** Several runs: what differs between their files, and their curves over each other. */
export function Compare({ query }: { query: URLSearchParams }) {
	const { rows, loaded } = useRuns();
	const ids = query.getAll("id");
	const [how, setHow] = useState(query.get("how") ?? "runs");
	const [column, setColumn] = useState(query.get("column") ?? "");
	const key = ids.join();
	const asked = useAsked(ids.length > 1 ? key + column : undefined, (signal) => get<Comparison>("api/compare", { id: ids, ...(column ? { column } : {}) }, signal));
	const by = useMemo(() => new Map(rows.map((r) => [r.id, r])), [rows]);
	if (ids.length < 2)
		return (
			<div class="empty">
				<h1>Compare runs</h1>
				<p>
					Select two or more in <a href="#/">the list of runs</a>: with the mouse, or with arrow keys and space, then choose “Compare”.
				</p>
			</div>
		);
	const chosen = ids.map((id) => by.get(id)).filter((r): r is Row => r !== undefined);
	const c = asked.value;
	const groups = c?.groups ?? [];
	const columns = c?.columns ?? [];
	const shownColumn = column || (groups[0]?.curves?.[0]?.column ?? "loss");
	return (
		<>
			<div class="title">
				<h1>{plural(ids.length, "run")} compared</h1>
			</div>
			{asked.problem && <p class="problem" role="alert">{asked.problem}</p>}
			<div class="tools spaced">
				<div class="chips" role="group" aria-label="What is drawn">
					<button type="button" aria-pressed={how === "runs"} onClick={() => (setHow("runs"), remember({ how: undefined }))}>
						Each run
					</button>
					<button type="button" aria-pressed={how === "seeds"} onClick={() => (setHow("seeds"), remember({ how: "seeds" }))}>
						Mean and spread over seeds
					</button>
				</div>
				{how === "seeds" && columns.length > 0 && (
					<label>
						Measure
						<select
							value={shownColumn}
							onChange={(e) => {
								setColumn(e.currentTarget.value);
								remember({ column: e.currentTarget.value });
							}}
						>
							{columns.map((k) => (
								<option key={k}>{k}</option>
							))}
						</select>
					</label>
				)}
			</div>
			{how === "seeds" ? (
				<Spread
					name="comparison"
					column={shownColumn}
					groups={groups.flatMap((g) => (g.curves ?? []).filter((curve) => curve.column === shownColumn).map((curve) => ({ ...curve, label: several(g.curves) ? `${g.label || "all"}, ${curve.variant}` : g.label || "all" })))}
				/>
			) : (
				loaded && <Overlay key={key} runs={chosen.slice(0, most)} />
			)}
			{how === "runs" && chosen.length > most && <p class="note">The first {most} runs are drawn; more cannot be told apart. Mean and spread over seeds draws all.</p>}
			<section class="panel spaced">
				<header>
					<h2>What differs between them</h2>
				</header>
				{c && (c.keys ?? []).length === 0 && <p class="note">Their files say the same.</p>}
				<div class="table" tabIndex={0} role="group" aria-label="keys that differ">
					<table>
						<thead>
							<tr>
								<th scope="col">Run</th>
								<th scope="col">State</th>
								<th scope="col" class="number">Loss</th>
								{(c?.keys ?? []).map((k) => (
									<th key={k} scope="col" class="mono">{k}</th>
								))}
							</tr>
						</thead>
						<tbody>
							{(c?.rows ?? ids.map((id) => ({ id, values: [] }))).map((r) => {
								const run = by.get(r.id);
								return (
									<tr key={r.id}>
										<th scope="row">
											<a href={to(["run", r.id])}>{run?.path ?? r.id}</a>
										</th>
										<td>{run && <State state={run.state} resumable={run.can_resume} />}</td>
										<td class="number">{number(run?.loss)}</td>
										{r.values.map((v, i) => (
											<td key={i} class="mono">{v || "–"}</td>
										))}
									</tr>
								);
							})}
						</tbody>
					</table>
				</div>
			</section>
		</>
	);
}

function several(curves: { variant: string }[] | null): boolean {
	return new Set((curves ?? []).map((c) => c.variant)).size > 1;
}

/** Curves of each run over those of the others; its own first table. */
function Overlay({ runs }: { runs: Row[] }) {
	const asked = useAsked(runs.map((r) => r.id + r.state).join(), async (signal) => {
		const tables = await Promise.all(runs.map((r) => first(r, signal)));
		const key = tables.find((t) => t)?.key ?? "time";
		const variants: Table["variants"] = [];
		tables.forEach((t, i) => {
			if (t?.key !== key) return;
			const names = unique(runs);
			for (const v of t.variants) variants.push({ ...v, label: t.variants.length > 1 ? `${names[i]} ${v.label}` : names[i]! });
		});
		return joined({ key, rows: 0, stride: 1, variants });
	});
	const table: Joined | undefined = asked.value;
	if (!table) return asked.problem ? <p class="problem" role="alert">{asked.problem}</p> : <p class="empty" role="status">Reading their curves</p>;
	return <Curves table={table} name="comparison" shades={[]} />;
}

async function first(r: Row, signal: AbortSignal): Promise<Table | undefined> {
	const { tables } = await get<Detail>(runPath(r.id), {}, signal);
	return tables[0] === undefined ? undefined : get<Table>(runPath(r.id, "tables", tables[0]), { points: 1000 }, signal);
}

// unique are names that tell runs apart: their own, or their paths.
function unique(runs: Row[]): string[] {
	return new Set(runs.map((r) => r.name)).size === runs.length ? runs.map((r) => r.name) : runs.map((r) => r.path);
}
