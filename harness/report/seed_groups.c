#include "report/seed_groups.h"

#include "report/format.h"
#include "stats/stats.h"

#include <math.h>
#include <string.h>

/* The results of one implementation with the seeds of a group. */
struct member {
    const char *name;
    size_t n;       /* cases */
    size_t n_right; /* verified cases, which have the values below */
    double *times, *scores;
    const char **convergences, **verdicts;
};

/* ---- grouping ---- */

const char *ib_seed_group_title(struct ib_arena *arena, const struct ib_case_record *c)
{
    const char *problem = c->problem;
    double seed = ib_case_record_number(c, IB_AXIS_SEED);
    const char *words = isnan(seed) ? NULL : ib_arena_print(arena, " seed=%.0f ", seed);
    const char *at = words ? strstr(problem, words) : NULL;
    return at ? ib_arena_print(arena, "%.*s%s", (int)(at - problem), problem, at + strlen(words) - 1) : NULL;
}

static struct ib_seed_group *seed_group_of(struct ib_summary_section *section, const char *title)
{
    struct ib_seed_group *seed_group = section->seed_groups;
    while (seed_group < section->seed_groups + section->n_seed_groups &&
           strcmp(seed_group->title, title) != 0)
        seed_group++;
    if (seed_group == section->seed_groups + section->n_seed_groups) {
        *seed_group = (struct ib_seed_group){.title = title};
        section->n_seed_groups++;
    }
    return seed_group;
}

/* The next group of a seed group, from *at on. */
static const struct ib_summary_group *next_group(const struct ib_summary_section *section,
                                                 const struct ib_seed_group *seed_group, size_t *at)
{
    while (*at < section->n)
        if (section->groups[(*at)++].seed_group == seed_group)
            return &section->groups[*at - 1];
    return NULL;
}

/* ---- words ---- */

/* How many words equal word i; 0 if an earlier one does, so that each is counted once. */
static size_t count_of(const char *const *words, size_t n, size_t i)
{
    size_t count = 0;
    for (size_t j = 0; j < n; j++) {
        if (strcmp(words[i], words[j]) != 0)
            continue;
        if (j < i)
            return 0;
        count++;
    }
    return count;
}

/* "9 ok, 1 wrong", in order of first occurrence; without a count if all are equal. */
static const char *tally(struct ib_arena *arena, const char *const *words, size_t n)
{
    const char *text = "–";
    for (size_t i = 0; i < n; i++) {
        size_t count = count_of(words, n, i);
        if (count == n)
            return words[i];
        if (count)
            text = ib_arena_print(arena, "%s%s%zu %s", i ? text : "", i ? ", " : "", count, words[i]);
    }
    return text;
}

/* "cpu_blas is fastest", "a and b cannot be told apart", "the training diverges" */
static const char *result_of(struct ib_arena *arena, const struct ib_summary_group *group)
{
    return group->n_ranked == 0 ? group->brief
                                : ib_arena_print(arena, "%s %s", group->leaders,
                                                 group->n_first == 1 ? "is fastest" : "cannot be told apart");
}

/* "cpu_blas is fastest with 9 of 10 seeds; the training diverges with 1", "no verified time with any of 10"
 */
static const char *answer(struct ib_arena *arena, const struct ib_summary_section *section,
                          const struct ib_seed_group *seed_group)
{
    const char **results = ib_arena_alloc(arena, seed_group->n_seeds * sizeof *results), *text = "";
    const struct ib_summary_group *group;
    size_t n = 0;
    for (size_t at = 0; (group = next_group(section, seed_group, &at));)
        results[n++] = result_of(arena, group);
    for (size_t i = 0; i < n; i++) {
        const size_t count = count_of(results, n, i);
        if (count == n)
            return ib_arena_print(arena, "%s with %s of %zu seeds", results[i],
                                  strncmp(results[i], "no ", 3) == 0 ? "any" : "each", n);
        if (count)
            text = i ? ib_arena_print(arena, "%s; %s with %zu", text, results[i], count)
                     : ib_arena_print(arena, "%s with %zu of %zu seeds", results[i], count, n);
    }
    return text;
}

/* ---- rows ---- */

static struct member *member_of(struct ib_arena *arena, struct member *members, size_t *n, const char *name,
                                size_t n_seeds)
{
    struct member *m = members;
    while (m < members + *n && strcmp(m->name, name) != 0)
        m++;
    if (m == members + *n) {
        *m = (struct member){.name = name,
                             .times = ib_arena_alloc(arena, n_seeds * sizeof *m->times),
                             .scores = ib_arena_alloc(arena, n_seeds * sizeof *m->scores),
                             .convergences = ib_arena_alloc(arena, n_seeds * sizeof *m->convergences),
                             .verdicts = ib_arena_alloc(arena, n_seeds * sizeof *m->verdicts)};
        ++*n;
    }
    return m;
}

/* Only verified cases contribute values. */
static void add_row(struct member *m, const struct ib_summary_row *row, enum ib_metric_index metric)
{
    m->verdicts[m->n++] = row->cells[IB_COLUMN_VERDICT];
    if (strncmp(row->cells[IB_COLUMN_VERDICT], "ok", strlen("ok")) != 0)
        return;
    m->times[m->n_right] = row->time_ns;
    m->scores[m->n_right] = row->record->metrics[metric];
    m->convergences[m->n_right++] = row->cells[IB_COLUMN_CONVERGENCE];
}

