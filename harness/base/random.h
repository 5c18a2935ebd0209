/* Random numbers that cannot be guessed, from the system. */
#ifndef IB_BASE_RANDOM_H
#define IB_BASE_RANDOM_H

#include <stdint.h>

/* Where the system refuses them, a hash of the time and the process. */
uint64_t ib_random_u64(void);
/* Not 0, and small enough for a number in JSON, with room to count on. */
uint64_t ib_random_seed(void);
/* From `low` on, up to `high`. */
uint64_t ib_random_between(uint64_t low, uint64_t high);

#endif
