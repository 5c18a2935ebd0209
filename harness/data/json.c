/* Flat JSON: `m` training rows and `m_test` test rows of `n` features, in row-major arrays `x` (m*n), `y`
 * (m), `x_test` (m_test*n) and `y_test` (m_test). */
#include "base/error.h"
#include "base/file.h"
#include "data/table.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>

enum { SIZE_LIMIT = 1000000000 }; /* of m, n and m_test, so that their products do not overflow */

static enum ib_status read_size(const json_t *root, const char *path, const char *key, uint64_t *out)
{
    const json_t *value = json_object_get(root, key);
    if (!value)
        return ib_fail(IB_EINVAL, path, "key `%s` is missing; required: m, n, x, y, m_test, x_test, y_test",
                       key);
    const double size = json_number_value(value); /* all numbers are read as f64 */
    if (!(size >= 1) || size > SIZE_LIMIT || size != floor(size))
        return ib_fail(IB_EINVAL, path, "key `%s` is not an integer from 1 to %d", key, SIZE_LIMIT);
    *out = (uint64_t)size;
    return IB_OK;
}

struct array {
    const char *key;
    const char *shape; /* for messages */
    uint64_t rows, cols;
};

static enum ib_status read_array(const json_t *root, const char *path, const struct array *array,
                                 bool allow_missing, struct ib_arena *arena, double **out)
{
    const json_t *values = json_object_get(root, array->key), *value;
    if (!values)
        return ib_fail(IB_EINVAL, path, "key `%s` is missing; required: m, n, x, y, m_test, x_test, y_test",
                       array->key);
    if (!json_is_array(values))
        return ib_fail(IB_EINVAL, path, "key `%s` is not an array of numbers", array->key);
    size_t i, n = json_array_size(values);
    if (n != array->rows * array->cols)
        return ib_fail(IB_EINVAL, path, "key `%s` has %zu elements; expected %s = %" PRIu64, array->key, n,
                       array->shape, array->rows * array->cols);
    *out = ib_arena_alloc(arena, n * sizeof **out);
    json_array_foreach (values, i, value) {
        const bool missing = json_is_null(value);
        if (missing && !allow_missing)
            return ib_fail(IB_EINVAL, path,
                           "key `%s`: element %zu is not a number: a value is missing; " IB_MISSING_HINT,
                           array->key, i + 1);
        if (!missing && !json_is_number(value))
            return ib_fail(IB_EINVAL, path, "key `%s`: element %zu is not a number", array->key, i + 1);
        (*out)[i] = missing ? NAN : json_number_value(value);
    }
    return IB_OK;
}

static enum ib_status read_table(const json_t *root, const char *path, bool allow_missing,
                                 struct ib_arena *arena, struct ib_table *out)
{
    if (!json_is_object(root))
        return ib_fail(IB_EINVAL, path, "not a JSON object with m, n, x, y, m_test, x_test, y_test");
    *out = (struct ib_table){.target = "y"};
    IB_TRY(read_size(root, path, "m", &out->rows));
    IB_TRY(read_size(root, path, "n", &out->cols));
    IB_TRY(read_size(root, path, "m_test", &out->test_rows));
    const struct array x = {"x", "m * n", out->rows, out->cols}, y = {"y", "m", out->rows, 1},
                       x_test = {"x_test", "m_test * n", out->test_rows, out->cols},
                       y_test = {"y_test", "m_test", out->test_rows, 1};
    IB_TRY(read_array(root, path, &x, allow_missing, arena, &out->x));
    IB_TRY(read_array(root, path, &y, allow_missing, arena, &out->y));
    IB_TRY(read_array(root, path, &x_test, allow_missing, arena, &out->x_test));
    return read_array(root, path, &y_test, allow_missing, arena, &out->y_test);
}

static enum ib_status read_json(const struct ib_dataset_spec *spec, const struct ib_source *file,
                                struct ib_arena *arena, struct ib_table *out)
{
    char *text;
    size_t bytes;
    json_error_t error;
    IB_TRY(ib_source_text(arena, file, &text, &bytes));
    /* As f64, since integers may exceed those of Jansson. */
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (!root)
        return ib_fail_at(file->path, (size_t)error.line, (size_t)error.column, "invalid JSON: %s",
                          error.text);
    enum ib_status status = read_table(root, file->path, ib_missing_allowed(spec), arena, out);
    json_decref(root);
    return status;
}

const struct ib_dataset_format ib_dataset_json = {
    .title = "JSON",
    .extensions = {".json"},
    .summary = "one object with m, n, x, y, m_test, x_test, y_test; arrays flat and row-major",
    .keys = IB_SPEC_MISSING,
    .read = read_json,
};
