import { get, runPath, type Change } from "../api";
import { save } from "../chart/save";
import { useAsked } from "../use";
import type { ViewProps } from "./run";

interface Answer {
	text: string;
	short: string;
	changes: Change[] | null;
}

/** What was asked for: first what differs from the defaults, then everything. */
export function Config({ row, detail }: ViewProps) {
	const asked = useAsked(row.id, (signal) => get<Answer>(runPath(row.id, "config"), {}, signal));
	const c = asked.value;
	if (!c) return asked.problem ? <p class="problem" role="alert">{asked.problem}</p> : <p class="empty" role="status">Reading the configuration</p>;
	const variants = detail.variants.filter((v) => v.changes && Object.keys(v.changes).length > 0);
	return (
		<div class="stack">
			<section class="panel">
				<header>
					<h2>What differs from the defaults</h2>
				</header>
				<Differences changes={c.changes ?? []} />
			</section>
			{variants.map((v) => (
				<section class="panel" key={v.name}>
					<header>
						<h2>Variant {v.name} differs from the experiment in</h2>
					</header>
					<dl class="facts">
						{Object.entries(v.changes!).map(([k, value]) => (
							<div key={k}>
								<dt class="mono">{k}</dt>
								<dd class="mono">{value}</dd>
							</div>
						))}
					</dl>
				</section>
			))}
			<section class="panel">
				<header>
					<h2>config.toml, every key</h2>
					<button type="button" onClick={() => save(`${row.name}.toml`, new Blob([c.text], { type: "application/toml" }))}>
						Download
					</button>
				</header>
				<pre tabIndex={0} aria-label="config.toml">{c.text}</pre>
			</section>
		</div>
	);
}

function Differences({ changes }: { changes: Change[] }) {
	if (changes.length === 0) return <p class="note">Nothing: all keys are at their defaults.</p>;
	return (
		<div class="table" tabIndex={0} role="group" aria-label="differences from the defaults">
			<table>
				<thead>
					<tr>
						<th scope="col">Key</th>
						<th scope="col">Value</th>
						<th scope="col">Default</th>
						<th scope="col">What it is</th>
					</tr>
				</thead>
				<tbody>
					{changes.map((d) => (
						<tr key={d.key}>
							<th scope="row" class="mono">{d.key}</th>
							<td class="mono">{d.value}</td>
							<td class="mono">{d.default}</td>
							<td>{d.doc}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
