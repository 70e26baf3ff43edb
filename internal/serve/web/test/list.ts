import assert from "node:assert/strict";
import { test } from "node:test";
import { hostile, lossOf, type World } from "./burstsim.js";
import { patience, sound, shot, watched } from "./browser.js";
import { idOf } from "./views.js";

export function list(world: World) {
	test("5,000 runs: few rows exist, all are reached, filtered and sorted", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.many.address);
		// The server reads the folder first, which takes its time on a busy machine.
		await page.getByText(/^5,000 runs/).waitFor({ timeout: 5 * patience });
		await page.getByRole("status").filter({ hasText: /^5,000 runs$/ }).waitFor({ timeout: 5 * patience });
		const rows = page.locator(".rows [role=row]");
		assert.ok((await rows.count()) < 60, "rows in the document");
		assert.equal(await page.getByRole("grid").getAttribute("aria-rowcount"), "5001");

		const frames = await page.evaluate(async () => {
			const box = document.querySelector(".rows")!;
			const gaps: number[] = [];
			let last = performance.now();
			for (let i = 0; i < 90; i++) {
				box.scrollTop = (i / 90) * box.scrollHeight;
				await new Promise(requestAnimationFrame);
				gaps.push(performance.now() - last);
				last = performance.now();
			}
			return { a: gaps.reduce((a, b) => a + b, 0) / gaps.length, worst: Math.max(...gaps) };
		});
		console.log(`scrolling 5,000 runs: ${(1000 / frames.a).toFixed(1)} frames a second, the slowest ${frames.worst.toFixed(0)} ms`);

		await page.getByRole("searchbox").fill("loss<0.9995 group7");
		const few = Array.from({ length: 5000 }, (_, i) => i).filter((i) => i % 20 === 7 && lossOf(i) < 0.9995);
		await page.getByText(`${few.length} of 5,000 runs`).waitFor();
		await page.getByRole("searchbox").fill("model.beta=2");
		await page.getByText("1,250 of 5,000 runs").waitFor();
		await page.getByRole("searchbox").fill("-model.beta=2 seed<100");
		await page.getByText("75 of 5,000 runs").waitFor();
		await page.getByRole("searchbox").fill("model.bta=2");
		await page.getByRole("alert").filter({ hasText: "model.beta" }).waitFor();
		w.complaints.length = 0; // a refused condition is an answer with status 400, which Chromium notes
		await page.getByRole("searchbox").fill("");

		await page.getByRole("button", { name: "Seed" }).click();
		await page.locator(".rows").evaluate((b) => (b.scrollTop = 0));
		await rows.first().filter({ hasText: "run0" }).waitFor();
		await page.getByRole("button", { name: "Seed" }).click();
		await rows.first().filter({ hasText: "run4999" }).waitFor();
		await page.getByLabel("Group by folder").check();
		await rows.first().filter({ hasText: "250 runs" }).waitFor();
		await shot(w, "many");
		await sound(w, "5,000 runs");
		await w.context.close();
	});

	test("the list by keyboard: move, select, compare, open", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.runs.address);
		const grid = page.getByRole("grid");
		await page.getByText("spiking").first().waitFor();
		// From the beginning of the page with nothing but Tab.
		for (let i = 0; i < 40 && !(await grid.evaluate((g) => g === document.activeElement)); i++) await page.keyboard.press("Tab");
		await page.keyboard.press("Home");
		await page.keyboard.press("ArrowDown");
		await page.keyboard.press("Space");
		await page.keyboard.press("Shift+ArrowDown");
		await page.getByText(/, 2 selected/).waitFor();
		const outline = await grid.evaluate((g) => getComputedStyle(g).outlineStyle);
		assert.equal(outline, "solid", "focus is seen");
		await page.keyboard.press("End");
		await page.keyboard.press("Enter");
		await page.waitForURL(/#\/run\//);
		await page.getByRole("navigation", { name: "Views of the run" }).waitFor();
		await page.goBack();
		await page.getByRole("button", { name: /^Compare/ }).waitFor();
		await sound(w, "the list by keyboard");
		await w.context.close();
	});

	test("names from folders are text", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.runs.address);
		const path = `named ${hostile}`;
		await page.getByRole("row").filter({ hasText: "edited" }).getByText("unreadable").waitFor();
		for (const view of ["", "/explorer", "/config", "/files"]) {
			await page.goto(`${world.runs.address}/#/run/${await idOf(world.runs.address, path)}${view}`);
			await page.getByText(path).first().waitFor();
			assert.equal(await page.locator("img[src=x]").count(), 0);
		}
		await page.goto(`${world.runs.address}/#/run/${await idOf(world.runs.address, "edited")}`);
		await page.getByText("onerror=").first().waitFor();
		assert.equal(await page.locator("img[src=x]").count(), 0);
		assert.notEqual(await page.title(), "0");
		await sound(w, "hostile names");
		await w.context.close();
	});
}
