/* SPDX-License-Identifier: Apache-2.0
 *
 * The files of a plan as fio has them, which knows neither renames nor removals:
 * what the run found is one file, by whatever name; what it made is one for each name.
 */
#ifndef FIO_FILES_H
#define FIO_FILES_H

#include <stdio.h>

#include "replay/plan.h"

struct fio_files {
	const struct plan *plan;
	uint32_t count;  /* files have numbers below this */
	uint64_t *sizes; /* by file, at its largest, + 1; 0 = not used */
};

void fio_files_find(struct fio_files *files, const struct plan *plan);
void fio_files_free(struct fio_files *files);

/* Of an operation that has a descriptor. */
uint32_t fio_files_of(const struct fio_files *files, const struct op *op);

/* Writes a name without folders, which fio has none of in a log's names, and without
 * blanks, which end them. */
void fio_files_name(const struct fio_files *files, uint32_t file, FILE *to);

/* Whether the operation makes fio need the file. */
bool fio_files_takes(const struct op *op);

#endif
