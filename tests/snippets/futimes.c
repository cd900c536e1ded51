/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/time.h>

#define CHANGE(fd) futimes(fd, NULL)
#include "body/on_fd.h"
