/* The part of CUDA C++ that kernels use, for a host compiler. All threads of a grid run on one thread of the
 * operating system, one at a time; each goes on until it ends or waits for others. What a device leaves
 * undefined is made visible: shared memory starts as NaN, the order of threads can be shuffled, and a barrier
 * that some threads miss ends the launch with an error. */
#ifndef EMU_H
#define EMU_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define __global__
#define __device__
#define __host__
#define __constant__    static const
#define __shared__      static /* the emulator runs a block at a time, and sets it anew for each */
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) alignas(n)

struct uint3 {
    unsigned x, y, z;
};
struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_)
    {
    }
};
struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(16) double2 {
    double x, y;
};
static inline float2 make_float2(float x, float y)
{
    return {x, y};
}
static inline float4 make_float4(float x, float y, float z, float w)
{
    return {x, y, z, w};
}
static inline double2 make_double2(double x, double y)
{
    return {x, y};
}

/* ---- thread and block indices ---- */

/* Constant as long as a kernel's body runs, so that a compiler may ask once. */
#define EMU_CONSTANT __attribute__((const))
EMU_CONSTANT uint3 emu_thread_index();
EMU_CONSTANT uint3 emu_block_index();
EMU_CONSTANT dim3 emu_block_size();
EMU_CONSTANT dim3 emu_grid_size();
#define threadIdx emu_thread_index()
#define blockIdx  emu_block_index()
#define blockDim  emu_block_size()
#define gridDim   emu_grid_size()
constexpr int warpSize = 32;

/* ---- shared memory ---- */

/* Must follow the declaration of a __shared__ variable: fills it with NaN when the first thread of a block
 * gets there. nvcc needs nothing of that kind. */
#define SHARED_NOTE(name) emu_note_shared(static_cast<void *>(&(name)), sizeof(name))
void emu_note_shared(void *variable, size_t bytes);

/* The dynamic shared memory of the running block, of the size given to the launch; NULL for none. */
void *emu_dynamic_shared();
size_t emu_dynamic_shared_bytes();

/* ---- waiting for others; file and line are the caller's, for the report of what went wrong ---- */

void emu_sync_block(const char *file, int line);
void emu_sync_warp(unsigned mask, const char *file, int line);
void emu_sync_grid(const char *file, int line);
/* Replaces value[bytes <= 16] by that of lane `source`, after all lanes of the mask have come. */
void emu_exchange(unsigned mask, void *value, size_t bytes, unsigned source, const char *file, int line);
EMU_CONSTANT unsigned emu_lane();

#define EMU_CALLER const char *file = __builtin_FILE(), int line = __builtin_LINE()

static inline void __syncthreads(EMU_CALLER)
{
    emu_sync_block(file, line);
}

static inline void __syncwarp(unsigned mask = ~0u, EMU_CALLER)
{
    emu_sync_warp(mask, file, line);
}

/* As on a device, a lane that would read from beyond its section of `width` lanes keeps its own value. */
template <class T>
static inline T emu_shuffle(unsigned mask, T value, bool inside, unsigned source, const char *file, int line)
{
    emu_exchange(mask, &value, sizeof value, inside ? source : emu_lane(), file, line);
    return value;
}

template <class T> static inline T __shfl_sync(unsigned mask, T value, int source, int width = 32, EMU_CALLER)
{
    const unsigned w = static_cast<unsigned>(width), section = emu_lane() / w * w;
    return emu_shuffle(mask, value, true, section + static_cast<unsigned>(source) % w, file, line);
}

template <class T>
static inline T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, EMU_CALLER)
{
    const unsigned w = static_cast<unsigned>(width), lane = emu_lane();
    return emu_shuffle(mask, value, lane % w + delta < w, lane + delta, file, line);
}

template <class T>
static inline T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, EMU_CALLER)
{
    const unsigned w = static_cast<unsigned>(width), lane = emu_lane();
    return emu_shuffle(mask, value, lane % w >= delta, lane - delta, file, line);
}

template <class T>
static inline T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32, EMU_CALLER)
{
    const unsigned w = static_cast<unsigned>(width), lane = emu_lane();
    const unsigned source = lane ^ static_cast<unsigned>(bits);
    return emu_shuffle(mask, value, source / w <= lane / w, source, file, line);
}

/* Cooperative launches: a barrier of the whole grid. */
namespace cooperative_groups
{
struct grid_group {
    void sync(EMU_CALLER) const
    {
        emu_sync_grid(file, line);
    }
};
static inline grid_group this_grid()
{
    return {};
}
} // namespace cooperative_groups

/* ---- memory ---- */

template <class T> static inline T __ldg(const T *p)
{
    return *p;
}

/* Returns what was there before. */
int atomicAdd(int *p, int value);
unsigned atomicAdd(unsigned *p, unsigned value);
unsigned long long atomicAdd(unsigned long long *p, unsigned long long value);

#endif
