/* SPDX-License-Identifier: Apache-2.0 */
#define RENAMEAT(from, old, to, new) renameat2(from, old, to, new, RENAME_NOREPLACE)
#define RENAME_FLAGS                 RENAME_NOREPLACE
#include "body/renameat.h"
