import { useEffect, useMemo, useState } from "preact/hooks";
import { get, post, sweepPath, type Figure, type SweepRow } from "../api";
import { number, plural } from "../format";
import { useRuns, useServer } from "../live";
import { go, place, remember, to } from "../router";
import { useAsked } from "../use";
import { css, inkOn, sequential } from "../palette";
import { State } from "../runs/state";
import { Scale } from "../chart/image";
import { Spread, type Group } from "./spread";

interface Point {
	id: string;
	values: string[];
	state: string;
	failure: string;
	results: Record<string, Record<string, number | null>> | null;
	runs: string[] | null;
}

interface Detail {
	sweep: SweepRow;
	keys: string[] | null;
	varied: string[] | null;
	variants: string[] | null;
	results: string[] | null;
	points: Point[] | null;
	figures: Figure[] | null;
	files: { path: string; bytes: number }[] | null;
}

interface SweepMap {
	x: string[];
	y: string[] | null;
	cells: { i: number; j: number; n: number; mean: number | null; sd: number | null; points: string[] }[];
}

/** A sweep: a map of a result over two of its keys, curves, and its runs. */
export function Sweep({ id }: { id: string }) {
	const { sweeps } = useRuns();
	const row = sweeps.find((s) => s.id === id);
	const asked = useAsked(`${id} ${row?.done} ${row?.failed}`, (signal) => get<Detail>(sweepPath(id), {}, signal));
	const d = asked.value;
	useEffect(() => {
		if (row?.name) document.title = `${row.name} · burstsim`;
	}, [row?.name]);
	if (!d) return asked.problem ? <p class="problem" role="alert">{asked.problem}</p> : <p class="empty" role="status">Reading the sweep</p>;
	return <Loaded key={id} d={d} row={row ?? d.sweep} />;
}

function Loaded({ d, row }: { d: Detail; row: SweepRow }) {
	const { server } = useServer();
	const query = place().query;
	const varied = (d.varied ?? []).length > 0 ? d.varied! : (d.keys ?? []);
	const variants = d.variants ?? [];
	const results = d.results ?? [];
	const [x, setX] = useState(query.get("x") ?? varied[0] ?? "");
	const [y, setY] = useState(query.get("y") ?? varied[1] ?? "");
	const [variant, setVariant] = useState(query.get("variant") ?? variants[0] ?? "");
	const [result, setResult] = useState(query.get("result") ?? results.find((r) => r === "test_error" || r === "loss_final") ?? results[0] ?? "loss_final");
	const [cell, setCell] = useState<string[]>();
	const [problem, setProblem] = useState("");
	useEffect(() => remember({ x, y, variant: variants.length > 1 ? variant : undefined, result }), [x, y, variant, result]);
	const id = row.id;
	const map = useAsked(x ? [id, x, y, variant, result, row.done].join("\n") : undefined, (signal) => get<SweepMap>(sweepPath(id, "map"), { x, y: y && y !== x ? y : undefined, result, variant: variant || undefined }, signal));
	const curves = useAsked([id, variant, row.done].join("\n"), (signal) => get<{ key: string; columns: string[] | null; groups: Group[] | null }>(sweepPath(id, "curves"), { variant: variant || undefined }, signal));
	const act = async (path: string) => {
		setProblem("");
		try {
			await post(path, {});
		} catch (e) {
			setProblem((e as Error).message);
		}
	};
	const run = async (point: string) => {
		setProblem("");
		try {
			const started = await post<{ id: string }>(sweepPath(id, "points", point, "run"), {});
			go(["run", started.id]);
		} catch (e) {
			setProblem((e as Error).message);
		}
	};
	const points = d.points ?? [];
	const shown = cell ? points.filter((p) => cell.includes(p.id)) : points;
	const changes = server && !server.read_only;
	return (
		<>
			<div class="title">
				<h1>{row.name}</h1>
				<State state={row.running ? "running" : row.done + row.failed >= row.total ? (row.failed > 0 ? "failed" : "finished") : "interrupted"} />
				<div class="acts">
					{row.can_stop && <button type="button" onClick={() => void act(sweepPath(id, "stop"))}>Stop</button>}
					{changes && !row.running && row.done < row.total && (
						<button type="button" class="first" onClick={() => void act(sweepPath(id, "resume"))}>Resume</button>
					)}
				</div>
			</div>
			<p class="mute">
				{row.path}: {row.done.toLocaleString("en")} of {plural(row.total, "run")} done{row.failed > 0 && `, ${row.failed} failed`}
			</p>
			{row.running && <progress class="progress" max={row.total} value={row.done} aria-label="runs done" />}
			{problem && <p class="problem" role="alert">{problem}</p>}
			<div class="stack spaced">
				<section class="panel">
					<header>
						<h2>Map</h2>
						<Choice label="across" value={x} of={d.keys ?? []} set={setX} />
						<Choice label="up" value={y} of={["", ...(d.keys ?? []).filter((k) => k !== x)]} set={setY} />
						{results.length > 1 && <Choice label="result" value={result} of={results} set={setResult} />}
						{variants.length > 1 && <Choice label="variant" value={variant} of={variants} set={setVariant} />}
					</header>
					{map.problem && <p class="problem" role="alert">{map.problem}</p>}
					{map.value && <Heat map={map.value} x={x} y={y} result={result} chosen={cell} onChoose={setCell} />}
				</section>
				{(curves.value?.groups ?? []).length > 0 && (curves.value?.groups ?? []).length <= 12 && (
					<Spread name={row.name} column={curves.value!.columns?.[0] ?? "loss"} groups={(curves.value!.groups ?? []).map((g) => ({ ...g, key: curves.value!.key }))} />
				)}
				<section class="panel">
					<header>
						<h2>{cell ? plural(shown.length, "run") + " of the chosen cell" : "Runs of the sweep"}</h2>
						{cell && <button type="button" onClick={() => setCell(undefined)}>Show all</button>}
					</header>
					<Points d={d} points={shown} result={result} variant={variant} onRun={changes ? (p) => void run(p) : undefined} />
				</section>
				{(d.files ?? []).length > 0 && (
					<section class="panel">
						<header>
							<h2>Files</h2>
						</header>
						<ul class="legend">
							{d.files!.map((f) => (
								<li key={f.path}>
									<a href={sweepPath(id, "files", ...f.path.split("/"))} download>{f.path}</a>
								</li>
							))}
						</ul>
					</section>
				)}
			</div>
		</>
	);
}

