/* Headers of NumPy .npy files, format 1.0 to 3.0, with at most two dimensions.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#ifndef IB_BASE_NPY_HEADER_H
#define IB_BASE_NPY_HEADER_H

#include "base/text.h"

extern const struct ib_word ib_npy_type_words[]; /* the types as a header writes them: '<f4', '<f8', '<u4' */

#define IB_NPY_MAGIC "\x93NUMPY"
enum {
    IB_NPY_PREFIX_BYTES = 10,       /* magic, version, and the length of the rest of a header of version 1 */
    IB_NPY_HEADER_BYTES = 4096 + 12 /* a longer header is refused */
};

struct ib_npy_header {
    uint64_t rows, cols; /* a 1-d array of n elements is n x 1 */
    char kind;           /* of number: 'f', 'i', 'u', or 'b' for bool */
    unsigned bytes;      /* of an element */
    bool swapped;        /* bytes in big-endian order */
    bool by_columns;     /* in Fortran order */
    size_t start;        /* where the data begins */
};

/* Parses the first `n` bytes of a file of `bytes` bytes. IB_EINVAL names the path and what is not supported.
 * The data is certain to fit into the file. */
enum ib_status ib_npy_header_parse(const char *path, const unsigned char *file, size_t n, uint64_t bytes,
                                   struct ib_npy_header *out);

/* Arrays between processes are little-endian f4 or f8 in C order. IB_EINVAL if this is another one. */
enum ib_status ib_npy_header_type(const char *path, const struct ib_npy_header *, enum ib_dtype *out);

#endif
