/* The most memory that processes have had resident, as the kernel counts it. */
#ifndef IB_PARENT_PROC_MEMORY_H
#define IB_PARENT_PROC_MEMORY_H

#include <stdint.h>
#include <sys/types.h>

/* The sum of the peaks (VmHWM) of a process and its living descendants, in bytes: pages of files that they
 * have mapped and read are included, and counted once for each. 0: unknown. */
uint64_t ib_proc_peak_bytes(pid_t);

#endif
