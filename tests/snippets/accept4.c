/* SPDX-License-Identifier: Apache-2.0 */
#define ACCEPT(fd) accept4(fd, NULL, NULL, SOCK_CLOEXEC)
#include "body/accept.h"
