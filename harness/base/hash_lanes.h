/* SHA-256 of large data, in eight lanes at once: about eight times as fast as one after the other. */
#ifndef IB_BASE_HASH_LANES_H
#define IB_BASE_HASH_LANES_H

#include <stddef.h>
#include <stdint.h>

enum {
    IB_HASH_LANES = 8,
    IB_HASH_BLOCK = 64,                            /* bytes that SHA-256 takes at once */
    IB_HASH_STRIPE = IB_HASH_LANES * IB_HASH_BLOCK /* the next block of each lane */
};

/* Runs the data through eight hashes: block i goes to lane i modulo 8. out[word][lane] are their final
 * states, without the padding of SHA-256, so the number of stripes must be hashed with them. */
void ib_hash_lanes(const void *data, size_t stripes, uint32_t out[8][IB_HASH_LANES]);

#endif
