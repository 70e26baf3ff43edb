import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, runPath, type Detail, type Recorded, type Signal } from "../api";
import { instant, number } from "../format";
import { place, remember } from "../router";
import { Legend, Plot, type PlotProps, type Shade } from "../chart/plot";
import { flip, nearest } from "../chart/curves";
import { png, save, svg, type Shown } from "../chart/save";
import { columnKey, type Window } from "../wire";
import { Stretches } from "./window";
import { extent, moments, ordered, usual } from "./moments";
import { Overview } from "./overview";
import { Live } from "./rates";
import { useAsked } from "../use";
import type { ViewProps } from "./run";

type Range = [number, number];

/** Signals of a layer on linked axes of time, at any scale. */
export function Explorer({ detail, row }: ViewProps) {
	const asked = useAsked(row.id + "\n" + row.state, (signal) => get<{ variants: Recorded[] | null }>(runPath(row.id, "signals"), {}, signal));
	if (!asked.value) return asked.problem ? <p class="problem" role="alert">{asked.problem}</p> : <p class="empty" role="status">Reading the trajectory</p>;
	const recorded = (asked.value.variants ?? []).filter((v) => v.signals.length > 0);
	if (recorded.length === 0) return <p class="note">No signal was recorded.</p>;
	return <Linked detail={detail} id={row.id} name={row.name} recorded={recorded} />;
}

