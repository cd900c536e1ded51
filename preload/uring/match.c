/* SPDX-License-Identifier: Apache-2.0 */
#include "uring/match.h"

bool match_is_older(const struct operation *operation, uint32_t number)
{
	return (int32_t)(operation->number - number) < 0;
}

void match_forget_overtaken(struct uring *ring, uint64_t user_data, uint32_t newest)
{
	struct operation *older;
	while ((older = pending_find(&ring->pending, user_data, false)) &&
	       match_is_older(older, newest) && match_is_older(older, ring->doubt))
		pending_remove(&ring->pending, older);
}

/* An entry that was read too late is that of the operation that took its slot,
 * which is now read again. */
static bool match_is_twin(const struct uring *ring, const struct operation *older,
                          const struct operation *newer)
{
	return (newer->number - older->number) % ring->layout.sq_entries == 0 &&
	       older->flight.offset == newer->flight.offset &&
	       older->flight.size == newer->flight.size && older->flight.call == newer->flight.call;
}

void match_bound_older(struct uring *ring, const struct operation *newer)
{
	struct operation *older = pending_find(&ring->pending, newer->user_data, true);
	if (!older)
		return;
	if (match_is_twin(ring, older, newer)) {
		pending_remove(&ring->pending, older);
		return;
	}
	older->bounded = true;
	older->before = newer->head;
}

/* Its completion was missed, or several in flight share the user_data: which of
 * them completes can't be told. */
static void match_forget_all(struct pending *pending, uint64_t user_data)
{
	struct operation *one;
	while ((one = pending_find(pending, user_data, false)))
		pending_remove(pending, one);
}

struct operation *match_of(struct uring *ring, uint32_t number, uint64_t user_data)
{
	struct pending *pending = &ring->pending;
	struct operation *found = pending_find(pending, user_data, false);
	/* What the program had taken before it submitted this is of another. */
	if (found && ring->wakes && (int32_t)(number - found->head) < 0)
		return NULL;
	if (found && match_is_older(found, ring->doubt)) {
		found = pending_find(pending, user_data, true);
		match_forget_overtaken(ring, user_data, found->number);
		found = pending_find(pending, user_data, false);
	}
	if (found && found->bounded && (int32_t)(number - found->before) >= 0) {
		match_forget_all(pending, user_data);
		return NULL;
	}
	if (!found || found->certain || (int32_t)(number - found->head) >= 0)
		return found;
	pending_remove(pending, found);
	return NULL;
}
