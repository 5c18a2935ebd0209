/* The check for races, in builds with EMU_RACES. The compiler's -fsanitize=thread puts a call before each
 * access of the kernels to memory; here the callee knows what orders accesses on a device: barriers of a
 * block, of a warp and of the grid, and the launch itself. Reported: two accesses of different threads to the
 * same memory, one of them a write, with nothing between them that orders them; memory that is read before
 * anybody has written it; accesses that begin inside of an array and end outside.
 *
 * Memory is judged in cells of four bytes. Without EMU_RACES all of this is empty. */
#ifndef EMU_RACES_H
#define EMU_RACES_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace emu::races
{

/* One access: the segment and number of its thread, whether it was atomic, and where in the kernels' code. A
 * segment is what lies between two barriers; 0 is that of the host. */
using access = uint64_t;

struct cell {
    access write;   /* the last one; 0 before the first write */
    access read[2]; /* of different threads, since then */
};
using saved_cells = std::vector<cell>;

struct block_state {
    uint32_t number, phase;        /* phase: barriers of the block so far */
    std::vector<uint32_t> segment; /* of each thread, now */
    /* [thread * 32 + lane]: the last segment of another lane in the thread's warp that is ordered before it.
     */
    std::vector<uint32_t> known;
};

#ifdef EMU_RACES

/* Without the check, only the result of `note` tells anything. For the whole process, before its first
 * array; it is on otherwise. */
void enable(bool);

void add_memory(void *, size_t bytes);
void remove_memory(const void *);
void memory_written(const void *, size_t bytes);

/* Cells of an array that another block is going to use. */
void save_memory(const void *, saved_cells *);
void restore_memory(const void *, const saved_cells &);

/* A new launch, or a barrier of the grid: all that follows is ordered after all before. */
void begin_epoch();

void begin_block(block_state *, uint32_t number, size_t n_threads);
void enter_block(block_state *);
void block_barrier(block_state *);
void warp_barrier(block_state *, uint32_t warp, unsigned lanes);

/* An access of the running thread. code: the address in the kernel that it comes from. False: it is in no
 * array, and not noted. */
bool note(const void *memory, size_t bytes, bool writes, bool atomic, const void *code);

#else

static inline void enable(bool)
{
}
static inline void add_memory(void *, size_t)
{
}
static inline void remove_memory(const void *)
{
}
static inline void memory_written(const void *, size_t)
{
}
static inline void save_memory(const void *, saved_cells *)
{
}
static inline void restore_memory(const void *, const saved_cells &)
{
}
static inline void begin_epoch()
{
}
static inline void begin_block(block_state *, uint32_t, size_t)
{
}
static inline void enter_block(block_state *)
{
}
static inline void block_barrier(block_state *)
{
}
static inline void warp_barrier(block_state *, uint32_t, unsigned)
{
}
static inline bool note(const void *, size_t, bool, bool, const void *)
{
    return true;
}

#endif

} // namespace emu::races

#endif
