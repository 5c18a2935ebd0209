#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_FDS = 8 };

/* Duplicates all descriptors above the target range first, so that no dup2 overwrites one that is still
 * needed. */
static bool place_fds(const struct ib_spawn *s)
{
    int raised[MAX_FDS], null = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool ok = null >= 0;
    for (int i = 0; i < s->n_fds && ok; i++) {
        raised[i] = fcntl(s->fds[i] < 0 ? null : s->fds[i], F_DUPFD_CLOEXEC, s->n_fds);
        ok = raised[i] >= 0;
    }
    for (int i = 0; i < s->n_fds && ok; i++)
        ok = dup2(raised[i], i) >= 0;
    return ok;
}

/* Runs in the child between vfork and exec, in the memory of the suspended parent: only async-signal-safe
 * calls are allowed. Returns the error number if exec fails. */
static int exec_child(const struct ib_spawn *s, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL); /* the parent ignores it, which would be inherited */
    if (getppid() == parent && (!s->cpus || sched_setaffinity(0, sizeof *s->cpus, s->cpus) == 0) &&
        (!s->folder || chdir(s->folder) == 0) && place_fds(s))
        execvp(s->argv[0], (char *const *)(uintptr_t)s->argv);
    return errno;
}

int ib_spawn(const struct ib_spawn *s, struct ib_spawned *out)
{
    volatile int error = s->n_fds > MAX_FDS ? EINVAL : 0; /* written by the child, which shares this memory */
    const pid_t parent = getpid();
    *out = (struct ib_spawned){.pidfd = -1};
    if (error)
        return error;
    out->pid = vfork();
    if (out->pid < 0)
        return errno;
    if (out->pid == 0) {
        error = exec_child(s, parent);
        _exit(127);
    }
    if (error)
        while (waitpid(out->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    else
        out->pidfd = pidfd_open(out->pid, 0);
    return error;
}

int ib_spawned_end(struct ib_spawned *child, int *wait_status)
{
    int error = 0;
    kill(-child->pid, SIGKILL); /* before reaping, while the group's id cannot be reused */
    while (!error && waitpid(child->pid, wait_status, 0) < 0)
        error = errno == EINTR ? 0 : errno;
    if (child->pidfd >= 0)
        close(child->pidfd);
    child->pidfd = -1;
    return error;
}
