import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Signal } from "../api";
import { number } from "../format";
import { line, ink } from "../palette";
import { useTheme } from "../theme";
import type { Shade } from "../chart/plot";
import { columnKey, fetchWindow, type Window } from "../wire";

type Range = [number, number];

interface Props {
	id: string;
	variant: string;
	signal: Signal | undefined;
	column: number;
	whole: Range;
	windows: Range[];
	shades: Shade[];
	range: Range;
	onRange: (r: Range) => void;
}

/** All of a recording as one strip, with the view on it: to be dragged, or moved by keys. */
export function Overview({ id, variant, signal, column, whole, windows, shades, range, onRange }: Props) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const box = useRef<HTMLDivElement>(null);
	const colours = useTheme();
	const [width, setWidth] = useState(0);
	const [data, setData] = useState<Window>();
	useEffect(() => {
		const watch = new ResizeObserver(([e]) => setWidth(Math.round(e!.contentRect.width)));
		watch.observe(box.current!);
		return () => watch.disconnect();
	}, []);
	const name = signal?.name;
	useEffect(() => {
		if (!name || width === 0) return;
		const abort = new AbortController();
		fetchWindow({ id, variant, signals: [name], units: [column], from: whole[0], to: whole[1], pixels: width }, abort.signal).then(setData, () => undefined);
		return () => abort.abort();
	}, [id, variant, name, column, width]);
	const toX = (t: number) => ((t - whole[0]) / (whole[1] - whole[0])) * width;
	useLayoutEffect(() => {
		const c = canvas.current!;
		const ratio = devicePixelRatio || 1;
		const height = 42;
		c.width = width * ratio;
		c.height = height * ratio;
		const g = c.getContext("2d")!;
		g.scale(ratio, ratio);
		g.fillStyle = ink[colours].shade;
		for (const s of shades) g.fillRect(toX(s.from), 0, toX(s.to) - toX(s.from), height);
		const y = data?.columns.get(columnKey(name ?? "", column));
		if (y && data) {
			const known = y.filter((v): v is number => v !== null);
			const low = known.reduce((a, b) => Math.min(a, b), Infinity);
			const high = known.reduce((a, b) => Math.max(a, b), -Infinity);
			g.strokeStyle = line(0, colours).colour;
			g.lineWidth = 1;
			g.beginPath();
			let pen = false;
			y.forEach((v, i) => {
				if (v === null) return void (pen = false);
				const px = toX(data.x[i]!);
				const py = height - 4 - ((v - low) / (high - low || 1)) * (height - 8);
				pen ? g.lineTo(px, py) : g.moveTo(px, py);
				pen = true;
			});
			g.stroke();
		}
		// What was recorded, as a line at the foot.
		g.fillStyle = ink[colours].mute;
		for (const [a, b] of windows) g.fillRect(toX(a), height - 2, Math.max(1, toX(b) - toX(a)), 2);
	}, [data, width, colours, shades, windows, name, column]);

	const drag = useRef<{ x: number; range: Range } | undefined>(undefined);
	const down = (e: PointerEvent) => {
		const at = whole[0] + ((e.clientX - box.current!.getBoundingClientRect().left) / width) * (whole[1] - whole[0]);
		const half = (range[1] - range[0]) / 2;
		const start: Range = at >= range[0] && at <= range[1] ? range : [at - half, at + half];
		drag.current = { x: e.clientX, range: start };
		box.current!.setPointerCapture(e.pointerId);
		onRange(start);
	};
	const move = (e: PointerEvent) => {
		if (!drag.current) return;
		const by = ((e.clientX - drag.current.x) / width) * (whole[1] - whole[0]);
		onRange([drag.current.range[0] + by, drag.current.range[1] + by]);
	};
	const key = (e: KeyboardEvent) => {
		const span = range[1] - range[0];
		const to: Record<string, Range> = {
			ArrowLeft: [range[0] - span / 4, range[1] - span / 4],
			ArrowRight: [range[0] + span / 4, range[1] + span / 4],
			PageUp: [range[0] - span * 4, range[1] - span * 4],
			PageDown: [range[0] + span * 4, range[1] + span * 4],
			Home: [whole[0], whole[0] + span],
			End: [whole[1] - span, whole[1]],
		};
		const next = to[e.key];
		if (!next) return;
		onRange(next);
		e.preventDefault();
	};
	const left = toX(range[0]);
	return (
		<div
			class="overview"
			ref={box}
			role="slider"
			tabIndex={0}
			aria-label="view on the whole recording"
			aria-valuemin={whole[0]}
			aria-valuemax={whole[1]}
			aria-valuenow={range[0]}
			aria-valuetext={`${number(range[0], 6)} to ${number(range[1], 6)} s of ${number(whole[1], 6)} s`}
			onPointerDown={down}
			onPointerMove={move}
			onPointerUp={() => (drag.current = undefined)}
			onPointerCancel={() => (drag.current = undefined)}
			onKeyDown={key}
		>
			<canvas ref={canvas} />
			<span class="view" style={{ transform: `translateX(${left}px)`, width: Math.max(3, toX(range[1]) - left) + "px" }} />
		</div>
	);
}
