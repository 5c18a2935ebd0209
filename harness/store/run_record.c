#include "store/run_record.h"

#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const ib_run_phase_names[IB_RUN_PHASES] = {"load", "setup", "train", "readback", "predict"};
const char *const ib_time_part_names[IB_TIME_PART_COUNT] = {"transfer", "sync", "compute", "launch"};

void ib_case_record_clear(struct ib_case_record *c)
{
    c->check = (struct ib_check_record){
        .loss_error = NAN, .params_error = NAN, .prediction_error = NAN, .as_expected = IB_UNKNOWN};
    c->tracer = (struct ib_tracer_record){.agrees = IB_UNKNOWN};
    for (size_t i = 0; i < IB_METRIC_COUNT; i++)
        c->metrics[i] = NAN;
}

void ib_run_record_free(struct ib_run_record *r)
{
    ib_arena_free(&r->arena);
    *r = (struct ib_run_record){0};
}

const struct ib_case_record *ib_run_record_find(const struct ib_run_record *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->cases[i].id, id) == 0)
            return &r->cases[i];
    return NULL;
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

const char *ib_case_record_stderr(const struct ib_case_record *c)
{
    for (size_t i = 0; i < c->n_rounds; i++)
        if (c->rounds[i].status != IB_CASE_OK && c->rounds[i].stderr_tail)
            return c->rounds[i].stderr_tail;
    return c->check.stderr_tail;
}

/* ---- orders ---- */

static int phase_place(const char *phase)
{
    int place = 0;
    ib_word_value(ib_phase_words, phase, &place);
    return place;
}

static int copy_order(const void *left, const void *right)
{
    const struct ib_copy_record *a = left, *b = right;
    const uint64_t a_bytes = a->traffic.h2d_bytes + a->traffic.d2h_bytes,
                   b_bytes = b->traffic.h2d_bytes + b->traffic.d2h_bytes;
    if (phase_place(a->phase) != phase_place(b->phase))
        return phase_place(a->phase) - phase_place(b->phase);
    if (a_bytes != b_bytes)
        return a_bytes < b_bytes ? 1 : -1;
    int op = strcmp(a->op, b->op);
    return op ? op : strcmp(a->tensor, b->tensor);
}

void ib_case_record_sort_copies(struct ib_case_record *c)
{
    if (c->n_copies)
        qsort(c->copies, c->n_copies, sizeof *c->copies, copy_order);
}

static int kernel_order(const void *left, const void *right)
{
    const struct ib_kernel_record *a = left, *b = right;
    return a->count != b->count ? (a->count < b->count ? 1 : -1) : strcmp(a->name, b->name);
}

void ib_tracer_record_sort(struct ib_tracer_record *t)
{
    qsort(t->kernels, t->n_kernels, sizeof *t->kernels, kernel_order);
}

