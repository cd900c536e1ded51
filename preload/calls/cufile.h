/* SPDX-License-Identifier: Apache-2.0
 *
 * What cuFile's calls share: operations that are carried out later, in order
 * with a stream of the GPU's work, whose end nothing but a number in the
 * program's memory tells.
 */
#ifndef PRELOAD_CALLS_CUFILE_H
#define PRELOAD_CALLS_CUFILE_H

#include "calls/call.h"
#include "flight.h"

/* Begins a call of cuFile, unless cuFile itself makes it. */
bool cufile_begin(struct call *call, const void *caller);
#define CUFILE_CALLER __builtin_return_address(0)

/* An operation whose result will stand in `moved` is about to be submitted. */
void cufile_async_begin(const ssize_t *moved, const struct flight *flight);

/* It was submitted, or was not. Returns `status`. */
struct cufile_status cufile_async_submitted(const ssize_t *moved, struct cufile_status status);

/* Stores the events of those whose result has changed since. Cheap where there
 * are none. Keeps errno. */
void cufile_async_look(void);

/* The trace ends: what batches still have in flight is lost. */
void cufile_batch_finish(void);

#endif
