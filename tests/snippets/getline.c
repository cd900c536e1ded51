/* SPDX-License-Identifier: Apache-2.0 */
#define GETLINE getline
#include "body/getline.h"
