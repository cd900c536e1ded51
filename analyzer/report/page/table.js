// SPDX-License-Identifier: Apache-2.0
// Elements, and tables that sort by the column that is clicked. All text goes in
// as text: paths come from the traced program, and may look like anything.
"use strict";

function element(tag, attributes, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes || {}))
		made.setAttribute(name, value);
	made.append(...children.filter(child => child != null));
	return made;
}

const stageColours = {
	ingest: "#3b82f6", prepare: "#14b8a6", train: "#22a34a", checkpoint: "#e5484d", restore: "#f59e0b",
	inference: "#9b5de5", runtime: "#8a94a3", ipc: "#b9c0ca", other: "#a07855"
};

function stageName(stage) {
	return element("span", {}, element("span", { class: "stage", style: `background:${stageColours[stage] || "#888"}` }), stage);
}

// A column: its title, the value to sort by, how to show it (text or element), and
// "number" or "path".
function column(title, value, show, kind) {
	return { title, value, show: show || (v => v == null ? "-" : String(v)), kind: kind || "" };
}

const numbers = (title, value, show) => column(title, value, show || count, "number");

function compared(a, b) {
	if (a == null || b == null)
		return (a == null) - (b == null);
	return typeof a === "number" ? b - a : String(a).localeCompare(String(b));
}

function tableOf(columns, rows, tall) {
	const body = element("tbody");
	const heads = columns.map(c => element("th", { class: c.kind, scope: "col" }, c.title));
	const fill = sorted => body.replaceChildren(...sorted.map(row => element("tr", {}, ...columns.map(c => {
		const value = c.value(row);
		return element("td", { class: c.kind }, c.show(value, row));
	}))));
	heads.forEach((head, i) => head.addEventListener("click", () => {
		const turn = head.getAttribute("aria-sort") === "descending";
		heads.forEach(h => h.removeAttribute("aria-sort"));
		head.setAttribute("aria-sort", turn ? "ascending" : "descending");
		const sorted = [...rows].sort((a, b) => compared(columns[i].value(a), columns[i].value(b)));
		fill(turn ? sorted.reverse() : sorted);
	}));
	fill(rows);
	return element("div", { class: tall ? "scroll tall" : "scroll" },
		element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body));
}

// A heading and what is below it; nothing where there is nothing.
function section(title, ...children) {
	const kept = children.filter(child => child != null);
	return kept.length ? element("section", {}, element("h2", {}, title), ...kept) : null;
}

const patternColours = { consecutive: "#22a34a", sequential: "#8fce9b", strided: "#f59e0b", random: "#e5484d" };

function patternShare(pattern) {
	const parts = Object.keys(patternColours).filter(kind => pattern[kind] > 0);
	if (!parts.length)
		return element("span", { class: "faint" }, "-");
	return element("span", { title: parts.map(kind => `${kind} ${percent(pattern[kind])}`).join(", ") }, pattern.class,
		element("span", { class: "share" }, ...parts.map(kind =>
			element("span", { style: `width:${100 * pattern[kind]}%;background:${patternColours[kind]}` }))));
}
