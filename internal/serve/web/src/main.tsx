import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { usePlace } from "./router";
import { toggleTheme, useTheme } from "./theme";
import { useServer } from "./live";
import { Runs } from "./runs/list";
import { lazy } from "./lazy";
import "./style.css";

const Run = lazy(() => import("./run/run").then((m) => m.Run));
const Compare = lazy(() => import("./compare/compare").then((m) => m.Compare));
const Sweep = lazy(() => import("./compare/sweep").then((m) => m.Sweep));
const Start = lazy(() => import("./start/start").then((m) => m.Start));

function Page() {
	const { path, query } = usePlace();
	const server = useServer();
	const view = path[0] ?? "";
	const main = useRef<HTMLElement>(null);
	const [first, setFirst] = useState(true);
	const where = path.slice(0, 2).join("/");
	useEffect(() => {
		// Readers who do not see the page hear that it is another one.
		if (!first) main.current?.focus();
		setFirst(false);
		scrollTo(0, 0);
	}, [where]);
	useEffect(() => {
		document.title = [...path.slice(0, 2).reverse(), "burstsim"].join(" · ");
	}, [where]);
	return (
		<>
			<a class="skip" href="#content" onClick={(e) => (e.preventDefault(), main.current?.focus())}>
				Skip to content
			</a>
			<header class="bar">
				<a class="brand" href="#/" aria-label="burstsim, all runs">
					<Mark />
					<span>burstsim</span>
				</a>
				<nav aria-label="Views">
					<a href="#/" aria-current={view === "" || view === "run" || view === "sweep" ? "page" : undefined}>
						Runs
					</a>
					<a href="#/compare" aria-current={view === "compare" ? "page" : undefined}>
						Compare
					</a>
					{!server.server?.read_only && (
						<a href="#/start" aria-current={view === "start" ? "page" : undefined}>
							Start
						</a>
					)}
				</nav>
				<div class="end">
					{server.server && <span class="folder" title="the served folder">{"\u200e" + server.server.folder}</span>}
					<span class="state" role="status">
						<Signal on={server.live} />
						<span class="word">{server.live ? "live" : "not connected"}</span>
					</span>
					<ThemeSwitch />
				</div>
			</header>
			<main id="content" ref={main} tabIndex={-1}>
				{path[0] === undefined ? <Runs key={query.toString()} query={query} /> : view === "run" && path[1] ? <Run key={path[1]} id={path[1]} tab={path[2] ?? ""} /> : view === "compare" ? <Compare key={query.toString()} query={query} /> : view === "sweep" && path[1] ? <Sweep key={path[1]} id={path[1]} /> : view === "start" ? <Start key={query.toString()} query={query} /> : <div class="empty"><p>There is no such view.</p><p><a href="#/">All runs</a></p></div>}
			</main>
		</>
	);
}

function Mark() {
	return (
		<svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
			<path d="M16 3v12M16 8l-6-5M16 8l6-5" fill="none" stroke="#d55e00" stroke-width="3" stroke-linecap="round" />
			<path d="M16 12l10 15H6z" fill="#0072b2" />
		</svg>
	);
}

function Signal({ on }: { on: boolean }) {
	return (
		<svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
			<circle cx="5" cy="5" r="4" fill={on ? "var(--good)" : "none"} stroke={on ? "var(--good)" : "var(--bad)"} stroke-width="1.5" />
		</svg>
	);
}

function ThemeSwitch() {
	const now = useTheme();
	const other = now === "dark" ? "light" : "dark";
	return (
		<button type="button" class="quiet" onClick={toggleTheme} aria-label={`Switch to the ${other} theme`} title={`${other} theme`}>
			<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
				<circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.4" />
				<path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
			</svg>
		</button>
	);
}

render(<Page />, document.getElementById("page")!);
