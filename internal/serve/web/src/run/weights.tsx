import { useState } from "preact/hooks";
import { bytes, get, runPath } from "../api";
import { number, plural } from "../format";
import { css, inkOn, sequential, signed } from "../palette";
import { useAsked } from "../use";
import { Bars, HeatMap, Image, Scale } from "../chart/image";
import type { ViewProps } from "./run";

interface ArrayInfo {
	name: string;
	shape: number[];
	min: number | null;
	max: number | null;
	mean: number | null;
	sd: number | null;
	histogram: { edges: number[]; counts: number[] } | null;
}

interface Sets {
	sets: { variant: string; at: string; arrays: ArrayInfo[] }[] | null;
	courses: Course[];
	/** they come at the end */
	later: boolean;
}

/** Weights in the course of a run, at some of the times that were recorded. */
interface Course {
	variant: string;
	unit: "time" | "epoch";
	recorded: number;
	at: string[];
	values: number[];
	arrays: CourseArray[];
}

/** Of each time; the bins are the same. */
interface CourseArray {
	name: string;
	shape: number[];
	edges: number[];
	counts: number[][];
	min: (number | null)[];
	max: (number | null)[];
	mean: (number | null)[];
	sd: (number | null)[];
}

interface Histogram {
	name: string;
	label: string;
	edges: number[];
	epochs: number[];
	counts: number[][];
}

interface Training {
	variants:
		| {
				label: string;
				histograms: Histogram[] | null;
				confusion: number[][] | null;
				filters: { shape: [number, number, number, number]; values: (number | null)[] } | null;
		  }[]
		| null;
}