function Linked({ detail, id, name, recorded }: { detail: Detail; id: string; name: string; recorded: Recorded[] }) {
	const asked = place().query;
	const labels = recorded.map((r) => r.label);
	const [variant, setVariant] = useState(labels.find((l) => l === asked.get("variant")) ?? labels[0]!);
	const of = recorded.find((r) => r.label === variant)!;
	const mine = of.signals;
	const layers = useMemo(() => [...new Set(mine.map((s) => layerOf(s)))], [mine]);
	const firstLayer = layers.find((l) => l === "1") ?? layers.find((l) => l !== "") ?? layers[0] ?? "";
	const [layer, setLayer] = useState(asked.get("layer") ?? firstLayer);
	const here = useMemo(() => ordered(mine.filter((s) => layerOf(s) === layer)), [mine, layer]);
	const [quantities, setQuantities] = useState<Set<string>>(new Set(asked.get("signals")?.split(",") ?? usual));
	const units = useMemo(() => [...new Set(here.flatMap((s) => s.units))].sort((a, b) => a - b), [here]);
	const [chosen, setChosen] = useState<Set<number>>(new Set(asked.get("units")?.split(",").map(Number) ?? []));
	const panels = here.filter((s) => quantities.has(s.signal));
	const shown = panels.length > 0 ? panels : here.slice(0, 3);
	const shownUnits = units.some((u) => chosen.has(u)) ? units.filter((u) => chosen.has(u)) : (shown[0]?.units.slice(0, 3) ?? []);

	const windows = of.windows;
	const whole = useMemo(() => extent(windows), [windows]);
	const start = useMemo((): Range => {
		// So many samples that single bursts are seen.
		const recordedFor = windows.reduce((sum, w) => sum + w[1] - w[0], 0);
		const w = windows[0] ?? whole;
		return [w[0], Math.min(w[1], w[0] + (recordedFor / Math.max(of.samples, 1)) * 800)];
	}, [windows]);
	const [range, setRangeState] = useState<Range>(() => {
		const r = asked.get("t")?.split("-").map(Number);
		return r && r.length === 2 && r.every(Number.isFinite) && r[1]! > r[0]! ? (r as Range) : start;
	});
	const setRange = (r: Range | undefined) => setRangeState(clip(r ?? whole, whole));
	const [at, setAt] = useState<number>();
	const moment = at !== undefined && at >= range[0] && at <= range[1] ? at : (range[0] + range[1]) / 2;
	useEffect(() => {
		const timer = setTimeout(() => remember({ variant: labels.length > 1 ? variant : undefined, layer, units: shownUnits.join(","), signals: shown.map((s) => s.signal).join(","), t: `${range[0].toPrecision(8)}-${range[1].toPrecision(8)}` }), 400);
		return () => clearTimeout(timer);
	});

	const [stretch, setStretch] = useState<Window>();
	const [problem, setProblem] = useState("");
	const stretches = useRef<Stretches | undefined>(undefined);
	useEffect(() => {
		const s = new Stretches((w) => (setStretch(w), setProblem("")), setProblem);
		stretches.current = s;
		return () => s.close();
	}, [id]);
	const charts = useRef<HTMLDivElement>(null);
	const names = shown.map((s) => s.name);
	// Columns mean the same units for all signals of a population.
	const alike = shown.every((s) => s.units.join() === shown[0]!.units.join());
	const columns = alike ? shownUnits.map((u) => shown[0]!.units.indexOf(u)).filter((c) => c >= 0) : [];
	useEffect(() => {
		// A view to each side is asked for as well, so that moving shows curves at once.
		const width = range[1] - range[0];
		const pixels = Math.max(200, Math.min(2400, (charts.current?.clientWidth ?? 900) - 60));
		stretches.current?.ask({ id, variant, signals: names, units: columns, from: Math.max(range[0] - width, whole[0]), to: Math.min(range[1] + width, whole[1]), pixels: Math.round(pixels * Math.min(3, (whole[1] - whole[0]) / width || 1)) });
	}, [id, variant, names.join(" "), columns.join(), range[0], range[1]]);

	const jumps = moments(detail, windows, range[1] - range[0] > (whole[1] - whole[0]) / 3 ? start[1] - start[0] : range[1] - range[0]);
	const shades = useMemo((): Shade[] => detail.phases.filter((p) => p.teacher).map((p) => ({ from: p.start, to: p.end })), [detail]);
	const move = (factor: number, shift: number) => {
		const width = (range[1] - range[0]) * factor;
		const middle = factor === 1 ? (range[0] + range[1]) / 2 + shift * (range[1] - range[0]) : moment;
		const part = factor === 1 ? 0.5 : (moment - range[0]) / (range[1] - range[0]);
		setRange([middle - part * width, middle + (1 - part) * width]);
	};
	const key = (e: KeyboardEvent) => {
		if (e.target !== e.currentTarget) return;
		const small = (range[1] - range[0]) / 200;
		const act: Record<string, () => void> = {
			"+": () => move(0.5, 0), "=": () => move(0.5, 0), "-": () => move(2, 0), "0": () => setRange(undefined),
			ArrowLeft: () => (e.shiftKey ? move(1, -0.25) : setAt(Math.max(range[0], moment - small))),
			ArrowRight: () => (e.shiftKey ? move(1, 0.25) : setAt(Math.min(range[1], moment + small))),
			PageUp: () => move(1, -1), PageDown: () => move(1, 1), Home: () => setRange([whole[0], whole[0] + range[1] - range[0]]), End: () => setRange([whole[1] - (range[1] - range[0]), whole[1]]),
		};
		const f = act[e.key];
		if (!f) return;
		f();
		e.preventDefault();
	};
	const shownCharts = useRef(new Map<string, Shown>());
	const saveAs = (kind: "png" | "svg") => {
		const list = shown.map((s) => shownCharts.current.get(s.name)).filter((s): s is Shown => s !== undefined);
		if (list.length === 0) return;
		const title = `${name}, ${variant}${layer ? ", layer " + layer : ""}`;
		const file = `${name}-layer${layer}-${range[0].toPrecision(6)}s.${kind}`;
		if (kind === "svg") save(file, svg(title, list));
		else void png(title, list).then((b) => save(file, b), (e: Error) => setProblem(e.message));
	};
	return (
		<div class="explorer">
			<div class="side panel">
				{labels.length > 1 && (
					<label class="stacked">
						<span class="label">Variant</span>
						<select value={variant} onChange={(e) => setVariant(e.currentTarget.value)}>
							{labels.map((l) => (
								<option key={l} value={l}>{l || "experiment"}</option>
							))}
						</select>
					</label>
				)}
				<label class="stacked">
					<span class="label">Population</span>
					<select value={layer} onChange={(e) => setLayer(e.currentTarget.value)}>
						{layers.map((l) => (
							<option key={l} value={l}>{l === "" ? "input, target and output" : /^\d+$/.test(l) ? `layer ${l}` : l}</option>
						))}
					</select>
				</label>
				<div role="group" aria-label="Units">
					<span class="label">Units</span>
					<div class="units">
						{units.map((u) => (
							<button key={u} type="button" aria-pressed={shownUnits.includes(u)} onClick={() => setChosen(flip(new Set(shownUnits), u))}>
								{u}
							</button>
						))}
					</div>
				</div>
				<fieldset>
					<legend>Signals</legend>
					{here.map((s) => (
						<label key={s.name}>
							<input type="checkbox" checked={shown.includes(s)} onChange={() => setQuantities(flip(new Set(shown.map((x) => x.signal)), s.signal))} />
							{s.label}
						</label>
					))}
				</fieldset>
				{jumps.length > 0 && (
					<div role="group" aria-label="Go to">
						<span class="label">Go to</span>
						<div class="chips">
							{jumps.map((m) => (
								<button key={m.name} type="button" aria-pressed={same(m.range, range)} onClick={() => setRange(m.range)}>
									{m.name}
								</button>
							))}
						</div>
					</div>
				)}
				<div class="chips">
					<button type="button" onClick={() => saveAs("png")}>PNG as shown</button>
					<button type="button" onClick={() => saveAs("svg")}>SVG as shown</button>
				</div>
			</div>
			<div class="stack">
				<section class="panel" aria-label="Signals over time">
					<Overview id={id} variant={variant} signal={shown[0]} column={columns[0] ?? 0} whole={whole} windows={windows} shades={shades} range={range} onRange={setRange} />
					<div class="tools zoom">
						<button type="button" onClick={() => move(0.5, 0)}>Zoom in</button>
						<button type="button" onClick={() => move(2, 0)}>Zoom out</button>
						<button type="button" onClick={() => move(1, -0.5)} aria-label="Earlier">←</button>
						<button type="button" onClick={() => move(1, 0.5)} aria-label="Later">→</button>
						<button type="button" onClick={() => setRange(undefined)}>All</button>
						<span class="mute" role="status">
							{instant(range[0], range[1] - range[0])} to {instant(range[1], range[1] - range[0])} s{stretch && !stretch.exact ? ", lowest and highest of each pixel" : ", each sample"}
						</span>
					</div>
					<Legend entries={shownUnits.map((u, i) => ({ label: `unit ${u}`, style: i }))} />
					{problem && <p class="problem" role="alert">{problem}</p>}
					<div ref={charts} tabIndex={0} role="group" aria-label="Signals: arrows move the moment, with shift the view, plus and minus zoom" onKeyDown={key}>
						{shown.map((s, i) => (
							<SignalPanel
								key={s.name}
								signal={s}
								units={shownUnits}
								stretch={stretch}
								range={range}
								onRange={setRange}
								moment={moment}
								shades={shades}
								last={i === shown.length - 1}
								keep={(c) => (c ? shownCharts.current.set(s.name, c) : shownCharts.current.delete(s.name))}
							/>
						))}
					</div>
					<Scrubber range={range} at={moment} onAt={setAt} />
				</section>
				{detail.has.circuit && <Live id={id} variant={variant} layers={detail.layers} at={moment} />}
			</div>
		</div>
	);
}

