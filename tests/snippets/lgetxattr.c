/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             10
#define PLACE(path)      path
#define ATTRIBUTE(place) lgetxattr(place, "user.test", buffer, 10)
#include "body/attribute.h"
