/* SPDX-License-Identifier: Apache-2.0 */
#include "body/lio_listio.h"
