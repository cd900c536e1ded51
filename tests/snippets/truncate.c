/* SPDX-License-Identifier: Apache-2.0 */
#define TRUNCATE truncate
#include "body/truncate.h"
