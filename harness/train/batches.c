#include "train/batches.h"

#include "train/recording.h"

#include <string.h>

enum ib_status ib_batches_open_order(struct ib_dispatch *d, const struct ib_training_spec *spec,
                                     const uint32_t *order, struct ib_batches *out)
{
    IB_TRY(ib_tensor_open(d, "order", IB_U32, 1, ib_order_count(spec) * spec->rows, order, &out->order));
    return ib_place(d, &out->order);
}

enum ib_status ib_batches_open(struct ib_dispatch *d, const struct ib_training_spec *spec, const void *x,
                               const void *y, const uint32_t *order, struct ib_batches *out,
                               struct ib_tensors *t)
{
    const uint64_t width = spec->net.width[0], outputs = ib_network_outputs(&spec->net);
    const uint64_t batch = ib_batch_rows(spec, 0);
    IB_TRY(ib_tensor_open(d, "x", spec->dtype, spec->rows, width, x, &out->x));
    IB_TRY(ib_tensor_open(d, "y", spec->dtype, spec->rows, outputs, y, &out->y));
    IB_TRY(ib_tensor_open(d, "xb", spec->dtype, batch, width, NULL, &t->x));
    IB_TRY(ib_tensor_open(d, "yb", spec->dtype, batch, outputs, NULL, &t->y));
    IB_TRY(ib_place(d, &out->x));
    IB_TRY(ib_place(d, &out->y));
    return ib_batches_open_order(d, spec, order, out);
}

void ib_batches_close(struct ib_dispatch *d, struct ib_batches *b)
{
    ib_tensor_close(d, &b->x);
    ib_tensor_close(d, &b->y);
    ib_tensor_close(d, &b->order);
}

static void gather_on_host(uint64_t first, const struct ib_tensor *from, const struct ib_tensor *order,
                           struct ib_tensor *to)
{
    const size_t bytes = (size_t)to->cols * ib_dtype_bytes(to->type);
    const uint32_t *row = (const uint32_t *)order->host + first;
    for (uint64_t i = 0; i < to->rows; i++)
        memcpy((char *)to->host + i * bytes, (const char *)from->host + row[i] * bytes, bytes);
    to->on_host = true;
    to->on_device = false;
}

/* Row i of `to` = row order[first + i] of `from`. */
static enum ib_status gather(struct ib_dispatch *d, uint64_t first, struct ib_tensor *from,
                             struct ib_tensor *order, struct ib_tensor *to)
{
    const struct ib_op_args args = {.alpha = 1, .first = first};
    if (!d->policy.upload_before_call)
        return ib_call(d, IB_OP_GATHER_ROWS, &args,
                       (struct ib_tensor *const[IB_MAX_OPERANDS]){from, order, to});
    gather_on_host(first, from, order, to);
    return IB_OK;
}

/* Makes all tensors with a row for each sample those of a batch. They were allocated for the largest. */
static void set_rows(const struct ib_training_spec *spec, uint64_t rows, struct ib_tensors *t)
{
    t->x.rows = t->y.rows = rows;
    for (uint32_t l = 0; l < spec->net.n_layers; l++)
        t->acts[l].rows = t->deltas[l].rows = rows;
}

/* A step with so many rows, from `first` in the order. */
static enum ib_status take_step(struct ib_dispatch *d, const struct ib_training_spec *spec,
                                struct ib_batches *b, uint64_t first, uint64_t rows, bool with_loss,
                                struct ib_tensors *t)
{
    set_rows(spec, rows, t);
    IB_TRY(gather(d, first, &b->x, &b->order, &t->x));
    IB_TRY(gather(d, first, &b->y, &b->order, &t->y));
    return ib_network_step(d, spec, with_loss, t);
}

enum ib_status ib_batches_step(struct ib_dispatch *d, const struct ib_training_spec *spec,
                               struct ib_batches *b, uint64_t step, bool with_loss, struct ib_tensors *t)
{
    return take_step(d, spec, b, ib_order_at(spec, b->epoch) + ib_batch_first(spec, step),
                     ib_batch_rows(spec, step), with_loss, t);
}

/* Records the first steps of the first order, as many as the implementation requests and have all rows. They
 * run only when replayed. */
static enum ib_status record(struct ib_dispatch *d, const struct ib_training_spec *spec, struct ib_batches *b,
                             uint64_t whole, struct ib_tensors *t)
{
    const uint64_t wanted = d->impl->capture->epochs(d->state), steps = wanted < whole ? wanted : whole;
    IB_TRY(ib_capture_begin(d));
    enum ib_status status = IB_OK;
    for (uint64_t step = 0; status == IB_OK && step < steps; step++)
        status = take_step(d, spec, b, ib_batch_first(spec, step), spec->batch, false, t);
    IB_TRY(status);
    IB_TRY(ib_capture_end(d));
    b->recorded = steps;
    return IB_OK;
}

/* The first *steps steps of the next epoch, by recorded work as far as that goes. The very first step is not
 * recorded, so that everything created on first use exists before recording. */
static enum ib_status run_recorded(struct ib_dispatch *d, const struct ib_training_spec *spec,
                                   struct ib_batches *b, struct ib_tensors *t, uint64_t *steps)
{
    const uint64_t whole = spec->rows / spec->batch;
    *steps = 0;
    if (!IB_HAS(d->impl, capture) || d->profile)
        return IB_OK;
    if (!b->recorded) {
        IB_TRY(ib_batches_step(d, spec, b, (*steps)++, false, t));
        IB_TRY(record(d, spec, b, whole, t));
    }
    for (; *steps + b->recorded <= whole; *steps += b->recorded)
        IB_TRY(ib_replay_shifted(d, ib_order_at(spec, b->epoch) + ib_batch_first(spec, *steps)));
    return IB_OK;
}

enum ib_status ib_batches_epoch(struct ib_dispatch *d, const struct ib_training_spec *spec,
                                struct ib_batches *b, struct ib_tensors *t, double *loss)
{
    double sum = 0;
    uint64_t step = 0;
    if (!loss)
        IB_TRY(run_recorded(d, spec, b, t, &step));
    for (; step < ib_steps_per_epoch(spec); step++) {
        double mean = 0;
        IB_TRY(ib_batches_step(d, spec, b, step, loss != NULL, t));
        if (loss)
            IB_TRY(ib_read_number(d, &t->loss, &mean));
        sum += (double)ib_batch_rows(spec, step) * mean;
    }
    if (loss)
        *loss = sum / (double)spec->rows;
    b->epoch++;
    return IB_OK;
}

enum ib_status ib_batches_part(struct ib_dispatch *d, const struct ib_training_spec *spec,
                               struct ib_batches *b, uint64_t steps, struct ib_tensors *t, double *loss)
{
    for (uint64_t step = 0; step < steps; step++)
        IB_TRY(ib_batches_step(d, spec, b, step, step + 1 == steps, t));
    return ib_read_number(d, &t->loss, loss);
}
