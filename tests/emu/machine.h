/* The emulated device as its users see it: a kernel, a grid, arguments, and an error text. */
#ifndef EMU_MACHINE_H
#define EMU_MACHINE_H

#include "launch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct emu_param {
    size_t bytes;
    bool is_buffer; /* a pointer to device memory */
};

struct emu_kernel {
    const char *name;
    uint32_t n_params;
    const struct emu_param *params;
    void (*run)(void *const *args); /* the body, for one thread; args[i] is the address of parameter i */
};

/* The parameters of a launch; all sizes > 0. */
struct emu_grid {
    uint32_t blocks[3], threads[3];
    size_t shared_bytes; /* dynamic shared memory of a block */
    bool cooperative;    /* all blocks are there at once, and the grid may have barriers */
};

/* Runs a grid to its end or to the first failing block; in that case returns false, with kernel, block and
 * error in error[n]. */
bool emu_run(const struct emu_kernel *, const struct emu_grid *, void *const *args, char *error, size_t n);

/* The order in which threads that could run do so, and blocks: "plain", "reverse" or "shuffle:SEED"; NULL is
 * plain. False when the text is none of these. */
bool emu_set_order(const char *text);

/* The kernel's text, compiled. */
const struct emu_kernel *emu_kernel_of(enum ib_kernel, enum ib_dtype);

/* Device memory comes and goes, and is written by the host: what the check for races must know. They do
 * nothing in a build without that check. */
void emu_memory_added(const void *memory, size_t bytes);
void emu_memory_removed(const void *memory);
void emu_memory_written(const void *memory, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