/** What was learned, as images; and how weights and states are distributed over training. */
export function Weights({ row, detail }: ViewProps) {
	const sets = useAsked(detail.has.weights ? row.id + row.state : undefined, (signal) => get<Sets>(runPath(row.id, "weights"), {}, signal));
	const training = useAsked(detail.has.histograms || detail.has.filters || detail.has.confusion ? row.id + row.state : undefined, (signal) => get<Training>(runPath(row.id, "training"), {}, signal));
	const [variant, setVariant] = useState("");
	const [place, setPlace] = useState(Infinity);
	const labels = [...new Set([...(sets.value?.courses ?? []).map((c) => c.variant), ...(sets.value?.sets ?? []).map((s) => s.variant), ...(training.value?.variants ?? []).map((v) => v.label)])];
	const shown = labels.includes(variant) ? variant : (labels[0] ?? "");
	const set = sets.value?.sets?.find((s) => s.variant === shown);
	const over = training.value?.variants?.find((v) => v.label === shown);
	const course = sets.value?.courses.find((c) => c.variant === shown && c.at.length > 0);
	// Behind the last recorded time come the weights at the end.
	const times = course?.at.length ?? 0;
	const now = Math.min(place, set ? times : times - 1);
	const at = now >= 0 && now < times ? course!.at[now]! : (set?.at ?? "");
	const arrays = (now >= 0 && now < times ? course?.arrays.map((a) => atTime(a, now)) : set?.arrays) ?? [];
	const matrices = arrays.filter((a) => a.shape.length >= 2);
	const vectors = arrays.filter((a) => a.shape.length < 2);
	const when = at === "end" ? "at the end" : at === "checkpoint" ? "at the last checkpoint" : `at ${at}`;
	return (
		<div class="stack">
			{labels.length > 1 && (
				<div class="tools">
					<label>
						Variant
						<select value={shown} onChange={(e) => setVariant(e.currentTarget.value)}>
							{labels.map((l) => (
								<option key={l}>{l}</option>
							))}
						</select>
					</label>
				</div>
			)}
			{[sets.problem, training.problem].filter(Boolean).map((p) => (
				<p class="problem" role="alert">{p}</p>
			))}
			{sets.value?.later && <p class="empty">Weights in the course of the run come when it has ended.</p>}
			{(set || course) && (
				<section class="panel">
					<header>
						<h2>Weights {when}</h2>
						<span class="mute">a row a unit, a column a unit that it listens to</span>
					</header>
					{course && (
						<div class="tools">
							<label class="when">
								{course.unit === "time" ? "Time" : "Epoch"}
								<input type="range" min="0" max={set ? times : times - 1} step="1" value={now} aria-valuetext={when} onInput={(e) => setPlace(e.currentTarget.valueAsNumber)} />
							</label>
							<span class="mute">
								{when}; {course.recorded > times ? `${times} of ${course.recorded} recorded times` : plural(times, "recorded time")}
							</span>
						</div>
					)}
					<div class="images">
						{matrices.map((a) => (
							<Matrix key={a.name + shown} id={row.id} variant={shown} at={at} info={a} most={widest(course, a.name)} />
						))}
						{vectors.map((a) => (
							<figure key={a.name}>
								<h3>
									{a.name} <span class="mute">{a.shape.join(" × ")}</span>
								</h3>
								{a.histogram && <Bars edges={a.histogram.edges} counts={a.histogram.counts} label={`values of ${a.name}`} />}
								<Statistics a={a} />
							</figure>
						))}
					</div>
				</section>
			)}
			{course && times > 1 && (
				<section class="panel">
					<header>
						<h2>Distributions of weights over training</h2>
						<span class="mute">up: weight; across: {course.unit === "time" ? "time (s)" : "epoch"}; brighter: more weights</span>
					</header>
					<div class="images">
						{course.arrays.map((a) => (
							<HeatMap key={a.name} title={a.name} x={course.values} xLabel={course.unit === "time" ? "time (s)" : "epoch"} edges={a.edges} counts={a.counts} bar="weights in a bin" />
						))}
					</div>
				</section>
			)}
			{over?.filters && <Filters shape={over.filters.shape} values={over.filters.values} />}
			{over?.histograms && over.histograms.length > 0 && (
				<section class="panel">
					<header>
						<h2>Distributions over training</h2>
						<span class="mute">brighter: more units; across: epochs</span>
					</header>
					<div class="images">
						{over.histograms.map((h) => (
							<HeatMap key={h.name} title={titleOf(h)} x={h.epochs} xLabel="epoch" edges={h.edges} counts={h.counts} />
						))}
					</div>
				</section>
			)}
			{over?.confusion && <Confusion counts={over.confusion} />}
			{!sets.value && sets.loading && <p class="empty" role="status">Reading the weights</p>}
		</div>
	);
}

function atTime(a: CourseArray, i: number): ArrayInfo {
	return { name: a.name, shape: a.shape, min: a.min[i]!, max: a.max[i]!, mean: a.mean[i]!, sd: a.sd[i]!, histogram: { edges: a.edges, counts: a.counts[i]! } };
}

// The largest weight of an array at any time, so that its images share a scale.
function widest(course: Course | undefined, name: string): number {
	const a = course?.arrays.find((b) => b.name === name);
	return a ? [...a.min, ...a.max].reduce<number>((m, v) => Math.max(m, Math.abs(v ?? 0)), 0) : 0;
}

// "burst probability, layer 1", of a histogram named burst_prob_1.
function titleOf(h: Histogram): string {
	const layer = /_(\d+)$/.exec(h.name)?.[1];
	return (h.label || h.name) + (h.label && layer ? `, layer ${layer}` : "");
}

function Statistics({ a }: { a: ArrayInfo }) {
	return (
		<p class="note">
			mean {number(a.mean, 3)}, s.d. {number(a.sd, 3)}, {number(a.min, 3)} to {number(a.max, 3)}
		</p>
	);
}

interface ArrayHeader {
	shape: number[];
	stride?: [number, number] | null;
}

