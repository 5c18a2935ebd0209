#include "run/shards.h"

#include "base/error.h"
#include "base/hash.h"
#include "run/sweep_duration.h"
#include "store/run_history.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ID_HEX = 16 };

/* ---- problems ---- */

/* A case with the text of what it solves: all axes but those of the solver. */
struct entry {
    const char *problem;
    size_t at; /* in the matrix */
};

struct problem {
    const struct entry *entries; /* in the order of the matrix */
    size_t n;
    uint64_t us; /* whole microseconds, which no rounding of another processor changes */
};

static const char *problem_of(struct ib_arena *arena, const struct ib_case *c)
{
    const char *text = "";
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!ib_axis_rules[k].is_solver) {
            const char *value = ib_axis_text(arena, (enum ib_axis_kind)k, c);
            text = ib_arena_print(arena, "%s|%s", text, value ? value : "");
        }
    return text;
}

static int by_problem(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    const int order = strcmp(a->problem, b->problem);
    return order != 0 ? order : a->at < b->at ? -1 : 1;
}

static uint64_t cost_of(const struct ib_measure *measure, const struct ib_matrix *matrix,
                        const double *earlier_ns, const struct problem *problem, struct ib_arena *arena)
{
    double ns = 0;
    struct ib_case *cases = ib_arena_alloc(arena, problem->n * sizeof *cases);
    for (size_t i = 0; i < problem->n; i++) {
        const size_t at = problem->entries[i].at;
        cases[i] = matrix->cases[at];
        ns += ib_estimate_case_ns(measure, &cases[i], earlier_ns[at]);
    }
    return (uint64_t)llrint((ns + ib_estimate_oracle_ns(measure, cases, problem->n)) / 1e3);
}

static struct problem *find_problems(const struct ib_measure *measure, const struct ib_matrix *matrix,
                                     const double *earlier_ns, struct ib_arena *arena, size_t *n)
{
    struct entry *entries = ib_arena_alloc(arena, matrix->n * sizeof *entries);
    struct problem *problems = ib_arena_alloc(arena, matrix->n * sizeof *problems);
    *n = 0;
    for (size_t i = 0; i < matrix->n; i++)
        entries[i] = (struct entry){problem_of(arena, &matrix->cases[i]), i};
    qsort(entries, matrix->n, sizeof *entries, by_problem);
    for (size_t i = 0; i < matrix->n; i++) {
        if (i == 0 || strcmp(entries[i].problem, entries[i - 1].problem) != 0)
            problems[(*n)++] = (struct problem){.entries = &entries[i]};
        problems[*n - 1].n++;
    }
    for (size_t i = 0; i < *n; i++)
        problems[i].us = cost_of(measure, matrix, earlier_ns, &problems[i], arena);
    return problems;
}

/* ---- shards ---- */

/* The longest first; equal ones in the order of the matrix. */
static int by_cost(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;
    if (a->us != b->us)
        return a->us < b->us ? 1 : -1;
    return a->entries[0].at < b->entries[0].at ? -1 : 1;
}

/* The shard with the least to do so far; the first of those. */
static uint64_t least_busy(const struct ib_division *division, uint64_t shards)
{
    uint64_t least = 1;
    for (uint64_t i = 2; i <= shards; i++)
        if (division->shares[i - 1].ns < division->shares[least - 1].ns)
            least = i;
    return least;
}

static const char *identify(const struct ib_matrix *matrix, const struct ib_division *division,
                            struct ib_arena *arena)
{
    struct ib_hash hash;
    char hex[IB_HASH_HEX];
    ib_hash_begin(&hash);
    for (size_t i = 0; i < matrix->n; i++) {
        const char *line =
            ib_arena_print(arena, "%" PRIu64 " %s\n", division->shard_of[i], matrix->cases[i].id);
        ib_hash_bytes(&hash, line, strlen(line));
    }
    ib_hash_end(&hash, hex);
    return ib_arena_print(arena, "%.*s", ID_HEX, hex);
}

/* Longest first, each to the least busy shard: at most a third longer than the best division there is (R. L.
 * Graham, Bounds on multiprocessing timing anomalies, 1969). */
enum ib_status ib_divide(const struct ib_measure *measure, const struct ib_matrix *matrix,
                         const double *earlier_ns, uint64_t shards, const char *flag, struct ib_arena *arena,
                         struct ib_division *out)
{
    size_t n;
    struct problem *problems = find_problems(measure, matrix, earlier_ns, arena, &n);
    if (shards > n)
        return ib_fail(IB_EINVAL, flag,
                       "%" PRIu64 " shards are too many: all implementations of a problem stay together, and "
                       "this sweep has %zu problem%s",
                       shards, n, ib_plural(n));
    *out = (struct ib_division){.shard_of = ib_arena_alloc(arena, matrix->n * sizeof *out->shard_of),
                                .shares = ib_arena_alloc(arena, shards * sizeof *out->shares)};
    qsort(problems, n, sizeof *problems, by_cost);
    for (const struct problem *p = problems; p < problems + n; p++) {
        const uint64_t shard = least_busy(out, shards);
        struct ib_shard_share *share = &out->shares[shard - 1];
        share->ns += 1e3 * (double)p->us;
        share->problems++;
        share->cases += p->n;
        for (size_t i = 0; i < p->n; i++)
            out->shard_of[p->entries[i].at] = shard;
    }
    out->id = identify(matrix, out, arena);
    return IB_OK;
}

/* ---- one shard of a sweep ---- */

enum ib_status ib_shard_take(struct ib_sweep *sweep)
{
    struct ib_arena *arena = &sweep->config.arena;
    struct ib_matrix *matrix = &sweep->matrix;
    struct ib_division division;
    double *earlier_ns = ib_arena_alloc(arena, matrix->n * sizeof *earlier_ns);
    bool *kept = ib_arena_alloc(arena, matrix->n * sizeof *kept);
    ib_run_history_epochs(sweep->earlier, IB_WHOLE_RUNS, matrix->cases, matrix->n, earlier_ns);
    IB_TRY(ib_divide(&sweep->config.measure, matrix, earlier_ns, sweep->shard.count, "--shard", arena,
                     &division));
    for (size_t i = 0; i < matrix->n; i++)
        kept[i] = division.shard_of[i] == sweep->shard.index;
    ib_sweep_keep(sweep, kept);
    sweep->division = division.id;
    return IB_OK;
}