function Choice({ label, value, of, set }: { label: string; value: string; of: string[]; set: (v: string) => void }) {
	return (
		<label>
			{label}
			<select value={value} onChange={(e) => set(e.currentTarget.value)}>
				{of.map((o) => (
					<option key={o} value={o}>{o || "nothing"}</option>
				))}
			</select>
		</label>
	);
}

interface HeatProps {
	map: SweepMap;
	x: string;
	y: string;
	result: string;
	chosen: string[] | undefined;
	onChoose: (points: string[] | undefined) => void;
}

/** A cell a pair of values, with its mean written in it: no colour has to be read. */
function Heat({ map, x, y, result, chosen, onChoose }: HeatProps) {
	const rows = map.y && map.y.length > 0 ? map.y : [""];
	const at = useMemo(() => new Map(map.cells.map((c) => [`${c.i},${c.j}`, c])), [map]);
	const known = map.cells.map((c) => c.mean).filter((m): m is number => m !== null);
	const low = Math.min(...known);
	const high = Math.max(...known);
	const log = low > 0 && high / low > 20;
	const share = (m: number) => (high === low ? 0.5 : log ? Math.log(m / low) / Math.log(high / low) : (m - low) / (high - low));
	return (
		<>
			<div class="table" tabIndex={0} role="group" aria-label={`map of ${result}`}>
				<table class="map">
					<caption>
						Mean {result} over seeds. Choose a cell to see its runs.
					</caption>
					<tbody>
						{rows.map((_, k) => {
							const j = rows.length - 1 - k;
							return (
								<tr key={j}>
									<th scope="row" class="mono">{rows[j] === "" ? "" : `${y} = ${rows[j]}`}</th>
									{map.x.map((_, i) => {
										const c = at.get(`${i},${j}`);
										if (!c || c.mean === null) return <td key={i}><span class="cell none">{c ? "failed" : "–"}</span></td>;
										const s = share(c.mean);
										const on = chosen !== undefined && chosen.join() === c.points.join();
										return (
											<td key={i}>
												<button
													type="button"
													class="cell"
													aria-pressed={on}
													style={{ background: css(sequential(s)), color: inkOn(sequential(s)) }}
													title={`${x} = ${map.x[i]}${rows[j] ? `, ${y} = ${rows[j]}` : ""}: ${number(c.mean)}${c.sd !== null && c.n > 1 ? ` ± ${number(c.sd, 2)}` : ""}, ${plural(c.n, "run")}`}
													onClick={() => onChoose(on ? undefined : c.points)}
												>
													{number(c.mean, 3)}
												</button>
											</td>
										);
									})}
								</tr>
							);
						})}
					</tbody>
					<tfoot>
						<tr>
							<th scope="row" class="mono">{x}</th>
							{map.x.map((v, i) => (
								<th key={i} scope="col" class="mono number">{v}</th>
							))}
						</tr>
					</tfoot>
				</table>
			</div>
			{known.length > 0 && (
				<div class="narrow">
					<Scale low={low} high={high} colour={(t) => css(sequential(t))} />
				</div>
			)}
			{log && <p class="note">Colours are logarithmic.</p>}
		</>
	);
}

function Points({ d, points, result, variant, onRun }: { d: Detail; points: Point[]; result: string; variant: string; onRun: ((id: string) => void) | undefined }) {
	const [all, setAll] = useState(false);
	const keys = d.keys ?? [];
	const shown = all ? points : points.slice(0, 50);
	return (
		<>
			<div class="table" tabIndex={0} role="group" aria-label="runs of the sweep">
				<table>
					<thead>
						<tr>
							<th scope="col">Run</th>
							<th scope="col">State</th>
							{keys.map((k) => (
								<th key={k} scope="col" class="mono">{k}</th>
							))}
							<th scope="col" class="number">{result}</th>
							<th scope="col"><span class="hidden">what can be done</span></th>
						</tr>
					</thead>
					<tbody>
						{shown.map((p) => (
							<tr key={p.id}>
								<th scope="row" class="mono">{p.id.slice(0, 8)}</th>
								<td>
									<State state={p.state === "done" ? "finished" : p.state} />
									{p.failure && <div class="note">{p.failure}</div>}
								</td>
								{keys.map((k, i) => (
									<td key={k} class="mono">{p.values[i]}</td>
								))}
								<td class="number">{number(p.results?.[variant]?.[result])}</td>
								<td>
									{(p.runs ?? []).map((r) => (
										<a key={r} href={to(["run", r])}>open</a>
									))}
									{onRun && (p.runs ?? []).length === 0 && (
										<button type="button" class="quiet" title="Run it again with its trajectory, figures and weights" onClick={() => onRun(p.id)}>
											run in full
										</button>
									)}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
			{points.length > shown.length && <button type="button" onClick={() => setAll(true)}>Show all {points.length.toLocaleString("en")}</button>}
		</>
	);
}
