/* The names of cases in tables and charts. */
#include "fixtures/made_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ib_run_record run;

static int stop(void **state)
{
    (void)state;
    ib_run_record_free(&run);
    return 0;
}

/* A case of an mlp; further ones take what they need from it. */
static struct ib_case_record *add(const char *label, enum ib_residency residency)
{
    struct ib_case_record *c = made_case(&run, label, residency, 9, 100, 1);
    c->axis[IB_AXIS_MODEL] = "mlp";
    c->axis[IB_AXIS_DATASET] = "d";
    c->axis[IB_AXIS_HIDDEN] = "6,6";
    c->axis[IB_AXIS_ACT] = "relu";
    c->axis[IB_AXIS_LOSS] = "mse";
    c->axis[IB_AXIS_INIT] = "normal";
    c->axis[IB_AXIS_SEED] = "42";
    c->axis[IB_AXIS_LOG_EVERY] = "0";
    return c;
}

static void name_all(void)
{
    for (size_t i = 0; i < run.n; i++)
        run.cases[i].name = NULL;
    ib_run_record_name(&run);
}

static void assert_names(const struct ib_case_record *c, const char *problem, const char *series)
{
    assert_string_equal(c->problem, problem);
    assert_string_equal(c->series, series);
}

static void the_name_is_label_and_residency(void **state)
{
    (void)state;
    struct ib_case_record *host = add("cpu_blas threads=2", IB_HOST), *copying = add("device", IB_PER_OP),
                          *resident = add("device", IB_RESIDENT);
    name_all();
    assert_string_equal(host->name, "cpu_blas threads=2");
    assert_string_equal(copying->name, "device per_op");
    assert_string_equal(resident->name, "device resident");
    assert_names(host, "mlp 6x6 relu f32 d", "cpu_blas threads=2"); /* nothing varies */
    assert_string_equal(host->training, "mlp 6x6 relu d");
    assert_string_equal(resident->problem, host->problem);
}

static void a_model_without_layers_has_no_shape(void **state)
{
    (void)state;
    struct ib_case_record *c = add("cpu", IB_HOST);
    c->axis[IB_AXIS_MODEL] = "linreg";
    c->axis[IB_AXIS_HIDDEN] = c->axis[IB_AXIS_ACT] = c->axis[IB_AXIS_INIT] = c->axis[IB_AXIS_SEED] = NULL;
    name_all();
    assert_names(c, "linreg f32 d", "cpu");
    assert_string_equal(c->training, "linreg d");
}

static void a_shape_that_varies_is_part_of_the_series(void **state)
{
    (void)state;
    struct ib_case_record *deep = add("cpu", IB_HOST), *flat = add("cpu", IB_HOST),
                          *single = add("cpu", IB_HOST);
    flat->axis[IB_AXIS_HIDDEN] = "none";
    flat->axis[IB_AXIS_ACT] = NULL;
    single->axis[IB_AXIS_HIDDEN] = "32";
    name_all();
    assert_names(deep, "mlp 6x6 relu f32 d", "cpu 6x6 relu");
    assert_names(flat, "mlp hidden=none f32 d", "cpu hidden=none");
    assert_names(single, "mlp 32 relu f32 d", "cpu 32 relu");
    run.n = 2;
    flat->axis[IB_AXIS_HIDDEN] = "6,6";
    flat->axis[IB_AXIS_ACT] = "tanh"; /* alone */
    name_all();
    assert_names(deep, "mlp 6x6 relu f32 d", "cpu 6x6 relu");
    assert_names(flat, "mlp 6x6 tanh f32 d", "cpu 6x6 tanh");
}

static void the_type_of_arithmetic_is_no_part_of_a_training(void **state)
{
    (void)state;
    struct ib_case_record *coarse = add("cpu", IB_HOST), *fine = add("cpu", IB_HOST);
    fine->axis[IB_AXIS_DTYPE] = "f64";
    name_all();
    assert_names(coarse, "mlp 6x6 relu f32 d", "cpu f32");
    assert_names(fine, "mlp 6x6 relu f64 d", "cpu f64");
    assert_string_equal(coarse->training, fine->training);
}

