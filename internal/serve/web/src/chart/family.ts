// Columns of a table belong to families that share a panel: the same measure of
// several variants and layers.

export interface Place {
	family: string; // "angle_W"
	member: string; // "W1"
}

const populations = /^(event_rate|burst_rate|spike_rate|burst_prob|weight|target)_(.+)$/;

/** Where "angle_W1" belongs. */
export function placeOf(measure: string): Place {
	let family = measure;
	let member = measure;
	const layered = /^(.*?)_?([A-Za-z]?[A-Za-z_]*?)(\d+)(_[a-z]+)?$/.exec(measure);
	const of = populations.exec(measure);
	const ending = /^(train|validation|test)_(loss|error)$/.exec(measure);
	if (ending) {
		family = ending[2]!;
		member = ending[1]!;
	} else if (/^(angle|change|angle_fa|angle_fa_bp)_[A-Za-z]+\d*$/.test(measure)) {
		const m = /^(.*)_([A-Za-z]+?)(\d*)$/.exec(measure)!;
		family = `${m[1]}_${m[2]}`;
		member = m[3] ? m[2]! + m[3] : `all ${m[2]}`;
	} else if (layered && /_\d+(_|$)/.test(measure)) {
		family = measure.replace(/_\d+(?=_|$)/, "");
		member = "layer " + layered[3];
	} else if (of) {
		family = of[1]!;
		member = of[2]!;
	}
	return { family, member };
}

const titles: Record<string, [title: string, axis: string]> = {
	loss: ["Loss", "loss"],
	error: ["Classification error", "error"],
	angle_W: ["Angle of weight changes to backpropagation", "angle (°)"],
	angle_c: ["Angle of bias changes to backpropagation", "angle (°)"],
	angle_fa_W: ["Angle of weight changes to feedback alignment", "angle (°)"],
	angle_fa_bp_W: ["Angle of feedback alignment to backpropagation", "angle (°)"],
	angle_WY: ["Angle between W and Y", "angle (°)"],
	angle_QY: ["Angle between Q and Y", "angle (°)"],
	change_W: ["Change of weights", "norm"],
	event_rate: ["Event rate", "event rate (1/s)"],
	burst_rate: ["Burst rate", "burst rate (1/s)"],
	spike_rate: ["Spike rate", "spike rate (1/s)"],
	burst_prob: ["Burst probability", "burst probability"],
	weight: ["Mean weight", "weight"],
	target: ["Target", "target (1/s)"],
};

export function titleOf(family: string): [title: string, axis: string] {
	const t = titles[family];
	if (t) return t;
	const words = family.replaceAll("_", " ");
	return [words[0]!.toUpperCase() + words.slice(1), words];
}

const first = ["loss", "error", "angle_W", "event_rate", "burst_prob", "weight"];

/** The families that are shown unless the reader chose others. */
export function usual(families: string[]): string[] {
	const some = first.filter((f) => families.includes(f));
	return some.length > 0 ? some : families.slice(0, 2);
}
