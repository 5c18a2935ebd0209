#include "base/npy.h"

#include "base/error.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC_BYTES = 6, PREFIX_BYTES = 10, HEADER_BYTES = 128, HEADER_MAX_BYTES = 4096, WRITE_CHUNK = 1024 };
static const char magic[MAGIC_BYTES] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};

static const struct ib_word descr_words[] = {{"'<f4'", IB_F32}, {"'<f8'", IB_F64}, {NULL, 0}};

static size_t element_bytes(enum ib_dtype type)
{
    return type == IB_F32 ? sizeof(float) : sizeof(double);
}

static enum ib_status bad(const char *path, const char *what)
{
    return ib_fail(IB_EINVAL, path, "not a readable .npy file: %s", what);
}

static const char *skip_blanks(const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* Returns the text after 'key': in the header's Python dictionary, or NULL. */
static const char *find_value(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (!at)
        return NULL;
    at = skip_blanks(at + strlen(key));
    return *at == ':' ? skip_blanks(at + 1) : NULL;
}

static bool parse_descr(const char *value, enum ib_dtype *out)
{
    for (const struct ib_word *w = descr_words; w->word; w++) {
        if (strncmp(value, w->word, strlen(w->word)) == 0) {
            *out = (enum ib_dtype)w->value;
            return true;
        }
    }
    return false;
}

/* "()", "(n,)" or "(rows, cols)". */
static bool parse_shape(const char *value, uint64_t *rows, uint64_t *cols)
{
    uint64_t *const sizes[] = {rows, cols};
    *rows = *cols = 1;
    if (*value != '(')
        return false;
    value = skip_blanks(value + 1);
    for (size_t i = 0; i < 2 && isdigit((unsigned char)*value); i++) {
        char *end;
        errno = 0;
        *sizes[i] = strtoull(value, &end, 10);
        if (errno)
            return false;
        value = skip_blanks(end);
        if (*value == ',')
            value = skip_blanks(value + 1);
    }
    return *value == ')';
}

static enum ib_status parse_header(const char *path, const char *header, struct ib_npy *npy)
{
    const char *descr = find_value(header, "'descr'");
    const char *order = find_value(header, "'fortran_order'");
    const char *shape = find_value(header, "'shape'");
    if (!descr || !order || !shape)
        return bad(path, "the header lacks descr, fortran_order or shape");
    if (!parse_descr(descr, &npy->type))
        return bad(path, "elements must be little-endian f4 or f8");
    if (strncmp(order, "False", 5) != 0)
        return bad(path, "arrays must be in C order");
    if (!parse_shape(shape, &npy->rows, &npy->cols))
        return bad(path, "at most two dimensions are supported");
    return IB_OK;
}

/* Finds the header's text, which follows a length of 2 bytes in version 1 and of 4 in versions 2 and 3. */
static bool locate_header(const unsigned char *file, size_t bytes, size_t *start, size_t *length)
{
    if (bytes < PREFIX_BYTES + 2 || memcmp(file, magic, MAGIC_BYTES) != 0 || file[6] < 1 || file[6] > 3)
        return false;
    *start = file[6] == 1 ? PREFIX_BYTES : PREFIX_BYTES + 2;
    *length = (size_t)file[8] | (size_t)file[9] << 8;
    if (file[6] > 1)
        *length |= (size_t)file[10] << 16 | (size_t)file[11] << 24;
    return *length <= bytes - *start && *length < HEADER_MAX_BYTES;
}

static enum ib_status parse_file(const char *path, struct ib_npy *npy)
{
    const unsigned char *file = npy->map;
    size_t start, length;
    if (!locate_header(file, npy->map_bytes, &start, &length))
        return bad(path, "no valid header of version 1, 2 or 3");
    char header[HEADER_MAX_BYTES];
    memcpy(header, file + start, length);
    header[length] = '\0';
    IB_TRY(parse_header(path, header, npy));
    size_t element = element_bytes(npy->type);
    if ((start + length) % element)
        return bad(path, "the data is not aligned");
    uint64_t room = (npy->map_bytes - start - length) / element;
    if (npy->cols && npy->rows > room / npy->cols)
        return bad(path, "the file is too short for its shape");
    npy->data = file + start + length;
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
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* opening a pipe must not block */
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
    return npy->type == IB_F32 ? (double)((const float *)npy->data)[i] : ((const double *)npy->data)[i];
}

enum ib_status ib_npy_load(struct ib_arena *arena, const char *path, const double **out)
{
    struct ib_npy npy;
    IB_TRY(ib_npy_open(path, &npy));
    double *values = ib_arena_alloc(arena, npy.rows * npy.cols * sizeof *values);
    for (uint64_t i = 0; i < npy.rows * npy.cols; i++)
        values[i] = ib_npy_at(&npy, i);
    ib_npy_close(&npy);
    *out = values;
    return IB_OK;
}

/* Writes a header of version 1.0, padded so that the data starts at a multiple of 64, as the format
 * requires. */
static bool write_header(FILE *file, enum ib_dtype type, uint64_t rows, uint64_t cols)
{
    char header[HEADER_BYTES];
    const unsigned length = HEADER_BYTES - PREFIX_BYTES;
    memcpy(header, magic, MAGIC_BYTES);
    header[6] = 1;
    header[7] = 0;
    header[8] = (char)length;
    header[9] = 0;
    int used = snprintf(
        header + PREFIX_BYTES, length, "{'descr': %s, 'fortran_order': False, 'shape': (%llu, %llu), }",
        ib_word_of(descr_words, (int)type), (unsigned long long)rows, (unsigned long long)cols);
    memset(header + PREFIX_BYTES + used, ' ', length - (unsigned)used);
    header[HEADER_BYTES - 1] = '\n';
    return fwrite(header, sizeof header, 1, file) == 1;
}

static bool write_elements(struct ib_npy_writer *w, const void *data, uint64_t n)
{
    return n == 0 || fwrite(data, element_bytes(w->type), n, w->file) == n;
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
