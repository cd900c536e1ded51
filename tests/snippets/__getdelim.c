/* SPDX-License-Identifier: Apache-2.0 */
#define GETLINE(line, size, stream) __getdelim(line, size, '\n', stream)
#include "body/getline.h"
