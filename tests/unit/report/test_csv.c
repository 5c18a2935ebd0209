#include "fixtures/sample_run.h"
#include "fixtures/scratch.h"
#include "report/csv.h"
#include "store/load_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_FIELDS = 128 };

struct line {
    char *fields[MAX_FIELDS];
    size_t n;
};

static struct ib_run_record run; /* the sample run */

static int load_sample(void **state)
{
    if (scratch_enter(state) != 0)
        return 1;
    sample_run_create("full");
    return ib_load_run("full", &run) != IB_OK;
}

static int free_sample(void **state)
{
    ib_run_record_free(&run);
    return scratch_leave(state);
}

static char *printed(void (*print)(FILE *, const struct ib_run_record *))
{
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    print(out, &run);
    fclose(out);
    return text;
}

/* Takes the field at *at, unquoted in place; returns what ends it. */
static char take_field(char **at, char **field)
{
    char *from = *at, *to = from;
    bool quoted = *from == '"';
    *field = to;
    for (from += quoted; *from; from++) {
        if (quoted && *from == '"' && from[1] != '"')
            quoted = false;
        else if (!quoted && (*from == ',' || *from == '\r'))
            break;
        else
            *to++ = *(from += quoted && *from == '"');
    }
    char end = *from;
    *at = from + 1;
    *to = '\0';
    return end;
}

static bool take_line(char **at, struct line *line)
{
    line->n = 0;
    if (!**at)
        return false;
    while (take_field(at, &line->fields[line->n++]) == ',')
        assert_true(line->n < MAX_FIELDS);
    assert_int_equal(*(*at)++, '\n');
    return true;
}

static const char *field(const struct line *heads, const struct line *line, const char *name)
{
    assert_int_equal(line->n, heads->n);
    for (size_t i = 0; i < heads->n; i++)
        if (strcmp(heads->fields[i], name) == 0)
            return line->fields[i];
    fail_msg("no column %s", name);
    return NULL;
}

static void a_row_a_case(void **state)
{
    (void)state;
    char *text = printed(ib_csv_cases), *at = text;
    struct line heads, line;
    size_t n = 0;
    assert_true(take_line(&at, &heads));
    for (; take_line(&at, &line); n++) {
        const char *impl = field(&heads, &line, "impl");
        if (strcmp(impl, "crashing") == 0)
            assert_string_equal(field(&heads, &line, "reason"),
                                "signal 11: <script>alert(\"1\")</script> & | `x` \\ *  [31m");
        if (strcmp(impl, "opencl_tiled") == 0)
            assert_string_equal(field(&heads, &line, "options"), "{\"isa\":\"avx2\",\"pinned\":\"true\"}");
        if (strcmp(impl, "cuda_cublas") == 0)
            assert_string_equal(field(&heads, &line, "time.epoch_ns.median"), ""); /* unknown, not 0 */
        if (strcmp(field(&heads, &line, "model"), "mlp") == 0)
            assert_int_equal(field(&heads, &line, "hidden")[0], '[');
        assert_string_equal(field(&heads, &line, "run.id"), run.id);
        assert_string_equal(field(&heads, &line, "run.machine.cpu"), run.machine.cpu);
        const char *rate = field(&heads, &line, "lr");
        assert_true(strcmp(rate, "0.01") == 0 || strcmp(rate, "90") == 0); /* no 0.010000000000000000208 */
    }
    assert_int_equal(n, run.n);
    free(text);
}

static void print_all_samples(FILE *out, const struct ib_run_record *record)
{
    struct ib_long_lists *lists;
    assert_int_equal(ib_long_lists_open("full", 1u << IB_LIST_ROUNDS, &lists), IB_OK);
    assert_int_equal(ib_csv_samples(out, record, lists), IB_OK);
    ib_long_lists_close(lists);
}

static void a_row_a_sample(void **state)
{
    (void)state;
    char *text = printed(print_all_samples), *at = text;
    struct line heads, line;
    size_t n = 0;
    assert_true(take_line(&at, &heads));
    for (; take_line(&at, &line); n++) {
        assert_string_equal(field(&heads, &line, "run.id"), run.id);
        if (strcmp(field(&heads, &line, "impl"), "cpu_fused") != 0)
            continue;
        uint64_t round = strtoull(field(&heads, &line, "round"), NULL, 10);
        assert_true(strtod(field(&heads, &line, "epoch_ns"), NULL) == sample_epoch_ns(3.1, round));
    }
    assert_true(n > 300);
    free(text);
}

/* Columns keep their places; those of the run come last. */
static void text_is_not_a_formula(void **state)
{
    (void)state;
    static const char *const reasons[][2] = {{"=1+1", "'=1+1"}, {"+a", "'+a"},  {"-b", "'-b"},
                                             {"@c", "'@c"},     {"a=b", "a=b"}, {"", ""}};
    struct ib_case_record *c = &run.cases[run.n - 1];
    const char *before = c->reason;
    const enum ib_case_status status = c->status;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        struct line heads, line = {0};
        c->status = IB_CASE_FAILED;
        c->reason = reasons[i][0];
        char *text = printed(ib_csv_cases), *at = text;
        assert_true(take_line(&at, &heads));
        for (size_t n = 0; n < run.n; n++)
            assert_true(take_line(&at, &line));
        assert_string_equal(field(&heads, &line, "reason"), reasons[i][1]);
        assert_string_equal(heads.fields[0], "id");
        assert_string_equal(heads.fields[heads.n - 1], "run.machine.os");
        free(text);
    }
    c->reason = before;
    c->status = status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_row_a_case), cmocka_unit_test(a_row_a_sample),
                                       cmocka_unit_test(text_is_not_a_formula)};
    return cmocka_run_group_tests(tests, load_sample, free_sample);
}
