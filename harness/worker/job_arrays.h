/* The arrays of a job, mapped from their files. */
#ifndef IB_WORKER_JOB_ARRAYS_H
#define IB_WORKER_JOB_ARRAYS_H

#include "base/npy.h"
#include "protocol/messages.h"

struct ib_job_arrays {
    struct ib_npy x, y, x_test, start[IB_MAX_STATE];
    struct ib_npy order; /* of mini-batches: core/batches.h */
};

/* Maps the arrays and checks their shapes and types. *out must be zeroed before, and closed even on
 * failure. IB_EINVAL, IB_EIO. */
enum ib_status ib_job_arrays_open(const struct ib_job *, struct ib_job_arrays *out);
void ib_job_arrays_close(struct ib_job_arrays *);

#endif
