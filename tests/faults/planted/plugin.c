/* Implementations that change between two builds of this plugin, for tests of the gate: with PLANTED 0 all
 * behave like cpu_naive; with PLANTED 1 each is worse in the way that its name says. The option `slow`
 * slows any of them by this many percent, and the option `work` has each product followed by so many steps of
 * a loop per thousand multiplications: instructions, as a small mistake in a kernel adds them. */
#include "ironbench/impl.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

#define TEXT_OF(value) #value
#define TEXT(value)    TEXT_OF(value)

enum { CRASHING_CALL = 20 };

extern const struct ib_impl ib_impl_cpu_naive;

/* Of this worker, which opens one implementation. */
static int64_t percent, work;

static enum ib_status open_planted(const struct ib_host *host, void **state)
{
    percent = host->option_int(host, "slow");
    work = host->option_int(host, "work");
    return ib_impl_cpu_naive.open(host, state);
}

/* ---- slower: each operation takes this many percent longer ---- */

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static enum ib_status take_longer(int64_t start, enum ib_status status)
{
    const int64_t taken = now_ns() - start;
    while (now_ns() - start < taken + taken * percent / 100)
        ;
    return status;
}

/* take_longer(now_ns(), call) would have the call before the clock: arguments are evaluated in any order. */
#define SLOWED(call)                                                                                         \
    do {                                                                                                     \
        const int64_t start = now_ns();                                                                      \
        return take_longer(start, ib_impl_cpu_naive.ops->call);                                              \
    } while (0)

/* ---- more work ---- */

static void do_more(uint64_t multiplications)
{
    for (volatile uint64_t left = multiplications * (uint64_t)work / 1000; left > 0; left--)
        ;
}

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    do_more(c->rows * c->cols * (transpose_a ? a->rows : a->cols));
    SLOWED(gemm(state, transpose_a, transpose_b, alpha, a, b, beta, c));
}

static enum ib_status add_row(void *state, const struct ib_view *row, const struct ib_view *m)
{
    SLOWED(add_row(state, row, m));
}

static enum ib_status act(void *state, enum ib_act kind, const struct ib_view *m)
{
    SLOWED(act(state, kind, m));
}

static enum ib_status act_grad(void *state, enum ib_act kind, const struct ib_view *y,
                               const struct ib_view *dy)
{
    SLOWED(act_grad(state, kind, y, dy));
}

static enum ib_status loss_grad(void *state, enum ib_loss kind, const struct ib_view *z,
                                const struct ib_view *y, const struct ib_view *dz, const struct ib_view *loss)
{
    SLOWED(loss_grad(state, kind, z, y, dz, loss));
}

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    SLOWED(col_sum(state, m, row));
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    SLOWED(axpy(state, alpha, x, y));
}

static const struct ib_tensor_ops slowed = {
    .struct_size = sizeof slowed,
    .gemm = gemm,
    .add_row = add_row,
    .act = act,
    .act_grad = act_grad,
    .loss_grad = loss_grad,
    .col_sum = col_sum,
    .axpy = axpy,
};

/* ---- wrong, crashing ---- */

static enum ib_status add_nothing(void *state, const struct ib_view *row, const struct ib_view *m)
{
    (void)state, (void)row, (void)m;
    return IB_OK;
}

static enum ib_status crash(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    static uint64_t calls;
    if (++calls == CRASHING_CALL)
        raise(SIGSEGV);
    return ib_impl_cpu_naive.ops->axpy(state, alpha, x, y);
}

static enum ib_status be_gone(char *why, size_t n)
{
    snprintf(why, n, "its library was removed");
    return IB_EUNAVAILABLE;
}

/* ---- tables ---- */

enum { STEADY, SLOWER, WRONG, CRASHING, GONE, COUNT };

#ifndef PLANTED_WORK
#define PLANTED_WORK 0
#endif

static const struct ib_option options[COUNT][3] = {
#define OPTION(value)                                                                                        \
    {                                                                                                        \
        {"slow", IB_OPTION_INT, "0..10000", TEXT(value), "percent that it is slower"},                       \
            {"work", IB_OPTION_INT, "0..1000", TEXT(PLANTED_WORK), "steps per thousand multiplications"},    \
        {                                                                                                    \
            0                                                                                                \
        }                                                                                                    \
    }
#if PLANTED
    OPTION(0), OPTION(PLANTED_PERCENT), OPTION(0), OPTION(0), OPTION(0)
#else
    OPTION(0), OPTION(0), OPTION(0), OPTION(0), OPTION(0)
#endif
};

static struct ib_impl impls[COUNT];
static struct ib_tensor_ops ops[COUNT];

static void build(int which, const char *name)
{
    ops[which] = slowed;
    impls[which] = ib_impl_cpu_naive;
    impls[which].name = name;
    impls[which].summary = "cpu_naive, until it is changed";
    impls[which].options = options[which];
    impls[which].open = open_planted;
    impls[which].ops = &ops[which];
}

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *table[COUNT];
    static const char *const names[COUNT] = {"planted_steady", "planted_slower", "planted_wrong",
                                             "planted_crashing", "planted_gone"};
    for (int i = 0; i < COUNT; i++) {
        build(i, names[i]);
        table[i] = &impls[i];
    }
    if (PLANTED) {
        ops[WRONG].add_row = add_nothing;
        ops[CRASHING].axpy = crash;
        impls[GONE].probe = be_gone;
    }
    *count = COUNT;
    return host_abi_major == IB_ABI_MAJOR ? table : NULL;
}
