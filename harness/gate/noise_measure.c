/* Measuring, by the gate's own runner. */
#include "base/clock.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "gate/ab_pairs.h"
#include "gate/ab_runner.h"
#include "gate/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 5 }; /* rounds between looks at the clock */

/* Cases that differ in their number of epochs alone: members[0] has the fewest. */
struct family {
    size_t members[IB_NOISE_LEVELS], n;
};

struct measuring {
    struct ib_arena *arena;
    const struct ib_sweep *sweep;
    struct family *families;
    size_t n_families;
    struct ib_case *old; /* of the other side: cases[i]'s base, under the name of cases[i] */
    struct ib_ab_runner runner;
    struct ib_slowdown_test *tests; /* by case: what is paired with what */
    uint64_t rounds;
    double ns; /* spent on them */
};

/* ---- families ---- */

/* Whether all lines of what identifies two cases are equal, but for that of the epochs. */
static bool same_but_epochs(const char *a, const char *b)
{
    while (*a && *b) {
        const size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
        const bool both = strncmp(a, "epochs=", 7) == 0 && strncmp(b, "epochs=", 7) == 0;
        if (!both && (n != m || memcmp(a, b, n) != 0))
            return false;
        a += n + (a[n] != '\0');
        b += m + (b[m] != '\0');
    }
    return *a == *b;
}

static uint64_t epochs_of(const struct measuring *m, size_t i)
{
    return m->sweep->matrix.cases[i].epochs;
}

/* In ascending order of epochs. */
static void insert(const struct measuring *m, struct family *family, size_t i)
{
    size_t at = family->n++;
    for (; at > 0 && epochs_of(m, family->members[at - 1]) > epochs_of(m, i); at--)
        family->members[at] = family->members[at - 1];
    family->members[at] = i;
}

static enum ib_status find_families(struct measuring *m)
{
    const struct ib_matrix *matrix = &m->sweep->matrix;
    m->families = ib_arena_alloc(m->arena, (matrix->n + 1) * sizeof *m->families);
    for (size_t i = 0; i < matrix->n; i++) {
        struct family *f = m->families;
        while (f < m->families + m->n_families &&
               !same_but_epochs(matrix->cases[f->members[0]].canonical, matrix->cases[i].canonical))
            f++;
        if (f == m->families + m->n_families)
            *f = (struct family){.n = 0}, m->n_families++;
        if (f->n == IB_NOISE_LEVELS)
            return ib_fail(IB_EINVAL, m->sweep->config.path, "key `epochs`: at most %d values are allowed",
                           IB_NOISE_LEVELS);
        insert(m, f, i);
    }
    return IB_OK;
}

static double planted_in(const struct measuring *m, const struct family *f, size_t level)
{
    return (double)epochs_of(m, f->members[level]) / (double)epochs_of(m, f->members[0]) - 1;
}

static enum ib_status check_families(const struct measuring *m)
{
    const struct family *first = m->families;
    for (const struct family *f = m->families; f < m->families + m->n_families; f++)
        for (size_t l = 0; l < f->n || l < 2; l++)
            if (f->n != first->n || l >= f->n || planted_in(m, f, l) != planted_in(m, first, l) ||
                (l && planted_in(m, f, l) <= planted_in(m, f, l - 1)))
                return ib_fail(IB_EINVAL, m->sweep->config.path,
                               "key `epochs`: a self-test needs at least two values, the same for all cases: "
                               "100 and 103 for a slowdown of 3 %%");
    return IB_OK;
}

/* ---- rounds ---- */

