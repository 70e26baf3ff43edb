import { filePath, get, runPath } from "../api";
import { bytes } from "../format";
import { useNews } from "../live";
import { useAsked } from "../use";
import type { ViewProps } from "./run";

/** The files of the run folder, its own figures, and what the process printed. */
export function Files({ row, detail }: ViewProps) {
	return (
		<div class="stack">
			{detail.has.output && <Output id={row.id} />}
			<div class="two">
				{detail.figures.map((f) => {
					const shown = f.files.svg ?? f.files.png;
					return (
						<figure class="panel" key={f.name}>
							<header>
								<h2>{f.name}</h2>
								{Object.entries(f.files).map(([kind, path]) => (
									<a key={kind} href={filePath(row.id, path)} download>
										{kind.toUpperCase()}
									</a>
								))}
							</header>
							{shown && <img class="paper" src={filePath(row.id, shown)} alt={`figure ${f.name} of the run`} loading="lazy" />}
						</figure>
					);
				})}
			</div>
			<section class="panel">
				<header>
					<h2>Files</h2>
					<a href={runPath(row.id, "report")} download>
						Report, one page of HTML
					</a>
				</header>
				<div class="table" tabIndex={0} role="group" aria-label="files">
					<table>
						<thead>
							<tr>
								<th scope="col">File</th>
								<th scope="col" class="number">Size</th>
							</tr>
						</thead>
						<tbody>
							{detail.files.map((f) => (
								<tr key={f.path}>
									<td>
										<a href={filePath(row.id, f.path)} download>
											{f.path}
										</a>
									</td>
									<td class="number">{bytes(f.bytes)}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			</section>
		</div>
	);
}

interface Printed {
	output: string;
	state: string;
	status: number | null;
	command: string;
}

function Output({ id }: { id: string }) {
	const news = useNews(id);
	const asked = useAsked(`${id} ${news}`, (signal) => get<Printed>(runPath(id, "output"), {}, signal));
	if (!asked.value) return null;
	return (
		<section class="panel">
			<header>
				<h2>Printed by the process</h2>
				<code>{asked.value.command}</code>
			</header>
			<pre tabIndex={0} aria-label="output of the process">{asked.value.output}</pre>
		</section>
	);
}
