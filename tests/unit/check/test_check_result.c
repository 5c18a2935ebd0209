/* What a check has found: counts, the verdict, and the page that shows it. */
#include "report/check_report.h"
#include "report/render.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct ib_check_finding finding(enum ib_level level, enum ib_case_status status, const char *operation,
                                       const char *subject)
{
    return (struct ib_check_finding){.level = level,
                                     .subject = subject,
                                     .operation = operation,
                                     .status = status,
                                     .pattern = "C is all zero",
                                     .detail = "",
                                     .shape = "",
                                     .where = "",
                                     .output = ""};
}

static void nothing_is_unverified(void **state)
{
    (void)state;
    struct ib_check_result r = {0};
    assert_int_equal(ib_check_result_verdict(&r), IB_CHECK_NOTHING);
    ib_check_result_right(&r, IB_LEVEL_LOADS); /* that it loads says nothing about its answers */
    ib_check_result_right(&r, IB_LEVEL_MEMORY);
    assert_int_equal(ib_check_result_verdict(&r), IB_CHECK_NOTHING);
    ib_check_result_skip(&r, IB_LEVEL_OPERATIONS, "gemm is not offered");
    assert_int_equal(ib_check_result_verdict(&r), IB_CHECK_NOTHING);
    ib_check_result_right(&r, IB_LEVEL_TRAININGS);
    assert_int_equal(ib_check_result_verdict(&r), IB_CHECK_RIGHT);
    ib_check_result_free(&r);
}

static void wrong_outweighs_failed_outweighs_right(void **state)
{
    (void)state;
    struct ib_check_result r = {0};
    ib_check_result_right(&r, IB_LEVEL_OPERATIONS);
    ib_check_result_add(&r, finding(IB_LEVEL_OPERATIONS, IB_CASE_CRASHED, "axpy", "axpy f32"));
    assert_int_equal(ib_check_result_verdict(&r), IB_CHECK_FAILED);
    ib_check_result_add(&r, finding(IB_LEVEL_TRAININGS, IB_CASE_OK, NULL, "linreg"));
    assert_int_equal(ib_check_result_verdict(&r), IB_CHECK_WRONG);
    assert_int_equal(r.tally[IB_LEVEL_OPERATIONS].checks, 2);
    assert_int_equal(r.tally[IB_LEVEL_OPERATIONS].failed, 1);
    assert_int_equal(r.tally[IB_LEVEL_OPERATIONS].wrong, 0);
    assert_int_equal(r.tally[IB_LEVEL_TRAININGS].wrong, 1);
    assert_int_equal(r.n, 2);
    ib_check_result_free(&r);
    assert_int_equal(r.n, 0);
}

static void untrusted_answers_are_wrong(void **state)
{
    (void)state;
    struct ib_check_result r = {0};
    ib_check_result_add(&r, finding(IB_LEVEL_COPIES, IB_CASE_UNTRUSTED, NULL, "linreg"));
    assert_int_equal(ib_check_result_verdict(&r), IB_CHECK_WRONG);
    ib_check_result_free(&r);
}

static void the_first_reason_is_kept(void **state)
{
    (void)state;
    struct ib_check_result r = {0};
    char reason[] = "gemm is not offered";
    ib_check_result_skip(&r, IB_LEVEL_OPERATIONS, reason);
    memset(reason, 'x', sizeof reason - 1);
    ib_check_result_skip(&r, IB_LEVEL_OPERATIONS, reason);
    assert_int_equal(r.tally[IB_LEVEL_OPERATIONS].skipped, 2);
    assert_int_equal(r.tally[IB_LEVEL_OPERATIONS].checks, 0);
    assert_string_equal(r.tally[IB_LEVEL_OPERATIONS].reason, "gemm is not offered");
    ib_check_result_free(&r);
}