export function layerOf(s: Signal): string {
	return s.layer === 0 ? "" : String(s.layer);
}

function same(a: Range, b: Range): boolean {
	return Math.abs(a[0] - b[0]) < 1e-9 * Math.abs(b[1]) && Math.abs(a[1] - b[1]) < 1e-9 * Math.abs(b[1]);
}

function clip([a, b]: Range, whole: Range): Range {
	const width = Math.min(Math.max(b - a, 1e-6), whole[1] - whole[0]);
	const from = Math.min(Math.max(a, whole[0]), whole[1] - width);
	return [from, from + width];
}

interface PanelProps {
	signal: Signal;
	units: number[];
	stretch: Window | undefined;
	range: Range;
	onRange: (r: Range | undefined) => void;
	moment: number;
	shades: Shade[];
	last: boolean;
	keep: (s: Shown | undefined) => void;
}

const none: number[] = [];

function SignalPanel({ signal, units, stretch, range, onRange, moment, shades, last, keep }: PanelProps) {
	const mine = units.map((u, i) => ({ u, i })).filter(({ u }) => signal.units.includes(u));
	const drawn = mine.length > 0 ? mine : [{ u: signal.units[0] ?? 0, i: 0 }];
	const curves = drawn.map(({ u, i }) => ({ label: `unit ${u}`, values: stretch?.columns.get(columnKey(signal.name, signal.units.indexOf(u))) ?? none, style: i, solid: stretch !== undefined && !stretch.exact }));
	const x = stretch?.x ?? none;
	const ready = curves.every((c) => c.values.length === x.length);
	const k = x.length > 0 ? nearest(x, moment) : -1;
	const values = k < 0 || !ready ? "" : curves.map((c) => number(c.values[k], 3)).join("  ");
	const props: PlotProps = {
		x: ready ? x : none,
		curves: ready ? curves : curves.map((c) => ({ ...c, values: none })),
		xLabel: "time (s)",
		yLabel: signal.label.replace("potential", "pot.").replace("probability", "prob.") + (signal.unit && signal.unit !== "-" ? ` (${signal.unit})` : ""),
		height: last ? 158 : 118,
		hideX: !last,
		sync: "explorer",
		xRange: range,
		onRange,
		marker: moment,
		shades,
		description: `${signal.label} of ${drawn.map((d) => "unit " + d.u).join(", ")} from ${number(range[0], 6)} to ${number(range[1], 6)} s. At ${number(moment, 6)} s: ${values}`,
	};
	return (
		<div class="signal">
			<Plot {...props} handle={(u) => keep(u && { chart: u, props })} />
			<output class="values mono" aria-hidden="true">{values}</output>
		</div>
	);
}

