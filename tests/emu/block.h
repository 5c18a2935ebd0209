/* A block of threads. A thread gets its own fiber as soon as it has to wait. */
#ifndef EMU_BLOCK_H
#define EMU_BLOCK_H

#include "emu.h"
#include "fiber.h"
#include "machine.h"
#include "races.h"
#include "shared.h"

#include <cstdint>
#include <vector>

namespace emu
{

enum class state : uint8_t { fresh, ready, at_block, at_warp, at_grid, done };

/* A line of a kernel's text. */
struct place {
    const char *file;
    int line;
};

constexpr size_t max_exchange_bytes = 16;
constexpr unsigned warp_lanes = 32;

struct thread {
    uint3 index;
    uint32_t number; /* in its block */
    state now;
    fiber *home; /* NULL while it is fresh */
    place at;    /* of the barrier that it waits at */
    /* Of a barrier of a warp: the lanes that must come, and what they exchange (0 bytes: nothing). */
    unsigned mask, source;
    size_t bytes;
    unsigned char value[max_exchange_bytes];
};

struct block {
    uint3 index;
    uint32_t number; /* in its grid */
    std::vector<thread> threads;
    shared_memory shared;
    races::block_state races;
};

/* What became of a block when its threads ran as far as they can. */
enum class outcome { finished, at_grid, failed };

/* Sets a block up: none of its threads has begun. */
void begin_block(block *, uint3 index, uint32_t number, dim3 size);

/* Runs its threads until all have ended or all wait for other blocks. On failure its fibers are abandoned. */
outcome run_block(block *);

/* Continues threads that wait at a grid barrier at the next run_block. */
void release_grid_barrier(block *);

void abandon_block(block *);

/* The running ones; NULL for none. */
extern block *running_block;
extern thread *running_thread;

/* How the threads of all blocks are called, until the next call. No block runs yet. */
void set_body(void (*run)(void *const *), void *const *args);

/* Records an error of the running launch; only the first one is kept. printf-like. */
__attribute__((format(printf, 1, 2))) void fail(const char *format, ...);
bool failed();

/* The numbers below n, in the selected order; a shuffled one differs in each call. */
void arrange(std::vector<uint32_t> *order, size_t n);

} // namespace emu

#endif
