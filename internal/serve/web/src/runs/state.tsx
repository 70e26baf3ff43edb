/** What became of a run, readable without colour: a shape and a word. */
export function State({ state, resumable }: { state: string; resumable?: boolean }) {
	return (
		<span class={`state ${known.has(state) ? state : "waiting"}`}>
			<svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8">
				{shape(state)}
			</svg>
			{state}
			{resumable && state !== "running" && (
				<span title="can be resumed">
					<span aria-hidden="true">↻</span>
					<span class="hidden">, can be resumed</span>
				</span>
			)}
		</span>
	);
}

const known = new Set(["running", "finished", "failed", "interrupted"]);

function shape(state: string) {
	switch (state) {
		case "running":
			return <circle cx="7" cy="7" r="4" fill="currentColor" stroke="none" />;
		case "finished":
			return <path d="M2.5 7.5l3 3 6-7" />;
		case "failed":
			return <path d="M3 3l8 8M11 3l-8 8" />;
		case "interrupted":
			return <path d="M4.5 3v8M9.5 3v8" />;
		default:
			return <circle cx="7" cy="7" r="4.5" stroke-dasharray="2 2" />;
	}
}
