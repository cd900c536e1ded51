/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             10
#define PLACE(path)      open(path, O_RDWR)
#define ATTRIBUTE(place) fgetxattr(place, "user.test", buffer, 10)
#include "body/attribute.h"
