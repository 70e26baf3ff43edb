import type { ComponentChildren } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { number } from "../format";
import { remember, place } from "../router";
import { Legend, Plot, type Curve, type PlotProps, type Shade } from "./plot";
import { placeOf, titleOf, usual } from "./family";
import type { Cell, Joined, JoinedColumn } from "./joined";
import { png, save, svg, type Shown } from "./save";

interface Props {
	table: Joined;
	name: string;
	shades: Shade[];
	before?: ComponentChildren;
}

interface Column extends JoinedColumn {
	family: string;
	member: string;
}

/** Panels of curves over the first column of a table, which share zoom and cursor. */
export function Curves({ table, name, shades, before }: Props) {
	const asked = place().query;
	const [log, setLog] = useState(asked.get("scale") !== "linear");
	const [smooth, setSmooth] = useState(Number(asked.get("smooth") ?? 0));
	const [range, setRange] = useState<[number, number]>();
	const columns = useMemo(() => table.columns.map((c): Column => ({ ...c, ...placeOf(c.measure) })), [table]);
	const byFamily = useMemo(() => Map.groupBy(columns, (c) => c.family), [columns]);
	const families = useMemo(() => [...byFamily.keys()], [byFamily]);
	const [chosen, setChosen] = useState<string[] | undefined>(asked.get("show")?.split(","));
	const shown = (chosen ?? usual(families)).filter((f) => families.includes(f));
	const show = (list: string[]) => {
		setChosen(list);
		remember({ show: list.join(",") });
	};
	const x = table.x;
	const xLabel = table.key === "time" ? "time (s)" : table.key;
	const step = (factor: number, shift: number) => {
		const [lo, hi] = range ?? [x[0] ?? 0, x.at(-1) ?? 1];
		const half = ((hi - lo) / 2) * factor;
		const middle = (lo + hi) / 2 + shift * (hi - lo);
		setRange([middle - half, middle + half]);
	};
	const key = (e: KeyboardEvent) => {
		const act: Record<string, () => void> = { "+": () => step(0.5, 0), "=": () => step(0.5, 0), "-": () => step(2, 0), ArrowLeft: () => step(1, -0.1), ArrowRight: () => step(1, 0.1), "0": () => setRange(undefined), Escape: () => setRange(undefined) };
		const f = act[e.key];
		if (!f || e.target !== e.currentTarget) return;
		f();
		e.preventDefault();
	};
	return (
		<>
			<div class="tools">
				{before}
				<label>
					<input
						type="checkbox"
						checked={log}
						onChange={(e) => {
							setLog(e.currentTarget.checked);
							remember({ scale: e.currentTarget.checked ? undefined : "linear" });
						}}
					/>
					Logarithmic loss
				</label>
				<label>
					Smoothing
					<input
						type="range"
						min="0"
						max="0.99"
						step="0.01"
						value={smooth}
						onInput={(e) => {
							setSmooth(Number(e.currentTarget.value));
							remember({ smooth: e.currentTarget.value });
						}}
					/>
					<output>{number(smooth, 2)}</output>
				</label>
				<button type="button" onClick={() => step(0.5, 0)}>Zoom in</button>
				<button type="button" onClick={() => step(2, 0)} disabled={!range}>Zoom out</button>
				<button type="button" disabled={!range} onClick={() => setRange(undefined)}>All</button>
				{families.some((f) => !shown.includes(f)) && (
					<label>
						<span class="hidden">Add a panel</span>
						<select value="" onChange={(e) => show([...shown, e.currentTarget.value])}>
							<option value="">Add a panel</option>
							{families.filter((f) => !shown.includes(f)).map((f) => (
								<option key={f} value={f}>
									{titleOf(f)[0]}
								</option>
							))}
						</select>
					</label>
				)}
			</div>
			<div class="two" tabIndex={0} role="group" aria-label="Curves: plus and minus zoom, arrows move, 0 shows all" onKeyDown={key}>
				{shown.map((f) => (
					<Panel
						key={f}
						family={f}
						name={name}
						columns={byFamily.get(f)!}
						x={x}
						xLabel={xLabel}
						log={log && (f === "loss" || f.endsWith("_loss"))}
						smooth={smooth}
						range={range}
						onRange={setRange}
						shades={shades}
						onClose={() => show(shown.filter((s) => s !== f))}
					/>
				))}
			</div>
			{shown.length === 0 && <p class="note">No row is there yet, or no panel is chosen.</p>}
		</>
	);
}

interface PanelProps {
	family: string;
	name: string;
	columns: Column[];
	x: number[];
	xLabel: string;
	log: boolean;
	smooth: number;
	range: [number, number] | undefined;
	onRange: (r: [number, number] | undefined) => void;
	shades: Shade[];
	onClose: () => void;
}

