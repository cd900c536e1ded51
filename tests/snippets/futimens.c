/* SPDX-License-Identifier: Apache-2.0 */
#define CHANGE(fd) futimens(fd, NULL)
#include "body/on_fd.h"
