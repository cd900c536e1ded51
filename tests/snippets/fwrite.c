/* SPDX-License-Identifier: Apache-2.0 */
#define FWRITE fwrite
#include "body/fwrite.h"
