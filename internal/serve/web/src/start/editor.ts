// The editor of experiment files: CodeMirror with the few parts that are used.
// It lives in a shadow root, where its styles are constructed sheets, which the
// content security policy allows; in the document they would be elements that
// it refuses.

import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, drawSelection, highlightActiveLine, highlightActiveLineGutter } from "@codemirror/view";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { autocompletion, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Key, Message } from "../api";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";

const look = EditorView.theme({
	"&": { fontSize: "13px", backgroundColor: "var(--surface)", color: "var(--ink)", minHeight: "320px", maxHeight: "70vh" },
	"&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
	".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", overflow: "auto" },
	".cm-gutters": { backgroundColor: "var(--paper)", color: "var(--mute)", borderRight: "1px solid var(--line)", minHeight: "320px" },
	".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--tint) 45%, transparent)" },
	".cm-content": { caretColor: "var(--ink)", minHeight: "320px" },
	".cm-cursor": { borderLeftColor: "var(--ink)" },
	"&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent) !important" },
	".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--strong)", borderRadius: "3px" },
	".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--paper)" },
	".cm-tooltip.cm-completionInfo": { maxWidth: "360px", padding: "6px 10px", fontFamily: "system-ui, sans-serif" },
	".cm-completionDetail": { fontStyle: "normal", opacity: "0.85" },
	".cm-diagnostic": { fontFamily: "system-ui, sans-serif", padding: "5px 10px" },
	".cm-diagnostic-error": { borderLeft: "4px solid var(--bad)" },
	".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad) 1px", textUnderlineOffset: "3px" },
	".cm-gutter-lint": { width: "16px" },
	".cm-lint-marker-error": { content: "none", width: "10px", height: "10px", borderRadius: "50%", backgroundColor: "var(--bad)" },
});

const colours = HighlightStyle.define([
	{ tag: tags.comment, color: "var(--mute)", fontStyle: "italic" },
	{ tag: [tags.atom, tags.heading], color: "var(--accent)", fontWeight: "600" },
	{ tag: tags.propertyName, color: "var(--ink)" },
	{ tag: tags.string, color: "var(--good)" },
	{ tag: [tags.number, tags.bool], color: "var(--bad)" },
]);

export interface Editor {
	setMessages(messages: Message[]): void;
	setText(text: string): void;
	goTo(line: number): void;
	focus(): void;
	destroy(): void;
}

export function edit(box: HTMLElement, text: string, keys: () => Key[], changed: (text: string) => void, run: () => void): Editor {
	const root = box.shadowRoot ?? box.attachShadow({ mode: "open" });
	const view = new EditorView({
		root,
		parent: root,
		state: EditorState.create({
			doc: text,
			extensions: [
				lineNumbers(),
				lintGutter(),
				history(),
				drawSelection(),
				highlightActiveLine(),
				highlightActiveLineGutter(),
				StreamLanguage.define(toml),
				syntaxHighlighting(colours),
				autocompletion({ icons: false, override: [(c) => complete(c, keys())] }),
				keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
				EditorView.lineWrapping,
				EditorView.contentAttributes.of({ "aria-label": "experiment file, in TOML", tabindex: "0" }),
				EditorView.updateListener.of((u) => u.docChanged && changed(u.state.doc.toString())),
				look,
			],
		}),
	});
	// The part that scrolls can be reached by keyboard, as its content takes the focus.
	return {
		setMessages: (messages) => view.dispatch(setDiagnostics(view.state, diagnostics(view.state, messages))),
		setText: (t) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: t } }),
		goTo(line) {
			const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
			view.dispatch({ selection: { anchor: at.to }, scrollIntoView: true });
			view.focus();
		},
		focus: () => view.focus(),
		destroy: () => view.destroy(),
	};
}

function diagnostics(state: EditorState, messages: Message[]): Diagnostic[] {
	return messages.map((m) => {
		const line = state.doc.line(Math.min(Math.max(m.line, 1), state.doc.lines));
		const from = line.from + (line.text.length - line.text.trimStart().length);
		return { from: Math.min(from, line.to), to: line.to, severity: "error", message: m.message };
	});
}

/** The table that a line belongs to: "model" below [model], "learning.schedule" below [[learning.schedule]]. */
export function tableAt(lines: string[]): string {
	for (let i = lines.length - 1; i >= 0; i--) {
		const m = /^\s*\[\[?\s*([\w.]+)\s*\]\]?/.exec(lines[i]!);
		if (m) return m[1]!;
	}
	return "";
}

function complete(c: CompletionContext, keys: Key[]): CompletionResult | null {
	const line = c.state.doc.lineAt(c.pos);
	const before = line.text.slice(0, c.pos - line.from);
	const above = c.state.doc.sliceString(0, line.from).split("\n");
	const table = tableAt(above);
	const head = /^\s*\[\[?([\w.]*)$/.exec(before);
	if (head) {
		const tables = [...new Set(keys.map((k) => k.section))].filter(Boolean);
		return { from: c.pos - head[1]!.length, options: tables.map((t) => ({ label: t, type: "namespace" })), validFor: /^[\w.]*$/ };
	}
	const named = /^\s*([\w.]+)\s*=\s*"?([\w-]*)$/.exec(before);
	if (named) {
		const full = qualify(table, named[1]!);
		const key = keys.find((k) => k.key === full);
		const values = key?.choices ?? (key?.type === "bool" ? ["true", "false"] : []);
		const quoted = key?.type !== "bool";
		const inQuotes = before.includes('"');
		if (values.length === 0) return null;
		return { from: c.pos - named[2]!.length, options: values.map((v) => ({ label: v, apply: quoted && !inQuotes ? JSON.stringify(v) : v, type: "constant" })), validFor: /^[\w-]*$/ };
	}
	const word = /^\s*([\w.]*)$/.exec(before);
	if (!word || (word[1] === "" && !c.explicit)) return null;
	// Variants take every key of an experiment by its whole name.
	const prefix = table === "" || table === "compare" ? "" : table + ".";
	const options: Completion[] = keys.filter((k) => k.key.startsWith(prefix)).map((k) => option(k, k.key.slice(prefix.length)));
	return { from: c.pos - word[1]!.length, options, validFor: /^[\w.]*$/ };
}

function qualify(table: string, key: string): string {
	return table === "" || table === "compare" ? key : `${table}.${key}`;
}

function option(k: Key, label: string): Completion {
	return {
		label,
		type: "property",
		apply: `${label} = `,
		...(k.default ? { detail: k.default } : {}),
		info: () => {
			const node = document.createElement("div");
			const p = document.createElement("div");
			p.textContent = k.doc;
			node.append(p);
			for (const [name, text] of [["default", k.default], ["expected", k.expected], ["for", k.for]] as const) {
				if (!text) continue;
				const d = document.createElement("div");
				d.textContent = `${name}: ${text}`;
				node.append(d);
			}
			return node;
		},
	};
}
