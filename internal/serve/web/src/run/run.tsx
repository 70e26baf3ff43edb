import { useEffect } from "preact/hooks";
import { get, runPath, type Detail, type Row } from "../api";
import { moment, number } from "../format";
import { useJob, useRow } from "../live";
import { to } from "../router";
import { useAsked } from "../use";
import { State } from "../runs/state";
import { lazy } from "../lazy";
import { Acts } from "./acts";
import { Learning } from "./learning";

const Explorer = lazy(() => import("./explorer").then((m) => m.Explorer));
const Raster = lazy(() => import("./raster").then((m) => m.Raster));
const Weights = lazy(() => import("./weights").then((m) => m.Weights));
const Equations = lazy(() => import("./equations").then((m) => m.Equations));
const Config = lazy(() => import("./config").then((m) => m.Config));
const Files = lazy(() => import("./files").then((m) => m.Files));

const tabs: [string, string, (d: Detail) => boolean | undefined][] = [
	["", "Learning", () => true],
	["explorer", "Burst explorer", (d) => d.has.trajectory],
	["spikes", "Spikes", (d) => d.has.spikes],
	["weights", "Weights", (d) => d.has.weights || d.has.histograms || d.has.filters],
	["equations", "Equations", (d) => d.has.equations],
	["config", "Configuration", () => true],
	["files", "Files and figures", () => true],
];

export interface ViewProps {
	detail: Detail;
	row: Row;
}

export function Run({ id, tab }: { id: string; tab: string }) {
	const row = useRow(id);
	const job = useJob(id);
	// A run is asked about anew when its state changes.
	const asked = useAsked(id + "\n" + (row?.state ?? "") + (row?.progress === null ? "" : "live"), (signal) => get<Detail>(runPath(id), {}, signal));
	const detail = asked.value;
	const name = row?.name ?? detail?.run.name;
	useEffect(() => {
		if (name) document.title = `${name} · burstsim`;
	}, [name, tab]);
	if (!detail) {
		if (!asked.problem) return <p class="empty" role="status">Reading the run</p>;
		return (
			<>
				<h1>{name ?? "Run"}</h1>
				<p class={job ? "problem" : "note"} role="alert">
					{job ? job.output || "It ended before it had a folder." : row ? asked.problem : "There is no such run yet. If it has just been started it appears here."}
				</p>
				<p>
					<a href="#/">All runs</a>
				</p>
			</>
		);
	}
	const now: Row = row ?? detail.run;
	const shown = tabs.filter(([, , has]) => has(detail));
	const View = tab === "explorer" ? Explorer : tab === "spikes" ? Raster : tab === "weights" ? Weights : tab === "equations" ? Equations : tab === "config" ? Config : tab === "files" ? Files : Learning;
	const first = detail.variants[0];
	const reason = detail.reason || (now.state === "finished" ? "" : now.note);
	return (
		<>
			<header>
				<div class="title">
					<h1>{now.name}</h1>
					<State state={now.state} resumable={now.can_resume} />
					<Acts row={now} />
				</div>
				<p class="mute">{detail.title}</p>
				<dl class="facts">
					<Fact name="seed" value={now.seed} />
					<Fact name="precision" value={detail.precision} />
					<Fact name="units" value={detail.layers.filter((n) => n > 0).join(" – ")} />
					<Fact name="loss" value={first?.loss_initial != null && now.loss !== null ? `${number(first.loss_initial)} → ${number(now.loss)}` : number(now.loss)} />
					{now.error !== null && <Fact name="test error" value={`${number(100 * now.error, 3)} %`} />}
					<Fact name="variants" value={detail.labels.length > 1 ? detail.labels.join(", ") : ""} />
					<Fact name="began" value={moment(now.began)} />
					<Fact name="folder" value={now.path} />
				</dl>
				{now.state === "running" && now.progress !== null && (
					<>
						<progress class="progress" max={1} value={now.progress} aria-label="progress of the run" />
						<p class="note" role="status">{now.note || `${number(100 * now.progress, 3)} %`}</p>
					</>
				)}
				{reason && now.state !== "running" && (
					<p class="problem" role={now.state === "failed" ? "alert" : undefined}>
						{reason}
					</p>
				)}
			</header>
			<nav class="tabs" aria-label="Views of the run">
				{shown.map(([t, label]) => (
					<a key={t} href={to(t ? ["run", id, t] : ["run", id])} aria-current={t === tab ? "page" : undefined}>
						{label}
					</a>
				))}
			</nav>
			<View detail={detail} row={now} />
		</>
	);
}

function Fact({ name, value }: { name: string; value: unknown }) {
	if (value === undefined || value === null || value === "" || value === "–") return null;
	return (
		<div>
			<dt>{name}</dt>
			<dd>{String(value)}</dd>
		</div>
	);
}
