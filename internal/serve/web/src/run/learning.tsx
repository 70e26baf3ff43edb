import { useMemo, useState } from "preact/hooks";
import { get, runPath, type Table } from "../api";
import { useNews } from "../live";
import { useAsked } from "../use";
import { remember, place } from "../router";
import { Curves } from "../chart/curves";
import { joined } from "../chart/joined";
import type { ViewProps } from "./run";

/** Learning curves and angles, from the tables of a run; they grow while it goes on. */
export function Learning({ detail, row }: ViewProps) {
	const { tables } = detail;
	const [chosen, setTable] = useState(place().query.get("table"));
	const table = chosen ?? tables[0] ?? "";
	const news = useNews(row.id);
	const asked = useAsked(table ? `${row.id}\n${table}\n${news}\n${row.state}` : undefined, (signal) => get<Table>(runPath(row.id, "tables", table), { points: 2000 }, signal));
	const data = useMemo(() => asked.value && joined(asked.value), [asked.value]);
	const shades = useMemo(() => detail.phases.filter((p) => p.teacher).map((p) => ({ from: p.start, to: p.end })), [detail.phases]);
	if (!data) {
		if (!table) return <p class="note">There is no table of this run{row.state === "running" ? " yet" : ""}.</p>;
		if (!asked.problem) return <p class="empty" role="status">Reading {table}.csv</p>;
		return <p class="note">{row.state === "running" ? "Nothing is recorded yet." : asked.problem}</p>;
	}
	return (
		<Curves
			table={data}
			name={`${row.name} ${table}`}
			shades={data.key === "time" ? shades : []}
			before={
				tables.length > 1 && (
					<label>
						Table
						<select
							value={table}
							onChange={(e) => {
								setTable(e.currentTarget.value);
								remember({ table: e.currentTarget.value, show: undefined });
							}}
						>
							{tables.map((t) => (
								<option key={t} value={t}>
									{t}.csv
								</option>
							))}
						</select>
					</label>
				)
			}
		/>
	);
}
