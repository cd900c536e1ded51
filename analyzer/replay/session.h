/* SPDX-License-Identifier: Apache-2.0
 *
 * A session of the replay's own: what the kernel is told of its priority ends
 * with it, however it ends.
 */
#ifndef REPLAY_SESSION_H
#define REPLAY_SESSION_H

/* Goes on in a child that leads a session of its own, and returns -1 there. The
 * caller's process itself only waits, passes signals on, takes the child with it
 * when it is killed, and returns the child's exit status. Where there can be no
 * child, or the kernel knows no priority of sessions: -1 in the caller. To be
 * called before there are threads. */
int session_own(void);

#endif
