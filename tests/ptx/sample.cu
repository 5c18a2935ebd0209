/* Kernels that use what those of kernels/ do not: all shuffles, structs, vectors, dynamic memory, generic
 * addresses, small integers. nvcc compiles them for translate.py, and the host's compiler, from test_sample.cpp, for
 * the emulator. */
#include "../../kernels/dialect.h"
#include "sample.h"

#define ALL_LANES 0xffffffffu
#ifdef __CUDACC__
extern __shared__ __align__(16) unsigned char dynamic_bytes[];
#define DYNAMIC_ARRAY(type) reinterpret_cast<type *>(dynamic_bytes)
#define PROBLEM             const __grid_constant__ sample_problem problem
#define SAMPLE_KERNEL(name, n_items) extern "C" __global__ void __launch_bounds__(n_items) name
#else
#define PROBLEM             const sample_problem problem
#define DYNAMIC_ARRAY(type) static_cast<type *>(emu_dynamic_shared())
#define SAMPLE_KERNEL(name, n_items) static void name
#endif

/* Each kind of shuffle, in a whole warp and in sections of it, of 4 and of 8 bytes. */
SAMPLE_KERNEL(sample_shuffles, SAMPLE_THREADS)(const int *in, int *out, const double *wide, double *wide_out)
{
    const unsigned lane = threadIdx.x % 32;
    int value = in[threadIdx.x], *to = out + threadIdx.x * SAMPLE_SHUFFLES;
    to[0] = __shfl_sync(ALL_LANES, value, 5);
    to[1] = __shfl_sync(ALL_LANES, value, static_cast<int>(lane * 7 % 32));
    to[2] = __shfl_sync(ALL_LANES, value, 3, 8);
    to[3] = __shfl_up_sync(ALL_LANES, value, 1);
    to[4] = __shfl_up_sync(ALL_LANES, value, 3, 16);
    to[5] = __shfl_down_sync(ALL_LANES, value, 2);
    to[6] = __shfl_down_sync(ALL_LANES, value, 5, 8);
    to[7] = __shfl_xor_sync(ALL_LANES, value, 9);
    to[8] = __shfl_xor_sync(ALL_LANES, value, 6, 4);
    if (lane < 8)
        value += __shfl_xor_sync(0xffu, value, 1);
    __syncwarp();
    to[9] = value;
    double sum = wide[threadIdx.x];
    for (int bits = 16; bits > 0; bits /= 2)
        sum += __shfl_xor_sync(ALL_LANES, sum, bits);
    wide_out[threadIdx.x] = sum;
}

/* Through shared memory and vectors; which memory the second half reads is known when it runs. */
SAMPLE_KERNEL(sample_memory, SAMPLE_THREADS)(PROBLEM, float *out)
{
    float *const dynamic = DYNAMIC_ARRAY(float);
    LOCAL_ARRAY(float, mine, 4 * SAMPLE_THREADS);
    const float4 four = reinterpret_cast<const float4 *>(problem.in[0])[threadIdx.x];
    const double2 two = reinterpret_cast<const double2 *>(problem.in[1])[threadIdx.x];
    dynamic[threadIdx.x] = four.x + four.y * static_cast<float>(two.x);
    mine[4 * threadIdx.x + 1] = four.z - four.w;
    mine[4 * threadIdx.x + 2] = static_cast<float>(two.y);
    __syncthreads();
    const unsigned other = (threadIdx.x + problem.shift) % SAMPLE_THREADS;
    const float *from = problem.from_shared ? dynamic : static_cast<const float *>(problem.in[0]);
    reinterpret_cast<float2 *>(out)[threadIdx.x] =
        make_float2(from[other] + mine[4 * other + 1], mine[4 * other + 2] * problem.scale[threadIdx.x % 3]);
}

/* Integers of every size, near their ends. */
SAMPLE_KERNEL(sample_integers, SAMPLE_THREADS)
(const long long *in, long long *out, const unsigned char *bytes, short *shorts)
{
    const long long a = in[threadIdx.x], b = in[SAMPLE_THREADS + threadIdx.x];
    const int c = static_cast<int>(a), d = static_cast<int>(b);
    const unsigned u = static_cast<unsigned>(a), v = static_cast<unsigned>(b);
    const unsigned by = static_cast<unsigned>(b) % 64;
    long long *const to = out + threadIdx.x * SAMPLE_INTEGERS;
    to[0] = static_cast<long long>(static_cast<unsigned long long>(a) * static_cast<unsigned long long>(b));
    to[1] = b == 0 || b == -1 ? 0 : a / b;
    to[2] = v == 0 ? 0 : u % v;
    to[3] = static_cast<long long>(static_cast<unsigned long long>(a) << by ^ static_cast<unsigned long long>(b) >> by);
    to[4] = a >> by;
    to[5] = static_cast<long long>(c) * d;
    to[6] = static_cast<long long>(static_cast<unsigned long long>(u) * v + static_cast<unsigned long long>(a));
    to[7] = a < b ? (c > d ? c : d) : static_cast<long long>(u < v ? u : v);
    to[8] = static_cast<long long>((u & 0xff00ffu) | (v & ~0xff00ffu)) ^ ~a;
    to[9] = (c < 0 ? -static_cast<long long>(c) : c) + (d >> 3);
    to[10] = static_cast<long long>(static_cast<double>(c) * 0.5) + static_cast<long long>(static_cast<float>(v % 99));
    to[11] = static_cast<unsigned char>(bytes[threadIdx.x] * 3 + 1) - static_cast<signed char>(bytes[threadIdx.x]);
    short *const s = &shorts[2 * threadIdx.x]; /* the check for races sees four bytes at a time */
    *s = static_cast<short>(*s * 7 - static_cast<short>(c));
}

/* Functions of which CUDA's versions differ from the host's in their last bits. */
template <class T> FUNCTION void sample_functions(const T *in, T *out)
{
    const T x = in[threadIdx.x], y = in[SAMPLE_THREADS + threadIdx.x];
    T *const to = out + threadIdx.x * SAMPLE_FUNCTIONS;
    to[0] = exp(x);
    to[1] = tanh(x);
    to[2] = log1p(fabs(y));
    to[3] = sqrt(fabs(x)) / y;
    to[4] = fmin(x, y) - fmax(x, T(0));
    to[5] = floor(x) + ceil(y) * T(4) + trunc(x) * T(16) + rint(y) * T(64);
    to[6] = x * y;
    to[7] = x != y ? T(1) / x : copysign(x, y);
}

SAMPLE_KERNEL(sample_functions_f32, SAMPLE_THREADS)(const float *in, float *out)
{
    sample_functions(in, out);
}

SAMPLE_KERNEL(sample_functions_f64, SAMPLE_THREADS)(const double *in, double *out)
{
    sample_functions(in, out);
}
