/* SPDX-License-Identifier: Apache-2.0
 *
 * Copies of descriptors.
 */
#ifndef PRELOAD_CALLS_DUP_H
#define PRELOAD_CALLS_DUP_H

#include <sys/syscall.h>

/* Newer than the headers of some systems: Linux 5.6. */
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* pidfd_getfd, by the system call: older libcs have no function for it. */
int dup_from_process(int pidfd, int fd, unsigned flags);

#endif
