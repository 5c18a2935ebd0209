#include "worker/job_arrays.h"

#include "base/error.h"
#include "core/batches.h"

static enum ib_status map(const char *path, uint64_t rows, uint64_t cols, enum ib_dtype type,
                          struct ib_npy *out)
{
    IB_TRY(ib_npy_open(path, out));
    if (out->rows == rows && out->cols == cols && out->type == type)
        return IB_OK;
    return ib_fail(IB_EINVAL, path, "contains %llu x %llu elements of %s; expected %llu x %llu of %s",
                   (unsigned long long)out->rows, (unsigned long long)out->cols,
                   ib_word_of(ib_dtype_words, (int)out->type), (unsigned long long)rows,
                   (unsigned long long)cols, ib_word_of(ib_dtype_words, (int)type));
}

/* Numbers that are none of rows would be read outside of the data. */
static enum ib_status map_order(const struct ib_job *job, struct ib_npy *out)
{
    const uint64_t rows = job->spec.rows, orders = ib_order_count(&job->spec);
    if (!job->spec.batch)
        return IB_OK;
    IB_TRY(map(job->order, orders, rows, IB_U32, out));
    for (uint64_t i = 0; i < orders * rows; i++)
        if (((const uint32_t *)out->data)[i] >= rows)
            return ib_fail(IB_EINVAL, job->order, "names row %u of %llu, counted from 0",
                           ((const uint32_t *)out->data)[i], (unsigned long long)rows);
    return IB_OK;
}

enum ib_status ib_job_arrays_open(const struct ib_job *job, struct ib_job_arrays *out)
{
    const struct ib_training_spec *spec = &job->spec;
    const struct ib_network *net = &spec->net;
    IB_TRY(map(job->x, spec->rows, net->width[0], spec->dtype, &out->x));
    IB_TRY(map(job->y, spec->rows, ib_network_outputs(net), spec->dtype, &out->y));
    IB_TRY(map(job->x_test, spec->test_rows, net->width[0], spec->dtype, &out->x_test));
    IB_TRY(map_order(job, &out->order));
    for (uint32_t s = 0; s < ib_state_count(spec); s++)
        IB_TRY(
            map(job->start[s], ib_state_rows(spec, s), ib_state_cols(spec, s), spec->dtype, &out->start[s]));
    return IB_OK;
}

void ib_job_arrays_close(struct ib_job_arrays *a)
{
    ib_npy_close(&a->x);
    ib_npy_close(&a->y);
    ib_npy_close(&a->x_test);
    ib_npy_close(&a->order);
    for (uint32_t s = 0; s < IB_MAX_STATE; s++)
        ib_npy_close(&a->start[s]);
}
