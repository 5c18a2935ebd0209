#include "base/hash_lanes.h"

#include <string.h>

/* One copy per instruction set, selected at run time, with the functions that it calls. */
#if defined __x86_64__ && !defined __clang__ /* clang 14 leaves out the function that selects one */
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif
#define INLINE inline __attribute__((always_inline))

/* One word of each lane. The compiler splits it into the vectors of the machine. */
typedef uint32_t lanes __attribute__((vector_size(4 * IB_HASH_LANES)));

enum { ROUNDS = 64, WORDS = 16 };

static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define ROTATE(x, n) ((x) >> (n) | (x) << (32 - (n)))

/* The words of a stripe, big-endian in the data, by lane. */
static INLINE void load(const unsigned char *stripe, lanes w[WORDS])
{
    for (int lane = 0; lane < IB_HASH_LANES; lane++) {
        uint32_t block[WORDS];
        memcpy(block, stripe + lane * IB_HASH_BLOCK, sizeof block);
        for (int i = 0; i < WORDS; i++)
            w[i][lane] = __builtin_bswap32(block[i]);
    }
}

/* Computes the word of round i >= 16, which replaces the one 16 rounds before. */
static INLINE void schedule(lanes w[WORDS], int i)
{
    const lanes a = w[(i + 1) % WORDS], b = w[(i + 14) % WORDS];
    w[i % WORDS] += (ROTATE(a, 7) ^ ROTATE(a, 18) ^ a >> 3) + w[(i + 9) % WORDS] +
                    (ROTATE(b, 17) ^ ROTATE(b, 19) ^ b >> 10);
}

/* FIPS 180-4, section 6.2.2. */
static INLINE void compress(lanes state[8], lanes w[WORDS])
{
    lanes a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6],
          h = state[7];
    for (int i = 0; i < ROUNDS; i++) {
        if (i >= WORDS)
            schedule(w, i);
        const lanes first = h + (ROTATE(e, 6) ^ ROTATE(e, 11) ^ ROTATE(e, 25)) + (g ^ (e & (f ^ g))) +
                            constants[i] + w[i % WORDS];
        const lanes second = (ROTATE(a, 2) ^ ROTATE(a, 13) ^ ROTATE(a, 22)) + ((a & b) | (c & (a | b)));
        h = g, g = f, f = e, e = d + first;
        d = c, c = b, b = a, a = first + second;
    }
    const lanes added[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++)
        state[i] += added[i];
}

CLONES void ib_hash_lanes(const void *data, size_t stripes, uint32_t out[8][IB_HASH_LANES])
{
    lanes state[8], w[WORDS];
    for (int i = 0; i < 8; i++)
        state[i] = (lanes){0} + start[i];
    for (size_t i = 0; i < stripes; i++) {
        load((const unsigned char *)data + i * IB_HASH_STRIPE, w);
        compress(state, w);
    }
    memcpy(out, state, sizeof state);
}
