import type { Circuit, Compartment, Moment } from "../api";
import { css, inkOn, sequential } from "../palette";
import { number } from "../format";

interface Shown {
	what: string;
	value: number;
	/** between 0 and 1 over the whole recording */
	share: number;
}

// What a compartment does is seen in what it sends: somata in event rates,
// apical dendrites in burst probabilities; where these are not recorded, in potentials.
function shown(c: Compartment, circuit: Circuit, moment: Moment | undefined, hidden: number): Shown | undefined {
	if (!moment) return undefined;
	const last = circuit.layers.length - 1;
	const rows = Math.max(...circuit.compartments.map((k) => k.row));
	const layer = c.row === 0 ? 0 : c.row === rows ? last : hidden;
	const names = c.row === 0 ? ["input"] : [c.cell > 0 ? "" : c.apical ? "burst_prob" : "event_rate", c.signal].filter(Boolean).map((n) => (n === "input" || n === "output" ? n : `${n}_${layer}`));
	for (const name of names) {
		const mean = moment.signals[name]?.mean;
		if (mean === undefined || mean === null) continue;
		const [low, high] = moment.range[name] ?? [0, 1];
		const share = low !== null && high !== null && high > low ? (mean - low) / (high - low) : 0.5;
		return { what: name.replace(/_\d+$/, "").replaceAll("_", " "), value: mean, share };
	}
	return undefined;
}

const carried = ["var(--carry0)", "var(--carry1)", "var(--carry2)", "var(--carry3)", "var(--carry4)"];
const dashes = [undefined, "5 2", "1.5 1.5", "6 2 1.5 2", "9 3"];

/** The network: populations with their compartments, coloured by what they do now. */
export function CircuitView({ circuit, moment, layer }: { circuit: Circuit; moment: Moment | undefined; layer: number }) {
	const by = new Map(circuit.compartments.map((c) => [c.id, c]));
	const present = circuit.compartments.map((c) => [c, shown(c, circuit, moment, layer)] as const);
	const summary = present.filter(([, s]) => s).map(([c, s]) => `${c.kind} ${c.apical ? "apical dendrite" : c.name || "soma"}: ${s!.what} ${number(s!.value, 3)}`);
	return (
		<figure class="circuit">
			<svg viewBox={`0 0 ${circuit.width} ${circuit.height}`} role="img" aria-label={`Circuit. ${summary.join("; ")}`} style={{ maxWidth: circuit.width * 1.9 + "px" }}>
				{circuit.bands.map((b) => (
					<rect key={b.row} x={b.x} y={b.y} width={b.w} height={b.h} rx="2" fill="var(--paper)" />
				))}
				{circuit.links.map((l) => {
					// What comes from outside, or teaches, carries no quantity.
					const colour = l.colour < 0 ? "var(--mute)" : carried[l.colour % carried.length];
					const dash = l.learning === "teaches" ? "1 2" : l.colour < 0 ? undefined : dashes[l.colour % dashes.length];
					const end = l.points.at(-1) ?? [0, 0];
					const before = l.points.at(-2) ?? end;
					return (
						<g key={l.id}>
							<polyline points={l.points.map((p) => p.join(",")).join(" ")} fill="none" stroke={colour} stroke-width={l.colour < 0 || l.learning === "fixed" || l.learning === "one-to-one" ? 0.9 : 1.5} stroke-dasharray={dash} stroke-linejoin="round" />
							{l.end === "disc" ? <circle cx={end[0]} cy={end[1]} r="2.6" fill="var(--surface)" stroke={colour} stroke-width="1.1" /> : <path d={head(before, end)} fill={colour} />}
							{l.label && (
								<text x={l.label.x} y={l.label.y} font-size="8.5" font-style="italic" dominant-baseline="central" fill="var(--ink)">
									{l.label.text}
								</text>
							)}
						</g>
					);
				})}
				{circuit.stalks.map((s) => {
					const a = by.get(s.from);
					const b = by.get(s.to);
					return a && b && <line key={s.from} x1={a.x} y1={a.y} x2={b.x} y2={b.y} stroke="var(--ink)" stroke-width="1.6" />;
				})}
				{present.map(([c, s]) => {
					const fill = s ? css(sequential(s.share)) : "var(--surface)";
					const ink = !s ? "var(--ink)" : inkOn(sequential(s.share));
					const outline = { fill, stroke: "var(--ink)", "stroke-width": 1, "stroke-dasharray": c.dashed ? "2 1.5" : undefined };
					return (
						<g key={c.id}>
							{c.shape === "triangle" ? <path d={`M${c.x} ${c.y - c.ry}L${c.x + c.rx} ${c.y + c.ry}H${c.x - c.rx}z`} {...outline} /> : <ellipse cx={c.x} cy={c.y} rx={c.rx} ry={c.ry} {...outline} />}
							<text x={c.x} y={c.y + (c.shape === "triangle" ? c.ry * 0.35 : 0)} font-size="8" font-style="italic" text-anchor="middle" dominant-baseline="central" fill={ink}>
								{c.text}
							</text>
							{s && (
								<text x={c.x + c.rx + 3} y={c.y - c.ry + 2} font-size="7" fill="var(--ink)">
									{number(s.value, 2)}
								</text>
							)}
						</g>
					);
				})}
				{circuit.texts.map((t, i) => (
					<text key={i} x={t.x} y={t.y} font-size="7.5" text-anchor={t.anchor as "start" | "middle" | "end"} dominant-baseline="central" fill="var(--mute)">
						{/hidden layers?$/.test(t.text) && circuit.layers.length > 3 ? `hidden layer ${layer}` : t.text}
					</text>
				))}
			</svg>
			<figcaption>
				<ul class="legend">
					{circuit.quantities.map((q, i) => (
						<li key={q.symbol}>
							<svg width="28" height="8" aria-hidden="true">
								<line x1="1" x2="27" y1="4" y2="4" stroke={carried[i % carried.length]} stroke-width="2" stroke-dasharray={dashes[i % dashes.length]} />
							</svg>
							<i>{q.text}</i> {q.doc}
						</li>
					))}
					<li>a disc subtracts</li>
					<li>dots: what teaches the weights</li>
				</ul>
				<p class="note">Somata are coloured by event rates, apical dendrites by burst probabilities, from the lowest (dark) to the highest (bright) of the recording.</p>
			</figcaption>
		</figure>
	);
}

// head is an arrow's.
function head([x0, y0]: [number, number], [x1, y1]: [number, number]): string {
	const length = Math.hypot(x1 - x0, y1 - y0) || 1;
	const ux = ((x1 - x0) / length) * 5;
	const uy = ((y1 - y0) / length) * 5;
	return `M${x1} ${y1}L${x1 - ux - uy / 2.2} ${y1 - uy + ux / 2.2}L${x1 - ux + uy / 2.2} ${y1 - uy - ux / 2.2}z`;
}
