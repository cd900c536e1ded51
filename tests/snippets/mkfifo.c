/* SPDX-License-Identifier: Apache-2.0 */
#define MAKE(path) mkfifo(path, 0600)
#include "body/make.h"
