/* Counts of drivers and tracers of any version, and their messages. */
#include "protocol/driver_counters.h"

#include "base/error.h"
#include "plugin/tracer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct ib_driver_counters said, heard; /* large */

static void assert_nothing_counted(const struct ib_copies *copies, size_t from)
{
    uint64_t value;
    for (size_t at = from; at < sizeof *copies; at += sizeof value) {
        memcpy(&value, (const char *)copies + at, sizeof value);
        assert_true(value == IB_UNCOUNTED);
    }
}

/* ---- sources of counts ---- */

/* The structs as they were at first. */
struct first_copies {
    uint32_t struct_size;
    uint64_t h2d_count, h2d_bytes, d2h_count, d2h_bytes, launch_count, sync_count;
};
struct first_tracer {
    uint32_t struct_size, abi_major;
    const char *name, *source;
    enum ib_status (*attach)(const char *path, char *why, size_t n);
    enum ib_status (*count)(struct ib_copies *out, char *why, size_t n);
    bool (*beyond)(uint32_t i, const char **name, uint64_t *count); /* not part of it: must not be called */
};

static void first_driver(void *state, struct ib_copies *out)
{
    const struct first_copies mine = {sizeof mine, 1, 10, 2, 20, *(const uint64_t *)state, 4};
    memcpy(out, &mine, sizeof mine);
}

/* ---- what opening took ---- */

static uint64_t asked; /* how often the tracer was */

static enum ib_status growing_count(struct ib_copies *out, char *why, size_t n)
{
    asked++;
    out->h2d_count = 3 * asked;
    out->h2d_bytes = 100 * asked;
    out->d2h_count = out->d2h_bytes = 7;
    out->launch_count = 5 * asked;
    (void)why, (void)n;
    return IB_OK;
}

static void what_opening_took_is_told_for_itself(void **state)
{
    static const struct ib_tracer tracer = {
        .struct_size = sizeof tracer, .source = "all", .count = growing_count};
    static const struct ib_impl impl = {.struct_size = sizeof impl};
    const struct ib_instance instance = {.impl = &impl};
    struct ib_tracing watch = {.name = "growing", .tracer = &tracer};
    (void)state;
    asked = 0;
    assert_int_equal(ib_tracing_opened(&watch, &instance), IB_OK);
    memset(&said, 0x5a, sizeof said);
    ib_tracing_count(&watch, &instance, &said);
    assert_true(ib_driver_counters_given(&said));
    assert_int_equal(said.opened.h2d_count, 3);
    assert_int_equal(said.opened.h2d_bytes, 100);
    assert_int_equal(said.opened.d2h_bytes, 7);
    assert_int_equal(said.seen.h2d_count, 3);
    assert_int_equal(said.seen.h2d_bytes, 100);
    assert_int_equal(said.seen.d2h_bytes, 0);
    assert_int_equal(said.seen.launch_count, 10); /* all, as the list of kernels has them */
    assert_true(said.seen.d2d_count == IB_UNCOUNTED && said.opened.d2d_count == IB_UNCOUNTED);
}

static void ask_driver(uint64_t launches)
{
    const struct ib_impl impl = {.struct_size = sizeof impl, .copies = first_driver};
    const struct ib_instance instance = {.impl = &impl, .state = &launches};
    const struct ib_tracing no_tracer = {.name = NULL};
    memset(&said, 0x5a, sizeof said);
    ib_tracing_count(&no_tracer, &instance, &said);
    assert_true(ib_driver_counters_given(&said));
    assert_string_equal(said.source, "driver");
    assert_int_equal(said.seen.d2h_bytes, 20);
}

static void an_older_driver_knows_less(void **state)
{
    (void)state;
    ask_driver(3);
    assert_int_equal(said.seen.launch_count, 3);
    assert_int_equal(said.seen.sync_count, 4);
    assert_nothing_counted(&said.seen, sizeof(struct first_copies));
    assert_int_equal(said.n_kernels, 0);
    ask_driver(0); /* a training without a launch: it does not count them */
    assert_true(said.seen.launch_count == IB_UNCOUNTED && said.seen.sync_count == IB_UNCOUNTED);
}

/* It claims nothing. */
static const struct ib_impl silent_impl = {.struct_size = sizeof silent_impl};
static const struct ib_instance silent = {.impl = &silent_impl};

