/* SPDX-License-Identifier: Apache-2.0
 *
 * Epochs: the same files begun again. How often a file is begun is known
 * before; most of the data says how many epochs there are, and the files that
 * were begun as often say when each one was. A file that is read in any order is
 * begun somewhere in each epoch: an epoch is its share of the bytes.
 */
#ifndef EPOCH_H
#define EPOCH_H

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

struct epoch_file {
	uint32_t begun;  /* EPOCHS_OTHER: the file tells nothing */
	uint64_t bytes;  /* read in all epochs */
	uint64_t passed; /* of those so far, where the file is read in any order */
	bool shared_out; /* that is so wherever its first read is */
};

struct epochs {
	uint32_t names, count;    /* count: 0 where nothing tells */
	struct epoch_file *files; /* by name */
	struct epoch *items;
};

/* By how often files were begun that are read for training. */
struct epochs *epochs_new(const struct features *features, const struct stages *stages);

/* Reads of the stage, in order. */
void epochs_add(struct epochs *epochs, const struct span *span);

/* Takes together what happened at the same time, as where several ranks read
 * all files each. */
void epochs_finish(struct epochs *epochs);

void epochs_free(struct epochs *epochs);

#endif
