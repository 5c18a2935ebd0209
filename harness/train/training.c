#include "train/training.h"

#include "base/error.h"
#include "train/path.h"
#include "train/recording.h"

#include <stdio.h>
#include <string.h>

/* ---- training ---- */

static enum ib_status read_loss(struct ib_training *t, uint64_t epoch, const struct ib_loss_reader *reader)
{
    double loss;
    IB_TRY(ib_read_number(t->dispatch, &t->tensors.loss, &loss));
    return reader->read(reader->context, epoch, loss);
}

/* The number of epochs after `done` to run at once: up to the next whose loss is read. Fused steps under
 * per_op run one at a time, since operands are copied around each. */
static uint64_t next_stretch(const struct ib_training *t, uint64_t done, uint64_t epochs,
                             const struct ib_loss_reader *reader)
{
    if (t->fused && t->dispatch->policy.upload_before_call)
        return 1;
    if (!reader)
        return epochs - done;
    uint64_t next = done + 1;
    while (next < epochs && !reader->wants(reader->context, next))
        next++;
    return next - done;
}

/* Records as many epochs as the implementation requests. They run only when replayed. */
static enum ib_status capture(struct ib_training *t)
{
    struct ib_dispatch *d = t->dispatch;
    uint64_t epochs = d->impl->capture->epochs(d->state);
    IB_TRY(ib_capture_begin(d));
    enum ib_status status = IB_OK;
    for (uint64_t e = 0; status == IB_OK && e < epochs; e++)
        status = ib_network_step(d, &t->data->spec, false, &t->tensors);
    IB_TRY(status);
    IB_TRY(ib_capture_end(d));
    t->captured = epochs;
    return IB_OK;
}

/* Runs n epochs whose losses are not read. The very first is not recorded, so that everything created on
 * first use exists before recording. */
static enum ib_status run_silent(struct ib_training *t, uint64_t n)
{
    struct ib_dispatch *d = t->dispatch;
    bool captures = IB_HAS(d->impl, capture) && !d->profile;
    uint64_t done = 0;
    if (captures && !t->captured && n) {
        IB_TRY(ib_network_step(d, &t->data->spec, false, &t->tensors));
        IB_TRY(capture(t));
        done = 1;
    }
    if (captures && t->captured && n - done >= t->captured) {
        uint64_t replays = (n - done) / t->captured;
        IB_TRY(ib_replay(d, replays));
        done += replays * t->captured;
    }
    for (; done < n; done++)
        IB_TRY(ib_network_step(d, &t->data->spec, false, &t->tensors));
    return IB_OK;
}

static struct ib_tensor *order_of(struct ib_training *t)
{
    return t->data->spec.batch ? &t->batches.order : NULL;
}

static enum ib_status run_steps(struct ib_training *t, uint64_t n, bool wanted)
{
    IB_TRY(ib_steps(t->dispatch, &t->problem, &t->tensors.x, &t->tensors.y, order_of(t), t->tensors.state,
                    wanted ? &t->tensors.loss : NULL, n));
    t->problem.first_step += n;
    return IB_OK;
}

/* Runs n epochs. If wanted, the loss of the last is computed and left on the device. */
static enum ib_status run_stretch(struct ib_training *t, uint64_t n, bool wanted)
{
    if (t->fused)
        return run_steps(t, n * ib_steps_per_epoch(&t->data->spec), wanted);
    IB_TRY(run_silent(t, wanted ? n - 1 : n));
    return wanted ? ib_network_step(t->dispatch, &t->data->spec, true, &t->tensors) : IB_OK;
}

/* Epochs of mini-batches by operations, one after the other. */
static enum ib_status run_batches(struct ib_training *t, uint64_t epochs, const struct ib_loss_reader *reader)
{
    for (uint64_t epoch = 1; epoch <= epochs; epoch++) {
        const bool wanted = reader && reader->wants(reader->context, epoch);
        double loss;
        IB_TRY(
            ib_batches_epoch(t->dispatch, &t->data->spec, &t->batches, &t->tensors, wanted ? &loss : NULL));
        if (wanted)
            IB_TRY(reader->read(reader->context, epoch, loss));
    }
    return ib_sync(t->dispatch);
}

enum ib_status ib_training_run(struct ib_training *t, uint64_t epochs, const struct ib_loss_reader *reader)
{
    if (t->data->spec.batch && !t->fused)
        return run_batches(t, epochs, reader);
    for (uint64_t done = 0; done < epochs;) {
        uint64_t n = next_stretch(t, done, epochs, reader);
        bool wanted = reader && reader->wants(reader->context, done + n);
        IB_TRY(run_stretch(t, n, wanted));
        done += n;
        if (wanted)
            IB_TRY(read_loss(t, done, reader));
    }
    return ib_sync(t->dispatch);
}

