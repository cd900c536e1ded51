/* SPDX-License-Identifier: Apache-2.0 */
#define WAIT(pid, status, flags)                                                                   \
	({                                                                                         \
		siginfo_t about_ = {0};                                                            \
		(void)status;                                                                      \
		waitid(pid > 0 ? P_PID : P_ALL, pid > 0 ? pid : 0, &about_, (flags) | WEXITED);    \
	})
#include "body/wait4.h"
