/* Child processes. Each runs in its own process group, and the kernel kills it when this process dies. */
#ifndef IB_BASE_SPAWN_H
#define IB_BASE_SPAWN_H

#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

struct ib_spawn {
    const char *const *argv; /* ends with NULL; argv[0] without a slash is looked up in PATH */
    const char *folder;      /* working directory; NULL: unchanged */
    const cpu_set_t *cpus;   /* CPU affinity; NULL: unchanged */
    const int *fds;          /* become its descriptors 0, 1 …; -1: /dev/null */
    int n_fds;
};

struct ib_spawned {
    pid_t pid; /* also the id of its process group */
    int pidfd; /* readable once the process has ended; -1: none */
};

/* Starts a process by vfork and an immediate exec: a forked child that kept running would hang in OpenMP,
 * PoCL and CUDA. Returns 0 or an error number. */
int ib_spawn(const struct ib_spawn *, struct ib_spawned *out);

/* Kills the whole group and reaps the process. Returns 0 or the error number of waitpid, which sets
 * *wait_status (may be NULL). */
int ib_spawned_end(struct ib_spawned *, int *wait_status);

#endif
