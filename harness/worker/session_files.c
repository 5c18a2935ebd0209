#include "worker/session_files.h"

#include "base/error.h"
#include "base/npy.h"

#include <stdio.h>
#include <stdlib.h>

enum ib_status ib_session_save(const char *folder, const char *name, enum ib_dtype type, uint64_t rows,
                               uint64_t cols, const void *values)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    return ib_npy_write(path, type, rows, cols, values);
}

enum ib_status ib_session_save_curve(const char *folder, const struct ib_curve *curve)
{
    double *pairs = malloc((curve->n ? curve->n : 1) * 2 * sizeof *pairs);
    if (!pairs)
        return ib_fail(IB_ENOMEM, "loss", "out of memory for %llu losses", (unsigned long long)curve->n);
    for (uint64_t i = 0; i < curve->n; i++) {
        pairs[2 * i] = (double)curve->epoch[i];
        pairs[2 * i + 1] = curve->loss[i];
    }
    enum ib_status status = ib_session_save(folder, "loss", IB_F64, curve->n, 2, pairs);
    free(pairs);
    return status;
}
