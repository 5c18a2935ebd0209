#include "gate/compare.h"
#include "base/error.h"
#include "cli/args.h"
#include "report/compare_report.h"
#include "report/gate_json.h"
#include "report/render.h"
#include "store/load_run.h"

#include <stdio.h>

enum form { PLAIN, MARKDOWN, HTML, JSON };

static enum ib_status print_comparison(const struct ib_comparison *comparison, enum form form,
                                       struct ib_arena *arena)
{
    struct ib_doc doc = {.arena = arena};
    if (form == JSON) {
        ib_comparison_print_json(stdout, comparison);
        return IB_OK;
    }
    ib_compare_page(&doc, comparison);
    if (form == HTML)
        return ib_render_html(stdout, &doc);
    if (form == MARKDOWN)
        ib_render_markdown(stdout, &doc);
    else
        ib_render_text(stdout, &doc, IB_COLOUR_AUTO);
    return IB_OK;
}

static int compare(const char *const *dirs, double margin, enum form form)
{
    struct ib_run_record old, new;
    struct ib_comparison comparison;
    struct ib_arena arena = {0};
    if (ib_load_run_compared(dirs[0], &old) != IB_OK)
        return ib_usage_error();
    if (ib_load_run_compared(dirs[1], &new) != IB_OK) {
        ib_run_record_free(&old);
        return ib_usage_error();
    }
    ib_compare(&arena, &old, &new, margin, &comparison);
    enum ib_status status = print_comparison(&comparison, form, &arena);
    if (status == IB_OK && (fflush(stdout) != 0 || ferror(stdout)))
        status = ib_fail_errno("stdout", "cannot write the comparison");
    ib_run_record_free(&old);
    ib_run_record_free(&new);
    ib_arena_free(&arena);
    return status == IB_OK ? IB_EXIT_OK : ib_run_error();
}

static enum ib_status read_form(const char *const given[], enum form *out)
{
    int n = 0;
    *out = PLAIN;
    for (int i = 0; i < 3; i++)
        if (given[i]) {
            *out = (enum form)(MARKDOWN + i);
            n++;
        }
    return n > 1 ? ib_fail(IB_EINVAL, "compare", "allows only one of --md, --html and --json") : IB_OK;
}

static int compare_main(const struct ib_command *command, int argc, char **argv)
{
    const char *dirs[2], *form_given[3] = {NULL}, *margin_text = NULL;
    double margin = IB_COMPARE_MARGIN;
    enum form form;
    bool done;
    const struct ib_flag flags[] = {
        {"--margin", "SHARE", "smaller changes of speed count as none; default: 3%", &margin_text, NULL},
        {"--md", NULL, "print Markdown", &form_given[0], NULL},
        {"--html", NULL, "print an HTML page", &form_given[1], NULL},
        {"--json", NULL, "print JSON", &form_given[2], NULL},
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, dirs, 2, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (ib_args_share("--margin", margin_text, &margin) != IB_OK || read_form(form_given, &form) != IB_OK)
        return ib_usage_error();
    return compare(dirs, margin, form);
}

const struct ib_command ib_command_compare = {
    .name = "compare",
    .usage = "compare OLD NEW [--margin SHARE] [--md | --html | --json]",
    .summary = "show what differs between two stored runs: speed, answers, copies, machines",
    .detail = "OLD and NEW are the folders of two runs. The exit status is 0 whatever differs; to fail on a\n"
              "regression, use `gate`.",
    .main = compare_main,
};
