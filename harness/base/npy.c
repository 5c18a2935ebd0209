#include "base/npy.h"

#include "base/error.h"
#include "base/file.h"
#include "base/npy_header.h"

#include <math.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEADER_BYTES = 128, WRITE_CHUNK = 1024 };

static enum ib_status bad(const char *path, const char *what)
{
    return ib_fail(IB_EINVAL, path, "not a readable .npy file: %s", what);
}

static enum ib_status parse_file(const char *path, struct ib_npy *npy)
{
    struct ib_npy_header header;
    const size_t n = npy->map_bytes < IB_NPY_HEADER_BYTES ? npy->map_bytes : IB_NPY_HEADER_BYTES;
    IB_TRY(ib_npy_header_parse(path, npy->map, n, npy->map_bytes, &header));
    if (header.kind == 'u' && header.bytes == sizeof(uint32_t) && !header.swapped && !header.by_columns)
        npy->type = IB_U32;
    else
        IB_TRY(ib_npy_header_type(path, &header, &npy->type));
    if (header.start % header.bytes)
        return bad(path, "the data is not aligned");
    npy->rows = header.rows;
    npy->cols = header.cols;
    npy->data = (const char *)npy->map + header.start;
    return IB_OK;
}

static enum ib_status map_file(const char *path, int fd, struct ib_npy *npy)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return ib_fail_errno(path, "cannot read");
    if (!S_ISREG(info.st_mode))
        return bad(path, "not a regular file");
    if (info.st_size == 0)
        return bad(path, "the file is empty");
    void *map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return ib_fail_errno(path, "cannot map");
    npy->map = map;
    npy->map_bytes = (size_t)info.st_size;
    return IB_OK;
}

enum ib_status ib_npy_open(const char *path, struct ib_npy *out)
{
    *out = (struct ib_npy){0};
    const int fd = ib_file_open(path);
    if (fd < 0)
        return ib_fail_errno(path, "cannot open");
    enum ib_status status = map_file(path, fd, out);
    close(fd);
    if (status == IB_OK)
        status = parse_file(path, out);
    if (status != IB_OK)
        ib_npy_close(out);
    return status;
}

void ib_npy_close(struct ib_npy *npy)
{
    if (npy->map)
        munmap(npy->map, npy->map_bytes);
    *npy = (struct ib_npy){0};
}

double ib_npy_at(const struct ib_npy *npy, uint64_t i)
{
    switch (npy->type) {
    case IB_F32:
        return (double)((const float *)npy->data)[i];
    case IB_F64:
        return ((const double *)npy->data)[i];
    case IB_U32:
        return ((const uint32_t *)npy->data)[i];
    }
    return NAN;
}

/* Writes a header of version 1.0, padded so that the data starts at a multiple of 64, as the format
 * requires. */
static bool write_header(FILE *file, enum ib_dtype type, uint64_t rows, uint64_t cols)
{
    char header[HEADER_BYTES];
    const size_t length = HEADER_BYTES - IB_NPY_PREFIX_BYTES;
    memcpy(header, IB_NPY_MAGIC "\1\0\0\0", IB_NPY_PREFIX_BYTES);
    header[8] = (char)length;
    int used = snprintf(header + IB_NPY_PREFIX_BYTES, length,
                        "{'descr': %s, 'fortran_order': False, 'shape': (%llu, %llu), }",
                        ib_word_of(ib_npy_type_words, (int)type), (unsigned long long)rows,
                        (unsigned long long)cols);
    memset(header + IB_NPY_PREFIX_BYTES + used, ' ', length - (size_t)used);
    header[HEADER_BYTES - 1] = '\n';
    return fwrite(header, sizeof header, 1, file) == 1;
}

static bool write_elements(struct ib_npy_writer *w, const void *data, uint64_t n)
{
    return n == 0 || fwrite(data, ib_dtype_bytes(w->type), n, w->file) == n;
}

static bool write_rounded(struct ib_npy_writer *w, const double *values, uint64_t n)
{
    float chunk[WRITE_CHUNK];
    for (uint64_t i = 0; i < n; i += WRITE_CHUNK) {
        size_t k = n - i < WRITE_CHUNK ? (size_t)(n - i) : WRITE_CHUNK;
        for (size_t j = 0; j < k; j++)
            chunk[j] = (float)values[i + j];
        if (!write_elements(w, chunk, k))
            return false;
    }
    return true;
}

enum ib_status ib_npy_create(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                             struct ib_npy_writer *out)
{
    *out = (struct ib_npy_writer){.path = path, .type = type, .missing = rows * cols};
    out->file = fopen(path, "we");
    if (!out->file)
        return ib_fail_errno(path, "cannot create");
    if (write_header(out->file, type, rows, cols))
        return IB_OK;
    return ib_npy_finish(out, ib_fail_errno(path, "cannot write"));
}

enum ib_status ib_npy_append(struct ib_npy_writer *w, const double *values, uint64_t n)
{
    if (n > w->missing)
        return ib_fail(IB_EINTERNAL, w->path, "more elements than its shape holds");
    w->missing -= n;
    bool written = w->type == IB_F32 ? write_rounded(w, values, n) : write_elements(w, values, n);
    return written ? IB_OK : ib_fail_errno(w->path, "cannot write");
}

enum ib_status ib_npy_finish(struct ib_npy_writer *w, enum ib_status written)
{
    if (!w->file)
        return written;
    bool closed = fclose(w->file) == 0;
    w->file = NULL;
    if (written != IB_OK)
        return written;
    if (!closed)
        return ib_fail_errno(w->path, "cannot write");
    return w->missing == 0 ? IB_OK
                           : ib_fail(IB_EINTERNAL, w->path, "%llu elements fewer than its shape holds",
                                     (unsigned long long)w->missing);
}

enum ib_status ib_npy_write(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                            const void *data)
{
    struct ib_npy_writer writer;
    IB_TRY(ib_npy_create(path, type, rows, cols, &writer));
    bool written = write_elements(&writer, data, rows * cols);
    writer.missing = 0;
    return ib_npy_finish(&writer, written ? IB_OK : ib_fail_errno(path, "cannot write"));
}

enum ib_status ib_npy_write_f64(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                                const double *values)
{
    struct ib_npy_writer writer;
    IB_TRY(ib_npy_create(path, type, rows, cols, &writer));
    return ib_npy_finish(&writer, ib_npy_append(&writer, values, rows * cols));
}
