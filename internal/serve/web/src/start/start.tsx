import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, post, Refused, runPath, type Key, type Message } from "../api";
import { useJob, useRow, useServer } from "../live";
import { remember, to } from "../router";
import { useAsked } from "../use";
import { plural } from "../format";
import { State } from "../runs/state";
import { Spark } from "../runs/spark";
import { Acts } from "../run/acts";
import { edit, type Editor } from "./editor";

interface Starts {
	examples: { name: string; title: string; kind: string }[] | null;
	tasks: string[] | null;
	models: string[] | null;
	times: string[] | null;
}

interface Verdict {
	valid: boolean;
	kind: string;
	name: string;
	runs: number;
	warnings: string[] | null;
	diagnostics: Message[] | null;
}

interface Text {
	name?: string;
	text: string;
	from: string;
}

/** Begins runs: from an example or another run, in an editor that knows the keys. */
export function Start({ query }: { query: URLSearchParams }) {
	const { server } = useServer();
	const [from, setFrom] = useState(query.get("from") ?? "example:regression.toml");
	const [name, setName] = useState("");
	const starts = useAsked("starts", (signal) => get<Starts>("api/starts", {}, signal));
	const source = useAsked(from, (signal) => load(from, signal));
	const [started, setStarted] = useState<string[]>(recall);
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState(false);
	const text = useRef("");
	const [verdict, setVerdict] = useState<Verdict>();
	const editor = useRef<Editor | undefined>(undefined);

	const check = useChecker(from, (v) => {
		setVerdict(v);
		editor.current?.setMessages(v.diagnostics ?? []);
	});
	const run = useCallback(async () => {
		setBusy(true);
		setProblem("");
		try {
			const s = await post<{ id: string; kind: string }>("api/start", { text: text.current, from: from.startsWith("template:") ? "" : from, ...(name ? { name } : {}) });
			if (s.kind === "sweep") location.hash = to(["sweep", s.id]);
			else setStarted((list) => keep([s.id, ...list]));
		} catch (e) {
			const r = e as Refused;
			setProblem(r.message);
			if (r.diagnostics?.length) editor.current?.setMessages(r.diagnostics);
		}
		setBusy(false);
	}, [from, name]);
	if (server && !server.can_start)
		return (
			<div class="empty">
				<h1>Runs cannot be started here</h1>
				<p>{server.why_not || "The server was started with --read-only."}</p>
			</div>
		);
	const messages = verdict?.diagnostics ?? [];
	const examples = starts.value?.examples ?? [];
	return (
		<>
			<h1 class="hidden">Start a run</h1>
			<div class="tools">
				<label>
					Begin with
					<select
						value={from}
						onChange={(e) => {
							setFrom(e.currentTarget.value);
							remember({ from: e.currentTarget.value });
						}}
					>
						{from.startsWith("run:") && <option value={from}>the run it varies</option>}
						<optgroup label="Examples">
							{examples.map((x) => (
								<option key={x.name} value={"example:" + x.name} title={x.title}>
									{x.name.replace(/\.toml$/, "")}
									{x.kind === "sweep" ? " (sweep)" : ""}
								</option>
							))}
							{examples.length === 0 && from.startsWith("example:") && <option value={from}>{from.slice(8).replace(/\.toml$/, "")}</option>}
						</optgroup>
						<optgroup label="Every key of a task, with comments">
							{(starts.value?.tasks ?? []).map((t) => (
								<option key={t} value={"template:" + t}>
									{t}
								</option>
							))}
						</optgroup>
					</select>
				</label>
				<label>
					Name
					<input type="text" value={name} placeholder={verdict?.name || "as the file says"} onInput={(e) => setName(e.currentTarget.value)} size={18} maxLength={80} />
				</label>
				<button type="button" class="first" disabled={busy || (verdict !== undefined && !verdict.valid)} onClick={() => void run()} title="Ctrl or Cmd with Enter">
					{verdict?.kind === "sweep" ? `Start the sweep of ${plural(verdict.runs, "run")}` : "Run"}
				</button>
				<span class="mute">{examples.find((x) => "example:" + x.name === from)?.title}</span>
			</div>
			{problem && <p class="problem" role="alert">{problem}</p>}
			{source.problem && <p class="problem" role="alert">{source.problem}</p>}
			<div class="start">
				<div class="stack">
					{source.value && (
						<Edit
							key={from}
							initial={source.value.text}
							onText={(t) => {
								text.current = t;
								check(t);
							}}
							onRun={() => void run()}
							keep={(e) => (editor.current = e)}
						/>
					)}
					<p class="note">Names of keys are completed as you type, with Ctrl and space at any time; Ctrl with Enter runs; Escape then Tab leaves the editor.</p>
				</div>
				<div class="stack">
					<section class="panel" aria-label="Messages">
						<header>
							<h2>{!verdict ? "Checking" : verdict.valid ? "The file can run" : plural(messages.length, "thing") + " to mend"}</h2>
						</header>
						<ul class="messages" aria-live="polite">
							{messages.map((m, i) => (
								<li key={i}>
									<button type="button" onClick={() => m.line > 0 && editor.current?.goTo(m.line)}>
										<span>
											{m.line > 0 && <b>line {m.line} </b>}
											{m.key && <code>{m.key}</code>} {m.message}
										</span>
									</button>
								</li>
							))}
							{(verdict?.warnings ?? []).map((w, i) => (
								<li key={"w" + i} class="note">
									{w}
								</li>
							))}
						</ul>
					</section>
					{started.length > 0 && (
						<section class="panel" aria-label="Started here">
							<header>
								<h2>Started here</h2>
							</header>
							<div class="stack">
								{started.map((id) => (
									<Started key={id} id={id} />
								))}
							</div>
						</section>
					)}
				</div>
			</div>
		</>
	);
}

