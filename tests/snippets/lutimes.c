/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/time.h>

#define CHANGE(path) lutimes(path, NULL)
#include "body/on_path.h"
