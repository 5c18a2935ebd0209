/* The system calls that a process in a sandbox (base/sandbox.h) cannot make: those that reach other processes
 * or outlast it, and that Landlock does not cover. Everything else stays as fast as it was, but for the
 * filter's own hundred nanoseconds. */
#ifndef IB_BASE_SYSCALL_FILTER_H
#define IB_BASE_SYSCALL_FILTER_H

#include <stdbool.h>

/* Why there is no filter here; NULL: there is. Call it, or ib_syscall_filter_enter fails. */
const char *ib_syscall_filter_missing(void);

/* Filters the calling thread's system calls from now on; only async-signal-safe calls. scoped: Landlock
 * limits signals to the sandbox; else they are limited to the calling process and its group. Returns 0 or an
 * error number. */
int ib_syscall_filter_enter(bool scoped);

#endif
