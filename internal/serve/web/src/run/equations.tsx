import { useEffect, useRef } from "preact/hooks";
import temml from "temml";
import { get, runPath } from "../api";
import { useAsked } from "../use";
import type { ViewProps } from "./run";

interface Model {
	name: string;
	doc: string;
	sections: { population: string; title: string; lines: string[] }[];
	parameters: { symbol: string; name: string; key: string; value: string; default: string; doc: string }[] | null;
	text: string;
}

/** The model as a paper has it: equations, what its parameters are here, and its text. */
export function Equations({ row }: ViewProps) {
	const asked = useAsked(row.id, (signal) => get<Model>(runPath(row.id, "model"), {}, signal));
	const m = asked.value;
	if (!m) return asked.problem ? <p class="problem" role="alert">{asked.problem}</p> : <p class="empty" role="status">Reading the model</p>;
	return (
		<div class="stack">
			{m.doc && <p class="note">{m.doc}</p>}
			<div class="two">
				{m.sections.map((s, i) => (
					<section class="panel" key={i} aria-label={s.title}>
						<header>
							<h2>
								<Mixed text={s.title} />
							</h2>
						</header>
						<div class="equations" tabIndex={0} role="group" aria-label={`equations of ${s.title}`}>
							{s.lines.map((l, k) => (
								<Tex key={k} text={l} block />
							))}
						</div>
					</section>
				))}
			</div>
			{m.parameters && m.parameters.length > 0 && (
				<section class="panel">
					<header>
						<h2>Parameters</h2>
					</header>
					<div class="table" tabIndex={0} role="group" aria-label="parameters">
						<table>
							<thead>
								<tr>
									<th scope="col">Symbol</th>
									<th scope="col">Key</th>
									<th scope="col">Value</th>
									<th scope="col">Default</th>
									<th scope="col">Meaning</th>
								</tr>
							</thead>
							<tbody>
								{m.parameters.map((p) => (
									<tr key={p.key || p.name}>
										<td>
											<Tex text={p.symbol} />
										</td>
										<td class="mono">{p.key}</td>
										<td class="mono">{p.value}</td>
										<td class="mono">{p.default}</td>
										<td>{p.doc}</td>
									</tr>
								))}
							</tbody>
						</table>
					</div>
				</section>
			)}
			<section class="panel">
				<header>
					<h2>The model’s text</h2>
				</header>
				<pre tabIndex={0} aria-label="text of the model">{m.text}</pre>
			</section>
		</div>
	);
}

/** TeX as MathML, which browsers typeset; made as nodes, never as HTML. */
function Tex({ text, block }: { text: string; block?: boolean }) {
	const box = useRef<HTMLSpanElement>(null);
	useEffect(() => {
		const b = box.current!;
		b.textContent = "";
		try {
			temml.render(text, b, { displayMode: block ?? false, throwOnError: true, trust: false, maxSize: [20, 4096], maxExpand: 400 });
		} catch {
			b.textContent = text; // readable still
		}
	}, [text, block]);
	return <span class={block ? "tex block" : "tex"} ref={box} />;
}

/** Text with TeX between dollar signs. */
function Mixed({ text }: { text: string }) {
	return <>{text.split("$").map((part, i) => (i % 2 === 1 ? <Tex key={i} text={part} /> : part))}</>;
}
