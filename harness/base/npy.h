/* NumPy's .npy files (format 1.0 to 3.0, C order, little-endian f4 or f8, at most two dimensions): the form
 * in which arrays travel between processes.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#ifndef IB_NPY_H
#define IB_NPY_H

#include "ironbench/impl.h"

/* A mapped array: rows x cols; a 1-d array of n is n x 1. */
struct ib_npy {
    const void *data;
    uint64_t rows, cols;
    enum ib_dtype type;
    void *map;
    size_t map_bytes;
};

/* Maps the file read-only. Errors name the path: IB_EIO, or IB_EINVAL for another format. */
enum ib_status ib_npy_open(const char *path, struct ib_npy *out);
void ib_npy_close(struct ib_npy *);
/* Element i of the flat array, as f64. */
double ib_npy_at(const struct ib_npy *, uint64_t i);

/* Writes rows x cols elements of `type`. */
enum ib_status ib_npy_write(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                            const void *data);
/* Writes f64 values, rounded to `type`. */
enum ib_status ib_npy_write_f64(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                                const double *values);

#endif
