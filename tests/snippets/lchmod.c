/* SPDX-License-Identifier: Apache-2.0 */
#define CHANGE(path) lchmod(path, 0600)
#include "body/on_path.h"
