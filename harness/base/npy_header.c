#include "base/npy_header.h"

#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

const struct ib_word ib_npy_type_words[] = {
    {"'<f4'", IB_F32}, {"'<f8'", IB_F64}, {"'<u4'", IB_U32}, {NULL, 0}};

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

/* '<f8', '>i4', '|b1': byte order, kind and bytes of a number. */
static bool parse_descr(const char *value, struct ib_npy_header *out)
{
    static const struct {
        char kind;
        const char *bytes; /* one digit each */
    } numbers[] = {{'f', "248"}, {'i', "1248"}, {'u', "1248"}, {'b', "1"}};
    const char quote = value[0];
    if ((quote != '\'' && quote != '"') || !value[1] || !strchr("<>|=", value[1]))
        return false;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (value[2] != numbers[i].kind || !value[3] || !strchr(numbers[i].bytes, value[3]) ||
            value[4] != quote)
            continue;
        out->kind = value[2];
        out->bytes = (unsigned)(value[3] - '0');
        out->swapped = value[1] == '>' && out->bytes > 1;
        return true;
    }
    return false;
}

static enum ib_status bad_descr(const char *path, const char *value)
{
    char shown[32];
    if (*value == '[')
        return bad(path, "its elements are records of several fields; a matrix of numbers is required");
    ib_shorten(value, strcspn(value, ",}"), shown, sizeof shown);
    return ib_fail(
        IB_EINVAL, path,
        "not a readable .npy file: its elements are of type %s; allowed: f2, f4, f8, i1 to i8, u1 to "
        "u8, b1",
        shown);
}

/* "()", "(n,)" or "(rows, cols)"; a number may end with the L of Python 2. */
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
        value = skip_blanks(end + (*end == 'L'));
        if (*value == ',')
            value = skip_blanks(value + 1);
    }
    return *value == ')';
}

static enum ib_status parse_dictionary(const char *path, const char *header, struct ib_npy_header *out)
{
    const char *descr = find_value(header, "'descr'");
    const char *order = find_value(header, "'fortran_order'");
    const char *shape = find_value(header, "'shape'");
    if (!descr || !order || !shape)
        return bad(path, "the header lacks descr, fortran_order or shape");
    if (!parse_descr(descr, out))
        return bad_descr(path, descr);
    out->by_columns = strncmp(order, "True", 4) == 0;
    if (!out->by_columns && strncmp(order, "False", 5) != 0)
        return bad(path, "fortran_order is neither True nor False");
    if (!parse_shape(shape, &out->rows, &out->cols))
        return bad(path, "at most two dimensions are supported");
    return IB_OK;
}

/* Finds the dictionary, which follows a length of 2 bytes in version 1 and of 4 in versions 2 and 3. */
static bool locate(const unsigned char *file, size_t n, size_t *start, size_t *length)
{
    if (n < IB_NPY_PREFIX_BYTES + 2 || memcmp(file, IB_NPY_MAGIC, 6) != 0 || file[6] < 1 || file[6] > 3)
        return false;
    *start = file[6] == 1 ? IB_NPY_PREFIX_BYTES : IB_NPY_PREFIX_BYTES + 2;
    *length = (size_t)file[8] | (size_t)file[9] << 8;
    if (file[6] > 1)
        *length |= (size_t)file[10] << 16 | (size_t)file[11] << 24;
    return *length <= n - *start;
}

enum ib_status ib_npy_header_parse(const char *path, const unsigned char *file, size_t n, uint64_t bytes,
                                   struct ib_npy_header *out)
{
    char dictionary[IB_NPY_HEADER_BYTES];
    size_t start, length;
    if (!locate(file, n, &start, &length) || length >= sizeof dictionary)
        return bad(path, "no valid header of version 1, 2 or 3");
    memcpy(dictionary, file + start, length);
    dictionary[length] = '\0';
    *out = (struct ib_npy_header){.start = start + length};
    IB_TRY(parse_dictionary(path, dictionary, out));
    const uint64_t room = (bytes - out->start) / out->bytes;
    if (out->cols && out->rows > room / out->cols)
        return bad(path, "the file is too short for its shape");
    return IB_OK;
}

enum ib_status ib_npy_header_type(const char *path, const struct ib_npy_header *header, enum ib_dtype *out)
{
    if (header->kind != 'f' || header->bytes < 4 || header->swapped)
        return bad(path, "elements must be little-endian f4 or f8");
    if (header->by_columns)
        return bad(path, "arrays must be in C order");
    *out = header->bytes == 4 ? IB_F32 : IB_F64;
    return IB_OK;
}
