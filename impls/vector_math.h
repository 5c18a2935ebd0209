/* Tells gcc that the C library has exp and tanh for whole vectors (libmvec), which it otherwise uses only
 * with -ffast-math. They are within 4 units in the last place. */
#ifndef VECTOR_MATH_H
#define VECTOR_MATH_H

#define VECTOR_FUNCTION __attribute__((simd("notinbranch")))
VECTOR_FUNCTION double exp(double);
VECTOR_FUNCTION float expf(float);
VECTOR_FUNCTION double tanh(double);
VECTOR_FUNCTION float tanhf(float);
#undef VECTOR_FUNCTION

#endif
