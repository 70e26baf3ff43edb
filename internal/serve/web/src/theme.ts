import { useSyncExternalStore } from "./store";

// Dark or light as the system says, unless the reader chose.

export type Theme = "light" | "dark";
type Choice = Theme | "system";

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let choice: Choice = read();

function read(): Choice {
	try {
		const kept = localStorage.getItem("burstsim.theme");
		return kept === "light" || kept === "dark" ? kept : "system";
	} catch {
		return "system"; // storage may be forbidden
	}
}

export function theme(): Theme {
	return choice === "system" ? (dark.matches ? "dark" : "light") : choice;
}

function show() {
	document.documentElement.dataset.theme = theme();
	for (const l of listeners) l();
}

export function toggleTheme() {
	choice = theme() === "dark" ? "light" : "dark";
	try {
		localStorage.setItem("burstsim.theme", choice);
	} catch {
		// it holds until the page is left
	}
	show();
}

dark.addEventListener("change", show);
show();

export function useTheme(): Theme {
	return useSyncExternalStore((changed) => {
		listeners.add(changed);
		return () => listeners.delete(changed);
	}, theme);
}