static void axes_that_vary_are_named_in_their_order(void **state)
{
    (void)state;
    static const struct {
        enum ib_axis_kind axis;
        const char *value, *words;
    } known[] = {{IB_AXIS_LOSS, "bce", " bce"},  {IB_AXIS_INIT, "xavier", " xavier"},
                 {IB_AXIS_LR, "0.5", " lr=0.5"}, {IB_AXIS_EPOCHS, "7", " epochs=7"},
                 {IB_AXIS_SEED, "3", " seed=3"}, {IB_AXIS_LOG_EVERY, "10", " log_every=10"}};
    struct ib_case_record *usual = add("cpu", IB_HOST), *other = add("cpu", IB_HOST);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *before = other->axis[known[i].axis];
        other->axis[known[i].axis] = known[i].value;
        name_all();
        assert_names(other, ib_arena_print(&run.arena, "mlp 6x6 relu%s f32 d", known[i].words),
                     ib_arena_print(&run.arena, "cpu%s", known[i].words));
        other->axis[known[i].axis] = before;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        other->axis[known[i].axis] = known[i].value;
    other->axis[IB_AXIS_HIDDEN] = "8";
    other->axis[IB_AXIS_DTYPE] = "f64";
    name_all();
    assert_names(other, "mlp 8 relu bce xavier lr=0.5 epochs=7 seed=3 log_every=10 f64 d",
                 "cpu 8 relu bce xavier lr=0.5 epochs=7 seed=3 log_every=10 f64");
    assert_names(usual, "mlp 6x6 relu mse normal lr=0.01 epochs=1000 seed=42 log_every=0 f32 d",
                 "cpu 6x6 relu mse normal lr=0.01 epochs=1000 seed=42 log_every=0 f32");
    assert_string_equal(usual->training, "mlp 6x6 relu mse normal lr=0.01 epochs=1000 seed=42 log_every=0 d");
}

static void who_solves_it_is_no_part_of_the_problem(void **state)
{
    (void)state;
    struct ib_case_record *cpu = add("cpu", IB_HOST), *device = add("device tiles=8", IB_RESIDENT);
    name_all();
    assert_string_equal(cpu->problem, device->problem);
    assert_string_equal(device->series, "device tiles=8 resident");
}

static void data_sets_and_models_vary_by_themselves(void **state)
{
    (void)state;
    struct ib_case_record *slow = add("cpu", IB_HOST), *fast = add("cpu", IB_HOST),
                          *elsewhere = add("cpu", IB_HOST), *model = add("cpu", IB_HOST);
    fast->axis[IB_AXIS_LR] = "90";
    elsewhere->axis[IB_AXIS_DATASET] = "e";
    elsewhere->axis[IB_AXIS_LR] = "0.5";
    model->axis[IB_AXIS_MODEL] = "logreg";
    model->axis[IB_AXIS_HIDDEN] = model->axis[IB_AXIS_ACT] = NULL;
    name_all();
    assert_names(slow, "mlp 6x6 relu lr=0.01 f32 d", "cpu lr=0.01");
    assert_names(fast, "mlp 6x6 relu lr=90 f32 d", "cpu lr=90");
    assert_names(elsewhere, "mlp 6x6 relu f32 e", "cpu");
    assert_names(model, "logreg f32 d", "cpu");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, NULL, stop)
    const struct CMUnitTest tests[] = {
        TEST(the_name_is_label_and_residency),
        TEST(a_model_without_layers_has_no_shape),
        TEST(a_shape_that_varies_is_part_of_the_series),
        TEST(the_type_of_arithmetic_is_no_part_of_a_training),
        TEST(axes_that_vary_are_named_in_their_order),
        TEST(who_solves_it_is_no_part_of_the_problem),
        TEST(data_sets_and_models_vary_by_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
