/* Everything that computes, for one instruction set: CMakeLists.txt compiles this file once for each, with
 * ISA its name and VECTOR_BYTES the size of its registers. The text knows only vectors of some length, by
 * gcc's extension; a wider machine needs another compilation, not another text. */
#include "cpu_fused/fused.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As wide as the type of that name. */
typedef int32_t whole_f32;
typedef int64_t whole_f64;

#define INLINE static inline __attribute__((always_inline))

#define TYPED_TEXT "cpu_fused/kernels.inc"
#include "typed.h"

#define METHODS(name)                                                                                        \
    {                                                                                                        \
        TYPED_METHOD(name, f32), TYPED_METHOD(name, f64)                                                     \
    }
#define TYPED_METHOD(name, type)                                                                             \
    {                                                                                                        \
        name##_open_##type, name##_close_##type, name##_steps_##type                                         \
    }
#define JOINED(a, b) a##b
#define NAMED(a, b)  JOINED(a, b)
#define AS_TEXT(x)   #x
#define TEXT_OF(x)   AS_TEXT(x)

const struct fused_isa NAMED(fused_isa_, ISA) = {
    .name = TEXT_OF(ISA),
    .vector_bytes = VECTOR_BYTES,
    .methods = {[FUSED] = METHODS(fused), [VECTORISED] = METHODS(vectorised), [BLOCKED] = METHODS(blocked)},
    .predict = {predict_f32, predict_f64},
};
