// Charts as they are shown, as files: pixels of their canvases, or lines drawn
// again from their data and scales.

import type uPlot from "uplot";
import { ink } from "../palette";
import { theme } from "../theme";
import type { PlotProps } from "./plot";
import { line } from "../palette";

export interface Shown {
	chart: uPlot;
	props: PlotProps;
}

/** All charts below each other, with a line of text above, in the pixels of the screen. */
export function png(title: string, shown: Shown[]): Promise<Blob> {
	const ratio = devicePixelRatio || 1;
	const c = ink[theme()];
	const top = 26 * ratio;
	const width = Math.max(...shown.map((s) => s.chart.ctx.canvas.width));
	const height = shown.reduce((sum, s) => sum + s.chart.ctx.canvas.height, top);
	const canvas = document.createElement("canvas");
	canvas.width = width;
	canvas.height = height;
	const g = canvas.getContext("2d")!;
	g.fillStyle = c.surface;
	g.fillRect(0, 0, width, height);
	g.fillStyle = c.text;
	g.font = `${13 * ratio}px system-ui, sans-serif`;
	g.fillText(title, 8 * ratio, 17 * ratio);
	let y = top;
	for (const s of shown) {
		g.drawImage(s.chart.ctx.canvas, 0, y);
		y += s.chart.ctx.canvas.height;
	}
	return new Promise((done, failed) => canvas.toBlob((b) => (b ? done(b) : failed(new Error("the picture is too large"))), "image/png"));
}

const escapes: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function text(s: string): string {
	return s.replace(/[&<>"]/g, (c) => escapes[c]!).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "");
}

interface Axis {
	_splits?: number[] | null;
	_values?: (string | null)[] | null;
}

/** The same as lines, for a figure: an SVG document. */
export function svg(title: string, shown: Shown[]): Blob {
	const c = ink[theme()];
	const top = 26;
	const width = Math.max(...shown.map((s) => s.chart.width));
	const height = shown.reduce((sum, s) => sum + s.chart.height, top);
	const out = [
		`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="11">`,
		`<rect width="100%" height="100%" fill="${c.surface}"/>`,
		`<text x="8" y="17" font-size="13" fill="${c.text}">${text(title)}</text>`,
	];
	let y = top;
	shown.forEach((s, i) => {
		out.push(`<g transform="translate(0 ${y})">`, panel(s, i), "</g>");
		y += s.chart.height;
	});
	out.push("</svg>");
	return new Blob([out.join("\n")], { type: "image/svg+xml" });
}

function panel({ chart: u, props }: Shown, index: number): string {
	const colours = theme();
	const c = ink[colours];
	const ratio = devicePixelRatio || 1;
	const box = { x: u.bbox.left / ratio, y: u.bbox.top / ratio, w: u.bbox.width / ratio, h: u.bbox.height / ratio };
	const X = (v: number) => u.valToPos(v, "x") + box.x;
	const Y = (v: number) => u.valToPos(v, "y") + box.y;
	const out: string[] = [`<clipPath id="c${index}"><rect x="${f(box.x)}" y="${f(box.y)}" width="${f(box.w)}" height="${f(box.h)}"/></clipPath>`];
	for (const s of props.shades ?? []) out.push(`<rect clip-path="url(#c${index})" x="${f(X(s.from))}" y="${f(box.y)}" width="${f(X(s.to) - X(s.from))}" height="${f(box.h)}" fill="${c.mute}" fill-opacity="0.1"/>`);
	u.axes.forEach((axis, k) => {
		const { _splits, _values } = axis as unknown as Axis;
		_splits?.forEach((v, i) => {
			const label = text(_values?.[i] ?? "");
			if (k === 0) {
				out.push(`<path d="M${f(X(v))} ${f(box.y)}v${f(box.h + 4)}" stroke="${c.grid}"/>`);
				if (!props.hideX) out.push(`<text x="${f(X(v))}" y="${f(box.y + box.h + 15)}" text-anchor="middle" fill="${c.mute}">${label}</text>`);
			} else {
				out.push(`<path d="M${f(box.x - 4)} ${f(Y(v))}h${f(box.w + 4)}" stroke="${c.grid}"/>`, `<text x="${f(box.x - 7)}" y="${f(Y(v) + 4)}" text-anchor="end" fill="${c.mute}">${label}</text>`);
			}
		});
	});
	props.curves.forEach((curve, i) => {
		if (curve.band) return;
		const l = line(curve.style, colours);
		const d = path(u.data[0]!, u.data[i + 1]!, X, Y);
		const dash = l.dash && !curve.faint && !curve.solid ? ` stroke-dasharray="${l.dash.join(" ")}"` : "";
		out.push(`<path clip-path="url(#c${index})" d="${d}" fill="none" stroke="${l.colour}" stroke-width="${curve.faint ? 0.8 : 1.5}"${curve.faint ? ' stroke-opacity="0.3"' : ""}${dash}><title>${text(curve.label)}</title></path>`);
	});
	const middle = box.y + box.h / 2;
	out.push(`<text transform="translate(12 ${f(middle)}) rotate(-90)" text-anchor="middle" fill="${c.text}">${text(props.yLabel)}</text>`);
	if (!props.hideX && props.xLabel) out.push(`<text x="${f(box.x + box.w / 2)}" y="${f(u.height - 3)}" text-anchor="middle" fill="${c.text}">${text(props.xLabel)}</text>`);
	// What the lines are, beside each other in the upper part of the panel.
	let at = box.x + 8;
	props.curves.forEach((curve) => {
		if (curve.faint || curve.band || props.curves.length > 12) return;
		const l = line(curve.style, colours);
		out.push(`<path d="M${f(at)} ${f(box.y + 9)}h20" stroke="${l.colour}" stroke-width="1.5"${l.dash ? ` stroke-dasharray="${l.dash.join(" ")}"` : ""}/>`, `<text x="${f(at + 24)}" y="${f(box.y + 13)}" fill="${c.text}">${text(curve.label)}</text>`);
		at += 36 + 6 * curve.label.length;
	});
	return out.join("\n");
}

function path(xs: ArrayLike<number>, ys: ArrayLike<number | null | undefined>, X: (v: number) => number, Y: (v: number) => number): string {
	const out: string[] = [];
	let pen = false;
	for (let i = 0; i < xs.length; i++) {
		const y = ys[i];
		if (y === null || y === undefined || Number.isNaN(y)) {
			pen = false;
			continue;
		}
		out.push(`${pen ? "L" : "M"}${f(X(xs[i]!))} ${f(Y(y))}`);
		pen = true;
	}
	return out.join("");
}

function f(x: number): string {
	return Number.isFinite(x) ? String(Math.round(x * 100) / 100) : "0";
}

/** Gives the reader a file. */
export function save(name: string, content: Blob) {
	const a = document.createElement("a");
	a.href = URL.createObjectURL(content);
	a.download = name.replace(/[^\w.-]+/g, "_");
	a.click();
	setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}
