/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             0
#define PLACE(path)      open(path, O_RDWR)
#define ATTRIBUTE(place) fremovexattr(place, "user.test")
#include "body/attribute.h"
