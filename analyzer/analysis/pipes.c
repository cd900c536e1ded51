/* SPDX-License-Identifier: Apache-2.0
 *
 * A pipe's name holds its inode, which is its own on one machine as long as
 * the pipe lives: equal names on a host and in a run are taken for one pipe.
 */
#include "analysis/pipes.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/analysis.h"
#include "base/memory.h"
#include "base/wrap.h"

static void *pipes_make(const struct known *known)
{
	struct pipes *pipes = memory_get(1, sizeof *pipes);

	pipes->recording = known->recording;
	pipes->by_file = memory_get(pipes->recording->count, sizeof *pipes->by_file);
	pipes->any = memory_get(pipes->recording->count, sizeof *pipes->any);
	for (size_t i = 0; i < pipes->recording->count; i++) {
		const struct process *p = &pipes->recording->processes[i];
		for (size_t k = 0; k < p->file_count; k++)
			pipes->any[i] |= process_file_at(p, k)->kind == AIOT_FILE_PIPE;
	}
	return pipes;
}

static struct pipe_end *pipes_end(struct pipes *pipes, const struct process *p, uint32_t file)
{
	struct pipe_end **of = &pipes->by_file[p->number];

	if (!*of)
		*of = memory_get(p->file_count, sizeof **of);
	(*of)[file].process = p->number;
	(*of)[file].name = process_file_at(p, file)->name;
	return &(*of)[file];
}

static void pipes_read(struct pipe_end *end, const struct events *e, uint32_t i)
{
	double seconds = (double)e->duration[i] / 1e9;
	bool main = e->tid[i] == e->process->pid;

	if (!end->last_ns || e->start[i] < end->first_ns)
		end->first_ns = e->start[i];
	if (e->end[i] > end->last_ns)
		end->last_ns = e->end[i];
	end->waited_s += seconds;
	end->main_waited_s += main ? seconds : 0;
	end->held_by_others |= !main;
}

static void pipes_event(struct pipes *pipes, const struct events *e, uint32_t i)
{
	struct pipe_end *end = pipes_end(pipes, e->process, e->file[i]);

	switch (e->class[i]) {
	case AIOT_CLASS_READ:
		end->reads++;
		end->read_bytes += e->bytes[i];
		pipes_read(end, e, i);
		break;
	case AIOT_CLASS_WRITE:
		end->writes++;
		end->write_bytes += e->bytes[i];
		break;
	case AIOT_CLASS_WAIT: pipes_read(end, e, i); break;
	default: break;
	}
}

static void pipes_add(void *state, const struct events *e)
{
	struct pipes *pipes = state;

	if (!pipes->any[e->process->number])
		return;
	for (uint32_t i = 0; i < e->count; i++)
		if (process_file_at(e->process, e->file[i])->kind == AIOT_FILE_PIPE)
			pipes_event(pipes, e, i);
}

static const struct process *pipes_process(const struct pipes *pipes, const struct pipe_end *end)
{
	return &pipes->recording->processes[end->process];
}

static const struct recording *pipes_sorted; /* qsort has no argument of ours */

static int pipes_order(const void *one, const void *other)
{
	const struct pipe_end *a = *(struct pipe_end *const *)one;
	const struct pipe_end *b = *(struct pipe_end *const *)other;
	const struct process *p = &pipes_sorted->processes[a->process];
	const struct process *q = &pipes_sorted->processes[b->process];
	int hosts;

	if (a->name != b->name)
		return a->name < b->name ? -1 : 1;
	if (p->run != q->run)
		return p->run < q->run ? -1 : 1;
	hosts = strcmp(process_host(p), process_host(q));
	return hosts ? hosts : (a->process > b->process) - (a->process < b->process);
}

static void pipes_finish(void *state, const struct known *known)
{
	struct pipes *pipes = state;
	const struct recording *r = known->recording;
	size_t room = 0;

	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 1; pipes->by_file[i] && k < r->processes[i].file_count; k++) {
			struct pipe_end *end = &pipes->by_file[i][k];
			if (!end->name)
				continue;
			pipes->ends =
			        memory_grow(pipes->ends, pipes->count, &room, sizeof *pipes->ends);
			pipes->ends[pipes->count++] = end;
		}
	pipes_sorted = r;
	if (pipes->count)
		qsort(pipes->ends, pipes->count, sizeof *pipes->ends, pipes_order);
}

bool pipes_same(const struct pipes *pipes, const struct pipe_end *a, const struct pipe_end *b)
{
	const struct process *p = pipes_process(pipes, a), *q = pipes_process(pipes, b);

	return a->name == b->name && p->run == q->run && !strcmp(process_host(p), process_host(q));
}

const struct process *pipes_writer(const struct pipes *pipes, const struct pipe_end *reader)
{
	const struct process *best = NULL;

	for (size_t i = 0; i < pipes->count; i++) {
		const struct pipe_end *end = pipes->ends[i];
		const struct process *p = pipes_process(pipes, end);
		if (end->process == reader->process || !end->writes ||
		    !pipes_same(pipes, end, reader))
			continue;
		if (!best || (p->role == ROLE_WORKER && best->role != ROLE_WORKER))
			best = p;
	}
	return best;
}

struct pipes_reading pipes_reading(const struct pipes *pipes, const struct process *p)
{
	struct pipes_reading all = {0};

	for (size_t i = 0; i < pipes->count; i++) {
		const struct pipe_end *end = pipes->ends[i];
		const struct process *writer;
		if (end->process != p->number || !end->last_ns)
			continue;
		writer = pipes_writer(pipes, end);
		if (!writer || writer->role != ROLE_WORKER)
			continue;
		all.waited_s += end->main_waited_s;
		all.by_others |= end->held_by_others;
		if (!all.first_ns || end->first_ns < all.first_ns)
			all.first_ns = end->first_ns;
		if (end->last_ns > all.last_ns)
			all.last_ns = end->last_ns;
	}
	return all;
}

static void pipes_free(void *state)
{
	struct pipes *pipes = state;

	for (size_t i = 0; i < pipes->recording->count; i++)
		free(pipes->by_file[i]);
	free(pipes->by_file);
	free(pipes->any);
	free(pipes->ends);
	free(pipes);
}

const struct analysis analysis_pipes = {
        .shared = true,
        .make = pipes_make,
        .add = pipes_add,
        .finish = pipes_finish,
        .free = pipes_free,
};
