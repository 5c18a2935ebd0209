#include "run/case_run.h"

#include "base/interrupt.h"
#include "run/oracle_answer.h"
#include "run/pass_checked.h"
#include "run/pass_pace.h"
#include "run/pass_time_to_loss.h"
#include "run/pass_timed.h"
#include "run/pass_traced.h"
#include "run/pass_whole_process.h"
#include "run/surroundings.h"
#include "run/unseen.h"
#include "stats/confidence_interval.h"
#include "stats/stats.h"

#include <math.h>
#include <string.h>

void ib_case_run_open(struct ib_case_run *s, const struct ib_case *c, const struct ib_case_progress *progress,
                      uint64_t max_rounds)
{
    const size_t n = progress ? progress->n_samples : 0; /* may be more than this run wants */
    *s = (struct ib_case_run){.c = c};
    s->samples = ib_arena_alloc(&s->arena, (n + max_rounds) * sizeof *s->samples);
    if (!progress)
        return;
    s->progress = *progress;
    s->resumed = progress->rounds > 0;
    if (n)
        memcpy(s->samples, progress->samples, n * sizeof *s->samples);
}

void ib_case_run_close(struct ib_case_run *s)
{
    ib_arena_free(&s->arena);
}

enum ib_status ib_case_run_check(struct ib_case_run *s, const struct ib_pass_context *context,
                                 struct ib_store *store)
{
    struct ib_checked_pass checked;
    struct ib_arena arena = {0};
    struct ib_attempt attempt = ib_attempt_begin();
    if (!s->c->impl->info->available) {
        s->progress.ended = true;
        return ib_store_put_status(store, s->c, IB_CASE_UNAVAILABLE, s->c->impl->info->reason);
    }
    do
        ib_pass_checked(context, s->c, &arena, &checked);
    while (ib_attempt_again(&attempt, context, s->c, ib_attempt_status(&checked)));
    if (attempt.status == IB_OK && !ib_interrupted()) {
        s->progress.ended = checked.check.status != IB_CASE_OK;
        s->progress.checked = true;
        s->progress.right = checked.verification.verdict == IB_RIGHT;
        s->progress.counted = checked.tracer && ib_driver_counters_independent(checked.tracer);
        attempt.status = ib_store_put_checked(store, s->c, &checked);
    }
    ib_arena_free(&arena);
    return attempt.status;
}

/* The answer that a pass must repeat is in memory only during the pass: a sweep may have thousands. */
static enum ib_status load_final(struct ib_case_run *s, struct ib_store *store, struct ib_arena *arena)
{
    return ib_store_load_final(store, s->c, arena, &s->final);
}

/* Rounds are drawn in secret from so many that every case has: with a wanted precision, it may end after
 * min_rounds. What is drawn from the first is drawn anew from later ones. */
struct drawn_from {
    uint64_t secret, round, rounds; /* round: from 1 */
};

static struct drawn_from drawn_from(const struct ib_pass_context *context, uint64_t round)
{
    const struct ib_measure *m = context->measure;
    const uint64_t rounds = m->precision > 0 ? m->min_rounds : m->rounds, before = round - 1;
    return rounds ? (struct drawn_from){context->work->secret + before / rounds, before % rounds + 1, rounds}
                  : (struct drawn_from){0};
}

/* The problem of a round: unverified cases train only their own, as do those whose other problem is not
 * known. */
static uint64_t variant_of(const struct ib_case_run *s, const struct ib_pass_context *context, uint64_t round)
{
    const struct drawn_from from = drawn_from(context, round);
    return s->progress.right && from.rounds &&
                   ib_unseen_round(from.secret, s->c->id, from.round, from.rounds) &&
                   ib_oracle_knows(context, s->c, IB_UNSEEN_NONE) &&
                   ib_oracle_knows(context, s->c, IB_UNSEEN_VERIFIED)
               ? IB_UNSEEN_VERIFIED
               : IB_UNSEEN_NONE;
}

static void keep_pace(struct ib_case_run *s, const struct ib_timed_pass *timed, bool warm)
{
    const struct ib_round_record *r = &timed->round;
    if (r->status != IB_CASE_OK)
        return;
    ib_pace_add(&s->pace, &s->arena, r->unseen == IB_YES,
                r->cpu_epoch_ns > 0 ? r->cpu_epoch_ns : r->epoch_ns);
    if (warm)
        ib_pace_add_first(&s->pace, r->unseen == IB_YES, timed->first_ns, timed->median_ns, r->repeats);
}

