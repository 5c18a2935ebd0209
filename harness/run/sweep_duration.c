#include "run/sweep_duration.h"

#include "core/batches.h"
#include "run/assign_loss_targets.h"

#include <math.h>

/* A worker's overhead besides the training: process, libraries, data, output files. */
#define WORKER_NS 10e6
/* The overhead of a whole process, with hyperfine. */
#define WHOLE_NS 40e6
/* Warm-up runs in doubling stretches until min_time has passed, hence up to twice as long. */
#define WARMUP_STRETCH 1.5
/* Another algorithm is assumed to reach a target loss after this share of its iterations, on average, and to
 * need this many trainings to find its stops. */
#define STOP_SHARE       0.5
#define SEARCH_TRAININGS 12
/* The oracle's speed; with large layers it is ten times as fast. */
#define ORACLE_FLOPS_PER_S 1e9
/* The time of a single step, as a share of an epoch. */
#define STEP_SHARE 0.6

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

double ib_estimate_flops(const struct ib_training_spec *spec)
{
    const struct ib_network *net = &spec->net;
    const double steps = (double)ib_steps_per_epoch(spec);
    double flops = 0;
    for (uint32_t l = 0; l < net->n_layers; l++) {
        double weights = (double)net->width[l] * (double)net->width[l + 1];
        double products = l == 0 ? 2 : 3; /* forward, weight gradient and input gradient; the first layer
                                             needs no input gradient */
        flops += 2 * products * weights * (double)spec->rows + 2 * weights * steps;
    }
    return flops;
}

/* ---- The oracle: one trajectory for each distinct training, and a drift trajectory in each type; the same
 * of the problem that unseen rounds train ---- */

static bool same_training(const struct ib_case *a, const struct ib_case *b)
{
    return a->model == b->model && a->dataset == b->dataset && ib_network_equal(&a->spec.net, &b->spec.net) &&
           a->spec.lr == b->spec.lr && a->spec.optimizer == b->spec.optimizer &&
           a->spec.weight_decay == b->spec.weight_decay && a->spec.batch == b->spec.batch &&
           a->init == b->init && a->epochs == b->epochs && a->seed == b->seed;
}

static double oracle_epoch_ns(const struct ib_case *c)
{
    return ib_estimate_flops(&c->spec) / ORACLE_FLOPS_PER_S * 1e9;
}

/* Whether the oracle's budget ends before the training, so that single epochs are checked as well. */
static bool is_too_large(const struct ib_measure *measure, const struct ib_case *c)
{
    return (double)c->epochs * oracle_epoch_ns(c) > (double)measure->oracle_budget_ns;
}

double ib_estimate_oracle_ns(const struct ib_measure *measure, const struct ib_case *cases, size_t n)
{
    double total = 0;
    unsigned types = 0; /* of the current training: cases with the same training are adjacent */
    for (size_t i = 0; i < n; i++) {
        const struct ib_case *c = &cases[i];
        bool again = i > 0 && same_training(c, c - 1);
        unsigned type = 1u << c->spec.dtype;
        double ns = (double)c->epochs * oracle_epoch_ns(c);
        unsigned runs = !again ? 2 : !(types & type);
        if (measure->max_rounds > 1 && !is_too_large(measure, c)) /* an unseen problem as well */
            total += runs * (WORKER_NS + ns);
        total += runs * (WORKER_NS + least(ns, (double)measure->oracle_budget_ns));
        if (is_too_large(
                measure,
                c)) /* the first epoch is shared like trajectories, the last one is checked for every case */
            total += (runs + 2) * (WORKER_NS + STEP_SHARE * oracle_epoch_ns(c));
        types = again ? types | type : type;
    }
    return total;
}

/* ---- Cases ---- */

static double assumed_epoch_ns(const struct ib_case *c)
{
    return most(IB_ASSUMED_LEAST_NS, ib_estimate_flops(&c->spec) / IB_ASSUMED_FLOPS_PER_S * 1e9);
}

