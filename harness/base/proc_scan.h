/* A walk over the processes that /proc shows. */
#ifndef IB_BASE_PROC_SCAN_H
#define IB_BASE_PROC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Kills every process that `matches`, except this one. Returns the number of matches. */
size_t ib_proc_kill(bool (*matches)(pid_t, const void *context), const void *context);

/* Reads at most n bytes of /proc/PID/NAME; returns their number, 0 if it cannot be read. */
size_t ib_proc_read(pid_t, const char *name, char *out, size_t n);

#endif
