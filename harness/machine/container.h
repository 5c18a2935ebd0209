/* What the control groups of this process allow it: in a container that is less than the machine has. */
#ifndef IB_MACHINE_CONTAINER_H
#define IB_MACHINE_CONTAINER_H

#include <stdint.h>

struct ib_container {
    double cpu_quota; /* CPUs that it may use on average; 0: no quota */
    uint64_t periods,
        throttled_periods;       /* of the quota, since its group was made: all, and those that it ended */
    uint64_t memory_limit_bytes; /* 0: none below the machine's memory */
    uint64_t memory_left_bytes;  /* below all limits; meaningless without a limit */
};

/* The tightest limits of this process's own groups and those around them. */
void ib_container_describe(struct ib_container *out);
/* The same, from other files than /proc/self/cgroup and /proc/self/mountinfo. */
void ib_container_describe_in(const char *groups, const char *mounts, struct ib_container *out);

/* Returns the number of CPUs that this process can keep busy: by its affinity, and by the quota. At least 1.
 */
unsigned ib_usable_cpus(void);

#endif