/** The moment within the view, to be dragged, stepped and played. */
function Scrubber({ range, at, onAt }: { range: Range; at: number; onAt: (t: number) => void }) {
	const [playing, setPlaying] = useState(false);
	const now = useRef(at);
	now.current = at;
	useEffect(() => {
		if (!playing) return;
		let last = performance.now();
		let frame = requestAnimationFrame(function step(t) {
			const next = now.current + ((t - last) / 12_000) * (range[1] - range[0]);
			last = t;
			onAt(next > range[1] ? range[0] : next);
			frame = requestAnimationFrame(step);
		});
		return () => cancelAnimationFrame(frame);
	}, [playing, range[0], range[1]]);
	return (
		<div class="scrub">
			<button type="button" aria-pressed={playing} onClick={() => setPlaying(!playing)}>
				{playing ? "Pause" : "Play"}
			</button>
			<input type="range" min={0} max={1000} step={1} value={Math.round((1000 * (at - range[0])) / (range[1] - range[0]))} aria-label="moment" aria-valuetext={`${number(at, 6)} s`} onInput={(e) => onAt(range[0] + (Number(e.currentTarget.value) / 1000) * (range[1] - range[0]))} />
			<output class="mono">{instant(at, (range[1] - range[0]) / 100)} s</output>
		</div>
	);
}
