/* SPDX-License-Identifier: Apache-2.0
 *
 * A snippet makes one call in a few ways and prints the rows that it expects
 * in the trace, in order: action and expectation stand together. It runs in a
 * folder that is empty but for one file, "data", of DATA_BYTES bytes.
 */
#ifndef SNIPPET_H
#define SNIPPET_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../preload/base/undeclared.h"

#define DATA_BYTES 100
#define NOWHERE    "" /* no path */
#define ANYWHERE   "*"
#define ANY        LLONG_MIN       /* not looked at */
#define SOME       (LLONG_MIN + 1) /* above 0 */
#define BAD_FD     999

void snippet(void);

/* The next row of this call: errno counts where result is -1. */
void expect(const char *call, const char *path, long long offset, long long size, long long result);

/* The next row of the call that the snippet is named after. */
void row(const char *path, long long offset, long long size, long long result);

/* The same where nothing is read or written: no offset, no size. */
void meta(const char *path, long long result);

/* What is expected of a call that returns an error's number: -1 and that errno,
 * or 0. */
long long error_of(int error);

/* "data", opened out of the tracer's sight of this call; exits if it can't. */
int data_fd(int flags);

extern char buffer[4096];
extern int pipe_fds[2]; /* a pipe with 8 bytes in it */

#endif
