/* SPDX-License-Identifier: Apache-2.0 */
#define REALPATH canonicalize_file_name
#include "body/realpath.h"
