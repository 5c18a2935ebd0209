#include "worker/instruction_counter.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define UNDER_VALGRIND RUNNING_ON_VALGRIND
#else /* then it cannot be told what to count */
#define UNDER_VALGRIND                  0
#define CALLGRIND_START_INSTRUMENTATION (void)0
#define CALLGRIND_STOP_INSTRUMENTATION  (void)0
#define CALLGRIND_ZERO_STATS            (void)0
#define CALLGRIND_DUMP_STATS            (void)0
#endif

enum { COUNT, ENABLED_NS, RUNNING_NS }; /* what a reading consists of */

void ib_instruction_counter_open(struct ib_instruction_counter *c)
{
    struct perf_event_attr attr = {.size = sizeof attr,
                                   .type = PERF_TYPE_HARDWARE,
                                   .config = PERF_COUNT_HW_INSTRUCTIONS,
                                   .inherit = 1,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1,
                                   .read_format =
                                       PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING};
    *c = (struct ib_instruction_counter){.open = true, .fd = -1};
    if (UNDER_VALGRIND)
        return;
    c->fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
    c->error = c->fd < 0 ? errno : 0;
}

void ib_instruction_counter_close(struct ib_instruction_counter *c)
{
    if (c->open && c->fd >= 0)
        close(c->fd);
    c->open = false;
}

static bool read_counter(const struct ib_instruction_counter *c, uint64_t out[3])
{
    return c->fd >= 0 && read(c->fd, out, 3 * sizeof *out) == (ssize_t)(3 * sizeof *out);
}

void ib_instruction_counter_begin(struct ib_instruction_counter *c)
{
    if (UNDER_VALGRIND) {
        CALLGRIND_ZERO_STATS;
        CALLGRIND_START_INSTRUMENTATION;
    } else if (!read_counter(c, c->begin)) {
        c->begin[ENABLED_NS] = 0;
    }
}

/* The kernel shares the counters among more events than the processor has: then a count is an estimate. */
static void end_perf(struct ib_instruction_counter *c, struct ib_instructions *out)
{
    uint64_t end[3];
    if (!read_counter(c, end)) {
        snprintf(out->reason, sizeof out->reason, "the kernel does not count instructions: %s",
                 strerror(c->error ? c->error : EIO));
    } else if (end[ENABLED_NS] - c->begin[ENABLED_NS] != end[RUNNING_NS] - c->begin[RUNNING_NS] ||
               end[COUNT] == c->begin[COUNT]) {
        snprintf(out->reason, sizeof out->reason,
                 "the processor's counter was in use by others, or does not count here");
    } else {
        out->source = IB_COUNTED_BY_PERF;
        out->count = end[COUNT] - c->begin[COUNT];
    }
}

void ib_instruction_counter_end(struct ib_instruction_counter *c, struct ib_instructions *out)
{
    *out = (struct ib_instructions){.source = UNDER_VALGRIND ? IB_COUNTED_BY_CALLGRIND : 0};
    if (UNDER_VALGRIND) {
        CALLGRIND_STOP_INSTRUMENTATION;
        CALLGRIND_DUMP_STATS;
    } else {
        end_perf(c, out);
    }
}
