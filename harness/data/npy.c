/* NumPy arrays: rows x columns with the target in one column, or only features, with one target per row in
 * a second file (`y`). */
#include "base/error.h"
#include "data/arrays.h"

static enum ib_status check_spec(const struct ib_dataset_spec *spec, const char *path)
{
    if (spec->y && (spec->target || spec->test))
        return ib_fail(IB_EINVAL, spec->where ? spec->where : path, "`y` and `%s` are mutually exclusive",
                       spec->target ? "target" : "test");
    return IB_OK;
}

static enum ib_status read_separate(const struct ib_dataset_spec *spec, const struct ib_npy_input *x,
                                    struct ib_arena *arena, struct ib_table *out)
{
    struct ib_source file;
    struct ib_npy_input y;
    IB_TRY(ib_source_open(arena, ib_spec_file(arena, spec, spec->y), &file));
    enum ib_status status = ib_npy_input_begin(file.fd, file.path, &y);
    if (status == IB_OK)
        status = ib_arrays_read(spec, x, &y, arena, out);
    ib_source_close(&file);
    return status;
}

static enum ib_status read_npy(const struct ib_dataset_spec *spec, const struct ib_source *file,
                               struct ib_arena *arena, struct ib_table *out)
{
    struct ib_npy_input x;
    IB_TRY(check_spec(spec, file->path));
    IB_TRY(ib_npy_input_begin(file->fd, file->path, &x));
    return spec->y ? read_separate(spec, &x, arena, out) : ib_arrays_read(spec, &x, NULL, arena, out);
}

const struct ib_dataset_format ib_dataset_npy = {
    .title = "NPY",
    .extensions = {".npy"},
    .summary = "an array of numbers, rows x columns; the target is one of its columns or in a second file",
    .keys = IB_SPEC_TARGET | IB_SPEC_Y | IB_SPEC_MISSING,
    .read = read_npy,
};
