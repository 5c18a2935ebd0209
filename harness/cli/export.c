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

typedef void printer(FILE *, const struct ib_run_record *);

static const struct form {
    const char *name;
    printer *print, *samples;    /* samples: for --samples; NULL: not supported */
    bool predictions, timelines; /* that it prints, too */
} forms[] = {{"json", ib_record_print, NULL, true, true},
             {"csv", ib_csv_cases, ib_csv_samples, false, false},
             {"md", ib_markdown_print, NULL, false, false},
             {"trace", ib_trace_print, NULL, false, true}};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

static enum ib_status find_form(const char *format, bool samples, const struct form **out)
{
    const struct form *form = forms;
    while (form < forms + FORM_COUNT && strcmp(form->name, format) != 0)
        form++;
    if (form == forms + FORM_COUNT)
        return ib_fail(IB_EINVAL, "--format", "`%s` is not allowed: json, csv, md or trace", format);
    if (samples && !form->samples)
        return ib_fail(IB_EINVAL, "--samples", "requires `--format csv`");
    *out = form;
    return IB_OK;
}

/* What only some forms need. */
static enum ib_status load_more(const char *dir, const struct form *form, struct ib_run_record *run)
{
    if (form->predictions)
        IB_TRY(ib_load_predictions(dir, run));
    return form->timelines ? ib_load_timelines(dir, run) : IB_OK;
}

static int print_record(const char *dir, const struct form *form, bool samples,
                        const struct ib_sweep_flags *selected)
{
    struct ib_run_record run;
    if (ib_load_run(dir, &run) != IB_OK)
        return ib_usage_error();
    if (load_more(dir, form, &run) != IB_OK) {
        ib_run_record_free(&run);
        return ib_run_error();
    }
    if (ib_select_cases(&run, selected->keep, selected->drop) != IB_OK) {
        ib_run_record_free(&run);
        return ib_usage_error();
    }
    (samples ? form->samples : form->print)(stdout, &run);
    ib_run_record_free(&run);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return IB_EXIT_OK;
    ib_fail_errno("stdout", "cannot write the record");
    return ib_run_error();
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
    if (find_form(format ? format : "json", samples, &form) != IB_OK)
        return ib_usage_error();
    return print_record(dir, form, samples, &selected);
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
