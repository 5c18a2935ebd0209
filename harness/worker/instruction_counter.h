/* Counts the instructions of a worker: by valgrind's callgrind if the worker runs under it, else by the
 * processor's counter, where the kernel allows that. */
#ifndef IB_WORKER_INSTRUCTION_COUNTER_H
#define IB_WORKER_INSTRUCTION_COUNTER_H

#include "core/instructions.h"

#include <stdbool.h>

struct ib_instruction_counter {
    bool open;
    int fd;    /* of the processor's counter; -1: there is none, */
    int error; /* for this reason, an errno */
    uint64_t begin[3];
};

/* To be opened before an implementation starts threads: it counts those that are started later. */
void ib_instruction_counter_open(struct ib_instruction_counter *);
void ib_instruction_counter_close(struct ib_instruction_counter *);

/* Around what is counted. callgrind's count stands in its next file. */
void ib_instruction_counter_begin(struct ib_instruction_counter *);
void ib_instruction_counter_end(struct ib_instruction_counter *, struct ib_instructions *out);

#endif
