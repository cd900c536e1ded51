/* SPDX-License-Identifier: Apache-2.0
 *
 * Which pipes lie between a process and the workers that load for it.
 */
#ifndef LOADER_PIPES_H
#define LOADER_PIPES_H

#include "stage/feature.h"

enum loader_pipe {
	PIPE_NONE,
	PIPE_WORKERS, /* a worker writes it, and the process reads it */
	PIPE_ASKS,    /* a worker reads it */
	PIPE_SILENT,  /* nobody reads it: it tells that a worker ended */
};

/* Who made the worker that writes a pipe, and that reads it: process number + 1, by
 * name of the pipe; 0 = none did. */
struct loader_ends {
	uint32_t *written, *read;
};

/* made_by: by process number, who it is a worker of, + 1. */
struct loader_ends loader_ends(const struct features *features, const uint32_t *made_by);
void loader_ends_free(struct loader_ends *ends);

/* By file of the process: enum loader_pipe; free() it. */
uint8_t *loader_pipes(const struct features *features, const struct process *process,
                      const struct loader_ends *ends);

#endif
