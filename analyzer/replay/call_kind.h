/* SPDX-License-Identifier: Apache-2.0
 *
 * From a call's name in the trace to what a replay does for it.
 */
#ifndef REPLAY_CALL_KIND_H
#define REPLAY_CALL_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "read/process.h"
#include "replay/op.h"

/* What else a call may be to a plan than an operation. */
enum call_role {
	AS_OP,
	AS_NOTHING, /* not replayed */
	AS_DUP,
	AS_FCNTL, /* a dup where its command says so */
	AS_FORK,  /* its result is the child's pid */
	AS_SPAWN, /* its aux is */
	AS_EXEC,
	AS_THREAD, /* a thread is made */
	AS_JOIN,
	AS_REAP,  /* its result is the pid of a child that ended */
	AS_BLOCK, /* waits for something that a later event names */
	AS_WAIT,
	AS_AGAIN, /* a stream's */
};

struct call_kind {
	uint8_t role, kind;
	bool exact; /* the operation is the call itself, not one like it */
	bool async;
	bool positioned; /* says its offset itself */
	uint8_t left;    /* flags (RWF_...) that the operation does without */
};

/* By the name, which takes a while: ask once a call. */
struct call_kind call_kind_of(const struct call *call);

/* Some are told apart by their flags. */
struct call_kind call_kind_with(struct call_kind is, const char *name, uint32_t aux);

#endif
