/* SPDX-License-Identifier: Apache-2.0 */
#define TRUNCATE truncate64
#include "body/truncate.h"