static enum ib_status first_count(struct ib_copies *out, char *why, size_t n)
{
    uint64_t launches = 5;
    (void)why, (void)n;
    first_driver(&launches, out);
    return IB_OK;
}

static bool never_called(uint32_t i, const char **name, uint64_t *count)
{
    (void)i, (void)name, (void)count;
    fail_msg("what lies beyond a tracer's struct_size was called");
    return false;
}

static void an_older_tracer_names_no_kernels(void **state)
{
    static const struct first_tracer first = {offsetof(struct first_tracer, beyond),
                                              IB_TRACER_ABI_MAJOR,
                                              "first",
                                              "First",
                                              NULL,
                                              first_count,
                                              never_called};
    const struct ib_tracing watch = {.name = "first",
                                     .tracer = (const struct ib_tracer *)(const void *)&first};
    (void)state;
    ib_tracing_count(&watch, &silent, &said);
    assert_true(ib_driver_counters_given(&said));
    assert_string_equal(said.source, "First");
    assert_int_equal(said.seen.launch_count, 5);
    assert_nothing_counted(&said.seen, sizeof(struct first_copies));
    assert_int_equal(said.n_kernels, 0);
}

static enum ib_status count_two(struct ib_copies *out, char *why, size_t n)
{
    (void)why, (void)n;
    assert_int_equal(out->struct_size, sizeof *out);
    assert_nothing_counted(out, offsetof(struct ib_copies, h2d_count));
    out->h2d_count = out->h2d_bytes = out->d2h_count = out->d2h_bytes = 1;
    out->launch_count = 9;
    out->memset_count = 0;
    return IB_OK;
}

static enum ib_status lose_count(struct ib_copies *out, char *why, size_t n)
{
    out->launch_count = 9;
    snprintf(why, n, "a record was lost");
    return IB_EUNAVAILABLE;
}

static bool name_two(uint32_t i, const char **name, uint64_t *count)
{
    static const char *const names[] = {"gemm", "spl\xc3\xaet\n", "gemm"};
    *name = i < 3 ? names[i] : NULL;
    *count = i + 2;
    return i < 3;
}

static void a_tracer_of_today_names_them(void **state)
{
    struct ib_tracer tracer = {
        .struct_size = sizeof tracer, .source = "W", .count = count_two, .kernel = name_two};
    const struct ib_tracing watch = {.name = "w", .tracer = &tracer};
    (void)state;
    ib_tracing_count(&watch, &silent, &said);
    assert_true(ib_driver_counters_given(&said));
    assert_int_equal(said.seen.launch_count, 9);
    assert_int_equal(said.seen.memset_count, 0); /* which is known */
    assert_true(said.seen.d2d_count == IB_UNCOUNTED);
    assert_int_equal(said.n_kernels, 2);
    assert_string_equal(said.kernels[0].name, "gemm");
    assert_int_equal(said.kernels[0].count, 2 + 4);
    assert_string_equal(said.kernels[1].name, "spl??t?");
    assert_int_equal(said.kernels[1].count, 3);
    tracer.count = lose_count;
    ib_tracing_count(&watch, &silent, &said);
    assert_false(ib_driver_counters_given(&said));
    assert_string_equal(said.reason, "a record was lost");
    assert_int_equal(said.n_kernels, 0);
}

static void silent_driver(void *state, struct ib_copies *out)
{
    (void)state;
    out->h2d_count = out->h2d_bytes = 3;
}

/* Half a count is compared with nothing. */
static void a_driver_that_does_not_count_blames_no_case(void **state)
{
    const struct ib_impl impl = {.struct_size = sizeof impl, .copies = silent_driver};
    const struct ib_instance instance = {.impl = &impl};
    const struct ib_tracing no_tracer = {.name = NULL};
    (void)state;
    ib_tracing_count(&no_tracer, &instance, &said);
    assert_false(ib_driver_counters_given(&said));
    assert_string_equal(said.reason, "uploads and downloads are not counted");
}

/* ---- many kernels, long names ---- */

static uint64_t starts(const struct ib_driver_counters *t)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < t->n_kernels; i++)
        sum += t->kernels[i].count;
    return sum;
}

