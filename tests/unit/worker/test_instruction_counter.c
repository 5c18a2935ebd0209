/* The processor's counter of instructions, where the kernel offers it. */
#include "worker/instruction_counter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { STEPS = 100000 };

static struct ib_instructions count_loop(uint64_t steps)
{
    struct ib_instruction_counter counter;
    struct ib_instructions out;
    ib_instruction_counter_open(&counter);
    ib_instruction_counter_begin(&counter);
    for (volatile uint64_t left = steps; left > 0; left--)
        ;
    ib_instruction_counter_end(&counter, &out);
    ib_instruction_counter_close(&counter);
    return out;
}

static void counts_or_says_why_not(void **state)
{
    (void)state;
    const struct ib_instructions once = count_loop(STEPS), thrice = count_loop(3 * STEPS);
    if (once.source == 0) {
        assert_int_equal(once.count, 0);
        assert_true(once.reason[0]);
        return;
    }
    assert_int_equal(once.source, IB_COUNTED_BY_PERF);
    assert_true(once.count >= 2 * STEPS);
    if (thrice.source) /* another program may take the counter meanwhile */
        assert_true(thrice.count > 2 * once.count && thrice.count < 4 * once.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(counts_or_says_why_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
