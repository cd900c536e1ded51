/* SPDX-License-Identifier: Apache-2.0 */
#define READDIR(folder) (readdir(folder) != NULL)
#include "body/readdir.h"
