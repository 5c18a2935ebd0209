#include "diagnose/patterns.h"

#include <math.h>
#include <string.h>

#define CLEARLY 0.01

/* A NaN in the pattern makes `like` NaN, so that it never fits. */
void ib_fit_add(struct ib_fit *fit, double got, double pattern, double truth)
{
    fit->like = ib_larger(fit->like, fabs(got - pattern));
    fit->unlike = ib_larger(fit->unlike, fabs(got - truth));
}

void ib_fit_add_loss(struct ib_fit *fit, double got, double pattern, double truth)
{
    ib_fit_add(fit, got / truth, pattern / truth, 1);
}

bool ib_fit_is_clear(const struct ib_fit *fit)
{
    return fit->unlike > 0 && isfinite(fit->unlike) && fit->like <= CLEARLY * fit->unlike;
}

void ib_params_drop_biases(const struct ib_network *net, double *params)
{
    for (uint32_t p = 0; p < ib_network_params(net); p++) {
        const uint64_t size = ib_network_param_size(net, p);
        if (p % 2)
            memset(params, 0, size * sizeof *params);
        params += size;
    }
}

bool ib_param_unmoved(const struct ib_evidence *e, uint32_t p)
{
    const struct ib_network *net = &e->reference->spec->net;
    const double *start = ib_param_at(net, e->reference->start, p),
                 *end = ib_param_at(net, e->answer->params, p);
    for (uint64_t i = 0; i < ib_network_param_size(net, p); i++)
        if (end[i] != (e->reference->spec->dtype == IB_F32 ? (double)(float)start[i] : start[i]))
            return false;
    return true;
}