function Panel({ family, name, columns, x, xLabel, log, smooth, range, onRange, shades, onClose }: PanelProps) {
	const [title, axis] = titleOf(family);
	const [hidden, setHidden] = useState<Set<string>>(new Set());
	const [cursor, setCursor] = useState<number>();
	const shown = useRef<Shown | undefined>(undefined);
	const several = new Set(columns.map((c) => c.variant)).size > 1;
	const labels = columns.map((c) => labelOf(c, several, columns.length));
	const curves = useMemo(() => {
		const out: Curve[] = [];
		columns.forEach((c, i) => {
			const label = labels[i]!;
			if (hidden.has(label)) return;
			const raw = positive(c.y, log);
			if (c.min && c.max) out.push({ label: label + " (lowest)", values: positive(c.min, log), style: i, band: true }, { label: label + " (highest)", values: positive(c.max, log), style: i, band: true });
			if (smooth > 0) out.push({ label: label + " (each row)", values: raw, style: i, faint: true });
			out.push({ label, values: smooth > 0 ? smoothed(raw, smooth) : raw, style: i, solid: smooth === 0 && x.length > 400 });
		});
		return out;
	}, [columns, hidden, smooth, log]);
	const last = columns.map((c, i) => `${labels[i]} ${number(lastOf(c.y), 3)}`).slice(0, 8).join(", ");
	const props: PlotProps = {
		x,
		curves,
		xLabel,
		yLabel: axis,
		height: 250,
		log,
		sync: "curves",
		xRange: range,
		onRange,
		onCursor: setCursor,
		shades,
		...(family.startsWith("angle") && !range ? { yRange: angles(curves) } : {}),
		...(family.startsWith("angle") ? { yTicks: [0, 30, 60, 90, 120, 150, 180] } : {}),
		description: `${title} over ${xLabel}. Last values: ${last}`,
	};
	const index = cursor === undefined ? undefined : nearest(x, cursor);
	return (
		<section class="panel" aria-label={title}>
			<header>
				<h2>{title}</h2>
				<button type="button" class="quiet" onClick={() => shown.current && void png(`${name}: ${title}`, [shown.current]).then((b) => save(`${name}-${family}.png`, b))}>
					PNG
				</button>
				<button type="button" class="quiet" onClick={() => shown.current && save(`${name}-${family}.svg`, svg(`${name}: ${title}`, [shown.current]))}>
					SVG
				</button>
				<button type="button" class="quiet" onClick={onClose} aria-label={`Close ${title}`}>
					✕
				</button>
			</header>
			<Plot {...props} handle={(u) => (shown.current = u && { chart: u, props })} />
			<Legend entries={columns.map((_, i) => ({ label: labels[i]!, style: i }))} hidden={hidden} onToggle={(l) => setHidden(flip(hidden, l))} />
			<p class="note readout">
				{index === undefined ? "\u00a0" : `${xLabel} ${number(x[index])}: ` + columns.map((c, i) => [labels[i]!, c.y[index]] as const).filter(([l]) => !hidden.has(l)).map(([l, v]) => `${l} ${number(v)}`).join(", ")}
			</p>
		</section>
	);
}

function labelOf(c: Column, several: boolean, n: number): string {
	if (!several && n === 1) return c.member === c.measure ? c.variant : c.member;
	if (!several) return c.member;
	return c.member === c.measure ? c.variant : `${c.variant} ${c.member}`;
}

export function flip<T>(set: Set<T>, member: T): Set<T> {
	const next = new Set(set);
	if (!next.delete(member)) next.add(member);
	return next;
}

// An angle between changes says most when seen beside 0 and 90 degrees.
function angles(curves: Curve[]): [number, number] {
	let high = 90;
	for (const c of curves) for (let i = 0; i < c.values.length; i++) high = Math.max(high, c.values[i] ?? 0);
	return [0, high > 91 ? 180 : 92];
}

/** The exponential mean of what came so far, without its bias to the first value. */
export function smoothed(values: Cell[], by: number): Cell[] {
	let sum = 0;
	let weight = 0;
	return values.map((v) => {
		if (v === null || v === undefined || !Number.isFinite(v)) return v;
		sum = by * sum + (1 - by) * v;
		weight = by * weight + (1 - by);
		return sum / weight;
	});
}

function lastOf(values: Cell[]): Cell {
	return values.findLast((v) => v !== null && v !== undefined);
}

// A logarithm has no place for what is not positive.
function positive(values: Cell[], log: boolean): Cell[] {
	return log ? values.map((v) => (typeof v === "number" && v <= 0 ? null : v)) : values;
}

/** The place of the value nearest to x in ascending values. */
export function nearest(values: ArrayLike<number>, x: number): number {
	let lo = 0;
	let hi = values.length - 1;
	while (hi - lo > 1) {
		const mid = (lo + hi) >> 1;
		if (values[mid]! < x) lo = mid;
		else hi = mid;
	}
	return Math.abs(values[lo]! - x) <= Math.abs((values[hi] ?? Infinity) - x) ? lo : hi;
}
