/* SPDX-License-Identifier: Apache-2.0
 *
 * Epochs: the same files begun again. How often a file is begun is known
 * before; most of the data says how many epochs there are, and the files that
 * were begun as often say when each one was. Of files that are read in any order,
 * places are read again; mapped ones, by loader workers that are made anew, or by
 * rounds of asking them.
 */
#ifndef EPOCH_H
#define EPOCH_H

#include "analysis/revisit.h"
#include "base/wrap.h"
#include "read/spans.h"
#include "stage/feature.h"
#include "stage/stage.h"

struct epoch {
	int64_t first_ns, last_ns; /* start of the first read, end of the last one */
	uint64_t files, ops, bytes, hit_ops, hit_bytes, storage_ops, storage_bytes;
};

/* How long it took; none ends before it begins, whatever a trace says. */
static inline int64_t epoch_ns(const struct epoch *epoch)
{
	int64_t ns = wrap_span(epoch->first_ns, epoch->last_ns);

	return ns > 0 ? ns : 0;
}

#define EPOCHS_MOST 1024u

struct stretches;
struct draws;

struct epochs {
	uint32_t names, count; /* count: 0 where nothing tells */
	uint32_t *begun;       /* by name: how often so far, or what its epochs are told by */
	struct epoch *items;
	int64_t *turns;        /* when each begins for mapped files, or NULL */
	struct rounds *rounds; /* of workers that keep such files, or NULL */
	struct revisit *revisit;
	struct stretches *stretches; /* of files that are read in any order or kept, or NULL */
	struct draws *draws;         /* where files are begun */
	uint32_t again;              /* how many those are, or mapped ones */
	bool ranks;                  /* more than one reads them, each maybe all of them */
	double passes;               /* their bytes read for each that there is */
};

/* By how often files were begun that are read for training. */
struct epochs *epochs_new(const struct features *features, const struct stages *stages);

/* Reads of the stage, in order. */
void epochs_add(struct epochs *epochs, const struct span *span);

/* Reads and writes of pipes, likewise. */
void epochs_add_pipes(struct epochs *epochs, const struct span *spans, size_t count);

/* Takes together what happened at the same time, as where several ranks read
 * all files each. */
void epochs_finish(struct epochs *epochs);

void epochs_free(struct epochs *epochs);

/* Adds a read to a sum, and one sum that is not empty to another. */
void epoch_read(struct epoch *to, const struct span *read);
void epoch_join(struct epoch *to, const struct epoch *from);

#endif
