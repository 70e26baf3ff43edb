import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { get, runPath } from "../api";
import { number } from "../format";
import { ink, line } from "../palette";
import { save } from "../chart/save";
import { useTheme } from "../theme";
import { useAsked } from "../use";
import { moments, extent } from "./moments";
import type { ViewProps } from "./run";

interface Spikes {
	populations: { name: string; size: number; baseline: number | null }[];
	windows: [number, number][];
	total: number;
	shown: number;
	stride: number;
	time: number[];
	population: number[];
	neuron: number[];
	kind: number[];
}

type Range = [number, number];

const event = 1;
const burst = 2;

/** Spikes of populations: events as ticks, bursts as larger diamonds. */
export function Raster({ row, detail }: ViewProps) {
	const [variant, setVariant] = useState(detail.labels[0] ?? "");
	const [range, setRange] = useState<Range>();
	const first = useAsked(`${row.id} ${variant} windows`, (signal) => get<Spikes>(runPath(row.id, "spikes"), { variant, from: 0, to: 0, most: 1 }, signal));
	const windows = first.value?.windows ?? [];
	const whole = useMemo(() => extent(windows), [first.value]);
	const view = range ?? (windows[0] ? ([windows[0][0], Math.min(windows[0][1], windows[0][0] + 2)] as Range) : whole);
	const [settled, setSettled] = useState(view);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(view), 80);
		return () => clearTimeout(timer);
	}, [view[0], view[1]]);
	const asked = useAsked(first.value ? `${row.id} ${variant} ${settled.join()}` : undefined, (signal) => get<Spikes>(runPath(row.id, "spikes"), { variant, from: settled[0], to: settled[1], most: 30000 }, signal));
	const canvas = useRef<HTMLCanvasElement>(null);
	const [width, setWidth] = useState(800);
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		if (!box.current) return;
		const watch = new ResizeObserver(([e]) => setWidth(Math.round(e!.contentRect.width)));
		watch.observe(box.current);
		return () => watch.disconnect();
	}, [first.value !== undefined]);
	const colours = useTheme();
	const populations = first.value?.populations ?? [];
	const band = 92;
	const height = populations.length * band + 34;
	useLayoutEffect(() => {
		const c = canvas.current;
		if (!c || !asked.value) return;
		draw(c, width, height, band, asked.value, view);
	}, [asked.value, width, height, view[0], view[1], colours]);

	if (!first.value) return first.problem ? <p class="problem" role="alert">{first.problem}</p> : <p class="empty" role="status">Reading the spikes</p>;
	const clip = ([a, b]: Range): Range => {
		const w = Math.min(Math.max(b - a, 1e-3), whole[1] - whole[0]);
		const from = Math.min(Math.max(a, whole[0]), whole[1] - w);
		return [from, from + w];
	};
	const move = (factor: number, shift: number) => {
		const w = (view[1] - view[0]) * factor;
		const middle = (view[0] + view[1]) / 2 + shift * (view[1] - view[0]);
		setRange(clip([middle - w / 2, middle + w / 2]));
	};
	const key = (e: KeyboardEvent) => {
		const act: Record<string, () => void> = { "+": () => move(0.5, 0), "=": () => move(0.5, 0), "-": () => move(2, 0), ArrowLeft: () => move(1, -0.25), ArrowRight: () => move(1, 0.25), "0": () => setRange(whole) };
		const f = act[e.key];
		if (!f) return;
		f();
		e.preventDefault();
	};
	const jumps = moments(detail, windows, view[1] - view[0]);
	const s = asked.value;
	const counts = populations.map((p, i) => {
		let events = 0;
		let bursts = 0;
		s?.population.forEach((q, k) => {
			if (q !== i) return;
			if (s.kind[k] === event) events++;
			if (s.kind[k] === burst) bursts++;
		});
		return { name: p.name, events, bursts };
	});
	return (
		<section class="panel" aria-label="Spikes">
			<header>
				<h2>Spikes, {number(view[0], 6)} to {number(view[1], 6)} s</h2>
				{detail.labels.length > 1 && (
					<label>
						Variant
						<select value={variant} onChange={(e) => setVariant(e.currentTarget.value)}>
							{detail.labels.map((l) => (
								<option key={l}>{l}</option>
							))}
						</select>
					</label>
				)}
				<button type="button" onClick={() => canvas.current?.toBlob((b) => b && save(`${row.name}-spikes.png`, b))}>PNG as shown</button>
			</header>
			<div class="tools">
				<button type="button" onClick={() => move(0.5, 0)}>Zoom in</button>
				<button type="button" onClick={() => move(2, 0)}>Zoom out</button>
				<button type="button" onClick={() => move(1, -0.5)} aria-label="Earlier">←</button>
				<button type="button" onClick={() => move(1, 0.5)} aria-label="Later">→</button>
				{windows.length > 1 &&
					windows.map((w) => (
						<button key={w[0]} type="button" onClick={() => setRange(w)}>
							{number(w[0], 4)} to {number(w[1], 4)} s
						</button>
					))}
				{jumps.map((m) => (
					<button key={m.name} type="button" onClick={() => setRange(m.range)}>
						{m.name}
					</button>
				))}
			</div>
			<ul class="legend">
				<li><Mark kind={event} /> event: the first spike after a pause</li>
				<li><Mark kind={burst} /> burst: its second spike</li>
				<li><Mark kind={0} /> further spikes of a burst</li>
			</ul>
			<div ref={box} class="raster" tabIndex={0} role="group" aria-label="Raster: arrows move, plus and minus zoom" onKeyDown={key}>
				<canvas
					ref={canvas}
					role="img"
					aria-label={`Spikes of ${populations.map((p) => p.name).join(", ")}. ` + counts.map((c) => `${c.name}: ${c.events} events, ${c.bursts} bursts shown`).join("; ")}
					style={{ width: "100%", height: height + "px" }}
				/>
			</div>
			{s && s.stride > 1 && (
				<p class="note">
					{s.total.toLocaleString("en")} spikes are in view; each {s.stride}th is drawn. Zoom in to see all.
				</p>
			)}
			{asked.problem && <p class="problem" role="alert">{asked.problem}</p>}
		</section>
	);
}

