// SPDX-License-Identifier: Apache-2.0
// Charts over time and over sizes, by Chart.js; where it was not built in, the
// tables stand alone.
"use strict";

const POINTS = 600; // as many as a screen shows

function style(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function chartOf(config, height) {
	if (typeof Chart === "undefined")
		return null;
	const canvas = element("canvas"), box = element("div", { class: "chart", style: `height:${height || 260}px` }, canvas);
	Chart.defaults.color = style("--faint");
	Chart.defaults.borderColor = style("--line");
	Chart.defaults.animation = false;
	Chart.defaults.maintainAspectRatio = false;
	// A canvas has no size before it is in the page.
	requestAnimationFrame(() => { box.chart = new Chart(canvas, config); });
	return box;
}

function axis(title, format, more) {
	return { title: { display: !!title, text: title }, ticks: { callback: value => format(value) }, beginAtZero: true, ...more };
}

// As wide for all charts over time, so that the same moment stands at the same place.
const aligned = { afterFit: scale => { scale.width = 90; } };

// The mean of so many windows each that POINTS are enough for the run. A stage's windows may be shorter than the run's.
function thinned(timeline, name, from, window, all, each) {
	const points = Math.ceil(all / each), parts = Math.round(window / timeline.window_s);
	const sums = new Array(points).fill(0), first = Math.round((timeline.from_s - from) / timeline.window_s);
	timeline[name].forEach((value, i) => {
		const at = Math.floor((first + i) / (parts * each));
		if (at >= 0 && at < points)
			sums[at] += name === "in_flight" ? value / parts : value;
	});
	return sums.map((value, at) => value / Math.min(each, all - at * each));
}

function overTime(report, name, show, stacked) {
	const { from_s: from, window_s: window, bytes: all } = report.timeline;
	const each = Math.max(1, Math.ceil(all.length / POINTS)), points = Math.ceil(all.length / each);
	const per = name === "in_flight" ? 1 : 1 / window;
	const stages = report.stages.filter(s => s.stage !== "runtime" && s.stage !== "ipc" && s.timeline[name].some(v => v > 0));
	return {
		type: "line",
		data: {
			labels: Array.from({ length: points }, (_, i) => from + i * each * window),
			datasets: stages.map((s, i) => ({
				label: s.stage, data: thinned(s.timeline, name, from, window, all.length, each).map(v => v * per),
				borderColor: stageColours[s.stage], backgroundColor: stageColours[s.stage] + "88",
				fill: stacked && (i ? "-1" : "origin"), borderWidth: 1, pointRadius: 0, stepped: true
			}))
		},
		options: {
			interaction: { mode: "index", intersect: false },
			plugins: { tooltip: { filter: item => item.parsed.y > 0,
				callbacks: { title: items => "at " + seconds(items[0].parsed.x), label: item => `${item.dataset.label}: ${show(item.parsed.y)}` } } },
			scales: { x: axis("", seconds, { type: "linear", min: from, max: from + points * each * window, beginAtZero: false }),
				y: axis("", show, { stacked, ...aligned }) }
		}
	};
}

// What was when: a row a stage, checkpoints, restores and epochs; bars from and to.
function spans(report) {
	const { from_s: from, window_s: window, bytes: all } = report.timeline;
	const rows = new Map();
	const add = (row, colour, begin, end, text) => {
		rows.set(row, rows.get(row) || []);
		rows.get(row).push({ x: [begin, Math.max(end, begin + all.length * window / 400)], y: row, colour, text });
	};
	for (const phase of report.phases)
		for (const part of phase.stages)
			add(part.stage, stageColours[part.stage], phase.from_s, phase.to_s,
				`${bytes(part.read_bytes)} read, ${bytes(part.write_bytes)} written`);
	report.epochs.forEach(e => add("epochs", e.number % 2 ? "#64748b" : "#94a3b8", e.start_s, e.start_s + e.duration_s,
		`epoch ${e.number}: ${bytes(e.read_bytes)} read, ${percent(e.hit_share)} from the page cache`));
	report.checkpoints.forEach(c => add("saves", stageColours.checkpoint, c.start_s, c.start_s + c.duration_s, `${bytes(c.bytes)} at ${rate(c.bandwidth)}, ${c.path}`));
	report.restores.forEach(c => add("loads", stageColours.restore, c.start_s, c.start_s + c.duration_s, `${bytes(c.bytes)} at ${rate(c.bandwidth)}, ${c.path}`));
	const bars = [...rows.values()].flat();
	return !bars.length ? null : {
		type: "bar",
		data: { labels: [...rows.keys()], datasets: [{ data: bars, backgroundColor: bars.map(b => b.colour), grouped: false, barPercentage: .8, categoryPercentage: .9 }] },
		options: {
			indexAxis: "y",
			plugins: { legend: { display: false }, tooltip: { callbacks: {
				title: items => items[0].raw.y + " at " + seconds(items[0].raw.x[0]), label: item => item.raw.text } } },
			scales: { x: axis("", seconds, { min: from, max: from + all.length * window, beginAtZero: false }), y: { ticks: { autoSkip: false }, ...aligned } }
		}
	};
}

function sizes(report) {
	const kinds = [["read_size", "read"], ["write_size", "written"]];
	const used = report.stages.filter(s => s.stage !== "runtime" && s.stage !== "ipc");
	const steps = [...new Set(used.flatMap(s => kinds.flatMap(([k]) => s[k].histogram.map(b => b.from_bytes))))].sort((a, b) => a - b);
	const datasets = used.flatMap(s => kinds.map(([kind, way]) => ({
		label: `${s.stage}, ${way}`, backgroundColor: stageColours[s.stage] + (way === "read" ? "" : "77"),
		data: steps.map(step => (s[kind].histogram.find(b => b.from_bytes === step) || { ops: 0 }).ops)
	}))).filter(set => set.data.some(ops => ops));
	return !steps.length ? null : {
		type: "bar", data: { labels: steps.map(step => "from " + binary(step)), datasets },
		options: { scales: { x: { stacked: true }, y: axis("operations", count, { stacked: true }) } }
	};
}

function missRatios(report) {
	const stages = report.stages.filter(s => s.reuse && s.reuse.miss_ratio.length > 1 && s.stage !== "runtime" && s.stage !== "ipc");
	return !stages.length ? null : {
		type: "line",
		data: { datasets: stages.map(s => ({ label: s.stage, borderColor: stageColours[s.stage], backgroundColor: stageColours[s.stage],
			pointRadius: 2, borderWidth: 2, data: s.reuse.miss_ratio.map(m => ({ x: m.cache_bytes, y: m.miss_ratio })) })) },
		options: {
			plugins: { tooltip: { callbacks: { title: items => "cache of " + binary(items[0].parsed.x),
				label: item => `${item.dataset.label}: ${percent(item.parsed.y)} of page reads miss` } } },
			scales: { x: axis("size of an LRU cache", binary, { type: "logarithmic", beginAtZero: false,
				afterBuildTicks: scale => { scale.ticks = [...new Set(stages.flatMap(s => s.reuse.miss_ratio.map(m => m.cache_bytes)))].map(value => ({ value })); } }), y: axis("share that misses", percent, { max: 1 }) }
		}
	};
}
