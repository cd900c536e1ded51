/* SPDX-License-Identifier: Apache-2.0
 *
 * Names for the native frames of a recording, from the programs and libraries
 * that it was made with, where they are still on this machine. What is not keeps
 * the name that the trace gave it, library+0x1234.
 */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "read/recording.h"

/* Before anything asks for frames; costs nothing where there are no native ones. */
void resolve_frames(struct recording *recording);

#endif
