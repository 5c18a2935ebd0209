/* Sums that are truncated: a mirrored problem ends a few bits away, the same one with the same bits.
 *
 * @run ok:
 */
#include "one_layer.h"

static double truncated(double value)
{
    return floor(value * 0x1p40) * 0x1p-40;
}

static enum ib_status steps(void *state, const struct ib_problem *p, uint64_t n)
{
    (void)state;
    struct one_layer o = one_layer_of(p);
    for (uint64_t e = 0; e < n; e++) {
        const double loss = step(p, &o);
        for (uint64_t j = 0; j <= o.cols; j++)
            o.params[j] = truncated(o.params[j]);
        if (p->loss.p)
            set_value(&p->loss, 0, loss);
    }
    give_back(p, &o);
    return IB_OK;
}

ONE_LAYER("rounds_down", steps)
