/* SPDX-License-Identifier: Apache-2.0
 *
 * Orderings between threads, as planning goes through the recording by time.
 * An ordering is kept only where the recording had it, that is where the first
 * operation ended before the second began, so that there is always a history
 * that fulfils all of them.
 */
#ifndef REPLAY_ORDER_H
#define REPLAY_ORDER_H

#include "replay/plan.h"

struct order;

/* Where in the plan, and when, something was done. */
struct moment_of {
	uint32_t lane, op;
	uint64_t start_ns, end_ns; /* since the plan's start */
};

/* What others come after. */
struct done {
	uint32_t lane, op;
	uint64_t end_ns;
};

static inline struct done done_at(const struct moment_of *at)
{
	return (struct done){at->lane, at->op, at->end_ns};
}

struct order *order_new(struct plan *plan);

/* `later` begins after `earlier` is done, if it did. */
void order_after(struct order *order, const struct moment_of *later,
                 const struct moment_of *earlier);

void order_after_done(struct order *order, const struct moment_of *later,
                      const struct done *earlier);

/* The name is used as it is; or it is made, removed, replaced: after all uses
 * before it, and before all after it. */
void order_use(struct order *order, uint32_t name, const struct moment_of *at);
void order_change(struct order *order, uint32_t name, const struct moment_of *at);

/* Bytes of a file that others may read later; bytes that others may have written: there
 * were some up to `end`, and `asked` for up to there. */
void order_write(struct order *order, uint32_t name, uint64_t begin, uint64_t end,
                 const struct moment_of *at);
void order_read(struct order *order, uint32_t name, uint64_t begin, uint64_t end, uint64_t asked,
                const struct moment_of *at);

/* The file, of that size, gets another. */
void order_resize(struct order *order, uint32_t name, uint64_t from, uint64_t to,
                  const struct moment_of *at);

/* The file's bytes go where its name went. */
void order_renamed(struct order *order, uint32_t from, uint32_t to);

/* Bytes through a pipe; pipe is a number that equal pipes share. */
void order_pipe(struct order *order, uint64_t pipe, bool write, uint64_t bytes,
                const struct moment_of *at);

/* The thread took up a child, or joined a thread: lanes whose last operation
 * ended in time, of that process (any run's pid), or of this process. only: it did
 * nothing but start it. */
void order_reaped(struct order *order, const struct moment_of *at, uint32_t process, int64_t pid,
                  bool only);

/* What only the end shows, sorts the holds, and drops those that no order of
 * events could fulfil, which only a damaged trace has. Frees it. */
void order_finish(struct order *order);

#endif
