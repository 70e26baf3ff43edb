import { useMemo, useRef, useState } from "preact/hooks";
import { titleOf, placeOf } from "../chart/family";
import { Legend, Plot, type Curve, type PlotProps } from "../chart/plot";
import { png, save, svg, type Shown } from "../chart/save";
import type { Cell } from "../chart/joined";

export interface Group {
	label: string;
	key: string;
	x: number[];
	mean: (number | null)[];
	sd: (number | null)[];
	n: number[];
}

/** Means of groups of runs that differ in their seeds, each with a band of one standard deviation to both sides. */
export function Spread({ name, column, groups }: { name: string; column: string; groups: Group[] }) {
	const [log, setLog] = useState(/loss/.test(column));
	const [range, setRange] = useState<[number, number]>();
	const shown = useRef<Shown | undefined>(undefined);
	const x = useMemo(() => [...new Set(groups.flatMap((g) => g.x))].sort((a, b) => a - b), [groups]);
	const curves = useMemo(() => {
		const place = new Map(x.map((v, i) => [v, i]));
		const spread = (g: Group, of: (i: number) => number | null): Cell[] => {
			const out = new Array<Cell>(x.length).fill(undefined);
			g.x.forEach((v, i) => {
				const y = of(i);
				if (y !== null && !(log && y <= 0)) out[place.get(v)!] = y;
			});
			return out;
		};
		return groups.flatMap((g, k): Curve[] => {
			const edge = (sign: number) => (i: number) => {
				const m = g.mean[i];
				if (m === null || m === undefined) return null;
				const y = m + sign * (g.sd[i] ?? 0);
				return log ? Math.max(y, m / 10) : y;
			};
			return [
				{ label: g.label + " less s.d.", values: spread(g, edge(-1)), style: k, band: true },
				{ label: g.label + " plus s.d.", values: spread(g, edge(1)), style: k, band: true },
				{ label: g.label, values: spread(g, (i) => g.mean[i] ?? null), style: k },
			];
		});
	}, [groups, x, log]);
	const [title, axis] = titleOf(placeOf(column).family);
	const entries = groups.map((g, i) => ({ label: `${g.label} (${Math.max(0, ...g.n)})`, style: i }));
	if (groups.length === 0) return <p class="note">There are no curves of {column}.</p>;
	const xLabel = groups[0]!.key === "time" ? "time (s)" : groups[0]!.key;
	const props: PlotProps = {
		x, curves, xLabel, yLabel: axis, height: 340, log, xRange: range, onRange: setRange,
		description: `${title} over ${xLabel}: means of ${groups.map((g) => g.label).join(", ")}, with bands of one standard deviation`,
	};
	return (
		<section class="panel" aria-label={title}>
			<header>
				<h2>{title}, mean and standard deviation</h2>
				<label>
					<input type="checkbox" checked={log} onChange={(e) => setLog(e.currentTarget.checked)} />
					Logarithmic
				</label>
				<button type="button" disabled={!range} onClick={() => setRange(undefined)}>All</button>
				<button type="button" class="quiet" onClick={() => shown.current && void png(name, [shown.current]).then((b) => save(`${name}-${column}.png`, b))}>PNG</button>
				<button type="button" class="quiet" onClick={() => shown.current && save(`${name}-${column}.svg`, svg(name, [shown.current]))}>SVG</button>
			</header>
			<Plot {...props} handle={(u) => (shown.current = u && { chart: u, props })} />
			<Legend entries={entries} />
			<p class="note">In brackets: how many runs a mean is of.{log && " Bands end at a tenth of the mean, where a logarithmic axis cannot show all of the deviation."}</p>
		</section>
	);
}
