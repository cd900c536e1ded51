/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/loader_pipes.h"

#include <stdlib.h>

#include "base/memory.h"

struct loader_ends loader_ends(const struct features *f, const uint32_t *made_by)
{
	const struct recording *r = f->recording;
	struct loader_ends by = {memory_get(names_count(r->names), sizeof *by.written),
	                         memory_get(names_count(r->names), sizeof *by.read)};

	for (size_t i = 0; i < r->count; i++) {
		const struct process *p = &r->processes[i];
		for (size_t k = 1; made_by[i] && k < p->file_count; k++) {
			const struct use *u = features_use(f, i, k, &(struct use){0});
			if (process_file_at(p, k)->kind != AIOT_FILE_PIPE)
				continue;
			if (u->writes)
				by.written[process_file_at(p, k)->name] = made_by[i];
			if (u->reads)
				by.read[process_file_at(p, k)->name] = made_by[i];
		}
	}
	return by;
}

uint8_t *loader_pipes(const struct features *f, const struct process *p,
                      const struct loader_ends *by)
{
	uint8_t *pipes = memory_get(p->file_count, 1);

	for (size_t k = 1; k < p->file_count; k++) {
		uint32_t name = process_file_at(p, k)->name;
		bool reads;
		if (process_file_at(p, k)->kind != AIOT_FILE_PIPE)
			continue;
		reads = features_use(f, p->number, k, &(struct use){0})->reads;
		if (reads && by->written[name] == p->number + 1)
			pipes[k] = PIPE_WORKERS;
		else if (by->read[name] == p->number + 1)
			pipes[k] = PIPE_ASKS;
		else if (!reads)
			pipes[k] = PIPE_SILENT;
	}
	return pipes;
}

void loader_ends_free(struct loader_ends *ends)
{
	free(ends->written);
	free(ends->read);
}
