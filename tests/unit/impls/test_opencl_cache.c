/* The cache of compiled programs. The platform goes by another name here (tests/opencl/layer.h), as PoCL is
 * known to keep its own. */
#include "../../opencl/layer.h"
#include "base/error.h"
#include "fixtures/scratch.h"
#include "plugin/loader.h"

#include <dirent.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LAYER  IB_BUILD_DIR "/tests/opencl_layer.so"
#define PLUGIN IB_BUILD_DIR "/impls/opencl_naive.so"
#define CACHE  "cache/ironbench/opencl" /* below the test's folder */

enum { EXIT_SKIPPED = 77 };

static const struct ib_impl *opencl;
static struct layer_programs *programs;

/* ---- one run of a program, and how it came to be ---- */

/* Adds on a device of its own, as every worker does: once from text or from the cache. */
static void run(unsigned from_text, unsigned from_binary)
{
    const double ones[] = {1, 1, 1};
    double got[3];
    struct ib_instance device;
    void *p;
    *programs = (struct layer_programs){0, 0};
    if (ib_instance_open(opencl, NULL, 0, &device) != IB_OK)
        fail_msg("%s", ib_error_text());
    assert_int_equal(opencl->mem->alloc(device.state, sizeof ones, &p), IB_OK);
    assert_int_equal(opencl->mem->h2d(device.state, p, ones, sizeof ones), IB_OK);
    const struct ib_view v = {.p = p, .rows = 1, .cols = 3, .ld = 3, .type = IB_F64};
    assert_int_equal(opencl->ops->axpy(device.state, 2, &v, &v), IB_OK);
    assert_int_equal(opencl->mem->d2h(device.state, got, p, sizeof got), IB_OK);
    assert_true(got[0] == 3 && got[1] == 3 && got[2] == 3);
    opencl->mem->free(device.state, p);
    ib_instance_close(&device);
    assert_int_equal(programs->from_text, from_text);
    assert_int_equal(programs->from_binary, from_binary);
}

/* ---- the folder of the cache ---- */

