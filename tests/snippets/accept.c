/* SPDX-License-Identifier: Apache-2.0 */
#define ACCEPT(fd) accept(fd, NULL, NULL)
#include "body/accept.h"