function Matrix({ id, variant, at, info, most }: { id: string; variant: string; at: string; info: ArrayInfo; most: number }) {
	const asked = useAsked(`${id} ${variant} ${at} ${info.name}`, (signal) => bytes(runPath(id, "weights", "array"), { variant, name: info.name, at }, signal));
	const [said, setSaid] = useState("");
	const scale = Math.max(Math.abs(info.min ?? 0), Math.abs(info.max ?? 0), most) || 1;
	let picture = null;
	if (asked.value) {
		const header = asked.value.header as ArrayHeader;
		const values = new Float32Array(asked.value.data, asked.value.at);
		const rows = header.shape[0] ?? 1;
		const columns = Math.round(values.length / rows);
		const [sr, sc] = header.stride ?? [1, 1];
		picture = (
			<Image
				rows={rows}
				columns={columns}
				colour={(i) => signed(values[i]! / scale)}
				label={`${info.name}, ${info.shape.join(" by ")}, from ${number(info.min, 3)} to ${number(info.max, 3)}`}
				onPoint={(r, c) => setSaid(r < 0 ? "" : `${info.name}[${r * sr}, ${c * sc}] = ${number(values[r * columns + c])}`)}
			/>
		);
	}
	return (
		<figure>
			<h3>
				{info.name} <span class="mute">{info.shape.join(" × ")}</span>
			</h3>
			{picture ?? <p class="note">{asked.problem ?? "Reading"}</p>}
			<Scale low={-scale} high={scale} colour={(t) => css(signed(2 * t - 1))} />
			{info.histogram && <Bars edges={info.histogram.edges} counts={info.histogram.counts} label={`values of ${info.name}`} />}
			<p class="note readout">{said || `mean ${number(info.mean, 3)}, s.d. ${number(info.sd, 3)}, ${number(info.min, 3)} to ${number(info.max, 3)}`}</p>
		</figure>
	);
}

/** Weights of the first layer, a small image a unit. */
function Filters({ shape: [units, channels, h, w], values }: { shape: [number, number, number, number]; values: (number | null)[] }) {
	const shown = Math.min(units, 64);
	const size = channels * h * w;
	return (
		<section class="panel">
			<header>
				<h2>Weights onto the first units of layer 1, as images</h2>
			</header>
			<div class="filters">
				{Array.from({ length: shown }, (_, u) => {
					const mine = values.slice(u * size, (u + 1) * size);
					const most = mine.reduce<number>((m, v) => Math.max(m, Math.abs(v ?? 0)), 0) || 1;
					return <Image key={u} rows={h} columns={w} label={`unit ${u}`} colour={(i) => (channels === 3 ? [0, 1, 2].map((c) => 127.5 * (1 + (mine[c * h * w + i] ?? 0) / most)) as [number, number, number] : signed((mine[i] ?? 0) / most))} />;
				})}
			</div>
		</section>
	);
}

function Confusion({ counts }: { counts: number[][] }) {
	return (
		<section class="panel">
			<header>
				<h2>Confusion matrix of test samples</h2>
				<span class="mute">a row a class, a column an answer</span>
			</header>
			<div class="table" tabIndex={0} role="group" aria-label="confusion matrix">
				<table class="confusion">
					<thead>
						<tr>
							<th scope="col">class</th>
							{counts.map((_, j) => (
								<th key={j} scope="col" class="number">{j}</th>
							))}
						</tr>
					</thead>
					<tbody>
						{counts.map((r, i) => {
							const total = r.reduce((a, b) => a + b, 0) || 1;
							return (
								<tr key={i}>
									<th scope="row">{i}</th>
									{r.map((n, j) => {
										const share = n / total;
										return (
											<td key={j} class="number" style={{ background: n ? css(sequential(share)) : "transparent", color: n === 0 ? "var(--mute)" : inkOn(sequential(share)) }}>
												{n}
											</td>
										);
									})}
								</tr>
							);
						})}
					</tbody>
				</table>
			</div>
		</section>
	);
}
