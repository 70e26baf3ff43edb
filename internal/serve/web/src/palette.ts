// Okabe and Ito's colours, as in the program's own figures; darker or lighter
// where the background asks for it, so that each has a contrast of 3 to 1 and
// more. Dashes tell lines apart where colours are lost; their number has no
// factor in common with that of colours, so that all products differ.

import type { Theme } from "./theme";

const colours: Record<Theme, string[]> = {
	light: ["#0072b2", "#d55e00", "#00805d", "#a86f00", "#b0508c", "#2b2f33", "#2a86bd"],
	dark: ["#4da6e0", "#ff8a3d", "#2fc496", "#e6b23a", "#e39ac4", "#d8dce0", "#8fd0f5"],
};

const dashes: (number[] | undefined)[] = [undefined, [7, 3], [2, 3], [8, 3, 2, 3], [14, 4]];

export interface Line {
	colour: string;
	dash: number[] | undefined;
}

export function line(i: number, theme: Theme): Line {
	const c = colours[theme];
	return { colour: c[i % c.length]!, dash: dashes[i % dashes.length] };
}

export interface Ink {
	text: string;
	mute: string;
	grid: string;
	surface: string;
	shade: string;
	accent: string;
}

export const ink: Record<Theme, Ink> = {
	light: { text: "#1a1d21", mute: "#565d66", grid: "#e4e5e0", surface: "#ffffff", shade: "rgba(90,96,104,0.10)", accent: "#005a9c" },
	dark: { text: "#e4e6e8", mute: "#a3abb5", grid: "#2a3037", surface: "#171b1f", shade: "rgba(200,210,220,0.09)", accent: "#7cbcf5" },
};

type RGB = [number, number, number];

// Viridis in ten steps, as in the program's own figures.
const viridis = [0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725].map(
	(c): RGB => [c >> 16, (c >> 8) & 255, c & 255],
);

function mix(scale: RGB[], t: number): RGB {
	const at = Math.min(Math.max(t, 0), 1) * (scale.length - 1);
	const i = Math.min(Math.floor(at), scale.length - 2);
	const f = at - i;
	const a = scale[i]!;
	const b = scale[i + 1]!;
	return [a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1]), a[2] + f * (b[2] - a[2])];
}

/** What has no sign, between 0 and 1. */
export function sequential(t: number): RGB {
	return mix(viridis, t);
}

// Below zero blue, above it vermilion, as in the program's own figures.
const diverging: RGB[] = [
	[0, 60, 110],
	[86, 156, 206],
	[247, 247, 247],
	[232, 140, 70],
	[150, 60, 0],
];

/** What has a sign, between -1 and 1. */
export function signed(t: number): RGB {
	return mix(diverging, (t + 1) / 2);
}

export function css([r, g, b]: RGB): string {
	return `rgb(${Math.round(r)},${Math.round(g)},${Math.round(b)})`;
}

/** Black or white, whichever is read better on a colour: the one with more contrast by WCAG. */
export function inkOn([r, g, b]: RGB): string {
	const linear = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
	const luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
	return luminance > 0.179 ? "#000000" : "#ffffff";
}