function Mark({ kind }: { kind: number }) {
	const colours = useTheme();
	return (
		<svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
			{kind === burst ? <path d="M6 1l4.5 5L6 11 1.5 6z" fill={line(1, colours).colour} /> : kind === event ? <path d="M6 1v10" stroke={ink[colours].text} stroke-width="1.6" /> : <circle cx="6" cy="6" r="1.6" fill={ink[colours].mute} />}
		</svg>
	);
}

function draw(c: HTMLCanvasElement, width: number, height: number, band: number, s: Spikes, [from, to]: Range) {
	const colours = document.documentElement.dataset.theme === "dark" ? "dark" : "light";
	const i = ink[colours];
	const ratio = devicePixelRatio || 1;
	c.width = width * ratio;
	c.height = height * ratio;
	const g = c.getContext("2d")!;
	g.scale(ratio, ratio);
	g.fillStyle = i.surface;
	g.fillRect(0, 0, width, height);
	const left = 64;
	const x = (t: number) => left + ((t - from) / (to - from)) * (width - left - 8);
	g.font = "12px system-ui, sans-serif";
	s.populations.forEach((p, k) => {
		g.fillStyle = i.text;
		g.textAlign = "right";
		g.fillText(p.name, left - 8, k * band + band / 2 + 4, left - 10);
		g.strokeStyle = i.grid;
		g.beginPath();
		g.moveTo(left, (k + 1) * band - 2);
		g.lineTo(width, (k + 1) * band - 2);
		g.stroke();
	});
	const y = (k: number) => {
		const p = s.population[k]!;
		return p * band + 6 + (1 - (s.neuron[k]! + 0.5) / (s.populations[p]?.size || 1)) * (band - 14);
	};
	g.save();
	g.beginPath();
	g.rect(left, 0, width - left, height);
	g.clip();
	// Behind, then events, then bursts, which are fewer and say more.
	for (const kind of [0, event, burst]) {
		g.fillStyle = kind === burst ? line(1, colours).colour : kind === event ? i.text : i.mute;
		for (let k = 0; k < s.time.length; k++) {
			if (s.kind[k] !== kind) continue;
			const px = x(s.time[k]!);
			const py = y(k);
			if (kind === event) g.fillRect(px - 0.5, py - 2, 1, 4);
			else if (kind === 0) g.fillRect(px - 0.5, py - 0.5, 1, 1);
			else {
				g.beginPath();
				g.moveTo(px, py - 3);
				g.lineTo(px + 2.4, py);
				g.lineTo(px, py + 3);
				g.lineTo(px - 2.4, py);
				g.fill();
			}
		}
	}
	g.restore();
	g.fillStyle = i.mute;
	g.textAlign = "center";
	const base = s.populations.length * band;
	const step = nice((to - from) / Math.max(2, width / 110));
	for (let t = Math.ceil(from / step) * step; t <= to + 1e-12; t += step) {
		g.fillRect(x(t), base - 2, 1, 4);
		g.fillText(number(Number(t.toPrecision(9)), 7), x(t), base + 14);
	}
	g.fillText("time (s)", left + (width - left) / 2, base + 30);
}

// nice is 1, 2 or 5 times a power of ten, not below x.
function nice(x: number): number {
	const p = 10 ** Math.floor(Math.log10(x));
	return [1, 2, 5, 10].map((m) => m * p).find((v) => v >= x)!;
}
