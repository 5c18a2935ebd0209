/* NumPy's .npy files (format 1.0 to 3.0, C order, little-endian f4 or f8, at most two dimensions): the form
 * in which arrays travel between processes.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
#ifndef IB_BASE_NPY_H
#define IB_BASE_NPY_H

#include "base/arena.h"
#include "ironbench/impl.h"

#include <stdio.h>

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
/* All elements of a file as f64, in the arena. Errors are those of ib_npy_open. */
enum ib_status ib_npy_load(struct ib_arena *, const char *path, const double **out);

/* Writes rows x cols elements of `type`. */
enum ib_status ib_npy_write(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                            const void *data);
/* Writes f64 values, rounded to `type`. */
enum ib_status ib_npy_write_f64(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                                const double *values);

/* A file written a stretch at a time, for arrays that never stand in memory as a whole. */
struct ib_npy_writer {
    const char *path;
    FILE *file; /* NULL: not open */
    enum ib_dtype type;
    uint64_t missing; /* elements that are still to come */
};

/* The path must outlive the writer. */
enum ib_status ib_npy_create(const char *path, enum ib_dtype type, uint64_t rows, uint64_t cols,
                             struct ib_npy_writer *out);
/* The next n elements, rounded to the file's type. */
enum ib_status ib_npy_append(struct ib_npy_writer *, const double *values, uint64_t n);
/* Closes the file, and hands on how the writing went: a failure keeps its message. IB_EINTERNAL when it went
 * well and elements are missing. */
enum ib_status ib_npy_finish(struct ib_npy_writer *, enum ib_status written);

#endif
