/* Another program as a child process, in a process group of its own, which the kernel kills when this process
 * dies. */
#ifndef IB_BASE_SPAWN_H
#define IB_BASE_SPAWN_H

#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

struct ib_spawn {
    const char *const *argv; /* argv[0] is a path, or without a slash a name in PATH; ends with NULL */
    const char *folder;      /* where it runs; NULL: here */
    const cpu_set_t *cpus;   /* that it may use; NULL: those of this process */
    const int *fds;          /* what becomes its descriptors 0, 1 …; -1: /dev/null */
    int n_fds;
};

struct ib_spawned {
    pid_t pid; /* also that of its process group */
    int pidfd; /* readable once it has ended; -1: none */
};

/* vfork, then exec at once: a forked child that goes on would hang in OpenMP, PoCL and CUDA. Returns 0, or
 * the error number that says why there is no process. */
int ib_spawn(const struct ib_spawn *, struct ib_spawned *out);

/* Kills the whole group and reaps. Returns 0, or the error number of a process that was lost; *wait_status
 * (may be NULL) is that of waitpid. */
int ib_spawned_end(struct ib_spawned *, int *wait_status);

#endif
