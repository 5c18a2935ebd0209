/* cpu_naive: plain, readable loops, the reference point for all other implementations. Sums over rows
 * accumulate in double for both types. */
#include "elementwise.h"

#include <stdlib.h>
#include <string.h>

struct naive {
    const struct ib_host *host;
    double *sums; /* sums over rows; grows on demand */
    uint64_t capacity;
};

static enum ib_status clear_sums(struct naive *s, uint64_t count, double **out)
{
    *out = NULL;
    if (count > s->capacity) {
        double *grown = realloc(s->sums, count * sizeof *grown);
        if (grown == NULL)
            return s->host->fail(s->host, IB_ENOMEM, "no memory for %llu sums", (unsigned long long)count);
        s->sums = grown;
        s->capacity = count;
    }
    for (uint64_t i = 0; i < count; i++)
        s->sums[i] = 0;
    *out = s->sums;
    return IB_OK;
}

#define TYPED_TEXT "cpu_naive.inc"
#include "typed.h"

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    return BY_TYPE(c, gemm, state, transpose_a, transpose_b, alpha, a, b, beta, c);
}

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    return BY_TYPE(row, col_sum, state, m, row);
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    (void)state;
    return BY_TYPE(y, axpy, alpha, x, y);
}

static enum ib_status naive_open(const struct ib_host *host, void **state)
{
    struct naive *s = calloc(1, sizeof *s);
    if (s == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    s->host = host;
    *state = s;
    return IB_OK;
}

static void naive_close(void *state)
{
    struct naive *s = state;
    free(s->sums);
    free(s);
}

static const struct ib_tensor_ops ops = {
    .struct_size = sizeof ops,
    .gemm = gemm,
    .add_row = elementwise_add_row,
    .act = elementwise_act,
    .act_grad = elementwise_act_grad,
    .loss_grad = elementwise_loss_grad,
    .col_sum = col_sum,
    .axpy = axpy,
    .softmax = elementwise_softmax,
    .momentum_step = elementwise_momentum_step,
    .adam_step = elementwise_adam_step,
    .gather_rows = elementwise_gather_rows,
};

extern const struct ib_impl ib_impl_cpu_naive;
const struct ib_impl ib_impl_cpu_naive = {
    .struct_size = sizeof ib_impl_cpu_naive,
    .abi_major = IB_ABI_MAJOR,
    .name = "cpu_naive",
    .summary = "plain loops, one thread, no libraries",
    .flags = IB_DETERMINISTIC,
    .open = naive_open,
    .close = naive_close,
    .ops = &ops,
    .losses = 1u << IB_CE,
};
