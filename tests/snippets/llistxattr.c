/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/xattr.h>

#define SIZE             100
#define PLACE(path)      path
#define ATTRIBUTE(place) llistxattr(place, buffer, 100)
#include "body/attribute.h"
