/* SPDX-License-Identifier: Apache-2.0
 *
 * Who learns several states one after the other, and tries each before it begins the next one,
 * as cross-validation does: from when until when it tries one.
 */
#ifndef FOLD_H
#define FOLD_H

#include "stage/judge.h"
#include "stage/kind.h"
#include "stage/way.h"

/* What is judged so far, by [process number][file] of `kinds`. */
struct fold_search {
	const struct judge *judge;
	const struct process *process; /* who learns and tries */
	const struct kinds *kinds;
	uint16_t *const *kind_of;
};

/* Such times, in order; *count of them, 0 where it does not. Reads the events of the process and
 * of its workers once more. free() them. */
struct way_span *folds_find(const struct fold_search *search, size_t *count);

/* Whether a process's file is read to train, and still is after that time. */
bool fold_is_cut(const struct fold_search *search, const struct process *process, size_t file,
                 int64_t since);

#endif
