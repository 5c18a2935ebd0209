#include "gate/record_diff.h"

#include "analysis/member.h"
#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-9 /* of the target's spread */

/* ---- metrics ---- */

/* How a metric grows with the error of a prediction. */
enum kind { SQUARE = 1, LINEAR, SHARE };

/* Skill is left out: it says the same as mse or accuracy. */
static const struct metric_rule {
    const char *name;
    enum kind kind;
    int better; /* the sign of a change for the better */
} metric_rules[] = {
    {"train_loss", SQUARE, -1}, {"mse", SQUARE, -1},    {"rmse", LINEAR, -1},
    {"mae", LINEAR, -1},        {"accuracy", SHARE, 1},
};

/* The variance of the target, which is what mse is to skill; 1 where it cannot be told, as for standardised
 * targets and cross-entropy. */
static double spread_of(const json_t *c)
{
    double mse = ib_member_number(c, "metrics.mse"), skill = ib_member_number(c, "metrics.skill");
    double spread = mse / (1 - skill);
    return spread > 0 && isfinite(spread) ? spread : 1;
}

static bool is_perfect(const json_t *c)
{
    return ib_member_number(c, "metrics.skill") >= 1 - ROUNDING;
}

static double allowed_difference(const struct metric_rule *rule, const json_t *old_case, double old_value,
                                 double tolerance)
{
    const double share = tolerance * fabs(old_value), spread = spread_of(old_case);
    const double rows = ib_member_number(old_case, "test_rows");
    switch (rule->kind) {
    case SQUARE:
        return fmax(share, ROUNDING * spread);
    case LINEAR:
        return fmax(share, ROUNDING * sqrt(spread));
    case SHARE:
        return fmax(share, rows > 0 ? 1.001 / rows : 0);
    }
    return share;
}

static json_t *metric_difference(const struct metric_rule *rule, double old_value, double new_value)
{
    json_t *better = isnan(old_value) || isnan(new_value)
                         ? json_null()
                         : json_boolean((new_value - old_value) * rule->better > 0);
    return json_pack("{s:s, s:o, s:o, s:o}", "name", rule->name, "old", ib_json_number(old_value), "new",
                     ib_json_number(new_value), "better", better);
}

json_t *ib_metric_differences(const json_t *old_case, const json_t *new_case, double tolerance)
{
    json_t *list = json_array();
    const bool perfect = is_perfect(old_case) && is_perfect(new_case);
    const json_t *old_metrics = ib_member(old_case, "metrics"), *new_metrics = ib_member(new_case, "metrics");
    for (size_t i = 0; i < sizeof metric_rules / sizeof *metric_rules; i++) {
        const struct metric_rule *rule = &metric_rules[i];
        double before = ib_member_number(old_metrics, rule->name),
               after = ib_member_number(new_metrics, rule->name);
        bool neither = isnan(before) && isnan(after);
        bool equal = fabs(after - before) <= allowed_difference(rule, old_case, before, tolerance);
        if (!neither && !equal && !(perfect && rule->kind != SHARE))
            json_array_append_new(list, metric_difference(rule, before, after));
    }
    return list;
}

/* ---- copies ---- */

json_t *ib_copy_differences(const json_t *old_case, const json_t *new_case)
{
    static const char *const names[] = {"h2d_count", "h2d_bytes", "d2h_count", "d2h_bytes"};
    json_t *list = json_array();
    const json_t *before = ib_member(old_case, "transfers"), *after = ib_member(new_case, "transfers");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *a = json_object_get(before, names[i]), *b = json_object_get(after, names[i]);
        if (json_is_integer(a) && json_is_integer(b) && json_integer_value(a) != json_integer_value(b))
            json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "name", names[i], "old", a, "new", b));
    }
    return list;
}

/* ---- machines ---- */

static char *text_of(const json_t *value)
{
    if (!value || json_is_null(value))
        return strdup("unknown");
    return json_is_string(value) ? strdup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY);
}

static void compare_value(json_t *list, const char *name, const json_t *before, const json_t *after)
{
    char *a = text_of(before), *b = text_of(after);
    if (a && b && strcmp(a, b) != 0)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "name", name, "old", a, "new", b));
    free(a);
    free(b);
}

/* Of both sides' libraries, each once. */
static void compare_libraries(json_t *list, const json_t *before, const json_t *after)
{
    struct ib_arena arena = {0};
    const char *name;
    json_t *value, *all = json_object();
    json_object_update(all, (json_t *)(uintptr_t)before);
    json_object_update(all, (json_t *)(uintptr_t)after);
    json_object_foreach (all, name, value)
        compare_value(list, ib_arena_print(&arena, "library %s", name), json_object_get(before, name),
                      json_object_get(after, name));
    json_decref(all);
    ib_arena_free(&arena);
}

json_t *ib_run_differences(const json_t *old_run, const json_t *new_run)
{
    static const char *const of_machine[] = {"cpu",      "architecture", "usable_cores", "memory_bytes",
                                             "governor", "turbo",        "gpu_driver",   "kernel",
                                             "os",       "compiler",     "flags"};
    json_t *list = json_array();
    const json_t *before = ib_member(old_run, "machine"), *after = ib_member(new_run, "machine");
    for (size_t i = 0; i < sizeof of_machine / sizeof *of_machine; i++)
        compare_value(list, of_machine[i], json_object_get(before, of_machine[i]),
                      json_object_get(after, of_machine[i]));
    compare_libraries(list, json_object_get(before, "libraries"), json_object_get(after, "libraries"));
    compare_value(list, "ironbench", json_object_get(old_run, "version"),
                  json_object_get(new_run, "version"));
    return list;
}

static const char *value_words(struct ib_arena *arena, const json_t *value)
{
    return json_is_number(value)   ? ib_arena_print(arena, "%.6g", json_number_value(value))
           : json_is_string(value) ? json_string_value(value)
                                   : "unknown";
}

const char *ib_difference_words(struct ib_arena *arena, const json_t *differences)
{
    const char *text = "";
    size_t i;
    json_t *d;
    json_array_foreach (differences, i, d) {
        const json_t *better = json_object_get(d, "better");
        text = ib_arena_print(arena, "%s%s%s %s → %s%s", text, i ? ", " : "", ib_member_text(d, "name"),
                              value_words(arena, json_object_get(d, "old")),
                              value_words(arena, json_object_get(d, "new")),
                              json_is_true(better)    ? " (better)"
                              : json_is_false(better) ? " (worse)"
                                                      : "");
    }
    return text;
}

const json_t *ib_case_of_id(const json_t *cases, const char *id)
{
    size_t i;
    json_t *c;
    json_array_foreach (cases, i, c)
        if (strcmp(ib_member_text(c, "id"), id) == 0)
            return c;
    return NULL;
}