async function load(from: string, signal: AbortSignal): Promise<Text> {
	const [kind, name] = from.split(/:(.*)/s) as [string, string];
	if (kind === "run") {
		const c = await get<{ text: string; short: string }>(runPath(name, "config"), {}, signal);
		return { text: c.short || c.text, from };
	}
	if (kind === "template") return get<Text>("api/starts/template", { task: name }, signal);
	return get<Text>("api/starts/example", { name }, signal);
}

// Runs that this tab began.
function recall(): string[] {
	try {
		return JSON.parse(sessionStorage.getItem("burstsim.started") ?? "[]") as string[];
	} catch {
		return [];
	}
}

function keep(list: string[]): string[] {
	const few = list.slice(0, 8);
	try {
		sessionStorage.setItem("burstsim.started", JSON.stringify(few));
	} catch {
		// they are in the list of runs, too
	}
	return few;
}

/** Asks what the command line says of a text, when typing pauses; older questions are dropped. */
function useChecker(from: string, answer: (v: Verdict) => void): (text: string) => void {
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	const abort = useRef<AbortController | undefined>(undefined);
	const last = useRef(answer);
	last.current = answer;
	useEffect(() => () => (clearTimeout(timer.current), abort.current?.abort()), []);
	return useCallback(
		(text: string) => {
			clearTimeout(timer.current);
			timer.current = setTimeout(() => {
				abort.current?.abort();
				abort.current = new AbortController();
				post<Verdict>("api/validate", { text, from: from.startsWith("template:") ? "" : from }, abort.current.signal).then(
					(v) => last.current(v),
					(e: Error) => {
						if (e.name === "AbortError") return;
						last.current({ valid: false, kind: "run", name: "", runs: 0, warnings: null, diagnostics: [{ line: 0, column: 0, key: "", message: e.message, text: e.message }] });
					},
				);
			}, 150);
		},
		[from],
	);
}

function Edit({ initial, onText, onRun, keep }: { initial: string; onText: (t: string) => void; onRun: () => void; keep: (e: Editor | undefined) => void }) {
	const box = useRef<HTMLDivElement>(null);
	const live = useRef({ onText, onRun });
	live.current = { onText, onRun };
	const keys = useRef<Key[]>([]);
	const model = useRef("");
	useEffect(() => {
		const learn = (text: string) => {
			// Parameters are those of the model that the text names.
			const named = /^\s*\[model\][^[]*?^\s*kind\s*=\s*"([^"\n]+)"/ms.exec(text)?.[1] ?? "";
			if (named === model.current && keys.current.length > 0) return;
			model.current = named;
			const ask = (query: Record<string, string>) => get<{ keys: Key[] | null }>("api/keys", query).then((k) => void (keys.current = k.keys ?? []));
			ask(named ? { model: named } : {}).catch(() => ask({}).catch(() => undefined));
		};
		const e = edit(
			box.current!,
			initial,
			() => keys.current,
			(t) => {
				learn(t);
				live.current.onText(t);
			},
			() => live.current.onRun(),
		);
		keep(e);
		learn(initial);
		live.current.onText(initial);
		return () => {
			keep(undefined);
			e.destroy();
		};
	}, []);
	return <div class="editor" ref={box} />;
}

/** A run that was begun here: how it does, and what can be done with it. */
function Started({ id }: { id: string }) {
	const row = useRow(id);
	const job = useJob(id);
	if (!row)
		return (
			<div class="started">
				{job && job.state === "exited" && job.status !== 0 ? (
					<>
						<State state="failed" />
						<pre class="problem">{job.output}</pre>
					</>
				) : (
					<State state="starting" />
				)}
			</div>
		);
	return (
		<div class="started">
			<div class="title">
				<a href={to(["run", id])}>{row.name}</a>
				<State state={row.state} resumable={row.can_resume} />
				<Spark values={row.spark} />
			</div>
			{row.progress !== null && row.state === "running" && <progress class="progress" max={1} value={row.progress} aria-label={`progress of ${row.name}`} />}
			{row.note && <p class="note">{row.note}</p>}
			<Acts row={row} />
		</div>
	);
}
