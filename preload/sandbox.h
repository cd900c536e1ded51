/* SPDX-License-Identifier: Apache-2.0
 *
 * Filters of system calls (seccomp), which may kill whoever makes a call that is
 * not on their list. The library's own calls are tried in a copy of the process
 * first; where that does not survive, nothing is traced.
 */
#ifndef PRELOAD_SANDBOX_H
#define PRELOAD_SANDBOX_H

#include <stdbool.h>

/* Whether the library's calls may be made under the filter that was there when
 * the program began. */
bool sandbox_allows_start(void);

/* The program is about to set up a filter, by `install(argument)`, which returns
 * as system calls do. Tracing ends here if it could not go on behind it, for
 * this process and those that it forks. Keeps errno. */
void sandbox_before(long (*install)(const void *argument), const void *argument);

/* The same where the filter can't be tried. */
void sandbox_close(void);

/* Whether a process that was forked is not to begin. */
bool sandbox_is_closed(void);

/* Whether calls that tracing can do without, younger or rarer than many filters know, may
 * be made: cachestat, statx, membarrier, pwritev, fstatfs, fchmodat. */
bool sandbox_allows_young(void);

#endif
