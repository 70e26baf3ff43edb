// The language of the filter box: words that must occur, and conditions on what
// the list shows or on keys of experiment files: "xor state=failed model.beta>1
// -seed=3". A condition on what a run does not have is not met; a minus turns a word or a
// condition round. Keys at their defaults are not in the list: runs that meet
// conditions on keys are asked of the server.

export interface Filtered {
	/** what a word is looked for in, in lower case */
	text: string;
	/** the value of a key, by its name or the end of it; undefined if there is none */
	key(name: string): string | number | boolean | undefined;
}

type Test = (r: Filtered) => boolean;

export interface Parsed {
	test: Test;
	/** conditions on keys of experiment files, which the server decides: "model.beta>1" */
	where: { condition: string; not: boolean }[];
}

const condition = /^([A-Za-z_][\w.[\]]*)(<=|>=|!=|=|<|>|~)(.*)$/s;

export function parseFilter(text: string): Parsed {
	const tests: Test[] = [];
	const where: Parsed["where"] = [];
	for (const w of words(text)) {
		const not = w.startsWith("-");
		const m = condition.exec(not ? w.slice(1) : w);
		// Keys have a section in front; all else is in the list.
		if (m && m[1]!.includes(".") && m[2] !== "~") {
			if (m[3] !== "") where.push({ condition: m[0], not });
		} else tests.push(one(w));
	}
	return { test: (r) => tests.every((t) => t(r)), where };
}

// words splits at spaces that are not in quotes.
function words(text: string): string[] {
	return [...text.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)].map((m) => m[0].replaceAll('"', "")).filter((w) => w !== "" && w !== "-");
}

function one(word: string): Test {
	if (word.startsWith("-") && word.length > 1) {
		const t = one(word.slice(1));
		return (r) => !t(r);
	}
	const m = condition.exec(word);
	if (!m) {
		const w = word.toLowerCase();
		return (r) => r.text.includes(w);
	}
	const [, key, op, want] = m as unknown as [string, string, string, string];
	return (r) => {
		const have = r.key(key);
		if (have === undefined) return false;
		return compare(have, op, want);
	};
}

function compare(have: string | number | boolean, op: string, want: string): boolean {
	const a = quantity(have);
	const b = quantity(want);
	const both = a !== undefined && b !== undefined;
	switch (op) {
		case "=":
			return both ? a === b : String(have).toLowerCase() === want.toLowerCase();
		case "!=":
			return both ? a !== b : String(have).toLowerCase() !== want.toLowerCase();
		case "~":
			return String(have).toLowerCase().includes(want.toLowerCase());
		case "<":
			return both && a < b;
		case "<=":
			return both && a <= b;
		case ">":
			return both && a > b;
		default:
			return both && a >= b;
	}
}

const units: Record<string, number> = { "": 1, ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, min: 60, h: 3600, "%": 0.01 };

/** A number, or a time in seconds: "100ms" is less than "1s". */
export function quantity(v: string | number | boolean): number | undefined {
	if (typeof v === "number") return v;
	if (typeof v === "boolean") return undefined;
	const m = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-zµ%]*)$/.exec(v.trim());
	if (!m) return undefined;
	const unit = units[m[2]!];
	return unit === undefined ? undefined : Number(m[1]) * unit;
}
