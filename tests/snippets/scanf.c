/* SPDX-License-Identifier: Apache-2.0 */
#define SCAN(stream, format, into) (stdin = (stream), old_scanf(format, into))
#include "body/fscanf.h"
