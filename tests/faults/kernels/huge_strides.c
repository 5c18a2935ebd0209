/* huge_strides: every operation on matrices of few elements whose last row lies more than 2^32 elements
 * behind the first, so that an index of 32 bits ends elsewhere. Linked with the emulator, whose kernels get
 * plain addresses here: memory that is reserved, but of which only what is touched exists. Exit status 0: all
 * right; 1: a line says what is wrong; 77: there are not enough addresses. */
#include "machine.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { EXIT_SKIPPED = 77, ROWS = 70, COLS = 9 };
#define LD     (((uint64_t)1 << 26) + 1)
#define LONGER (((uint64_t)1 << 32) + 5) /* for matrices of two rows */
#define BYTES  (((uint64_t)ROWS * LD + COLS) * sizeof(float))

struct device {
    struct ib_launcher launcher;
    void *scratch;
};

static int wrong;
static char reason[1024]; /* of the last failure */

static enum ib_status fail(const struct ib_host *host, enum ib_status status, const char *format, ...)
{
    va_list arguments;
    (void)host;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return status;
}

static enum ib_status launch(void *state, const struct ib_launch *l)
{
    const struct emu_grid grid = {.blocks = {l->groups[0], l->groups[1], 1},
                                  .threads = {l->items[0], l->items[1], 1}};
    void *args[IB_LAUNCH_MAX_ARGS];
    char error[1024];
    const struct device *d = state;
    for (uint32_t i = 0; i < l->n_args; i++)
        args[i] = (void *)(uintptr_t)l->args[i].value;
    if (emu_run(emu_kernel_of(l->kernel, l->type), &grid, args, error, sizeof error))
        return IB_OK;
    return d->launcher.host->fail(d->launcher.host, IB_EDEVICE, "%s", error);
}

static enum ib_status scratch(void *state, size_t bytes, void **out)
{
    struct device *d = state;
    free(d->scratch);
    d->scratch = *out = malloc(bytes);
    return *out == NULL ? IB_ENOMEM : IB_OK;
}

static const struct ib_host host = {.struct_size = sizeof host, .fail = fail};
static struct device device = {{&host, launch, scratch}, NULL};

/* ---- matrices ---- */

static struct ib_view view(void *p, uint64_t rows, uint64_t cols, uint64_t ld)
{
    return (struct ib_view){p, rows, cols, ld, IB_F32};
}

static float *at(const struct ib_view *m, uint64_t i, uint64_t j)
{
    return (float *)m->p + i * m->ld + j;
}

/* Small whole numbers, so that every sum is exact. */
static double number(uint64_t i, uint64_t j, uint64_t salt)
{
    return (double)((i * 7 + j * 3 + salt) % 5) - 2;
}

static void fill(const struct ib_view *m, uint64_t salt)
{
    for (uint64_t i = 0; i < m->rows; i++)
        for (uint64_t j = 0; j < m->cols; j++)
            *at(m, i, j) = (float)number(i, j, salt);
}

static void expect(const char *name, const struct ib_view *m, uint64_t i, uint64_t j, double expected)
{
    const float got = *at(m, i, j);
    if (wrong || fabs(got - expected) <= 1e-6 * fabs(expected))
        return;
    printf("%s: element [%llu, %llu] is %g, expected %g\n", name, (unsigned long long)i,
           (unsigned long long)j, (double)got, expected);
    wrong = 1;
}

static void done(const char *name, enum ib_status status)
{
    if (status != IB_OK)
        printf("%s: %s\n", name, reason);
    wrong |= status != IB_OK;
}

#define FOR_EACH(i, j, m)                                                                                    \
    for (uint64_t i = 0; i < (m).rows; i++)                                                                  \
        for (uint64_t j = 0; j < (m).cols; j++)

/* ---- operations; x, y and z are ROWS x COLS ---- */

static const struct ib_tensor_ops *const ops = &ib_kernel_ops;

static void elementwise(struct ib_view x, struct ib_view y)
{
    float row[COLS];
    const struct ib_view r = view(row, 1, COLS, COLS);
    fill(&x, 0);
    fill(&y, 1);
    fill(&r, 2);
    done("axpy", ops->axpy(&device, 2, &x, &y));
    FOR_EACH(i, j, y)
    {
        expect("axpy", &y, i, j, number(i, j, 1) + 2 * (double)*at(&x, i, j));
    }
    fill(&y, 1);
    done("add_row", ops->add_row(&device, &r, &y));
    FOR_EACH(i, j, y)
    {
        expect("add_row", &y, i, j, number(i, j, 1) + (double)row[j]);
    }
    fill(&y, 1);
    done("act", ops->act(&device, IB_RELU, &y));
    FOR_EACH(i, j, y)
    {
        expect("act", &y, i, j, fmax(number(i, j, 1), 0));
    }
    fill(&y, 1);
    done("act_grad", ops->act_grad(&device, IB_RELU, &x, &y));
    FOR_EACH(i, j, y)
    {
        expect("act_grad", &y, i, j, *at(&x, i, j) > 0 ? number(i, j, 1) : 0);
    }
}

