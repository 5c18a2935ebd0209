#include "report/report.h"
#include "base/file.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/print_json.h"
#include "cli/sweep_flags.h"
#include "report/select_cases.h"
#include "store/load_run.h"
#include "store/store.h"

#include <stdio.h>

enum { REPORT_SCHEMA = 1 };

static void print_place(const char *dir, const struct ib_run_record *run, bool as_json)
{
    struct ib_arena arena = {0};
    const char *page = ib_file_join(&arena, dir, "report.html");
    if (as_json) {
        ib_print_json(json_pack("{s:i, s:o, s:o, s:o, s:I, s:o}", "schema", REPORT_SCHEMA, "run",
                                ib_json_text(run->id), "html", ib_json_text(page), "markdown",
                                ib_json_text(ib_file_join(&arena, dir, "report.md")), "cases",
                                (json_int_t)run->n, "shown", ib_json_text(run->shown)));
    } else {
        putchar('\n');
        ib_print_line(stdout, "report: %s", page);
    }
    ib_arena_free(&arena);
}

static int report_main(const struct ib_command *command, int argc, char **argv)
{
    const char *dir, *colour_word = NULL, *baseline = NULL, *json = NULL;
    int colour = IB_COLOUR_AUTO;
    bool done;
    struct ib_run_record run;
    struct ib_sweep_flags selected = {0};
    const struct ib_flag flags[] = {
        IB_SELECTION_FLAGS(selected),
        {"--baseline", "IMPL", "implementation that speed-ups are relative to; kept with the run", &baseline,
         NULL},
        {"--color", "auto|always|never", "colours of the table; default: auto", &colour_word, NULL},
        IB_JSON_FLAG(json),
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, &dir, 1, &done) != IB_OK ||
        ib_args_word("--color", colour_word, ib_colour_words, &colour) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if ((baseline && ib_store_set_reference(dir, baseline) != IB_OK) ||
        ib_load_run_samples(dir, &run) != IB_OK)
        return ib_usage_error();
    if (ib_select_cases(&run, selected.keep, selected.drop) != IB_OK) {
        ib_run_record_free(&run);
        return ib_usage_error();
    }
    if (!json)
        ib_table_print(stdout, &run, (enum ib_colour)colour);
    enum ib_status status = ib_report_write(dir, &run);
    if (status == IB_OK)
        print_place(dir, &run, json != NULL);
    ib_run_record_free(&run);
    return status == IB_OK ? IB_EXIT_OK : ib_run_error();
}

const struct ib_command ib_command_report = {
    .name = "report",
    .usage = "report DIR [-s SELECT] [-x EXCLUDE] [--baseline IMPL] [--color auto|always|never] "
             "[--json]",
    .summary = "render the table, report.md, report.html and the charts of a stored run again",
    .detail = "With -s or -x, the pages are about the selected cases only; without, about all "
              "again.\n\n" IB_CONDITION_HELP,
    .main = report_main,
};
