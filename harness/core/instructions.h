/* The instructions of a training, as they are counted in a worker. */
#ifndef IB_CORE_INSTRUCTIONS_H
#define IB_CORE_INSTRUCTIONS_H

#include "base/text.h"

#include <stdint.h>

enum ib_instruction_source {
    IB_COUNTED_BY_PERF = 1, /* the processor's own counter, user space only; off by some hundreds */
    IB_COUNTED_BY_CALLGRIND /* valgrind's, exact; on a processor that it emulates, which has AVX2 at most */
};
extern const struct ib_word ib_instruction_source_words[]; /* perf callgrind */

struct ib_instructions {
    enum ib_instruction_source source; /* 0: not counted, for the reason */
    uint64_t count;                    /* of all threads; of callgrind 0, as it writes the count to a file */
    char reason[192];                  /* "": not asked for, or counted */
};

#endif
