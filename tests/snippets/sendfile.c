/* SPDX-License-Identifier: Apache-2.0 */
#define SENDFILE sendfile
#include "body/sendfile.h"
