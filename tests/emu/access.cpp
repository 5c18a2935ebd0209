/* Checks each memory access of a kernel. The compiler's -fsanitize=thread calls these functions instead of
 * its own runtime, which does not know a device's barriers. This file is compiled without the option. It
 * handles hundreds of millions of calls, so speed matters. */
#ifdef EMU_RACES

#include "race_order.h"
#include "symbol.h"

#include <algorithm>
#include <cstring>

namespace emu::races
{

static uintptr_t address_of(const void *p)
{
    return reinterpret_cast<uintptr_t>(p);
}

/* ---- memory ---- */

constexpr size_t cell_bytes = 4;

struct range {
    uintptr_t begin;
    size_t bytes;
    std::vector<cell> cells;
};
static std::vector<range> ranges;

/* Where ranges were found lately, by page: kernels take turns between a few arrays. */
static uint8_t found_lately[256];

static range *search(uintptr_t address)
{
    for (size_t i = 0; i < ranges.size(); i++)
        if (address - ranges[i].begin < ranges[i].bytes) {
            found_lately[address >> 12 & 255] = static_cast<uint8_t>(i);
            return &ranges[i];
        }
    return nullptr;
}

static inline range *find(uintptr_t address)
{
    const size_t i = found_lately[address >> 12 & 255];
    return i < ranges.size() && address - ranges[i].begin < ranges[i].bytes ? &ranges[i] : search(address);
}

static size_t cell_count(size_t bytes)
{
    return (bytes + cell_bytes - 1) / cell_bytes;
}

void add_memory(void *memory, size_t bytes)
{
    range *r = find(address_of(memory));
    if (r == nullptr) {
        ranges.push_back({address_of(memory), bytes, {}});
        r = &ranges.back();
    }
    r->cells.assign(active ? cell_count(bytes) : 0, cell{});
}

void remove_memory(const void *memory)
{
    const range *r = find(address_of(memory));
    if (r != nullptr)
        ranges.erase(ranges.begin() + (r - ranges.data()));
}

void memory_written(const void *memory, size_t bytes)
{
    range *r = find(address_of(memory));
    if (r != nullptr && active)
        std::fill_n(&r->cells[(address_of(memory) - r->begin) / cell_bytes], cell_count(bytes),
                    cell{by_host, {0, 0}});
}

void save_memory(const void *memory, saved_cells *out)
{
    *out = find(address_of(memory))->cells;
}

void restore_memory(const void *memory, const saved_cells &cells)
{
    find(address_of(memory))->cells = cells;
}

/* ---- one access ---- */

/* Rare cases are separate functions, so that the rest needs few registers. */
#define HOT  __attribute__((always_inline)) static inline
#define RARE __attribute__((noinline)) static

RARE void check_unordered(access before, bool was_write, access now, bool writes)
{
    if (!found_ordered(before, thread_of(now)) && !(is_atomic(before) && is_atomic(now)))
        report_loss_group(before, was_write, now, writes);
}

HOT void check(access before, bool was_write, access now, bool writes)
{
    if (!plainly_ordered(before))
        check_unordered(before, was_write, now, writes);
}

static bool same_block(access a, access b)
{
    return segment_at(segment_of(a)).block == segment_at(segment_of(b)).block;
}

/* Of two reads in different segments of this epoch. */
RARE void remember_other_segment(access *r, access now)
{
    if (!same_block(r[0], now)) {
        r[1] = now;
    } else if (segment_of(r[1]) >= limits.first && !same_block(r[1], r[0])) {
        return;
    } else if (segment_at(segment_of(r[0])).phase < segment_at(segment_of(now)).phase) {
        r[0] = now;
        r[1] = 0;
    } else {
        r[thread_of(r[0]) == thread_of(now) ? 0 : 1] = now;
    }
}

/* Which two reads to remember, so that any later write that races with one of all reads races with one of
 * these: two of different blocks where there are such, else two of different threads since the last barrier.
 */
HOT void remember_read(access *r, access now)
{
    if (segment_of(r[0]) < limits.first) {
        r[0] = now;
        r[1] = 0;
    } else if (segment_of(r[0]) == segment_of(now)) {
        r[thread_of(r[0]) == thread_of(now) ? 0 : 1] = now;
    } else {
        remember_other_segment(r, now);
    }
}

HOT void check_cell(cell *c, access now, bool writes)
{
    check(c->write, true, now, writes);
    if (!writes) {
        if (c->write == 0)
            report_access("read of memory that was never written", now);
        remember_read(c->read, now);
        return;
    }
    check(c->read[0], false, now, true);
    check(c->read[1], false, now, true);
    *c = {now, {0, 0}};
}

RARE void check_cell_alone(cell *c, access now, bool writes)
{
    check_cell(c, now, writes);
}

HOT bool same(const cell &a, const cell &b)
{
    return a.write == b.write && a.read[0] == b.read[0] && a.read[1] == b.read[1];
}

static const uintptr_t code_base = object_base();

/* Most of what the compiler puts a call before are a thread's own variables. */
HOT bool on_own_stack(const void *memory)
{
    return address_of(memory) - address_of(__builtin_frame_address(0)) < stack_bytes;
}

HOT bool note_access(const void *memory, size_t bytes, bool writes, bool atomic, const void *code)
{
    const thread *t = running_thread;
    range *r = t == nullptr || on_own_stack(memory) ? nullptr : find(address_of(memory));
    if (r == nullptr || !active)
        return r != nullptr;
    const access now = uint64_t{running->segment[t->number]} << segment_shift |
                       uint64_t{t->number} << thread_shift | uint64_t{atomic} << code_bits |
                       ((address_of(code) - code_base) & ((1u << code_bits) - 1));
    const size_t first = address_of(memory) - r->begin;
    if (first + bytes > r->bytes) {
        report_access("access beyond the end of an array", now);
        return true;
    }
    /* The cells of a wide element have had the same accesses, as a rule: then what becomes of one is right
     * for all. */
    cell *c = &r->cells[first / cell_bytes], *end = &r->cells[(first + bytes - 1) / cell_bytes] + 1;
    const cell before = *c;
    check_cell(c, now, writes);
    for (cell *next = c + 1; next < end; next++)
        if (same(*next, before))
            *next = *c;
        else
            check_cell_alone(next, now, writes);
    return true;
}

bool note(const void *memory, size_t bytes, bool writes, bool atomic, const void *code)
{
    return note_access(memory, bytes, writes, atomic, code);
}

} // namespace emu::races

