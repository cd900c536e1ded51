/* SPDX-License-Identifier: Apache-2.0
 *
 * How wrappers return. Linux keeps AMD's processors from an attack on their stack
 * of predicted returns by a call at each return of its own ("Safe RET"), so that
 * after a system call every return of the program is predicted wrong: 6 ns, and 22
 * for the second where threads share descriptors. A wrapper adds one to those. It
 * jumps to its caller instead, which is predicted as any jump is. On processors
 * whose predictions survive system calls it returns: a return left out there would
 * make all of its callers' wrong.
 */
#ifndef PRELOAD_RETURNING_H
#define PRELOAD_RETURNING_H

#include <stdint.h>

/* On the definition of a wrapper whose way always leads through the kernel. */
#if defined(__x86_64__) && defined(__has_attribute) && !defined(__clang_analyzer__)
#if __has_attribute(function_return)
#define BY_KERNEL __attribute__((function_return("thunk-extern")))
#endif
#endif
#ifndef BY_KERNEL
#define BY_KERNEL
#endif

/* Whether wrappers jump; read by returning.S. */
extern uint8_t returning_jumps __attribute__((visibility("hidden")));

/* Asks the kernel how it returns: three system calls, once a process image. Keeps
 * errno. */
void returning_prepare(void);

#endif
