/* Reproducible random numbers: xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64; normal
 * numbers by Box-Muller in f64, cosine before sine. */
#ifndef IB_BASE_RNG_H
#define IB_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct ib_rng {
    uint64_t state[4];
    double spare; /* the second number of a Box-Muller pair */
    int has_spare;
};

void ib_rng_seed(struct ib_rng *, uint64_t seed);
uint64_t ib_rng_u64(struct ib_rng *);
/* Uniform in [0, 1), with 53 bits. */
double ib_rng_uniform(struct ib_rng *);
/* Uniform in 0 .. n-1 without bias; n > 0. */
uint64_t ib_rng_below(struct ib_rng *, uint64_t n);
/* Shuffles n items of `size` bytes each (Fisher and Yates). */
void ib_rng_shuffle(struct ib_rng *, void *items, uint64_t n, size_t size);
/* N(0, 1). */
double ib_rng_normal(struct ib_rng *);

#endif
