#include "store/history.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/history_bisect.h"
#include "cli/print_json.h"
#include "cli/sweep_flags.h"
#include "report/history_json.h"
#include "report/history_page.h"
#include "report/render.h"
#include "report/select_cases.h"
#include "store/load_run.h"
#include "store/run_folder.h"

#include <stdio.h>
#include <string.h>

#define FILE_FLAG(file)                                                                                      \
    {                                                                                                        \
        "--file", "FILE", "the history; default: " IB_HISTORY_FILE, &(file), NULL                            \
    }

/* ---- add ---- */

static enum ib_status add_run(const char *file, const struct ib_run_record *run, bool *added)
{
    sqlite3 *db;
    IB_TRY(ib_history_open(file, true, &db));
    const enum ib_status status = ib_history_add(db, run, added);
    sqlite3_close(db);
    return status;
}

enum { ADD_SCHEMA = 1, PAGE_SCHEMA = 1 };

static void print_added(const char *file, const struct ib_run_record *run, bool added, bool as_json)
{
    if (as_json)
        ib_print_json(json_pack("{s:i, s:o, s:b, s:o, s:o, s:I}", "schema", ADD_SCHEMA, "file",
                                ib_json_text(file), "added", added, "run", ib_json_text(run->id), "name",
                                ib_json_text(run->name), "cases", (json_int_t)run->n));
    else
        ib_print_line(stdout, "%s: %s run %s of %s, %zu case%s", file, added ? "added" : "already has",
                      run->id, run->name, run->n, ib_plural(run->n));
}

