/* The start of a child process that speaks the protocol. */
#ifndef IB_PARENT_SPAWN_H
#define IB_PARENT_SPAWN_H

#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>

struct ib_spawned {
    pid_t pid;              /* also that of its process group */
    int pidfd;              /* -1: none */
    int to, from, out, err; /* our ends, none of which blocks: descriptors 3 and 4, stdout, stderr */
};

/* As ib_worker_process_start says. false leaves the reason in errno: there is no process. */
bool ib_spawn(const char *const *argv, const cpu_set_t *cpus, struct ib_spawned *out);

#endif
