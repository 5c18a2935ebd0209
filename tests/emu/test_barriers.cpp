#include "test.h"

static int barrier_line;
#define MARKED_BARRIER() (barrier_line = __LINE__, __syncthreads())

static std::string at_line(const char *before, const char *after)
{
    return before + std::to_string(barrier_line) + after;
}

static void half_stays_away()
{
    if (threadIdx.x < 24)
        MARKED_BARRIER();
}

static std::string threads_that_have_left()
{
    const bool ok = launch<half_stays_away>(line(1, 64));
    return wrong_with(
        ok, at_line("block (0,0,0): divergence: 24 threads, (0,0,0) first, at the block's barrier of "
                    "test_barriers.cpp:",
                    "; 40 threads have left the kernel"));
}

static void two_barriers()
{
    if (threadIdx.x == 0)
        __syncthreads();
    else
        MARKED_BARRIER();
}

static std::string another_barrier()
{
    const bool ok = launch<two_barriers>(line(1, 32));
    return wrong_with(
        ok, at_line("; 31 threads, (1,0,0) first, at the block's barrier of test_barriers.cpp:", ""));
}

static void uneven_loop(int *out)
{
    for (unsigned i = 0; i <= threadIdx.x; i++)
        __syncthreads();
    atomicAdd(out, 1);
}

static std::string one_round_less()
{
    buffer<int> out(1);
    return wrong_with(launch<uneven_loop>(line(1, 2), out.data()), "divergence: 1 thread, (1,0,0) first");
}

static void warp_waits_for_block()
{
    if (threadIdx.x == 5)
        __syncthreads();
    else
        __syncwarp();
}

static std::string threads_that_wait_for_each_other()
{
    return wrong_with(launch<warp_waits_for_block>(line(1, 32)), "deadlock: ");
}

static void only_block_three()
{
    if (blockIdx.x == 3 && threadIdx.x == 1)
        __syncthreads();
}

static std::string the_block_is_named()
{
    return wrong_with(launch<only_block_three>(line(5, 64)), "kernel kernel, block (3,0,0): divergence");
}

/* A launch after one that went wrong must find nothing of it. */
static void neighbours(float *out)
{
    __shared__ float s[64];
    SHARED_NOTE(s);
    s[threadIdx.x] = static_cast<float>(threadIdx.x);
    __syncthreads();
    out[threadIdx.x] = s[(threadIdx.x + 1) % blockDim.x];
}

static std::string the_next_launch_is_right()
{
    buffer<float> out(64);
    std::string wrong;
    for (int i = 0; i < 3 && wrong.empty(); i++) {
        wrong = wrong_with(launch<half_stays_away>(line(2, 64)), "divergence");
        if (wrong.empty())
            wrong = right(launch<neighbours>(line(1, 64), out.data()));
        for (unsigned t = 0; t < 64 && wrong.empty(); t++)
            wrong = expect(out[t] == static_cast<float>((t + 1) % 64), "a neighbour's value is wrong");
    }
    return wrong;
}

const std::vector<test> barrier_tests = {
    {"threads that have left a barrier", threads_that_have_left, nullptr},
    {"threads at another barrier", another_barrier, nullptr},
    {"one round of a loop less", one_round_less, nullptr},
    {"threads that wait for each other", threads_that_wait_for_each_other, nullptr},
    {"the block is named", the_block_is_named, nullptr},
    {"the launch after a failed one is right", the_next_launch_is_right, nullptr},
};
