import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ink, line } from "../palette";
import { useTheme, type Theme } from "../theme";
import { number } from "../format";

export interface Curve {
	label: string;
	values: ArrayLike<number | null | undefined>;
	/** place in the palette: the same number, the same colour and dash */
	style: number;
	/** drawn thin and pale, behind: what was not smoothed */
	faint?: boolean;
	/** between this curve and the one before it is filled: a spread */
	band?: boolean;
	/** marks instead of a line */
	points?: boolean;
	/** without dashes, whose gaps could hide the highest value of a pixel */
	solid?: boolean;
}

export interface Shade {
	from: number;
	to: number;
}

export interface PlotProps {
	x: ArrayLike<number>;
	curves: Curve[];
	xLabel?: string;
	yLabel: string;
	height: number;
	log?: boolean;
	xLog?: boolean;
	/** charts with one key share the cursor */
	sync?: string;
	/** the range of x that is shown; undefined for all of it */
	xRange?: [number, number] | undefined;
	/** the range of y; undefined for what the curves need */
	yRange?: [number, number] | undefined;
	/** where the axis of y has its ticks, if not where numbers are round */
	yTicks?: number[];
	/** a range was chosen by dragging, or undefined by a double click */
	onRange?: (range: [number, number] | undefined) => void;
	/** the cursor is at this x, or the pointer left */
	onCursor?: (x: number | undefined) => void;
	/** where a vertical line is drawn */
	marker?: number | undefined;
	shades?: Shade[];
	hideX?: boolean;
	/** said to those who do not see the curves */
	description: string;
	/** for "as shown" */
	handle?: (u: uPlot | undefined) => void;
}

const space = 56; // of the axis of y, the same in all charts so that they align

