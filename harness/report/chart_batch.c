#include "report/chart_batch.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "base/paths.h"
#include "base/plain_text.h"
#include "report/gnuplot.h"
#include "report/render.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* The files of a batch. `at` holds the place of the plot that gnuplot has begun. */
struct files {
    const char *commands, *messages, *at;
};

/* Prints the arrays label, colour, shape and dash, and `widest`, the characters of the longest label. */
static void print_series(FILE *out, struct ib_arena *arena, const struct ib_plot *plot)
{
    size_t widest = 0;
    for (size_t i = 0; i < plot->n; i++)
        widest =
            ib_text_width(plot->series[i].label) > widest ? ib_text_width(plot->series[i].label) : widest;
    fprintf(out, "first = %zu\nseries = %zu\nwidest = %zu\n", plot->first, plot->n, widest);
    fprintf(out, "array label[series]\narray colour[series]\narray shapes[series]\narray dash[series]\n");
    for (size_t i = 0; i < plot->n; i++)
        fprintf(out, "label[%zu] = %s\ncolour[%zu] = '%s'\nshapes[%zu] = %d\ndash[%zu] = %d\n", i + 1,
                ib_gnuplot_quote(arena, plot->series[i].label), i + 1, plot->series[i].look.colour, i + 1,
                plot->series[i].look.shape, i + 1, plot->series[i].look.dash);
}

/* Each chart begins as in a gnuplot of its own. */
static void print_plot(FILE *out, struct ib_arena *arena, const struct files *files,
                       const struct ib_plot *plot, size_t place)
{
    const char *height = plot->script->height[0] ? plot->script->height : "420";
    const char *name = ib_arena_print(arena, "%s.gp", plot->script->name); /* where gnuplot runs */
    fprintf(out, "reset session\nset print %s\nprint %zu\nset print\n", ib_gnuplot_quote(arena, files->at),
            place);
    fprintf(out, "rows = %" PRIu64 "\npixels_wide = %d\n", plot->rows, plot->pixels_wide);
    print_series(out, arena, plot);
    fprintf(out, "data = %s\n", ib_gnuplot_quote(arena, plot->data));
    fprintf(out, "chart_title = %s\n", ib_gnuplot_quote(arena, ib_plain(arena, plot->title)));
    fprintf(out, "height = %s\n", ib_gnuplot_quote(arena, height));
    fprintf(out, "load 'style.gnuplot'\n");
    fprintf(out, "picture = %s\nset output picture\n", ib_gnuplot_quote(arena, plot->picture));
    fprintf(out, "load %s\n", ib_gnuplot_quote(arena, name));
    fprintf(out, "set output\nload 'axes.gnuplot'\n");
}

static enum ib_status write_commands(struct ib_arena *arena, const struct files *files,
                                     const struct ib_plot *plots, size_t first, size_t n)
{
    FILE *out = fopen(files->commands, "we");
    if (!out)
        return ib_fail_errno(files->commands, "cannot write the charts' commands");
    for (size_t i = first; i < n; i++)
        print_plot(out, arena, files, &plots[i], i);
    const bool written = !ferror(out);
    return fclose(out) == 0 && written ? IB_OK
                                       : ib_fail_errno(files->commands, "cannot write the charts' commands");
}

/* The plot that gnuplot was at; n if it began none. */
static size_t place_of_failure(const struct files *files, size_t n)
{
    size_t place;
    FILE *in = fopen(files->at, "re");
    const bool known = in && fscanf(in, "%zu", &place) == 1;
    if (in)
        fclose(in);
    return known && place < n ? place : n;
}

static void note(struct ib_plot *plots, size_t from, size_t to, const char *reason)
{
    for (size_t i = from; i < to; i++)
        plots[i].note = reason;
}

/* Draws the plots from `first` on, until one fails. Returns the place after that. */
static size_t draw_some(struct ib_arena *arena, const struct files *files, struct ib_plot *plots,
                        size_t first, size_t n, bool *late)
{
    unlink(files->at);
    const char *reason =
        ib_gnuplot_run(arena, ib_home_path(arena, "scripts/charts"), files->commands, files->messages, late);
    if (!reason)
        return n;
    const size_t failed = place_of_failure(files, n);
    if (failed == n || failed < first || ib_interrupted()) { /* for all alike: it is not installed */
        note(plots, failed == n ? first : failed, n, reason);
        return n;
    }
    plots[failed].note = reason;
    return failed + 1;
}

enum ib_status ib_plots_draw(struct ib_arena *arena, const char *scratch, struct ib_plot *plots, size_t n,
                             bool *late)
{
    const struct files files = {ib_arena_print(arena, "%s/charts.gp", scratch),
                                ib_arena_print(arena, "%s/messages", scratch),
                                ib_arena_print(arena, "%s/at", scratch)};
    enum ib_status status = IB_OK;
    size_t next = 0;
    while (next < n && !*late && (status = write_commands(arena, &files, plots, next, n)) == IB_OK)
        next = draw_some(arena, &files, plots, next, n, late);
    note(plots, next, n, "gnuplot did not finish another chart, and was not run again");
    unlink(files.commands);
    unlink(files.messages);
    unlink(files.at);
    return status;
}
