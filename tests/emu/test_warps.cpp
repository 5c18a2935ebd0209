#include "test.h"

static constexpr unsigned all_lanes = ~0u;

/* Each kind of shuffle once, over sections of `width` lanes. */
template <class T> static void shuffles(T *out, int width)
{
    const unsigned t = threadIdx.x;
    const T own = static_cast<T>(t) + static_cast<T>(0.5);
    out[4 * t] = __shfl_down_sync(all_lanes, own, 3, width);
    out[4 * t + 1] = __shfl_up_sync(all_lanes, own, 3, width);
    out[4 * t + 2] = __shfl_xor_sync(all_lanes, own, 5, width);
    out[4 * t + 3] = __shfl_sync(all_lanes, own, 2, width);
}

template <class T> static std::string shuffles_of(unsigned width)
{
    buffer<T> out(4 * 64);
    std::string wrong = right(launch<shuffles<T>>(line(1, 64), out.data(), static_cast<int>(width)));
    for (unsigned t = 0; t < 64 && wrong.empty(); t++) {
        const unsigned place = t % width, section = t - place;
        const unsigned sources[] = {place + 3 < width ? t + 3 : t, place >= 3 ? t - 3 : t, t ^ 5u,
                                    section + 2};
        for (unsigned kind = 0; kind < 4; kind++)
            if (out[4 * t + kind] != static_cast<T>(sources[kind]) + static_cast<T>(0.5))
                wrong =
                    "thread " + std::to_string(t) + ", kind " + std::to_string(kind) + " has a wrong value";
    }
    return wrong;
}

static std::string shuffles_whole_warp()
{
    return shuffles_of<float>(32);
}

static std::string shuffles_sections()
{
    return shuffles_of<double>(8);
}

static void sum_of_warps(double *out)
{
    double sum = threadIdx.x;
    for (int d = 16; d > 0; d /= 2)
        sum += __shfl_down_sync(all_lanes, sum, static_cast<unsigned>(d));
    if (threadIdx.x % 32 == 0)
        out[threadIdx.x / 32] = sum;
}

static std::string sums()
{
    buffer<double> out(4);
    std::string wrong = right(launch<sum_of_warps>(line(1, 128), out.data()));
    for (unsigned w = 0; w < 4 && wrong.empty(); w++)
        wrong = expect(out[w] == 32 * 32 * w + 496, "a warp's sum is wrong");
    return wrong;
}

/* The lower lanes among themselves, while the upper ones do something else. */
static void lower_half(int *out)
{
    const int lane = static_cast<int>(threadIdx.x);
    if (lane < 16)
        out[lane] = __shfl_xor_sync(0xffffu, lane, 1);
    else
        out[lane] = __shfl_xor_sync(0xffff0000u, lane, 2);
}

static std::string masks()
{
    buffer<int> out(32);
    std::string wrong = right(launch<lower_half>(line(1, 32), out.data()));
    for (int lane = 0; lane < 32 && wrong.empty(); lane++)
        wrong = expect(out[static_cast<size_t>(lane)] == (lane ^ (lane < 16 ? 1 : 2)),
                       "a lane has a wrong value");
    return wrong;
}

static void reads_beyond_mask(int *out)
{
    if (threadIdx.x < 16)
        out[threadIdx.x] = __shfl_down_sync(0xffffu, 1, 8);
}

static std::string lane_outside_mask()
{
    buffer<int> out(32);
    return wrong_with(launch<reads_beyond_mask>(line(1, 32), out.data()), "thread (8,0,0) reads lane 16 at ");
}

static void not_in_own_mask(int *out)
{
    out[threadIdx.x] = __shfl_xor_sync(0xffu, 1, 1);
}

static std::string own_lane_outside_mask()
{
    buffer<int> out(32);
    return wrong_with(launch<not_in_own_mask>(line(1, 32), out.data()),
                      "thread (8,0,0) is not in the mask 0xff of ");
}

static void a_lane_is_missing()
{
    if (threadIdx.x != 7)
        __syncwarp();
}

static std::string missing_lane()
{
    return wrong_with(launch<a_lane_is_missing>(line(1, 32)),
                      "31 threads, (0,0,0) first, at a warp's barrier of ");
}

const std::vector<test> warp_tests = {
    {"shuffles over a warp", shuffles_whole_warp, nullptr},
    {"shuffles over sections, f64", shuffles_sections, nullptr},
    {"sums over warps", sums, nullptr},
    {"two masks of a warp", masks, nullptr},
    {"a lane that is not in the mask is read", lane_outside_mask, nullptr},
    {"a lane that is not in its own mask", own_lane_outside_mask, nullptr},
    {"a lane that never comes", missing_lane, nullptr},
};