function options(p: PlotProps, width: number, theme: Theme, live: { current: PlotProps }): uPlot.Options {
	const c = ink[theme];
	const font = "12px system-ui, sans-serif";
	const axis = { stroke: c.mute, font, labelFont: font, grid: { stroke: c.grid, width: 1 }, ticks: { stroke: c.grid, width: 1, size: 4 } };
	return {
		width,
		height: p.height,
		padding: [8, 12, p.hideX ? 4 : 0, 0],
		legend: { show: false },
		cursor: {
			...(p.sync ? { sync: { key: p.sync, setSeries: false } } : {}),
			drag: { x: true, y: false, setScale: false },
			focus: { prox: -1 },
			points: { size: 6 },
			y: false,
		},
		scales: {
			x: { time: false, distr: p.xLog ? 3 : 1, range: (_u, min, max) => live.current.xRange ?? (min === max ? [min - 1, max + 1] : [min, max]) },
			y: {
				distr: p.log ? 3 : 1,
				range: (_u, min, max) => {
					const fixed = live.current.yRange;
					if (fixed) return fixed;
					if (min === null || max === null || !Number.isFinite(min)) return live.current.log ? [0.1, 1] : [0, 1];
					if (live.current.log) return uPlot.rangeLog(min, max, 10, false) as [number, number];
					if (min === max) return [min - (Math.abs(min) || 1) * 0.1, max + (Math.abs(max) || 1) * 0.1];
					return uPlot.rangeNum(min, max, { min: { pad: 0.05 }, max: { pad: 0.05 } }) as [number, number];
				},
			},
		},
		axes: [
			{ ...axis, label: p.hideX ? undefined : p.xLabel, labelSize: p.hideX ? 0 : 18, size: p.hideX ? 6 : 26, gap: 3, values: p.hideX ? (_u, s) => s.map(() => "") : (_u, s) => s.map((v) => (v === null ? "" : number(v, 8))) },
			{ ...axis, label: p.yLabel, labelSize: 18, labelGap: 2, size: space, gap: 4, space: 24, ...(p.yTicks ? { splits: p.yTicks } : {}), values: (_u, s) => s.map((v) => (v === null ? "" : number(v))) },
		] as uPlot.Axis[],
		series: [
			{},
			...p.curves.map((curve): uPlot.Series => {
				const l = line(curve.style, theme);
				return {
					label: curve.label,
					stroke: curve.faint || curve.band ? alpha(l.colour, curve.band ? 0 : 0.28) : l.colour,
					width: curve.faint || curve.solid ? 1 : 1.5,
					dash: curve.faint || curve.solid ? undefined : l.dash,
					spanGaps: false,
					points: curve.points ? { show: true, size: 5, fill: l.colour } : { show: (u, s) => sparse(u, s) && !curve.faint && !curve.band, size: 4 },
					...(curve.points ? { paths: () => null } : {}),
				} as uPlot.Series;
			}),
		],
		bands: p.curves.flatMap((curve, i) => (curve.band && p.curves[i - 1]?.band && p.curves[i - 1]!.style === curve.style ? [{ series: [i + 1, i] as [number, number], fill: alpha(line(curve.style, theme).colour, p.curves.length > 12 ? 0.07 : 0.15) }] : [])),
		hooks: {
			drawClear: [(u) => shade(u, live.current.shades ?? [], c.shade)],
			draw: [(u) => mark(u, live.current.marker)],
			setSelect: [
				(u) => {
					if (u.select.width < 4) return;
					live.current.onRange?.([u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")]);
					u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
				},
			],
			setCursor: [
				(u) => {
					const left = u.cursor.left;
					live.current.onCursor?.(left === undefined || left < 0 ? undefined : u.posToVal(left, "x"));
				},
			],
			ready: [(u) => u.over.addEventListener("dblclick", () => live.current.onRange?.(undefined))],
		},
	};
}

function sparse(u: uPlot, series: number): boolean {
	let n = 0;
	for (const v of u.data[series] ?? []) if (v !== null && v !== undefined && ++n > 40) return false;
	return true;
}

function shade(u: uPlot, shades: Shade[], colour: string) {
	u.ctx.save();
	u.ctx.fillStyle = colour;
	for (const s of shades) {
		const a = Math.max(u.valToPos(s.from, "x", true), u.bbox.left);
		const b = Math.min(u.valToPos(s.to, "x", true), u.bbox.left + u.bbox.width);
		if (b > a) u.ctx.fillRect(a, u.bbox.top, b - a, u.bbox.height);
	}
	u.ctx.restore();
}

// The marker is an element, not a line of the canvas, so that moving it draws nothing else.
function mark(u: uPlot | undefined, x: number | undefined) {
	if (!u) return;
	let m = u.over.querySelector<HTMLElement>(".marker");
	if (!m) {
		m = document.createElement("div");
		m.className = "marker";
		u.over.append(m);
	}
	const at = x === undefined ? NaN : u.valToPos(x, "x");
	m.hidden = !(at >= 0 && at <= u.over.clientWidth);
	if (!m.hidden) m.style.transform = `translateX(${at}px)`;
}

function alpha(hex: string, a: number): string {
	const n = parseInt(hex.slice(1), 16);
	return `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${a})`;
}

function data(p: PlotProps): uPlot.AlignedData {
	return [p.x, ...p.curves.map((c) => c.values)] as unknown as uPlot.AlignedData;
}

/** A chart. Its options are made anew only when what they say changes; data alone are replaced. */
export function Plot(p: PlotProps) {
	const box = useRef<HTMLDivElement>(null);
	const chart = useRef<uPlot | undefined>(undefined);
	const live = useRef(p);
	live.current = p;
	const colours = useTheme();
	const shape = JSON.stringify([colours, p.height, p.log, p.xLog, p.xLabel, p.yLabel, p.hideX, p.sync, p.curves.map((c) => [c.label, c.style, c.faint, c.band, c.points, c.solid])]);
	useLayoutEffect(() => {
		const width = Math.max(box.current!.clientWidth, 120);
		const u = new uPlot(options(p, width, colours, live), data(p), box.current!);
		chart.current = u;
		p.handle?.(u);
		return () => {
			chart.current = undefined;
			live.current.handle?.(undefined);
			u.destroy();
		};
	}, [shape]);
	const drawn = useRef<unknown[]>([]);
	useLayoutEffect(() => {
		const now = [p.x, ...p.curves.map((c) => c.values), p.xRange?.[0], p.xRange?.[1], p.yRange?.[0], p.yRange?.[1], shape];
		const same = now.length === drawn.current.length && now.every((v, i) => v === drawn.current[i]);
		drawn.current = now;
		if (!same) chart.current?.setData(data(p), true);
		mark(chart.current, p.marker);
	});
	useEffect(() => {
		const watch = new ResizeObserver(([entry]) => {
			const width = Math.round(entry!.contentRect.width);
			if (width > 60) chart.current?.setSize({ width, height: live.current.height });
		});
		watch.observe(box.current!);
		return () => watch.disconnect();
	}, []);
	return <div class="plot" ref={box} role="img" aria-label={p.description} />;
}

/** What the lines of a chart are: a sample of each with its name, read by everybody. */
export function Legend({ entries, onToggle, hidden }: { entries: { label: string; style: number }[]; onToggle?: (label: string) => void; hidden?: Set<string> }) {
	const colours = useTheme();
	return (
		<ul class="legend">
			{entries.map((e) => {
				const l = line(e.style, colours);
				const sample = (
					<svg width="26" height="8" aria-hidden="true">
						<line x1="1" y1="4" x2="25" y2="4" stroke={l.colour} stroke-width="2" stroke-dasharray={l.dash?.join(" ")} />
					</svg>
				);
				return (
					<li key={e.label}>
						{onToggle ? (
							<button type="button" class="quiet" aria-pressed={!hidden?.has(e.label)} onClick={() => onToggle(e.label)}>
								{sample}
								{e.label}
							</button>
						) : (
							<>
								{sample}
								{e.label}
							</>
						)}
					</li>
				);
			})}
		</ul>
	);
}
