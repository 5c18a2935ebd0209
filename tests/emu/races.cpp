#ifdef EMU_RACES

#include "races.h"

#include "block.h"
#include "symbol.h"

#include <algorithm>
#include <cstdio>

namespace emu::races
{

/* ---- what an access is made of ---- */

constexpr unsigned code_bits = 24, atomic_bits = 1, thread_bits = 10;
constexpr unsigned thread_shift = code_bits + atomic_bits, segment_shift = thread_shift + thread_bits;
constexpr access by_host = 1; /* segment 0 */
constexpr size_t cell_bytes = 4;

static uint32_t segment_of(access a)
{
    return static_cast<uint32_t>(a >> segment_shift);
}

static uint32_t thread_of(access a)
{
    return static_cast<uint32_t>(a >> thread_shift) & ((1u << thread_bits) - 1);
}

static bool is_atomic(access a)
{
    return (a >> code_bits & 1) != 0;
}

static access compose(uint32_t segment, uint32_t thread, bool atomic, const void *code)
{
    return uint64_t{segment} << segment_shift | uint64_t{thread} << thread_shift | uint64_t{atomic} << code_bits |
           (code_offset(code) & ((1u << code_bits) - 1));
}

/* ---- segments of this epoch; all earlier ones are ordered before whatever happens now ---- */

struct segment {
    uint32_t block, phase;
};
static std::vector<segment> segments;
static uint32_t first_segment = 1;
static block_state *running;

static uint32_t new_segment(const block_state *b)
{
    segments.push_back({b->number, b->phase});
    return first_segment + static_cast<uint32_t>(segments.size()) - 1;
}

static const segment &at(uint32_t number)
{
    return segments[number - first_segment];
}

void begin_epoch()
{
    first_segment += static_cast<uint32_t>(segments.size());
    segments.clear();
    if (first_segment >> (64 - segment_shift - 1) != 0)
        fail("too many barriers for one process's check for races");
}

void begin_block(block_state *b, uint32_t number, size_t n_threads)
{
    b->number = number;
    b->phase = 0;
    b->segment.clear();
    b->segment.resize(n_threads, 0);
    b->known.clear();
    b->known.resize(n_threads * warp_lanes, 0);
}

static void all_in_new_segment(block_state *b)
{
    const uint32_t s = new_segment(b);
    for (uint32_t &of_thread : b->segment)
        of_thread = s;
}

void enter_block(block_state *b)
{
    running = b;
    all_in_new_segment(b);
}

void block_barrier(block_state *b)
{
    b->phase++;
    all_in_new_segment(b);
}

/* Each lane that came learns what any of them knew, and what all have done. */
void warp_barrier(block_state *b, uint32_t warp, unsigned lanes)
{
    uint32_t sum[warp_lanes] = {0};
    const size_t first = size_t{warp} * warp_lanes;
    for (unsigned lane = 0; lane < warp_lanes; lane++) {
        if ((lanes >> lane & 1) == 0)
            continue;
        const uint32_t *known = &b->known[(first + lane) * warp_lanes];
        for (unsigned other = 0; other < warp_lanes; other++)
            sum[other] = std::max(sum[other], known[other]);
        sum[lane] = std::max(sum[lane], b->segment[first + lane]);
    }
    const uint32_t next = new_segment(b);
    for (unsigned lane = 0; lane < warp_lanes; lane++)
        if (lanes >> lane & 1) {
            std::copy(sum, sum + warp_lanes, &b->known[(first + lane) * warp_lanes]);
            b->segment[first + lane] = next;
        }
}

/* Is an earlier access ordered before what thread t of the running block does now? */
static bool ordered(access before, uint32_t t)
{
    const uint32_t s = segment_of(before), other = thread_of(before);
    if (s < first_segment)
        return true;
    if (at(s).block != running->number)
        return false;
    if (other == t || at(s).phase < running->phase)
        return true;
    return other / warp_lanes == t / warp_lanes &&
           running->known[size_t{t} * warp_lanes + other % warp_lanes] >= s;
}

/* ---- memory ---- */

struct range {
    uintptr_t begin, end;
    std::vector<cell> cells;
};
static std::vector<range> ranges;
static size_t last_found;

static range *find(uintptr_t address)
{
    if (last_found < ranges.size() && address >= ranges[last_found].begin && address < ranges[last_found].end)
        return &ranges[last_found];
    for (size_t i = 0; i < ranges.size(); i++)
        if (address >= ranges[i].begin && address < ranges[i].end) {
            last_found = i;
            return &ranges[i];
        }
    return nullptr;
}

static uintptr_t address_of(const void *p)
{
    return reinterpret_cast<uintptr_t>(p);
}

void add_memory(void *memory, size_t bytes)
{
    range *r = find(address_of(memory));
    if (r == nullptr) {
        ranges.push_back({address_of(memory), address_of(memory) + bytes, {}});
        r = &ranges.back();
    }
    r->cells.assign((bytes + cell_bytes - 1) / cell_bytes, cell{});
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
    if (r != nullptr)
        std::fill_n(r->cells.begin(), (bytes + cell_bytes - 1) / cell_bytes, cell{by_host, {0, 0}});
}

void save_memory(const void *memory, saved_cells *out)
{
    *out = find(address_of(memory))->cells;
}

void restore_memory(const void *memory, const saved_cells &cells)
{
    find(address_of(memory))->cells = cells;
}

/* ---- reports ---- */

static const char *name_of(access a, bool writes)
{
    return is_atomic(a) ? "adds to" : writes ? "writes" : "reads";
}

static void describe(access a, char *text, size_t n)
{
    char where[256];
    const uint3 size = current_block()->threads.back().index; /* of the last thread: one less than the block's */
    const uint32_t t = thread_of(a), x = size.x + 1, y = size.y + 1;
    symbolize(a & ((1u << code_bits) - 1), where, sizeof where);
    snprintf(text, n, "thread (%u,%u,%u) of block number %u at %s", t % x, t / x % y, t / x / y,
             at(segment_of(a)).block, where);
}

static void report_race(access before, bool was_write, access now, bool writes)
{
    char first[320], second[320];
    if (failed())
        return;
    describe(before, first, sizeof first);
    describe(now, second, sizeof second);
    fail("race: %s %s what %s %s, and no barrier lies between", second, name_of(now, writes), first,
         name_of(before, was_write));
}

static void report(const char *what, access now)
{
    char text[320];
    if (failed())
        return;
    describe(now, text, sizeof text);
    fail("%s: %s", what, text);
}

/* ---- accesses ---- */

static void check(access before, bool was_write, access now, bool writes)
{
    if (before != 0 && !ordered(before, thread_of(now)) && !(is_atomic(before) && is_atomic(now)))
        report_race(before, was_write, now, writes);
}

/* Which two reads to remember, so that any later write that races with one of all reads races with one of these: two
 * of different blocks where there are such, else two of different threads since the last barrier. */
static void remember_read(cell *c, access now)
{
    const uint32_t now_segment = segment_of(now);
    const uint32_t segment0 = segment_of(c->read[0]), segment1 = segment_of(c->read[1]);
    const bool valid1 = segment1 >= first_segment && c->read[1] != 0;
    if (c->read[0] == 0 || segment0 < first_segment) {
        c->read[0] = now;
        c->read[1] = 0;
    } else if (at(segment0).block != at(now_segment).block) {
        c->read[1] = now;
    } else if (valid1 && at(segment1).block != at(segment0).block) {
        return;
    } else if (at(segment0).phase < at(now_segment).phase) {
        c->read[0] = now;
        c->read[1] = 0;
    } else if (thread_of(c->read[0]) == thread_of(now)) {
        c->read[0] = now;
    } else {
        c->read[1] = now;
    }
}

static void check_cell(cell *c, access now, bool writes)
{
    check(c->write, true, now, writes);
    if (!writes) {
        if (c->write == 0)
            report("read of memory that nobody has written", now);
        remember_read(c, now);
        return;
    }
    check(c->read[0], false, now, true);
    check(c->read[1], false, now, true);
    *c = {now, {0, 0}};
}

void note(const void *memory, size_t bytes, bool writes, bool atomic, const void *code)
{
    const thread *t = current_thread();
    range *r = t == nullptr ? nullptr : find(address_of(memory));
    if (r == nullptr)
        return;
    const access now = compose(running->segment[t->number], t->number, atomic, code);
    const uintptr_t begin = address_of(memory);
    if (begin + bytes > r->end) {
        report("access beyond the end of an array", now);
        return;
    }
    for (uintptr_t a = begin & ~(cell_bytes - 1); a < begin + bytes; a += cell_bytes)
        check_cell(&r->cells[(a - r->begin) / cell_bytes], now, writes);
}

} // namespace emu::races

#endif
