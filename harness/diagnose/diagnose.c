#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CLEARLY 0.01

void ib_diagnose(const struct ib_evidence *evidence, enum ib_part part, char *text, size_t n)
{
    static ib_pattern *const *const patterns[IB_PART_COUNT] = {
        [IB_PART_LOSS] = ib_loss_patterns,
        [IB_PART_PARAMS] = ib_params_patterns,
        [IB_PART_PREDICTIONS] = ib_prediction_patterns,
    };
    ib_pattern *const *fits = patterns[part];
    while (!(*fits)(evidence, text, n))
        fits++;
}

/* Unlike fmax, keeps a NaN: a pattern that gives one explains nothing. */
static double larger(double a, double b)
{
    return b > a || isnan(b) ? b : a;
}

void ib_fit_add(struct ib_fit *fit, double got, double pattern, double truth)
{
    fit->like = larger(fit->like, fabs(got - pattern));
    fit->unlike = larger(fit->unlike, fabs(got - truth));
}

void ib_fit_add_loss(struct ib_fit *fit, double got, double pattern, double truth)
{
    ib_fit_add(fit, got / truth, pattern / truth, 1);
}

bool ib_fit_is_clear(const struct ib_fit *fit)
{
    return fit->unlike > 0 && isfinite(fit->unlike) && fit->like <= CLEARLY * fit->unlike;
}

bool ib_loss_find(const struct ib_curve *curve, uint64_t epoch, double *loss)
{
    uint64_t i = 0;
    while (i < curve->n && curve->epoch[i] != epoch)
        i++;
    *loss = i < curve->n ? curve->loss[i] : NAN;
    return i < curve->n;
}

double ib_loss_at(const struct ib_curve *curve, uint64_t epoch)
{
    double loss;
    ib_loss_find(curve, epoch, &loss);
    return loss;
}

const double *ib_param_at(const struct ib_network *net, const double *params, uint32_t p)
{
    for (uint32_t q = 0; q < p; q++)
        params += ib_network_param_size(net, q);
    return params;
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

const char *ib_param_text(const struct ib_network *net, uint32_t p, char text[8])
{
    const char kind = p % 2 ? 'b' : 'w';
    if (net->n_layers > 1)
        snprintf(text, 8, "%c%u", kind, p / 2 % 100 + 1);
    else
        snprintf(text, 8, "%c", kind);
    return text;
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
