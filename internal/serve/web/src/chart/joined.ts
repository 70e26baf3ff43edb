// Tables of several variants, whose rows may be at different places, on one axis.

import type { Table } from "../api";

export interface Joined {
	key: string;
	x: number[];
	columns: JoinedColumn[];
}

export interface JoinedColumn {
	variant: string;
	measure: string;
	y: Cell[];
	min?: Cell[];
	max?: Cell[];
}

/** null is a gap; undefined is only not of this row, and lines go across. */
export type Cell = number | null | undefined;

export function joined(t: Table): Joined {
	const x = [...new Set(t.variants.flatMap((v) => v.x))].sort((a, b) => a - b);
	const place = new Map(x.map((v, i) => [v, i]));
	const columns: JoinedColumn[] = [];
	for (const v of t.variants) {
		const spread = (y: (number | null)[]): Cell[] => {
			const out = new Array<Cell>(x.length).fill(undefined);
			// A measure that is not of every row is a line all the same.
			v.x.forEach((at, i) => (out[place.get(at)!] = y[i] ?? undefined));
			return out;
		};
		for (const [measure, values] of Object.entries(v.columns)) {
			if (!values.y.some((y) => y !== null)) continue;
			columns.push({
				variant: v.label,
				measure,
				y: spread(values.y),
				...(values.min && values.max ? { min: spread(values.min), max: spread(values.max) } : {}),
			});
		}
	}
	return { key: t.key, x, columns };
}
