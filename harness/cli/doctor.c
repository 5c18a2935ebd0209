#include "machine/doctor.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/args.h"
#include "gate/selftest.h"
#include "report/limits_text.h"
#include "report/selftest_report.h"

#include <stdio.h>
#include <string.h>

static void print_text(const struct ib_doctor_finding *findings, size_t n)
{
    size_t disturbing = 0;
    for (size_t i = 0; i < n; i++) {
        const struct ib_doctor_finding *f = &findings[i];
        disturbing += f->level == IB_DISTURBS;
        ib_print_line(stdout, "%-9s %-18s %s", ib_word_of(ib_doctor_level_words, (int)f->level), f->subject,
                      f->is);
        if (f->remedy)
            ib_print_line(stdout, "%-9s %-18s -> %s", "", "", f->remedy);
    }
    if (disturbing)
        printf("\n%zu of these would disturb a measurement.\n", disturbing);
    else
        printf("\nNothing here would disturb a measurement.\n");
}

static void print_json(const struct ib_doctor_finding *findings, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s?}", "level",
                                              ib_word_of(ib_doctor_level_words, (int)findings[i].level),
                                              "subject", findings[i].subject, "is", findings[i].is, "remedy",
                                              findings[i].remedy));
    ib_json_print(stdout, list, JSON_INDENT(1));
    putchar('\n');
    json_decref(list);
}

/* ---- limits ---- */

static void tell(const char *what)
{
    fprintf(stderr, "measuring %s\n", what);
}

/* Measures and keeps the limits, or better ones that were kept before. They are printed even if they cannot
 * be kept. */
static int measure_limits(struct ib_arena *arena, double seconds, bool as_json)
{
    struct ib_machine machine;
    struct ib_limits limits = {0}, earlier;
    const char *why;
    ib_machine_describe(arena, &machine);
    limits.path = ib_limits_path(arena, &machine);
    if (ib_limits_measure(arena, seconds, tell, &limits) != IB_OK)
        return ib_run_error();
    if (ib_limits_load(arena, &machine, &earlier, &why) == IB_KEPT_KNOWN) {
        ib_rates_improve(&limits.rates, &earlier.rates);
        fprintf(stderr, "rates that were higher on %s are kept\n", earlier.measured);
    }
    json_t *json = ib_limits_to_json(&limits, &machine);
    if (as_json)
        ib_json_print(stdout, json, JSON_INDENT(1));
    else
        ib_limits_print(stdout, &limits);
    putchar('\n');
    json_decref(json);
    if (ib_limits_save(&limits, &machine) != IB_OK)
        return ib_run_error();
    ib_print_line(as_json ? stderr : stdout, "kept in %s; from now on, runs on this machine use them",
                  limits.path);
    return IB_EXIT_OK;
}

/* The last finding: what a gate can see. */
static struct ib_doctor_finding examine_selftest(struct ib_arena *arena)
{
    struct ib_machine machine;
    struct ib_selftest self;
    const char *why;
    ib_machine_describe(arena, &machine);
    const enum ib_kept_state state = ib_selftest_load(arena, &machine, &self, &why);
    if (state == IB_KEPT_KNOWN)
        return (struct ib_doctor_finding){IB_FINE, "selftest", ib_selftest_brief(arena, &self), NULL};
    return (struct ib_doctor_finding){state == IB_KEPT_DAMAGED ? IB_DISTURBS : IB_NOTE, "selftest", why,
                                      "without it a gate does not say what it can see"};
}

static int examine(struct ib_arena *arena, bool as_json)
{
    const struct ib_doctor_finding *found;
    size_t n;
    if (ib_doctor_examine(arena, &found, &n) != IB_OK)
        return ib_run_error();
    struct ib_doctor_finding *findings = ib_arena_alloc(arena, (n + 1) * sizeof *findings);
    memcpy(findings, found, n * sizeof *findings);
    findings[n] = examine_selftest(arena);
    (as_json ? print_json : print_text)(findings, n + 1);
    return IB_EXIT_OK;
}

static int doctor_main(const struct ib_command *command, int argc, char **argv)
{
    const char *as_json = NULL, *limits = NULL, *seconds_text = NULL;
    bool done;
    double seconds = 8;
    const struct ib_flag flags[] = {
        {"--limits", NULL, "measure what this machine can do at most, and keep it for runs", &limits, NULL},
        {"--seconds", "S", "how long to measure arithmetic and memory, 0.1 to 600; default: 8", &seconds_text,
         NULL},
        {"--json", NULL, "print JSON", &as_json, NULL},
        {NULL}};
    struct ib_arena arena = {0};
    if (ib_args_read(command, flags, argc, argv, NULL, 0, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (seconds_text && (!ib_parse_f64(seconds_text, &seconds) || seconds < 0.1 || seconds > 600)) {
        ib_fail(IB_EINVAL, "--seconds", "`%s` is not allowed: 0.1 to 600", IB_SHORT(seconds_text));
        return ib_usage_error();
    }
    if (seconds_text && !limits) {
        ib_fail(IB_EINVAL, "--seconds", "requires --limits");
        return ib_usage_error();
    }
    const int status = limits ? measure_limits(&arena, seconds, as_json) : examine(&arena, as_json);
    ib_arena_free(&arena);
    return status;
}

const struct ib_command ib_command_doctor = {
    .name = "doctor",
    .usage = "doctor [--limits [--seconds S]] [--json]",
    .summary = "describe this machine, what would disturb a measurement, and how to fix it",
    .main = doctor_main,
};
