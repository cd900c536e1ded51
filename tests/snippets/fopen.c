/* SPDX-License-Identifier: Apache-2.0 */
#define FOPEN fopen
#include "body/fopen.h"