/* Trainings in a round, until min_time has passed. */
static double repeated_ns(const struct ib_measure *measure, double training)
{
    return training * most(1, ceil((double)measure->min_time_ns / training));
}

static double warmup_ns(const struct ib_measure *measure, double training)
{
    return (double)measure->warmup * least(training, WARMUP_STRETCH * (double)measure->min_time_ns);
}

static double estimate_stops(const struct ib_measure *measure, const struct ib_case *c, double training)
{
    const double stop = STOP_SHARE * training;
    if (!ib_loss_goals_concern(c))
        return 0;
    const double search = WORKER_NS + SEARCH_TRAININGS * stop;
    const double round =
        WORKER_NS + warmup_ns(measure, stop) + IB_LOSS_TARGET_COUNT * repeated_ns(measure, stop);
    return search + (double)measure->max_rounds * round;
}

/* The time of all passes of a kind; longest: the longest wait for an answer. */
struct passes {
    double checked, timed, process, stops, longest;
};

static struct passes passes_of(const struct ib_measure *measure, const struct ib_case *c, double epoch_ns)
{
    const double training = (double)c->epochs * epoch_ns;
    const double timing = warmup_ns(measure, training) + repeated_ns(measure, training);
    const bool traced = c->residency != IB_HOST && measure->max_rounds > 0; /* perhaps: one round more */
    struct passes out = {
        .checked =
            WORKER_NS + (is_too_large(measure, c) ? 2 : 1) * training + (traced ? WORKER_NS + timing : 0),
        .timed = (double)measure->max_rounds * (WORKER_NS + timing),
        .stops = estimate_stops(measure, c, training),
        /* A worker answers once all is timed, an external program after each training. */
        .longest = c->impl->info->command ? training : most(training, timing),
    };
    if (measure->process_runs)
        out.process = (double)(measure->process_runs + measure->process_warmup) * (WHOLE_NS + training);
    return out;
}

static double sum_of(const struct passes *p)
{
    return p->timed + p->checked + p->process + p->stops;
}

static double epoch_of(const struct ib_case *c, double earlier_ns)
{
    return isnan(earlier_ns) ? assumed_epoch_ns(c) : earlier_ns;
}

double ib_estimate_case_ns(const struct ib_measure *measure, const struct ib_case *c, double earlier_ns)
{
    const struct passes passes = passes_of(measure, c, epoch_of(c, earlier_ns));
    return sum_of(&passes) -
           passes.stops; /* only an implementation that is available tells whether it has any */
}

static void add_case(const struct ib_measure *measure, const struct ib_case *c, double earlier_ns,
                     struct ib_case_estimate *out, struct ib_estimate *sum)
{
    *out = (struct ib_case_estimate){.epoch_ns = NAN};
    if (!c->impl->info->available)
        return;
    out->earlier = !isnan(earlier_ns);
    out->epoch_ns = epoch_of(c, earlier_ns);
    const struct passes passes = passes_of(measure, c, out->epoch_ns);
    out->pass_ns = passes.longest;
    out->total_ns = sum_of(&passes);
    sum->timed_ns += passes.timed;
    sum->checked_ns += passes.checked;
    sum->process_ns += passes.process;
    sum->stops_ns += passes.stops;
    *(out->earlier ? &sum->n_earlier : &sum->n_assumed) += 1;
}

void ib_estimate(const struct ib_measure *measure, const struct ib_matrix *matrix, const double *earlier_ns,
                 struct ib_arena *arena, struct ib_estimate *out)
{
    *out = (struct ib_estimate){.oracle_ns = ib_estimate_oracle_ns(measure, matrix->cases, matrix->n),
                                .cases = ib_arena_alloc(arena, matrix->n * sizeof *out->cases)};
    for (size_t i = 0; i < matrix->n; i++)
        add_case(measure, &matrix->cases[i], earlier_ns[i], &out->cases[i], out);
}
