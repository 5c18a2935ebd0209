#include "opcheck/op_check.h"

#include "base/error.h"
#include "core/loss.h"
#include "opcheck/diagnose.h"
#include "opcheck/failure_conditions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ib_symptom_pattern *const patterns[] = {
    ib_diagnose_stray_write,
    ib_diagnose_zero,
    ib_diagnose_stale,
    ib_diagnose_missing_sync,
    ib_diagnose_ignored_ld,
    ib_diagnose_unwanted_read,
    ib_diagnose_in_place,
    ib_diagnose_dropped_nan,
    ib_diagnose_mutant,
    ib_diagnose_unwritten,
    ib_diagnose_partly_unwritten,
    ib_diagnose_stray_read,
    ib_diagnose_coarse,
    ib_diagnose_shifted,
    ib_diagnose_scaled,
    ib_diagnose_partly_zero,
    ib_diagnose_not_a_number,
};

const char *ib_symptom_name(const struct ib_symptom *symptom, char *text, size_t n)
{
    const char *key = NULL;
    for (size_t i = 0; !key && i < sizeof patterns / sizeof *patterns; i++)
        key = patterns[i](symptom, text, n);
    if (!key)
        text[0] = '\0';
    return key;
}

/* ---- votes: each wrong test votes for its pattern ---- */

/* The number of wrong tests with a pattern, and the best example of them. */
struct vote {
    const char *key; /* NULL: no known pattern */
    uint64_t count;
    char pattern[192];
    struct ib_op_test test;
    struct ib_op_test_result result;
};

enum { PATTERNS_MAX = 24, NAMED_SHARE = 4 };

/* Trying all patterns on all wrong tests would take much longer than the tests themselves, and add nothing
 * after the first hundred. SAMPLE wrong tests in a row are diagnosed, then SAMPLE of every third, of every
 * ninth …: an odd step meets all combinations of arguments, which repeat after an even number of tests. Of
 * tests with more than SMALL_WORK multiplications only the first few are. */
enum { SAMPLE = 40, SAMPLE_STEP = 3, SAMPLE_LARGE = 4 };
#define SMALL_WORK 3e5

struct sample {
    uint64_t step;        /* one of this many wrong tests is diagnosed, and votes for them */
    uint64_t taken, left; /* diagnosed with this step; wrong tests before the next one */
    uint64_t large;
};

struct examination {
    struct ib_visitor visitor;
    const struct ib_instance *instance;
    ib_op_test_started_fn *started;
    struct ib_examination *out;
    enum ib_status status;
    struct ib_failure_conditions conditions;
    struct ib_last_output last;
    struct vote votes[PATTERNS_MAX];
    size_t n_votes;
    struct sample sample;
};

