/* SPDX-License-Identifier: Apache-2.0 */
#define CHANGE(path) fchmodat(AT_FDCWD, path, 0600, 0)
#include "body/on_path.h"
