/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             10
#define PLACE(path)      path
#define ATTRIBUTE(place) getxattr(place, "user.test", buffer, 10)
#include "body/attribute.h"
