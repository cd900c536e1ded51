/* SPDX-License-Identifier: Apache-2.0
 *
 * For plain loops over columns, which is where the time goes: gcc vectorizes
 * them only at -O3, and widens bytes well only with AVX2, which is asked for
 * when the program runs.
 */
#ifndef VECTOR_H
#define VECTOR_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) &&                             \
        !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VECTOR __attribute__((optimize("O3"), target_clones("avx2", "default")))
#elif defined(__GNUC__) && !defined(__clang__)
#define VECTOR __attribute__((optimize("O3")))
#else
#define VECTOR
#endif

#endif
