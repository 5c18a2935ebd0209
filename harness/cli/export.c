#include "base/error.h"
#include "cli/args.h"
#include "report/csv.h"
#include "report/record_json.h"
#include "report/report.h"
#include "store/load_run.h"

#include <stdio.h>
#include <string.h>

typedef void printer(FILE *, const struct ib_run_record *);

static const struct form {
    const char *name;
    printer *print, *samples; /* samples: for --samples; NULL: not supported */
} forms[] = {
    {"json", ib_record_print, NULL}, {"csv", ib_csv_cases, ib_csv_samples}, {"md", ib_markdown_print, NULL}};
enum { FORM_COUNT = sizeof forms / sizeof *forms };

static enum ib_status find_printer(const char *format, bool samples, printer **out)
{
    const struct form *form = forms;
    while (form < forms + FORM_COUNT && strcmp(form->name, format) != 0)
        form++;
    if (form == forms + FORM_COUNT)
        return ib_fail(IB_EINVAL, "--format", "`%s` is not allowed: json, csv or md", format);
    if (samples && !form->samples)
        return ib_fail(IB_EINVAL, "--samples", "requires `--format csv`");
    *out = samples ? form->samples : form->print;
    return IB_OK;
}

static int print_record(const char *dir, printer *print)
{
    struct ib_run_record run;
    if (ib_load_run(dir, &run) != IB_OK)
        return ib_usage_error();
    if (print == ib_record_print && ib_load_predictions(dir, &run) != IB_OK) {
        ib_run_record_free(&run);
        return ib_run_error();
    }
    print(stdout, &run);
    ib_run_record_free(&run);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return IB_EXIT_OK;
    ib_fail_errno("stdout", "cannot write the record");
    return ib_run_error();
}

static int export_main(const struct ib_command *command, int argc, char **argv)
{
    const char *dir, *format = NULL, *samples = NULL;
    printer *print = NULL;
    bool done;
    const struct ib_flag flags[] = {
        {"--format", "FORM", "json (default), csv or md", &format, NULL},
        {"--samples", NULL, "with csv: one row per sample instead of per case", &samples, NULL},
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, &dir, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (find_printer(format ? format : "json", samples, &print) != IB_OK)
        return ib_usage_error();
    return print_record(dir, print);
}

const struct ib_command ib_command_export = {
    .name = "export",
    .usage = "export DIR [--format json|csv|md] [--samples]",
    .summary = "print the record of a run",
    .detail =
        "json: the whole record, as described by results/record.schema.json; unknown values are null.\n"
        "csv: one row per case, or per sample with --samples; unknown values are empty. md: the tables.",
    .main = export_main,
};
