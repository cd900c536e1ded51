/* SPDX-License-Identifier: Apache-2.0
 *
 * What planning remembers of a name that changes in the run, so that what comes later
 * comes after it (order.h). Private to order.c. There may be millions of these: most are used by
 * one thread, at one place.
 */
#ifndef REPLAY_ABOUT_H
#define REPLAY_ABOUT_H

#include "replay/order.h"

struct about;

struct about *about_new(void);
void about_free(struct about *about);

/* As order_use and its like, of this name. */
void about_use(struct about *about, struct order *order, const struct moment_of *at);
void about_change(struct about *about, struct order *order, const struct moment_of *at);
void about_write(struct about *about, struct order *order, uint64_t begin, uint64_t end,
                 const struct moment_of *at);
void about_read(struct about *about, struct order *order, uint64_t begin, uint64_t end,
                uint64_t asked, const struct moment_of *at);
void about_renamed(struct about *from, struct about *to);

/* What lies behind `least` comes or goes. */
void about_resize(struct about *about, struct order *order, uint64_t least,
                  const struct moment_of *at);

#endif
