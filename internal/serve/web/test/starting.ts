import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { World } from "./burstsim.js";
import { sound, shot, watched } from "./browser.js";

const editor = (p: Page) => p.getByRole("textbox", { name: /experiment file/ });

/** Puts a text into the editor by pasting it. */
async function write(p: Page, text: string) {
	await p.context().grantPermissions(["clipboard-read", "clipboard-write"]);
	await p.evaluate((t) => navigator.clipboard.writeText(t), text);
	await editor(p).click();
	await p.keyboard.press("Control+a");
	await p.keyboard.press("Control+v");
	await p.waitForTimeout(400); // what was said before is of the text before
}

const endless = '[run]\nname = "endless"\n[time]\nbefore = "1s"\nlearn = "1000000s"\nafter = "1s"\n[record]\nmetrics = "10s"\n[checkpoint]\nevery = "1s"\n[plots]\nfigures = []\n';

export function starting(world: World) {
	test("mistakes are said at their line, keys are completed", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.runs.address + "/#/start");
		await page.getByText("The file can run").waitFor();
		await write(page, "[model]\nbta = 2\n");
		await page.getByRole("button", { name: /line 2.*did you mean/ }).waitFor();
		assert.ok(await page.getByRole("button", { name: "Run", exact: true }).isDisabled());
		await page.getByRole("button", { name: /line 2/ }).click();
		await shot(w, "start-mistake");
		await write(page, "[model]\n");
		await page.keyboard.type("be");
		await page.getByRole("option", { name: /beta/ }).first().waitFor();
		await page.getByText(/gain of the apical dendrite/).waitFor();
		await shot(w, "start-completion");
		await page.keyboard.press("Enter");
		await page.keyboard.type("2");
		await page.getByText("The file can run").waitFor();
		assert.match((await editor(page).textContent())!, /beta = 2/);
		await sound(w, "the editor");
		await w.context.close();
	});

	test("a run is started, watched, stopped and resumed from the page", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.runs.address + "/#/start");
		await page.getByText("The file can run").waitFor();
		await write(page, endless);
		await page.getByText("The file can run").waitFor();
		await editor(page).press("Control+Enter");
		const started = page.getByRole("region", { name: "Started here" });
		await started.getByText("running").waitFor();
		await started.getByRole("link", { name: "endless" }).click();
		const progress = page.getByRole("progressbar");
		await progress.waitFor();
		const loss = page.getByRole("img", { name: /^Loss over time/ });
		await loss.waitFor();
		const first = await loss.getAttribute("aria-label");
		// It grows while it is looked at.
		await page.waitForFunction((t) => document.querySelector('[aria-label^="Loss over time"]')?.getAttribute("aria-label") !== t, first);
		await shot(w, "live");
		await page.getByRole("button", { name: "Stop" }).click();
		await page.locator(".title").getByText("interrupted").waitFor();
		await page.getByRole("button", { name: "Resume" }).click();
		await page.locator(".title").getByText("running").waitFor();
		await page.getByRole("button", { name: "Stop" }).click();
		await page.locator(".title").getByText("interrupted").waitFor();
		await sound(w, "a run from the page");
		await w.context.close();
	});

	test("a run that fails says why", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.runs.address + "/#/start");
		await page.getByText("The file can run").waitFor();
		await write(page, '[run]\nname = "doomed"\n[model]\nhidden = [5]\nweight_gain = 1e308\n[time]\nbefore = "2s"\nlearn = "5s"\nafter = "2s"\n[plots]\nfigures = []\n');
		await page.getByText("The file can run").waitFor();
		await page.getByRole("button", { name: "Run", exact: true }).click();
		const started = page.getByRole("region", { name: "Started here" });
		await started.getByText("failed").first().waitFor();
		await started.getByText(/layer \d/).first().waitFor();
		await shot(w, "start-failed");
		await sound(w, "a run that fails");
		await w.context.close();
	});

	test("a server that only reads offers nothing else", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.many.address);
		await page.getByRole("grid").waitFor();
		await page.getByRole("link", { name: "Start" }).waitFor({ state: "detached" });
		await page.goto(world.many.address + "/#/start");
		await page.getByRole("heading", { name: "Runs cannot be started here" }).waitFor();
		await sound(w, "read only");
		await w.context.close();
	});
}
