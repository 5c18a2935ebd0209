/* IDX, the format of MNIST: a file of features, one row per image, and a second file (`y`) of labels. Its
 * numbers are big-endian: two zero bytes, a type, the number of dimensions, their sizes in 32 bits each, the
 * elements. http://yann.lecun.com/exdb/mnist/ */
#include "base/error.h"
#include "base/file.h"
#include "data/arrays.h"
#include "data/source.h"

#include <inttypes.h>

enum { PREFIX_BYTES = 4, DIMENSIONS_MOST = 8 };

static const struct idx_type {
    unsigned char code;
    char kind;
    unsigned bytes;
} types[] = {{0x08, 'u', 1}, {0x09, 'i', 1}, {0x0b, 'i', 2}, {0x0c, 'i', 4}, {0x0d, 'f', 4}, {0x0e, 'f', 8}};

static enum ib_status bad(const char *path, const char *what)
{
    return ib_fail(IB_EINVAL, path, "not a readable IDX file: %s", what);
}

/* Sets rows and columns: all dimensions after the first together. Returns false if they cannot be counted. */
static bool read_sizes(const unsigned char *at, unsigned dimensions, struct ib_npy_header *out)
{
    out->cols = 1;
    for (unsigned i = 0; i < dimensions; i++, at += 4) {
        const uint64_t size = (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 | (uint64_t)at[2] << 8 | at[3];
        if (i == 0)
            out->rows = size;
        else if (size && out->cols > UINT32_MAX / size)
            return false;
        else
            out->cols *= size;
    }
    return true;
}

static enum ib_status check_size(const struct ib_source *file, const struct ib_npy_header *header)
{
    const uint64_t room = (file->bytes - header->start) / header->bytes;
    if (header->cols == 0 || header->rows == 0)
        return bad(file->path, "a dimension is 0");
    if (header->rows > room / header->cols)
        return bad(file->path, "the file is too short for its dimensions");
    if (header->start + header->rows * header->cols * header->bytes != file->bytes)
        return bad(file->path, "the file is longer than its dimensions");
    return IB_OK;
}

/* Reads the header, as that of an array. */
static enum ib_status open_array(const struct ib_source *file, struct ib_npy_input *out)
{
    unsigned char head[PREFIX_BYTES + 4 * DIMENSIONS_MOST] = {0};
    const size_t n = file->bytes < sizeof head ? (size_t)file->bytes : sizeof head;
    const struct idx_type *type = types, *end = types + sizeof types / sizeof *types;
    IB_TRY(ib_file_read_exactly(file->fd, file->path, 0, n, head));
    while (type < end && type->code != head[2])
        type++;
    if (n < PREFIX_BYTES || head[0] || head[1] || type == end)
        return bad(file->path,
                   "it does not begin with two zero bytes and the code of a type (8, 9 or 11 to 14)");
    if (head[3] < 1 || head[3] > DIMENSIONS_MOST)
        return ib_fail(IB_EINVAL, file->path,
                       "not a readable IDX file: it has %u dimensions; allowed: 1 to %d", head[3],
                       DIMENSIONS_MOST);
    *out = (struct ib_npy_input){.path = file->path, .fd = file->fd};
    out->header = (struct ib_npy_header){.kind = type->kind,
                                         .bytes = type->bytes,
                                         .swapped = type->bytes > 1,
                                         .start = PREFIX_BYTES + 4u * head[3]};
    if (out->header.start > n)
        return bad(file->path, "its header is cut");
    if (!read_sizes(head + PREFIX_BYTES, head[3], &out->header))
        return bad(file->path, "its dimensions are too large");
    return check_size(file, &out->header);
}

static enum ib_status read_labels(const struct ib_dataset_spec *spec, const struct ib_npy_input *x,
                                  struct ib_arena *arena, struct ib_table *out)
{
    struct ib_source file;
    struct ib_npy_input y;
    IB_TRY(ib_source_open(arena, ib_spec_file(arena, spec, spec->y), &file));
    enum ib_status status = open_array(&file, &y);
    if (status == IB_OK)
        status = ib_arrays_read(spec, x, &y, arena, out);
    ib_source_close(&file);
    return status;
}

static enum ib_status read_idx(const struct ib_dataset_spec *spec, const struct ib_source *file,
                               struct ib_arena *arena, struct ib_table *out)
{
    struct ib_npy_input x;
    const char *where = spec->where ? spec->where : file->path;
    if (!spec->y)
        return ib_fail(IB_EINVAL, where, "IDX data need a second file with the labels: `y: FILE`");
    if (spec->test)
        return ib_fail(IB_EINVAL, where, "`y` and `test` are mutually exclusive");
    IB_TRY(open_array(file, &x));
    return read_labels(spec, &x, arena, out);
}

const struct ib_dataset_format ib_dataset_idx = {
    .title = "IDX",
    .extensions = {"-ubyte", ".idx"},
    .summary = "MNIST's format: a file of images, and a second file of labels",
    .keys = IB_SPEC_Y,
    .read = read_idx,
};
