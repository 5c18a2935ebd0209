/* Counters of energy in a folder such as the kernel's. */
#include "fixtures/scratch.h"
#include "worker/powercap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char why[192];

static void write_number(const char *zone, const char *file, uint64_t number)
{
    char path[128], text[32];
    snprintf(path, sizeof path, "%s/%s", zone, file);
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)number);
    scratch_file(path, text);
}

static void count(const char *zone, uint64_t uj)
{
    write_number(zone, "energy_uj", uj);
}

/* A zone with a counter that wraps around at 1000000. */
static void add_zone(const char *zone, const char *name, uint64_t uj)
{
    char path[128];
    mkdir(zone, 0755);
    snprintf(path, sizeof path, "%s/name", zone);
    scratch_file(path, name);
    write_number(zone, "max_energy_range_uj", 1000000);
    count(zone, uj);
}

static int add_two_packages(void **state)
{
    (void)state;
    mkdir("two", 0755);
    add_zone("two/intel-rapl:0", "package-0\n", 100);
    add_zone("two/intel-rapl:1", "package-1\n", 999000);
    add_zone("two/intel-rapl:0:0", "core\n", 70);
    add_zone("two/intel-rapl:2", "psys\n", 5000);
    add_zone("two/intel-rapl-mmio:0", "package-0\n", 100);
    add_zone("two/other:0", "package-0\n", 100);
    return 0;
}

static struct ib_powercap opened(const char *folder)
{
    struct ib_powercap p;
    if (ib_powercap_open(folder, &p, why, sizeof why) != IB_OK)
        fail_msg("%s", why);
    return p;
}

static uint64_t since(struct ib_powercap *p)
{
    uint64_t uj;
    assert_int_equal(ib_powercap_read(p, &uj), IB_OK);
    return uj;
}

static void sums_packages_only(void **state)
{
    struct ib_powercap p = opened("two");
    (void)state;
    assert_int_equal(p.n, 2);
    assert_int_equal(since(&p), 0);
    count("two/intel-rapl:0", 350);
    count("two/intel-rapl:1", 999700);
    count("two/intel-rapl:0:0", 500000);
    count("two/intel-rapl:2", 600000);
    count("two/intel-rapl-mmio:0", 700000);
    assert_int_equal(since(&p), 250 + 700);
    assert_int_equal(since(&p), 0);
    ib_powercap_close(&p);
    assert_int_equal(p.n, 0);
}

static void wraps_around(void **state)
{
    struct ib_powercap p = opened("two");
    (void)state;
    count("two/intel-rapl:0", 400); /* this one does not */
    count("two/intel-rapl:1", 200);
    assert_int_equal(since(&p), 300 + 1200);
    count("two/intel-rapl:1", 300);
    assert_int_equal(since(&p), 100);
    ib_powercap_close(&p);
}

static void the_smallest_counter_wraps_first(void **state)
{
    (void)state;
    write_number("two/intel-rapl:1", "max_energy_range_uj", 65000000000);
    struct ib_powercap p = opened("two");
    assert_true(ib_powercap_longest_ns(&p) == 1e6); /* 1 J at 1000 W */
    ib_powercap_close(&p);
}

static void assert_refused(const char *folder, const char *expected)
{
    struct ib_powercap p;
    assert_int_equal(ib_powercap_open(folder, &p, why, sizeof why), IB_EUNAVAILABLE);
    assert_string_equal(why, expected);
    assert_int_equal(p.n, 0);
}

static void says_what_is_missing(void **state)
{
    (void)state;
    assert_refused("none", "no counters of energy: none: No such file or directory");
    mkdir("empty", 0755);
    assert_refused("empty", "empty has no energy counter of a processor package");
    add_zone("empty/intel-rapl:0", "psys\n", 1);
    assert_refused("empty", "empty has no energy counter of a processor package");
    unlink("two/intel-rapl:1/max_energy_range_uj");
    assert_refused("two", "two/intel-rapl:1/max_energy_range_uj: No such file or directory");
}

/* As it is on most systems for all users but root. */
static void says_what_is_unreadable(void **state)
{
    (void)state;
    chmod("two/intel-rapl:0/energy_uj", 0);
    if (geteuid() != 0)
        assert_refused("two", "two/intel-rapl:0/energy_uj: Permission denied");
    unlink("two/intel-rapl:0/energy_uj"); /* root reads it anyway, but not this: */
    mkdir("two/intel-rapl:0/energy_uj", 0755);
    assert_refused("two", "two/intel-rapl:0/energy_uj: Is a directory");
    rmdir("two/intel-rapl:0/energy_uj");
    scratch_file("two/intel-rapl:0/energy_uj", "nothing\n");
    assert_refused("two", "two/intel-rapl:0/energy_uj: Invalid argument");
}

static void a_counter_may_vanish(void **state)
{
    struct ib_powercap p = opened("two");
    uint64_t uj;
    (void)state;
    assert_int_equal(truncate("two/intel-rapl:1/energy_uj", 0), 0);
    assert_int_equal(ib_powercap_read(&p, &uj), IB_EUNAVAILABLE);
    ib_powercap_close(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sums_packages_only, add_two_packages),
        cmocka_unit_test_setup(wraps_around, add_two_packages),
        cmocka_unit_test_setup(the_smallest_counter_wraps_first, add_two_packages),
        cmocka_unit_test_setup(a_counter_may_vanish, add_two_packages),
        cmocka_unit_test_setup(says_what_is_missing, add_two_packages),
        cmocka_unit_test_setup(says_what_is_unreadable, add_two_packages),
    };
    return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
