#include "base/spawn.h"

#include "base/keeper.h"
#include "base/orphans.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MAX_FDS = 8,
    STEP_MS = 2 /* between two looks at a child, without a descriptor for it */
};

/* ---- containment ---- */

static bool contained;
static int alive; /* children that have not been reaped */

void ib_spawn_contain(void)
{
    contained = true;
}

/* At the first child: commands that start none do not pay for it. */
static void contain(void)
{
    static bool done;
    if (!contained || done)
        return;
    ib_keeper_start();
    ib_orphans_adopt();
    done = true;
}

void ib_spawn_release(void)
{
    if (ib_orphans_adopted())
        ib_keeper_dismiss();
}

/* ---- starting ---- */

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

/* An affinity is a wish where the kernel or a container refuses affinities altogether. */
static bool set_cpus(const cpu_set_t *cpus)
{
    return !cpus || sched_setaffinity(0, sizeof *cpus, cpus) == 0 || errno == ENOSYS || errno == EPERM;
}

static bool confine(const struct ib_sandbox *sandbox)
{
    errno = sandbox ? ib_sandbox_enter(sandbox) : 0;
    return errno == 0;
}

/* Runs in the child between vfork and exec, in the memory of the suspended parent: only async-signal-safe
 * calls are allowed. Returns the error number if exec fails. */
static int exec_child(const struct ib_spawn *s, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL); /* the parent ignores these two, which would be inherited */
    signal(SIGXFSZ, SIG_DFL);
    if (getppid() == parent && set_cpus(s->cpus) && (!s->folder || chdir(s->folder) == 0) && place_fds(s) &&
        confine(s->sandbox))
        execvpe(s->program ? s->program : s->argv[0], (char *const *)(uintptr_t)s->argv,
                s->environment ? s->environment : environ);
    return errno;
}

int ib_spawn(const struct ib_spawn *s, struct ib_spawned *out)
{
    volatile int error = s->n_fds > MAX_FDS ? EINVAL : 0; /* written by the child, which shares this memory */
    const pid_t parent = getpid();
    *out = (struct ib_spawned){.pidfd = -1};
    if (error)
        return error;
    contain();
    out->pid = vfork();
    if (out->pid < 0)
        return errno;
    if (out->pid == 0) {
        error = exec_child(s, parent);
        _exit(127);
    }
    if (error) {
        while (waitpid(out->pid, NULL, 0) < 0 && errno == EINTR)
            ;
        return error;
    }
    out->pidfd = pidfd_open(out->pid, 0);
    alive++;
    return 0;
}

/* ---- waiting and ending ---- */

bool ib_spawned_ended(const struct ib_spawned *child, siginfo_t *how)
{
    *how = (siginfo_t){0};
    return waitid(P_PID, (id_t)child->pid, how, WEXITED | WNOHANG | WNOWAIT) == 0 && how->si_pid != 0;
}

/* Without a descriptor, looks at the child again and again. */
static int poll_in_steps(const struct ib_spawned *child, struct pollfd *fds, size_t n, int timeout_ms)
{
    siginfo_t how;
    for (int left_ms = timeout_ms;; left_ms -= STEP_MS) {
        const int step_ms = timeout_ms >= 0 && left_ms < STEP_MS ? left_ms : STEP_MS;
        const bool ended = ib_spawned_ended(child, &how);
        const int ready = poll(fds, n, ended ? 0 : step_ms);
        fds[0].revents = ended ? POLLIN : 0;
        if (ended || ready != 0 || (timeout_ms >= 0 && left_ms <= STEP_MS))
            return ended ? 1 : ready;
    }
}

int ib_spawned_poll(const struct ib_spawned *child, struct pollfd *fds, size_t n, int timeout_ms)
{
    fds[0] = (struct pollfd){.fd = child->pidfd, .events = POLLIN};
    return child->pidfd >= 0 ? poll(fds, n, timeout_ms) : poll_in_steps(child, fds, n, timeout_ms);
}

int ib_spawned_end(struct ib_spawned *child, int *wait_status)
{
    int error = 0;
    kill(-child->pid, SIGKILL); /* before reaping, while the group's id cannot be reused */
    kill(child->pid, SIGKILL);  /* in case that it was refused a group of its own */
    while (!error && waitpid(child->pid, wait_status, 0) < 0)
        error = errno == EINTR ? 0 : errno;
    if (child->pidfd >= 0)
        close(child->pidfd);
    child->pidfd = -1;
    if (--alive == 0)
        ib_orphans_end();
    return error;
}