static int longest_first(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int operation_order(const void *left, const void *right)
{
    const struct ib_operation_record *a = left, *b = right;
    int order = longest_first(a->launch_ns + a->wait_ns, b->launch_ns + b->wait_ns);
    return order ? order : strcmp(a->op, b->op);
}

static int copy_time_order(const void *left, const void *right)
{
    const struct ib_copy_time_record *a = left, *b = right;
    int order = longest_first(a->h2d_ns + a->d2h_ns, b->h2d_ns + b->d2h_ns);
    if (order == 0)
        order = strcmp(a->op, b->op);
    return order ? order : strcmp(a->tensor, b->tensor);
}

void ib_profile_record_sort(struct ib_profile_record *p)
{
    if (p->n_operations)
        qsort(p->operations, p->n_operations, sizeof *p->operations, operation_order);
    if (p->n_copies)
        qsort(p->copies, p->n_copies, sizeof *p->copies, copy_time_order);
}

/* ---- times ---- */

static bool undisturbed(const struct ib_round_record *r)
{
    return r->epoch_ns > 0 && r->disturbed != IB_YES;
}

struct ib_epoch_times ib_epoch_times_of(const struct ib_case_record *c)
{
    struct ib_epoch_times t = {NAN, NAN, NAN, NAN, 0};
    double *times = malloc((c->n_rounds + 1) * sizeof *times);
    bool any_undisturbed = false;
    for (size_t i = 0; i < c->n_rounds; i++)
        any_undisturbed = any_undisturbed || undisturbed(&c->rounds[i]);
    for (size_t i = 0; times && i < c->n_rounds; i++)
        if (c->rounds[i].epoch_ns > 0 && (undisturbed(&c->rounds[i]) || !any_undisturbed))
            times[t.n++] = c->rounds[i].epoch_ns;
    if (t.n) {
        t.median = ib_median(times, t.n);
        t.min = ib_minimum(times, t.n);
        ib_median_interval(times, t.n, &t.low, &t.high);
    }
    free(times);
    return t;
}

static uint64_t phase_of_round(const struct ib_round_record *r, enum ib_run_phase phase)
{
    const uint64_t by_phase[IB_RUN_PHASES] = {r->phases.load_ns, r->phases.setup_ns, r->phases.train_ns,
                                              r->phases.readback_ns, r->phases.predict_ns};
    return by_phase[phase];
}

static void derive_phases(struct ib_case_record *c, double *scratch)
{
    for (int phase = 0; phase < IB_RUN_PHASES; phase++) {
        size_t n = 0;
        for (size_t i = 0; i < c->n_rounds; i++) {
            uint64_t ns = phase_of_round(&c->rounds[i], (enum ib_run_phase)phase);
            if (ns && c->rounds[i].status == IB_CASE_OK)
                scratch[n++] = (double)ns;
        }
        c->phases_ns[phase] = ib_median(scratch, n);
    }
}

/* ---- copies ---- */

static void add_totals(struct ib_transfer_totals *sum, const struct ib_traffic *t)
{
    sum->h2d_count += (int64_t)t->h2d_count;
    sum->h2d_bytes += (int64_t)t->h2d_bytes;
    sum->d2h_count += (int64_t)t->d2h_count;
    sum->d2h_bytes += (int64_t)t->d2h_bytes;
}

/* Known as soon as a log was kept. */
static void derive_transfers(struct ib_case_record *c)
{
    const struct ib_transfer_totals unknown = {IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT,
                                               IB_NO_COUNT, IB_NO_COUNT, IB_NO_COUNT},
                                    none = {0};
    c->transfers = c->n_calls ? none : unknown;
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        c->phase_transfers[phase] = c->n_calls ? none : unknown;
    for (size_t i = 0; i < c->n_calls; i++) {
        struct ib_transfer_totals *of_phase = &c->phase_transfers[phase_place(c->calls[i].phase)];
        of_phase->launches += (int64_t)c->calls[i].launches;
        of_phase->syncs += (int64_t)c->calls[i].syncs;
        c->transfers.launches += (int64_t)c->calls[i].launches;
        c->transfers.syncs += (int64_t)c->calls[i].syncs;
    }
    for (size_t i = 0; i < c->n_copies && c->n_calls; i++) {
        add_totals(&c->phase_transfers[phase_place(c->copies[i].phase)], &c->copies[i].traffic);
        add_totals(&c->transfers, &c->copies[i].traffic);
    }
}

static void derive_as_expected(struct ib_case_record *c)
{
    c->as_expected = c->check.as_expected;
    for (size_t i = 0; i < c->n_rounds; i++) {
        enum ib_truth here = c->rounds[i].as_expected;
        if (here == IB_NO || c->as_expected == IB_UNKNOWN)
            c->as_expected = here == IB_UNKNOWN ? c->as_expected : here;
    }
}

/* ---- where an epoch goes ---- */

/* Totals of a profile over its epochs: copies, the device's own work, launches, and waiting beyond both that
 * work and the wait that a download is anyway. */
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

/* In nanoseconds that add up to the median epoch: copies and computing as profiled; waits as they are in the
 * timed passes (per_op: after each operation; resident: as often as the transfer log says); the rest is
 * handing the work over. Under per_op nothing overlaps: there the launches are the profile's too, and all is
 * scaled to the median; else only what exceeds it. */
static void derive_breakdown(struct ib_case_record *c)
{
    const struct ib_profile_record *p = &c->profile;
    for (int part = 0; part < IB_TIME_PART_COUNT; part++)
        c->breakdown_ns[part] = NAN;
    if (!p->epochs || isnan(c->epoch_ns.median))
        return;
    const bool serial = c->residency == IB_PER_OP;
    const double epochs = (double)p->epochs, median = c->epoch_ns.median;
    const struct profile_totals sum = sum_profile(p);
    const double transfer = sum.transfer / epochs, compute = sum.compute / epochs;
    const double syncs = c->n_calls ? (double)c->phase_transfers[IB_TRAIN].syncs : 0;
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
    const struct ib_process_run_record *const *a = left, *const *b = right;
    if ((*a)->wall_ns != (*b)->wall_ns)
        return (*a)->wall_ns < (*b)->wall_ns ? -1 : 1;
    return (*a)->run < (*b)->run ? -1 : 1;
}

/* The lower of two in the middle, so that it is a run. */
static const struct ib_process_run_record *median_run(const struct ib_case_record *c)
{
    const size_t n = c->n_process_runs;
    const struct ib_process_run_record **order = malloc(n * sizeof *order), *median = NULL;
    for (size_t i = 0; order && i < n; i++)
        order[i] = &c->process_runs[i];
    if (order) {
        qsort(order, n, sizeof *order, by_wall);
        median = order[(n - 1) / 2];
    }
    free(order);
    return median;
}

static void derive_process(struct ib_case_record *c, double *scratch)
{
    struct ib_process_summary *out = &c->process;
    const size_t n = c->n_process_runs;
    const struct ib_process_run_record *runs = c->process_runs, *median = n ? median_run(c) : NULL;
    *out = (struct ib_process_summary){.wall_max_s = 0};
    if (!median)
        return;
    out->n = n;
    double parts = 0;
    for (size_t i = 0; i < n; i++) {
        scratch[i] = runs[i].wall_ns / 1e9;
        out->wall_mean_s += scratch[i] / (double)n;
        out->wall_max_s = fmax(out->wall_max_s, scratch[i]);
    }
    out->wall_median_s = ib_median(scratch, n);
    out->wall_min_s = ib_minimum(scratch, n);
    out->wall_deviation_s = ib_deviation(scratch, n);
    for (size_t i = 0; i < n; i++)
        scratch[i] = runs[i].user_ns / 1e9;
    out->user_s = ib_median(scratch, n);
    for (size_t i = 0; i < n; i++)
        scratch[i] = runs[i].system_ns / 1e9;
    out->system_s = ib_median(scratch, n);
    for (int part = 0; part < IB_PROCESS_PART_COUNT; part++) {
        out->parts_ns[part] = median->parts_ns[part];
        parts += (double)median->parts_ns[part];
    }
    out->median_ns = median->wall_ns;
    out->residual_ns = median->wall_ns - parts;
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

/* ---- all of it ---- */

static void derive_case(struct ib_arena *arena, struct ib_case_record *c)
{
    size_t most = c->n_rounds + c->n_process_runs + c->n_stop_times + 1;
    double *scratch = malloc(most * sizeof *scratch);
    if (!scratch)
        return;
    c->epoch_ns = ib_epoch_times_of(c);
    derive_phases(c, scratch);
    derive_transfers(c);
    derive_as_expected(c);
    derive_breakdown(c);
    derive_process(c, scratch);
    if (c->n_stops)
        derive_stops(arena, c, scratch);
    c->ranked = ib_case_record_verified(c) && !c->simulated && c->as_expected != IB_NO;
    free(scratch);
}

void ib_run_record_derive(struct ib_run_record *r)
{
    for (size_t i = 0; i < r->n; i++)
        derive_case(&r->arena, &r->cases[i]);
    ib_run_record_name(r);
}
