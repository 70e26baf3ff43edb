// The page in a real Chromium, against the real server: scripts/page.sh --test.
// What these tests need is made once, for all of them.

import { after, before, describe } from "node:test";
import { join } from "node:path";
import { build, long, many, serve, variety, work, type World } from "./burstsim.js";
import { close, open } from "./browser.js";
import { views } from "./views.js";
import { list } from "./list.js";
import { live } from "./live.js";
import { explorer } from "./explorer.js";
import { starting } from "./starting.js";

const world = {} as World;

describe("page", { timeout: 1_200_000 }, () => {
	before(async () => {
		const dir = join(work, "runs");
		if (!build()) {
			variety(dir);
			long(dir);
			many(join(work, "many"), join(dir, "seeds/beta1-1"), 5000);
		}
		world.runs = await serve(dir);
		world.many = await serve(join(work, "many"), "--read-only");
		await open();
	});
	after(async () => {
		await close();
		world.runs?.stop();
		world.many?.stop();
	});
	list(world);
	explorer(world);
	starting(world);
	live(world);
	views(world);
});
