/* SPDX-License-Identifier: Apache-2.0 */
#define READLINK(path, buffer, size) __readlink_chk(path, buffer, size, 4096)
#include "body/readlink.h"