/* The first `steps` steps of an epoch; *loss is that of the last alone. */
static enum ib_status run_part(struct ib_training *t, uint64_t steps, double *loss)
{
    if (!t->fused)
        return ib_batches_part(t->dispatch, &t->data->spec, &t->batches, steps, &t->tensors, loss);
    if (steps > 1)
        IB_TRY(run_steps(t, steps - 1, false));
    IB_TRY(run_steps(t, 1, true));
    return ib_read_number(t->dispatch, &t->tensors.loss, loss);
}

enum ib_status ib_training_run_cut(struct ib_training *t, uint64_t epochs, uint64_t last_steps,
                                   const struct ib_loss_reader *reader)
{
    const struct ib_training_spec *spec = &t->data->spec;
    double loss;
    if (last_steps == 0)
        return ib_training_run(t, epochs, reader);
    if (!spec->batch || last_steps > ib_steps_per_epoch(spec))
        return ib_fail(IB_EINVAL, "train", "an epoch does not have %llu steps",
                       (unsigned long long)last_steps);
    IB_TRY(ib_training_run(t, epochs - 1, reader));
    IB_TRY(run_part(t, last_steps, &loss));
    IB_TRY(ib_sync(t->dispatch));
    return reader->read(reader->context, epochs, loss);
}

enum ib_status ib_training_restart(struct ib_training *t)
{
    t->batches.epoch = t->problem.first_step = 0;
    for (uint32_t s = 0; s < ib_state_count(&t->data->spec); s++) {
        IB_TRY(ib_write(&t->tensors.state[s], t->data->start[s]));
        IB_TRY(ib_place(t->dispatch, &t->tensors.state[s]));
    }
    return ib_sync(t->dispatch);
}

static size_t element_bytes(const struct ib_training *t)
{
    return ib_dtype_bytes(t->data->spec.dtype);
}

size_t ib_training_state_bytes(const struct ib_training *t)
{
    return (size_t)ib_state_total(&t->data->spec) * element_bytes(t);
}

enum ib_status ib_training_read_state(struct ib_training *t, bool again, void *out)
{
    const struct ib_training_spec *spec = &t->data->spec;
    char *next = out;
    for (uint32_t s = 0; s < ib_state_count(spec); s++) {
        IB_TRY((again ? ib_read_again : ib_read)(t->dispatch, &t->tensors.state[s], next));
        next += ib_state_size(spec, s) * element_bytes(t);
    }
    return IB_OK;
}

enum ib_status ib_training_reload(struct ib_training *t)
{
    ib_release(t->dispatch, &t->problem);
    const bool batches = t->data->spec.batch && !t->fused;
    IB_TRY(ib_refresh(t->dispatch, batches ? &t->batches.x : &t->tensors.x, t->data->x));
    IB_TRY(ib_refresh(t->dispatch, batches ? &t->batches.y : &t->tensors.y, t->data->y));
    return t->fused ? ib_prepare(t->dispatch, &t->problem, &t->tensors.x, &t->tensors.y, order_of(t)) : IB_OK;
}

/* ---- predictions ---- */

enum ib_status ib_training_predict(struct ib_training *t, void *out)
{
    const struct ib_training_spec *spec = &t->data->spec;
    struct ib_dispatch *d = t->dispatch;
    bool fused = t->fused && IB_HAS(d->impl->fused, predict);
    uint32_t last = spec->net.n_layers - 1;
    struct ib_tensor x = {0}, acts[IB_MAX_LAYERS] = {0};
    enum ib_status status =
        ib_tensor_open(d, "x_test", spec->dtype, spec->test_rows, spec->net.width[0], t->data->x_test, &x);
    for (uint32_t l = fused ? last : 0; status == IB_OK && l <= last; l++) {
        char name[16];
        snprintf(name, sizeof name, "p%u", l + 1);
        status =
            ib_tensor_open(d, name, spec->dtype, spec->test_rows, spec->net.width[l + 1], NULL, &acts[l]);
    }
    if (status == IB_OK)
        status = fused ? ib_forward(d, &t->problem, &x, t->tensors.state, &acts[last])
                       : ib_network_predict(d, &spec->net, t->tensors.state, &x, acts);
    if (status == IB_OK)
        status = ib_read(d, &acts[last], out);

    for (uint32_t l = 0; l <= last; l++)
        ib_tensor_close(d, &acts[l]);
    ib_tensor_close(d, &x);
    return status;
}

/* ---- setup ---- */