/* ---- what the compiler calls ---- */

using emu::races::note_access;

#define CALLER __builtin_return_address(0)

#define ACCESS(name, bytes, writes)                                                                          \
    void __tsan_##name##bytes(void *p)                                                                       \
    {                                                                                                        \
        note_access(p, bytes, writes, false, CALLER);                                                        \
    }

#define ACCESSES(bytes)                                                                                      \
    ACCESS(read, bytes, false)                                                                               \
    ACCESS(write, bytes, true)                                                                               \
    ACCESS(unaligned_read, bytes, false)                                                                     \
    ACCESS(unaligned_write, bytes, true)                                                                     \
    ACCESS(volatile_read, bytes, false)                                                                      \
    ACCESS(volatile_write, bytes, true)                                                                      \
    void __tsan_read_write##bytes(void *p)                                                                   \
    {                                                                                                        \
        note_access(p, bytes, false, false, CALLER);                                                         \
        note_access(p, bytes, true, false, CALLER);                                                          \
    }

extern "C" {
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(void *p, size_t bytes)
{
    note_access(p, bytes, false, false, CALLER);
}

void __tsan_write_range(void *p, size_t bytes)
{
    note_access(p, bytes, true, false, CALLER);
}

void *__tsan_memcpy(void *to, const void *from, size_t bytes)
{
    note_access(from, bytes, false, false, CALLER);
    note_access(to, bytes, true, false, CALLER);
    return memcpy(to, from, bytes);
}

void *__tsan_memmove(void *to, const void *from, size_t bytes)
{
    note_access(from, bytes, false, false, CALLER);
    note_access(to, bytes, true, false, CALLER);
    return memmove(to, from, bytes);
}

void *__tsan_memset(void *to, int value, size_t bytes)
{
    note_access(to, bytes, true, false, CALLER);
    return memset(to, value, bytes);
}

/* Nothing to do at the start, nor at a function's. */
void __tsan_init()
{
}

void __tsan_func_entry(void *)
{
}

void __tsan_func_exit()
{
}
}

#endif
