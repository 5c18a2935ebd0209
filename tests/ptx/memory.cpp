/* Accesses to memory, and exchanges between lanes. */
#include "block.h"
#include "ptx.h"

#include <cstdlib>

namespace ptx
{

/* ---- memory ---- */

#define CODE __builtin_return_address(0) /* in the kernel */
#define HOT  __attribute__((always_inline)) static inline
#define RARE __attribute__((noinline, cold)) static

/* What is read and written where there is nothing. */
static void *nowhere()
{
    alignas(16) static unsigned char bytes[16];
    return bytes;
}

struct access {
    const char *space;
    bool writes;
    uint64_t address;
    size_t bytes;
    const char *file;
    int line;
};

RARE void *refused(const access &a, const char *why)
{
    emu::fail("a %s of %zu bytes of %s memory at %#llx, %s: %s:%d", a.writes ? "write" : "read", a.bytes,
              a.space, static_cast<unsigned long long>(a.address), why, a.file, a.line);
    return nowhere();
}

/* PTX_RACES asks for the check for races. */
static bool asked_for_races()
{
    const bool asked = getenv("PTX_RACES") != nullptr;
    emu::races::enable(asked);
    return asked;
}
static const bool checks_races = asked_for_races();

HOT bool aligned(uint64_t address, size_t bytes)
{
    return (address & (bytes - 1)) == 0;
}

HOT void *global(const access &a, const void *code)
{
    void *memory = reinterpret_cast<void *>(a.address);
    if (!aligned(a.address, a.bytes))
        return refused(a, "which is not a multiple of that");
    if (!emu::races::note(memory, a.bytes, a.writes, false, code))
        return refused(a, "where there is none");
    return memory;
}

HOT void *shared(const shared_arrays &arrays, const access &a, const void *code)
{
    const uint64_t number = (a.address >> array_shift) - 1, at = a.address & ((1u << array_shift) - 1);
    if (number >= max_arrays || at + a.bytes > arrays.array[number].bytes)
        return refused(a, "outside of any array");
    if (!aligned(at, a.bytes))
        return refused(a, "which is not a multiple of that");
    void *memory = static_cast<unsigned char *>(arrays.array[number].memory) + at;
    if (checks_races)
        emu::races::note(memory, a.bytes, a.writes, false, code);
    return memory;
}

HOT void *generic(const shared_arrays &arrays, access a, const void *code)
{
    if (a.address >> 48 != shared_window >> 48)
        return global(a, code);
    a.address = shared_of_generic(a.address);
    a.space = "shared";
    return shared(arrays, a, code);
}

void *read_global(uint64_t address, size_t bytes, const char *file, int line)
{
    return global({"global", false, address, bytes, file, line}, CODE);
}

void *write_global(uint64_t address, size_t bytes, const char *file, int line)
{
    return global({"global", true, address, bytes, file, line}, CODE);
}

void *read_shared(const shared_arrays &arrays, uint64_t address, size_t bytes, const char *file, int line)
{
    return shared(arrays, {"shared", false, address, bytes, file, line}, CODE);
}

void *write_shared(const shared_arrays &arrays, uint64_t address, size_t bytes, const char *file, int line)
{
    return shared(arrays, {"shared", true, address, bytes, file, line}, CODE);
}

void *read_generic(const shared_arrays &arrays, uint64_t address, size_t bytes, const char *file, int line)
{
    return generic(arrays, {"global", false, address, bytes, file, line}, CODE);
}

void *write_generic(const shared_arrays &arrays, uint64_t address, size_t bytes, const char *file, int line)
{
    return generic(arrays, {"global", true, address, bytes, file, line}, CODE);
}

void expect_threads(unsigned most)
{
    const dim3 size = emu_block_size();
    if (size.x * size.y * size.z > most)
        emu::fail("a block of %ux%ux%u threads; the kernel was compiled for %u", size.x, size.y, size.z,
                  most);
}

/* ---- lanes: `clamp` has the last or first lane of a section in bits 0 to 4, and in bits 8 to 12 the bits of
 * a lane's number that are those of its section ---- */

static uint32_t section_bits(uint32_t clamp)
{
    return clamp >> 8 & 31;
}

static uint32_t limit(uint32_t clamp)
{
    return (emu_lane() & section_bits(clamp)) | (clamp & 31 & ~section_bits(clamp));
}

static shuffled exchange(uint32_t value, bool inside, uint32_t lane, uint32_t mask, const char *file,
                         int line)
{
    emu_exchange(mask, &value, sizeof value, inside ? lane : emu_lane(), file, line);
    return {value, inside};
}

shuffled shuffle_idx(uint32_t value, uint32_t lane, uint32_t clamp, uint32_t mask, const char *file, int line)
{
    const uint32_t of_section = section_bits(clamp),
                   from = (emu_lane() & of_section) | (lane & 31 & ~of_section);
    return exchange(value, from <= limit(clamp), from, mask, file, line);
}

shuffled shuffle_up(uint32_t value, uint32_t by, uint32_t clamp, uint32_t mask, const char *file, int line)
{
    const uint32_t lane = emu_lane();
    return exchange(value, lane >= limit(clamp) + (by & 31), lane - (by & 31), mask, file, line);
}

shuffled shuffle_down(uint32_t value, uint32_t by, uint32_t clamp, uint32_t mask, const char *file, int line)
{
    const uint32_t from = emu_lane() + (by & 31);
    return exchange(value, from <= limit(clamp), from, mask, file, line);
}

shuffled shuffle_bfly(uint32_t value, uint32_t bits, uint32_t clamp, uint32_t mask, const char *file,
                      int line)
{
    const uint32_t from = emu_lane() ^ (bits & 31);
    return exchange(value, from <= limit(clamp), from, mask, file, line);
}

} // namespace ptx
