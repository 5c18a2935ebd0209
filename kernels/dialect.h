/* Macros for what differs between the compilers of the kernels: OpenCL C on a device, nvcc, and a host
 * compiler with the emulator's emu.h. The .inc files use only these macros and the common subset of C,
 * OpenCL C and C++. They are included once per type: IB_REAL is the type (float), IB_TYPE its name (f32).
 * For OpenCL, this file comes first and the .inc files follow in the order of their names; kernels.inc does
 * the same for the other compilers. */
#ifndef IB_DIALECT_H
#define IB_DIALECT_H

/* KERNEL(axpy, n_items)(parameters) defines a kernel with groups of exactly n_items items; KERNEL_2D: of
 * n_lines lines of them. */
#ifdef __OPENCL_VERSION__

#ifdef cl_khr_fp64 /* f64 programs are only built for devices that have it */
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif
typedef ulong ib_size;

#define KERNEL(name, n_items) __kernel __attribute__((reqd_work_group_size(n_items, 1, 1))) void TYPED(name)
#define KERNEL_2D(name, n_items, n_lines)                                                                    \
    __kernel __attribute__((reqd_work_group_size(n_items, n_lines, 1))) void TYPED(name)
#define FUNCTION                        static inline
#define GLOBAL                          __global
#define LOCAL_POINTER                   __local
#define LOCAL_ARRAY(type, name, length) __local type name[length] __attribute__((aligned(16)))
#define BARRIER()                       barrier(CLK_LOCAL_MEM_FENCE)
#define FLOAT_BITS(x)                   as_uint(x)
#define ITEM()                          ((uint)get_local_id(0))
#define LINE()                          ((uint)get_local_id(1))
#define GROUP(dimension)                ((ib_size)get_group_id(dimension))
#define GROUP_COUNT(dimension)          ((ib_size)get_num_groups(dimension))

#else

typedef unsigned long long ib_size;

#ifdef __CUDACC__
/* With the second bound, nvcc takes up to 80 registers for an item. Left alone it prefers 32, with which only
 * half of the loads of dots.inc are under way at a time. */
#define KERNEL(name, n_items)                                                                                \
    extern "C" __global__ void __launch_bounds__(n_items, 768 / (n_items)) TYPED(name)
#define KERNEL_2D(name, n_items, n_lines)                                                                    \
    extern "C" __global__ void __launch_bounds__((n_items) * (n_lines)) TYPED(name)
#define FLOAT_BITS(x) __float_as_uint(x)
#else
#include "emu.h"
#include <cmath>
#include <cstring>
using std::exp;
using std::expm1;
using std::fabs;
using std::log;
using std::log1p;
using std::sqrt;
using std::tanh;
#define KERNEL(name, n_items)             static void TYPED(name)
#define KERNEL_2D(name, n_items, n_lines) static void TYPED(name)
static inline unsigned ib_float_bits(float x)
{
    unsigned bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}
#define FLOAT_BITS(x)                     ib_float_bits(x)
#endif
#ifndef SHARED_NOTE /* reports a shared array to the emulator, which fills it with NaN */
#define SHARED_NOTE(name)
#endif

#define FUNCTION static __device__ inline
#define GLOBAL
#define LOCAL_POINTER
#define LOCAL_ARRAY(type, name, length)                                                                      \
    __align__(16) __shared__ type name[length];                                                              \
    SHARED_NOTE(name)
#define BARRIER()              __syncthreads()
#define ITEM()                 (threadIdx.x)
#define LINE()                 (threadIdx.y)
#define GROUP(dimension)       ((ib_size)((dimension) == 0 ? blockIdx.x : blockIdx.y))
#define GROUP_COUNT(dimension) ((ib_size)((dimension) == 0 ? gridDim.x : gridDim.y))

#endif

#define SMALLER(a, b) ((a) < (b) ? (a) : (b))

/* Before a loop: unroll it completely, so that its arrays are registers; or not at all. */
#if defined __OPENCL_VERSION__ || defined __CUDACC__
#define UNROLL _Pragma("unroll")
#define ROLLED _Pragma("unroll 1")
#else
#define UNROLL
#define ROLLED
#endif

#define REAL              IB_REAL
#define JOIN_(name, type) ibk_##name##_##type
#define JOIN(name, type)  JOIN_(name, type)
#define TYPED(name)       JOIN(name, IB_TYPE)

#endif
