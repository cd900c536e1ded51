/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>

#define CHANGE(fd) flock(fd, LOCK_EX | LOCK_NB)
#include "body/on_fd.h"