static void keep_timed(struct ib_case_run *s, const struct ib_measure *measure,
                       const struct ib_timed_pass *timed)
{
    const struct ib_round_record *r = &timed->round;
    s->progress.ended = r->status != IB_CASE_OK;
    s->progress.rounds = r->round;
    keep_pace(s, timed, measure->warmup > 0);
    if (r->status == IB_CASE_OK && r->disturbed != IB_YES)
        s->samples[s->progress.n_samples++] = r->epoch_ns;
}

/* On a machine that stays busy, more tries would not help. An unseen problem would no longer be one. */
static bool is_worth_a_retry(const struct ib_case_run *s, const struct ib_measure *measure,
                             const struct ib_round_record *round)
{
    enum { FUTILE = 2 };
    return round->status == IB_CASE_OK && round->disturbed == IB_YES && round->unseen != IB_YES &&
           !ib_interrupted() && s->progress.retries < measure->retries && s->futile_retries < FUTILE;
}

static void retry(struct ib_case_run *s, const struct ib_pass_context *context, uint64_t variant,
                  struct ib_arena *arena, struct ib_timed_pass *timed)
{
    const double discarded_ns = timed->round.epoch_ns;
    ib_pass_timed(context, s->c, timed->round.round, variant, &s->final, arena, timed);
    timed->round.discarded_ns = discarded_ns;
    s->progress.retries++;
    s->futile_retries = timed->round.disturbed == IB_YES ? s->futile_retries + 1 : 0;
}

/* Ends a case that a pass outside of its rounds has found out. */
static enum ib_status end_unless(bool passed, struct ib_case_run *s, const struct ib_attempt *attempt,
                                 struct ib_store *store, const struct ib_outcome *outcome)
{
    if (attempt->status != IB_OK || passed || ib_interrupted())
        return attempt->status;
    s->progress.ended = true;
    return ib_store_put_status(store, s->c, outcome->status, outcome->reason);
}

/* Before the round drawn for it, trains as in a round under the tracer that counted in the checked pass. */
static enum ib_status trace(struct ib_case_run *s, const struct ib_pass_context *context,
                            struct ib_store *store, uint64_t round, enum ib_truth *traced)
{
    struct ib_outcome outcome = {.status = IB_CASE_OK};
    struct ib_attempt attempt = ib_attempt_begin();
    const struct drawn_from from = drawn_from(context, round);
    bool passed;
    *traced = IB_UNKNOWN;
    if (!s->progress.right || !s->progress.counted ||
        from.round != ib_traced_round(from.secret, s->c->id, from.rounds))
        return IB_OK;
    do
        passed = ib_pass_traced(context, s->c, &s->final, traced, &outcome);
    while (ib_attempt_again(&attempt, context, s->c, outcome.status));
    return end_unless(passed, s, &attempt, store, &outcome);
}

static enum ib_status examine_pace(struct ib_case_run *s, const struct ib_pass_context *context,
                                   struct ib_store *store, enum ib_pace_suspicion suspicion)
{
    struct ib_outcome outcome = {.status = IB_CASE_OK};
    struct ib_attempt attempt = ib_attempt_begin();
    bool keeps;
    do
        keeps = ib_pass_pace(context, s->c, suspicion, &s->final, &outcome);
    while (ib_attempt_again(&attempt, context, s->c, keeps ? IB_CASE_OK : outcome.status));
    return end_unless(keeps, s, &attempt, store, &outcome);
}

enum ib_status ib_case_run_judge_pace(struct ib_case_run *s, const struct ib_pass_context *context,
                                      struct ib_store *store)
{
    struct ib_arena arena = {0};
    enum ib_pace_suspicion suspicion = ib_pace_suspects(&s->pace);
    if (suspicion == IB_PACE_EVEN && s->resumed) /* too few of its rounds are known */
        suspicion = IB_PACE_UNSEEN_SLOWER;
    if (s->progress.ended || !s->progress.right || suspicion == IB_PACE_EVEN || ib_interrupted())
        return IB_OK;
    IB_TRY(load_final(s, store, &arena));
    const enum ib_status status = examine_pace(s, context, store, suspicion);
    ib_arena_free(&arena);
    return status;
}

bool ib_case_run_is_precise(const struct ib_case_run *s, const struct ib_measure *measure)
{
    double low, high;
    if (measure->precision <= 0 || s->progress.rounds < measure->min_rounds)
        return false;
    ib_median_interval(s->samples, s->progress.n_samples, &low, &high);
    return (high - low) / 2 <= measure->precision * ib_median(s->samples, s->progress.n_samples);
}

