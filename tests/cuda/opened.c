#include "opened.h"

#include "base/error.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef uint64_t left_fn(void);
static left_fn *left;

bool mock_is_there(void)
{
    void *runtime = dlopen(IB_CUDART, RTLD_NOW);
    left = runtime == NULL ? NULL : (left_fn *)(uintptr_t)dlsym(runtime, "mock_left");
    if (left != NULL)
        return true;
    printf("LD_LIBRARY_PATH does not name the mock runtime\n");
    return false;
}

int nothing_left(void **state)
{
    (void)state;
    assert_int_equal(left(), 0);
    return 0;
}

void set_faults(const char *faults)
{
    if (faults == NULL)
        unsetenv("IRONBENCH_TEST_CUDA");
    else
        setenv("IRONBENCH_TEST_CUDA", faults, 1);
}

enum ib_status try_open(const char *impl, const char *option, const char *value, struct ib_instance *out)
{
    static struct ib_setting setting;
    const struct ib_impl *loaded;
    char plugin[512];
    snprintf(plugin, sizeof plugin, "%s/impls/%s.so", IB_BUILD_DIR, impl);
    setting = (struct ib_setting){.name = option, .value = value};
    if (ib_impl_load(impl, plugin, &loaded) != IB_OK)
        fail_msg("%s", ib_error_text());
    return ib_instance_open(loaded, &setting, option == NULL ? 0 : 1, out);
}

void must_open(const char *impl, const char *option, const char *value, struct ib_instance *out)
{
    set_faults(NULL);
    if (try_open(impl, option, value, out) != IB_OK)
        fail_msg("%s", ib_error_text());
}

struct ib_view new_matrix(const struct ib_instance *owner, uint64_t rows, uint64_t cols, float value)
{
    const struct ib_mem_ops *mem = owner->impl->mem;
    struct ib_view m = {.rows = rows, .cols = cols, .ld = cols, .type = IB_F32};
    const size_t count = (size_t)(rows * cols);
    float *values = malloc(count * sizeof *values);
    assert_non_null(values);
    for (size_t i = 0; i < count; i++)
        values[i] = value;
    assert_int_equal(mem->alloc(owner->state, count * sizeof *values, &m.p), IB_OK);
    assert_int_equal(mem->h2d(owner->state, m.p, values, count * sizeof *values), IB_OK);
    free(values);
    return m;
}

void drop_matrix(const struct ib_instance *owner, struct ib_view *m)
{
    owner->impl->mem->free(owner->state, m->p);
    m->p = NULL;
}

void assert_all(const struct ib_instance *owner, const struct ib_view *m, float value)
{
    const size_t count = (size_t)(m->rows * m->cols);
    float *values = malloc(count * sizeof *values);
    assert_non_null(values);
    if (owner->impl->mem->d2h(owner->state, values, m->p, count * sizeof *values) != IB_OK)
        fail_msg("%s", ib_error_text());
    for (size_t i = 0; i < count; i++)
        assert_float_equal(values[i], value, 0);
    free(values);
}

void assert_failure(enum ib_status got, enum ib_status status, const char *words)
{
    assert_int_equal(got, status);
    if (strstr(ib_error_text(), words) == NULL)
        fail_msg("`%s` does not say `%s`", ib_error_text(), words);
}
