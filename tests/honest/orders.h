/* cpu_naive with sums in another order or width: included by a plugin that defines NAME, FLAGS and
 * order_of_call. */
#include "ironbench/impl.h"

#include <float.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <tgmath.h>
#include <unistd.h>

extern const struct ib_impl ib_impl_cpu_naive;

enum order { PLAIN, REVERSE, PAIRWISE, KAHAN, BLOCKED, STRIDED, SPLIT, FMA, WIDE, WINOGRAD, OTHER_EXP };
#define ORDERS "plain|reverse|pairwise|kahan|blocked|strided|split|fma|wide|winograd|other_exp"

static enum order chosen; /* by the option `arithmetic` */
static enum order order_of_call(void);

struct product {
    enum order order;
    bool transpose_a, transpose_b;
    double alpha, beta;
    const struct ib_view *a, *b, *c;
};

#define TYPED_TEXT "orders.inc"
#include "typed.h"

/* ---- two threads ---- */

static void *upper_half(void *product)
{
    const struct product *p = product;
    BY_TYPE(p->c, gemm_rows, p, p->c->rows / 2, p->c->rows);
    return NULL;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    struct product p = {order_of_call(), transpose_a, transpose_b, alpha, beta, a, b, c};
    const bool shared = p.order == SPLIT && c->rows * c->cols > 20000;
    pthread_t other;
    (void)state;
    if (!shared || pthread_create(&other, NULL, upper_half, &p) != 0) {
        BY_TYPE(c, gemm_rows, &p, 0, c->rows);
        return IB_OK;
    }
    BY_TYPE(c, gemm_rows, &p, 0, c->rows / 2);
    pthread_join(other, NULL);
    return IB_OK;
}

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    (void)state;
    BY_TYPE(m, col_sums, order_of_call(), m, row);
    return IB_OK;
}

static enum ib_status act(void *state, enum ib_act kind, const struct ib_view *m)
{
    if (chosen != OTHER_EXP)
        return ib_impl_cpu_naive.ops->act(state, kind, m);
    BY_TYPE(m, other_act, kind, m);
    return IB_OK;
}

/* ---- the plugin ---- */

static enum ib_status open_honest(const struct ib_host *host, void **state)
{
    const char *wanted = host->option_text(host, "arithmetic"), *at = ORDERS;
    srand((unsigned)getpid());
    for (chosen = PLAIN; strncmp(at, wanted, strlen(wanted)) != 0; chosen++)
        at += strcspn(at, "|") + 1;
    return ib_impl_cpu_naive.open(host, state);
}

static const struct ib_option options[] = {
    {"arithmetic", IB_OPTION_TEXT, ORDERS, "plain", "order and width of sums, or another exp"},
    {.name = NULL},
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static struct ib_tensor_ops ops;
    static struct ib_impl impl;
    static const struct ib_impl *const impls[] = {&impl};
    ops = *ib_impl_cpu_naive.ops;
    ops.gemm = gemm;
    ops.col_sum = col_sum;
    ops.act = act;
    impl = ib_impl_cpu_naive;
    impl.name = NAME;
    impl.flags = FLAGS;
    impl.options = options;
    impl.open = open_honest;
    impl.ops = &ops;
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? impls : NULL;
}
