/* SPDX-License-Identifier: Apache-2.0
 *
 * A thread of the library that looks at rings whose submissions no call of the
 * program shows, nor code that is hooked (site.h). It exists only while there is
 * such a ring. libc does not know of it; it holds no descriptor, blocks all
 * signals and looks the oftener the faster a ring is used.
 */
#ifndef PRELOAD_URING_POLLER_H
#define PRELOAD_URING_POLLER_H

/* There is a hidden ring: starts the thread unless it runs, or the user does
 * not want it, or it can't be had. */
void poller_need(void);

#endif
