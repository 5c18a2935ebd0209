#include "report/explain.h"
#include "cli/args.h"
#include "cli/case_argument.h"
#include "cli/print_json.h"
#include "report/explain_json.h"
#include "report/render.h"
#include "store/load_run.h"

#include <stdio.h>
#include <stdlib.h>

enum { AS_JSON = -1 }; /* instead of an enum ib_colour */

static void print_case(const struct ib_run_record *run, const struct ib_case_record *c, int form,
                       struct ib_arena *arena)
{
    struct ib_doc doc = {.arena = arena};
    ib_explain_case(&doc, c);
    ib_explain_cost(&doc, run, c);
    if (form != AS_JSON) {
        ib_render_text(stdout, &doc, (enum ib_colour)form);
        return;
    }
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    if (out) {
        ib_render_text(out, &doc, IB_COLOUR_NEVER);
        fclose(out);
    }
    ib_print_json(ib_explanation_to_json(run, c, text));
    free(text);
}

static int explain(const char *dir, const char *text, int form)
{
    struct ib_arena arena = {0};
    struct ib_run_record run;
    const struct ib_case_record *c;
    if (ib_load_run(dir, &run) != IB_OK)
        return ib_usage_error();
    int status = IB_EXIT_OK;
    if (ib_case_argument(&arena, &run, text, &c) == IB_OK)
        print_case(&run, c, form, &arena);
    else
        status = ib_usage_error();
    ib_run_record_free(&run);
    ib_arena_free(&arena);
    return status;
}

static int explain_main(const struct ib_command *command, int argc, char **argv)
{
    const char *named[2], *colour_word = NULL, *json = NULL;
    int colour = IB_COLOUR_AUTO;
    bool done;
    const struct ib_flag flags[] = {
        {"--color", "auto|always|never", "colours of the table; default: auto", &colour_word, NULL},
        IB_JSON_FLAG(json),
        {NULL}};
    if (ib_args_read(command, flags, argc, argv, named, 2, &done) != IB_OK ||
        ib_args_word("--color", colour_word, ib_colour_words, &colour) != IB_OK)
        return ib_usage_error();
    return done ? IB_EXIT_OK : explain(named[0], named[1], json ? AS_JSON : colour);
}

const struct ib_command ib_command_explain = {
    .name = "explain",
    .usage = "explain DIR CASE [--color auto|always|never] [--json]",
    .summary = "show where the bytes and the time of one case went, and what to change",
    .detail = "DIR is the folder of a run. CASE is a case's number in the plan, its id, or a unique part of "
              "its id.",
    .main = explain_main,
};
