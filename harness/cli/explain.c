#include "report/explain.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/args.h"
#include "report/render.h"
#include "store/load_run.h"

#include <string.h>

enum { MAX_CANDIDATES = 8 };

/* ---- finding the case ---- */

/* Returns how many ids contain the text, or are it. *only: the case, if there is one; else NULL. */
static size_t count_matches(const struct ib_run_record *run, const char *text, bool whole,
                            const struct ib_case_record **only)
{
    size_t n = 0;
    *only = NULL;
    for (size_t i = 0; i < run->n; i++)
        if (whole ? strcmp(run->cases[i].id, text) == 0 : strstr(run->cases[i].id, text) != NULL)
            *only = n++ ? NULL : &run->cases[i];
    return n;
}

/* The same for whole ids, if there are any. */
static size_t find_matches(const struct ib_run_record *run, const char *text,
                           const struct ib_case_record **only)
{
    const size_t n = count_matches(run, text, true, only);
    return n ? n : count_matches(run, text, false, only);
}

/* "3 linreg-…, 4 linreg-… and 12 more": numbers and ids of the n cases whose ids contain the text. */
static const char *candidates(struct ib_arena *arena, const struct ib_run_record *run, const char *text,
                              size_t n)
{
    const char *list = "";
    size_t named = 0;
    for (size_t i = 0; i < run->n && named < MAX_CANDIDATES; i++) {
        const struct ib_case_record *c = &run->cases[i];
        const char *on = run->n_machines > 1 ? ib_arena_print(arena, " on %s", c->machine) : "";
        if (strstr(c->id, text))
            list = ib_arena_print(arena, "%s%s%zu %s%s", list, named++ ? ", " : "", i + 1, c->id, on);
    }
    return named < n ? ib_arena_print(arena, "%s and %zu more", list, n - named) : list;
}

static enum ib_status find_case(struct ib_arena *arena, const struct ib_run_record *run, const char *text,
                                const struct ib_case_record **out)
{
    uint64_t number;
    size_t n_cases = run->n, n = find_matches(run, text, out);
    if (ib_parse_u64(text, &number) && number >= 1 && number <= n_cases) {
        *out = &run->cases[number - 1];
        return IB_OK;
    }
    if (*out)
        return IB_OK;
    if (n)
        return ib_fail(IB_EINVAL, "CASE", "`%s` matches %zu cases: %s", text, n,
                       candidates(arena, run, text, n));
    return ib_fail(IB_EINVAL, "CASE", "`%s` matches no case of this run, which has %zu: %s", text, n_cases,
                   candidates(arena, run, "", n_cases));
}

/* ---- the command ---- */

static void print_case(const struct ib_run_record *run, const struct ib_case_record *c, enum ib_colour colour,
                       struct ib_arena *arena)
{
    struct ib_doc doc = {.arena = arena};
    ib_explain_case(&doc, c);
    ib_explain_cost(&doc, run, c);
    ib_render_text(stdout, &doc, colour);
}

static int explain(const char *dir, const char *text, enum ib_colour colour)
{
    struct ib_arena arena = {0};
    struct ib_run_record run;
    const struct ib_case_record *c;
    if (ib_load_run(dir, &run) != IB_OK)
        return ib_usage_error();
    int status = IB_EXIT_OK;
    if (find_case(&arena, &run, text, &c) == IB_OK)
        print_case(&run, c, colour, &arena);
    else
        status = ib_usage_error();
    ib_run_record_free(&run);
    ib_arena_free(&arena);
    return status;
}

static int explain_main(const struct ib_command *command, int argc, char **argv)
{
    const char *named[2], *colour_word = NULL;
    int colour = IB_COLOUR_AUTO;
    bool done;
    const struct ib_flag flags[] = {
        {"--color", "WHEN", "auto, always or never; default: auto", &colour_word, NULL}, {NULL}};
    if (ib_args_read(command, flags, argc, argv, named, 2, &done) != IB_OK ||
        ib_args_word("--color", colour_word, ib_colour_words, &colour) != IB_OK)
        return ib_usage_error();
    return done ? IB_EXIT_OK : explain(named[0], named[1], (enum ib_colour)colour);
}

const struct ib_command ib_command_explain = {
    .name = "explain",
    .usage = "explain DIR CASE [--color WHEN]",
    .summary = "show where the bytes and the time of one case went, and what to change",
    .detail = "DIR is the folder of a run. CASE is a case's number in the plan, its id, or a unique part of "
              "its id.",
    .main = explain_main,
};
