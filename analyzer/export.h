/* SPDX-License-Identifier: Apache-2.0
 *
 * What aiotrace export can write: one room a format, listed in verb_export.c.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include "filter.h"
#include "problem.h"
#include "recording.h"

struct export_format {
	const char *name;
	const char *words; /* for the usage */
	/* Writes to the output that the user named. -1 and why. What a reader must
	 * know of what was left out goes to stderr. */
	int (*write)(struct recording *recording, struct filter *filter, const char *output,
	             struct problem *why);
};

extern const struct export_format export_fio;

#endif
