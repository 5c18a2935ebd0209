#include "machine.h"

#include "block.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>

namespace emu
{

/* ---- the running launch ---- */

static struct {
    const emu_kernel *kernel;
    dim3 blocks, threads;
    size_t shared_bytes;
    char error[1024]; /* "" while all is well */
} launch;

bool failed()
{
    return launch.error[0] != '\0';
}

void fail(const char *format, ...)
{
    if (failed())
        return;
    const block *b = running_block;
    const size_t n = sizeof launch.error;
    int used = snprintf(launch.error, n, "kernel %s", launch.kernel->name);
    if (b != nullptr && used >= 0)
        used += snprintf(launch.error + used, n - static_cast<size_t>(used), ", block (%u,%u,%u)", b->index.x,
                         b->index.y, b->index.z);
    used += snprintf(launch.error + used, n - static_cast<size_t>(used), ": ");
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(launch.error + used, n - static_cast<size_t>(used), format, arguments);
    va_end(arguments);
}

/* ---- order ---- */

static enum { PLAIN, REVERSE, SHUFFLE } order_kind;
static uint64_t random_state;

/* splitmix64 */
static uint64_t random_number()
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void arrange(std::vector<uint32_t> *order, size_t n)
{
    order->resize(n);
    std::iota(order->begin(), order->end(), 0u);
    if (order_kind == REVERSE)
        std::reverse(order->begin(), order->end());
    for (size_t i = n; order_kind == SHUFFLE && i > 1; i--)
        std::swap((*order)[i - 1], (*order)[random_number() % i]);
}

/* ---- a grid ---- */

/* What every device of the last ten years can do. */
constexpr uint32_t max_threads = 1024, max_thread_depth = 64, max_blocks_yz = 65535,
                   max_blocks_x = 0x7fffffff;
constexpr size_t max_static_shared = 48 << 10, max_shared = 96 << 10;
constexpr uint32_t max_blocks = 1 << 24;           /* more would run for hours */
constexpr uint32_t max_resident_threads = 1 << 15; /* of a cooperative grid: each needs a stack */

static void check_grid(const emu_grid &g)
{
    const uint64_t threads = uint64_t{g.threads[0]} * g.threads[1] * g.threads[2];
    const uint64_t blocks = uint64_t{g.blocks[0]} * (uint64_t{g.blocks[1]} * g.blocks[2]);
    if (threads == 0 || g.threads[0] > max_threads || g.threads[1] > max_threads || threads > max_threads ||
        g.threads[2] > max_thread_depth)
        fail("a block of %ux%ux%u threads; a device has 1 to %u", g.threads[0], g.threads[1], g.threads[2],
             max_threads);
    if (blocks == 0 || g.blocks[0] > max_blocks_x || g.blocks[1] > max_blocks_yz ||
        g.blocks[2] > max_blocks_yz)
        fail("a grid of %ux%ux%u blocks; a device takes at most %ux%ux%u", g.blocks[0], g.blocks[1],
             g.blocks[2], max_blocks_x, max_blocks_yz, max_blocks_yz);
    else if (blocks > max_blocks)
        fail("a grid of %llu blocks; the emulator has %u", static_cast<unsigned long long>(blocks),
             max_blocks);
    if (g.shared_bytes > max_shared)
        fail("%zu bytes of dynamic shared memory; a device has %zu", g.shared_bytes, max_shared);
    if (g.cooperative && threads * blocks > max_resident_threads)
        fail("a cooperative grid of %llu threads; the emulator has %u",
             static_cast<unsigned long long>(threads * blocks), max_resident_threads);
}

static uint3 block_index(uint32_t number)
{
    const dim3 n = launch.blocks;
    return {number % n.x, number / n.x % n.y, number / n.x / n.y};
}

static void begin(block *b, uint32_t number)
{
    begin_block(b, block_index(number), number, launch.threads);
    b->shared.begin(launch.shared_bytes);
}

static void end(block *b)
{
    if (b->shared.bytes() - launch.shared_bytes > max_static_shared)
        fail("%zu bytes of static shared memory; a device has %zu", b->shared.bytes() - launch.shared_bytes,
             max_static_shared);
    abandon_block(b);
    b->shared.end();
}

/* One block after another. */
static void run_blocks(uint32_t n_blocks)
{
    static std::vector<uint32_t> order;
    static block b;
    arrange(&order, n_blocks);
    for (uint32_t i = 0; i < n_blocks && !failed(); i++) {
        begin(&b, order[i]);
        if (run_block(&b) == outcome::at_grid)
            fail("a barrier of the grid, but the launch is not a cooperative one");
        end(&b);
    }
}

/* All blocks up to the next barrier of the grid; true when it is complete. */
static bool run_to_grid_barrier(std::vector<block> *blocks)
{
    std::vector<uint32_t> order;
    size_t waiting = 0;
    arrange(&order, blocks->size());
    races::begin_epoch();
    for (size_t i = 0; i < order.size() && !failed(); i++) {
        block *b = &(*blocks)[order[i]];
        b->shared.swap_in();
        waiting += run_block(b) == outcome::at_grid;
        b->shared.swap_out();
    }
    if (waiting > 0 && waiting < order.size())
        fail("divergence: %zu of %zu blocks wait at a barrier of the grid that the others have left", waiting,
             order.size());
    for (size_t i = 0; i < order.size() && !failed() && waiting > 0; i++)
        release_grid_barrier(&(*blocks)[i]);
    return waiting > 0;
}

static void run_together(uint32_t n_blocks)
{
    std::vector<block> blocks(n_blocks);
    for (uint32_t i = 0; i < n_blocks; i++)
        begin(&blocks[i], i);
    while (!failed() && run_to_grid_barrier(&blocks))
        ;
    for (block &b : blocks)
        end(&b);
}

} // namespace emu

