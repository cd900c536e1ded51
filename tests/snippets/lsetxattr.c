/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             3
#define PLACE(path)      path
#define ATTRIBUTE(place) lsetxattr(place, "user.test", "abc", 3, 0)
#include "body/attribute.h"
