#include "test.h"

#ifdef EMU_RACES

/* ---- races ---- */

static void no_barrier(float *out)
{
    __shared__ float s[64];
    SHARED_NOTE(s);
    s[threadIdx.x] = 1;
    out[threadIdx.x] = s[(threadIdx.x + 32) % 64];
}

/* The last thread reads uninitialised memory. */
static std::string missing_barrier()
{
    buffer<float> out(64);
    emu_set_order("reverse");
    return wrong_with(launch<no_barrier>(line(1, 64), out.data()), "was never written");
}

static void read_then_write(float *data)
{
    const float next = data[threadIdx.x + 1];
    data[threadIdx.x] = next;
}

static std::string write_after_read()
{
    buffer<float> data(65);
    std::string wrong;
    for (const char *order : {"plain", "reverse", "shuffle:5"})
        if (wrong.empty()) {
            emu_set_order(order);
            wrong = wrong_with(launch<read_then_write>(line(1, 64), data.data()), "race: ");
        }
    return wrong;
}

static void all_write(int *out)
{
    out[0] = 1;
}

static std::string write_after_write()
{
    buffer<int> out(1);
    return wrong_with(launch<all_write>(line(1, 2), out.data()),
                      "race: write by thread (0,0,0) at test_races.cpp:");
}

static std::string between_blocks()
{
    buffer<int> out(1);
    return wrong_with(launch<all_write>(line(2, 1), out.data()), "of block number 0 at test_races.cpp:");
}

static void two_read_one_writes(int *data, int *out)
{
    if (threadIdx.x < 3)
        out[threadIdx.x] = data[0];
    __syncwarp();
    if (threadIdx.x == 2)
        data[0] = 1;
    if (threadIdx.x == 40)
        data[1] = data[0];
}

static std::string warp_barrier_is_none_for_others()
{
    buffer<int> data(2), out(32);
    return wrong_with(launch<two_read_one_writes>(line(1, 64), data.data(), out.data()), "race: ");
}

static void atomic_and_not(int *out)
{
    if (threadIdx.x == 0)
        atomicAdd(out, 1);
    else
        out[0] = 2;
}

static std::string atomic_against_plain()
{
    buffer<int> out(1);
    return wrong_with(launch<atomic_and_not>(line(1, 2), out.data()), "race: atomic operation by ");
}

static void grid_without_barrier(int *parts, int *out)
{
    parts[blockIdx.x] = 1;
    __syncthreads();
    out[blockIdx.x] = parts[(blockIdx.x + 1) % gridDim.x];
}

static std::string missing_grid_barrier()
{
    buffer<int> parts(3), out(3);
    emu_grid grid = line(3, 1);
    grid.cooperative = true;
    return wrong_with(launch<grid_without_barrier>(grid, parts.data(), out.data()), "race: ");
}

static void half_outside(float *out)
{
    *reinterpret_cast<double *>(out + 1) = 1;
}

static std::string over_the_end()
{
    buffer<float> out(2);
    return wrong_with(launch<half_outside>(line(1, 1), out.data()), "access beyond the end of an array");
}

/* ---- no races ---- */

static void in_turns(int *data)
{
    __shared__ int s[64];
    SHARED_NOTE(s);
    const unsigned t = threadIdx.x;
    s[t] = data[t];
    for (unsigned half = 32; half > 0; half /= 2) {
        __syncthreads();
        if (t < half)
            s[t] += s[t + half];
    }
    if (t == 0)
        data[0] = s[0];
}

static std::string barriers_order()
{
    buffer<int> data(64, 1);
    const std::string wrong = right(launch<in_turns>(line(1, 64), data.data()));
    return wrong.empty() ? expect(data[0] == 64, "the sum is wrong") : wrong;
}

/* The last rounds of a sum within one warp. */
static void in_a_warp(int *data)
{
    const unsigned t = threadIdx.x;
    for (unsigned half = 16; half > 0; half /= 2) {
        const int other = t < half ? data[t + half] : 0;
        __syncwarp();
        data[t] += other;
        __syncwarp();
    }
}

static std::string warp_barriers_order()
{
    buffer<int> data(32, 1);
    const std::string wrong = right(launch<in_a_warp>(line(1, 32), data.data()));
    return wrong.empty() ? expect(data[0] == 32, "the sum is wrong") : wrong;
}

/* Lanes 0 and 1 meet, then 1 and 2: what 0 did is ordered before what 2 does. */
static void by_way_of_another(int *data)
{
    const unsigned t = threadIdx.x;
    if (t == 0)
        data[0] = 1;
    if (t < 2)
        __syncwarp(3);
    if (t == 1 || t == 2)
        __syncwarp(6);
    if (t == 2)
        data[0]++;
}

static std::string order_is_handed_on()
{
    buffer<int> data(1);
    return right(launch<by_way_of_another>(line(1, 32), data.data()));
}

static void adds_own(int *data)
{
    data[threadIdx.x] += 1;
}

static std::string launches_order()
{
    buffer<int> data(64);
    std::string wrong;
    for (int i = 0; i < 4 && wrong.empty(); i++) {
        emu_set_order(i % 2 == 0 ? "plain" : "reverse");
        wrong = right(launch<adds_own>(line(1, 64), data.data()));
    }
    return wrong;
}

const std::vector<test> race_tests = {
    {"a missing barrier", missing_barrier, nullptr},
    {"a write after another thread's read", write_after_read, nullptr},
    {"a write after another thread's write", write_after_write, nullptr},
    {"two blocks write", between_blocks, nullptr},
    {"a warp's barrier does not order another warp", warp_barrier_is_none_for_others, nullptr},
    {"an atomic and a plain write", atomic_against_plain, nullptr},
    {"a missing barrier of the grid", missing_grid_barrier, nullptr},
    {"half of an element lies outside", over_the_end, nullptr},
    {"no race: barriers", barriers_order, nullptr},
    {"no race: a warp's barriers", warp_barriers_order, nullptr},
    {"no race: order by way of a third lane", order_is_handed_on, nullptr},
    {"no race: one launch after another", launches_order, nullptr},
};

#else

const std::vector<test> race_tests = {};

#endif