/* The largest value that is not NaN; NaN if there is none. */
static double largest(const double *values, size_t n)
{
    double out = NAN;
    for (size_t i = 0; i < n; i++)
        out = fmax(out, values[i]);
    return out;
}

static const char *spread(struct ib_arena *arena, const char *low, const char *high)
{
    return strcmp(low, high) == 0 ? low : ib_arena_print(arena, "%s to %s", low, high);
}

static void fill_row(struct ib_arena *arena, const struct member *m, enum ib_metric_index metric,
                     struct ib_seed_group_row *row)
{
    const size_t n = m->n_right;
    row->cells[IB_SEED_GROUP_IMPL] = m->name;
    row->cells[IB_SEED_GROUP_TIME] = ib_format_duration(arena, ib_median(m->times, n));
    row->cells[IB_SEED_GROUP_TIME_SPREAD] = spread(arena, ib_format_duration(arena, ib_minimum(m->times, n)),
                                                   ib_format_duration(arena, largest(m->times, n)));
    row->cells[IB_SEED_GROUP_SCORE] = ib_format_metric(arena, metric, ib_median(m->scores, n));
    row->cells[IB_SEED_GROUP_SCORE_SPREAD] =
        spread(arena, ib_format_metric(arena, metric, ib_minimum(m->scores, n)),
               ib_format_metric(arena, metric, largest(m->scores, n)));
    row->cells[IB_SEED_GROUP_CONVERGENCE] = tally(arena, m->convergences, n);
    row->cells[IB_SEED_GROUP_VERDICT] = tally(arena, m->verdicts, m->n);
}

static void fill_seed_group(struct ib_arena *arena, const struct ib_summary_section *section,
                            struct ib_seed_group *seed_group)
{
    const struct ib_summary_group *group;
    size_t n_rows = 0, n = 0;
    enum ib_metric_index metric = IB_METRIC_rmse;
    for (size_t at = 0; (group = next_group(section, seed_group, &at));)
        n_rows += group->n;
    struct member *members = ib_arena_alloc(arena, n_rows * sizeof *members);
    for (size_t at = 0; (group = next_group(section, seed_group, &at));) {
        metric = ib_metric_of_task(group->rows[0].record->task);
        for (size_t r = 0; r < group->n; r++)
            add_row(member_of(arena, members, &n, group->rows[r].name, seed_group->n_seeds), &group->rows[r],
                    metric);
    }
    seed_group->rows = ib_arena_alloc(arena, n * sizeof *seed_group->rows);
    seed_group->n = n;
    for (size_t i = 0; i < n; i++)
        fill_row(arena, &members[i], metric, &seed_group->rows[i]);
    seed_group->answer = answer(arena, section, seed_group);
    const char *const heads[IB_SEED_GROUP_COLUMN_COUNT] = {
        "implementation", "time per epoch", "range",  ib_metrics[metric]->label,
        "range",          "convergence",    "verdict"};
    memcpy(seed_group->heads, heads, sizeof heads);
}

size_t ib_section_problems(const struct ib_summary_section *section)
{
    size_t n = section->n_seed_groups;
    for (size_t g = 0; g < section->n; g++)
        n += !section->groups[g].seed_group;
    return n;
}

static bool is_fastest(const struct ib_summary_group *group, const char *name)
{
    for (size_t r = 0; r < group->n_first; r++)
        if (strcmp(group->rows[r].name, name) == 0)
            return true;
    return false;
}

/* Several seeds are one setting. */
static bool same_setting(const struct ib_summary_group *a, const struct ib_summary_group *b)
{
    return a == b || (a->seed_group && a->seed_group == b->seed_group);
}

size_t ib_settings_won(const struct ib_summary_group *const *groups, size_t n, const char *name,
                       size_t *n_settings)
{
    size_t n_first = 0;
    *n_settings = 0;
    for (size_t g = 0; g < n; g++) {
        size_t seeds = 0, firsts = 0;
        bool counted = false;
        for (size_t h = 0; h < n; h++) {
            if (!same_setting(groups[g], groups[h]))
                continue;
            counted = counted || h < g;
            seeds++;
            firsts += is_fastest(groups[h], name);
        }
        *n_settings += !counted;
        n_first += !counted && 2 * firsts > seeds;
    }
    return n_first;
}

void ib_seed_groups_find(struct ib_arena *arena, struct ib_summary_section *section)
{
    const char **titles = ib_arena_alloc(arena, section->n * sizeof *titles);
    section->seed_groups = ib_arena_alloc(arena, section->n * sizeof *section->seed_groups);
    for (size_t g = 0; g < section->n; g++)
        titles[g] = ib_seed_group_title(arena, section->groups[g].rows[0].record);
    for (size_t g = 0; g < section->n; g++)
        for (size_t other = 0; other < section->n && titles[g] && !section->groups[g].seed_group; other++)
            if (other != g && titles[other] && strcmp(titles[other], titles[g]) == 0) {
                section->groups[g].seed_group = seed_group_of(section, titles[g]);
                section->groups[g].seed_group->n_seeds++;
            }
    for (size_t f = 0; f < section->n_seed_groups; f++)
        fill_seed_group(arena, section, &section->seed_groups[f]);
}
