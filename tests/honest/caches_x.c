/* Keeps x in f64 from training to training, after looking whether it is still the same.
 *
 * @run ok:
 */
#include "one_layer.h"

static struct {
    double *x;
    uint64_t n;
} kept;

/* Whether the copy had to be made anew. */
static bool copy_x(const struct ib_view *x)
{
    const uint64_t n = x->rows * x->cols;
    bool same = kept.n == n;
    for (uint64_t i = 0; same && i < n; i++)
        same = kept.x[i] == value_at(x, i);
    if (same)
        return false;
    kept.x = realloc(kept.x, n * sizeof *kept.x);
    kept.n = n;
    copy_in(x, kept.x);
    return true;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    (void)state;
    struct one_layer o = one_layer_of(p);
    double *const own = o.x;
    copy_x(&p->x);
    o.x = kept.x;
    for (uint64_t e = 0; e < n; e++) {
        const double loss = step(p, &o);
        if (p->loss.p)
            set_value(&p->loss, 0, loss);
    }
    o.x = own;
    give_back(p, &o);
    return IB_OK;
}

ONE_LAYER("caches_x", steps)
