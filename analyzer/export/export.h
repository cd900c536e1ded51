/* SPDX-License-Identifier: Apache-2.0
 *
 * What aiotrace export can write: one room a format, listed in verb_export.c.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include "base/problem.h"
#include "read/filter.h"
#include "read/recording.h"

enum export_by { EXPORT_BYTES, EXPORT_OPS, EXPORT_TIME, EXPORT_WEIGHTS };

struct export_options {
	struct filter filter;
	const char *output; /* NULL = standard output, for formats that are one text */
	enum export_by by;
	bool stacks; /* with each operation, who called */
};

struct export_format {
	const char *name;
	bool is_text; /* one text, not a folder */
	bool is_rows; /* has every operation: stacks may stand beside it */
	/* Writes what the options ask for. -1 and why. What a reader must know of
	 * what was left out goes to stderr. */
	int (*write)(struct recording *recording, struct export_options *options,
	             struct problem *why);
};

extern const struct export_format export_chrome, export_csv, export_fio, export_folded;

#endif
