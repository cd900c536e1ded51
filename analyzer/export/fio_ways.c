/* SPDX-License-Identifier: Apache-2.0 */
#include "export/fio_ways.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "base/memory.h"

#define FIO_WAYS_BLOCK 4096u /* of which storage asks for no more */

static bool fio_ways_counts(const struct op *op)
{
	return op_moves(op->kind) && !(op->bits & OP_FAILS);
}

static int fio_ways_flags(const struct plan *plan, const struct op *op)
{
	return (int)plan->openings[op->object].flags;
}

static int fio_ways_waits(const struct plan *plan, const struct op *op)
{
	int opened = fio_ways_flags(plan, op) & O_SYNC, asked = op_flags(op->kind);

	if (asked & RWF_SYNC || opened == O_SYNC)
		return O_SYNC;
	return asked & RWF_DSYNC || opened ? O_DSYNC : 0;
}

/* What holds for all that the thread does. */
static struct fio_way fio_ways_of(const struct plan *plan, const struct lane *lane)
{
	struct fio_way way = {.direct = true, .waits = O_SYNC};
	bool writes = false;

	for (uint32_t i = 0; i < lane->count; i++) {
		const struct op *op = &lane->ops[i];
		if (!fio_ways_counts(op))
			continue;
		way.direct &= (fio_ways_flags(plan, op) & O_DIRECT) != 0;
		if (op_needs(op->kind) != 'w')
			continue;
		writes = true;
		way.waits &= fio_ways_waits(plan, op);
	}
	if (!writes)
		way.waits = 0;
	return way;
}

static bool fio_ways_meets(const struct fio_files *files, const struct lane *lane,
                           const bool *cached)
{
	for (uint32_t i = 0; i < lane->count; i++)
		if (fio_ways_counts(&lane->ops[i]) && cached[fio_files_of(files, &lane->ops[i])])
			return true;
	return false;
}

static void fio_ways_cached(const struct fio_files *files, const struct lane *lane, bool *cached)
{
	for (uint32_t i = 0; i < lane->count; i++)
		if (fio_ways_counts(&lane->ops[i]))
			cached[fio_files_of(files, &lane->ops[i])] = true;
}

/* Where pages of a file are written out while another job writes past them, the
 * kernel calls it an error, of which fsync tells; nothing keeps fio's jobs apart. */
static void fio_ways_part(struct fio_ways *ways, const struct fio_files *files)
{
	const struct plan *plan = files->plan;
	bool *cached = memory_get(files->count, sizeof *cached), more;

	for (size_t i = 0; i < plan->lane_count; i++)
		if (!ways->of[i].direct)
			fio_ways_cached(files, &plan->lanes[i], cached);
	do {
		more = false;
		for (size_t i = 0; i < plan->lane_count; i++)
			if (ways->of[i].direct && fio_ways_meets(files, &plan->lanes[i], cached)) {
				ways->of[i].direct = false;
				fio_ways_cached(files, &plan->lanes[i], cached);
				more = true;
			}
	} while (more);
	free(cached);
}

static void fio_ways_blocks(struct fio_files *files, const struct lane *lane)
{
	for (uint32_t i = 0; i < lane->count; i++)
		if (fio_ways_counts(&lane->ops[i])) {
			uint64_t *size = &files->sizes[fio_files_of(files, &lane->ops[i])];
			*size = ((*size - 1 + FIO_WAYS_BLOCK - 1) &
			         ~(uint64_t)(FIO_WAYS_BLOCK - 1)) +
			        1;
		}
}

static bool fio_ways_vectored(const struct op *op)
{
	return op->kind == OP_READV || op->kind == OP_PREADV || op->kind == OP_WRITEV ||
	       op->kind == OP_PWRITEV || op_flags(op->kind);
}

static void fio_ways_count(struct fio_ways *ways, const struct plan *plan, size_t number)
{
	const struct lane *lane = &plan->lanes[number];
	const struct fio_way *way = &ways->of[number];

	for (uint32_t i = 0; i < lane->count; i++) {
		const struct op *op = &lane->ops[i];
		if (!fio_ways_counts(op))
			continue;
		ways->undirected += !way->direct && fio_ways_flags(plan, op) & O_DIRECT;
		ways->unwaited +=
		        op_needs(op->kind) == 'w' && fio_ways_waits(plan, op) != way->waits;
		ways->among_async += lane->has_async && !(op->bits & OP_ASYNC);
		ways->vectored += fio_ways_vectored(op);
	}
}

void fio_ways_find(struct fio_ways *ways, struct fio_files *files)
{
	const struct plan *plan = files->plan;

	*ways = (struct fio_ways){.of = memory_get(plan->lane_count, sizeof *ways->of)};
	for (size_t i = 0; i < plan->lane_count; i++)
		ways->of[i] = fio_ways_of(plan, &plan->lanes[i]);
	fio_ways_part(ways, files);
	for (size_t i = 0; i < plan->lane_count; i++) {
		if (ways->of[i].direct)
			fio_ways_blocks(files, &plan->lanes[i]);
		fio_ways_count(ways, plan, i);
	}
}

void fio_ways_free(struct fio_ways *ways)
{
	free(ways->of);
}
