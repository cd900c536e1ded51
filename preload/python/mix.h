/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRELOAD_PYTHON_MIX_H
#define PRELOAD_PYTHON_MIX_H

#include <stdint.h>

#define MIX_PRIME_1 0x9E3779B185EBCA87u
#define MIX_PRIME_2 0xC2B2AE3D27D4EB4Fu

/* A number for two, as good as never the same for others. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ MIX_PRIME_1) * (b ^ MIX_PRIME_2);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