using namespace emu;

bool emu_run(const struct emu_kernel *kernel, const struct emu_grid *grid, void *const *args, char *error,
             size_t n)
{
    launch.kernel = kernel;
    launch.blocks = dim3(grid->blocks[0], grid->blocks[1], grid->blocks[2]);
    launch.threads = dim3(grid->threads[0], grid->threads[1], grid->threads[2]);
    launch.shared_bytes = grid->shared_bytes;
    launch.error[0] = '\0';
    set_body(kernel->run, args);
    check_grid(*grid);
    if (!failed()) {
        const uint32_t n_blocks = grid->blocks[0] * grid->blocks[1] * grid->blocks[2];
        races::begin_epoch();
        if (grid->cooperative)
            run_together(n_blocks);
        else
            run_blocks(n_blocks);
    }
    snprintf(error, n, "%s", launch.error);
    return !failed();
}

bool emu_set_order(const char *text)
{
    char *end;
    order_kind = PLAIN;
    if (text == nullptr || strcmp(text, "plain") == 0)
        return true;
    order_kind = REVERSE;
    if (strcmp(text, "reverse") == 0)
        return true;
    order_kind = SHUFFLE;
    if (strncmp(text, "shuffle:", 8) != 0)
        return false;
    random_state = strtoull(text + 8, &end, 10);
    return text[8] != '\0' && *end == '\0';
}

void emu_memory_added(const void *memory, size_t bytes)
{
    races::add_memory(const_cast<void *>(memory), bytes);
}

void emu_memory_removed(const void *memory)
{
    races::remove_memory(memory);
}

void emu_memory_written(const void *memory, size_t bytes)
{
    races::memory_written(memory, bytes);
}

dim3 emu_block_size()
{
    return launch.threads;
}

dim3 emu_grid_size()
{
    return launch.blocks;
}

/* ---- atomics: here, where no compiler instruments them, so that they count as one access ---- */

template <class T> static T add(T *p, T value, const void *code)
{
    const T before = *p;
    races::note(p, sizeof *p, true, true, code);
    *p = before + value;
    return before;
}

int atomicAdd(int *p, int value)
{
    return add(p, value, __builtin_return_address(0));
}

unsigned atomicAdd(unsigned *p, unsigned value)
{
    return add(p, value, __builtin_return_address(0));
}

unsigned long long atomicAdd(unsigned long long *p, unsigned long long value)
{
    return add(p, value, __builtin_return_address(0));
}
