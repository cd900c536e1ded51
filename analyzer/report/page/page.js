// SPDX-License-Identifier: Apache-2.0
// The page, from the top: verdict, findings, what was when, then stage by stage.
"use strict";

const report = JSON.parse(document.getElementById("data").textContent);
const isStorage = stage => stage !== "runtime" && stage !== "ipc";
// Where nothing was timed, nothing took 0 s.
const timed = latency => latency.max ? latency : {};
const sum = (list, value) => list.reduce((total, item) => total + value(item), 0);

function median(values) {
	const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
	return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function tile(value, words) {
	return element("div", { class: "tile" }, element("b", {}, value), element("span", {}, words));
}

function heaviest(key) {
	const stages = report.stages.filter(s => isStorage(s.stage) && s[key] > 0).sort((a, b) => b[key] - a[key]);
	return stages.length ? "most by " + stages[0].stage : "nothing";
}

function head() {
	const run = report.run, first = run.processes[0], storage = report.stages.filter(s => isStorage(s.stage));
	const shares = report.checkpoints.map(c => c.share_of_interval).filter(s => s != null);
	const hits = sum(storage, s => s.cache.hit_ops), answered = hits + sum(storage, s => s.cache.storage_ops);
	return [
		element("h1", {}, first ? first.cmdline || first.exe || "a command that is not known" : "nothing was traced"),
		element("p", { class: "faint" }, [new Date(run.start_ns / 1e6).toISOString().replace("T", " ").slice(0, 19) + " UTC", seconds(run.duration_s),
			run.processes.length === 1 ? "1 process" : count(run.processes.length) + " processes",
			[...new Set(run.processes.map(p => p.host))].slice(0, 8).join(", "), run.folders.join(", ")].join(" · ")),
		element("div", { class: "tiles" },
			tile(bytes(sum(storage, s => s.read_bytes)), "read, " + heaviest("read_bytes")),
			tile(bytes(sum(storage, s => s.write_bytes)), "written, " + heaviest("write_bytes")),
			report.stall ? tile((report.stall.untold_s ? "\u2265 " : "") + percent(report.stall.share), `of ${consumer()} waits for data` + (report.stall.cause ? ": " + report.stall.cause : "")) : null,
			shares.length ? tile(percent(median(shares)), "of the interval is the median checkpoint; 5 % is the rule") : null,
			answered ? tile(percent(hits / answered), "of reads came from the page cache") : null,
			run.coverage.read == null ? null : tile(percent(run.coverage.read), "of the bytes read that the kernel counted are here"))
	];
}

function findings() {
	if (!report.findings.length)
		return [element("p", {}, "Nothing is wrong by any of the rules.")];
	return report.findings.map(f => element("div", { class: "finding " + f.severity },
		element("p", {}, element("span", { class: "severity" }, f.severity), element("b", {}, f.title), element("span", { class: "faint" }, " " + (f.stage || ""))),
		element("p", {}, f.evidence),
		element("p", {}, "What to do: " + f.advice),
		element("details", {}, element("summary", {}, "when this is said"), f.condition)));
}

function course() {
	const shown = {
		read_bytes: ["bytes read a second", rate], write_bytes: ["bytes written a second", rate], bytes: ["bytes a second", rate],
		ops: ["operations a second", v => count(Math.round(v))], in_flight: ["operations in flight", v => v.toFixed(2)]
	};
	if (!report.timeline.bytes.length || typeof Chart === "undefined")
		return [];
	const holder = element("div"), pick = element("select", { "aria-label": "what is drawn" },
		...Object.entries(shown).map(([name, [words]]) => element("option", { value: name }, words)));
	const draw = () => {
		if (holder.firstChild && holder.firstChild.chart)
			holder.firstChild.chart.destroy();
		holder.replaceChildren(chartOf(overTime(report, pick.value, shown[pick.value][1], pick.value !== "in_flight")));
	};
	pick.value = "bytes";
	pick.addEventListener("change", draw);
	draw();
	const bars = spans(report);
	return [element("p", { class: "pick" }, pick, " of storage work; a click on a stage's name hides it"), holder, bars && chartOf(bars, 60 + 22 * bars.data.labels.length)];
}

function stages() {
	const table = tableOf([
		column("stage", s => s.stage, stageName), numbers("sure", s => s.confidence, percent),
		numbers("read", s => s.read_bytes, bytes), numbers("written", s => s.write_bytes, bytes),
		numbers("reads", s => s.read_ops), numbers("writes", s => s.write_ops), numbers("other calls", s => s.meta_ops), numbers("files", s => s.files),
		column("pattern", s => s.pattern.class, (v, s) => patternShare(s.pattern)), column("across files", s => s.pattern.across_files),
		numbers("p50", s => timed(s.latency_ns).p50, nanoseconds), numbers("p99", s => timed(s.latency_ns).p99, nanoseconds),
		numbers("while busy", s => s.bandwidth.while_busy || null, rate), numbers("peak", s => s.bandwidth.peak || null, rate),
		numbers("from cache", s => s.cache.hit_ops + s.cache.storage_ops ? s.cache.hit_ops / (s.cache.hit_ops + s.cache.storage_ops) : null, percent)
	], report.stages);
	const why = element("details", {}, element("summary", {}, "why these stages"), ...report.stages.map(s =>
		element("p", {}, stageName(s.stage), ": ", s.why.join("; ") || "nothing tells")));
	return [table, why];
}

function consumer() {
	const reads = stage => report.stages.some(s => s.stage === stage && s.read_ops);
	return reads("inference") && !reads("train") ? "inference" : "training";
}

function loading() {
	const stall = report.stall;
	if (!stall)
		return [];
	const kinds = [["waited", s => s.consumer_wait_s], ["loaders in storage", s => s.loader.storage_s], ["in preprocessing", s => s.loader.preprocessing_s],
		["short of work", s => s.loader.short_of_work_s], ["blocked", s => s.loader.blocked_s]];
	const beside = stall.workers || stall.threads;
	return [
		element("p", {}, (stall.cause ? stall.cause + ": " : "") + `${consumer()} waited ${stall.untold_s ? "at least " : ""}${seconds(stall.consumer_wait_s)} of ${seconds(stall.phase_s)} (${percent(stall.share)}); ` +
			(beside ? [[stall.workers, "process", "es"], [stall.threads, "thread", "s"]].filter(([n]) => n).map(([n, word, more]) => `${n} loader ${word}${n === 1 ? "" : more}`).join(", ") + "." : "the main thread loads by itself.") +
			(stall.untold_s ? ` Whether ${seconds(stall.untold_s)} are preprocessing or training, nothing tells.` : "")),
		tableOf([column("", s => s.number ? "epoch " + s.number : "all"), column("cause", s => s.cause), numbers("share", s => s.share, (value, s) => (s.untold_s ? "\u2265 " : "") + percent(value)),
			...kinds.map(([title, value]) => numbers(title, value, seconds))], [stall, ...stall.epochs])
	];
}

function moments(list, save) {
	const columns = [
		column("path", m => m.path, null, "path"), numbers("at", m => m.start_s, seconds),
		numbers("bytes", m => m.bytes, (value, m) => (save && m.mapped_bytes ? "at least " : "") + bytes(value)),
		numbers("took", m => m.duration_s, seconds), numbers("bandwidth", m => m.bandwidth, rate), numbers("files", m => m.files)
	];
	return tableOf(columns.concat(save
		? [numbers("writers", m => m.writers), numbers("write", m => m.write_s, seconds), numbers("sync", m => m.sync_s, seconds), column("mode", m => m.unfinished ? "unfinished" : m.mode),
			numbers("interval", m => m.interval_s, seconds), numbers("share", m => m.share_of_interval, percent), numbers("needed", m => m.needed_bandwidth, rate),
			numbers("parameters", m => m.parameters_estimate, v => v == null ? "-" : scaled(v, 1000, ["", "k", "M", "B", "T"]))]
		: [numbers("readers", m => m.readers), numbers("read", m => m.read_s, seconds), numbers("fan-out", m => m.fan_out, v => v == null ? "-" : v.toFixed(2))]), list, true);
}

function sites(list) {
	return tableOf([
		column("stage", s => s.stage, stageName), column("line", s => s.site, (v, s) => element("span", { title: s.file || "" }, v + (s.libraries ? " > " + s.libraries : "")), "path"),
		numbers("read", s => s.read_bytes, bytes), numbers("written", s => s.write_bytes, bytes),
		numbers("calls", s => s.read_ops + s.write_ops + s.meta_ops), numbers("time", s => s.time_s, seconds)
	], list, true);
}

function files(list) {
	return tableOf([
		column("path", f => f.path, null, "path"), column("stage", f => f.stage, stageName),
		numbers("read", f => f.read_bytes, bytes), numbers("written", f => f.write_bytes, bytes), numbers("reads", f => f.read_ops), numbers("writes", f => f.write_ops),
		column("pattern", f => f.pattern.class, (v, f) => patternShare(f.pattern)), column("as storage sees it", f => f.all_clients.class)
	], list, true);
}

function latencies() {
	return tableOf([
		column("stage", c => c.stage, stageName), column("call", c => c.call), numbers("calls", c => c.ops), numbers("failed", c => c.failed), numbers("time", c => c.total_s, seconds),
		numbers("p50", c => c.latency_ns.p50, nanoseconds), numbers("p99", c => c.latency_ns.p99, nanoseconds), numbers("max", c => c.latency_ns.max, nanoseconds)
	], report.latency.calls.filter(c => isStorage(c.stage)).sort((a, b) => b.total_s - a.total_s), true);
}

function slowest() {
	return tableOf([
		numbers("at", o => o.start_s, seconds), numbers("took", o => o.duration_s, seconds), column("call", o => o.call), numbers("asked", o => o.size, bytes),
		numbers("offset", o => o.offset), column("stage", o => o.stage, stageName), column("pid", o => o.pid, null, "number"), column("path", o => o.path, null, "path")
	], report.slowest.filter(o => isStorage(o.stage)).sort((a, b) => b.duration_s - a.duration_s).slice(0, 100), true);
}

function mounts() {
	return tableOf([
		column("mount", m => m.mount, null, "path"), column("type", m => [m.class, m.medium, m.type].filter(Boolean).join(" ")), column("source", m => m.source),
		numbers("read", m => m.read_bytes, bytes), numbers("written", m => m.write_bytes, bytes),
		numbers("read p50", m => timed(m.read_latency_ns).p50, nanoseconds), numbers("p99", m => timed(m.read_latency_ns).p99, nanoseconds),
		numbers("write p50", m => timed(m.write_latency_ns).p50, nanoseconds), numbers("p99", m => timed(m.write_latency_ns).p99, nanoseconds)
	], report.mounts);
}

function processes() {
	return tableOf([
		column("pid", p => p.pid, null, "number"), column("host", p => p.host), column("role", p => p.role), column("rank", p => p.rank, null, "number"),
		numbers("read", p => p.read_bytes, bytes), numbers("written", p => p.write_bytes, bytes), numbers("began", p => p.start_s, seconds), numbers("lasted", p => p.duration_s, seconds),
		column("ended", p => p.ended), column("command", p => p.cmdline, null, "path")
	], report.run.processes, true);
}

function missing() {
	const items = report.run.coverage.missing.map(m => element("p", {}, m.text, element("br"), element("span", { class: "faint" }, "What to do: " + m.advice)));
	return items.concat(report.run.problems.map(text => element("p", {}, text)));
}

const some = (list, make) => list.length ? [make(list)] : [];
const sizeChart = sizes(report), missChart = missRatios(report);

document.getElementById("head").append(...head().filter(part => part != null));
document.getElementById("page").append(...[
	section("Findings", ...findings()),
	section("Over time", ...course()),
	section("Stages", ...stages()),
	section("Loading", ...loading()),
	section("Checkpoints", ...some(report.checkpoints, list => moments(list, true))),
	section("Restores", ...some(report.restores, list => moments(list, false))),
	element("div", { class: "two" }, sizeChart && section("Sizes of reads and writes", chartOf(sizeChart)),
		missChart && section("What a cache would serve", chartOf(missChart))),
	section("Call sites", ...some(report.call_sites.filter(s => isStorage(s.stage)), sites)),
	section("Time in calls", latencies()),
	section("Slowest operations", slowest()),
	section("Mounts", mounts()),
	section("Files with most bytes", ...some(report.files.filter(f => isStorage(f.stage)), files)),
	section("Processes", processes()),
	section("Missing", ...missing())
].filter(part => part != null));
document.title = "aiotrace: " + document.querySelector("h1").textContent.slice(0, 80);
