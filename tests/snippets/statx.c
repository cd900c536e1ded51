/* SPDX-License-Identifier: Apache-2.0 */
#define FSTATAT(directory, path, status, flags)                                                    \
	statx(directory, path, flags, STATX_BASIC_STATS, status)
#define STATUS struct statx
#include "body/fstatat.h"
