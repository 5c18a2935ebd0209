#include "trained.h"

#include "base/error.h"
#include "core/loss_schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MUST(call)                                                                                           \
    do {                                                                                                     \
        if ((call) != IB_OK)                                                                                 \
            fail_msg("%s: %s", #call, ib_error_text());                                                      \
    } while (0)

static void *rounded(const double *values, uint64_t n, enum ib_dtype type)
{
    void *out = malloc((n + 1) * sizeof(double));
    for (uint64_t i = 0; i < n; i++)
        if (type == IB_F32)
            ((float *)out)[i] = (float)values[i];
        else
            ((double *)out)[i] = values[i];
    return out;
}

static void widen(const void *values, uint64_t n, enum ib_dtype type, double *out)
{
    for (uint64_t i = 0; i < n; i++)
        out[i] = type == IB_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

static void fill_data(struct test_training *t, const struct test_problem *p, enum ib_dtype type)
{
    const struct ib_network *net = &p->oracle.spec.net;
    const double *start = p->start;
    t->arrays[0] = rounded(p->x, p->oracle.spec.rows * net->width[0], type);
    t->arrays[1] = rounded(p->y, p->oracle.spec.rows * ib_network_outputs(net), type);
    t->arrays[2] = rounded(p->x_test, p->oracle.spec.test_rows * net->width[0], type);
    t->data = (struct ib_train_data){
        .spec = p->oracle.spec, .x = t->arrays[0], .y = t->arrays[1], .x_test = t->arrays[2]};
    t->data.spec.dtype = type;
    for (uint32_t i = 0; i < ib_network_params(net); i++) {
        uint64_t n = ib_network_param_size(net, i);
        t->arrays[3 + i] = rounded(start, n, type);
        t->data.start[i] = t->arrays[3 + i];
        char *name = t->param_name[i];
        t->data.param_name[i] = name;
        name[0] = i % 2 ? 'b' : 'w';
        name[1] = (char)('1' + i / 2);
        start += n;
    }
}

void test_training_open(struct test_training *t, const struct ib_impl *impl, enum ib_residency residency,
                        const struct test_problem *p, enum ib_dtype type)
{
    memset(t, 0, sizeof *t);
    fill_data(t, p, type);
    MUST(ib_instance_open(impl, NULL, 0, &t->instance));
    MUST(ib_dispatch_open(impl, t->instance.state, residency, &t->dispatch));
    t->dispatch.phase = IB_SETUP;
    MUST(ib_training_open(&t->dispatch, &t->data, &t->training));
}

void test_training_close(struct test_training *t)
{
    ib_training_close(&t->training);
    ib_instance_close(&t->instance);
    for (size_t i = 0; i < sizeof t->arrays / sizeof *t->arrays; i++)
        free(t->arrays[i]);
}

struct losses {
    uint64_t epochs;
    double *values;
    uint64_t n;
};

static bool wants(void *context, uint64_t epoch)
{
    return ib_checks_epoch(epoch, ((struct losses *)context)->epochs);
}

static enum ib_status keep(void *context, uint64_t epoch, double loss)
{
    struct losses *losses = context;
    (void)epoch;
    losses->values[losses->n++] = loss;
    return IB_OK;
}

void test_training_run(struct test_training *t, uint64_t epochs, double *losses, uint64_t *n)
{
    struct losses kept = {epochs, losses, 0};
    struct ib_loss_reader reader = {wants, keep, &kept};
    t->dispatch.phase = IB_TRAIN;
    MUST(ib_training_run(&t->training, epochs, losses ? &reader : NULL));
    if (n)
        *n = kept.n;
}

void test_training_params(struct test_training *t, double *out)
{
    const struct ib_network *net = &t->data.spec.net;
    double values[4096];
    t->dispatch.phase = IB_READBACK;
    for (uint32_t p = 0; p < ib_network_params(net); p++) {
        uint64_t n = ib_network_param_size(net, p);
        assert_true(n <= sizeof values / sizeof *values);
        MUST(ib_training_read_param(&t->training, p, values));
        widen(values, n, t->data.spec.dtype, out);
        out += n;
    }
}

void test_training_predict(struct test_training *t, double *out)
{
    uint64_t n = ib_training_spec_predictions(&t->data.spec);
    double *values = malloc(n * sizeof *values);
    t->dispatch.phase = IB_PREDICT;
    MUST(ib_training_predict(&t->training, values));
    widen(values, n, t->data.spec.dtype, out);
    free(values);
}
