/* Compiled with optimisation and contraction whatever the build (CMakeLists.txt). */
#include "limits/vectors.h"

#ifdef __x86_64__
#include <cpuid.h>
#endif

#define SCALAR_f32 float
#define SCALAR_f64 double

static volatile double fma_part = 0.9375; /* unknown to the compiler */

static bool always(void)
{
    return true;
}

#define TARGET
#define BYTES   16
#define NAME(x) base_##x
#include "limits/vectors.inc"

#ifdef __x86_64__

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f");
}

#define TARGET  __attribute__((target("avx2,fma")))
#define BYTES   32
#define NAME(x) avx2_##x
#include "limits/vectors.inc"

#define TARGET  __attribute__((target("avx512f")))
#define BYTES   64
#define NAME(x) avx512_##x
#include "limits/vectors.inc"

bool ib_vectors_matrix_unit(void)
{
    unsigned a, b, c, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && d >> 22 & 1;
}

const struct ib_vectors ib_vectors[] = {
    {"sse2", 16, always, base_fma_f32, base_fma_f64, base_read, base_read_apart},
    {"avx2", 32, has_avx2, avx2_fma_f32, avx2_fma_f64, avx2_read, avx2_read_apart},
    {"avx512", 64, has_avx512, avx512_fma_f32, avx512_fma_f64, avx512_read, avx512_read_apart},
    {.name = NULL},
};

#else

bool ib_vectors_matrix_unit(void)
{
    return false;
}

const struct ib_vectors ib_vectors[] = {
    {"simd128", 16, always, base_fma_f32, base_fma_f64, base_read, base_read_apart},
    {.name = NULL},
};

#endif

const struct ib_vectors *ib_vectors_widest(void)
{
    const struct ib_vectors *widest = ib_vectors;
    for (const struct ib_vectors *v = ib_vectors; v->name; v++)
        if (v->is_supported())
            widest = v;
    return widest;
}
