#include "base/error.h"
#include "cli/sweep_flags.h"
#include "report/csv.h"
#include "report/record_json.h"
#include "report/report.h"
#include "report/select_cases.h"
#include "report/trace_json.h"
#include "store/load_run.h"

#include <stdio.h>
#include <string.h>

/* Prints a record; lists: those that the form wants. */
typedef enum ib_status printer(FILE *, const struct ib_run_record *, struct ib_long_lists *lists);
typedef enum ib_status loader(const char *dir, struct ib_run_record *);

static enum ib_status print_cases(FILE *out, const struct ib_run_record *run, struct ib_long_lists *none)
{
    (void)none;
    ib_csv_cases(out, run);
    return IB_OK;
}

static enum ib_status print_markdown(FILE *out, const struct ib_run_record *run, struct ib_long_lists *none)
{
    (void)none;
    ib_markdown_print(out, run);
    return IB_OK;
}

static enum ib_status print_trace(FILE *out, const struct ib_run_record *run, struct ib_long_lists *none)
{
    (void)none;
    ib_trace_print(out, run);
    return IB_OK;
}

static enum ib_status load_with_timelines(const char *dir, struct ib_run_record *run)
{
    IB_TRY(ib_load_run_samples(dir, run));
    const enum ib_status status = ib_load_timelines(dir, run);
    if (status != IB_OK)
        ib_run_record_free(run);
    return status;
}

/* All that a row for a sample tells of its case. */
static enum ib_status load_names(const char *dir, struct ib_run_record *run)
{
    IB_TRY(ib_load_run_cases(dir, run));
    ib_run_record_derive(run);
    return IB_OK;
}

enum { ROUNDS = 1u << IB_LIST_ROUNDS, ALL_LISTS = (1u << IB_LIST_COUNT) - 1 };

static const struct form {
    const char *name;
    bool samples; /* with --samples */
    loader *load;
    printer *print;
    unsigned lists; /* that it prints, too: bits of enum ib_long_list */
} forms[] = {{"json", false, ib_load_run_samples, ib_record_print, ALL_LISTS},
             {"csv", false, ib_load_run_samples, print_cases, 0},
             {"csv", true, load_names, ib_csv_samples, ROUNDS},
             {"md", false, ib_load_run_samples, print_markdown, 0},
             {"trace", false, load_with_timelines, print_trace, 0}};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

static enum ib_status find_form(const char *format, bool samples, const struct form **out)
{
    bool known = false;
    for (const struct form *form = forms; form < forms + FORM_COUNT; form++) {
        known |= strcmp(form->name, format) == 0;
        *out = form;
        if (strcmp(form->name, format) == 0 && form->samples == samples)
            return IB_OK;
    }
    return known ? ib_fail(IB_EINVAL, "--samples", "requires `--format csv`")
                 : ib_fail(IB_EINVAL, "--format", "`%s` is not allowed: json, csv, md or trace", format);
}

static enum ib_status print(const char *dir, const struct form *form, const struct ib_run_record *run)
{
    struct ib_long_lists *lists = NULL;
    if (form->lists)
        IB_TRY(ib_long_lists_open(dir, form->lists, &lists));
    const enum ib_status status = form->print(stdout, run, lists);
    ib_long_lists_close(lists);
    if (status == IB_OK && (fflush(stdout) != 0 || ferror(stdout)))
        return ib_fail_errno("stdout", "cannot write the record");
    return status;
}

static int print_record(const char *dir, const struct form *form, const struct ib_sweep_flags *selected)
{
    struct ib_run_record run;
    if (form->load(dir, &run) != IB_OK)
        return ib_usage_error();
    if (ib_select_cases(&run, selected->keep, selected->drop) != IB_OK) {
        ib_run_record_free(&run);
        return ib_usage_error();
    }
    const enum ib_status status = print(dir, form, &run);
    ib_run_record_free(&run);
    return status == IB_OK ? IB_EXIT_OK : ib_run_error();
}

static int export_main(const struct ib_command *command, int argc, char **argv)
{
    const char *dir, *format = NULL, *samples = NULL, *json = NULL;
    struct ib_sweep_flags selected = {0};
    const struct form *form = NULL;
    bool done;
    const struct ib_flag flags[] = {
        IB_SELECTION_FLAGS(selected),
        {"--format", "json|csv|md|trace", "default: json", &format, NULL},
        {"--json", NULL, "the same as --format json", &json, NULL},
        {"--samples", NULL, "with csv: one row per sample instead of per case", &samples, NULL},
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, &dir, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (json && format) {
        ib_fail(IB_EINVAL, "--json", "excludes --format");
        return ib_usage_error();
    }
    if (find_form(format ? format : "json", samples != NULL, &form) != IB_OK)
        return ib_usage_error();
    return print_record(dir, form, &selected);
}

const struct ib_command ib_command_export = {
    .name = "export",
    .usage = "export DIR [--format json|csv|md|trace] [--samples] [-s SELECT] [-x EXCLUDE]",
    .summary = "print the record of a run",
    .detail =
        "json: the whole record, as described by results/record.schema.json; unknown values are null.\n"
        "csv: one row per case, or per sample with --samples; unknown values are empty. md: the tables.\n"
        "trace: an epoch of each case, call by call and copy by copy, for Perfetto and Chrome's tracing "
        "page.\n\n" IB_CONDITION_HELP,
    .main = export_main,
};
