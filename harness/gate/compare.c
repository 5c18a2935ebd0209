#include "gate/compare.h"

#include "analysis/member.h"
#include "gate/record_diff.h"
#include "gate/speed_verdict.h"

#include <math.h>
#include <string.h>

enum { COMPARISON_SCHEMA = 1 };

/* "ok", "wrong", "crashed": how a case ended, and where it came to its end, whether it was right. */
static const char *verdict_of(const json_t *c)
{
    const char *status = ib_member_text(c, "status");
    return strcmp(status, "ok") == 0 ? ib_member_text(c, "verify.verdict") : status;
}

static json_t *name_case(const json_t *c)
{
    return json_pack("{s:s, s:s, s:s}", "id", ib_member_text(c, "id"), "name", ib_member_text(c, "name"),
                     "problem", ib_member_text(c, "problem"));
}

static json_t *library_difference(const json_t *old_case, const json_t *new_case)
{
    const char *was = ib_member_text(old_case, "libraries"),
               *candidate = ib_member_text(new_case, "libraries");
    return strcmp(was, candidate) == 0 ? json_null() : json_pack("{s:s, s:s}", "old", was, "new", candidate);
}

/* Of a run with itself: the very same times. */
static struct ib_speed speed_of_itself(const json_t *c)
{
    size_t n = (size_t)fmax(ib_member_number(c, "time.epoch_ns.n"), 0);
    return n ? (struct ib_speed){IB_SAME, 1, 1, 1, n, NAN, NULL}
             : (struct ib_speed){IB_AMBIGUOUS, NAN, NAN, NAN, 0, NAN, "it has no time"};
}

static json_t *compare_case(const json_t *old_case, const json_t *new_case, double margin, bool same_run)
{
    struct ib_speed speed =
        same_run ? speed_of_itself(new_case) : ib_speed_unpaired(old_case, new_case, margin);
    json_t *c = name_case(new_case);
    json_object_set_new(c, "old_ns", ib_json_number(ib_member_number(old_case, "time.epoch_ns.median")));
    json_object_set_new(c, "new_ns", ib_json_number(ib_member_number(new_case, "time.epoch_ns.median")));
    json_object_set_new(c, "speed", ib_speed_json(&speed));
    json_object_set_new(c, "old_verdict", json_string(verdict_of(old_case)));
    json_object_set_new(c, "new_verdict", json_string(verdict_of(new_case)));
    json_object_set_new(c, "metrics", ib_metric_differences(old_case, new_case, IB_COMPARE_TOLERANCE));
    json_object_set_new(c, "copies", ib_copy_differences(old_case, new_case));
    json_object_set_new(c, "libraries", library_difference(old_case, new_case));
    return c;
}

static json_t *name_run(const json_t *run)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "id", ib_member_text(run, "id"), "name",
                     ib_member_text(run, "name"), "started", ib_member_text(run, "started"), "version",
                     ib_member_text(run, "version"));
}

/* The cases that the other run does not have. */
static json_t *only(const json_t *cases, const json_t *others)
{
    json_t *list = json_array(), *c;
    size_t i;
    json_array_foreach (cases, i, c)
        if (!ib_case_of_id(others, ib_member_text(c, "id")))
            json_array_append_new(list, name_case(c));
    return list;
}

json_t *ib_compare(const json_t *old_record, const json_t *new_record, double margin)
{
    const json_t *old_run = ib_member(old_record, "run"), *new_run = ib_member(new_record, "run");
    const json_t *old_cases = ib_member(old_record, "cases"), *new_cases = ib_member(new_record, "cases");
    const bool same = strcmp(ib_member_text(old_run, "id"), ib_member_text(new_run, "id")) == 0;
    json_t *both = json_array(), *c;
    size_t i;
    json_array_foreach (new_cases, i, c) {
        const json_t *was = ib_case_of_id(old_cases, ib_member_text(c, "id"));
        if (was)
            json_array_append_new(both, compare_case(was, c, margin, same));
    }
    return json_pack("{s:i, s:b, s:f, s:o, s:o, s:o, s:o, s:o, s:o}", "schema", COMPARISON_SCHEMA, "same_run",
                     same, "margin", margin, "old", name_run(old_run), "new", name_run(new_run),
                     "differences", ib_run_differences(old_run, new_run), "cases", both, "only_old",
                     only(old_cases, new_cases), "only_new", only(new_cases, old_cases));
}