static void sums(struct ib_view x, struct ib_view y, struct ib_view z)
{
    float row[COLS], loss;
    const struct ib_view r = view(row, 1, COLS, COLS), l = view(&loss, 1, 1, 1);
    double total = 0, sum[COLS] = {0};
    fill(&x, 0);
    fill(&y, 1);
    FOR_EACH(i, j, x)
    {
        const double error = (double)*at(&x, i, j) - (double)*at(&y, i, j);
        total += error * error / (ROWS * COLS);
        sum[j] += (double)*at(&x, i, j);
    }
    done("loss_grad", ops->loss_grad(&device, IB_MSE, &x, &y, &z, &l));
    FOR_EACH(i, j, z)
    {
        expect("loss_grad", &z, i, j, 2 * ((double)*at(&x, i, j) - (double)*at(&y, i, j)) / (ROWS * COLS));
    }
    expect("loss", &l, 0, 0, total);
    done("col_sum", ops->col_sum(&device, &x, &r));
    FOR_EACH(i, j, r)
    {
        expect("col_sum", &r, i, j, sum[j]);
    }
}

static double element(const struct ib_view *m, bool transpose, uint64_t i, uint64_t j)
{
    return (double)(transpose ? *at(m, j, i) : *at(m, i, j));
}

static void product(const char *name, bool transpose_a, bool transpose_b, struct ib_view a, struct ib_view b,
                    double beta, struct ib_view c)
{
    const uint64_t k = transpose_a ? a.rows : a.cols;
    fill(&a, 0);
    fill(&b, 1);
    fill(&c, 2);
    done(name, ops->gemm(&device, transpose_a, transpose_b, 1, &a, &b, beta, &c));
    FOR_EACH(i, j, c)
    {
        double sum = beta == 0 ? 0 : beta * number(i, j, 2);
        for (uint64_t l = 0; l < k; l++)
            sum += element(&a, transpose_a, i, l) * element(&b, transpose_b, l, j);
        expect(name, &c, i, j, sum);
    }
}

static void products(void *x, void *y, void *z)
{
    const struct ib_view tall = view(x, ROWS, COLS, LD), narrow = view(y, ROWS, 2, LD),
                         column = view(y, 2, 1, LONGER), two = view(y, 2, COLS, LONGER);
    product("gemm", false, true, tall, view(y, ROWS, COLS, LD), 0, view(z, ROWS, ROWS, LD));
    product("gemm of A transposed", true, false, tall, view(y, ROWS, COLS, LD), 0, view(z, COLS, COLS, LD));
    product("gemm of a wide B", false, false, view(x, ROWS, 2, LD), two, 0, view(z, ROWS, COLS, LD));
    product("gemv", false, false, view(x, ROWS, 2, LD), column, 1, view(z, ROWS, 1, LD));
    product("sum of products", true, false, view(x, ROWS, 2, LD), narrow, 1, view(z, 2, 2, LONGER));
}

/* More rows than a grid can have groups for: an error, before any memory is accessed. */
static void too_large(void)
{
    const uint64_t rows = (uint64_t)1 << 40;
    const struct ib_view a = view(NULL, rows, 1, 1), b = view(NULL, 1, 1, 1), c = view(NULL, rows, 1, 1);
    const enum ib_status status = ops->gemm(&device, false, false, 1, &a, &b, 0, &c);
    if (status == IB_EUNSUPPORTED && strstr(reason, "gemv") != NULL)
        return;
    printf("gemv of 2^40 rows: status %d, \"%s\"\n", (int)status, reason);
    wrong = 1;
}

static void *reserve(void)
{
    return mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

int main(void)
{
    void *x = reserve(), *y = reserve(), *z = reserve();
    if (x == MAP_FAILED || y == MAP_FAILED || z == MAP_FAILED || !emu_set_order(NULL)) {
        printf("cannot reserve 3 x %.0f GB of addresses\n", (double)BYTES / 1e9);
        return EXIT_SKIPPED;
    }
    elementwise(view(x, ROWS, COLS, LD), view(y, ROWS, COLS, LD));
    sums(view(x, ROWS, COLS, LD), view(y, ROWS, COLS, LD), view(z, ROWS, COLS, LD));
    products(x, y, z);
    too_large();
    free(device.scratch);
    return wrong;
}
