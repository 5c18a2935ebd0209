#include "report/heat_map.h"

#include "base/text.h"
#include "report/format.h"
#include "stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* More columns do not fit a telephone; of more rows, a reader sees no more. */
enum { COLUMNS_MAX = 6, ROWS_MAX = 12, PANELS_MAX = 6, PANELS_SHOWN = 3 };

const char *ib_setting_value(struct ib_arena *arena, enum ib_axis_kind kind, const char *value)
{
    char *text = ib_arena_copy(arena, value);
    for (char *at = text; kind == IB_AXIS_HIDDEN && *at; at++)
        *at = *at == ',' ? 'x' : *at;
    return text;
}

/* One of many cases: its cell, panel by panel and row by row, and its value; NaN: diverged. */
struct entry {
    size_t cell;
    double value;
};

/* A cell: the median of its entries. */
struct cell {
    size_t n;
    bool diverged;
    double value; /* NaN: none */
};

/* Some values of an axis, evenly spread over all. */
struct side {
    const struct ib_tuning_axis *axis; /* NULL: a single value that stands for all */
    size_t n, shown[ROWS_MAX];         /* places on the axis */
};

struct map {
    const struct ib_tuning *sweep;
    struct side x, y, panels;
    bool by_time;   /* of the time to the target; panels are implementations */
    double unit_ns; /* of times */
    struct cell *cells;
};

/* ---- its values ---- */

static struct side side_of(const struct ib_tuning_axis *axis, size_t max)
{
    struct side side = {.axis = axis, .n = axis ? axis->n : 1};
    if (side.n > max)
        side.n = max;
    for (size_t i = 0; axis && i < side.n; i++)
        side.shown[i] = side.n > 1 ? i * (axis->n - 1) / (side.n - 1) : 0;
    return side;
}

/* The index among the values that are shown; side->n: not one of them. */
static size_t index_on(const struct side *side, const struct ib_case_record *c)
{
    if (!side->axis)
        return 0;
    const size_t place = ib_tuning_place(side->axis, c);
    size_t i = 0;
    while (i < side->n && side->shown[i] != place)
        i++;
    return i;
}

static size_t panel_of(const struct map *map, const struct ib_case_record *c)
{
    if (!map->by_time)
        return index_on(&map->panels, c);
    size_t i = 0;
    while (i < map->panels.n && strcmp(map->sweep->bests[i].name, c->name) != 0)
        i++;
    return i;
}

static double value_of(const struct map *map, const struct ib_case_record *c)
{
    return map->by_time                      ? ib_tuning_seconds(map->sweep, c)
           : ib_tuning_scores(map->sweep, c) ? c->metrics[map->sweep->metric]
                                             : NAN;
}

static int by_cell(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->cell != b->cell)
        return a->cell < b->cell ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

/* The values that are known, cell by cell in ascending order; sets which cells diverge. */
static size_t gather(const struct map *map, struct entry *entries)
{
    size_t n = 0;
    for (size_t i = 0; i < map->sweep->n; i++) {
        const struct ib_case_record *c = map->sweep->cases[i];
        const size_t x = index_on(&map->x, c), y = index_on(&map->y, c), panel = panel_of(map, c);
        if (x == map->x.n || y == map->y.n || panel == map->panels.n)
            continue;
        const size_t cell = (panel * map->y.n + y) * map->x.n + x;
        const double value = value_of(map, c);
        if (isnan(value))
            map->cells[cell].diverged |= c->check.convergence == IB_DIVERGED;
        else
            entries[n++] = (struct entry){cell, value};
    }
    qsort(entries, n, sizeof *entries, by_cell);
    return n;
}

/* Returns how many cells have a value. */
static size_t fill(struct ib_arena *arena, struct map *map)
{
    const size_t n_cells = map->panels.n * map->y.n * map->x.n;
    struct entry *entries = ib_arena_alloc(arena, (map->sweep->n + 1) * sizeof *entries);
    double shortest = INFINITY;
    size_t n_known = 0;
    map->cells = ib_arena_alloc(arena, n_cells * sizeof *map->cells);
    const size_t n = gather(map, entries);
    for (size_t i = 0; i < n_cells; i++)
        map->cells[i].value = NAN;
    for (size_t first = 0, end; first < n; first = end) {
        for (end = first; end < n && entries[end].cell == entries[first].cell;)
            end++;
        struct cell *cell = &map->cells[entries[first].cell];
        cell->n = end - first;
        cell->value = (entries[first + (cell->n - 1) / 2].value + entries[first + cell->n / 2].value) / 2;
        shortest = fmin(shortest, cell->value);
        n_known++;
    }
    ib_unit_of_ns(isfinite(shortest) ? shortest * 1e9 : 1e3, &map->unit_ns);
    return n_known;
}

/* ---- its look ---- */

static bool is_worse(const struct map *map, double a, double b)
{
    const bool higher = !map->by_time && ib_metrics[map->sweep->metric]->higher_is_better;
    return higher ? a < b : a > b;
}

/* From 0 for the worst of the known cells to 1 for the best; equal ones share a place. 0 if all are equal. */
static double shade_of(const struct map *map, const struct cell *cell)
{
    size_t n_worse = 0, n_better = 0;
    for (size_t i = 0; i < map->panels.n * map->y.n * map->x.n; i++) {
        n_worse += is_worse(map, map->cells[i].value, cell->value); /* false for NaN */
        n_better += is_worse(map, cell->value, map->cells[i].value);
    }
    return n_worse ? (double)n_worse / (double)(n_worse + n_better) : 0;
}

