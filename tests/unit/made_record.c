#include "made_record.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

void made_rounds(struct ib_arena *arena, struct ib_case_record *c, const double *times, size_t n,
                 unsigned disturbed)
{
    c->rounds = ib_arena_alloc(arena, (n + 1) * sizeof *c->rounds);
    c->n_rounds = n;
    for (size_t i = 0; i < n; i++)
        c->rounds[i] = (struct ib_round_record){.round = i + 1,
                                                .status = IB_CASE_OK,
                                                .epoch_ns = times[i],
                                                .cpu_epoch_ns = NAN,
                                                .as_expected = IB_UNKNOWN,
                                                .disturbed = disturbed >> i & 1 ? IB_YES : IB_UNKNOWN};
}

void made_breakdown(struct ib_case_record *c, double transfer, double sync, double compute, double launch)
{
    memcpy(c->breakdown_ns,
           (const double[IB_TIME_PART_COUNT]){[IB_TIME_TRANSFER] = transfer,
                                              [IB_TIME_SYNC] = sync,
                                              [IB_TIME_COMPUTE] = compute,
                                              [IB_TIME_LAUNCH] = launch},
           sizeof c->breakdown_ns);
}

static void start_run(struct ib_run_record *run)
{
    run->id = "20260101T000000Z-0123abcd";
    run->name = "made";
    run->started = "2026-01-01T00:00:00Z";
    run->finished = "2026-01-01T00:00:01Z";
    run->config_text = "version: 1\n";
    run->config_sha256 = run->version = "0";
    run->cases = ib_arena_alloc(&run->arena, MADE_CASES * sizeof *run->cases);
    run->capacity = MADE_CASES;
}

static struct ib_case_record *new_case(struct ib_run_record *run)
{
    if (!run->cases)
        start_run(run);
    assert_true(run->n < MADE_CASES);
    struct ib_case_record *c = &run->cases[run->n++];
    *c = (struct ib_case_record){.number = run->n};
    ib_case_record_clear(c);
    return c;
}

static void describe(struct ib_arena *arena, struct ib_case_record *c, const char *label,
                     enum ib_residency residency, uint64_t rows)
{
    const char *word = ib_word_of(ib_residency_words, (int)residency),
               *dataset = ib_arena_print(arena, "made_%d", (int)rows);
    c->id = ib_arena_print(arena, "linreg-%s-%s-%s-0123abcd", dataset, label, word);
    c->axis[IB_AXIS_MODEL] = "linreg";
    c->axis[IB_AXIS_DATASET] = dataset;
    c->axis[IB_AXIS_IMPL] = c->label = ib_arena_copy(arena, label);
    c->axis[IB_AXIS_RESIDENCY] = word;
    c->axis[IB_AXIS_DTYPE] = "f32";
    c->axis[IB_AXIS_LR] = "0.01";
    c->axis[IB_AXIS_EPOCHS] = "1000";
    c->residency = residency;
    c->task = IB_REGRESSION;
    c->rows = rows;
    c->test_rows = 20;
    c->cols = 32;
    c->epochs = 1000;
    c->status = c->check.status = IB_CASE_OK;
    c->check.verdict = IB_RIGHT;
    c->check.reference = "oracle";
    c->check.as_expected = IB_YES;
}

/* As if it were the only case, so that what was set of the others stays. */
static void derive(struct ib_run_record *run, struct ib_case_record *c)
{
    struct ib_run_record alone = {.cases = c, .n = 1, .arena = run->arena};
    ib_run_record_derive(&alone);
    run->arena = alone.arena;
}

struct ib_case_record *made_case(struct ib_run_record *run, const char *label, enum ib_residency residency,
                                 uint64_t rows, double time_ns, double spread)
{
    static const double noise[MADE_ROUNDS] = {1, 2, 1.5, 3, 2.5, 1.2, 1, 4};
    struct ib_case_record *c = new_case(run);
    double times[MADE_ROUNDS];
    for (int i = 0; i < MADE_ROUNDS; i++)
        times[i] = time_ns * noise[i] * (i % 2 ? spread : 1);
    describe(&run->arena, c, label, residency, rows);
    made_rounds(&run->arena, c, times, MADE_ROUNDS, 0);
    derive(run, c);
    c->epoch_ns = (struct ib_epoch_times){time_ns, time_ns, 0.9 * time_ns, 1.1 * time_ns, MADE_ROUNDS};
    return c;
}
