/* SPDX-License-Identifier: Apache-2.0 */
#define SCAN(stream, format, into) (stdin = (stream), (__isoc99_scanf)(format, into))
#include "body/fscanf.h"
