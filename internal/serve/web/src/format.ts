// How numbers, times and names are said, the same everywhere on the page.

const minus = "\u2212";

/** A number with a few significant digits: 0.0123, 1.2e-7 as 1.2×10⁻⁷. */
export function number(x: number | null | undefined, digits = 4): string {
	if (x === null || x === undefined || Number.isNaN(x)) return "–";
	if (!Number.isFinite(x)) return x > 0 ? "∞" : minus + "∞";
	if (x === 0) return "0";
	const size = Math.abs(x);
	if (size >= 1e-3 && size < 1e6) {
		const text = String(Number(x.toPrecision(digits)));
		return text.replace("-", minus);
	}
	const [mantissa, exponent] = x.toExponential(Math.max(0, digits - 2)).split("e") as [string, string];
	return `${String(Number(mantissa)).replace("-", minus)}×10${superscript(Number(exponent))}`;
}

const digitsAbove = "⁰¹²³⁴⁵⁶⁷⁸⁹";

export function superscript(n: number): string {
	return String(n).replace(/[-0-9]/g, (c) => (c === "-" ? "⁻" : digitsAbove[Number(c)]!));
}

/** A moment of simulated time (s), as exact as a view of this width (s) lets it be seen. */
export function instant(t: number, width: number): string {
	const digits = Math.min(9, Math.max(0, Math.ceil(-Math.log10(width)) + 3));
	return String(Number(t.toFixed(digits))).replace("-", minus);
}

/** The moment of a run's beginning, in the reader's own time zone. */
export function moment(text: string | null | undefined): string {
	if (!text) return "–";
	const t = new Date(text);
	if (Number.isNaN(t.getTime()) || t.getFullYear() < 1980) return "–";
	const two = (n: number) => String(n).padStart(2, "0");
	return `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())} ${two(t.getHours())}:${two(t.getMinutes())}`;
}

export function bytes(n: number): string {
	if (n < 1e3) return `${n} B`;
	if (n < 1e6) return `${number(n / 1e3, 3)} kB`;
	if (n < 1e9) return `${number(n / 1e6, 3)} MB`;
	return `${number(n / 1e9, 3)} GB`;
}

export function plural(n: number, one: string, many = one + "s"): string {
	return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}
