/* What another process had of the processors, as the kernel sees it. */
#ifndef IB_PARENT_PROC_CPU_TIME_H
#define IB_PARENT_PROC_CPU_TIME_H

#include <stdint.h>
#include <sys/types.h>

/* How long its first thread has had a processor so far, and all of its threads; and how long the first and
 * the calling one, both together, have waited for one. 0 where the kernel does not say. */
struct ib_proc_cpu_time {
    uint64_t ran_ns, process_ns, waited_ns;
};

struct ib_proc_cpu_time ib_proc_cpu_time_of(pid_t);

#endif
