/* The expected copies of one problem, counted by hand, for each way to train it. */
#include "train/transfer_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* Five features, three hidden ones, two outputs: w1 15, b1 3, w2 6, b2 2 elements, 26 together. Seven rows
 * and four test rows; ten epochs, of which three losses were read. */
static struct ib_transfer_model_case the_case(enum ib_residency residency)
{
    return (struct ib_transfer_model_case){.spec = {.net = {2, {5, 3, 2}, IB_TANH, IB_MSE},
                                                    .dtype = IB_F64,
                                                    .lr = 0.1,
                                                    .rows = 7,
                                                    .test_rows = 4},
                                           .residency = residency,
                                           .epochs = 10,
                                           .reads = 3};
}

/* Copies in elements. */
struct expected {
    struct {
        uint64_t ups, up, downs, down;
    } phase[IB_PHASE_COUNT]; /* set-up, training, readback, prediction */
};

static void check(const struct ib_transfer_model_case *c, const struct expected *expected)
{
    const uint64_t bytes = c->spec.dtype == IB_F32 ? 4 : 8;
    struct ib_traffic is[IB_PHASE_COUNT];
    memset(is, 0xA5, sizeof is);
    ib_transfer_model(c, is);
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        assert_int_equal(is[phase].h2d_count, expected->phase[phase].ups);
        assert_int_equal(is[phase].h2d_bytes, bytes * expected->phase[phase].up);
        assert_int_equal(is[phase].d2h_count, expected->phase[phase].downs);
        assert_int_equal(is[phase].d2h_bytes, bytes * expected->phase[phase].down);
    }
}

static void the_host_copies_nothing(void **state)
{
    (void)state;
    const struct ib_transfer_model_case c = the_case(IB_HOST);
    check(&c, &(const struct expected){0});
}

/* x, y and the parameters up; the losses, the parameters and the predictions down. */
static void resident_data_are_copied_once(void **state)
{
    (void)state;
    const struct expected expected = {
        {{2 + 4, 35 + 14 + 26, 0, 0}, {0, 0, 3, 3}, {0, 0, 4, 26}, {1, 20, 1, 8}}};
    struct ib_transfer_model_case c = the_case(IB_RESIDENT);
    check(&c, &expected);
    c.spec.dtype = IB_F32;
    check(&c, &expected);
    c.spec.net.loss = IB_BCE; /* the sigmoid is in place */
    check(&c, &expected);
    c.fused = c.fused_predict = true;
    check(&c, &expected);
}

/* Up: products 35 + 15 and 21 + 6, biases 3 and 2 with outputs 21 and 14, activation 21; loss 14 + 14;
 * products of the gradients 35 + 21 and 21 + 14, sums 21 and 14, and 14 + 6 and 21 + 21 for the hidden layer;
 * updates twice 26. Down: 21 and 14 twice, 21; 14; 26, and 21 twice; 26. */
static void every_operand_is_copied_per_op(void **state)
{
    (void)state;
    const uint64_t up = 35 + 15 + 21 + 6 + 3 + 2 + 21 + 14 + 21 + 28 + 56 + 35 + 35 + 20 + 42 + 52,
                   down = 42 + 28 + 21 + 14 + 26 + 42 + 26;
    struct expected expected = {{{0},
                                 {10 * (16 * 2 - 3), 10 * up, 10 * (9 * 2 - 2) + 3, 10 * down + 3},
                                 {0},
                                 {9, 20 + 15 + 12 + 6 + 3 + 2 + 12 + 8 + 12, 5, 24 + 16 + 12}}};
    struct ib_transfer_model_case c = the_case(IB_PER_OP);
    check(&c, &expected);
    c.spec.net.loss = IB_BCE; /* one sigmoid of the predictions */
    expected.phase[IB_PREDICT].ups++;
    expected.phase[IB_PREDICT].up += 8;
    expected.phase[IB_PREDICT].downs++;
    expected.phase[IB_PREDICT].down += 8;
    check(&c, &expected);
}

static void fused_steps_are_one_operation(void **state)
{
    (void)state;
    struct expected expected = {{{0},
                                 {10 * (2 + 4), 10 * (35 + 14 + 26), 10 * 4 + 3, 10 * 26 + 3},
                                 {0},
                                 {9, 20 + 15 + 12 + 6 + 3 + 2 + 12 + 8 + 12, 5, 24 + 16 + 12}}};
    struct ib_transfer_model_case c = the_case(IB_PER_OP);
    c.fused = true;
    check(&c, &expected);
    c.fused_predict = true;
    expected.phase[IB_PREDICT].ups = 1 + 4;
    expected.phase[IB_PREDICT].up = 20 + 26;
    expected.phase[IB_PREDICT].downs = 1;
    expected.phase[IB_PREDICT].down = 8;
    check(&c, &expected);
}

/* A log of what the model expects, and of one byte more in a phase. */
static void a_difference_is_found_in_every_phase(void **state)
{
    (void)state;
    static struct ib_transfer_log log;
    const struct ib_transfer_model_case c = the_case(IB_RESIDENT);
    struct ib_traffic expected[IB_PHASE_COUNT];
    char why[256] = "";
    memset(&log, 0, sizeof log);
    log.n_tensors = 2;
    ib_transfer_model(&c, expected);
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++)
        log.copies[1][phase][IB_OP_READ] = expected[phase];
    assert_true(ib_transfer_model_matches(&c, &log, why, sizeof why));
    for (int phase = 0; phase < IB_PHASE_COUNT; phase++) {
        log.copies[0][phase][IB_OP_GEMM].d2h_bytes++;
        assert_false(ib_transfer_model_matches(&c, &log, why, sizeof why));
        const char *name = ib_word_of(ib_phase_words, phase);
        assert_memory_equal(why, name, strlen(name));
        log.copies[0][phase][IB_OP_GEMM].d2h_bytes--;
    }
    log.copies[0][IB_TRAIN][IB_OP_GEMM].h2d_count = 2;
    assert_false(ib_transfer_model_matches(&c, &log, why, sizeof why));
    assert_string_equal(why,
                        "train: 2 uploads (0 bytes) and 3 downloads (24 bytes); expected 0 (0) and 3 (24)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_host_copies_nothing),
        cmocka_unit_test(resident_data_are_copied_once),
        cmocka_unit_test(every_operand_is_copied_per_op),
        cmocka_unit_test(fused_steps_are_one_operation),
        cmocka_unit_test(a_difference_is_found_in_every_phase),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
