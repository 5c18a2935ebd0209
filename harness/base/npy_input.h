/* NumPy .npy files from outside: numbers of any type and order, read as f64. They are read, not mapped, since
 * another program may cut the file short at any time. */
#ifndef IB_BASE_NPY_INPUT_H
#define IB_BASE_NPY_INPUT_H

#include "base/arena.h"
#include "base/npy_header.h"

struct ib_npy_input {
    const char *path; /* must outlive it */
    int fd;
    struct ib_npy_header header;
};

/* Errors name the path: IB_EIO, or IB_EINVAL for an unsupported format. */
enum ib_status ib_npy_input_open(const char *path, struct ib_npy_input *out);
/* The same of an open file, which stays the caller's: ib_npy_input_close is not for it. */
enum ib_status ib_npy_input_begin(int fd, const char *path, struct ib_npy_input *out);
void ib_npy_input_close(struct ib_npy_input *);

/* Reads n rows, starting at row `first`, to out (n x cols, row by row). IB_EINVAL names an element that f64
 * cannot represent: an integer with more than 53 significant bits. */
enum ib_status ib_npy_input_rows(const struct ib_npy_input *, uint64_t first, uint64_t n, double *out);

/* Reads a file of this many elements into the arena. Errors as above, and IB_EINVAL for another number. */
enum ib_status ib_npy_load(struct ib_arena *, const char *path, uint64_t elements, double **out);

#endif