static char file_path[512];

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The number of files in the cache; the first is file_path. */
static int files(void)
{
    struct dirent **entries = NULL;
    const int n = scandir(CACHE, &entries, is_file, alphasort);
    for (int i = 0; i < n; i++) {
        if (i == 0)
            snprintf(file_path, sizeof file_path, CACHE "/%s", entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return n;
}

static void empty_cache(void)
{
    while (files() > 0)
        assert_int_equal(remove(file_path), 0);
}

static size_t file_bytes(void)
{
    struct stat info;
    assert_int_equal(stat(file_path, &info), 0);
    return (size_t)info.st_size;
}

/* ---- the tests ---- */

static void compiled_once(void **state)
{
    (void)state;
    empty_cache();
    run(1, 0);
    assert_int_equal(files(), 1);
    run(0, 1);
    run(0, 1);
    assert_int_equal(files(), 1);
}

static void flip_byte(size_t at)
{
    FILE *file = fopen(file_path, "r+b");
    assert_non_null(file);
    fseek(file, (long)at, SEEK_SET);
    const int byte = fgetc(file);
    fseek(file, (long)at, SEEK_SET);
    fputc(byte ^ 1, file);
    fclose(file);
}

/* Wherever the damage is, the driver never sees it. */
static void damaged_files_are_replaced(void **state)
{
    (void)state;
    empty_cache();
    run(1, 0);
    assert_int_equal(files(), 1);
    const size_t bytes = file_bytes(), places[] = {0, 40, 120, bytes / 2, bytes - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        flip_byte(places[i]);
        run(1, 0);
        run(0, 1);
    }
    const size_t lengths[] = {0, 10, 200, bytes - 1, bytes + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        assert_int_equal(truncate(file_path, (off_t)lengths[i]), 0);
        run(1, 0);
        run(0, 1);
        assert_true(file_bytes() > 200); /* drivers need not make the same bytes twice */
    }
    assert_int_equal(files(), 1); /* and no other file is left */
}

/* A valid cache file of another program: its name proves nothing. */
static void files_of_other_programs_are_replaced(void **state)
{
    char path[512];
    (void)state;
    empty_cache();
    run(1, 0);
    assert_int_equal(files(), 1);
    memcpy(path, file_path, sizeof path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 32, SEEK_SET); /* behind the magic: the key */
    fputs("0123456789", file);
    fclose(file);
    run(1, 0);
    run(0, 1);
}

static void a_folder_in_its_place_does_no_harm(void **state)
{
    (void)state;
    empty_cache();
    run(1, 0);
    assert_int_equal(files(), 1);
    assert_int_equal(remove(file_path), 0);
    assert_int_equal(mkdir(file_path, 0700), 0);
    run(1, 0);
    run(1, 0);
    assert_int_equal(files(), 1);
    assert_int_equal(rmdir(file_path), 0);
}

static void a_pipe_in_its_place_does_not_hang(void **state)
{
    (void)state;
    empty_cache();
    run(1, 0);
    assert_int_equal(files(), 1);
    assert_int_equal(remove(file_path), 0);
    assert_int_equal(mkfifo(file_path, 0600), 0);
    run(1, 0);
    run(0, 1);
}

static void no_place_is_no_error(void **state)
{
    static const char *const places[] = {"/proc/nowhere", "/dev/null", "relative"};
    char *before = strdup(getenv("XDG_CACHE_HOME")), *home = strdup(getenv("HOME"));
    (void)state;
    setenv("HOME", "/proc/nowhere", 1);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        setenv("XDG_CACHE_HOME", places[i], 1);
        run(1, 0);
        run(1, 0);
    }
    unsetenv("HOME");
    run(1, 0);
    assert_int_equal(access("relative", F_OK), -1);
    setenv("HOME", home, 1);
    setenv("XDG_CACHE_HOME", before, 1);
    free(before);
    free(home);
}

/* ---- a folder and a layer for all of them ---- */

static int enter(void **state)
{
    char path[512];
    if (scratch_enter(state) != 0 || getcwd(path, sizeof path - sizeof "/cache") == NULL)
        return 1;
    strcat(path, "/cache");
    setenv("XDG_CACHE_HOME", path, 1);
    return 0;
}

static int leave(void **state)
{
    empty_cache();
    rmdir(CACHE);
    rmdir("cache/ironbench");
    rmdir("cache");
    return scratch_leave(state);
}

int main(void)
{
    struct ib_instance device;
    setenv("OPENCL_LAYERS", LAYER, 1);
    setenv("IRONBENCH_TEST_LAYER", "other_platform", 1);
    setenv("HOME", "/", 0); /* a service may have none */
    void *layer = dlopen(LAYER, RTLD_NOW | RTLD_LOCAL);
    programs = layer != NULL ? dlsym(layer, "layer_programs") : NULL;
    if (programs == NULL || ib_impl_load("opencl_naive", PLUGIN, &opencl) != IB_OK) {
        fprintf(stderr, "%s\n", programs == NULL ? dlerror() : ib_error_text());
        return 1;
    }
    if (ib_instance_open(opencl, NULL, 0, &device) != IB_OK) {
        printf("skipped: %s\n", ib_error_text());
        return EXIT_SKIPPED;
    }
    char text[512] = "";
    opencl->describe(device.state, text, sizeof text);
    ib_instance_close(&device);
    if (strncmp(text, LAYER_PLATFORM, strlen(LAYER_PLATFORM)) != 0) {
        printf("skipped: this OpenCL loader ignores layers\n");
        return EXIT_SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compiled_once),
        cmocka_unit_test(damaged_files_are_replaced),
        cmocka_unit_test(files_of_other_programs_are_replaced),
        cmocka_unit_test(a_folder_in_its_place_does_no_harm),
        cmocka_unit_test(a_pipe_in_its_place_does_not_hang),
        cmocka_unit_test(no_place_is_no_error),
    };
    return cmocka_run_group_tests_name("opencl_cache", tests, enter, leave);
}
