#include "worker/variants.h"

#include "base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Changing the signs of features copies them to the process's memory, which larger ones may not fit. */
enum { FEATURE_BYTES_MAX = 1 << 26 };

enum ib_status ib_variants_open(const struct ib_training_spec *spec, struct ib_job_arrays *arrays,
                                struct ib_variants *out)
{
    const uint64_t n = ib_network_size(&spec->net);
    *out = (struct ib_variants){.spec = spec, .arrays = arrays, .params = malloc(n * sizeof *out->params)};
    if (!out->params)
        return ib_fail(IB_ENOMEM, "parameters", "out of memory");
    IB_TRY(ib_spread_open(n, &out->spread));
    return ib_mirror_open(&spec->net, &out->mirror);
}

void ib_variants_close(struct ib_variants *v)
{
    ib_mirror_close(&v->mirror);
    ib_spread_close(&v->spread);
    free(v->params);
    *v = (struct ib_variants){0};
}

/* ---- the arrays ---- */

/* The mappings are private, so that files stay as they are, and read-only but here, so that an implementation
 * that writes to its operands crashes. */
static enum ib_status protect(const struct ib_npy *array, int protection)
{
    return mprotect(array->map, array->map_bytes, protection) == 0
               ? IB_OK
               : ib_fail_errno("arrays", "cannot be changed");
}

static enum ib_status protect_all(const struct ib_variants *v, int protection)
{
    IB_TRY(protect(&v->arrays->x, protection));
    IB_TRY(protect(&v->arrays->y, protection));
    IB_TRY(protect(&v->arrays->x_test, protection));
    for (uint32_t s = 0; s < ib_state_count(v->spec); s++)
        IB_TRY(protect(&v->arrays->start[s], protection));
    return IB_OK;
}

static void *writable(const struct ib_npy *array)
{
    return (void *)(uintptr_t)array->data;
}

static bool has_small_features(const struct ib_variants *v)
{
    return v->arrays->x.map_bytes + v->arrays->x_test.map_bytes <= FEATURE_BYTES_MAX;
}

static void change_state(const struct ib_variants *v, uint32_t s, void *values)
{
    if (ib_state_has_sign(v->spec, s))
        ib_mirror_param(&v->mirror, v->spec->dtype, ib_state_param(v->spec, s), values);
}

static void change_signs(struct ib_variants *v)
{
    const struct ib_training_spec *spec = v->spec;
    if (has_small_features(v)) {
        ib_mirror_features(&v->mirror, spec->dtype, spec->rows, writable(&v->arrays->x));
        ib_mirror_features(&v->mirror, spec->dtype, spec->test_rows, writable(&v->arrays->x_test));
    }
    ib_mirror_outputs(&v->mirror, spec->dtype, spec->rows, writable(&v->arrays->y));
    for (uint32_t s = 0; s < ib_state_count(spec); s++)
        change_state(v, s, writable(&v->arrays->start[s]));
}

enum ib_status ib_variants_next(struct ib_variants *v, uint64_t seed)
{
    IB_TRY(protect_all(v, PROT_READ | PROT_WRITE));
    if (v->mirrored)
        change_signs(v); /* back to the original */
    ib_mirror_draw(&v->mirror, seed, has_small_features(v));
    v->mirrored = seed;
    if (v->mirrored)
        change_signs(v);
    return protect_all(v, PROT_READ);
}

static void swap(char *a, char *b, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        const char kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

enum ib_status ib_variants_reverse(struct ib_variants *v)
{
    const size_t bytes = ib_network_outputs(&v->spec->net) * (v->spec->dtype == IB_F32 ? 4 : 8);
    char *y = writable(&v->arrays->y);
    IB_TRY(protect(&v->arrays->y, PROT_READ | PROT_WRITE));
    for (uint64_t i = 0, rows = v->spec->rows; i < rows / 2; i++)
        swap(y + i * bytes, y + (rows - 1 - i) * bytes, bytes);
    return protect(&v->arrays->y, PROT_READ);
}

/* ---- answers ---- */

void ib_variants_state(struct ib_variants *v, uint32_t p, void *values)
{
    const struct ib_network *net = &v->spec->net;
    change_state(v, p, values);
    if (p >= ib_network_params(net))
        return;
    double *to = v->params + (ib_param_at(net, v->params, p) - v->params);
    for (uint64_t i = 0; i < ib_network_param_size(net, p); i++)
        to[i] = v->spec->dtype == IB_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
    if (p + 1 == ib_network_params(net))
        ib_spread_add(&v->spread, v->params);
}

void ib_variants_predictions(const struct ib_variants *v, void *values)
{
    ib_mirror_outputs(&v->mirror, v->spec->dtype, v->spec->test_rows, values);
}

enum ib_status ib_variants_save(const struct ib_variants *v, const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/spread.npy", folder);
    return ib_npy_write(path, IB_F64, 2, v->spread.n, v->spread.lowest);
}
