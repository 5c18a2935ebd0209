/* How much memory a child may have to itself. Where this process may make a cgroup, the kernel enforces the
 * limit; elsewhere the child's proportional set size is looked at 20 times a second. (RLIMIT_AS would break
 * CUDA and sanitizers.) */
#ifndef IB_PARENT_MEMORY_LIMIT_H
#define IB_PARENT_MEMORY_LIMIT_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum ib_memory_by { IB_MEMORY_AUTO = 1, IB_MEMORY_CGROUP, IB_MEMORY_POLLING };
extern const struct ib_word ib_memory_by_words[]; /* auto cgroup polling */

enum { IB_MEMORY_POLL_MS = 50 };

struct ib_memory_limit {
    uint64_t bytes; /* 0: none */
    pid_t pid;
    char group[512]; /* the cgroup's folder; "": polled */
};

/* Limits the process from now on. With IB_MEMORY_AUTO a cgroup that cannot be made is replaced by polling;
 * with IB_MEMORY_CGROUP false is returned, and nothing is limited. */
bool ib_memory_limit_begin(struct ib_memory_limit *, pid_t, uint64_t bytes, enum ib_memory_by);
/* Has the process more than it may, by polling? Always false where the kernel watches. */
bool ib_memory_limit_exceeded(const struct ib_memory_limit *);
/* Has the kernel killed for the limit's sake? */
bool ib_memory_limit_killed(const struct ib_memory_limit *);
/* After the process and all that it started are gone. */
void ib_memory_limit_end(struct ib_memory_limit *);

/* Where cgroups for limits would be made, for people; NULL: nowhere. */
const char *ib_memory_limit_place(char *path, size_t n);

#endif
