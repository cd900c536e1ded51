/* SPDX-License-Identifier: Apache-2.0
 *
 * Recordings may contradict themselves, and storage may refuse what it did in the
 * recording: then folders get other names than the plan knows, and all that lies in
 * them goes along. What a run left where no plan expects it is found by the folders
 * that it renamed, and removed, so that nothing of it outlasts --clean.
 */
#ifndef REPLAY_ASTRAY_H
#define REPLAY_ASTRAY_H

#include "replay/worker.h"

struct astray;

struct astray *astray_new(void);
void astray_free(struct astray *astray);

/* An operation on a name went otherwise than in the recording. */
void astray_differs(struct astray *astray);

/* A rename succeeded; folder and last are where its second name lies. True where that
 * is, or may be, a folder. Any thread may call it. */
bool astray_renamed(struct worker *worker, const struct op *op, int folder, const char *last);

/* When all threads have ended: removes what lies where nobody would find it. */
void astray_remove(const struct run *run);

#endif
