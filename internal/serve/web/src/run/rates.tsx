import { useEffect, useRef, useState } from "preact/hooks";
import { get, runPath, type Circuit, type Moment } from "../api";
import { number } from "../format";
import { useAsked } from "../use";
import { CircuitView } from "./circuit";

/** The circuit at a moment: the latest wish is asked for when the last answer is there. */
export function Live({ id, variant, layers, at }: { id: string; variant: string; layers: number[]; at: number }) {
	const circuit = useAsked(id, (signal) => get<Circuit>(runPath(id, "circuit"), {}, signal));
	const hidden = Math.max(0, layers.length - 2);
	const [layer, setLayer] = useState(1);
	const [moment, setMoment] = useState<Moment>();
	const wish = useRef<number | undefined>(undefined);
	const busy = useRef(false);
	const alive = useRef(true);
	useEffect(() => () => void (alive.current = false), []);
	useEffect(() => {
		wish.current = at;
		const run = async () => {
			if (busy.current) return;
			busy.current = true;
			while (wish.current !== undefined && alive.current) {
				const time = wish.current;
				wish.current = undefined;
				try {
					const m = await get<Moment>(runPath(id, "moment"), { variant, time });
					if (alive.current) setMoment(m);
				} catch {
					// the picture stays as it was
				}
			}
			busy.current = false;
		};
		void run();
	}, [id, variant, at]);
	if (!circuit.value) return circuit.problem ? <p class="note">{circuit.problem}</p> : null;
	const rates = Object.entries(moment?.signals ?? {}).filter(([name]) => /^(event_rate|burst_prob|burst_rate)_\d+$/.test(name));
	const rows = layers.map((_, l) => l).filter((l) => rates.some(([name]) => name.endsWith("_" + l)));
	const mean = (name: string) => number(moment?.signals[name]?.mean, 3);
	return (
		<section class="panel" aria-label="Circuit">
			<header>
				<h2>Circuit at {moment ? `${number(moment.time, 7)} s` : "this moment"}</h2>
				{hidden > 1 && (
					<label>
						Hidden layer shown
						<select value={layer} onChange={(e) => setLayer(Number(e.currentTarget.value))}>
							{Array.from({ length: hidden }, (_, i) => (
								<option key={i} value={i + 1}>
									{i + 1}
								</option>
							))}
						</select>
					</label>
				)}
			</header>
			<div class="circuit-and-rates">
				<CircuitView circuit={circuit.value} moment={moment} layer={layer} />
				<div class="table" tabIndex={0} role="group" aria-label="rates of the layers">
					<table>
						<caption>Means over the recorded units at this moment</caption>
						<thead>
							<tr>
								<th scope="col">layer</th>
								<th scope="col" class="number">event rate</th>
								<th scope="col" class="number">burst probability</th>
								<th scope="col" class="number">burst rate</th>
							</tr>
						</thead>
						<tbody>
							{rows.map((l) => (
								<tr key={l}>
									<th scope="row">{l === layers.length - 1 ? `${l}, output` : l}</th>
									<td class="number">{mean(`event_rate_${l}`)}</td>
									<td class="number">{mean(`burst_prob_${l}`)}</td>
									<td class="number">{mean(`burst_rate_${l}`)}</td>
								</tr>
							))}
						</tbody>
					</table>
				</div>
			</div>
		</section>
	);
}