static int add_main(const struct ib_command *command, int argc, char **argv)
{
    const char *dir, *file = NULL, *json = NULL;
    bool done, added = false;
    struct ib_run_record run;
    const struct ib_flag flags[] = {FILE_FLAG(file), IB_JSON_FLAG(json), {NULL}};
    if (ib_args_read(command, flags, argc, argv, &dir, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (ib_load_run(dir, &run) != IB_OK)
        return ib_usage_error();
    file = file ? file : IB_HISTORY_FILE;
    const enum ib_status status = add_run(file, &run, &added);
    if (status == IB_OK)
        print_added(file, &run, added, json != NULL);
    ib_run_record_free(&run);
    return status == IB_OK ? IB_EXIT_OK : status == IB_EINVAL ? ib_usage_error() : ib_run_error();
}

static const struct ib_command history_add = {
    .name = "history add",
    .usage = "history add DIR [--file FILE] [--json]",
    .summary = "add the run in DIR to a history; one that is already there changes nothing",
    .main = add_main,
};

/* ---- reading, for show and report ---- */

/* What both are asked for. */
struct request {
    struct ib_sweep_flags selected;
    const char *file, *alpha;
};
#define REQUEST_FLAGS(r)                                                                                     \
    IB_SELECTION_FLAGS((r).selected), FILE_FLAG((r).file),                                                   \
    {                                                                                                        \
        "--alpha", "SHARE", "of series without a change, that may seem to have one; default: 1%",            \
            &(r).alpha, NULL                                                                                 \
    }

struct view {
    struct ib_history history;
    struct ib_trends trends;
    struct ib_arena arena;
};

static enum ib_status fill_view(sqlite3 *db, const struct request *request, struct view *out)
{
    struct ib_change_rules rules = {IB_CHANGE_LEAST, IB_CHANGE_LEVEL};
    IB_TRY(ib_args_share("--alpha", request->alpha, &rules.level));
    IB_TRY(ib_history_read(db, &out->history));
    IB_TRY(ib_select_cases(&out->history.cases, request->selected.keep, request->selected.drop));
    IB_TRY(ib_history_read_series(db, &out->history));
    ib_trends_of(&out->arena, &out->history, &rules, &out->trends);
    return IB_OK;
}

static void free_view(struct view *view)
{
    ib_history_free(&view->history);
    ib_arena_free(&view->arena);
}

static enum ib_status open_view(struct request *request, struct view *out)
{
    sqlite3 *db;
    *out = (struct view){0};
    request->file = request->file ? request->file : IB_HISTORY_FILE;
    IB_TRY(ib_history_open(request->file, false, &db));
    const enum ib_status status = fill_view(db, request, out);
    sqlite3_close(db);
    if (status != IB_OK)
        free_view(out);
    return status;
}

/* ---- show ---- */

static void print_json(const struct view *view)
{
    json_t *json = ib_history_to_json(&view->trends);
    ib_json_print(stdout, json, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    putchar('\n');
    json_decref(json);
}

static void print_text(struct view *view, bool points)
{
    struct ib_doc doc = {.arena = &view->arena};
    if (view->history.cases.shown)
        ib_doc_add(&doc, IB_DOC_CLAIM, ib_arena_print(&view->arena, "Only %s.", view->history.cases.shown));
    ib_history_summary(&doc, &view->trends);
    for (size_t i = 0; i < view->trends.n && points; i++) {
        const struct ib_trend *trend = &view->trends.list[i];
        ib_doc_heading(&doc, 2, trend->series->c->id);
        ib_history_points(&doc, trend);
    }
    ib_render_text(stdout, &doc, IB_COLOUR_AUTO);
}

static int show_main(const struct ib_command *command, int argc, char **argv)
{
    const char *json = NULL, *points = NULL;
    struct request request = {0};
    struct view view;
    bool done;
    const struct ib_flag flags[] = {REQUEST_FLAGS(request),
                                    {"--points", NULL, "also print the values of each run", &points, NULL},
                                    {"--json", NULL, "print JSON (results/history.schema.json)", &json, NULL},
                                    {NULL}};
    if (ib_args_read(command, flags, argc, argv, NULL, 0, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    const enum ib_status status = open_view(&request, &view);
    if (status != IB_OK)
        return status == IB_EINVAL ? ib_usage_error() : ib_run_error();
    if (json)
        print_json(&view);
    else
        print_text(&view, points != NULL);
    free_view(&view);
    return IB_EXIT_OK;
}

static const struct ib_command history_show = {
    .name = "history show",
    .usage = "history show [-s SELECT] [-x EXCLUDE] [--file FILE] [--alpha SHARE] [--points] [--json]",
    .summary = "print the trend of each case, and in which commits it changed",
    .detail = IB_CONDITION_HELP,
    .main = show_main,
};

/* ---- report ---- */

static enum ib_status print_page(FILE *out, const void *doc)
{
    return ib_render_html(out, doc);
}

static enum ib_status write_page(struct view *view, const char *path)
{
    struct ib_doc doc = {.arena = &view->arena};
    struct ib_trend_charts *charts;
    const char *slash = strrchr(path, '/');
    IB_TRY(ib_trend_charts_draw(&view->arena, &view->trends, &charts));
    ib_history_page(&doc, &view->trends, charts);
    return ib_run_folder_print(ib_file_folder(&view->arena, path), slash ? slash + 1 : path, print_page,
                               &doc);
}

/* "results/history.html" for "results/history.sqlite". */
static const char *page_beside(struct ib_arena *arena, const char *file)
{
    return ib_file_join(arena, ib_file_folder(arena, file),
                        ib_arena_print(arena, "%s.html", ib_file_stem(arena, file)));
}

static void print_page_written(const char *page, const struct ib_trends *trends, bool as_json)
{
    if (as_json)
        ib_print_json(json_pack("{s:i, s:o, s:I, s:I}", "schema", PAGE_SCHEMA, "html", ib_json_text(page),
                                "series", (json_int_t)trends->n, "changes", (json_int_t)trends->n_changes));
    else
        ib_print_line(stdout, "%s: %zu series, %zu change%s", page, trends->n, trends->n_changes,
                      ib_plural(trends->n_changes));
}

static int report_main(const struct ib_command *command, int argc, char **argv)
{
    const char *out = NULL, *json = NULL;
    struct request request = {0};
    struct view view;
    bool done;
    const struct ib_flag flags[] = {
        REQUEST_FLAGS(request),
        {"--out", "PAGE", "file to write; default: FILE with the ending .html", &out, NULL},
        IB_JSON_FLAG(json),
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, NULL, 0, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    enum ib_status status = open_view(&request, &view);
    if (status != IB_OK)
        return status == IB_EINVAL ? ib_usage_error() : ib_run_error();
    out = out ? out : page_beside(&view.arena, request.file);
    status = write_page(&view, out);
    if (status == IB_OK)
        print_page_written(out, &view.trends, json != NULL);
    free_view(&view);
    return status == IB_OK ? IB_EXIT_OK : ib_run_error();
}

static const struct ib_command history_report = {
    .name = "history report",
    .usage = "history report [-s SELECT] [-x EXCLUDE] [--file FILE] [--alpha SHARE] [--out PAGE] "
             "[--json]",
    .summary = "write a page with time, error and copies against the commits, and the changes",
    .detail = IB_CONDITION_HELP,
    .main = report_main,
};

/* ---- the command ---- */

static const struct ib_command *const parts[] = {&history_add, &history_show, &history_report,
                                                 &ib_history_bisect, NULL};

/* The last word of its name. */
static const char *word_of(const struct ib_command *part)
{
    return strrchr(part->name, ' ') + 1;
}

static int history_main(const struct ib_command *command, int argc, char **argv)
{
    bool done;
    const struct ib_flag flags[] = {{NULL}};
    for (const struct ib_command *const *p = parts; argc > 1 && *p; p++)
        if (strcmp(argv[1], word_of(*p)) == 0)
            return (*p)->main(*p, argc - 1, argv + 1);
    if (argc > 1 && argv[1][0] != '-') {
        ib_fail(IB_EINVAL, argv[1], "is not allowed: add, show, report or bisect");
        return ib_usage_error();
    }
    if (argc < 2)
        ib_fail(IB_EINVAL, command->name, "missing argument; usage: ironbench %s", command->usage);
    if (argc < 2 || ib_args_read(command, flags, argc, argv, NULL, 0, &done) != IB_OK)
        return ib_usage_error();
    return IB_EXIT_OK;
}

const struct ib_command ib_command_history = {
    .name = "history",
    .usage = "history add | show | report | bisect ...",
    .summary = "follow cases from run to run, and find the commits that changed them",
    .detail =
        "add      add a run to a history\n"
        "show     print the trend of each case, and in which commits it changed\n"
        "report   write a page with charts\n"
        "bisect   find the commit that made a case worse, with `git bisect` and the gate\n\n"
        "A history is one SQLite file, " IB_HISTORY_FILE " by default. `ironbench history PART --help`\n"
        "describes each.",
    .main = history_main,
    .parts = parts,
};
