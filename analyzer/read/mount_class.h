/* SPDX-License-Identifier: Apache-2.0
 *
 * What kind of storage a file system's type and its source stand for.
 */
#ifndef MOUNT_CLASS_H
#define MOUNT_CLASS_H

#include <stdbool.h>

/* "local", "network", "parallel", "memory", "overlay", "pseudo" or "other". */
const char *mount_class(const char *type);

/* What a device's name tells of a local disk; "" where it tells nothing. */
const char *mount_medium(const char *source);

/* Whether files may have other device numbers than their mount. */
bool mount_numbers_otherwise(const char *type);

#endif
