/* Clocks, in nanoseconds. Wall time is CLOCK_MONOTONIC; the others return the CPU time of this thread, or
 * of all threads of this process. */
#ifndef IB_BASE_CLOCK_H
#define IB_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t ib_clock_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline uint64_t ib_now_ns(void)
{
    return ib_clock_ns(CLOCK_MONOTONIC);
}

static inline uint64_t ib_thread_cpu_ns(void)
{
    return ib_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static inline uint64_t ib_process_cpu_ns(void)
{
    return ib_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

#endif
