/* Timing of work on a GPU. */
#ifndef GPU_MEASURE_H
#define GPU_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

/* A piece of work, enqueued or done; false after an error, which the runtime keeps. */
typedef bool work_fn(void *context);

/* Returns the nanoseconds per call: the median of several measurements of `calls` calls and a wait for the
 * device. NAN after an error. */
double measure_ns(work_fn *, void *context, uint64_t calls);

#endif
