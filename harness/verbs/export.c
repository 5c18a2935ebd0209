#include "args.h"
#include "base/error.h"
#include "store/record.h"

#include <stdio.h>
#include <string.h>

static int print_json(const char *dir)
{
    json_t *record;
    if (ib_record_load(dir, &record) != IB_OK)
        return ib_usage_error();
    int failed = json_dumpf(record, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    json_decref(record);
    return failed || putchar('\n') == EOF || fflush(stdout) != 0 ? IB_EXIT_FAILED : IB_EXIT_OK;
}

static int verb_export(const struct ib_verb *verb, int argc, char **argv)
{
    const char *dir, *format = NULL;
    bool done;
    const struct ib_flag flags[] = {{"--format", "json", "the form; default: json", &format, NULL}, {NULL}};
    if (ib_args_read(verb, flags, argc, argv, &dir, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (format && strcmp(format, "json") != 0) {
        ib_fail(IB_EINVAL, "--format", "`%s` is not allowed: json", format);
        return ib_usage_error();
    }
    return print_json(dir);
}

const struct ib_verb ib_verb_export = {
    .name = "export",
    .usage = "export DIR [--format json]",
    .summary = "print the record of a run",
    .detail = "Its fields: results/record.schema.json. What is unknown is null.",
    .main = verb_export,
};
