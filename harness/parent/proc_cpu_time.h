/* CPU time of another process, as accounted by the kernel. */
#ifndef IB_PARENT_PROC_CPU_TIME_H
#define IB_PARENT_PROC_CPU_TIME_H

#include <stdint.h>
#include <sys/types.h>

/* ran_ns: CPU time of its first thread. process_ns, process_later_ns: of all its threads, before and after
 * that was read: between the two, it may go on. waited_ns: time that its first thread and the calling thread
 * together spent waiting for a CPU. 0 where the kernel does not report it. */
struct ib_proc_cpu_time {
    uint64_t ran_ns, process_ns, process_later_ns, waited_ns;
};

struct ib_proc_cpu_time ib_proc_cpu_time_of(pid_t);

#endif
