#include "base/npy_input.h"

#include "base/error.h"
#include "base/file.h"

#include <inttypes.h>
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 8192 }; /* elements converted at once, so that they stay in the cache */

/* Raw elements. */
union chunk {
    unsigned char byte[CHUNK * 8];
    float f4[CHUNK];
    double f8[CHUNK];
    int8_t i1[CHUNK];
    int16_t i2[CHUNK];
    int32_t i4[CHUNK];
    int64_t i8[CHUNK];
    uint8_t u1[CHUNK];
    uint16_t u2[CHUNK];
    uint32_t u4[CHUNK];
    uint64_t u8[CHUNK];
};

/* ---- one type each ---- */

#define WIDEN(type)                                                                                          \
    static void widen_##type(const union chunk *raw, size_t n, double *out)                                  \
    {                                                                                                        \
        for (size_t i = 0; i < n; i++)                                                                       \
            out[i] = (double)raw->type[i];                                                                   \
    }
WIDEN(f4)
WIDEN(f8)
WIDEN(i1)
WIDEN(i2)
WIDEN(i4)
WIDEN(i8)
WIDEN(u1)
WIDEN(u2)
WIDEN(u4)
WIDEN(u8)
#undef WIDEN

static void widen_b1(const union chunk *raw, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = raw->u1[i] != 0;
}

/* IEEE 754 half precision: 1 bit of sign, 5 of exponent, 10 of fraction. */
static double half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double size = exponent == 0    ? ldexp(fraction, -24)
                        : exponent == 31 ? (fraction ? NAN : INFINITY)
                                         : ldexp(1024 + fraction, exponent - 25);
    return bits >> 15 ? -size : size;
}

static void widen_f2(const union chunk *raw, size_t n, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = half(raw->u2[i]);
}

static const struct number_type {
    char kind;
    unsigned bytes;
    void (*widen)(const union chunk *, size_t n, double *out);
} types[] = {{'f', 8, widen_f8}, {'f', 4, widen_f4}, {'f', 2, widen_f2}, {'i', 1, widen_i1},
             {'i', 2, widen_i2}, {'i', 4, widen_i4}, {'i', 8, widen_i8}, {'u', 1, widen_u1},
             {'u', 2, widen_u2}, {'u', 4, widen_u4}, {'u', 8, widen_u8}, {'b', 1, widen_b1}};

static const struct number_type *type_of(const struct ib_npy_header *header)
{
    const struct number_type *type = types; /* the header's parser accepts only these */
    while (type->kind != header->kind || type->bytes != header->bytes)
        type++;
    return type;
}

static void swap_bytes(union chunk *raw, unsigned bytes, size_t n)
{
    for (size_t i = 0; bytes == 2 && i < n; i++)
        raw->u2[i] = __builtin_bswap16(raw->u2[i]);
    for (size_t i = 0; bytes == 4 && i < n; i++)
        raw->u4[i] = __builtin_bswap32(raw->u4[i]);
    for (size_t i = 0; bytes == 8 && i < n; i++)
        raw->u8[i] = __builtin_bswap64(raw->u8[i]);
}

/* ---- integers that f64 cannot represent ---- */

static bool is_exact(uint64_t size)
{
    return size <= UINT64_C(1) << 53 || size >> __builtin_ctzll(size) <= UINT64_C(1) << 53;
}

static uint64_t size_of(const struct ib_npy_header *header, const union chunk *raw, size_t i)
{
    return header->kind == 'i' && raw->i8[i] < 0 ? 0 - raw->u8[i] : raw->u8[i];
}

/* Returns the index of the first integer that is not exact in f64; n if there is none. */
static size_t find_inexact(const struct ib_npy_header *header, const union chunk *raw, size_t n)
{
    if (header->kind == 'f' || header->bytes < 8)
        return n;
    size_t i = 0;
    while (i < n && is_exact(size_of(header, raw, i)))
        i++;
    return i;
}

static enum ib_status inexact(const struct ib_npy_input *in, const union chunk *raw, size_t i, uint64_t row,
                              uint64_t column)
{
    const bool negative = in->header.kind == 'i' && raw->i8[i] < 0;
    return ib_fail(IB_EINVAL, in->path,
                   "element [%" PRIu64 ", %" PRIu64 "] is %s%" PRIu64
                   ", an integer that f64 cannot represent",
                   row, column, negative ? "-" : "", size_of(&in->header, raw, i));
}

/* ---- reading ---- */

