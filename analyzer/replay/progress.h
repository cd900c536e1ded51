/* SPDX-License-Identifier: Apache-2.0
 *
 * How far a thread is, for those that wait for it.
 */
#ifndef REPLAY_PROGRESS_H
#define REPLAY_PROGRESS_H

#include "replay/worker.h"

/* All operations below done are, but for those still under way in the ring. With
 * awaited, whoever waits is woken. */
void progress_publish(struct worker *worker, uint32_t done, bool awaited);

/* Until the hold is fulfilled, or the run stopped. */
void progress_await(struct worker *worker, const struct hold *hold);

#endif
