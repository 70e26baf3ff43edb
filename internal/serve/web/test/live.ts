import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { begin, work, type World } from "./burstsim.js";
import { sound, watched } from "./browser.js";

export function live(world: World) {
	test("a run of another process appears, goes on and ends", async () => {
		const w = await watched();
		const { page } = w;
		await page.goto(world.runs.address);
		await page.getByText("spiking").first().waitFor();
		const child = begin(["run", "examples/regression.toml", "--out", join(work, "runs", "elsewhere"), "--set", 'run.name="elsewhere"', "--set", "time.learn=1000000s", "--set", "plots.figures=[]"]);
		const row = page.getByRole("row").filter({ hasText: "elsewhere" });
		await row.getByText("running").waitFor();
		await page.getByRole("searchbox").fill("state=running");
		await row.waitFor();
		child.kill("SIGINT");
		await row.waitFor({ state: "detached" });
		await page.getByRole("searchbox").fill("elsewhere");
		await row.getByText("interrupted").waitFor();
		assert.ok(await row.getByText("can be resumed").count());
		await sound(w, "a live list");
		await w.context.close();
	});
}
