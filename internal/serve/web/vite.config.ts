import { defineConfig } from "vite";

// Names are hashes of what the files hold, so that the same sources give the
// same files, and a browser may keep them for ever. Nothing is inlined: the
// content security policy has no place for data in styles or scripts.
export default defineConfig({
	base: "./",
	build: {
		outDir: "../dist",
		emptyOutDir: true,
		target: "es2022",
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		reportCompressedSize: false,
	},
	oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