static void what_is_too_much_is_added_up(void **state)
{
    enum { MORE = 10 };
    char name[16];
    (void)state;
    ib_driver_counters_clear(&said);
    for (int again = 0; again < 2; again++)
        for (int i = 0; i < IB_DRIVER_COUNTERS_KERNELS + MORE; i++) {
            snprintf(name, sizeof name, "k%d", i);
            ib_driver_counters_add_kernel(&said, name, 3);
        }
    assert_int_equal(said.n_kernels, IB_DRIVER_COUNTERS_KERNELS + 1);
    assert_string_equal(said.kernels[0].name, "k0");
    assert_int_equal(said.kernels[0].count, 6);
    assert_string_equal(said.kernels[IB_DRIVER_COUNTERS_KERNELS - 1].name, "k63");
    assert_string_equal(said.kernels[IB_DRIVER_COUNTERS_KERNELS].name, IB_OTHER_KERNELS);
    assert_int_equal(said.kernels[IB_DRIVER_COUNTERS_KERNELS].count, 6 * MORE);
    assert_int_equal(starts(&said), 6 * (IB_DRIVER_COUNTERS_KERNELS + MORE));
}

/* No two entries have one name, as the tables of a run demand. */
static void long_names_that_begin_alike_are_one(void **state)
{
    char name[1024];
    (void)state;
    ib_driver_counters_clear(&said);
    for (size_t n = 254; n <= 256; n++) {
        memset(name, 'x', n);
        name[n] = '\0';
        ib_driver_counters_add_kernel(&said, name, n);
    }
    assert_int_equal(said.n_kernels, 2);
    assert_int_equal(strlen(said.kernels[1].name), 255);
    assert_int_equal(said.kernels[1].count, 255 + 256);
}

/* ---- as it travels ---- */

static void round_trip(void **state)
{
    (void)state;
    what_is_too_much_is_added_up(state);
    snprintf(said.source, sizeof said.source, "CUPTI");
    said.seen.h2d_bytes = UINT64_C(1) << 40;
    said.seen.d2d_count = 0;
    said.seen.pinned_bytes = 7;
    said.opened.h2d_count = 1;
    json_t *message = ib_driver_counters_to_json(&said);
    memset(&heard, 0x5a, sizeof heard);
    assert_int_equal(ib_driver_counters_from_json(message, &heard), IB_OK);
    assert_memory_equal(&heard, &said, sizeof said);
    assert_int_equal(json_object_size(json_object_get(message, "seen")), 3);
    json_decref(message);
}

static void what_is_broken_is_refused(void **state)
{
    static const struct {
        const char *text, *words;
    } broken[] = {
        {"{\"source\":\"x\",\"reason\":\"\",\"seen\":{},\"opened\":{}}", "kernels"},
        {"{\"source\":\"x\",\"reason\":\"\",\"seen\":{},\"kernels\":[]}", "opened"},
        {"{\"source\":\"x\",\"reason\":\"\",\"seen\":{},\"opened\":{\"h2d_count\":\"1\"},\"kernels\":[]}",
         "h2d_count"},
        {"{\"source\":\"x\",\"reason\":\"\",\"seen\":{\"d2d_count\":\"1\"},\"opened\":{},\"kernels\":[]}",
         "d2d_count"},
        {"{\"source\":\"x\",\"reason\":\"\",\"seen\":{},\"opened\":{},\"kernels\":[[\"k\"]]}", ""},
        {"{\"source\":\"x\",\"reason\":\"\",\"seen\":{},\"opened\":{},\"kernels\":[[1, 1]]}", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        json_t *message = json_loads(broken[i].text, 0, NULL);
        assert_non_null(message);
        assert_int_equal(ib_driver_counters_from_json(message, &heard), IB_EINVAL);
        assert_non_null(strstr(ib_error_text(), broken[i].words));
        json_decref(message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_older_driver_knows_less),
        cmocka_unit_test(an_older_tracer_names_no_kernels),
        cmocka_unit_test(a_tracer_of_today_names_them),
        cmocka_unit_test(a_driver_that_does_not_count_blames_no_case),
        cmocka_unit_test(what_is_too_much_is_added_up),
        cmocka_unit_test(long_names_that_begin_alike_are_one),
        cmocka_unit_test(what_opening_took_is_told_for_itself),
        cmocka_unit_test(round_trip),
        cmocka_unit_test(what_is_broken_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
