/* Addresses in the kernels' code as lines of their text. */
#ifndef EMU_SYMBOL_H
#define EMU_SYMBOL_H

#include <cstddef>
#include <cstdint>

namespace emu
{

/* Of an address, from the start of the object file that it belongs to. */
uintptr_t code_offset(const void *code);

/* "gemm.inc:40", by addr2line; "+0x1234" where there is none or it does not know. */
void symbolize(uintptr_t offset, char *text, size_t n);

} // namespace emu

#endif
