/* Correct, as built when the tables were shorter: memory after each table's size must not be read. */
#include "broken.h"

#include <string.h>

enum { POISON = 0xa5 };

/* `to` becomes the first `bytes` of `from`, and poison behind them. */
static void cut(void *to, const void *from, size_t whole, uint32_t bytes)
{
    memset(to, POISON, whole);
    memcpy(to, from, bytes);
    memcpy(to, &bytes, sizeof bytes);
}

static void cut_impl(struct ib_impl *to, const struct ib_impl *from)
{
    cut(to, from, sizeof *to, offsetof(struct ib_impl, copies));
}

/* Plain descent on linear regression, in double, whatever else is asked for: it does not look. */
static double get(const struct ib_view *m, uint64_t i, uint64_t j)
{
    const uint64_t at = i * m->ld + j;
    return m->type == IB_F32 ? (double)((const float *)m->p)[at] : ((const double *)m->p)[at];
}

static void put(const struct ib_view *m, uint64_t i, uint64_t j, double value)
{
    const uint64_t at = i * m->ld + j;
    if (m->type == IB_F32)
        ((float *)m->p)[at] = (float)value;
    else
        ((double *)m->p)[at] = value;
}

static double error_of(const struct ib_problem *p, uint64_t i)
{
    double sum = get(&p->b[0], 0, 0) - get(&p->y, i, 0);
    for (uint64_t j = 0; j < p->x.cols; j++)
        sum += get(&p->x, i, j) * get(&p->w[0], j, 0);
    return sum;
}

static void step(const struct ib_problem *p)
{
    enum { MOST_COLUMNS = 64 };
    double gradient[MOST_COLUMNS + 1] = {0}, loss = 0;
    const uint64_t n = p->x.cols;
    for (uint64_t i = 0; i < p->x.rows; i++) {
        const double error = error_of(p, i);
        loss += error * error / 2;
        for (uint64_t j = 0; j <= n; j++)
            gradient[j] += error * (j < n ? get(&p->x, i, j) : 1);
    }
    for (uint64_t j = 0; j <= n; j++) {
        const struct ib_view *param = j < n ? &p->w[0] : &p->b[0];
        const uint64_t row = j < n ? j : 0;
        put(param, row, 0, get(param, row, 0) - p->lr * gradient[j] / (double)p->x.rows);
    }
    if (p->loss.p != NULL)
        put(&p->loss, 0, 0, loss / (double)p->x.rows);
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    (void)state;
    while (n-- > 0)
        step(p);
    return IB_OK;
}

static enum ib_status supports(const struct ib_problem *p, char *why, size_t n)
{
    (void)p, (void)why, (void)n;
    return IB_OK;
}

static const struct ib_fused steps_alone = {
    .struct_size = sizeof steps_alone, .supports = supports, .steps = steps};

const struct ib_impl *const *ib_plugin(uint32_t host_abi_major, uint32_t *count)
{
    static struct ib_impl host, device, fused_host;
    static struct ib_mem_ops mem;
    static struct ib_tensor_ops ops;
    static struct ib_fused fused;
    static const struct ib_impl *const all[] = {&host, &device, &fused_host};
    cut(&ops, ib_impl_cpu_naive.ops, sizeof ops, offsetof(struct ib_tensor_ops, momentum_step));
    cut_impl(&host, &ib_impl_cpu_naive);
    host.name = "older";
    host.ops = &ops;
    cut(&fused, &steps_alone, sizeof fused, offsetof(struct ib_fused, updates));
    cut_impl(&fused_host, &host);
    fused_host.name = "older_fused";
    fused_host.fused = &fused;
    cut(&mem, ib_impl_fakedev.mem, sizeof mem, offsetof(struct ib_mem_ops, mark));
    cut_impl(&device, &ib_impl_fakedev);
    device.name = "older_device";
    device.mem = &mem;
    *count = 3;
    return host_abi_major == IB_ABI_MAJOR ? all : NULL;
}
