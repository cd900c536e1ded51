/* SPDX-License-Identifier: Apache-2.0 */
#define FOPEN fopen64
#include "body/fopen.h"
