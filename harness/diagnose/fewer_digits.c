/* Arithmetic with fewer digits than the type has: the first update is then about as far off as that of the
 * oracle's in the next coarser arithmetic, which no honest update comes near. */
#include "diagnose/patterns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Between TF32 and half-precision sums, and from a few rounded operands to all of them. */
enum { LESS_THAN_COARSE = 30, MORE_THAN_COARSE = 300 };

/* The first update of the answer, of the truth, and of the coarser arithmetic. */
struct first_update {
    const struct ib_reference *ref;
    const struct ib_step *step;
    double *got, *coarse; /* sketches */
};

static bool read_coarse(struct first_update *u)
{
    struct ib_oracle_problem problem = *u->ref->problem;
    double loss;
    problem.at_step = 1;
    problem.arithmetic = (struct ib_arithmetic){
        .type = IB_F32, .products = u->ref->spec->dtype == IB_F32 ? IB_PRODUCTS_TF32 : IB_PRODUCTS_F32};
    return ib_oracle_step(&problem, &loss, u->coarse) == IB_OK;
}

/* The largest distance of part of a sketch from the truth's. */
static double distance(uint64_t n, const double *sketch, const double *truth)
{
    double most = 0;
    for (uint64_t i = 0; i < n; i++)
        most = ib_larger(most, fabs(sketch[i] - truth[i]));
    return most;
}

/* Every part of the sketch, those of weights and biases, is compared by itself: sums may have fewer digits
 * where products have not. */
static bool is_coarse(const struct first_update *u, double *error)
{
    const struct ib_network *net = &u->ref->spec->net;
    double worst = 0;
    for (uint64_t l = 0, at = 0; l < net->n_layers; l++)
        for (int kind = 0; kind < IB_SKETCH_PARTS; kind++) {
            const uint64_t n = ib_sketch_part_size(net, (uint32_t)l, (enum ib_sketch_part)kind);
            const double *truth = u->step->truth.gradient + at;
            const double got = distance(n, u->got + at, truth), coarse = distance(n, u->coarse + at, truth),
                         drift = distance(n, u->step->drift.gradient + at, truth);
            at += n;
            if (!(got > worst * coarse && got > LESS_THAN_COARSE * drift))
                continue;
            worst = got / coarse;
            *error = got / ib_max_norm(n, truth);
        }
    return worst * LESS_THAN_COARSE >= 1 && worst <= MORE_THAN_COARSE;
}

bool ib_has_fewer_digits(const struct ib_evidence *e, char *text, size_t n)
{
    const struct ib_reference *ref = e->reference;
    const bool f32 = ref->spec->dtype == IB_F32;
    double error = NAN;
    if (!ref->problem || ref->n_steps == 0 || ref->steps[0].number != 1 || e->answer->products ||
        ref->spec->rows > IB_DIAGNOSE_WORK / ib_network_size(&ref->spec->net))
        return false;
    struct first_update u = {.ref = ref, .step = &ref->steps[0]};
    u.coarse = malloc(ib_sketch_size(&ref->spec->net) * sizeof *u.coarse);
    const bool fits = u.coarse && ib_step_sketch(ref->spec, u.step, &u.got) == IB_OK && read_coarse(&u) &&
                      is_coarse(&u, &error);
    snprintf(text, n, "fewer digits than %s: the first update is off by %.1e, about as with %s",
             f32 ? "f32" : "f64", error, f32 ? "TF32 or half precision" : "f32");
    free(u.got);
    free(u.coarse);
    return fits;
}
