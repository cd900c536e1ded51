/* SPDX-License-Identifier: Apache-2.0 */
#define CHANGE(path) chmod(path, 0600)
#include "body/on_path.h"
