import { useEffect, useState } from "preact/hooks";
import { post, runPath, type Row } from "../api";
import { useServer } from "../live";
import { to } from "../router";

/** What can be done with a run: stop it, go on with it, begin another one like it. */
export function Acts({ row }: { row: Row }) {
	const { server } = useServer();
	const [problem, setProblem] = useState("");
	const [busy, setBusy] = useState("");
	useEffect(() => setBusy(""), [row.state]);
	const act = async (what: string) => {
		setBusy(what);
		setProblem("");
		try {
			await post(runPath(row.id, what), {});
		} catch (e) {
			setBusy("");
			setProblem((e as Error).message);
		}
	};
	return (
		<div class="acts">
			{problem && <span class="problem" role="alert">{problem}</span>}
			{row.can_stop && (
				<button type="button" disabled={busy !== ""} onClick={() => void act("stop")}>
					{busy === "stop" ? "Stopping" : "Stop"}
				</button>
			)}
			{row.can_resume && !server?.read_only && (
				<button type="button" class="first" disabled={busy !== ""} onClick={() => void act("resume")}>
					{busy === "resume" ? "Resuming" : "Resume"}
				</button>
			)}
			{server && !server.read_only && (
				<a class="button" href={to(["start"], { from: "run:" + row.id })}>
					Run a variation
				</a>
			)}
		</div>
	);
}