static void levels_and_verdicts_have_words(void **state)
{
    (void)state;
    for (int level = 0; level < IB_LEVEL_COUNT; level++)
        assert_string_not_equal(ib_word_of(ib_level_words, level), "?");
    for (int verdict = IB_CHECK_RIGHT; verdict <= IB_CHECK_NOTHING; verdict++)
        assert_string_not_equal(ib_word_of(ib_check_verdict_words, verdict), "?");
}

/* ---- the page ---- */

static char *printed(const struct ib_check_result *r)
{
    const struct ib_impl_info info = {.name = "mine"};
    struct ib_arena arena = {0};
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    struct ib_doc doc = {.arena = &arena};
    ib_check_report(&doc, &info, r);
    ib_render_text(out, &doc, IB_COLOUR_NEVER);
    fclose(out);
    ib_arena_free(&arena);
    return text;
}

/* The names of one operation may lie in two places. */
static void findings_of_one_kind_stand_together(void **state)
{
    (void)state;
    struct ib_check_result r = {0};
    const char first[] = "gemm", second[] = "gemm";
    ib_check_result_add(&r, finding(IB_LEVEL_OPERATIONS, IB_CASE_OK, first, "gemm f32"));
    ib_check_result_add(&r, finding(IB_LEVEL_OPERATIONS, IB_CASE_OK, second, "gemm f64"));
    ib_check_result_add(&r, finding(IB_LEVEL_OPERATIONS, IB_CASE_OK, "act", "act f64"));
    char *text = printed(&r);
    assert_non_null(strstr(text, "\ngemm f32, gemm f64: C is all zero\n"));
    assert_non_null(strstr(text, "\nact f64: C is all zero\n"));
    assert_non_null(strstr(text, "operations  WRONG  0 of 3"));
    assert_non_null(strstr(text, "mine is wrong."));
    free(text);
    ib_check_result_free(&r);
}

static void later_levels_may_follow_from_the_first(void **state)
{
    (void)state;
    struct ib_check_result r = {0};
    ib_check_result_add(&r, finding(IB_LEVEL_TRAININGS, IB_CASE_OK, NULL, "linreg"));
    ib_check_result_add(&r, finding(IB_LEVEL_OPERATIONS, IB_CASE_OK, "gemm", "gemm f32"));
    char *text = printed(&r);
    assert_non_null(strstr(text, "Start with gemm: the other faults may follow from it."));
    free(text);
    ib_check_result_free(&r);
}

static void programs_get_all_of_it(void **state)
{
    (void)state;
    const struct ib_impl_info info = {.name = "mine"};
    struct ib_check_result r = {0};
    struct ib_check_finding f = finding(IB_LEVEL_OPERATIONS, IB_CASE_OK, "gemm", "gemm f32");
    f.dtype = "f32";
    f.evidence = json_pack("{s:s, s:[i, i]}", "operand", "C", "element", 1, 2);
    ib_check_result_add(&r, f);
    ib_check_result_skip(&r, IB_LEVEL_COPIES, "no device");
    json_t *json = ib_check_report_to_json(&info, &r);
    const json_t *found = json_array_get(json_object_get(json, "findings"), 0);
    const json_t *counts = json_object_get(json, "counts");
    assert_string_equal(json_string_value(json_object_get(json, "verdict")), "wrong");
    assert_int_equal(json_object_size(counts), IB_LEVEL_COUNT);
    assert_string_equal(json_string_value(json_object_get(found, "operation")), "gemm");
    assert_string_equal(json_string_value(json_object_get(found, "operand")), "C");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(found, "element"), 1)), 2);
    assert_string_equal(json_string_value(json_object_get(json_object_get(counts, "copies"), "reason")),
                        "no device");
    json_decref(json);
    ib_check_result_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_unverified),
        cmocka_unit_test(wrong_outweighs_failed_outweighs_right),
        cmocka_unit_test(untrusted_answers_are_wrong),
        cmocka_unit_test(the_first_reason_is_kept),
        cmocka_unit_test(levels_and_verdicts_have_words),
        cmocka_unit_test(findings_of_one_kind_stand_together),
        cmocka_unit_test(later_levels_may_follow_from_the_first),
        cmocka_unit_test(programs_get_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
