/* SPDX-License-Identifier: Apache-2.0 */
#define CHANGE(fd) fchmod(fd, 0600)
#include "body/on_fd.h"
