/* SPDX-License-Identifier: Apache-2.0 */
#include "replay/worker.h"

#include <errno.h>
#include <string.h>

#include "replay/astray.h"
#include "replay/progress.h"
#include "replay/ring.h"
#include "replay/turn.h"

/* Where the storage itself failed, what follows would say nothing of it. */
static bool worker_is_fatal(int64_t result)
{
	switch (-result) {
	case ENOSPC:
	case EDQUOT:
	case EIO:
	case EROFS:
	case ENOTCONN:
	case ESTALE:
	case ENODEV:
	case ENXIO:
	case ESHUTDOWN:
	case ETIMEDOUT: return true;
	default: return false;
	}
}

static uint32_t worker_name(const struct worker *w, const struct op *op)
{
	return op_needs(op->kind) == 'p' ? op->object : w->run->plan->openings[op->object].name;
}

void worker_ended(struct worker *w, uint32_t number, uint64_t end, int64_t result)
{
	const struct op *op = &w->lane->ops[number];
	struct outcome *o = &w->outcomes[number];
	int none = 0;

	o->duration = short_ns(end - w->run->start_ns - o->start_ns);
	o->result = result > INT32_MAX ? INT32_MAX : (int32_t)result;
	if ((result < 0) == !!(op->bits & OP_FAILS))
		return;
	if (strchr("opf", op_needs(op->kind)))
		astray_differs(w->run->astray);
	if (result >= 0 || !worker_is_fatal(result))
		return;
	if (__atomic_compare_exchange_n(&w->run->failure, &none, (int)-result, false,
	                                __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		w->run->failed_name = worker_name(w, op);
	__atomic_store_n(&w->run->stop, true, __ATOMIC_RELAXED);
}

static void worker_does(struct worker *w, uint32_t i, size_t next, bool at_once)
{
	const struct op *op = &w->lane->ops[i];
	uint64_t now = at_once ? w->last_ns : pace_now();
	bool async = (op->bits & OP_ASYNC) ||
	             (op_can_ring(op->kind) && w->run->options.engine == ENGINE_URING);
	int64_t result;

	w->outcomes[i].start_ns = now > w->run->start_ns ? now - w->run->start_ns : 1;
	if (async && w->ring && ring_begin(w->ring, w, i, turn_goes_on(w, i, next, now))) {
		w->last_ns = now;
		while (!(op->bits & OP_ASYNC) && ring_has(w->ring, i))
			ring_reap(w->ring, w, true, UINT64_MAX);
		return;
	}
	w->untimed = false;
	result = perform(w, op);
	w->last_ns = pace_now();
	worker_ended(w, i, w->untimed ? now : w->last_ns, result);
}

static void worker_handed(struct worker *w, uint32_t i, uint64_t arrived)
{
	turn_pause(w, i);
	w->last_ns = pace_now();
	w->outcomes[i] =
	        (struct outcome){arrived - w->run->start_ns, short_ns(w->last_ns - arrived), 0};
}

/* Waits for what the operation waits for; false if that is nothing. */
static bool worker_holds(struct worker *w, uint32_t i, size_t *next)
{
	const struct lane *lane = w->lane;
	bool any = false;

	for (; *next < lane->hold_count && lane->holds[*next].op == i; any = true)
		progress_await(w, &lane->holds[(*next)++]);
	return any;
}

/* A thread's first pause begins when it is made, or with the run; what else its first
 * operation waits for may come meanwhile. */
static void worker_made(struct worker *w)
{
	const struct lane *lane = w->lane;
	const struct hold *made = NULL;

	for (size_t n = 0; lane->made && n < lane->hold_count && !lane->holds[n].op; n++) {
		const struct hold *h = &lane->holds[n];
		if (h->thread == lane->maker && h->until && (!made || h->until < made->until))
			made = h;
	}
	if (!made)
		return;
	progress_await(w, made);
	w->last_ns = pace_now();
}

void worker_run(struct worker *w)
{
	const struct lane *lane = w->lane;
	size_t next = 0;

	worker_made(w);
	for (uint32_t i = 0; i < lane->count && !worker_stopped(w); i++) {
		const struct op *op = &lane->ops[i];
		bool at_once = w->run->options.timing == TIMING_FAST && !w->ring;
		uint64_t arrived;
		perform_ready(w, i);
		turn_wait(w, i, op);
		arrived = op->kind == OP_NONE ? pace_now() : 0;
		at_once &= !worker_holds(w, i, &next);
		if (worker_stopped(w))
			break;
		if (op->kind == OP_NONE)
			worker_handed(w, i, arrived);
		else
			worker_does(w, i, next, at_once);
		place_ended(&w->place, w->last_ns);
		progress_publish(w, i + 1, op->bits & OP_AWAITED);
	}
	while (w->ring && ring_busy(w->ring))
		ring_reap(w->ring, w, true, UINT64_MAX);
	if (!worker_stopped(w))
		progress_publish(w, lane->count, true);
}
