#include "report/junit.h"

#include "report/escape.h"

#include <string.h>

/* The tests of a case, and the kinds of violations that fail them. */
static const struct aspect {
    const char *name;
    unsigned kinds; /* bits 1 << kind */
} aspects[] = {{"answer", 1u << IB_ACCURACY | 1u << IB_FAILED | 1u << IB_MISSING},
               {"copies", 1u << IB_COPIES},
               {"speed", 1u << IB_SLOWER_CASE | 1u << IB_AMBIGUOUS_CASE}};
enum { ASPECT_COUNT = sizeof aspects / sizeof *aspects };

static bool is_about(const struct ib_violation *v, const struct ib_gate_case *c)
{
    return v->id && strcmp(v->id, c->id) == 0;
}

static void print_failures(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result,
                           const struct ib_gate_case *c, const struct aspect *aspect)
{
    for (size_t i = 0; i < result->violations.n; i++) {
        const struct ib_violation *v = &result->violations.list[i];
        if (is_about(v, c) && aspect->kinds & 1u << v->kind)
            fprintf(out, "    <%s message=\"%s\"/>\n",
                    ib_violation_fails(v, result->exit_status) ? "failure" : "skipped",
                    ib_escape_html(arena, v->message));
    }
}

static void print_case(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result,
                       const struct ib_gate_case *c)
{
    for (int a = 0; a < ASPECT_COUNT; a++) {
        fprintf(out, "  <testcase classname=\"%s\" name=\"%s: %s\">\n", ib_escape_html(arena, c->problem),
                ib_escape_html(arena, c->name), aspects[a].name);
        print_failures(out, arena, result, c, &aspects[a]);
        fprintf(out, "  </testcase>\n");
    }
}

/* Is the violation about a case of the sweep? Others are about the whole sweep or removed cases. */
static bool is_listed(const struct ib_gate_result *result, const struct ib_violation *v)
{
    for (size_t i = 0; i < result->n; i++)
        if (is_about(v, &result->cases[i]))
            return true;
    return false;
}

static void print_others(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result)
{
    for (size_t i = 0; i < result->violations.n; i++) {
        const struct ib_violation *v = &result->violations.list[i];
        if (!is_listed(result, v))
            fprintf(out,
                    "  <testcase classname=\"sweep\" name=\"%s %s\">\n    <failure message=\"%s\"/>\n  "
                    "</testcase>\n",
                    ib_escape_html(arena, v->problem), ib_escape_html(arena, v->name),
                    ib_escape_html(arena, v->message));
    }
}

void ib_gate_junit(FILE *out, struct ib_arena *arena, const struct ib_gate_result *result)
{
    size_t tests = ASPECT_COUNT * result->n, failures = 0;
    for (size_t i = 0; i < result->violations.n; i++) {
        const struct ib_violation *v = &result->violations.list[i];
        tests += is_listed(result, v) ? 0 : 1;
        failures += ib_violation_fails(v, result->exit_status) ? 1 : 0;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"ironbench gate\" "
            "tests=\"%zu\" failures=\"%zu\">\n",
            tests, failures);
    for (size_t i = 0; i < result->n; i++)
        print_case(out, arena, result, &result->cases[i]);
    print_others(out, arena, result);
    fprintf(out, "</testsuite>\n</testsuites>\n");
}
