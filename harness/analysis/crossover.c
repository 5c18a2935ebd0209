#include "analysis/crossover.h"

#include "analysis/problems.h"
#include "config/axes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const ib_crossover_words[] = {"from", "until", "always", "never"};

/* A ranked case with its keys for comparison. */
struct candidate {
    const struct ib_case_record *record;
    size_t problem;
    const char *title;
    const char *sweep; /* equal for problems that differ only in rows and epochs */
    const char *name;
    bool on_host;
    double rows, time_ns;
};

struct candidates {
    struct candidate *list;
    size_t n;
    const struct candidate **best_host; /* by problem; NULL: none */
};

/* ---- grouping ---- */

/* The problem's name without its data set, with which it ends. */
static const char *title_of(struct ib_arena *arena, const struct ib_case_record *c)
{
    size_t tail = strlen(c->axis[IB_AXIS_DATASET]) + 1, length = strlen(c->problem);
    return ib_arena_print(arena, "%.*s", (int)(length > tail ? length - tail : length), c->problem);
}

/* All axes except those of size. Epochs count as size, so that small data may be trained longer; if they vary
 * within a data set, they are part of its problems' names. */
static const char *sweep_of(struct ib_arena *arena, const struct ib_case_record *c, const char *title)
{
    const char *text = ib_arena_print(arena, "%s|%d|%" PRIu64, title, (int)c->task, c->cols);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!ib_axis_rules[k].is_size && !ib_axis_rules[k].is_solver)
            text = ib_arena_print(arena, "%s|%s", text, c->axis[k] ? c->axis[k] : "");
    return text;
}

static struct candidates find_candidates(struct ib_arena *arena, const struct ib_run_record *run)
{
    struct candidates out = {.list = ib_arena_alloc(arena, (run->n + 1) * sizeof *out.list)};
    const struct ib_problems problems = ib_problems_of(arena, run);
    out.best_host = ib_arena_alloc(arena, (problems.n + 1) * sizeof *out.best_host);
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        if (!c->ranked || !ib_case_record_counts(c))
            continue;
        const char *title = title_of(arena, c);
        out.list[out.n++] = (struct candidate){.record = c,
                                               .problem = problems.of[i],
                                               .title = title,
                                               .sweep = sweep_of(arena, c, title),
                                               .name = c->name,
                                               .on_host = c->residency == IB_HOST,
                                               .rows = (double)c->rows,
                                               .time_ns = c->epoch_ns.median};
    }
    return out;
}

static void find_best_hosts(struct candidates *all)
{
    for (const struct candidate *c = all->list; c < all->list + all->n; c++) {
        const struct candidate **best = &all->best_host[c->problem];
        if (c->on_host && (!*best || c->time_ns < (*best)->time_ns))
            *best = c;
    }
}

static bool same_line(const struct candidate *a, const struct candidate *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->sweep, b->sweep) == 0;
}

static int by_rows(const void *left, const void *right)
{
    const struct ib_crossover_size *a = left, *b = right;
    return (a->rows > b->rows) - (a->rows < b->rows);
}

/* Does the line already have this size? The first data set of a size stands for the others. */
static bool has_size(const struct ib_crossover *line, double rows)
{
    for (size_t i = 0; i < line->n; i++)
        if (line->sizes[i].rows == rows)
            return true;
    return false;
}

/* Finds all sizes at which the device of all->list[first] and a host implementation were measured. */
static void find_sizes(struct ib_arena *arena, const struct candidates *all, size_t first,
                       struct ib_crossover *line)
{
    size_t capacity = 0;
    for (size_t i = first; i < all->n; i++) {
        const struct candidate *device = &all->list[i];
        const struct candidate *host =
            same_line(device, &all->list[first]) ? all->best_host[device->problem] : NULL;
        if (!host || has_size(line, device->rows))
            continue;
        struct ib_paired_ratio ratio = ib_paired_ratio_of(device->record, host->record);
        if (isnan(ratio.median))
            continue;
        line->sizes = ib_arena_grow(arena, line->sizes, sizeof *line->sizes, line->n, &capacity);
        line->sizes[line->n++] = (struct ib_crossover_size){device->rows,    device->record, host->record,
                                                            device->time_ns, host->time_ns,  ratio};
    }
    if (line->n)
        qsort(line->sizes, line->n, sizeof *line->sizes, by_rows);
}

