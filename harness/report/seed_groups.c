#include "report/seed_groups.h"

#include "report/format.h"
#include "report/group_words.h"
#include "stats/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
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
    return group->n_ranked == 0 ? ib_summary_brief(arena, group)
                                : ib_arena_print(arena, "%s %s", ib_summary_leaders(arena, group),
                                                 group->n_first == 1 ? "is fastest" : "cannot be told apart");
}

/* "cpu_blas is fastest with 9 of 10 seeds; the training diverges with 1", "no verified time with any of 10"
 */
static const char *answer(struct ib_arena *arena, const struct ib_seed_group *seed_group)
{
    const size_t n = seed_group->n_seeds;
    const char **results = ib_arena_alloc(arena, n * sizeof *results), *text = "";
    for (size_t i = 0; i < n; i++)
        results[i] = result_of(arena, seed_group->groups[i]);
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
static void add_row(struct ib_arena *arena, struct member *m, const struct ib_summary_group *group,
                    const struct ib_summary_row *row)
{
    const char *verdict = ib_summary_cell(arena, group, row, IB_COLUMN_VERDICT);
    m->verdicts[m->n++] = verdict;
    if (strncmp(verdict, "ok", strlen("ok")) != 0)
        return;
    m->times[m->n_right] = row->time_ns;
    m->scores[m->n_right] = row->record->metrics[ib_metric_of_task(row->record->task)];
    m->convergences[m->n_right++] = ib_summary_cell(arena, group, row, IB_COLUMN_CONVERGENCE);
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

static void fill_seed_group(struct ib_arena *arena, struct ib_seed_group *seed_group)
{
    const enum ib_metric_index metric = ib_metric_of_task(seed_group->groups[0]->rows[0].record->task);
    size_t n_rows = 0, n = 0;
    for (size_t i = 0; i < seed_group->n_seeds; i++)
        n_rows += seed_group->groups[i]->n;
    struct member *members = ib_arena_alloc(arena, n_rows * sizeof *members);
    for (size_t i = 0; i < seed_group->n_seeds; i++) {
        const struct ib_summary_group *group = seed_group->groups[i];
        for (size_t r = 0; r < group->n; r++)
            add_row(arena, member_of(arena, members, &n, group->rows[r].name, seed_group->n_seeds), group,
                    &group->rows[r]);
    }
    seed_group->rows = ib_arena_alloc(arena, n * sizeof *seed_group->rows);
    seed_group->n = n;
    for (size_t i = 0; i < n; i++)
        fill_row(arena, &members[i], metric, &seed_group->rows[i]);
    seed_group->answer = answer(arena, seed_group);
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

/* Groups of one setting, which several seeds are, after each other. */
static int by_setting(const void *left, const void *right)
{
    const struct ib_summary_group *a = *(const struct ib_summary_group *const *)left,
                                  *b = *(const struct ib_summary_group *const *)right;
    if (a->seed_group != b->seed_group)
        return (uintptr_t)a->seed_group < (uintptr_t)b->seed_group ? -1 : 1;
    return a < b ? -1 : a > b;
}

size_t ib_settings_won(const struct ib_summary_group *const *groups, size_t n, const char *name,
                       size_t *n_settings)
{
    struct ib_arena scratch = {0};
    size_t n_first = 0;
    *n_settings = 0;
    const struct ib_summary_group **sorted = ib_arena_alloc(&scratch, n * sizeof *sorted);
    memcpy(sorted, groups, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_setting);
    for (size_t first = 0, end; first < n; first = end) {
        size_t firsts = is_fastest(sorted[first], name);
        for (end = first + 1;
             end < n && sorted[first]->seed_group && sorted[end]->seed_group == sorted[first]->seed_group;
             end++)
            firsts += is_fastest(sorted[end], name);
        ++*n_settings;
        n_first += 2 * firsts > end - first;
    }
    ib_arena_free(&scratch);
    return n_first;
}

/* ---- finding them ---- */

/* A group of several that differ in their seeds: the title of all. */
struct titled {
    const char *title;
    struct ib_summary_group *group;
};

static int by_title(const void *left, const void *right)
{
    const struct titled *a = left, *b = right;
    const int order = strcmp(a->title, b->title);
    return order != 0 ? order : a->group < b->group ? -1 : 1;
}

static int by_first_group(const void *left, const void *right)
{
    const struct ib_seed_group *a = left, *b = right;
    return a->groups[0] < b->groups[0] ? -1 : 1;
}

/* The groups that have a title, by their titles. */
static struct titled *sort_by_title(struct ib_arena *arena, const struct ib_summary_section *section,
                                    size_t *n)
{
    struct titled *list = ib_arena_alloc(arena, section->n * sizeof *list);
    *n = 0;
    for (size_t g = 0; g < section->n; g++) {
        const char *title = ib_seed_group_title(arena, section->groups[g].rows[0].record);
        if (title)
            list[(*n)++] = (struct titled){title, &section->groups[g]};
    }
    qsort(list, *n, sizeof *list, by_title);
    return list;
}

static void add_seed_group(struct ib_arena *arena, struct ib_summary_section *section,
                           const struct titled *list, size_t n)
{
    struct ib_seed_group *seed_group = &section->seed_groups[section->n_seed_groups++];
    *seed_group = (struct ib_seed_group){.title = list[0].title,
                                         .groups = ib_arena_alloc(arena, n * sizeof *seed_group->groups),
                                         .n_seeds = n};
    for (size_t i = 0; i < n; i++)
        seed_group->groups[i] = list[i].group;
}

void ib_seed_groups_find(struct ib_arena *arena, struct ib_summary_section *section)
{
    size_t n;
    const struct titled *list = sort_by_title(arena, section, &n);
    section->seed_groups = ib_arena_alloc(arena, n * sizeof *section->seed_groups);
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first + 1; end < n && strcmp(list[end].title, list[first].title) == 0;)
            end++;
        if (end - first > 1)
            add_seed_group(arena, section, &list[first], end - first);
    }
    qsort(section->seed_groups, section->n_seed_groups, sizeof *section->seed_groups, by_first_group);
    for (struct ib_seed_group *s = section->seed_groups; s < section->seed_groups + section->n_seed_groups;
         s++) {
        for (size_t i = 0; i < s->n_seeds; i++)
            s->groups[i]->seed_group = s;
        fill_seed_group(arena, s);
    }
}