static enum ib_status open_runner(struct measuring *m, const char *dir)
{
    const struct ib_matrix *matrix = &m->sweep->matrix;
    m->old = ib_arena_alloc(m->arena, (matrix->n + 1) * sizeof *m->old);
    for (const struct family *f = m->families; f < m->families + m->n_families; f++)
        for (size_t l = 0; l < f->n; l++) {
            struct ib_case *old = &m->old[f->members[l]];
            *old = matrix->cases[f->members[0]];
            old->id = matrix->cases[f->members[l]].id;
            old->position = matrix->cases[f->members[l]].position;
        }
    const struct ib_ab_side_plan plans[] = {{.name = "more", .cases = matrix->cases},
                                            {.name = "base", .cases = m->old}};
    return ib_ab_runner_open(&m->runner, &m->sweep->config, dir, plans, 2, matrix->n, IB_NOISE_ROUNDS_MAX);
}

static void pair_cases(struct measuring *m)
{
    const struct ib_ab_pairs pairs = {.record = ib_store_record(m->runner.side[0].store),
                                      .old_record = ib_store_record(m->runner.side[1].store)};
    for (size_t c = 0; c < m->sweep->matrix.n; c++)
        ib_ab_pairs_slowdown_test(&pairs, c, &m->tests[c]);
}

static enum ib_status time_rounds(struct measuring *m, double seconds)
{
    bool *chosen = ib_arena_alloc(m->arena, (m->sweep->matrix.n + 1) * sizeof *chosen);
    const uint64_t begin = ib_now_ns();
    for (size_t c = 0; c < m->sweep->matrix.n; c++)
        chosen[c] = m->tests[c].reference != NULL;
    while (!ib_interrupted() && m->rounds < IB_NOISE_ROUNDS_MAX &&
           (m->rounds < IB_NOISE_ROUNDS_MIN || (double)(ib_now_ns() - begin) < seconds * 1e9)) {
        IB_TRY(ib_ab_runner_time(&m->runner, chosen, m->rounds + 1, m->rounds + AT_ONCE));
        m->rounds += AT_ONCE;
    }
    m->ns = (double)(ib_now_ns() - begin);
    return IB_OK;
}

static enum ib_status run(struct measuring *m, double seconds)
{
    m->tests = ib_arena_alloc(m->arena, (m->sweep->matrix.n + 1) * sizeof *m->tests);
    IB_TRY(ib_ab_runner_check(&m->runner));
    pair_cases(m);
    IB_TRY(time_rounds(m, seconds));
    if (!ib_interrupted())
        pair_cases(m);
    return IB_OK;
}

/* ---- pairs ---- */

static const struct ib_round_record *find_round(const struct ib_case_record *c, uint64_t round)
{
    for (size_t i = 0; i < c->n_rounds; i++)
        if (c->rounds[i].round == round)
            return &c->rounds[i];
    return NULL;
}

/* `work`: epochs of the new side over those of the old one. Both trainings count as the old one's epochs, so
 * that what is compared is the time of a training. */
static bool read_pair(const struct ib_slowdown_test *test, uint64_t round, double work,
                      struct ib_noise_pair *out)
{
    const struct ib_case_record *const sides[] = {test->candidate, test->reference};
    const struct ib_rounds only = {round, round, .by_slice = true, .disturbed = true};
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        const struct ib_round_record *r = sides[i] ? find_round(sides[i], round) : NULL;
        if (!r)
            return false;
        out->ns[i] = r->epoch_ns * (i ? 1 : work);
        out->disturbed |= r->disturbed == IB_YES;
    }
    double *logs = ib_paired_log_ratios(sides[0], sides[1], &only, &n);
    out->ratio = logs && n ? exp(*logs) * work : NAN;
    free(logs);
    return isfinite(out->ratio);
}

/* Whether all of the family has pairs; if not, why. */
static const char *why_unusable(const struct measuring *m, const struct family *f)
{
    for (size_t l = 0; l < f->n; l++) {
        const struct ib_slowdown_test *test = &m->tests[f->members[l]];
        const struct ib_case_record *c = test->candidate;
        if (!test->reference)
            return c && c->reason ? c->reason : test->reason;
    }
    return NULL;
}

