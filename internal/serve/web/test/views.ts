import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { World } from "./burstsim.js";
import { modes, shot, sound, watched, type Mode } from "./browser.js";

interface Listed {
	id: string;
	path: string;
}

/** The id of what has this path below the folder. */
export async function idOf(address: string, path: string): Promise<string> {
	const list = (await (await fetch(address + "/api/runs")).json()) as { runs: Listed[]; sweeps: Listed[] };
	const found = [...list.runs, ...list.sweeps].find((r) => r.path === path);
	assert.ok(found, `${path} is not in the list: ${list.runs.map((r) => r.path).join(", ")}`);
	return found.id;
}

/** The keyboard goes through the weights that were recorded on the way, and image and histogram follow. */
async function course(page: Page) {
	await page.getByRole("img", { name: /^W1: distribution over 5 times/ }).waitFor();
	const slider = page.getByRole("slider", { name: "Time" });
	await slider.press("Home");
	await page.getByRole("heading", { name: "Weights at 0 s" }).waitFor();
	const bias = page.locator("figure", { has: page.getByRole("heading", { name: /^c3/ }) }).first().locator(".note");
	const first = await bias.textContent();
	await slider.press("ArrowRight");
	await page.getByRole("heading", { name: "Weights at 10 s" }).waitFor();
	await slider.press("ArrowRight");
	await page.getByRole("heading", { name: "Weights at 20 s" }).waitFor();
	assert.notEqual(await bias.textContent(), first);
}

/** Each view in dark, light and on a phone: it shows what it is for, axe finds nothing, nobody complains. */
export function views(world: World) {
	for (const mode of Object.keys(modes) as Mode[]) {
		test(`every view, ${mode}`, async () => {
			const base = world.runs.address;
			const w = await watched(mode);
			const { page } = w;
			const id = async (path: string) => `#/run/${await idOf(base, path)}`;
			const seeds = await Promise.all(["beta1-1", "beta1-2", "beta4-1", "beta4-2"].map((n) => idOf(base, "seeds/" + n)));
			const all: [name: string, place: string, shows: (p: Page) => Promise<unknown>][] = [
				["runs", "#/", (p) => p.getByText("spiking").first().waitFor()],
				["learning", await id("regression"), (p) => p.getByRole("img", { name: /^Loss over time/ }).waitFor()],
				["training", await id("digits"), (p) => p.getByRole("img", { name: /over epoch/ }).first().waitFor()],
				["explorer", (await id("regression")) + "/explorer", (p) => Promise.all([p.getByRole("img", { name: /^somatic potential of unit/ }).waitFor(), p.getByRole("img", { name: /^Circuit/ }).waitFor()])],
				["dales", (await id("dales")) + "/explorer", (p) => p.getByRole("img", { name: /^Circuit/ }).waitFor()],
				["spikes", (await id("spiking")) + "/spikes", (p) => p.getByRole("img", { name: /events, [1-9][0-9]* bursts shown/ }).waitFor()],
				["weights", (await id("regression")) + "/weights", (p) => p.getByRole("img", { name: /^W1, 12 by 3/ }).waitFor()],
				["course", (await id("regression")) + "/weights", course],
				["filters", (await id("digits")) + "/weights", (p) => p.getByRole("img", { name: "unit 0" }).waitFor()],
				["equations", (await id("regression")) + "/equations", (p) => p.locator("math mfrac").first().waitFor()],
				["configuration", (await id("regression")) + "/config", (p) => p.getByRole("rowheader", { name: "time.tau_weight" }).waitFor()],
				["files", (await id("regression")) + "/files", (p) => p.getByRole("link", { name: "trajectory.npz" }).waitFor()],
				["failed", await id("broken"), (p) => p.getByText(/layer \d/).first().waitFor()],
				["compare", `#/compare?${seeds.map((s) => "id=" + s).join("&")}`, (p) => p.getByRole("columnheader", { name: "model.beta" }).waitFor()],
				["seeds", `#/compare?${seeds.map((s) => "id=" + s).join("&")}&how=seeds`, (p) => p.getByRole("img", { name: /means of/ }).waitFor()],
				["sweep", `#/sweep/${await idOf(base, "sweep")}`, (p) => p.getByRole("button", { name: /0\.\d|×10/ }).first().waitFor()],
				["start", "#/start", (p) => p.getByText("The file can run").waitFor()],
			];
			for (const [name, place, shows] of all) {
				await page.goto(`${base}/${place}`);
				await shows(page);
				// What is being read is there before it is looked at.
				await page.waitForFunction(() => ![...document.querySelectorAll(".empty[role=status]")].some((e) => /^Reading/.test(e.textContent ?? "")));
				await page.waitForTimeout(200);
				await shot(w, `${name}-${mode}`);
				await sound(w, `${name}, ${mode}`);
			}
			await w.context.close();
		});
	}

	test("the theme can be switched, and stays", async () => {
		const w = await watched("light");
		await w.page.goto(world.runs.address);
		await w.page.getByRole("button", { name: /dark theme/ }).click();
		assert.equal(await w.page.evaluate(() => document.documentElement.dataset.theme), "dark");
		await w.page.reload();
		await w.page.getByRole("button", { name: /light theme/ }).waitFor();
		await w.context.close();
	});

	test("charts are saved as they are shown", async () => {
		const w = await watched();
		await w.page.goto(`${world.runs.address}/#/run/${await idOf(world.runs.address, "regression")}/explorer`);
		await w.page.getByText(/each sample|lowest and highest/).waitFor();
		for (const [kind, begins] of [["PNG", "\x89PNG"], ["SVG", "<svg"]] as const) {
			const [download] = await Promise.all([w.page.waitForEvent("download"), w.page.getByRole("button", { name: `${kind} as shown` }).click()]);
			const chunks: Buffer[] = [];
			for await (const c of await download.createReadStream()) chunks.push(c as Buffer);
			const content = Buffer.concat(chunks).toString("latin1");
			assert.ok(content.startsWith(begins), `${kind} begins with ${content.slice(0, 8)}`);
			if (kind === "SVG") assert.match(content, /<path [^>]*d="M[\d.]+ [\d.]+L/);
		}
		await sound(w, "after downloads");
		await w.context.close();
	});
}
