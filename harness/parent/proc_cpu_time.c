#include "parent/proc_cpu_time.h"

#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* https://docs.kernel.org/scheduler/sched-stats.html */
static struct ib_proc_cpu_time read_schedule(const char *path)
{
    char text[96];
    unsigned long long ran, waited;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return sscanf(text, "%llu %llu", &ran, &waited) == 2
               ? (struct ib_proc_cpu_time){.ran_ns = ran, .waited_ns = waited}
               : (struct ib_proc_cpu_time){0};
}

static uint64_t process_clock_ns(pid_t pid)
{
    clockid_t clock;
    return clock_getcpuclockid(pid, &clock) == 0 ? ib_clock_ns(clock) : 0;
}

struct ib_proc_cpu_time ib_proc_cpu_time_of(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    /* The process's clock is read first, too: that updates the clock of its running thread, which could
     * otherwise lag by a tick. */
    const uint64_t process_ns = process_clock_ns(pid);
    struct ib_proc_cpu_time time = read_schedule(path);
    time.process_ns = process_ns;
    time.process_later_ns = process_clock_ns(pid);
    time.waited_ns += read_schedule("/proc/thread-self/schedstat").waited_ns;
    return time;
}
