import { useLayoutEffect, useRef } from "preact/hooks";
import { number } from "../format";
import { css, ink, sequential } from "../palette";
import { useTheme } from "../theme";

type RGB = [number, number, number];

interface ImageProps {
	rows: number;
	columns: number;
	colour: (index: number) => RGB;
	label: string;
	/** width over height as shown, if not that of the matrix */
	ratio?: number;
	/** the place under the pointer, or -1, -1 when it left */
	onPoint?: (row: number, column: number) => void;
}

/** A matrix, a pixel a value; the page scales it up without blur. */
export function Image({ rows, columns, colour, label, ratio, onPoint }: ImageProps) {
	const canvas = useRef<HTMLCanvasElement>(null);
	useLayoutEffect(() => {
		const c = canvas.current!;
		c.width = columns;
		c.height = rows;
		const g = c.getContext("2d")!;
		const image = g.createImageData(columns, rows);
		for (let i = 0; i < rows * columns; i++) {
			const [r, gr, b] = colour(i);
			image.data[4 * i] = r;
			image.data[4 * i + 1] = gr;
			image.data[4 * i + 2] = b;
			image.data[4 * i + 3] = 255;
		}
		g.putImageData(image, 0, 0);
	});
	const move = (e: PointerEvent) => {
		const box = canvas.current!.getBoundingClientRect();
		onPoint?.(Math.min(rows - 1, Math.max(0, Math.floor(((e.clientY - box.top) / box.height) * rows))), Math.min(columns - 1, Math.max(0, Math.floor(((e.clientX - box.left) / box.width) * columns))));
	};
	// Long matrices keep a shape that can be looked at.
	const shape = ratio ?? Math.min(3, Math.max(1, columns / rows));
	return <canvas ref={canvas} role="img" aria-label={label} style={{ aspectRatio: String(shape) }} onPointerMove={move} onPointerLeave={() => onPoint?.(-1, -1)} />;
}

export function Scale({ low, high, colour }: { low: number; high: number; colour: (t: number) => string }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	useLayoutEffect(() => {
		const c = canvas.current!;
		c.width = 128;
		c.height = 1;
		const g = c.getContext("2d")!;
		for (let i = 0; i < 128; i++) {
			g.fillStyle = colour(i / 127);
			g.fillRect(i, 0, 1, 1);
		}
	});
	return (
		<div class="scale">
			<span>{number(low, 3)}</span>
			<canvas ref={canvas} aria-hidden="true" />
			<span>{number(high, 3)}</span>
		</div>
	);
}

/** A histogram of values that are there now. */
export function Bars({ edges, counts, label }: { edges: number[]; counts: number[]; label: string }) {
	const colours = useTheme();
	const most = Math.max(...counts, 1);
	const width = 240;
	const height = 46;
	const step = width / counts.length;
	const total = counts.reduce((a, b) => a + b, 0);
	return (
		<figure class="bars">
			<svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`histogram of ${label}: ${total} from ${number(edges[0], 3)} to ${number(edges.at(-1), 3)}`}>
				{counts.map((n, i) => (
					<rect key={i} x={i * step + 0.4} width={Math.max(0.5, step - 0.8)} y={height - (n / most) * (height - 2)} height={(n / most) * (height - 2)} fill={ink[colours].mute} />
				))}
				<line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} stroke={ink[colours].mute} />
			</svg>
			<div class="scale">
				<span>{number(edges[0], 3)}</span>
				<span />
				<span>{number(edges.at(-1), 3)}</span>
			</div>
		</figure>
	);
}

/**
 * How a distribution moves: a column a time, brighter where more values are. With a
 * text for its bar of colours all columns share one scale, and stand where their
 * times are: a place has the nearest one.
 */
export function HeatMap({ title, x, xLabel, edges, counts, bar }: { title: string; x: number[]; xLabel: string; edges: number[]; counts: number[][]; bar?: string }) {
	const bins = edges.length - 1;
	let most = counts.map((c) => c.reduce((a, b) => Math.max(a, b), 1));
	const all = Math.max(...most);
	let columns = counts.map((_, i) => i);
	if (bar) {
		most = most.map(() => all);
		columns = nearest(x, 240);
	}
	return (
		<figure class="heat">
			<h3>{title}</h3>
			<div class="axes">
				<span class="top">{number(edges.at(-1), 3)}</span>
				<span class="bottom">{number(edges[0], 3)}</span>
				<Image
					rows={bins}
					columns={columns.length}
					ratio={1.7}
					label={`${title}: distribution over ${counts.length} times, from ${number(edges[0], 3)} to ${number(edges.at(-1), 3)}`}
					colour={(i) => {
						const column = columns[i % columns.length]!;
						const bin = bins - 1 - Math.floor(i / columns.length);
						return sequential(Math.sqrt((counts[column]![bin] ?? 0) / most[column]!));
					}}
				/>
			</div>
			<div class="scale">
				<span>{number(x[0], 3)}</span>
				<span class="middle">{xLabel}</span>
				<span>{number(x.at(-1), 3)}</span>
			</div>
			{bar && (
				<>
					<Scale low={0} high={all} colour={(t) => css(sequential(Math.sqrt(t)))} />
					<p class="note">{bar}</p>
				</>
			)}
		</figure>
	);
}

// For each of n places from the first to the last of ascending x, which is nearest.
function nearest(x: number[], n: number): number[] {
	let at = 0;
	return Array.from({ length: n }, (_, i) => {
		const here = x[0]! + ((x.at(-1)! - x[0]!) * (i + 0.5)) / n;
		while (at + 1 < x.length && x[at + 1]! - here < here - x[at]!) at++;
		return at;
	});
}