static size_t read_rounds(const struct measuring *m, const struct family *f, struct ib_noise_case *out,
                          bool *complete)
{
    size_t n = 0;
    for (size_t r = 0; r < m->rounds; r++) {
        for (size_t l = 0; l < f->n; l++)
            complete[r] = read_pair(&m->tests[f->members[l]], r + 1, 1 + planted_in(m, f, l),
                                    &out->pairs[l * m->rounds + r]) &&
                          complete[r];
        n += complete[r] ? 1 : 0;
    }
    return n;
}

static void add_case(struct measuring *m, const struct family *f, struct ib_noise *out, bool *complete)
{
    const struct ib_case *c = &m->sweep->matrix.cases[f->members[0]];
    struct ib_noise_case *added = &out->cases[out->n_cases];
    const char *reason = why_unusable(m, f);
    added->name = ib_arena_print(m->arena, "%s %s", c->model->name, c->impl->label);
    if (reason) {
        out->left = ib_arena_print(m->arena, "%s%s%s: %s", out->left ? out->left : "", out->left ? "; " : "",
                                   added->name, reason);
        return;
    }
    added->pairs = ib_arena_alloc(m->arena, (f->n * m->rounds + 1) * sizeof *added->pairs);
    out->n_rounds = read_rounds(m, f, added, complete);
    out->n_cases++;
}

/* Leaves out rounds that some case does not have. */
static void keep_complete(const struct measuring *m, struct ib_noise *out, const bool *complete)
{
    for (size_t c = 0; c < out->n_cases; c++) {
        struct ib_noise_pair *to = out->cases[c].pairs;
        for (size_t l = 0; l < out->n_levels; l++)
            for (size_t r = 0; r < m->rounds; r++)
                if (complete[r])
                    *to++ = out->cases[c].pairs[l * m->rounds + r];
    }
}

static enum ib_status read_noise(struct measuring *m, struct ib_noise *out)
{
    bool *complete = ib_arena_alloc(m->arena, m->rounds + 1);
    memset(complete, true, m->rounds);
    out->n_levels = m->families[0].n;
    out->planted = ib_arena_alloc(m->arena, out->n_levels * sizeof *out->planted);
    for (size_t l = 0; l < out->n_levels; l++)
        out->planted[l] = planted_in(m, &m->families[0], l);
    out->cases = ib_arena_alloc(m->arena, (m->n_families + 1) * sizeof *out->cases);
    for (size_t f = 0; f < m->n_families; f++)
        add_case(m, &m->families[f], out, complete);
    keep_complete(m, out, complete);
    out->pair_ns = m->ns / (double)(m->rounds * out->n_levels * (out->n_cases ? out->n_cases : 1));
    if (out->n_cases && out->n_rounds >= IB_NOISE_ROUNDS_MIN / 2)
        return IB_OK;
    return ib_fail(IB_EUNAVAILABLE, m->sweep->config.path, "nothing could be measured: %s",
                   out->left ? out->left : "too few rounds have times");
}

enum ib_status ib_noise_measure(struct ib_arena *arena, const struct ib_sweep *sweep, double seconds,
                                ib_run_progress_fn *progress, void *context, struct ib_noise *out)
{
    struct measuring m = {.arena = arena, .sweep = sweep};
    struct ib_workspace scratch = {0};
    *out = (struct ib_noise){0};
    IB_TRY(find_families(&m));
    IB_TRY(check_families(&m));
    IB_TRY(ib_workspace_open(NULL, &scratch));
    enum ib_status status = open_runner(&m, scratch.folder);
    m.runner.progress = progress;
    m.runner.progress_context = context;
    m.runner.total = sweep->matrix.n * 2 * (1 + IB_NOISE_ROUNDS_MIN);
    if (status == IB_OK)
        status = run(&m, seconds);
    if (status == IB_OK && !ib_interrupted())
        status = read_noise(&m, out);
    ib_ab_runner_close(&m.runner);
    ib_workspace_close(&scratch);
    return status;
}
