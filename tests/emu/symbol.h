/* Addresses in the kernels' code as lines of their text. */
#ifndef EMU_SYMBOL_H
#define EMU_SYMBOL_H

#include <cstddef>
#include <cstdint>

namespace emu
{

/* The address range of the object file with the emulator and the kernels. */
uintptr_t object_base();

/* The address in front of which `offset` bytes of that file lie: "gemm.inc:40", by addr2line; "+0x1234" where
 * there is none or it does not know. */
void symbolize(uintptr_t offset, char *text, size_t n);

} // namespace emu

#endif
