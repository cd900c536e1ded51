/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             100
#define PLACE(path)      open(path, O_RDWR)
#define ATTRIBUTE(place) flistxattr(place, buffer, 100)
#include "body/attribute.h"