void ib_case_run_progress(const struct ib_case_run *s, const struct ib_measure *measure,
                          struct ib_run_progress *out)
{
    double low = NAN, high = NAN;
    const size_t n = s->progress.n_samples;
    if (n)
        ib_median_interval(s->samples, n, &low, &high);
    out->rounds = s->progress.rounds;
    out->epoch_ns = n ? ib_median(s->samples, n) : NAN;
    out->half_interval = (high - low) / 2 / out->epoch_ns;
    out->precise = ib_case_run_is_precise(s, measure) || s->progress.rounds >= measure->rounds;
    out->failed = s->progress.ended;
}

/* Before the last round is stored, the pace of all is judged: a run that is killed in between does both
 * again. */
static enum ib_status store_timed(struct ib_case_run *s, const struct ib_pass_context *context,
                                  struct ib_store *store, const struct ib_timed_pass *timed)
{
    if (timed->round.round == context->measure->rounds || ib_case_run_is_precise(s, context->measure))
        IB_TRY(ib_case_run_judge_pace(s, context, store));
    return ib_interrupted() ? IB_OK : ib_store_put_timed(store, s->c, timed);
}

/* A ReLU whose input is zero up to rounding makes an honest answer wrong now and then: a second problem
 * decides. */
static bool needs_another(const struct ib_case_run *s, const struct ib_pass_context *context,
                          uint64_t variant, const struct ib_timed_pass *timed)
{
    return timed->differs && variant == IB_UNSEEN_VERIFIED && s->c->spec.net.act == IB_RELU &&
           s->c->spec.net.n_layers > 1 && ib_oracle_knows(context, s->c, IB_UNSEEN_AGAIN);
}

static enum ib_status time_round(struct ib_case_run *s, const struct ib_pass_context *context,
                                 struct ib_store *store, uint64_t round, enum ib_truth traced,
                                 struct ib_arena *arena)
{
    struct ib_timed_pass timed;
    struct ib_attempt attempt = ib_attempt_begin();
    const uint64_t variant = variant_of(s, context, round);
    do {
        ib_pass_timed(context, s->c, round, variant, &s->final, arena, &timed);
        if (needs_another(s, context, variant, &timed))
            ib_pass_timed(context, s->c, round, IB_UNSEEN_AGAIN, &s->final, arena, &timed);
        if (is_worth_a_retry(s, context->measure, &timed.round))
            retry(s, context, variant, arena, &timed);
    } while (ib_attempt_again(&attempt, context, s->c, timed.round.status));
    if (attempt.status == IB_OK && !ib_interrupted()) {
        timed.round.traced = traced;
        keep_timed(s, context->measure, &timed);
        attempt.status = store_timed(s, context, store, &timed);
    }
    return attempt.status;
}

enum ib_status ib_case_run_time(struct ib_case_run *s, const struct ib_pass_context *context,
                                struct ib_store *store, uint64_t round)
{
    struct ib_arena arena = {0};
    enum ib_truth traced;
    enum ib_status status = load_final(s, store, &arena);
    if (status == IB_OK)
        status = trace(s, context, store, round, &traced);
    if (status == IB_OK && !s->progress.ended && !ib_interrupted())
        status = time_round(s, context, store, round, traced, &arena);
    ib_arena_free(&arena);
    return status;
}

static void time_variants(struct ib_case_run *const s[2], const struct ib_pass_context *const context[2],
                          uint64_t round, uint64_t first, uint64_t variant, struct ib_arena *arena,
                          struct ib_timed_pass timed[2])
{
    struct ib_timing timings[2];
    for (int i = 0; i < 2; i++)
        ib_timing_open(context[i], s[i]->c, round, variant, &s[i]->final, arena, &timings[i], &timed[i]);
    ib_timings_alternate(timings, first, context[0]->measure->min_time_ns);
    for (int i = 0; i < 2; i++)
        ib_timing_close(&timings[i]);
}

static void time_pair(struct ib_case_run *const s[2], const struct ib_pass_context *const context[2],
                      uint64_t round, uint64_t first, struct ib_arena *arena, struct ib_timed_pass timed[2])
{
    const uint64_t mine = variant_of(s[0], context[0], round), other = variant_of(s[1], context[1], round),
                   variant = mine < other ? mine : other;
    time_variants(s, context, round, first, variant, arena, timed);
    if (needs_another(s[0], context[0], variant, &timed[0]) ||
        needs_another(s[1], context[1], variant, &timed[1]))
        time_variants(s, context, round, first, IB_UNSEEN_AGAIN, arena, timed);
}

