/* SPDX-License-Identifier: Apache-2.0 */
#include "export/fio_files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Two numbers a name: of what was found there, and of what was made. */
static uint32_t fio_files_found(uint32_t name)
{
	return 2 * name;
}

static uint32_t fio_files_made(uint32_t name)
{
	return 2 * name + 1;
}

uint32_t fio_files_of(const struct fio_files *files, const struct op *op)
{
	const struct opening *o = &files->plan->openings[op->object];

	return o->found ? fio_files_found(o->found) : fio_files_made(o->name);
}

void fio_files_name(const struct fio_files *files, uint32_t file, FILE *to)
{
	for (const char *c = plan_path(files->plan, file / 2); *c; c++)
		fputc(*c == '/' ? '_' : strchr(" \t\n\r:%\\", *c) ? '-' : *c, to);
	fprintf(to, ".%" PRIu32 "%s", file / 2, file % 2 ? ".made" : "");
}

bool fio_files_takes(const struct op *op)
{
	return (op_moves(op->kind) || op->kind == OP_OPEN) && !(op->bits & OP_FAILS);
}

static void fio_files_at_least(uint64_t *size, uint64_t bytes)
{
	if (*size < bytes + 1)
		*size = bytes + 1;
}

/* As large as it gets: a job's reads may come before another one's writes. */
static void fio_files_used(struct fio_files *f, const struct op *op)
{
	const struct opening *o = &f->plan->openings[op->object];
	uint64_t *size = &f->sizes[fio_files_of(f, op)];

	fio_files_at_least(size, (uint64_t)f->plan->places[o->found].size);
	fio_files_at_least(size, (uint64_t)f->plan->places[o->name].largest);
	if (op_needs(op->kind) == 'w')
		fio_files_at_least(size, op->offset + op->size);
}

/* What was written through an opening after it was renamed is read by the new name. */
static void fio_files_renamed(struct fio_files *f, const struct op *op)
{
	uint32_t from = op->kind == OP_LINK_OPEN ? f->plan->openings[op->object].name : op->object;
	uint64_t *to = &f->sizes[fio_files_made((uint32_t)op->offset)];
	uint64_t made = f->sizes[fio_files_made(from)], found = f->sizes[fio_files_found(from)];

	if (*to && made)
		fio_files_at_least(to, made - 1);
	if (*to && found && op->kind != OP_RENAME)
		fio_files_at_least(to, found - 1);
}

static bool fio_files_is_renaming(const struct op *op)
{
	return (op->kind == OP_RENAME || op->kind == OP_LINK || op->kind == OP_LINK_OPEN) &&
	       !(op->bits & OP_FAILS);
}

static void fio_files_each(struct fio_files *f, bool (*is)(const struct op *),
                           void (*each)(struct fio_files *, const struct op *))
{
	for (size_t i = 0; i < f->plan->lane_count; i++)
		for (uint32_t k = 0; k < f->plan->lanes[i].count; k++)
			if (is(&f->plan->lanes[i].ops[k]))
				each(f, &f->plan->lanes[i].ops[k]);
}

void fio_files_find(struct fio_files *f, const struct plan *plan)
{
	f->plan = plan;
	f->count = 2 * plan->name_count;
	f->sizes = memory_get(f->count, sizeof *f->sizes);
	fio_files_each(f, fio_files_takes, fio_files_used);
	fio_files_each(f, fio_files_is_renaming, fio_files_renamed);
}

void fio_files_free(struct fio_files *f)
{
	free(f->sizes);
}
