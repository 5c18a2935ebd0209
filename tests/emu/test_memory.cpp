#include "test.h"

/* Copies uninitialised shared memory. */
static void unwritten(float *out)
{
    __shared__ float s[32];
    SHARED_NOTE(s);
    const float found = s[threadIdx.x];
    __syncthreads();
    s[threadIdx.x] = 1; /* the next block must not find it */
    out[blockIdx.x * 32 + threadIdx.x] = found;
}

static void unwritten_dynamic(float *out)
{
    float *s = static_cast<float *>(emu_dynamic_shared());
    const float found = s[threadIdx.x];
    __syncthreads();
    s[threadIdx.x] = 1;
    out[blockIdx.x * 32 + threadIdx.x] = found;
}

/* NaN in each block; the race check also reports where. */
static std::string verdict_of_unwritten(bool ok, const buffer<float> &out)
{
#ifdef EMU_RACES
    (void)out;
    return wrong_with(ok, "read of memory that was never written: thread (0,0,0) at test_memory.cpp:");
#else
    std::string wrong = right(ok);
    for (size_t i = 0; i < 64 && wrong.empty(); i++)
        wrong = expect(isnan(out[i]), "a block finds a value that it has not written");
    return wrong;
#endif
}

static std::string unwritten_shared()
{
    buffer<float> out(64);
    return verdict_of_unwritten(launch<unwritten>(line(2, 32), out.data()), out);
}

static std::string unwritten_dynamic_shared()
{
    buffer<float> out(64);
    emu_grid grid = line(2, 32);
    grid.shared_bytes = 32 * sizeof(float);
    return verdict_of_unwritten(launch<unwritten_dynamic>(grid, out.data()), out);
}

static void counts(int *out)
{
    atomicAdd(out, 2);
}

static std::string atomic_sum()
{
    buffer<int> out(1, 5);
    const std::string wrong = right(launch<counts>(line(3, 64), out.data()));
    return wrong.empty() ? expect(out[0] == 5 + 2 * 3 * 64, "the sum is wrong") : wrong;
}

static void too_much_shared(double *out)
{
    __shared__ double s[7000];
    SHARED_NOTE(s);
    s[0] = 1;
    out[0] = s[0];
}

static std::string too_much_static_shared()
{
    buffer<double> out(1);
    return wrong_with(launch<too_much_shared>(line(1, 1), out.data()), "56000 bytes of static shared memory");
}

/* ---- what the address sanitizer must see ---- */

#ifdef EMU_ASAN

static void one_too_far(float *out)
{
    out[threadIdx.x + 1] = 0;
}

static std::string device_overrun()
{
    buffer<float> out(32);
    launch<one_too_far>(line(1, 32), out.data());
    return "";
}

static void one_before(float *out)
{
    out[static_cast<int>(threadIdx.x) - 1] = 0;
}

static std::string device_underrun()
{
    buffer<float> out(32);
    launch<one_before>(line(1, 32), out.data());
    return "";
}

static void static_shared_overrun_kernel(float *out)
{
    __shared__ float s[32];
    SHARED_NOTE(s);
    const float *from = s;
    s[threadIdx.x] = 0;
    __syncthreads();
    out[threadIdx.x] = from[threadIdx.x + 1];
}

static std::string static_shared_overrun()
{
    buffer<float> out(32);
    launch<static_shared_overrun_kernel>(line(1, 32), out.data());
    return "";
}

static void dynamic_shared_overrun_kernel(float *out)
{
    float *s = static_cast<float *>(emu_dynamic_shared());
    s[threadIdx.x] = 0;
    __syncthreads();
    out[threadIdx.x] = s[threadIdx.x + 1];
}

static std::string dynamic_shared_overrun()
{
    buffer<float> out(32);
    emu_grid grid = line(1, 32);
    grid.shared_bytes = 32 * sizeof(float);
    launch<dynamic_shared_overrun_kernel>(grid, out.data());
    return "";
}

/* After a barrier, that is on a stack that has been left and come back to. */
static void local_overrun_kernel(float *out)
{
    const float own[4] = {0, 1, 2, 3};
    const float *from = own;
    __syncthreads();
    out[threadIdx.x] = from[threadIdx.x];
}

static std::string local_overrun()
{
    buffer<float> out(32);
    launch<local_overrun_kernel>(line(1, 5), out.data());
    return "";
}

static void overflow_kernel(int *out)
{
    out[threadIdx.x] += 0x7fffffff;
}

static std::string integer_overflow()
{
    buffer<int> out(1, 1);
    launch<overflow_kernel>(line(1, 1), out.data());
    return "";
}

#endif

const std::vector<test> memory_tests = {
    {"shared memory that was never written", unwritten_shared, nullptr},
    {"dynamic shared memory that was never written", unwritten_dynamic_shared, nullptr},
    {"atomicAdd", atomic_sum, nullptr},
    {"more static shared memory than there is", too_much_static_shared, nullptr},
#ifdef EMU_ASAN
    {"beyond the end of device memory", device_overrun, "heap-buffer-overflow"},
    {"before the start of device memory", device_underrun, "heap-buffer-overflow"},
    {"beyond the end of static shared memory", static_shared_overrun, "global-buffer-overflow"},
    {"beyond the end of dynamic shared memory", dynamic_shared_overrun, "heap-buffer-overflow"},
    {"beyond the end of a thread's own array", local_overrun, "stack-buffer-overflow"},
    {"integer overflow", integer_overflow, "signed integer overflow"},
#endif
};
