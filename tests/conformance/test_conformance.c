/* test_conformance IMPL [PLUGIN.so] [OPTION=VALUE]… [--quick] [--joined]: does an implementation keep the
 * contract? Copies; every operation, in both types, on awkward shapes; then whole gradients. --joined: joined
 * operations alone. Exit status 77: it cannot run on this machine. */
#include "base/error.h"
#include "base/text.h"
#include "core/loss.h"
#include "opcheck/copy_check.h"
#include "opcheck/gradient_check.h"
#include "opcheck/op_case_run.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { EXIT_USAGE = 2, EXIT_SKIPPED = 77, MAX_SETTINGS = 8 };

static struct ib_instance subject;

/* ---- copies ---- */

static void test_copies(void **state)
{
    char wrong[256];
    uint64_t count;
    (void)state;
    if (!IB_HAS(subject.impl, mem)) {
        print_message("%s works in host memory\n", subject.impl->name);
        skip();
    }
    if (ib_copy_check_run(&subject, &count, wrong, sizeof wrong) != IB_OK)
        fail_msg("%s", ib_error_text());
    if (wrong[0] != '\0')
        fail_msg("%s", wrong);
}

/* ---- one operation in one type ---- */

struct operation_test {
    struct ib_visitor visitor;
    const struct ib_operation *operation;
    enum ib_dtype type;
    size_t count;
    char wrong[1024]; /* the first failure; "" while there is none */
};

static void visit(struct ib_visitor *visitor, const struct ib_op_test *trial)
{
    struct operation_test *test = (struct operation_test *)visitor;
    char description[512];
    struct ib_op_test_result result;
    if (test->wrong[0] != '\0')
        return;
    const enum ib_status status = ib_op_test_run(&subject, trial, NULL, NULL, &result);
    ib_op_test_describe(trial, description, sizeof description);
    if (status != IB_OK)
        snprintf(test->wrong, sizeof test->wrong, "%s: %s", description, ib_error_text());
    else if (result.fault != IB_OP_TEST_RIGHT)
        snprintf(test->wrong, sizeof test->wrong, "%s: %s", description, result.text);
    test->count++;
}

static void test_operation(void **state)
{
    struct operation_test *test = *state;
    if (!IB_HAS(subject.impl, ops) || !ib_operation_offered(test->operation, subject.impl->ops)) {
        print_message("%s does not offer %s\n", subject.impl->name, test->operation->name);
        skip();
    }
    test->visitor.visit = visit;
    ib_op_cases_visit(test->operation, test->type, &test->visitor);
    print_message("%zu checks\n", test->count);
    if (test->wrong[0] != '\0')
        fail_msg("%s", test->wrong);
}

/* ---- one network ---- */

struct gradient_test {
    enum ib_act act;
    enum ib_loss loss;
};

static void test_gradient(void **state)
{
    const struct gradient_test *test = *state;
    struct ib_gradient_finding flaw;
    if (!IB_HAS(subject.impl, ops) || !ib_gradient_offered(subject.impl->ops)) {
        print_message("%s does not offer every operation of a network\n", subject.impl->name);
        skip();
    }
    if (ib_gradient_run(&subject, test->act, test->loss, &flaw) != IB_OK)
        fail_msg("%s", ib_error_text());
    if (flaw.pattern[0] != '\0')
        fail_msg("%s: %s", flaw.pattern, flaw.detail);
}

/* ---- all of them ---- */

enum {
    OPERATION_TESTS = IB_OPERATION_COUNT * 2,
    LOSSES = IB_CE,
    GRADIENT_TESTS = 3 * LOSSES,
    TESTS = OPERATION_TESTS + GRADIENT_TESTS + 1
};

static int run_all(bool quick, bool joined)
{
    static struct operation_test operation_tests[OPERATION_TESTS];
    static struct gradient_test gradient_tests[GRADIENT_TESTS];
    static char names[TESTS][64];
    struct CMUnitTest tests[TESTS] = {0};
    for (int i = 0; i < OPERATION_TESTS; i++) {
        const enum ib_dtype type = i % 2 == 0 ? IB_F32 : IB_F64;
        operation_tests[i] =
            (struct operation_test){.visitor = {.quick = quick, .losses = ib_impl_losses(subject.impl)},
                                    .operation = ib_operations[i / 2],
                                    .type = type};
        snprintf(names[i], sizeof names[i], "%s %s", ib_operations[i / 2]->name,
                 ib_word_of(ib_dtype_words, (int)type));
        if (!joined || ib_operations[i / 2]->joined) /* cmocka ignores entries of zeros */
            tests[i] = (struct CMUnitTest){
                .name = names[i], .test_func = test_operation, .initial_state = &operation_tests[i]};
    }
    for (int i = 0; i < GRADIENT_TESTS && !joined; i++) {
        const enum ib_act act = (enum ib_act)(IB_RELU + i / LOSSES);
        const enum ib_loss loss = (enum ib_loss)(IB_HALF_MSE + i % LOSSES);
        char *name = names[OPERATION_TESTS + i];
        gradient_tests[i] = (struct gradient_test){act, loss};
        snprintf(name, sizeof *names, "gradient %s %s", ib_word_of(ib_act_words, (int)act),
                 ib_word_of(ib_loss_words, (int)loss));
        tests[OPERATION_TESTS + i] = (struct CMUnitTest){
            .name = name, .test_func = test_gradient, .initial_state = &gradient_tests[i]};
    }
    if (!joined)
        tests[TESTS - 1] = (struct CMUnitTest){.name = "copies", .test_func = test_copies};
    return cmocka_run_group_tests_name(subject.impl->name, tests, NULL, NULL);
}

/* "threads=2", split in place; false when there is no '='. */
static bool read_setting(char *argument, struct ib_setting *out)
{
    char *equals = strchr(argument, '=');
    if (equals == NULL)
        return false;
    *equals = '\0';
    *out = (struct ib_setting){.name = argument, .value = equals + 1};
    return true;
}

int main(int argc, char **argv)
{
    struct ib_setting settings[MAX_SETTINGS];
    size_t n_settings = 0;
    const char *plugin = NULL;
    bool quick = false, joined = false;
    const struct ib_impl *impl;
    for (int i = 2; i < argc && n_settings < MAX_SETTINGS; i++) {
        if (strcmp(argv[i], "--quick") == 0)
            quick = true;
        else if (strcmp(argv[i], "--joined") == 0)
            joined = true;
        else if (read_setting(argv[i], &settings[n_settings]))
            n_settings++;
        else
            plugin = argv[i];
    }
    if (argc < 2) {
        fprintf(stderr, "usage: %s IMPL [PLUGIN.so] [OPTION=VALUE]... [--quick] [--joined]\n", argv[0]);
        return EXIT_USAGE;
    }
    enum ib_status status = ib_impl_load(argv[1], plugin, &impl);
    if (status == IB_OK)
        status = ib_instance_open(impl, settings, n_settings, &subject);
    if (status != IB_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], ib_error_text());
        return status == IB_EUNAVAILABLE ? EXIT_SKIPPED : EXIT_USAGE;
    }
    const int failed = run_all(quick, joined);
    ib_instance_close(&subject);
    return failed == 0 ? 0 : 1;
}
