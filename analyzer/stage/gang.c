/* SPDX-License-Identifier: Apache-2.0 */
#include "stage/gang.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/evidence.h"
#include "read/kin.h"
#include "stage/role.h"

struct gang_member {
	struct process *process;
	const struct process *parent;
	const char *port;
};

static int gang_compare(const void *one, const void *other)
{
	const struct gang_member *a = one, *b = other;
	int ports = strcmp(a->port, b->port);

	if (a->parent != b->parent)
		return a->parent->number < b->parent->number ? -1 : 1;
	if (ports || a->process->start_ns == b->process->start_ns)
		return ports;
	return a->process->start_ns < b->process->start_ns ? -1 : 1;
}

/* A process begins to be traced later than it is made, by what the scheduler does. */
static int gang_made(const void *one, const void *other)
{
	const struct gang_member *a = one, *b = other;

	return a->process->pid < b->process->pid ? -1 : a->process->pid > b->process->pid;
}

/* What a parent that has such a port itself forks are its workers, for all that is known. */
static bool gang_may(const struct features *f, const struct process *p,
                     const struct process *parent, const char *port)
{
	const char *above = parent ? process_attribute(parent, "env.MASTER_PORT") : NULL;

	return parent && port && p->rank < 0 && !(f->evidence[p->number] & EVIDENCE_WORKER) &&
	       (role_spawned(p, parent) || (p->origin == AIOT_ORIGIN_FORK && !above));
}

static struct gang_member *gang_members(struct features *f, size_t *count)
{
	struct recording *r = f->recording;
	struct gang_member *members = memory_get(r->count + 1, sizeof *members);

	*count = 0;
	for (size_t i = 0; i < r->count; i++) {
		struct process *p = &r->processes[i];
		const struct process *parent = kin_parent(r, p);
		const char *port = process_attribute(p, "env.MASTER_PORT");
		if (gang_may(f, p, parent, port))
			members[(*count)++] = (struct gang_member){p, parent, port};
	}
	qsort(members, *count, sizeof *members, gang_compare);
	return members;
}

/* Behind the last of those from `from` on that ran at the same time. */
static size_t gang_end(const struct gang_member *members, size_t from, size_t count)
{
	uint64_t last = members[from].process->end_ns;
	size_t end = from + 1;

	for (; end < count && members[end].parent == members[from].parent &&
	       !strcmp(members[end].port, members[from].port) &&
	       members[end].process->start_ns < last;
	     end++)
		if (members[end].process->end_ns > last)
			last = members[end].process->end_ns;
	return end;
}

static void gang_number(struct gang_member *members, size_t count)
{
	qsort(members, count, sizeof *members, gang_made);
	for (size_t i = 0; i < count; i++) {
		struct process *p = members[i].process;
		p->rank = p->local_rank = (int)i;
		p->world_size = (int)count;
	}
}

/* As the variables of an environment are. */
static void gang_inherit(struct recording *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct process *p = &r->processes[i];
		const struct process *parent = kin_parent(r, p);
		if (!parent || p->rank >= 0 || parent->rank < 0)
			continue;
		p->rank = parent->rank;
		p->local_rank = parent->local_rank;
		p->world_size = parent->world_size;
	}
}

void gang_find(struct features *f)
{
	size_t count, end;
	struct gang_member *members = gang_members(f, &count);
	bool found = false;

	for (size_t i = 0; i < count; i = end) {
		end = gang_end(members, i, count);
		if (end - i < 2 || members[i].parent->rank >= 0)
			continue;
		gang_number(members + i, end - i);
		found = true;
	}
	free(members);
	if (found)
		gang_inherit(f->recording);
}
