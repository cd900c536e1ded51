// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them: three digits and a unit, as in the text report.
"use strict";

function scaled(value, step, units) {
	let unit = 0, size = Math.abs(value);
	while (size >= step * 0.9995 && unit < units.length - 1) {
		size /= step;
		unit++;
	}
	const digits = size >= 99.95 || Number.isInteger(size) && (unit === 0 || step === 1024) ? 0 : size >= 9.995 ? 1 : 2;
	return (value < 0 ? "-" : "") + size.toFixed(digits) + " " + units[unit];
}

const bytes = value => value == null ? "-" : scaled(value, 1000, ["B", "kB", "MB", "GB", "TB", "PB"]);
const binary = value => value == null ? "-" : scaled(value, 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]);
const rate = value => value == null ? "-" : bytes(value) + "/s";
const count = value => value == null ? "-" : value.toLocaleString("en");
const percent = share => share == null ? "-" : (100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0) + " %";

function seconds(value) {
	if (value == null)
		return "-";
	if (Math.abs(value) >= 119.5) {
		const whole = Math.round(value), h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
		return (h ? h + " h " : "") + m + " min " + whole % 60 + " s";
	}
	return value === 0 ? "0 s" : Math.abs(value) >= 1 ? value.toFixed(2) + " s" : scaled(value * 1e9, 1000, ["ns", "us", "ms", "s"]);
}

const nanoseconds = value => value == null ? "-" : seconds(value / 1e9);
