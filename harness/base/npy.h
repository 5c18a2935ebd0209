/* NumPy .npy files (C order, little-endian f4, f8 or u4, at most two dimensions), in which arrays are passed
 * between processes. They are mapped: base/npy_input.h reads what comes from outside. */
#ifndef IB_BASE_NPY_H
#define IB_BASE_NPY_H

#include "base/arena.h"
#include "ironbench/impl.h"

#include <stdio.h>

/* A memory-mapped array, rows x cols. A 1-d array of n elements is n x 1. */
struct ib_npy {
    const void *data;
    uint64_t rows, cols;
    enum ib_dtype type;
    void *map;
    size_t map_bytes;
};

/* Maps the file read-only. Errors name the path: IB_EIO, or IB_EINVAL for an unsupported format. */
enum ib_status ib_npy_open(const char *path, struct ib_npy *out);
void ib_npy_close(struct ib_npy *);
/* Returns element i of the flattened array as f64. */
double ib_npy_at(const struct ib_npy *, uint64_t i);

/* Writes rows x cols elements of `type`. */
enum ib_status ib_npy_write(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                            const void *data);
/* Writes f64 values, rounded to `type`. */
enum ib_status ib_npy_write_f64(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                                const double *values);

/* Writes a file in pieces, for arrays that do not fit in memory. */
struct ib_npy_writer {
    const char *path;
    FILE *file; /* NULL if not open */
    enum ib_dtype type;
    uint64_t missing; /* elements not yet written */
};

/* Creates the file. The path must outlive the writer. */
enum ib_status ib_npy_create(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                             struct ib_npy_writer *out);
/* Appends n elements, rounded to the file's type. */
enum ib_status ib_npy_append(struct ib_npy_writer *, const double *values, uint64_t n);
/* Closes the file and returns `written` if that is a failure, which keeps its message. IB_EINTERNAL if
 * elements are missing. */
enum ib_status ib_npy_finish(struct ib_npy_writer *, enum ib_status written);

#endif
