// A real Chromium, and what every view must keep to in it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { screenshots } from "./burstsim.js";

export const modes = {
	light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
	dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
	phone: { colorScheme: "light", viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
} as const;

export type Mode = keyof typeof modes;

let browser: Browser | undefined;

export async function open(): Promise<Browser> {
	browser ??= await chromium.launch({ executablePath: process.env.BURSTSIM_CHROMIUM!, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
	return browser;
}

export async function close() {
	await browser?.close();
}

/** A page of which every complaint is kept. */
export interface Watched {
	page: Page;
	complaints: string[];
	context: BrowserContext;
}

// Machines that test may do much else.
export const patience = 60_000;

export async function watched(mode: Mode = "light"): Promise<Watched> {
	const context = await (await open()).newContext(modes[mode]);
	context.setDefaultTimeout(patience);
	const page = await context.newPage();
	const complaints: string[] = [];
	page.on("console", (m) => ["error", "warning"].includes(m.type()) && complaints.push(`console: ${m.text()}`));
	page.on("pageerror", (e) => complaints.push(`exception: ${e.message}`));
	page.on("dialog", (d) => (complaints.push(`dialog: ${d.message()}`), void d.dismiss()));
	page.on("request", (r) => !/^(http:\/\/127\.0\.0\.1|blob:|data:)/.test(r.url()) && complaints.push(`request to ${r.url()}`));
	await page.addInitScript(() => addEventListener("securitypolicyviolation", (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`)));
	return { page, complaints, context };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Result {
	violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** Nothing that axe-core knows of is wrong, nothing is wider than the screen, nobody complained. */
export async function sound(w: Watched, what: string) {
	await w.page.evaluate(axe);
	const { violations } = (await w.page.evaluate("axe.run()")) as Result;
	assert.deepEqual(violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 160) + " " + (n.failureSummary ?? "")).join("; ")}`), [], what);
	const wider = await w.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	assert.equal(wider, 0, `${what} is ${wider} pixels wider than the screen`);
	assert.deepEqual(w.complaints, [], what);
}

export async function shot(w: Watched, name: string) {
	await w.page.screenshot({ path: join(screenshots, name + ".png"), fullPage: true });
}
