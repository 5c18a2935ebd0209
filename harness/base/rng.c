#include "base/rng.h"

#include <math.h>

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

void ib_rng_seed(struct ib_rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        uint64_t z = (seed += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        rng->state[i] = z ^ (z >> 31);
    }
    rng->has_spare = 0;
}

uint64_t ib_rng_u64(struct ib_rng *rng)
{
    uint64_t *s = rng->state;
    uint64_t out = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return out;
}

double ib_rng_uniform(struct ib_rng *rng)
{
    return (double)(ib_rng_u64(rng) >> 11) * 0x1p-53;
}

uint64_t ib_rng_below(struct ib_rng *rng, uint64_t n)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % n; /* a multiple of n: draws from there on would be biased */
    uint64_t x;
    do
        x = ib_rng_u64(rng);
    while (x >= limit);
    return x % n;
}

void ib_rng_shuffle(struct ib_rng *rng, void *items, uint64_t n, size_t size)
{
    char *list = items;
    for (uint64_t i = n; i > 1; i--) {
        char *a = list + ib_rng_below(rng, i) * size, *b = list + (i - 1) * size;
        for (size_t k = 0; k < size; k++) {
            char swapped = a[k];
            a[k] = b[k];
            b[k] = swapped;
        }
    }
}

double ib_rng_normal(struct ib_rng *rng)
{
    if (rng->has_spare) {
        rng->has_spare = 0;
        return rng->spare;
    }
    double u = 1.0 - ib_rng_uniform(rng); /* in (0, 1], so that the logarithm is finite */
    double angle = 2.0 * 3.14159265358979323846 * ib_rng_uniform(rng);
    double radius = sqrt(-2.0 * log(u));
    rng->spare = radius * sin(angle);
    rng->has_spare = 1;
    return radius * cos(angle);
}
