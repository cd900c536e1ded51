/* SPDX-License-Identifier: Apache-2.0 */
#define CHANGE(path) fchownat(AT_FDCWD, path, getuid(), getgid(), AT_SYMLINK_NOFOLLOW)
#include "body/on_path.h"
