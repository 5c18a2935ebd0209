/* NumPy archives (savez, savez_compressed): an array of features and one of targets, named x and y unless the
 * description names others. */
#include "base/error.h"
#include "data/arrays.h"
#include "data/zip.h"

/* Lists the arrays for a message: "x, y or z". */
static const char *list_arrays(struct ib_arena *arena, const struct ib_zip *zip, char *text, size_t n)
{
    const char **names = ib_arena_alloc(arena, (zip->n + 1) * sizeof *names);
    for (size_t i = 0; i < zip->n; i++) {
        const char *dot = strrchr(zip->entries[i].name, '.');
        const size_t length = dot ? (size_t)(dot - zip->entries[i].name) : strlen(zip->entries[i].name);
        names[i] = ib_arena_print(arena, "%.*s", (int)length, zip->entries[i].name);
    }
    return zip->n ? ib_name_list(names, text, n) : "none";
}

/* Opens the array that a key names. */
static enum ib_status open_array(struct ib_arena *arena, const struct ib_zip *zip, const char *key,
                                 const char *name, struct ib_source *source, struct ib_npy_input *out)
{
    char list[256];
    const struct ib_zip_entry *entry = ib_zip_find(zip, ib_arena_print(arena, "%s.npy", name));
    if (!entry)
        return ib_fail(IB_EINVAL, zip->source->path,
                       "array `%s` not found; it has: %s; `%s` names another one", IB_SHORT(name),
                       list_arrays(arena, zip, list, sizeof list), key);
    IB_TRY(ib_zip_extract(arena, zip, entry, source));
    const enum ib_status status = ib_npy_input_begin(source->fd, source->path, out);
    if (status != IB_OK)
        ib_source_close(source);
    return status;
}

static enum ib_status read_targets(const struct ib_dataset_spec *spec, const struct ib_zip *zip,
                                   const struct ib_npy_input *x, struct ib_arena *arena, struct ib_table *out)
{
    struct ib_source source;
    struct ib_npy_input y;
    IB_TRY(open_array(arena, zip, "y", spec->y ? spec->y : "y", &source, &y));
    const enum ib_status status = ib_arrays_read(spec, x, &y, arena, out);
    ib_source_close(&source);
    return status;
}

static enum ib_status read_npz(const struct ib_dataset_spec *spec, const struct ib_source *file,
                               struct ib_arena *arena, struct ib_table *out)
{
    struct ib_zip zip;
    struct ib_source source;
    struct ib_npy_input x;
    IB_TRY(ib_zip_open(arena, file, &zip));
    IB_TRY(open_array(arena, &zip, "x", spec->x ? spec->x : "x", &source, &x));
    const enum ib_status status = read_targets(spec, &zip, &x, arena, out);
    ib_source_close(&source);
    return status;
}

const struct ib_dataset_format ib_dataset_npz = {
    .title = "NPZ",
    .extensions = {".npz"},
    .summary = "a NumPy archive with an array of features, x, and one of targets, y",
    .keys = IB_SPEC_X | IB_SPEC_Y | IB_SPEC_MISSING,
    .read = read_npz,
};
