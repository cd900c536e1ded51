/* SPDX-License-Identifier: Apache-2.0
 *
 * Asynchronous operations of which one is to see what the other did: a program
 * links them to one another (IOSQE_IO_LINK), which recordings do not tell, or it
 * would not have begun the second one.
 */
#ifndef REPLAY_LINK_H
#define REPLAY_LINK_H

#include "replay/plan.h"

/* Whether any operation of the thread may be linked to one that is under way. */
bool link_any(const struct lane *lane);

/* Whether the later one is to begin when the earlier one has ended. */
bool link_holds(const struct plan *plan, const struct op *earlier, const struct op *later);

#endif
