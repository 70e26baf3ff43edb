// The program under test, its run folders, and servers of them.

import { spawn, execFileSync, type ChildProcess } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const web = resolve(import.meta.dirname, "../..");
const root = resolve(web, "../../..");
export const work = join(web, "test-build", "work");
export const screenshots = join(web, "screenshots");
const program = join(web, "test-build", "burstsim");

/** Makes the program; true if the folders of the last time are there and are to do again (BURSTSIM_PAGE_AGAIN=1), which is faster. */
export function build(): boolean {
	const again = process.env.BURSTSIM_PAGE_AGAIN === "1" && existsSync(join(work, "many"));
	if (!again) rmSync(work, { recursive: true, force: true });
	mkdirSync(work, { recursive: true });
	mkdirSync(screenshots, { recursive: true });
	execFileSync("go", ["build", "-o", program, "./cmd/burstsim"], { cwd: root, stdio: "inherit" });
	return again;
}

/** Runs the program to its end. */
export function burstsim(args: string[], mayFail = false) {
	try {
		execFileSync(program, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
	} catch (e) {
		if (!mayFail) throw new Error(`burstsim ${args.join(" ")}: ${String((e as { stderr?: Buffer }).stderr ?? e)}`);
	}
}

/** Starts the program and leaves it running. */
export function begin(args: string[]): ChildProcess {
	return spawn(program, args, { cwd: root, stdio: "ignore" });
}

export interface Server {
	address: string;
	stop(): void;
}

/** What all tests share. */
export interface World {
	/** a run of each kind */
	runs: Server;
	/** thousands of runs */
	many: Server;
}

export async function serve(dir: string, ...flags: string[]): Promise<Server> {
	const child = spawn(program, ["serve", dir, "--addr", "127.0.0.1:0", ...flags], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
	const address = await new Promise<string>((found, failed) => {
		let said = "";
		const read = (b: Buffer) => {
			said += b.toString();
			const m = /http:\/\/[\d.]+:\d+/.exec(said);
			if (m) found(m[0]);
		};
		child.stdout.on("data", read);
		child.stderr.on("data", read);
		child.on("exit", () => failed(new Error("burstsim serve ended: " + said)));
	});
	return { address, stop: () => void child.kill("SIGINT") };
}

export const hostile = `<img src=x onerror="document.title=0">`;

const short = ["--set", "time.before=4s", "--set", "time.learn=40s", "--set", "time.after=4s", "--set", "record.metrics=1s", "--set", "record.angles=5s"];

/** A folder with a run of each kind, as small as they can be. */
export function variety(dir: string) {
	const run = (file: string, name: string, ...more: string[]) => burstsim(["run", file, "--out", join(dir, name), ...more]);
	run("examples/regression.toml", "regression", ...short, "--set", "model.hidden=[12, 8]", "--set", 'record.weights="10s"');
	for (const seed of [1, 2, 3]) run("examples/regression.toml", `seeds/beta1-${seed}`, ...short, "--set", "model.beta=1", "--seed", String(seed), "--set", "plots.figures=[]");
	for (const seed of [1, 2, 3]) run("examples/regression.toml", `seeds/beta4-${seed}`, ...short, "--set", "model.beta=4", "--seed", String(seed), "--set", "plots.figures=[]");
	run("examples/mnist.toml", "digits", "--set", "task.data=embedded", "--set", "task.epochs=2", "--set", "model.hidden=[20]");
	run("examples/dales.toml", "dales", ...short.slice(0, 6));
	run("examples/regression.toml", `named ${hostile}`, ...short, "--set", "plots.figures=[]");
	// A file that somebody edited, whose message quotes what stands there.
	cpSync(join(dir, "seeds/beta1-1"), join(dir, "edited"), { recursive: true });
	const edited = join(dir, "edited/config.toml");
	writeFileSync(edited, readFileSync(edited, "utf8").replace(/^name = .*$/m, `name = '${hostile.replaceAll("'", "")}'`));
	spiking(dir);
	burstsim(["run", "examples/regression.toml", "--out", join(dir, "broken"), ...short, "--set", "model.weight_gain=1e308", "--set", "plots.figures=[]"], true);
	const sweep = join(work, "sweep.toml");
	writeFileSync(sweep, '[time]\nbefore = "2s"\nlearn = "10s"\nafter = "2s"\n[record]\nmetrics = "1s"\n[model]\nhidden = [4]\n[sweep]\nmodel.beta = [1, 2, 4]\ntime.tau_dendrite = ["50ms", "200ms"]\nseeds = "1-2"\n');
	burstsim(["sweep", sweep, "--out", join(dir, "sweep"), "--quiet"]);
}

function spiking(dir: string) {
	const text = readFileSync(join(root, "examples/spiking_xor.toml"), "utf8");
	const file = join(work, "spiking.toml");
	// The same network with fewer neurons, for a moment.
	writeFileSync(file, text.replaceAll("size = 500", "size = 60").replaceAll('duration = "32s"', 'duration = "2s"').replaceAll('duration = "64s"', 'duration = "2s"').replaceAll('duration = "6s"', 'duration = "1s"').replaceAll('"8s"', '"500ms"').replaceAll('"7200ms"', '"400ms"').replaceAll('"800ms"', '"100ms"'));
	burstsim(["run", file, "--out", join(dir, "spiking")]);
}

/** A trajectory of more than ten million points. */
export function long(dir: string) {
	const file = join(work, "long.toml");
	writeFileSync(file, '[task]\nkind = "regression"\nteacher = "leaky"\n[model]\nhidden = [8]\n[time]\ndt = "20ms"\nbefore = "500s"\nlearn = "5000s"\nafter = "500s"\n[record]\nwindows = [{ start = "0s", length = "6000s" }]\n[plots]\nfigures = []\n');
	burstsim(["run", file, "--out", join(dir, "long")]);
}

/** How many points [long] records: samples of 6000 s, and of each 3 inputs, target, output, 6 signals of 5 hidden units and 4 of the output. */
export const points = 300_000 * 39;

/** The loss of the i-th of [many] runs. */
export const lossOf = (i: number) => 0.001 * (1 + ((i * 7919) % 5000));

/** A folder of very many finished runs: copies with names, seeds and values of their own. */
export function many(dir: string, from: string, n: number) {
	const read = (f: string) => readFileSync(join(from, f), "utf8");
	const config = read("config.toml");
	const summary = read("summary.json");
	for (let i = 0; i < n; i++) {
		const to = join(dir, `group${i % 20}`, `run${String(i).padStart(4, "0")}`);
		mkdirSync(to, { recursive: true });
		writeFileSync(join(to, "config.toml"), config.replace(/^seed = .*$/m, `seed = ${i}`).replace(/^beta = .*$/m, `beta = ${1 + (i % 4)}.0`).replace(/^name = .*$/m, `name = "run${i}"`));
		writeFileSync(join(to, "summary.json"), summary.replaceAll(/"loss_final": [0-9.e-]+/g, `"loss_final": ${lossOf(i)}`));
		cpSync(join(from, "metrics.csv"), join(to, "metrics.csv"));
	}
}

