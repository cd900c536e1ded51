/* SPDX-License-Identifier: Apache-2.0 */
#define CHANGE(fd) fchown(fd, getuid(), getgid())
#include "body/on_fd.h"
