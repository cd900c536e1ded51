/* SPDX-License-Identifier: Apache-2.0 */
#define SENDFILE sendfile64
#include "body/sendfile.h"
