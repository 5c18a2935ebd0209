/* Stacks to switch between, on one thread of the operating system. */
#ifndef EMU_FIBER_H
#define EMU_FIBER_H

#include <cstddef>

namespace emu
{

struct fiber;

/* Enough for kernels, whose large arrays are shared memory, with what a sanitizer puts between variables. */
constexpr size_t stack_bytes = 128 << 10;

/* The stack that the host's program runs on. */
fiber *host_fiber();

/* Returns an unused fiber. When first switched to, it calls body, which must never return; a reused fiber
 * continues where it was released. */
fiber *take_fiber(void (*body)());

/* Back to the unused ones, in the state that it is in. */
void give_fiber(fiber *);

/* Releases a fiber; its stack is discarded. */
void abandon_fiber(fiber *);

/* Switches from the running fiber to another; returns when it is switched back to. */
void switch_to(fiber *);

} // namespace emu

#endif
