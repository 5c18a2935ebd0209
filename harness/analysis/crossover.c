#include "analysis/crossover.h"

#include "analysis/problems.h"
#include "config/axes.h"
#include "store/text_pool.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *const ib_crossover_words[] = {"from", "until", "always", "never"};

/* A ranked case with its keys for comparison. */
struct candidate {
    const struct ib_case_record *record;
    size_t problem;
    const char *title; /* of a device: of its line, */
    const char
        *line; /* which is the same text for the same case in problems that differ only in rows and epochs */
    bool on_host;
    double rows, time_ns;
};

struct candidates {
    struct candidate *list;
    size_t n;
    const struct candidate **devices; /* line by line, */
    size_t n_devices;
    const struct candidate **best_host; /* by problem; NULL: none */
};

/* ---- grouping ---- */

/* The problem's name without its data set, with which it ends. */
static const char *title_of(struct ib_arena *arena, const struct ib_case_record *c)
{
    size_t tail = strlen(c->axis[IB_AXIS_DATASET]) + 1, length = strlen(c->problem);
    return ib_arena_print(arena, "%.*s", (int)(length > tail ? length - tail : length), c->problem);
}

/* Its name, and all axes except those of size. Epochs count as size, so that small data may be trained
 * longer; if they vary within a data set, they are part of its problems' names. */
static const char *line_of(struct ib_arena *arena, const struct ib_case_record *c, const char *title)
{
    const char *text = ib_arena_print(arena, "%s|%s|%d|%" PRIu64, c->name, title, (int)c->task, c->cols);
    for (int k = 0; k < IB_AXIS_COUNT; k++)
        if (!ib_axis_rules[k].is_size && !ib_axis_rules[k].is_solver)
            text = ib_arena_print(arena, "%s|%s", text, c->axis[k] ? c->axis[k] : "");
    return text;
}

static void set_line(struct ib_text_pool *pool, struct candidate *device)
{
    struct ib_arena scratch = {0};
    const char *title = title_of(&scratch, device->record);
    device->title = ib_text_share(pool, title);
    device->line = ib_text_share(pool, line_of(&scratch, device->record, title));
    ib_arena_free(&scratch);
}

static struct candidates find_candidates(struct ib_arena *arena, const struct ib_run_record *run)
{
    struct candidates out = {.list = ib_arena_alloc(arena, (run->n + 1) * sizeof *out.list)};
    struct ib_text_pool pool = {.arena = arena};
    const struct ib_problems problems = ib_problems_of(arena, run);
    out.best_host = ib_arena_alloc(arena, (problems.n + 1) * sizeof *out.best_host);
    for (size_t i = 0; i < run->n; i++) {
        const struct ib_case_record *c = &run->cases[i];
        if (!c->ranked || !ib_case_record_counts(c))
            continue;
        struct candidate *added = &out.list[out.n++];
        *added = (struct candidate){.record = c,
                                    .problem = problems.of[i],
                                    .on_host = c->residency == IB_HOST,
                                    .rows = (double)c->rows,
                                    .time_ns = c->epoch_ns.median};
        out.n_devices += added->on_host ? 0 : 1;
        if (!added->on_host)
            set_line(&pool, added);
    }
    ib_text_pool_free(&pool);
    return out;
}

static int by_line(const void *left, const void *right)
{
    const struct candidate *a = *(const struct candidate *const *)left,
                           *b = *(const struct candidate *const *)right;
    if (a->line != b->line)
        return (uintptr_t)a->line < (uintptr_t)b->line ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void sort_devices(struct ib_arena *arena, struct candidates *all)
{
    size_t n = 0;
    all->devices = ib_arena_alloc(arena, (all->n_devices + 1) * sizeof *all->devices);
    for (const struct candidate *c = all->list; c < all->list + all->n; c++)
        if (!c->on_host)
            all->devices[n++] = c;
    qsort(all->devices, n, sizeof *all->devices, by_line);
}

static void find_best_hosts(struct candidates *all)
{
    for (const struct candidate *c = all->list; c < all->list + all->n; c++) {
        const struct candidate **best = &all->best_host[c->problem];
        if (c->on_host && (!*best || c->time_ns < (*best)->time_ns))
            *best = c;
    }
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

/* Finds all sizes at which both one of n devices, those of a line, and a host implementation were measured.
 */
static void find_sizes(struct ib_arena *arena, const struct candidates *all,
                       const struct candidate *const *devices, size_t n, struct ib_crossover *line)
{
    size_t capacity = 0;
    for (size_t i = 0; i < n; i++) {
        const struct candidate *device = devices[i], *host = all->best_host[device->problem];
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

/* A line, and its place among them: that of its first device. */
struct placed {
    struct ib_crossover line;
    const struct candidate *first;
};

static int by_place(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    return a->first < b->first ? -1 : 1;
}

size_t ib_crossovers(struct ib_arena *arena, const struct ib_run_record *run, struct ib_crossover **out)
{
    struct ib_arena scratch = {0};
    struct candidates all = find_candidates(arena, run);
    find_best_hosts(&all);
    sort_devices(arena, &all);
    struct placed *lines = ib_arena_alloc(&scratch, (all.n_devices + 1) * sizeof *lines);
    size_t n = 0;
    for (size_t first = 0, end; first < all.n_devices; first = end) {
        for (end = first + 1; end < all.n_devices && all.devices[end]->line == all.devices[first]->line;)
            end++;
        struct ib_crossover line = {.title = all.devices[first]->title};
        find_sizes(arena, &all, &all.devices[first], end - first, &line);
        if (line.n < 2)
            continue;
        cross(&line);
        lines[n++] = (struct placed){line, all.devices[first]};
    }
    qsort(lines, n, sizeof *lines, by_place);
    *out = ib_arena_alloc(arena, (n + 1) * sizeof **out);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = lines[i].line;
    ib_arena_free(&scratch);
    return n;
}
