import { useLayoutEffect, useRef } from "preact/hooks";
import { useTheme } from "../theme";
import { ink } from "../palette";

/** The course of a loss, without axes; logarithmic where it spans more than a decade. */
export function Spark({ values, width = 110, height = 24 }: { values: (number | null)[] | undefined; width?: number; height?: number }) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const colours = useTheme();
	useLayoutEffect(() => {
		const c = canvas.current!;
		const ratio = devicePixelRatio || 1;
		c.width = width * ratio;
		c.height = height * ratio;
		const g = c.getContext("2d")!;
		g.scale(ratio, ratio);
		const v = (values ?? []).filter((x): x is number => x !== null && Number.isFinite(x));
		if (v.length < 2) return;
		const positive = v.every((x) => x > 0);
		const spread = Math.max(...v) / Math.min(...v);
		const scaled = positive && spread > 10 ? v.map(Math.log) : v;
		const low = Math.min(...scaled);
		const high = Math.max(...scaled);
		const x = (i: number) => 2 + (i / (v.length - 1)) * (width - 6);
		const y = (a: number) => (high === low ? height / 2 : height - 3 - ((a - low) / (high - low)) * (height - 6));
		g.strokeStyle = ink[colours].accent;
		g.lineWidth = 1.25;
		g.lineJoin = "round";
		g.beginPath();
		scaled.forEach((a, i) => (i ? g.lineTo(x(i), y(a)) : g.moveTo(x(i), y(a))));
		g.stroke();
		g.fillStyle = ink[colours].accent;
		g.beginPath();
		g.arc(x(v.length - 1), y(scaled.at(-1)!), 2, 0, 7);
		g.fill();
	}, [values, width, height, colours]);
	return <canvas class="spark" ref={canvas} style={{ width: width + "px", height: height + "px" }} aria-hidden="true" />;
}
