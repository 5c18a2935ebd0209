#include "machine/doctor.h"
#include "base/json_text.h"
#include "base/plain_text.h"
#include "cli/args.h"

#include <stdio.h>

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

static int doctor_main(const struct ib_command *command, int argc, char **argv)
{
    const char *as_json = NULL;
    bool done;
    const struct ib_flag flags[] = {{"--json", NULL, "print JSON", &as_json, NULL}, {NULL}};
    const struct ib_doctor_finding *findings;
    size_t n;
    struct ib_arena arena = {0};
    if (ib_args_read(command, flags, argc, argv, NULL, 0, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    enum ib_status status = ib_doctor_examine(&arena, &findings, &n);
    if (status == IB_OK && as_json)
        print_json(findings, n);
    else if (status == IB_OK)
        print_text(findings, n);
    ib_arena_free(&arena);
    return status == IB_OK ? IB_EXIT_OK : ib_run_error();
}

const struct ib_command ib_command_doctor = {
    .name = "doctor",
    .usage = "doctor [--json]",
    .summary = "describe this machine, what would disturb a measurement, and how to fix it",
    .main = doctor_main,
};
