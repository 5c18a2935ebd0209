#include "store/run_record.h"

#include "core/batches.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

const char *const ib_run_phase_names[IB_RUN_PHASES] = {"load", "setup", "train", "readback", "predict"};
const char *const ib_time_part_names[IB_TIME_PART_COUNT] = {"transfer", "sync", "compute", "launch"};

void ib_case_record_clear(struct ib_case_record *c)
{
    c->check = (struct ib_check_record){.loss_error = NAN,
                                        .params_error = NAN,
                                        .prediction_error = NAN,
                                        .as_expected = IB_UNKNOWN,
                                        .limit = {.flops = NAN, .bytes = NAN, .rate = NAN, .least_ns = NAN}};
    c->tracer = NULL;
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        c->metrics[i] = NAN;
}

void ib_run_record_free(struct ib_run_record *r)
{
    ib_arena_free(&r->arena);
    *r = (struct ib_run_record){0};
}

static const struct ib_case_record *in_order(const struct ib_run_record *r, size_t i)
{
    return &r->cases[r->by_id ? r->by_id[i] : i];
}

/* The place of the first case, by id, that does not precede this one; 0 if they are not sorted. */
static size_t first_place(const struct ib_run_record *r, const char *id)
{
    size_t low = 0, high = r->by_id ? r->n : 0;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (strcmp(in_order(r, middle)->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_on(const struct ib_run_record *r, const struct ib_case_record *c, const char *fingerprint)
{
    const char *own = ib_machine_of(r, c)->fingerprint;
    return !fingerprint || (own && strcmp(own, fingerprint) == 0);
}

const struct ib_case_record *ib_run_record_find_on(const struct ib_run_record *r, const char *id,
                                                   const char *fingerprint)
{
    for (size_t i = first_place(r, id); i < r->n; i++) {
        const struct ib_case_record *c = in_order(r, i);
        const bool same = strcmp(c->id, id) == 0;
        if (same && is_on(r, c, fingerprint))
            return c;
        if (!same && r->by_id)
            break;
    }
    return NULL;
}

const struct ib_case_record *ib_run_record_find(const struct ib_run_record *r, const char *id)
{
    return ib_run_record_find_on(r, id, NULL);
}

static int by_case_id(const void *left, const void *right, void *record)
{
    const struct ib_case_record *cases = ((const struct ib_run_record *)record)->cases;
    const size_t a = *(const size_t *)left, b = *(const size_t *)right;
    const int order = strcmp(cases[a].id, cases[b].id);
    return order != 0 ? order : a < b ? -1 : 1;
}

/* Comparing two runs of many cases looks each of them up. */
void ib_run_record_index(struct ib_run_record *r)
{
    if (r->by_id || r->n == 0)
        return;
    r->by_id = ib_arena_alloc(&r->arena, r->n * sizeof *r->by_id);
    for (size_t i = 0; i < r->n; i++)
        r->by_id[i] = i;
    qsort_r(r->by_id, r->n, sizeof *r->by_id, by_case_id, r);
}

bool ib_case_record_verified(const struct ib_case_record *c)
{
    return c->status == IB_CASE_OK && c->check.verdict == IB_RIGHT;
}

bool ib_case_record_counts(const struct ib_case_record *c)
{
    return ib_case_record_verified(c) && c->as_expected != IB_NO && c->epoch_ns.median > 0;
}

double ib_case_record_number(const struct ib_case_record *c, enum ib_axis_kind kind)
{
    return c->axis[kind] ? strtod(c->axis[kind], NULL) : NAN;
}

/* ---- where an epoch goes ---- */

/* Totals of a profile over its epochs: copies, work of the device, launches, and the waiting that exceeds
 * both that work and the cost of a wait. */
struct profile_totals {
    double transfer, compute, launch, wait;
};

static struct profile_totals sum_profile(const struct ib_profile_record *p)
{
    struct profile_totals sum = {0};
    for (size_t i = 0; i < p->n_copies; i++)
        sum.transfer += (double)(p->copies[i].h2d_ns + p->copies[i].d2h_ns);
    for (size_t i = 0; i < p->n_operations; i++) {
        const struct ib_operation_record *o = &p->operations[i];
        sum.compute += (double)o->compute_ns;
        sum.launch += (double)o->launch_ns;
        sum.wait +=
            fmax((double)o->wait_ns - (double)o->compute_ns - (double)o->calls * (double)p->sync_ns, 0);
    }
    return sum;
}

/* Splits the median epoch. Copies and computing are as profiled, waits as in the timed passes (per_op: after
 * each operation; resident: as many as in the transfer log), and launching is the rest. Under per_op nothing
 * overlaps, so launches are profiled as well and everything is scaled to the median; else the parts are
 * scaled only if they exceed it. */
static void derive_breakdown(struct ib_case_record *c)
{
    const struct ib_profile_record *p = &c->profile;
    for (int part = 0; part < IB_TIME_PART_COUNT; part++)
        c->breakdown_ns[part] = NAN;
    if (!p->epochs || isnan(c->epoch_ns.median) || c->residency == IB_HOST)
        return;
    const bool serial = c->residency == IB_PER_OP;
    const double epochs = (double)p->epochs, median = c->epoch_ns.median;
    const struct profile_totals sum = sum_profile(p);
    const double transfer = sum.transfer / epochs, compute = sum.compute / epochs;
    const double syncs = c->n_calls ? (double)c->train_transfers.syncs : 0;
    const double sync = serial ? sum.wait / epochs : (double)p->sync_ns * syncs / (double)c->epochs;
    const double launch = serial ? sum.launch / epochs : 0;
    const double fit = median / fmax(transfer + sync + compute + launch, 1e-9),
                 scale = serial ? fit : fmin(fit, 1);
    c->breakdown_ns[IB_TIME_TRANSFER] = transfer * scale;
    c->breakdown_ns[IB_TIME_SYNC] = sync * scale;
    c->breakdown_ns[IB_TIME_COMPUTE] = compute * scale;
    c->breakdown_ns[IB_TIME_LAUNCH] = fmax(median - (transfer + sync + compute) * scale, 0);
}

/* ---- the whole process ---- */

static int by_wall(const void *left, const void *right)
{
    const struct ib_process_run_record *a = left, *b = right;
    if (a->wall_ns != b->wall_ns)
        return a->wall_ns < b->wall_ns ? -1 : 1;
    return a->run < b->run ? -1 : 1;
}

static double median_s(const struct ib_process_run_record *runs, size_t n, size_t offset, double *scratch)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = *(const double *)(const void *)((const char *)&runs[i] + offset) / 1e9;
    return ib_median(scratch, n);
}

/* The median of an even number of runs is the lower one of the two in the middle. */
static void derive_process(struct ib_arena *arena, struct ib_case_record *c, double *scratch)
{
    const size_t n = c->n_process_runs;
    struct ib_process_run_record *runs = malloc(n * sizeof *runs);
    struct ib_process_summary *out = c->process ? c->process : ib_arena_alloc(arena, sizeof *out);
    c->process = runs ? out : NULL;
    if (runs) {
        *out = (struct ib_process_summary){.n = n};
        memcpy(runs, c->process_runs, n * sizeof *runs);
        qsort(runs, n, sizeof *runs, by_wall);
        const struct ib_process_run_record *median = &runs[(n - 1) / 2];
        out->user_s = median_s(runs, n, offsetof(struct ib_process_run_record, user_ns), scratch);
        out->system_s = median_s(runs, n, offsetof(struct ib_process_run_record, system_ns), scratch);
        out->wall_median_s = median_s(runs, n, offsetof(struct ib_process_run_record, wall_ns), scratch);
        out->wall_min_s = scratch[0];
        out->wall_max_s = scratch[n - 1];
        out->wall_deviation_s = ib_deviation(scratch, n);
        for (size_t i = 0; i < n; i++)
            out->wall_mean_s += scratch[i] / (double)n;
        memcpy(out->parts_ns, median->parts_ns, sizeof out->parts_ns);
        out->median_ns = out->residual_ns = median->wall_ns;
        for (int part = 0; part < IB_PROCESS_PART_COUNT; part++)
            out->residual_ns -= (double)median->parts_ns[part];
    }
    free(runs);
}

/* ---- another algorithm, stopped at losses ---- */

static double finite_or_nan(double value)
{
    return isfinite(value) ? value : NAN;
}

static void derive_stop(struct ib_arena *arena, const struct ib_case_record *c,
                        const struct ib_stop_record *stop, double *scratch, struct ib_stop_summary *out)
{
    size_t failed = 0;
    const char *last = NULL;
    *out = (struct ib_stop_summary){.stop = stop, .reason = stop->reason};
    for (size_t i = 0; i < c->n_stop_times; i++) {
        const struct ib_stop_time_record *t = &c->stop_times[i];
        if (t->target != stop->target)
            continue;
        out->reached += !isnan(t->train_ns) ? 1 : 0;
        scratch[out->rounds++] = isnan(t->train_ns) ? INFINITY : t->train_ns;
        failed += t->reason != NULL;
        last = t->reason && (!last || strcmp(t->reason, last) > 0) ? t->reason : last;
    }
    ib_median_interval(scratch, out->rounds, &out->low_ns, &out->high_ns);
    out->median_ns = finite_or_nan(ib_median(scratch, out->rounds));
    out->low_ns = finite_or_nan(out->low_ns);
    out->high_ns = finite_or_nan(out->high_ns);
    if (!out->reason && failed)
        out->reason = ib_arena_print(arena, "in %zu of %zu rounds: %s", failed, out->rounds, last);
}

static void derive_stops(struct ib_arena *arena, struct ib_case_record *c, double *scratch)
{
    c->stop_summaries = ib_arena_alloc(arena, (c->n_stops + 1) * sizeof *c->stop_summaries);
    for (size_t i = 0; i < c->n_stops; i++)
        derive_stop(arena, c, &c->stops[i], scratch, &c->stop_summaries[i]);
}

/* ---- the curve ---- */

/* Losses never change after they were measured. */
void ib_derive_curve(struct ib_arena *arena, struct ib_case_record *c)
{
    const size_t n = c->n_losses;
    if (n == 0 || c->curve.n == n)
        return;
    double *seconds = isnan(c->losses[0].seconds) ? NULL : ib_arena_alloc(arena, n * sizeof *seconds);
    c->curve = (struct ib_curve){n, ib_arena_alloc(arena, n * sizeof *c->curve.epoch),
                                 ib_arena_alloc(arena, n * sizeof *c->curve.loss)};
    for (size_t i = 0; i < n; i++) {
        c->curve.epoch[i] = c->losses[i].epoch;
        c->curve.loss[i] = c->losses[i].loss;
        if (seconds)
            seconds[i] = c->losses[i].seconds;
    }
    c->seconds = seconds;
}

/* ---- everything ---- */

/* 1, unless the batch is a number of rows; recorded before there was a choice, it is NULL. */
static uint64_t steps_of(const struct ib_case_record *c)
{
    struct ib_training_spec spec = {.rows = c->rows};
    if (!c->axis[IB_AXIS_BATCH] || !ib_parse_u64(c->axis[IB_AXIS_BATCH], &spec.batch))
        spec.batch = 0;
    return ib_steps_per_epoch(&spec);
}

void ib_case_record_derive(struct ib_arena *arena, struct ib_case_record *c)
{
    size_t most = c->n_rounds + c->n_process_runs + c->n_stop_times + 1;
    double *scratch = malloc(most * sizeof *scratch);
    if (!scratch)
        return;
    ib_derive_curve(arena, c);
    ib_derive_times(c, scratch);
    c->steps = steps_of(c);
    ib_derive_copies(c);
    ib_derive_memory(c);
    ib_derive_energy(arena, c);
    derive_breakdown(c);
    if (!c->check.limit.by) /* both are known, or neither */
        c->check.limit.bound = NULL;
    c->limit_share = c->check.limit.bound ? c->check.limit.least_ns / c->epoch_ns.median : NAN;
    if (c->n_process_runs)
        derive_process(arena, c, scratch);
    if (c->n_stops)
        derive_stops(arena, c, scratch);
    c->ranked = ib_case_record_verified(c) && !c->simulated && c->as_expected != IB_NO &&
                c->check.convergence != IB_DIVERGED; /* whose time is that of infinities */
    free(scratch);
}

void ib_run_record_derive(struct ib_run_record *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (!r->cases[i].samples) /* else it was derived before the rounds were dropped */
            ib_case_record_derive(&r->arena, &r->cases[i]);
    ib_run_record_machines(r);
    ib_run_record_name(r);
    ib_run_record_index(r);
}
