#ifdef EMU_RACES

#include "races.h"

#include "race_order.h"
#include "symbol.h"

#include <algorithm>
#include <cstdio>

namespace emu::races
{

/* ---- segments ---- */

segments limits;
block_state *running;
bool active = true;

void enable(bool on)
{
    active = on;
}

/* Those of this epoch. */
static std::vector<segment> table;

const segment &segment_at(uint32_t number)
{
    return table[number - limits.first];
}

static uint32_t new_segment(const block_state *b)
{
    table.push_back({b->number, b->phase});
    return limits.first + static_cast<uint32_t>(table.size()) - 1;
}

void begin_epoch()
{
    constexpr uint32_t last = (1u << (64 - segment_shift)) - 1;
    limits.first += static_cast<uint32_t>(table.size());
    table.clear();
    if (limits.first > last / 2)
        fail("too many barriers for one process's check for races");
}

void begin_block(block_state *b, uint32_t number, size_t n_threads)
{
    b->number = number;
    b->phase = 0;
    if (!active)
        return;
    b->segment.assign(n_threads, 0);
    b->known.assign(n_threads * warp_lanes, 0);
}

static void begin_phase(block_state *b)
{
    limits.phase_first = new_segment(b);
    for (uint32_t &of_thread : b->segment)
        of_thread = limits.phase_first;
}

void enter_block(block_state *b)
{
    running = b;
    if (!active)
        return;
    begin_phase(b);
    limits.block_first = limits.phase_first;
}

void block_barrier(block_state *b)
{
    b->phase++;
    if (active)
        begin_phase(b);
}

/* Each lane that came learns what any of them knew, and what all have done. */
void warp_barrier(block_state *b, uint32_t warp, unsigned lanes)
{
    if (!active)
        return;
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

bool found_ordered(access before, uint32_t t)
{
    const uint32_t s = segment_of(before), other = thread_of(before);
    if (segment_at(s).block != running->number)
        return false;
    if (other == t || segment_at(s).phase < running->phase)
        return true;
    return other / warp_lanes == t / warp_lanes &&
           running->known[size_t{t} * warp_lanes + other % warp_lanes] >= s;
}

/* ---- reports ---- */

/* "thread (1,0,0) at gemm.inc:34"; with its block where that is not the running one. */
static void describe(access a, char *text, size_t n)
{
    char where[256], other_block[32] = "";
    const uint3 last = running_block->threads.back().index; /* one less than the block's size */
    const uint32_t t = thread_of(a), x = last.x + 1, y = last.y + 1;
    const uint32_t block_number = segment_at(segment_of(a)).block;
    symbolize(a & ((1u << code_bits) - 1), where, sizeof where);
    if (block_number != running->number)
        snprintf(other_block, sizeof other_block, " of block number %u", block_number);
    snprintf(text, n, "thread (%u,%u,%u)%s at %s", t % x, t / x % y, t / x / y, other_block, where);
}

static const char *kind_of(access a, bool writes)
{
    return is_atomic(a) ? "atomic operation" : writes ? "write" : "read";
}

void report_loss_group(access before, bool was_write, access now, bool writes)
{
    char first[320], second[320];
    if (failed())
        return;
    describe(before, first, sizeof first);
    describe(now, second, sizeof second);
    fail("race: %s by %s, then %s by %s, and no barrier between them", kind_of(before, was_write), first,
         kind_of(now, writes), second);
}

void report_access(const char *what, access now)
{
    char text[320];
    if (failed())
        return;
    describe(now, text, sizeof text);
    fail("%s: %s", what, text);
}

} // namespace emu::races

#endif