static const char *text_of(struct ib_arena *arena, const struct map *map, const struct cell *cell)
{
    if (isnan(cell->value))
        return cell->diverged ? "div." : IB_DASH;
    return map->by_time ? ib_format_digits(arena, cell->value * 1e9 / map->unit_ns)
                        : ib_format_metric(arena, map->sweep->metric, cell->value);
}

static const char *name_of(struct ib_arena *arena, const struct side *side, size_t i)
{
    return ib_setting_value(arena, side->axis->kind, side->axis->values[side->shown[i]]);
}

/* "hidden ↓ lr →" */
static const char *corner_of(struct ib_arena *arena, const struct map *map)
{
    const char *x = ib_axis_rules[map->x.axis->kind].name;
    return map->y.axis ? ib_arena_print(arena, "%s ↓ %s →", ib_axis_rules[map->y.axis->kind].name, x)
                       : ib_arena_print(arena, "%s →", x);
}

static void add_row(struct ib_doc *doc, const struct map *map, size_t panel, size_t y)
{
    struct ib_arena *arena = doc->arena;
    const char *texts[COLUMNS_MAX + 1] = {map->y.axis ? name_of(arena, &map->y, y) : ""};
    const struct cell *cells = &map->cells[(panel * map->y.n + y) * map->x.n];
    for (size_t x = 0; x < map->x.n; x++)
        texts[x + 1] = text_of(arena, map, &cells[x]);
    struct ib_doc_text *added = ib_doc_row(doc, texts);
    for (size_t x = 0; x < map->x.n; x++) {
        if (isnan(cells[x].value))
            continue;
        struct ib_doc_drawing *shade = ib_arena_alloc(arena, sizeof *shade);
        *shade = (struct ib_doc_drawing){.kind = IB_DRAW_SHADE, .value = shade_of(map, &cells[x])};
        added[x + 1].drawing = shade;
        added[x + 1].style = shade->value == 1 ? IB_STRONG : IB_PLAIN;
    }
}

static const char *panel_name(struct ib_arena *arena, const struct map *map, size_t panel)
{
    return map->by_time       ? map->sweep->bests[panel].name
           : map->panels.axis ? ib_arena_print(arena, "%s=%s", ib_axis_rules[map->panels.axis->kind].name,
                                               name_of(arena, &map->panels, panel))
                              : NULL;
}

static void add_panel(struct ib_doc *doc, const struct map *map, size_t panel)
{
    const char *heads[COLUMNS_MAX + 1] = {corner_of(doc->arena, map)},
                                    *name = panel_name(doc->arena, map, panel);
    char columns[COLUMNS_MAX + 2] = "n";
    for (size_t x = 0; x < map->x.n; x++) {
        heads[x + 1] = name_of(doc->arena, &map->x, x);
        columns[x + 1] = 'r';
    }
    if (name)
        ib_doc_paragraph(doc, name);
    ib_doc_table(doc, ib_arena_copy(doc->arena, columns), heads);
    for (size_t y = 0; y < map->y.n; y++)
        add_row(doc, map, panel, y);
}

/* " 8 of 100 values of lr are shown." */
static const char *thinned(struct ib_arena *arena, const struct side *side)
{
    return side->axis && side->n < side->axis->n
               ? ib_arena_print(arena, " %zu of %zu values of %s are shown.", side->n, side->axis->n,
                                ib_axis_rules[side->axis->kind].name)
               : "";
}

static void add_map(struct ib_doc *doc, const struct map *map, const char *title, const char *what)
{
    struct ib_arena *arena = doc->arena;
    ib_doc_heading(doc, 3, ib_arena_print(arena, "%s: %s", title, what));
    ib_doc_paragraph(doc, ib_arena_print(arena,
                                         "Medians of verified trainings; the darker, the better; div.: "
                                         "diverged.%s%s%s",
                                         thinned(arena, &map->x), thinned(arena, &map->y),
                                         map->by_time ? "" : thinned(arena, &map->panels)));
    for (size_t panel = 0; panel < map->panels.n; panel++) {
        if (panel == PANELS_SHOWN)
            ib_doc_add(doc, IB_DOC_FOLD, "More of these maps");
        add_panel(doc, map, panel);
    }
    if (map->panels.n > PANELS_SHOWN)
        ib_doc_add(doc, IB_DOC_END, NULL);
}

/* The first axis runs across, unless the second one is shorter and it does not fit. */
static struct map map_of(const struct ib_tuning *sweep)
{
    const struct ib_tuning_axis *x = &sweep->axes[0], *y = sweep->n_axes > 1 ? &sweep->axes[1] : NULL;
    const bool swapped = y && x->n > COLUMNS_MAX && y->n < x->n;
    return (struct map){.sweep = sweep,
                        .x = side_of(swapped ? y : x, COLUMNS_MAX),
                        .y = side_of(swapped ? x : y, ROWS_MAX),
                        .panels = side_of(sweep->n_axes > 2 ? &sweep->axes[2] : NULL, PANELS_MAX)};
}

void ib_heat_maps(struct ib_doc *doc, const struct ib_tuning *sweep, const char *title)
{
    struct map map = map_of(sweep);
    fill(doc->arena, &map);
    add_map(doc, &map, title, ib_metrics[sweep->metric]->label);
    if (isnan(sweep->target))
        return;
    map.by_time = true;
    map.panels = (struct side){.n = sweep->n_bests < PANELS_MAX ? sweep->n_bests : PANELS_MAX};
    if (4 * fill(doc->arena, &map) < map.panels.n * map.y.n * map.x.n) /* few settings get there */
        return;
    add_map(doc, &map, title,
            ib_arena_print(doc->arena, "%s until a loss of %.4g", ib_unit_of_ns(map.unit_ns, &map.unit_ns),
                           sweep->target));
}
