#include "base/random.h"

#include "base/clock.h"
#include "base/rng.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/random.h>
#include <unistd.h>

static bool read_device(uint64_t *out)
{
    const int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    const bool given = file >= 0 && read(file, out, sizeof *out) == (ssize_t)sizeof *out;
    if (file >= 0)
        close(file);
    return given;
}

uint64_t ib_random_u64(void)
{
    uint64_t random = 0;
    struct ib_rng rng;
    if (getrandom(&random, sizeof random, 0) == (ssize_t)sizeof random || read_device(&random))
        return random;
    ib_rng_seed(&rng, ib_now_ns() ^ (uint64_t)getpid() << 32);
    return ib_rng_u64(&rng);
}

uint64_t ib_random_seed(void)
{
    return ib_random_u64() >> 2 | 1;
}

uint64_t ib_random_between(uint64_t low, uint64_t high)
{
    struct ib_rng rng;
    ib_rng_seed(&rng, ib_random_u64());
    return low + ib_rng_below(&rng, high - low + 1);
}
