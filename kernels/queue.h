/* Enqueueing kernels in a back end. */
#ifndef IB_QUEUE_H
#define IB_QUEUE_H

#include "launch.h"

/* A scalar in the kernel's type. */
struct ib_real {
    union {
        float f32;
        double f64;
    } value;
    size_t bytes;
};

struct ib_real ib_real(enum ib_dtype type, double value);

/* Number of work-groups, and items per group. */
struct ib_grid {
    uint64_t groups[2];
    uint32_t items[2];
};

/* An argument stored in a variable, which must live only until the call returns. */
#define ARG(lvalue)                                                                                          \
    {                                                                                                        \
        &(lvalue), sizeof(lvalue)                                                                            \
    }
#define REAL_ARG(scalar)                                                                                     \
    {                                                                                                        \
        &(scalar).value, (scalar).bytes                                                                      \
    }

/* Enqueues a kernel on a grid; its arguments follow in order. */
#define QUEUE(state, name, type, grid, ...)                                                                  \
    ib_queue(state, IBK_##name, type, grid, (const struct ib_launch_arg[]){__VA_ARGS__},                     \
             sizeof((const struct ib_launch_arg[]){__VA_ARGS__}) / sizeof(struct ib_launch_arg))

/* Enqueues a kernel. IB_EUNSUPPORTED: the grid is too large for a device. */
enum ib_status ib_queue(void *state, enum ib_kernel, enum ib_dtype, struct ib_grid,
                        const struct ib_launch_arg *args, size_t n_args);

/* The loop bounds of an elementwise kernel; contiguous rows are joined to one. */
struct ib_extent {
    uint64_t rows, cols;
    uint32_t width;
    struct ib_grid grid;
};

/* rows and cols > 0. */
struct ib_extent ib_extent(uint64_t rows, uint64_t cols, bool joined);
/* The same for a kernel whose groups take whole rows, each by `width` items. */
struct ib_extent ib_row_extent(uint64_t rows, uint64_t cols);

#endif
