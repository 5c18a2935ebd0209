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

/* A fiber that nobody uses; switched to for the first time, it calls body, which must never return. Otherwise
 * it goes on where it was given back. */
fiber *take_fiber(void (*body)());

/* Back to the unused ones, in the state that it is in. */
void give_fiber(fiber *);

/* Back to the unused ones; whatever stands on its stack is forgotten. */
void abandon_fiber(fiber *);

/* Leaves the running fiber for another; returns when somebody switches back. */
void switch_to(fiber *);

} // namespace emu

#endif
