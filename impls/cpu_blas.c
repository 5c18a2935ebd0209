/* cpu_blas: products and sums with OpenBLAS through CBLAS, the rest in plain loops, which the compiler
 * vectorises for several processors. Regressions take whole steps (cpu_blas/regression.h). It is a plugin so
 * that only the workers that use it load the library. */
#include "ironbench/impl.h"

#include <cblas.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#if defined __x86_64__ && defined __GLIBC__ && defined __GNUC__ && !defined __clang__
/* The dynamic linker chooses one of these, and the C library has vectors of exp and tanh for each. */
#define ELEMENTWISE __attribute__((target_clones("avx512f", "avx2", "default")))
#include "vector_math.h"
#endif
#include "elementwise.h"

/* OpenBLAS accumulates f32 sums in f32: over 4 million rows a gradient is off by 5e-5. Blocks of this many
 * rows, added up in double, reduce that to below 1e-7 at no measurable cost. */
enum { BLOCK_ROWS = 8192 };

struct blas {
    const struct ib_host *host;
    double *work; /* the product of one block and the sum of all blocks; grows on demand */
    uint64_t capacity;
    int threads;
    struct regression *released; /* its memory is used again; NULL: there is none */
    float ones_f32[BLOCK_ROWS];
    double ones_f64[BLOCK_ROWS];
};

#define blas_gemm_f32 cblas_sgemm
#define blas_gemm_f64 cblas_dgemm
#define blas_gemv_f32 cblas_sgemv
#define blas_gemv_f64 cblas_dgemv
#define blas_axpy_f32 cblas_saxpy
#define blas_axpy_f64 cblas_daxpy

static enum ib_status reserve(struct blas *s, uint64_t count)
{
    if (count <= s->capacity)
        return IB_OK;
    double *grown = realloc(s->work, count * sizeof *grown);
    if (grown == NULL)
        return s->host->fail(s->host, IB_ENOMEM, "no memory for %llu sums", (unsigned long long)count);
    s->work = grown;
    s->capacity = count;
    return IB_OK;
}

/* This BLAS takes sizes as int. */
static enum ib_status check_size(const struct blas *s, const struct ib_view *m)
{
    if (m->rows <= INT_MAX && m->ld <= INT_MAX)
        return IB_OK;
    return s->host->fail(s->host, IB_EUNSUPPORTED,
                         "OpenBLAS takes at most %d rows and columns, not %llu x %llu", INT_MAX,
                         (unsigned long long)m->rows, (unsigned long long)m->cols);
}

/* BLAS rejects a leading dimension of 0, even for an empty matrix. */
static int leading(const struct ib_view *m)
{
    return m->ld == 0 ? 1 : (int)m->ld;
}

#define TYPED_TEXT "cpu_blas.inc"
#include "typed.h"

#include "cpu_blas/regression.h"

static enum ib_status gemm(void *state, bool transpose_a, bool transpose_b, double alpha,
                           const struct ib_view *a, const struct ib_view *b, double beta,
                           const struct ib_view *c)
{
    IB_TRY(check_size(state, a));
    IB_TRY(check_size(state, b));
    IB_TRY(check_size(state, c));
    return BY_TYPE(c, gemm, state, transpose_a, transpose_b, alpha, a, b, beta, c);
}

static enum ib_status col_sum(void *state, const struct ib_view *m, const struct ib_view *row)
{
    IB_TRY(check_size(state, m));
    return BY_TYPE(row, col_sum, state, m, row);
}

static enum ib_status axpy(void *state, double alpha, const struct ib_view *x, const struct ib_view *y)
{
    IB_TRY(check_size(state, x));
    IB_TRY(check_size(state, y));
    return BY_TYPE(y, axpy, alpha, x, y);
}

static enum ib_status blas_open(const struct ib_host *host, void **state)
{
    const int threads = (int)host->option_int(host, "threads");
    openblas_set_num_threads(threads);
    if (openblas_get_num_threads() != threads)
        return host->fail(host, IB_EUNSUPPORTED, "threads: %d is too many; this OpenBLAS supports at most %d",
                          threads, openblas_get_num_threads());
    struct blas *s = calloc(1, sizeof *s);
    if (s == NULL)
        return host->fail(host, IB_ENOMEM, "no memory for the state");
    s->host = host;
    s->threads = threads;
    for (int i = 0; i < BLOCK_ROWS; i++) {
        s->ones_f32[i] = 1;
        s->ones_f64[i] = 1;
    }
    *state = s;
    return IB_OK;
}

static void blas_close(void *state)
{
    struct blas *s = state;
    regression_free(s->released);
    free(s->work);
    free(s);
}

/* The configuration contains the version and the kernels chosen for this processor. */
static enum ib_status describe(void *state, char *text, size_t n)
{
    (void)state;
    snprintf(text, n, "%s", openblas_get_config());
    return IB_OK;
}

static const struct ib_option options[] = {
    {"threads", IB_OPTION_INT, "1..1024", "1", "threads that OpenBLAS may use"},
    {.name = NULL},
};

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

static const struct ib_impl cpu_blas = {
    .struct_size = sizeof cpu_blas,
    .abi_major = IB_ABI_MAJOR,
    .name = "cpu_blas",
    .summary = "OpenBLAS for products and sums, loops for the rest; whole steps of regressions",
    .source = "https://www.openblas.net",
    .flags = IB_DETERMINISTIC,
    .options = options,
    .open = blas_open,
    .close = blas_close,
    .ops = &ops,
    .fused = &regressions,
    .describe = describe,
    .losses = 1u << IB_CE,
};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static const struct ib_impl *const all[] = {&cpu_blas};
    *count = 1;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
