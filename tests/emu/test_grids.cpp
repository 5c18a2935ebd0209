#include "test.h"

static void visits(int *out)
{
    const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
    const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
    atomicAdd(&out[block * blockDim.x * blockDim.y * blockDim.z + thread], 1);
}

static std::string every_thread_once()
{
    const emu_grid grid = {{2, 3, 4}, {5, 3, 2}, 0, false};
    buffer<int> out(24 * 30);
    std::string wrong = right(launch<visits>(grid, out.data()));
    for (size_t i = 0; i < 24 * 30 && wrong.empty(); i++)
        wrong = expect(out[i] == 1, "a thread did not run just once");
    return wrong;
}

static std::string bad_grids()
{
    static const struct {
        emu_grid grid;
        const char *words;
    } bad[] = {
        {{{1, 1, 1}, {0, 1, 1}, 0, false}, "a block of 0x1x1 threads"},
        {{{1, 1, 1}, {1025, 1, 1}, 0, false}, "a block of 1025x1x1 threads"},
        {{{1, 1, 1}, {32, 33, 1}, 0, false}, "a block of 32x33x1 threads"},
        {{{1, 1, 1}, {1, 1, 65}, 0, false}, "a block of 1x1x65 threads"},
        {{{0, 1, 1}, {32, 1, 1}, 0, false}, "a grid of 0x1x1 blocks"},
        {{{1, 65536, 1}, {32, 1, 1}, 0, false}, "a grid of 1x65536x1 blocks"},
        {{{1, 1, 1}, {32, 1, 1}, 1 << 20, false}, "1048576 bytes of dynamic shared memory"},
        {{{1024, 1, 1}, {1024, 1, 1}, 0, true}, "a cooperative grid of 1048576 threads"},
    };
    buffer<int> out(1);
    std::string wrong;
    for (const auto &b : bad)
        if (wrong.empty())
            wrong = wrong_with(launch<visits>(b.grid, out.data()), b.words);
    return wrong;
}

/* ---- order ---- */

static void comes_as(unsigned *next, unsigned *out)
{
    out[atomicAdd(next, 1u)] = blockIdx.x * blockDim.x + threadIdx.x;
}

/* Who came when, of two blocks of 8 threads. */
static std::vector<unsigned> arrivals(const char *order)
{
    buffer<unsigned> next(1), out(16);
    std::vector<unsigned> result;
    if (emu_set_order(order) && launch<comes_as>(line(2, 8), next.data(), out.data()))
        for (size_t i = 0; i < 16; i++)
            result.push_back(out[i]);
    return result;
}

static std::string orders()
{
    const std::vector<unsigned> plain = arrivals("plain");
    std::vector<unsigned> backwards(plain.rbegin(), plain.rend()), counted;
    for (unsigned i = 0; i < 16; i++)
        counted.push_back(i);
    std::string wrong = expect(plain == counted, "plain is not from first to last");
    if (wrong.empty())
        wrong = expect(arrivals("reverse") == backwards, "reverse is not from last to first");
    if (wrong.empty())
        wrong = expect(arrivals("shuffle:1") == arrivals("shuffle:1"), "the same seed gives another order");
    if (wrong.empty())
        wrong = expect(arrivals("shuffle:1") != arrivals("shuffle:2"), "another seed gives the same order");
    if (wrong.empty())
        wrong = expect(arrivals("shuffle:1").size() == 16 && arrivals("shuffle:1") != plain,
                       "nothing is shuffled");
    return wrong;
}

static std::string bad_orders()
{
    for (const char *text : {"", "shuffled", "shuffle", "shuffle:", "shuffle:x", "plain "})
        if (emu_set_order(text))
            return std::string("accepted: \"") + text + "\"";
    return "";
}

/* ---- cooperative launches ---- */

/* Each block's sum, then everybody adds up all of them: from shared memory that must survive the barrier. */
static void sum_of_grid(int *parts, int *out)
{
    __shared__ int own;
    SHARED_NOTE(own);
    if (threadIdx.x == 0)
        own = static_cast<int>(blockIdx.x) + 1;
    __syncthreads();
    if (threadIdx.x == 0)
        parts[blockIdx.x] = own;
    cooperative_groups::this_grid().sync();
    int sum = 100 * own;
    for (unsigned b = 0; b < gridDim.x; b++)
        sum += parts[b];
    cooperative_groups::this_grid().sync();
    out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

static std::string grid_barrier()
{
    buffer<int> parts(6), out(6 * 40);
    emu_grid grid = line(6, 40);
    grid.cooperative = true;
    std::string wrong = right(launch<sum_of_grid>(grid, parts.data(), out.data()));
    for (size_t i = 0; i < 6 * 40 && wrong.empty(); i++)
        wrong = expect(out[i] == 100 * (static_cast<int>(i) / 40 + 1) + 21, "a thread's sum is wrong");
    return wrong;
}

static std::string grid_barrier_without_cooperation()
{
    buffer<int> parts(6), out(6 * 40);
    return wrong_with(launch<sum_of_grid>(line(6, 40), parts.data(), out.data()), "not a cooperative one");
}

static void first_block_leaves()
{
    if (blockIdx.x > 0)
        cooperative_groups::this_grid().sync();
}

static std::string block_that_has_left()
{
    emu_grid grid = line(3, 32);
    grid.cooperative = true;
    return wrong_with(launch<first_block_leaves>(grid), "2 of 3 blocks wait at a barrier of the grid");
}

const std::vector<test> grid_tests = {
    {"every thread runs once", every_thread_once, nullptr},
    {"grids that no device takes", bad_grids, nullptr},
    {"orders", orders, nullptr},
    {"orders that there are not", bad_orders, nullptr},
    {"a barrier of the grid", grid_barrier, nullptr},
    {"a barrier of the grid in an ordinary launch", grid_barrier_without_cooperation, nullptr},
    {"a block that has left a barrier of the grid", block_that_has_left, nullptr},
};