/* ---- where they cross ---- */

enum bound { LOW, MIDDLE, HIGH };

/* The logarithm of a bound of the ratio at a size; negative if the device is faster. */
static double log_ratio(const struct ib_crossover_size *size, enum bound bound)
{
    return log(bound == LOW ? size->ratio.low : bound == HIGH ? size->ratio.high : size->ratio.median);
}

/* Is the device faster, or with `host`, the host? */
static bool leads(double log_ratio_here, bool host)
{
    return (log_ratio_here < 0) != host;
}

/* The rows from which one side stays faster by this bound: 0 if it always is, infinity if it is not at the
 * largest size. */
static double first_rows(const struct ib_crossover *line, enum bound bound, bool host)
{
    double last = INFINITY;
    for (size_t i = 0; i < line->n; i++) {
        double here = log_ratio(&line->sizes[i], bound);
        if (isnan(here))
            return NAN;
        if (!leads(here, host)) {
            last = INFINITY;
        } else if (i == 0) {
            last = 0;
        } else if (isinf(last)) {
            double before = log_ratio(&line->sizes[i - 1], bound);
            double from = log(line->sizes[i - 1].rows), to = log(line->sizes[i].rows);
            last = exp(from + (to - from) * before / (before - here));
        }
    }
    return last;
}

static size_t count_crossings(const struct ib_crossover *line)
{
    size_t n = 0;
    for (size_t i = 1; i < line->n; i++)
        n += (log_ratio(&line->sizes[i - 1], MIDDLE) < 0) != (log_ratio(&line->sizes[i], MIDDLE) < 0);
    return n;
}

/* The host's time per epoch at these rows, interpolated between two sizes; NaN outside. */
static double host_time_at(const struct ib_crossover *line, double rows)
{
    for (size_t i = 1; i < line->n; i++) {
        const struct ib_crossover_size *a = &line->sizes[i - 1], *b = &line->sizes[i];
        double share = log(rows / a->rows) / log(b->rows / a->rows);
        if (share >= 0 && share <= 1)
            return a->host_ns * pow(b->host_ns / a->host_ns, share);
    }
    return NAN;
}

static void cross(struct ib_crossover *line)
{
    bool ends_faster = log_ratio(&line->sizes[line->n - 1], MIDDLE) < 0;
    line->n_crossings = count_crossings(line);
    line->kind = line->n_crossings ? (ends_faster ? IB_CROSSOVER_FROM : IB_CROSSOVER_UNTIL)
                 : ends_faster     ? IB_CROSSOVER_ALWAYS
                                   : IB_CROSSOVER_NEVER;
    /* From the host's side, the bounds are swapped. */
    bool host = line->kind == IB_CROSSOVER_UNTIL;
    line->rows = first_rows(line, MIDDLE, host);
    line->low = first_rows(line, host ? HIGH : LOW, host);
    line->high = first_rows(line, host ? LOW : HIGH, host);
    line->rows_ns = line->n_crossings ? host_time_at(line, line->rows) : NAN;
}

static bool is_first_of_line(const struct candidates *all, size_t at)
{
    for (size_t i = 0; i < at && !all->list[at].on_host; i++)
        if (same_line(&all->list[i], &all->list[at]))
            return false;
    return !all->list[at].on_host;
}

size_t ib_crossovers(struct ib_arena *arena, const struct ib_run_record *run, struct ib_crossover **out)
{
    struct candidates all = find_candidates(arena, run);
    find_best_hosts(&all);
    struct ib_crossover *lines = ib_arena_alloc(arena, all.n * sizeof *lines);
    size_t n = 0;
    for (size_t i = 0; i < all.n; i++) {
        if (!is_first_of_line(&all, i))
            continue;
        struct ib_crossover line = {.title = all.list[i].title};
        find_sizes(arena, &all, i, &line);
        if (line.n < 2)
            continue;
        cross(&line);
        lines[n++] = line;
    }
    *out = lines;
    return n;
}
