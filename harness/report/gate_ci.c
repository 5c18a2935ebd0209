#include "analysis/member.h"
#include "report/escape.h"
#include "report/gate_report.h"

#include <math.h>
#include <string.h>

/* ---- JUnit ---- */

/* Kinds of findings by what a case is tested for. */
static const struct aspect {
    const char *name;
    const char *kinds[3];
} aspects[] = {{"answer", {"accuracy", "failed", "missing"}},
               {"copies", {"copies"}},
               {"speed", {"slower", "ambiguous"}}};
enum { ASPECT_COUNT = sizeof aspects / sizeof *aspects };

static bool is_of(const json_t *finding, const char *id, const struct aspect *aspect)
{
    const json_t *named = json_object_get(finding, "case");
    const char *kind = ib_member_text(finding, "kind");
    if (json_is_string(named) != (id != NULL) || (id && strcmp(json_string_value(named), id) != 0))
        return false;
    for (size_t k = 0; !aspect || (k < 3 && aspect->kinds[k]); k++)
        if (!aspect || strcmp(kind, aspect->kinds[k]) == 0)
            return true;
    return false;
}

/* What is not decided is no failure, unless the gate is strict. */
static const char *element_of(const json_t *result, const json_t *finding)
{
    return strcmp(ib_member_text(finding, "kind"), "ambiguous") == 0 &&
                   ib_member_number(result, "exit_status") != 5
               ? "skipped"
               : "failure";
}

static void print_failures(FILE *out, struct ib_arena *arena, const json_t *result, const char *id,
                           const struct aspect *aspect)
{
    size_t i;
    json_t *finding;
    json_array_foreach (ib_member(result, "findings"), i, finding)
        if (is_of(finding, id, aspect)) {
            const char *element = element_of(result, finding);
            fprintf(out, "    <%s message=\"%s\"/>\n", element,
                    ib_escape_html(arena, ib_member_text(finding, "message")));
        }
}

static void print_case(FILE *out, struct ib_arena *arena, const json_t *result, const json_t *c)
{
    for (int a = 0; a < ASPECT_COUNT; a++) {
        fprintf(out, "  <testcase classname=\"%s\" name=\"%s: %s\">\n",
                ib_escape_html(arena, ib_member_text(c, "problem")),
                ib_escape_html(arena, ib_member_text(c, "name")), aspects[a].name);
        print_failures(out, arena, result, ib_member_text(c, "id"), &aspects[a]);
        fprintf(out, "  </testcase>\n");
    }
}

/* Findings of no case of the table: of the sweep, and of cases that it does not have any more. */
static bool is_listed(const json_t *result, const json_t *finding)
{
    const json_t *named = json_object_get(finding, "case");
    size_t i;
    json_t *c;
    json_array_foreach (ib_member(result, "cases"), i, c)
        if (json_is_string(named) && strcmp(json_string_value(named), ib_member_text(c, "id")) == 0)
            return true;
    return false;
}

static void print_others(FILE *out, struct ib_arena *arena, const json_t *result)
{
    size_t i;
    json_t *finding;
    json_array_foreach (ib_member(result, "findings"), i, finding)
        if (!is_listed(result, finding))
            fprintf(out,
                    "  <testcase classname=\"sweep\" name=\"%s %s\">\n    <failure message=\"%s\"/>\n  "
                    "</testcase>\n",
                    ib_escape_html(arena, ib_member_text(finding, "problem")),
                    ib_escape_html(arena, ib_member_text(finding, "name")),
                    ib_escape_html(arena, ib_member_text(finding, "message")));
}

/* Test cases and failing ones among them, as XML counts them. */
static void count(const json_t *result, size_t *tests, size_t *failures)
{
    const json_t *cases = ib_member(result, "cases"), *findings = ib_member(result, "findings");
    size_t i;
    json_t *finding;
    *tests = ASPECT_COUNT * json_array_size(cases);
    *failures = 0;
    json_array_foreach (findings, i, finding) {
        *tests += is_listed(result, finding) ? 0 : 1;
        *failures += strcmp(element_of(result, finding), "failure") == 0 ? 1 : 0;
    }
}

void ib_gate_junit(FILE *out, struct ib_arena *arena, const json_t *result)
{
    size_t i, tests, failures;
    json_t *c;
    count(result, &tests, &failures);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n<testsuite name=\"ironbench gate\" "
            "tests=\"%zu\" failures=\"%zu\">\n",
            tests, failures);
    json_array_foreach (ib_member(result, "cases"), i, c)
        print_case(out, arena, result, c);
    print_others(out, arena, result);
    fprintf(out, "</testsuite>\n</testsuites>\n");
}

/* ---- GitHub ---- */

/* https://docs.github.com/actions: what would end a command or one of its properties. */
static const char *escape_command(struct ib_arena *arena, const char *text, bool property)
{
    char *out = ib_arena_alloc(arena, 3 * strlen(text) + 1), *at = out;
    for (; *text; text++) {
        const char *code = *text == '%'               ? "%25"
                           : *text == '\r'            ? "%0D"
                           : *text == '\n'            ? "%0A"
                           : property && *text == ':' ? "%3A"
                           : property && *text == ',' ? "%2C"
                                                      : NULL;
        if (code)
            at = stpcpy(at, code);
        else
            *at++ = *text;
    }
    return out;
}

void ib_gate_annotations(FILE *out, struct ib_arena *arena, const json_t *result)
{
    size_t i;
    json_t *finding;
    json_array_foreach (ib_member(result, "findings"), i, finding) {
        const char *title =
            ib_arena_print(arena, "%s: %s %s", ib_member_text(finding, "kind"),
                           ib_member_text(finding, "problem"), ib_member_text(finding, "name"));
        fprintf(out, "::%s title=%s::%s\n",
                strcmp(element_of(result, finding), "failure") == 0 ? "error" : "warning",
                escape_command(arena, title, true),
                escape_command(arena, ib_member_text(finding, "message"), false));
    }
}
