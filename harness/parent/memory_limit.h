/* Memory limits for a child. If this process may create a cgroup, the kernel enforces the limit; otherwise
 * the child's proportional set size is polled 20 times a second. (RLIMIT_AS would break CUDA and sanitizers.)
 */
#ifndef IB_PARENT_MEMORY_LIMIT_H
#define IB_PARENT_MEMORY_LIMIT_H

#include "base/cgroup.h"
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
    bool grouped; /* by the kernel, in this group; false: polled */
    struct ib_cgroup group;
};

/* Limits the process from now on. With IB_MEMORY_AUTO, falls back to polling if a cgroup cannot be created;
 * with IB_MEMORY_CGROUP, returns false and sets no limit. */
bool ib_memory_limit_begin(struct ib_memory_limit *, pid_t, uint64_t bytes, enum ib_memory_by);
/* Returns whether the process exceeds the limit, when polling; always false under a cgroup. */
bool ib_memory_limit_exceeded(const struct ib_memory_limit *);
/* Returns whether the kernel killed a process of the cgroup for exceeding the limit. */
bool ib_memory_limit_killed(const struct ib_memory_limit *);
/* Kills what is left in the cgroup, and removes it; call after the process has ended. */
void ib_memory_limit_end(struct ib_memory_limit *);

/* Reads how many processes the kernel has killed for lack of memory, where this process and its children run.
 * False if that is unknown. */
bool ib_oom_kills(uint64_t *count);

/* Copies to path[n] the folder where cgroups would be created, and returns it; NULL: nowhere. */
const char *ib_memory_limit_place(char *path, size_t n);

#endif
