#include "queue.h"

#include "constants.inc"
#include "shape.h"

#include <string.h>

const char *const ib_kernel_names[IB_KERNEL_COUNT] = {
#define IBK(name) #name,
#include "kernels.def"
#undef IBK
};

/* This many groups fill any device; each of them then continues with further elements. */
enum { ELEMENT_GROUPS = 4096 };

struct ib_real ib_real(enum ib_dtype type, double value)
{
    struct ib_real r = {.bytes = ib_bytes_of(type)};
    if (type == IB_F32)
        r.value.f32 = (float)value;
    else
        r.value.f64 = value;
    return r;
}

enum ib_status ib_queue(void *state, enum ib_kernel kernel, enum ib_dtype type, struct ib_grid grid,
                        const struct ib_launch_arg *args, size_t n_args)
{
    const struct ib_launcher *launcher = state;
    struct ib_launch launch = {.kernel = kernel, .type = type, .items = {grid.items[0], grid.items[1]}};
    if (n_args > IB_LAUNCH_MAX_ARGS)
        return launcher->host->fail(launcher->host, IB_EINTERNAL, "%s: too many arguments",
                                    ib_kernel_names[kernel]);
    if (grid.groups[0] > INT32_MAX || grid.groups[1] > UINT16_MAX)
        return launcher->host->fail(launcher->host, IB_EUNSUPPORTED,
                                    "%s: the matrix needs more than 2^31 groups", ib_kernel_names[kernel]);
    for (int d = 0; d < 2; d++)
        launch.groups[d] = (uint32_t)grid.groups[d];
    memcpy(launch.args, args, n_args * sizeof *args);
    launch.n_args = (uint32_t)n_args;
    return launcher->launch(state, &launch);
}

struct ib_extent ib_extent(uint64_t rows, uint64_t cols, bool joined)
{
    struct ib_extent e = {.rows = joined ? 1 : rows, .cols = joined ? rows * cols : cols};
    e.width = ib_width_of(e.cols, IBK_ELEMENT_ITEMS);
    const uint64_t across = ib_min(ib_ceil_div(e.cols, e.width), ELEMENT_GROUPS);
    const uint64_t down = ib_min(ib_ceil_div(e.rows, IBK_ELEMENT_ITEMS / e.width), ELEMENT_GROUPS / across);
    e.grid = (struct ib_grid){{across, down}, {IBK_ELEMENT_ITEMS, 1}};
    return e;
}

struct ib_extent ib_row_extent(uint64_t rows, uint64_t cols)
{
    struct ib_extent e = {.rows = rows, .cols = cols, .width = ib_width_of(cols, IBK_ELEMENT_ITEMS)};
    const uint64_t groups = ib_min(ib_ceil_div(rows, IBK_ELEMENT_ITEMS / e.width), ELEMENT_GROUPS);
    e.grid = (struct ib_grid){{groups, 1}, {IBK_ELEMENT_ITEMS, 1}};
    return e;
}