static bool same_key(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static struct vote *vote_of(struct examination *e, const char *key)
{
    for (size_t i = 0; i < e->n_votes; i++)
        if (same_key(e->votes[i].key, key))
            return &e->votes[i];
    return e->n_votes < PATTERNS_MAX ? &e->votes[e->n_votes++] : &e->votes[PATTERNS_MAX - 1];
}

static double work_of(const struct ib_op_test *t)
{
    double work = 1;
    for (uint32_t i = 0; i < t->n_operands; i++)
        work += (double)(t->operand[i].shape.rows * t->operand[i].shape.cols);
    return t->operation->work ? work + t->operation->work(t) : work;
}

/* Returns the number of wrong tests that this one votes for; 0: it is not diagnosed. */
static uint64_t draw(struct sample *s, bool large)
{
    if (large)
        return s->large++ < SAMPLE_LARGE;
    if (s->left > 0)
        return s->left--, 0;
    const uint64_t step = s->step;
    s->left = step - 1;
    if (++s->taken == SAMPLE) {
        s->taken = 0;
        s->step *= SAMPLE_STEP;
    }
    return step;
}

/* Keeps the expected result, not the actual one: otherwise a result that is wrong in the same way twice
 * would look stale. */
static void keep_output(struct ib_last_output *last, const struct ib_op_test_run *run)
{
    uint32_t written = 0;
    while (written + 1 < run->test->n_operands && !ib_op_test_writes(run->test, written))
        written++;
    const struct ib_expected *m = &run->expected[written];
    double *room = realloc(last->at, (m->rows * m->cols + 1) * sizeof *room);
    if (!room)
        return;
    *last = (struct ib_last_output){m->rows, m->cols, room};
    for (uint64_t e = 0; e < m->rows * m->cols; e++)
        room[e] = (double)m->at[e];
}

/* Scores a test as an example of a pattern: better with several cells, no empty operand, and finite
 * non-zero numbers. */
static int example_score(const struct ib_op_test *t, const struct ib_op_test_result *r)
{
    bool empty = false;
    for (uint32_t i = 0; i < t->n_operands; i++)
        empty = empty || t->operand[i].shape.rows * t->operand[i].shape.cols == 0;
    return !empty + (r->cells > 1) + (r->cells > 5) + (isfinite(r->got) && isfinite(r->expected)) +
           (r->got != 0) + (r->expected != 0);
}

static void cast_vote(struct examination *e, const struct ib_symptom *symptom, uint64_t weight)
{
    char pattern[192];
    const char *key = ib_symptom_name(symptom, pattern, sizeof pattern);
    const struct ib_op_test *test = symptom->run->test;
    struct vote *vote = vote_of(e, key);
    const bool first = vote->count == 0;
    vote->count += weight;
    if (!first && example_score(test, symptom->result) <= example_score(&vote->test, &vote->result))
        return;
    vote->key = key;
    memcpy(vote->pattern, pattern, sizeof pattern);
    vote->test = *test;
    vote->result = *symptom->result;
}

static void examine(void *context, const struct ib_op_test_run *run, const struct ib_op_test_result *result)
{
    struct examination *e = context;
    const bool right = result->fault == IB_OP_TEST_RIGHT;
    ib_failure_conditions_add(&e->conditions, run->test, right);
    const bool large = work_of(run->test) > SMALL_WORK;
    const uint64_t weight = right ? 0 : draw(&e->sample, large);
    if (weight > 0)
        cast_vote(e, &(struct ib_symptom){.run = run, .result = result, .last = &e->last, .costly = large},
                  weight);
    keep_output(&e->last, run);
}

static void visit(struct ib_visitor *visitor, const struct ib_op_test *test)
{
    struct examination *e = (struct examination *)visitor;
    struct ib_op_test_result result;
    if (e->status != IB_OK)
        return;
    if (e->started)
        e->started(e->out->checks);
    e->out->checks++;
    e->status = ib_op_test_run(e->instance, test, examine, e, &result);
    e->out->wrong += result.fault != IB_OP_TEST_RIGHT;
    if (e->status != IB_OK)
        ib_op_test_describe(test, e->out->shape, sizeof e->out->shape);
}

/* Returns the most frequent pattern. "No pattern" (key NULL) can win only if fewer than 1 / NAMED_SHARE of
 * the votes are for one. */
static const struct vote *winner(const struct examination *e)
{
    const struct vote *best = NULL;
    uint64_t named = 0, all = 0;
    for (size_t i = 0; i < e->n_votes; i++) {
        named += e->votes[i].key ? e->votes[i].count : 0;
        all += e->votes[i].count;
    }
    const bool must_be_named = named * NAMED_SHARE >= all;
    for (size_t i = 0; i < e->n_votes; i++)
        if ((e->votes[i].key || !must_be_named) && (!best || e->votes[i].count > best->count))
            best = &e->votes[i];
    return best;
}

enum ib_status ib_operation_examine(const struct ib_instance *instance, const struct ib_operation *operation,
                                    enum ib_dtype type, bool quick, ib_op_test_started_fn *started,
                                    struct ib_examination *out)
{
    struct examination *e = calloc(1, sizeof *e);
    *out = (struct ib_examination){0};
    if (!e)
        return ib_fail(IB_ENOMEM, operation->name, "out of memory for its examination");
    e->visitor = (struct ib_visitor){.quick = quick,
                                     .products = ib_instance_products(instance),
                                     .losses = ib_impl_losses(instance->impl),
                                     .visit = visit};
    e->sample.step = 1;
    e->instance = instance;
    e->started = started;
    e->out = out;
    ib_op_cases_visit(operation, type, &e->visitor);
    const struct vote *best = e->status == IB_OK ? winner(e) : NULL;
    if (best) {
        out->example = best->result;
        memcpy(out->pattern, best->pattern, sizeof out->pattern);
        ib_op_test_describe(&best->test, out->shape, sizeof out->shape);
        ib_failure_conditions_name(&e->conditions, out->where, sizeof out->where);
    }
    const enum ib_status status = e->status;
    free(e->last.at);
    free(e);
    return status;
}

/* ---- tests by number ---- */

struct search {
    struct ib_visitor visitor;
    uint64_t left;
    char *text;
    size_t n;
};

static void count_down(struct ib_visitor *visitor, const struct ib_op_test *test)
{
    struct search *s = (struct search *)visitor;
    if (s->left-- == 0)
        ib_op_test_describe(test, s->text, s->n);
}

void ib_operation_describe(const struct ib_operation *operation, enum ib_dtype type, bool quick,
                           uint64_t number, char *text, size_t n)
{
    struct search s = {.visitor = {.quick = quick, .losses = UINT64_MAX, .visit = count_down},
                       .left = number,
                       .text = text,
                       .n = n};
    text[0] = '\0';
    ib_op_cases_visit(operation, type, &s.visitor);
}
