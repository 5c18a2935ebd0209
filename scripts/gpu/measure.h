/* The time of work on a GPU. */
#ifndef GPU_MEASURE_H
#define GPU_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

/* One piece of work, queued or done; false after an error, which is then kept by the runtime. */
typedef bool work_fn(void *context);

/* The nanoseconds of one call, median of several measurements of `calls` calls and a wait for the device. NAN
 * after an error. */
double measure_ns(work_fn *, void *context, uint64_t calls);

#endif
