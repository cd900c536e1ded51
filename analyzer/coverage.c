/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel's count of a process, /proc/PID/io, takes in that of each child
 * it waited for. So a child that ended in its ancestor's time is covered by
 * the ancestor's count, and counting it again would count it twice.
 */
#include "coverage.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "wrap.h"

#define NO_COUNTER UINT32_MAX

struct coverage {
	const struct recording *recording;
	uint32_t *counter; /* by process number: whose count takes it in */
	int64_t *last;     /* likewise: until when */
	struct covered *covered;
};

/* Bytes seen of a process. */
struct covered {
	double read, write;
};

static int64_t coverage_last(const struct process *p)
{
	return wrap_add(p->kernel_last.mono_ns, (uint64_t)p->clock);
}

static uint32_t coverage_counter(const struct coverage *c, const struct process *p)
{
	const struct recording *r = c->recording;
	const struct process *parent = recording_parent(r, p);
	uint32_t above = parent ? c->counter[parent->number] : NO_COUNTER;

	if (above != NO_COUNTER &&
	    wrap_add(p->end_ns, (uint64_t)p->clock) <= coverage_last(&r->processes[above]))
		return above;
	return p->kernel_count >= 2 ? p->number : NO_COUNTER;
}

bool coverage_is_counted(const struct call *call)
{
	switch (call->level) {
	case AIOT_LEVEL_MMAP:
	case AIOT_LEVEL_URING:
	case AIOT_LEVEL_CUFILE: return false;
	case AIOT_LEVEL_AIO: return strncmp(call->name, "libaio.", 7) != 0;
	default: return true;
	}
}

struct coverage *coverage_new(const struct recording *recording)
{
	struct coverage *c = memory_get(1, sizeof *c);

	c->recording = recording;
	c->counter = memory_get(recording->count, sizeof *c->counter);
	for (size_t i = 0; i < recording->count; i++)
		c->counter[i] = NO_COUNTER;
	/* Parents come first: processes are sorted by start. */
	for (size_t i = 0; i < recording->count; i++)
		c->counter[i] = coverage_counter(c, &recording->processes[i]);
	c->last = memory_get(recording->count, sizeof *c->last);
	c->covered = memory_get(recording->count, sizeof *c->covered);
	for (size_t i = 0; i < recording->count; i++)
		c->last[i] = c->counter[i] == NO_COUNTER
		                     ? INT64_MIN
		                     : coverage_last(&recording->processes[c->counter[i]]);
	return c;
}

bool coverage_counts(const struct coverage *c, const struct process *p)
{
	return c->counter[p->number] == p->number;
}

void coverage_add(struct coverage *c, const struct process *p, bool write, int64_t end_ns,
                  uint64_t bytes)
{
	struct covered *covered = &c->covered[p->number];

	if (c->counter[p->number] == NO_COUNTER || end_ns > c->last[p->number])
		return;
	*(write ? &covered->write : &covered->read) += (double)bytes;
}

void coverage_finish(struct coverage *c, double *read, double *write)
{
	double rchar = 0, wchar = 0, seen_read = 0, seen_write = 0;

	for (size_t i = 0; i < c->recording->count; i++) {
		const struct process *p = &c->recording->processes[i];
		seen_read += c->covered[i].read;
		seen_write += c->covered[i].write;
		if (c->counter[i] != p->number)
			continue;
		rchar += (double)(p->kernel_last.rchar - p->kernel_first.rchar);
		wchar += (double)(p->kernel_last.wchar - p->kernel_first.wchar);
	}
	*read = rchar > 0 ? seen_read / rchar : -1;
	*write = wchar > 0 ? seen_write / wchar : -1;
	free(c->counter);
	free(c->last);
	free(c->covered);
	free(c);
}
