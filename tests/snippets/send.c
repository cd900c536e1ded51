/* SPDX-License-Identifier: Apache-2.0 */
#define SEND send
#include "body/send.h"
