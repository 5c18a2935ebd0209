#include "block.h"

#include <cstdio>
#include <cstring>

namespace emu
{

block *running_block;
thread *running_thread;
static void (*body)(void *const *);
static void *const *body_args;

/* The threads of this pass, in their order, and how far it has come. */
static std::vector<uint32_t> order;
static size_t position;

void set_body(void (*run)(void *const *), void *const *args)
{
    body = run;
    body_args = args;
    running_block = nullptr;
}

/* ---- from thread to thread: a pass lets each thread that can run do so once ---- */

static thread *next_of_pass()
{
    while (position < order.size()) {
        thread *t = &running_block->threads[order[position++]];
        if (t->now == state::fresh || t->now == state::ready)
            return t;
    }
    return nullptr;
}

static void live_on_fibers();

/* Leaves the running fiber for a thread, or for the host when the pass is over. */
static void go_on_with(thread *t)
{
    if (t == nullptr) {
        switch_to(host_fiber());
        return;
    }
    if (t->home == nullptr)
        t->home = take_fiber(live_on_fibers);
    running_thread = t;
    switch_to(t->home);
}

/* A fiber's life: one thread after another, as long as none has to wait. So kernels without barriers need one
 * fiber, and no switches. */
static void live_on_fibers()
{
    for (;;) {
        body(body_args);
        fiber *home = running_thread->home;
        running_thread->now = state::done;
        thread *next = next_of_pass();
        if (next != nullptr && next->home == nullptr) {
            next->home = home;
            running_thread = next;
            continue;
        }
        give_fiber(home);
        go_on_with(next);
    }
}

static void wait_as(state why, const char *file, int line)
{
    running_thread->now = why;
    running_thread->at = {file, line};
    go_on_with(next_of_pass());
}

static void run_pass(block *b)
{
    arrange(&order, b->threads.size());
    position = 0;
    thread *first = next_of_pass();
    if (first != nullptr)
        go_on_with(first); /* comes back when the pass is over */
    running_thread = nullptr;
}

/* ---- barriers ---- */

static bool same_place(place a, place b)
{
    return a.line == b.line && (a.file == b.file || strcmp(a.file, b.file) == 0);
}

/* Do all threads of the block wait for the same barrier? */
static bool all_at(const block *b, state why)
{
    for (const thread &t : b->threads)
        if (t.now != why || !same_place(t.at, b->threads[0].at))
            return false;
    return true;
}

static void release_all(block *b)
{
    for (thread &t : b->threads)
        t.now = state::ready;
}

/* The lanes that there are of those that a mask names: the last warp may be a part of one. */
static unsigned lanes_of(const block *b, const thread *t)
{
    const size_t first = t->number / warp_lanes * warp_lanes, left = b->threads.size() - first;
    return left >= warp_lanes ? t->mask : t->mask & ((1u << left) - 1);
}

static thread *lane_of(block *b, const thread *t, unsigned lane)
{
    return &b->threads[t->number / warp_lanes * warp_lanes + lane];
}

static bool all_lanes_came(block *b, const thread *t, unsigned lanes)
{
    for (unsigned lane = 0; lane < warp_lanes; lane++)
        if (lanes >> lane & 1) {
            const thread *other = lane_of(b, t, lane);
            if (other->now != state::at_warp || other->mask != t->mask || other->bytes != t->bytes)
                return false;
        }
    return true;
}

/* All take their values before any is replaced. */
static void exchange(block *b, const thread *t, unsigned lanes)
{
    unsigned char values[warp_lanes][max_exchange_bytes];
    for (unsigned lane = 0; lane < warp_lanes; lane++)
        if (lanes >> lane & 1)
            memcpy(values[lane], lane_of(b, t, lane)->value, t->bytes);
    for (unsigned lane = 0; lane < warp_lanes; lane++)
        if (lanes >> lane & 1) {
            thread *to = lane_of(b, t, lane);
            if (to->source < warp_lanes && lanes >> to->source & 1)
                memcpy(to->value, values[to->source], t->bytes);
            else
                fail("thread (%u,%u,%u) reads lane %u at %s:%d, which takes no part in it", to->index.x,
                     to->index.y, to->index.z, to->source, to->at.file, to->at.line);
        }
}

static void release_lanes(block *b, const thread *t, unsigned lanes)
{
    if (t->bytes > 0)
        exchange(b, t, lanes);
    races::warp_barrier(&b->races, t->number / warp_lanes, lanes);
    for (unsigned lane = 0; lane < warp_lanes; lane++)
        if (lanes >> lane & 1)
            lane_of(b, t, lane)->now = state::ready;
}

/* Continues all lanes whose warp is complete; false if there is none. */
static bool release_warps(block *b)
{
    bool released = false;
    for (const thread &t : b->threads) {
        if (t.now != state::at_warp)
            continue;
        const unsigned lanes = lanes_of(b, &t);
        if (!all_lanes_came(b, &t, lanes))
            continue;
        release_lanes(b, &t, lanes);
        released = true;
    }
    return released;
}

/* ---- what went wrong ---- */

static const char *barrier_name(state s)
{
    return s == state::at_block  ? "the block's barrier"
           : s == state::at_warp ? "a warp's barrier"
                                 : "the grid's barrier";
}

/* Appends "; 12 threads, (3,0,0) first, wait at the block's barrier of gemm.inc:40" for all that wait with t.
 */
static void describe_group(const block *b, const thread &t, char *text, size_t n)
{
    unsigned count = 0;
    for (const thread &other : b->threads)
        count += other.now == t.now && same_place(other.at, t.at);
    const char *slash = strrchr(t.at.file, '/');
    const size_t used = strlen(text);
    snprintf(text + used, n - used, "%s%u thread%s, (%u,%u,%u) first, at %s of %s:%d", used == 0 ? "" : "; ",
             count, count == 1 ? "" : "s", t.index.x, t.index.y, t.index.z, barrier_name(t.now),
             slash == nullptr ? t.at.file : slash + 1, t.at.line);
}

static bool first_of_group(const block *b, const thread &t)
{
    for (const thread &other : b->threads)
        if (other.number < t.number && other.now == t.now && same_place(other.at, t.at))
            return false;
    return true;
}

/* No thread can continue, and not all have ended. */
static void fail_stuck(const block *b)
{
    char text[512] = "";
    unsigned done = 0, in_warps = 0;
    for (const thread &t : b->threads) {
        done += t.now == state::done;
        in_warps += t.now == state::at_warp;
        if (t.now != state::done && first_of_group(b, t))
            describe_group(b, t, text, sizeof text);
    }
    if (done > 0)
        fail("divergence: %s; %u threads have left the kernel", text, done);
    else
        fail("%s: %s", in_warps > 0 ? "deadlock" : "divergence", text);
}

/* ---- a block's life ---- */

void begin_block(block *b, uint3 index, uint32_t number, dim3 size)
{
    b->index = index;
    b->number = number;
    b->threads.assign(size_t{size.x} * size.y * size.z, thread{});
    for (uint32_t i = 0; i < b->threads.size(); i++) {
        b->threads[i].number = i;
        b->threads[i].index = {i % size.x, i / size.x % size.y, i / size.x / size.y};
    }
    races::begin_block(&b->races, number, b->threads.size());
}

void abandon_block(block *b)
{
    for (thread &t : b->threads)
        if (t.now != state::done && t.home != nullptr)
            abandon_fiber(t.home);
    b->threads.clear();
}

static bool finished(const block *b)
{
    for (const thread &t : b->threads)
        if (t.now != state::done)
            return false;
    return true;
}

outcome run_block(block *b)
{
    running_block = b;
    races::enter_block(&b->races);
    while (!failed()) {
        run_pass(b);
        if (release_warps(b))
            continue;
        if (finished(b))
            return failed() ? outcome::failed : outcome::finished;
        if (all_at(b, state::at_grid))
            return outcome::at_grid;
        if (all_at(b, state::at_block)) {
            races::block_barrier(&b->races);
            release_all(b);
        } else {
            fail_stuck(b);
        }
    }
    return outcome::failed;
}

void release_grid_barrier(block *b)
{
    release_all(b);
}

} // namespace emu

