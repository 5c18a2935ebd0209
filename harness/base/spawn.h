/* Child processes. Each runs in its own process group, and the kernel kills it when this process dies. */
#ifndef IB_BASE_SPAWN_H
#define IB_BASE_SPAWN_H

#include "base/sandbox.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ib_spawn {
    const char *const *argv;  /* ends with NULL; argv[0] without a slash is looked up in PATH */
    const char *program;      /* file to execute; NULL: argv[0] */
    const char *folder;       /* working directory; NULL: unchanged */
    const cpu_set_t *cpus;    /* CPU affinity; NULL, or where the system refuses affinities: unchanged */
    char *const *environment; /* ends with NULL; NULL: unchanged */
    const struct ib_sandbox *sandbox; /* that it is confined to; NULL: none */
    const int *fds;                   /* become its descriptors 0, 1 …; -1: /dev/null */
    int n_fds;
};

struct ib_spawned {
    pid_t pid; /* also the id of its process group */
    int pidfd; /* readable once the process has ended; -1: none, see ib_spawned_poll */
};

/* From now on, nothing that children leave behind survives: neither their end (base/orphans.h) nor this
 * process being killed (base/keeper.h). The other function belongs before a regular exit. */
void ib_spawn_contain(void);
void ib_spawn_release(void);

/* Starts a process by vfork and an immediate exec: a forked child that kept running would hang in OpenMP,
 * PoCL and CUDA. Returns 0 or an error number. */
int ib_spawn(const struct ib_spawn *, struct ib_spawned *out);

/* poll() on fds[n], of which the first stands for the child: it becomes readable when the process has ended,
 * also where the system has no descriptors for processes. */
int ib_spawned_poll(const struct ib_spawned *, struct pollfd *fds, size_t n, int timeout_ms);

/* Returns whether the process has ended, and how. It is not reaped yet, so that killing its group cannot hit
 * an id that is in use again. */
bool ib_spawned_ended(const struct ib_spawned *, siginfo_t *how);

/* Kills the whole group and reaps the process. Returns 0 or the error number of waitpid, which sets
 * *wait_status (may be NULL). */
int ib_spawned_end(struct ib_spawned *, int *wait_status);

#endif
