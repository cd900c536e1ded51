/* SPDX-License-Identifier: Apache-2.0 */
#include "read/reading.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "read/process.h"

static int64_t reading_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

void reading_begin(struct reading *reading, const struct process *processes, size_t count,
                   unsigned passes)
{
	if (!isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < processes[i].trace.count; k++)
			if (processes[i].trace.blocks[k].count)
				reading->all +=
				        processes[i].trace.blocks[k].bytes * (uint64_t)passes;
	reading->next = reading_now() + 2;
}

void reading_add(struct reading *reading, uint64_t bytes)
{
	uint64_t done;
	int64_t next, now;

	if (!reading->all)
		return;
	done = atomic_fetch_add_explicit(&reading->done, bytes, memory_order_relaxed) + bytes;
	next = atomic_load_explicit(&reading->next, memory_order_relaxed);
	now = reading_now();
	if (now < next || !atomic_compare_exchange_strong(&reading->next, &next, now + 1))
		return;
	reading->told = now;
	fprintf(stderr, "\raiotrace: reading, %.0f %%\033[K",
	        done < reading->all ? 100.0 * (double)done / (double)reading->all : 100.0);
}

void reading_end(struct reading *reading)
{
	reading->all = 0;
	if (reading->told)
		fputs("\r\033[K", stderr);
}