/* ---- services for kernels ---- */

using namespace emu;

void emu_sync_block(const char *file, int line)
{
    wait_as(state::at_block, file, line);
}

void emu_sync_grid(const char *file, int line)
{
    wait_as(state::at_grid, file, line);
}

void emu_sync_warp(unsigned mask, const char *file, int line)
{
    emu_exchange(mask, nullptr, 0, 0, file, line);
}

void emu_exchange(unsigned mask, void *value, size_t bytes, unsigned source, const char *file, int line)
{
    thread *t = running_thread;
    if (bytes > max_exchange_bytes || (mask >> t->number % warp_lanes & 1) == 0) {
        fail("thread (%u,%u,%u) is not in the mask %#x of %s:%d", t->index.x, t->index.y, t->index.z, mask,
             file, line);
        return;
    }
    t->mask = mask;
    t->source = source;
    t->bytes = bytes;
    if (bytes > 0)
        memcpy(t->value, value, bytes);
    wait_as(state::at_warp, file, line);
    if (bytes > 0)
        memcpy(value, t->value, bytes);
}

unsigned emu_lane()
{
    return running_thread->number % warp_lanes;
}

uint3 emu_thread_index()
{
    return running_thread->index;
}

uint3 emu_block_index()
{
    return running_block->index;
}

void emu_note_shared(void *variable, size_t bytes)
{
    running_block->shared.note(variable, bytes);
}

void *emu_dynamic_shared()
{
    return running_block->shared.dynamic();
}

size_t emu_dynamic_shared_bytes()
{
    return running_block->shared.dynamic_bytes();
}
