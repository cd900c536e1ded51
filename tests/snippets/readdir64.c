/* SPDX-License-Identifier: Apache-2.0 */
#define READDIR(folder) (readdir64(folder) != NULL)
#include "body/readdir.h"