static enum ib_status open_state(struct ib_training *t)
{
    const struct ib_training_spec *spec = &t->data->spec;
    for (uint32_t s = 0; s < ib_state_count(spec); s++) {
        uint64_t rows = ib_state_rows(spec, s), cols = ib_state_cols(spec, s);
        const char *name = t->data->state_name[s];
        char grad_name[9];
        snprintf(grad_name, sizeof grad_name, "g%s", name);
        IB_TRY(ib_tensor_open(t->dispatch, name, spec->dtype, rows, cols, NULL, &t->tensors.state[s]));
        if (!t->fused && s < ib_network_params(&spec->net))
            IB_TRY(
                ib_tensor_open(t->dispatch, grad_name, spec->dtype, rows, cols, NULL, &t->tensors.grads[s]));
    }
    return IB_OK;
}

/* What is added to the number of steps. */
static enum ib_status open_one(struct ib_training *t)
{
    static const float one_f32 = 1;
    static const double one_f64 = 1;
    const enum ib_dtype type = t->data->spec.dtype;
    const void *one = type == IB_F32 ? (const void *)&one_f32 : &one_f64;
    if (t->fused || !ib_optimizer_rule(t->data->spec.optimizer)->counts)
        return IB_OK;
    IB_TRY(ib_tensor_open(t->dispatch, "one", type, 1, 1, one, &t->tensors.one));
    return ib_place(t->dispatch, &t->tensors.one);
}

static enum ib_status open_activations(struct ib_training *t)
{
    const struct ib_training_spec *spec = &t->data->spec;
    const uint64_t rows = ib_batch_rows(spec, 0);
    for (uint32_t l = 0; l < spec->net.n_layers; l++) {
        char name[16];
        snprintf(name, sizeof name, "a%u", l + 1);
        IB_TRY(ib_tensor_open(t->dispatch, name, spec->dtype, rows, spec->net.width[l + 1], NULL,
                              &t->tensors.acts[l]));
        if (l + 1 == spec->net.n_layers)
            break;
        snprintf(name, sizeof name, "d%u", l + 1);
        IB_TRY(ib_tensor_open(t->dispatch, name, spec->dtype, rows, spec->net.width[l + 1], NULL,
                              &t->tensors.deltas[l]));
    }
    return IB_OK;
}

static enum ib_status open_data(struct ib_training *t)
{
    const struct ib_training_spec *spec = &t->data->spec;
    const struct ib_train_data *data = t->data;
    struct ib_dispatch *d = t->dispatch;
    if (spec->batch && !t->fused)
        return ib_batches_open(d, spec, data->x, data->y, data->order, &t->batches, &t->tensors);
    if (spec->batch)
        IB_TRY(ib_batches_open_order(d, spec, data->order, &t->batches));
    IB_TRY(ib_tensor_open(d, "x", spec->dtype, spec->rows, spec->net.width[0], data->x, &t->tensors.x));
    IB_TRY(ib_tensor_open(d, "y", spec->dtype, spec->rows, ib_network_outputs(&spec->net), data->y,
                          &t->tensors.y));
    IB_TRY(ib_place(d, &t->tensors.x));
    return ib_place(d, &t->tensors.y);
}

static enum ib_status open_tensors(struct ib_training *t)
{
    const struct ib_training_spec *spec = &t->data->spec;
    struct ib_dispatch *d = t->dispatch;
    IB_TRY(open_data(t));
    IB_TRY(ib_tensor_open(d, "loss", spec->dtype, 1, 1, NULL, &t->tensors.loss));
    IB_TRY(open_state(t));
    IB_TRY(open_one(t));
    if (!t->fused)
        IB_TRY(open_activations(t));
    if (t->fused)
        IB_TRY(ib_prepare(d, &t->problem, &t->tensors.x, &t->tensors.y, order_of(t)));
    return ib_training_restart(t);
}

enum ib_status ib_training_open(struct ib_dispatch *dispatch, const struct ib_train_data *data,
                                struct ib_training *out)
{
    memset(out, 0, sizeof *out);
    out->dispatch = dispatch;
    out->data = data;
    IB_TRY(ib_path_choose(dispatch, &data->spec, &out->fused, &out->problem));
    enum ib_status status = open_tensors(out);
    if (status != IB_OK)
        ib_training_close(out);
    return status;
}

void ib_training_close(struct ib_training *t)
{
    struct ib_dispatch *d = t->dispatch;
    ib_release(d, &t->problem);
    for (uint32_t s = 0; s < IB_MAX_STATE; s++)
        ib_tensor_close(d, &t->tensors.state[s]);
    for (uint32_t p = 0; p < IB_MAX_PARAMS; p++)
        ib_tensor_close(d, &t->tensors.grads[p]);
    ib_tensor_close(d, &t->tensors.one);
    for (uint32_t l = 0; l < IB_MAX_LAYERS; l++) {
        ib_tensor_close(d, &t->tensors.acts[l]);
        ib_tensor_close(d, &t->tensors.deltas[l]);
    }
    ib_batches_close(d, &t->batches);
    ib_tensor_close(d, &t->tensors.x);
    ib_tensor_close(d, &t->tensors.y);
    ib_tensor_close(d, &t->tensors.loss);
}
