#include "scratch.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ftw.h>

static char folder[] = "/tmp/ironbench-unit-XXXXXX";

int scratch_enter(void **state)
{
    (void)state;
    /* The project's own data, wherever the test was built. */
    setenv("IRONBENCH_HOME", IB_SOURCE_DIR, 1);
    return !mkdtemp(folder) || chdir(folder) != 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

int scratch_leave(void **state)
{
    (void)state;
    return chdir("/") != 0 || nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0;
}

const char *scratch_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return name;
}

const char *scratch_file(const char *name, const char *text)
{
    return scratch_bytes(name, text, strlen(text));
}

void expect_failure(enum ib_status got, enum ib_status code, const char *where, const char *const *words)
{
    const struct ib_error *error = ib_last_error();
    if (got != code || strcmp(error->where, where) != 0)
        print_error("status %d, %s\n", (int)got, got == IB_OK ? "no failure" : ib_error_text());
    assert_int_equal(got, code);
    assert_int_equal(error->code, code);
    assert_string_equal(error->where, where);
    for (; *words; words++) {
        if (!strstr(error->message, *words))
            fail_msg("\"%s\" lacks \"%s\"", error->message, *words);
    }
}
