/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             0
#define PLACE(path)      path
#define ATTRIBUTE(place) lremovexattr(place, "user.test")
#include "body/attribute.h"
