/* Inside the check for races: which accesses are ordered before the running thread's next one. */
#ifndef EMU_RACE_ORDER_H
#define EMU_RACE_ORDER_H

#include "block.h"

namespace emu::races
{

/* The fields of an access, from the lowest bit. */
constexpr unsigned code_bits = 24, atomic_bits = 1, thread_bits = 10;
constexpr unsigned thread_shift = code_bits + atomic_bits, segment_shift = thread_shift + thread_bits;
constexpr access by_host = 1; /* segment 0 */

static inline uint32_t segment_of(access a)
{
    return static_cast<uint32_t>(a >> segment_shift);
}

static inline uint32_t thread_of(access a)
{
    return static_cast<uint32_t>(a >> thread_shift) & ((1u << thread_bits) - 1);
}

static inline bool is_atomic(access a)
{
    return (a >> code_bits & 1) != 0;
}

/* Segments have ascending numbers. first: of this epoch, before which all is ordered. Those from block_first
 * on, and before phase_first, are of the running block, and a barrier of it lies behind them. */
struct segments {
    uint32_t first = 1, block_first = 1, phase_first = 1;
};
extern segments limits;
extern block_state *running;
extern bool active; /* false: nothing is noted */

/* A block's number, and how many barriers it had had. */
struct segment {
    uint32_t block, phase;
};
const segment &segment_at(uint32_t number);

/* Is what happened before ordered before what the running block does now, as one sees at once? */
static inline bool plainly_ordered(access before)
{
    const uint32_t s = segment_of(before);
    return s < limits.first || s - limits.block_first < limits.phase_first - limits.block_first;
}

/* The same where one does not, for thread t of that block. */
bool found_ordered(access before, uint32_t t);

/* Fail the launch, in words. */
void report_loss_group(access before, bool was_write, access now, bool writes);
void report_access(const char *what, access now);

} // namespace emu::races

#endif