/* Reads up to CHUNK elements that follow each other in the file, from element `first` on. */
static enum ib_status read_chunk(const struct ib_npy_input *in, uint64_t first, size_t n, double *out)
{
    union chunk raw;
    const struct ib_npy_header *h = &in->header;
    IB_TRY(ib_file_read_exactly(in->fd, in->path, h->start + first * h->bytes, n * h->bytes, raw.byte));
    if (h->swapped)
        swap_bytes(&raw, h->bytes, n);
    type_of(h)->widen(&raw, n, out);
    const size_t i = find_inexact(h, &raw, n);
    if (i == n)
        return IB_OK;
    const uint64_t at = first + i;
    return h->by_columns ? inexact(in, &raw, i, at % h->rows, at / h->rows)
                         : inexact(in, &raw, i, at / h->cols, at % h->cols);
}

static size_t chunk_at(uint64_t done, uint64_t n)
{
    return n - done < CHUNK ? (size_t)(n - done) : CHUNK;
}

static enum ib_status read_column(const struct ib_npy_input *in, uint64_t first, uint64_t n, uint64_t column,
                                  double *out)
{
    double values[CHUNK];
    const uint64_t cols = in->header.cols;
    for (uint64_t done = 0, k; done < n; done += k) {
        k = chunk_at(done, n);
        IB_TRY(read_chunk(in, column * in->header.rows + first + done, k, values));
        for (uint64_t i = 0; i < k; i++)
            out[(done + i) * cols + column] = values[i];
    }
    return IB_OK;
}

enum ib_status ib_npy_input_rows(const struct ib_npy_input *in, uint64_t first, uint64_t n, double *out)
{
    const struct ib_npy_header *h = &in->header;
    const uint64_t elements = n * h->cols;
    if (h->by_columns) {
        for (uint64_t c = 0; c < h->cols; c++)
            IB_TRY(read_column(in, first, n, c, out));
        return IB_OK;
    }
    if (h->kind == 'f' && h->bytes == sizeof *out && !h->swapped)
        return ib_file_read_exactly(in->fd, in->path, h->start + first * h->cols * sizeof *out,
                                    elements * sizeof *out, out);
    for (uint64_t done = 0; done < elements; done += CHUNK)
        IB_TRY(read_chunk(in, first * h->cols + done, chunk_at(done, elements), out + done));
    return IB_OK;
}

/* ---- opening ---- */

static enum ib_status read_header(struct ib_npy_input *in)
{
    unsigned char head[IB_NPY_HEADER_BYTES];
    struct stat info;
    if (fstat(in->fd, &info) != 0)
        return ib_fail_errno(in->path, "cannot read");
    if (!S_ISREG(info.st_mode))
        return ib_fail(IB_EINVAL, in->path, "not a readable .npy file: not a regular file");
    if (info.st_size == 0)
        return ib_fail(IB_EINVAL, in->path, "not a readable .npy file: the file is empty");
    const uint64_t bytes = (uint64_t)info.st_size;
    const size_t n = bytes < sizeof head ? (size_t)bytes : sizeof head;
    IB_TRY(ib_file_read_exactly(in->fd, in->path, 0, n, head));
    return ib_npy_header_parse(in->path, head, n, bytes, &in->header);
}

enum ib_status ib_npy_input_open(const char *path, struct ib_npy_input *out)
{
    *out = (struct ib_npy_input){.path = path, .fd = ib_file_open(path)};
    if (out->fd < 0)
        return ib_fail_errno(path, "cannot open");
    enum ib_status status = read_header(out);
    if (status != IB_OK)
        ib_npy_input_close(out);
    return status;
}

enum ib_status ib_npy_input_begin(int fd, const char *path, struct ib_npy_input *out)
{
    *out = (struct ib_npy_input){.path = path, .fd = fd};
    return read_header(out);
}

void ib_npy_input_close(struct ib_npy_input *in)
{
    if (in->fd >= 0)
        close(in->fd);
    in->fd = -1;
}

enum ib_status ib_npy_load(struct ib_arena *arena, const char *path, uint64_t elements, double **out)
{
    struct ib_npy_input in;
    IB_TRY(ib_npy_input_open(path, &in));
    enum ib_status status = IB_OK;
    if (in.header.rows * in.header.cols != elements)
        status = ib_fail(IB_EINVAL, path, "has %" PRIu64 " x %" PRIu64 " elements, expected %" PRIu64,
                         in.header.rows, in.header.cols, elements);
    if (status == IB_OK) {
        *out = ib_arena_alloc(arena, elements * sizeof **out);
        status = ib_npy_input_rows(&in, 0, in.header.rows, *out);
    }
    ib_npy_input_close(&in);
    return status;
}
