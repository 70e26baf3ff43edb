// Stretches of a trajectory as the screen can show them.

import { fetchWindow, type WindowQuery, type Window } from "../wire";

/**
 * Asks for one stretch at a time. While an answer is under way only the latest
 * wish is kept, so that dragging never builds a queue, and never starves either;
 * what is of another run or other signals is aborted at once.
 */
export class Stretches {
	private wish: WindowQuery | undefined;
	private abort: AbortController | undefined;
	private subject = "";
	private gone = false;

	constructor(
		private readonly answer: (w: Window, q: WindowQuery) => void,
		private readonly failed: (message: string) => void,
	) {}

	ask(q: WindowQuery) {
		const subject = `${q.id}\n${q.variant}\n${q.signals.join()}\n${q.units.join()}`;
		this.wish = q;
		if (subject !== this.subject) this.abort?.abort();
		this.subject = subject;
		if (!this.abort) void this.run();
	}

	private async run() {
		while (this.wish && !this.gone) {
			const q = this.wish;
			this.wish = undefined;
			this.abort = new AbortController();
			try {
				const w = await fetchWindow(q, this.abort.signal);
				if (!this.gone) this.answer(w, q);
			} catch (e) {
				if ((e as Error).name !== "AbortError" && !this.gone) this.failed((e as Error).message);
			}
		}
		this.abort = undefined;
	}

	close() {
		this.gone = true;
		this.abort?.abort();
	}
}
