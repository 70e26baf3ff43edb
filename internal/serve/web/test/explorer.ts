import assert from "node:assert/strict";
import { test } from "node:test";
import { points, type World } from "./burstsim.js";
import { open, patience, sound, shot, watched } from "./browser.js";
import { idOf } from "./views.js";

interface Processes {
	processInfo: { cpuTime: number }[];
}

/** Processor time (s) that the browser has taken until now. */
async function processorTime(): Promise<number> {
	const session = await (await open()).newBrowserCDPSession();
	const { processInfo } = (await session.send("SystemInfo.getProcessInfo")) as Processes;
	await session.detach();
	return processInfo.reduce((sum, p) => sum + p.cpuTime, 0);
}

export function explorer(world: World) {
	test("a trajectory of ten million points is scrubbed", async () => {
		const w = await watched();
		const { page } = w;
		let answers = 0;
		page.on("response", (r) => r.url().includes("/trajectory?") && answers++);
		await page.goto(`${world.runs.address}/#/run/${await idOf(world.runs.address, "long")}/explorer`);
		await page.getByText("each sample").waitFor();
		// From single samples to everything.
		await page.getByRole("button", { name: "All", exact: true }).click();
		await page.getByText("lowest and highest of each pixel").waitFor();
		await page.getByText(/^0 to 6000 s/).waitFor();
		for (let i = 0; i < 6; i++) await page.getByRole("button", { name: "Zoom in" }).click();
		const before = answers;
		const work = await processorTime();
		// A reader drags the view over the whole recording, as fast as frames come.
		const moved = await page.evaluate(async () => {
			const box = document.querySelector<HTMLElement>(".overview")!;
			const { left, top, width } = box.getBoundingClientRect();
			const fire = (kind: string, x: number) => box.dispatchEvent(new PointerEvent(kind, { clientX: left + x, clientY: top + 20, pointerId: 1, bubbles: true }));
			box.setPointerCapture = () => undefined; // no pointer is really down
			fire("pointerdown", 5);
			const gaps: number[] = [];
			const begin = performance.now();
			let last = begin;
			for (let i = 0; performance.now() - begin < 4000; i++) {
				fire("pointermove", 5 + ((i * 3) % (width - 10)));
				await new Promise(requestAnimationFrame);
				gaps.push(performance.now() - last);
				last = performance.now();
			}
			fire("pointerup", width / 2);
			gaps.sort((a, b) => a - b);
			return { frames: gaps.length, seconds: (last - begin) / 1000, median: gaps[gaps.length >> 1]!, late: gaps[Math.floor(gaps.length * 0.95)]! };
		});
		// Of the browser's processes together, so that it says something on a busy machine too.
		const each = ((await processorTime()) - work) / moved.frames;
		console.log(
			`scrubbing ${points.toExponential(1)} points: ${(moved.frames / moved.seconds).toFixed(1)} frames a second, median ${moved.median.toFixed(0)} ms, 95 % below ${moved.late.toFixed(0)} ms; ${answers - before} stretches fetched; ${(1000 * each).toFixed(0)} ms of processor time a frame`,
		);
		assert.ok(answers > before, "stretches were fetched while scrubbing");
		await page.waitForFunction(() => !document.querySelector(".problem"));
		await shot(w, "long");
		await sound(w, "after scrubbing");
		await w.context.close();
	});

	test("the explorer by keyboard, before and after learning, with linked axes", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(`${world.runs.address}/#/run/${await idOf(world.runs.address, "regression")}/explorer`);
		const charts = page.getByRole("group", { name: /^Signals: arrows/ });
		await charts.waitFor();
		const range = page.locator(".zoom [role=status]");
		const ranges = new Set<string>();
		for (const name of ["Before learning", "Early", "Late", "After learning"]) {
			await page.getByRole("button", { name, exact: true }).click();
			await page.waitForTimeout(50);
			ranges.add((await range.textContent())!);
		}
		assert.equal(ranges.size, 4, [...ranges].join("; "));
		await charts.focus();
		const wide = await range.textContent();
		await page.keyboard.press("+");
		await page.waitForFunction((t) => document.querySelector(".zoom [role=status]")!.textContent !== t, wide, { timeout: patience });
		const slider = page.getByRole("slider", { name: "moment" });
		const at = await slider.getAttribute("aria-valuetext");
		await charts.press("ArrowRight");
		await page.waitForFunction((t) => document.querySelector("[aria-label=moment]")!.getAttribute("aria-valuetext") !== t, at, { timeout: patience });
		// The circuit follows, and says its rates in words.
		await page.getByRole("img", { name: /^Circuit\. .*event rate 0\.\d/ }).waitFor();
		await page.getByRole("button", { name: "Play" }).click();
		const said = await page.getByRole("heading", { name: /^Circuit at/ }).textContent();
		await page.waitForFunction((t) => document.querySelector("section[aria-label=Circuit] h2")!.textContent !== t, said, { timeout: patience });
		await page.getByRole("button", { name: "Pause" }).click();
		await page.getByLabel("Population").selectOption({ label: "layer 2" });
		await page.getByRole("button", { name: "7", exact: true }).waitFor();
		await sound(w, "the explorer by keyboard");
		await w.context.close();
	});
}
