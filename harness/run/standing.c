#include "run/standing.h"

#include "base/interrupt.h"

#include <string.h>

void ib_standing_open(struct ib_standing *s, const struct ib_case *c, const struct ib_case_progress *progress,
                      uint64_t max_rounds)
{
    *s = (struct ib_standing){.c = c};
    s->samples = ib_arena_alloc(&s->arena, max_rounds * sizeof *s->samples);
    if (!progress)
        return;
    s->progress = *progress;
    if (progress->n_samples)
        memcpy(s->samples, progress->samples, progress->n_samples * sizeof *s->samples);
}

void ib_standing_close(struct ib_standing *s)
{
    ib_arena_free(&s->arena);
}

/* Of a checked pass only its answer is kept; a sweep may have thousands of them. */
static void keep_final(struct ib_standing *s, const struct ib_final *final)
{
    struct ib_final *kept = &s->progress.final;
    *kept = *final;
    if (!final->params)
        return;
    size_t params_bytes = final->n_params * sizeof(double);
    size_t predictions_bytes = final->n_predictions * sizeof(double);
    kept->params = memcpy(ib_arena_alloc(&s->arena, params_bytes), final->params, params_bytes);
    kept->predictions =
        memcpy(ib_arena_alloc(&s->arena, predictions_bytes), final->predictions, predictions_bytes);
}

enum ib_status ib_standing_check(struct ib_standing *s, const struct ib_bench *bench, struct ib_store *store)
{
    struct ib_checked checked;
    struct ib_arena arena = {0};
    enum ib_status status = IB_OK;
    if (!s->c->impl->info->available) {
        s->progress.ended = true;
        return ib_store_put_status(store, s->c, IB_CASE_UNAVAILABLE, s->c->impl->info->reason);
    }
    ib_pass_checked(bench, s->c, &arena, &checked);
    if (!ib_interrupted()) {
        s->progress.ended = checked.status != IB_CASE_OK;
        s->progress.checked = true;
        keep_final(s, &checked.final);
        status = ib_store_put_checked(store, s->c, &checked);
    }
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_standing_time(struct ib_standing *s, const struct ib_bench *bench, struct ib_store *store,
                                uint64_t round)
{
    struct ib_timed timed;
    struct ib_arena arena = {0};
    enum ib_status status = IB_OK;
    ib_pass_timed(bench, s->c, round, &s->progress.final, &arena, &timed);
    if (!ib_interrupted()) {
        s->progress.ended = timed.status != IB_CASE_OK;
        s->progress.rounds = round;
        if (timed.status == IB_CASE_OK && !timed.disturbed)
            s->samples[s->progress.n_samples++] = timed.epoch_ns;
        status = ib_store_put_timed(store, s->c, &timed);
    }
    ib_arena_free(&arena);
    return status;
}

enum ib_status ib_standing_whole(struct ib_standing *s, const struct ib_bench *bench, struct ib_store *store,
                                 uint64_t run)
{
    struct ib_whole whole;
    struct ib_arena arena = {0};
    enum ib_status status = IB_OK;
    ib_pass_whole(bench, s->c, run, run == 1 ? bench->measure->whole_warmup : 0, &s->progress.final, &arena,
                  &whole);
    if (!ib_interrupted()) {
        s->progress.ended = !whole.timed;
        s->progress.whole_runs = run;
        status = ib_store_put_whole(store, s->c, &whole);
    }
    ib_arena_free(&arena);
    return status;
}
