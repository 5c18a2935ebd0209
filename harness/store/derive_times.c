/* The times of the rounds of a case: what follows from them, and samples in their place. */
#include "stats/confidence_interval.h"
#include "stats/stats.h"
#include "store/run_record.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

struct ib_sample ib_case_record_sample(const struct ib_case_record *c, size_t i)
{
    if (c->samples)
        return c->samples[i];
    const struct ib_round_record *r = &c->rounds[i];
    return (struct ib_sample){.epoch_ns = r->epoch_ns,
                              .cpu_epoch_ns = r->cpu_epoch_ns,
                              .round = (uint32_t)r->round,
                              .disturbed = r->disturbed,
                              .status = r->status,
                              .retried = r->discarded_ns > 0};
}

static const char *first_stderr(const struct ib_case_record *c)
{
    for (size_t i = 0; c->rounds && i < c->n_rounds; i++)
        if (c->rounds[i].status != IB_CASE_OK && c->rounds[i].stderr_tail)
            return c->rounds[i].stderr_tail;
    return c->round_stderr;
}

const char *ib_case_record_stderr(const struct ib_case_record *c)
{
    const char *of_round = first_stderr(c);
    return of_round ? of_round : c->check.stderr_tail;
}

/* ---- disturbance ---- */

struct ib_disturbance ib_case_record_disturbance(const struct ib_case_record *c)
{
    struct ib_disturbance out = {0};
    for (size_t i = 0; i < c->n_rounds; i++) {
        const struct ib_sample s = ib_case_record_sample(c, i);
        const bool timed = s.epoch_ns > 0;
        out.timed += timed ? 1 : 0;
        out.judged += timed && s.disturbed != IB_UNKNOWN ? 1 : 0;
        out.disturbed += timed && s.disturbed == IB_YES ? 1 : 0;
    }
    return out;
}

struct ib_disturbance ib_run_record_disturbance(const struct ib_run_record *run)
{
    struct ib_disturbance sum = {0};
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_disturbance d = ib_case_record_disturbance(&run->cases[i]);
        sum.timed += d.timed;
        sum.judged += d.judged;
        sum.disturbed += d.disturbed;
    }
    return sum;
}

bool ib_disturbed_too(size_t n, size_t n_quiet)
{
    return n_quiet == 0 || (n_quiet < IB_INTERVAL_MIN && n >= IB_INTERVAL_MIN) || 3 * n_quiet < n;
}

/* ---- times ---- */

struct ib_epoch_times ib_epoch_times_of(const struct ib_case_record *c)
{
    struct ib_epoch_times t = {NAN, NAN, NAN, NAN, 0};
    double *times = malloc((c->n_rounds + 1) * sizeof *times);
    const struct ib_disturbance d = ib_case_record_disturbance(c);
    const bool all = ib_disturbed_too(d.timed, d.timed - d.disturbed);
    for (size_t i = 0; times && i < c->n_rounds; i++) {
        const struct ib_sample s = ib_case_record_sample(c, i);
        if (s.epoch_ns > 0 && (all || s.disturbed != IB_YES))
            times[t.n++] = s.epoch_ns;
    }
    if (t.n) {
        const struct ib_interval interval = ib_interval(times, t.n, 0.95);
        t.median = interval.median;
        t.min = ib_minimum(times, t.n);
        t.low = interval.low;
        t.high = interval.high;
    }
    free(times);
    return t;
}

static void derive_phases(struct ib_case_record *c, double *scratch)
{
    static const size_t offsets[IB_RUN_PHASES] = {
        offsetof(struct ib_phases, load_ns), offsetof(struct ib_phases, setup_ns),
        offsetof(struct ib_phases, train_ns), offsetof(struct ib_phases, readback_ns),
        offsetof(struct ib_phases, predict_ns)};
    for (int phase = 0; phase < IB_RUN_PHASES; phase++) {
        size_t n = 0;
        for (const struct ib_round_record *r = c->rounds; r < c->rounds + c->n_rounds; r++) {
            uint64_t ns = *(const uint64_t *)(const void *)((const char *)&r->phases + offsets[phase]);
            if (ns && r->status == IB_CASE_OK)
                scratch[n++] = (double)ns;
        }
        c->phases_ns[phase] = ib_median(scratch, n);
    }
}

void ib_derive_times(struct ib_case_record *c, double *scratch)
{
    c->epoch_ns = ib_epoch_times_of(c);
    derive_phases(c, scratch);
}

/* ---- samples in place of rounds ---- */

static const char *copy_or_null(struct ib_arena *arena, const char *text)
{
    return text ? ib_arena_copy(arena, text) : NULL;
}

void ib_case_record_reduce(struct ib_arena *arena, struct ib_case_record *c)
{
    ib_case_record_derive(arena, c);
    struct ib_sample *samples = ib_arena_alloc(arena, c->n_rounds * sizeof *samples);
    for (size_t i = 0; i < c->n_rounds; i++)
        samples[i] = ib_case_record_sample(c, i);
    c->round_stderr = copy_or_null(arena, first_stderr(c));
    c->energy.reason = copy_or_null(arena, c->energy.reason);
    c->samples = samples;
    c->rounds = NULL;
    c->rounds_capacity = 0;
}
