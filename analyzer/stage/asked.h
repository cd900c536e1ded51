/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read beside weights, as questions to them: by a process and by those that work for it.
 */
#ifndef ASKED_H
#define ASKED_H

#include "stage/judge.h"

/* What a process's loader workers read. */
struct asked_fetched {
	uint64_t bytes, files;
	bool trains; /* one of them goes over it again and again */
	bool loader; /* they are of a framework's loader */
};

struct asked_fetched asked_fetched(const struct judge *judge, const struct process *process);

/* Reads of data files but that one, 0 = of all, by the process and its forks; of mapped ones
 * `maps` for each fault. */
uint64_t asked_reads(const struct judge *judge, const struct process *process, size_t but,
                     uint64_t maps);

#endif
