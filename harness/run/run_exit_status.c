#include "run/run_exit_status.h"

#include "base/exit_status.h"
#include "base/text.h"

#include <stdio.h>

static bool is_missing(const struct ib_case_record *c)
{
    return c->status == IB_CASE_UNAVAILABLE || c->status == IB_CASE_UNSUPPORTED;
}

/* Whether an implementation that matches the glob did not run. A shard need not have cases of each. */
static bool lacks(const struct ib_run_record *record, const char *glob)
{
    bool planned = !record->n_parts || !record->parts[0].shard.count;
    for (size_t i = 0; i < record->n; i++) {
        if (!ib_glob(glob, record->cases[i].axis[IB_AXIS_IMPL]))
            continue;
        if (!is_missing(&record->cases[i]))
            return false;
        planned = true;
    }
    return planned;
}

struct tally {
    size_t ok, wrong, untrusted, failed;
};

static struct tally count_cases(const struct ib_run_record *record)
{
    struct tally t = {0};
    for (size_t i = 0; i < record->n; i++) {
        const struct ib_case_record *c = &record->cases[i];
        if (c->check.verdict == IB_WRONG)
            t.wrong++;
        else if (c->status == IB_CASE_UNTRUSTED)
            t.untrusted++;
        else if (c->status == IB_CASE_OK)
            t.ok++;
        else if (!is_missing(c))
            t.failed++;
    }
    return t;
}

int ib_run_exit_status(const struct ib_run_record *record, const char *const *require, char *why, size_t n)
{
    struct tally t = count_cases(record);
    why[0] = '\0';
    if (t.wrong + t.untrusted) {
        snprintf(why, n, "%zu wrong, %zu untrusted", t.wrong, t.untrusted);
        return IB_EXIT_WRONG;
    }
    if (t.failed) {
        snprintf(why, n, "%zu failed", t.failed);
        return IB_EXIT_FAILED;
    }
    for (; require && *require; require++)
        if (lacks(record, *require)) {
            snprintf(why, n, "%s is required but did not run", *require);
            return IB_EXIT_FAILED;
        }
    if (!t.ok) {
        snprintf(why, n, "no case is ok");
        return IB_EXIT_FAILED;
    }
    return IB_EXIT_OK;
}