static enum ib_status time_pairs(struct ib_case_run *const s[2],
                                 const struct ib_pass_context *const context[2],
                                 struct ib_store *const store[2], uint64_t round, uint64_t first,
                                 const enum ib_truth traced[2], struct ib_arena *arena)
{
    struct ib_timed_pass timed[2];
    struct ib_attempt attempt = ib_attempt_begin();
    do
        time_pair(s, context, round, first, arena, timed);
    while (ib_attempt_again(&attempt, context[0], s[0]->c, timed[0].round.status) ||
           ib_attempt_again(&attempt, context[1], s[1]->c, timed[1].round.status));
    for (int i = 0; i < 2 && attempt.status == IB_OK && !ib_interrupted(); i++) {
        timed[i].round.traced = traced[i];
        keep_timed(s[i], context[i]->measure, &timed[i]);
        attempt.status = ib_store_put_timed(store[i], s[i]->c, &timed[i]);
    }
    return attempt.status;
}

enum ib_status ib_case_run_time_pair(struct ib_case_run *const s[2],
                                     const struct ib_pass_context *const context[2],
                                     struct ib_store *const store[2], uint64_t round, uint64_t first)
{
    struct ib_arena arena = {0};
    enum ib_truth traced[2];
    enum ib_status status = IB_OK;
    for (int i = 0; i < 2 && status == IB_OK; i++) {
        status = load_final(s[i], store[i], &arena);
        if (status == IB_OK)
            status = trace(s[i], context[i], store[i], round, &traced[i]);
    }
    if (status == IB_OK && !s[0]->progress.ended && !s[1]->progress.ended && !ib_interrupted())
        status = time_pairs(s, context, store, round, first, traced, &arena);
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_case_run_search(struct ib_case_run *s, const struct ib_pass_context *context,
                                  struct ib_store *store)
{
    struct ib_search_pass searched;
    struct ib_arena arena = {0};
    struct ib_attempt attempt = ib_attempt_begin();
    do
        ib_pass_search(context, s->c, &s->curve, s->losses, &arena, &searched);
    while (ib_attempt_again(&attempt, context, s->c, searched.status));
    if (attempt.status == IB_OK && !ib_interrupted()) {
        s->progress.ended = searched.status != IB_CASE_OK;
        s->progress.searched = true;
        memcpy(s->progress.stops, searched.stops, sizeof s->progress.stops);
        for (int t = 0; t < IB_LOSS_TARGET_COUNT; t++)
            s->progress.stops[t].reason = NULL; /* freed with the arena */
        attempt.status = ib_store_put_stops(store, s->c, &searched);
    }
    ib_arena_free(&arena);
    return attempt.status;
}

enum ib_status ib_case_run_stops(struct ib_case_run *s, const struct ib_pass_context *context,
                                 struct ib_store *store, uint64_t round)
{
    struct ib_stops_pass stopped;
    struct ib_arena arena = {0};
    struct ib_attempt attempt = ib_attempt_begin();
    do
        ib_pass_stops(context, s->c, round, s->progress.stops, &arena, &stopped);
    while (ib_attempt_again(&attempt, context, s->c, stopped.status));
    if (attempt.status == IB_OK && !ib_interrupted()) {
        s->progress.ended = stopped.status != IB_CASE_OK;
        s->progress.stop_rounds = round;
        attempt.status = ib_store_put_stopped(store, s->c, &stopped);
    }
    ib_arena_free(&arena);
    return attempt.status;
}

enum ib_status ib_case_run_process(struct ib_case_run *s, const struct ib_pass_context *context,
                                   struct ib_store *store, uint64_t run)
{
    struct ib_process_pass whole;
    struct ib_arena arena = {0};
    struct ib_attempt attempt = ib_attempt_begin();
    const uint64_t warmup = run == 1 ? context->measure->process_warmup : 0;
    IB_TRY(load_final(s, store, &arena));
    do
        ib_pass_process(context, s->c, run, warmup, &s->final, &arena, &whole);
    while (ib_attempt_again(&attempt, context, s->c, whole.status));
    if (attempt.status == IB_OK && !ib_interrupted()) {
        s->progress.ended = !whole.timed;
        s->progress.process_runs = run;
        attempt.status = ib_store_put_process(store, s->c, &whole);
    }
    ib_arena_free(&arena);
    return attempt.status;
}
