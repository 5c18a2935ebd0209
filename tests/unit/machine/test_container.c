/* Control groups as the kernel, Docker and Kubernetes lay them out, in files of the test's own. */
#include "base/cgroup.h"
#include "fixtures/scratch.h"
#include "machine/container.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char here[PATH_MAX];

static int enter(void **state)
{
    const int failed = scratch_enter(state);
    return failed || !getcwd(here, sizeof here);
}

/* Writes a file and the folders that lead to it. */
static void put(const char *path, const char *text)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    for (char *slash = strchr(folder, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(folder, 0700);
        *slash = '/';
    }
    scratch_file(path, text);
}

/* A line of /proc/self/mountinfo for a mount below the test's folder. */
static void put_mount(const char *root, const char *mount, const char *type, const char *options)
{
    char text[2 * PATH_MAX];
    snprintf(text, sizeof text,
             "22 1 8:1 / / rw - ext4 /dev/root rw\n30 22 0:26 %s %s/%s rw master:1 - %s %s rw,%s\n", root,
             here, mount, type, type, options);
    scratch_file("mounts", text);
}

static struct ib_container describe(const char *groups)
{
    struct ib_container container;
    scratch_file("groups", groups);
    ib_container_describe_in("groups", "mounts", &container);
    return container;
}

static void version_2_nested(void **state)
{
    (void)state;
    put("v2/outer/cpu.max", "150000 100000\n");
    put("v2/outer/cpu.stat", "usage_usec 7\nnr_periods 40\nnr_throttled 30\n");
    put("v2/outer/memory.max", "300000000\n");
    put("v2/outer/memory.current", "250000000\n");
    put("v2/outer/memory.stat", "anon 1\ninactive_file 100000000\n");
    put("v2/outer/inner/cpu.max", "max 100000\n");
    put("v2/outer/inner/memory.max", "max\n");
    put_mount("/", "v2", "cgroup2", "nsdelegate");
    const struct ib_container c = describe("0::/outer/inner\n");
    assert_true(c.cpu_quota == 1.5);
    assert_int_equal(c.periods, 40);
    assert_int_equal(c.throttled_periods, 30);
    assert_int_equal(c.memory_limit_bytes, 300000000);
    assert_int_equal(c.memory_left_bytes, 150000000);
}

static void version_1_has_a_tree_for_each_controller(void **state)
{
    (void)state;
    put("v1/job/cpu.cfs_quota_us", "5000\n");
    put("v1/job/cpu.cfs_period_us", "100000\n");
    put("v1/job/cpu.stat", "nr_periods 12\nnr_throttled 11\nthrottled_time 5\n");
    put("v1/cpu.cfs_quota_us", "-1\n");
    put_mount("/", "v1", "cgroup", "cpu,cpuacct");
    const struct ib_container c = describe("9:name=systemd:/x\n3:cpuset:/y\n2:cpu,cpuacct:/job\n0::/z\n");
    assert_true(c.cpu_quota == 0.05);
    assert_int_equal(c.throttled_periods, 11);
    assert_int_equal(c.memory_limit_bytes, 0);
}

/* As in Docker without a namespace of its own: the path is the host's, the mount shows what is below it. */
static void a_path_of_the_host(void **state)
{
    (void)state;
    put("docker/memory.limit_in_bytes", "200000000\n");
    put("docker/memory.usage_in_bytes", "50000000\n");
    put("docker/memory.stat", "total_inactive_file 0\n");
    put_mount("/docker/0123", "docker", "cgroup", "memory");
    assert_int_equal(describe("5:memory:/docker/0123\n").memory_left_bytes, 150000000);
    put_mount("/", "docker", "cgroup", "memory"); /* and where that is not to be seen */
    assert_int_equal(describe("5:memory:/kubepods/pod1/0123\n").memory_left_bytes, 150000000);
}

static void no_limits(void **state)
{
    (void)state;
    put("free/memory.limit_in_bytes", "9223372036854771712\n");
    put_mount("/", "free", "cgroup", "memory");
    const struct ib_container c = describe("5:memory:/\n"), none = describe("");
    assert_int_equal(c.memory_limit_bytes, 0);
    assert_true(none.cpu_quota == 0 && none.memory_limit_bytes == 0);
    assert_true(ib_usable_cpus() >= 1);
}

static void similar_names_are_told_apart(void **state)
{
    (void)state;
    struct ib_cgroup group;
    put("set/cpuset.cpus", "0\n");
    put_mount("/", "set", "cgroup", "cpuset");
    scratch_file("groups", "3:cpuset:/\n");
    assert_false(ib_cgroup_find_in("groups", "mounts", "cpu", &group));
    assert_true(ib_cgroup_find_in("groups", "mounts", "cpuset", &group));
    assert_false(ib_cgroup_up(&group));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_2_nested),
        cmocka_unit_test(version_1_has_a_tree_for_each_controller),
        cmocka_unit_test(a_path_of_the_host),
        cmocka_unit_test(no_limits),
        cmocka_unit_test(similar_names_are_told_apart),
    };
    return cmocka_run_group_tests(tests, enter, scratch_leave);
}
