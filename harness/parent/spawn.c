#include "parent/spawn.h"

#include "protocol/messages.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FREE_FD = 10 }; /* above every descriptor that the child gets */

struct pipes {
    int to[2], from[2], out[2], err[2]; /* [0] is read, [1] is written */
    volatile int error;                 /* why the child could not become the program; 0: it did */
};

static void close_all(struct pipes *p)
{
    int *all[] = {p->to, p->from, p->out, p->err};
    for (size_t i = 0; i < 4; i++)
        for (int end = 0; end < 2; end++)
            if (all[i][end] >= 0)
                close(all[i][end]);
}

/* A pipe whose ends lie above the child's descriptors, so that dup2 in the child never overwrites one. */
static bool open_pipe(int out[2])
{
    int low[2];
    out[0] = out[1] = -1;
    if (pipe2(low, O_CLOEXEC) != 0)
        return false;
    out[0] = fcntl(low[0], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    out[1] = fcntl(low[1], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    close(low[0]);
    close(low[1]);
    return out[0] >= 0 && out[1] >= 0;
}

/* The child's side between vfork and exec, in the parent's memory while that waits: only async-signal-safe
 * calls. */
static _Noreturn void become(const char *const *argv, const cpu_set_t *cpus, struct pipes *p, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL); /* the parent ignores it, and that would be inherited */
    int null = open("/dev/null", O_RDONLY);
    bool ready = getppid() == parent && (!cpus || sched_setaffinity(0, sizeof *cpus, cpus) == 0) &&
                 null >= 0 && dup2(null, STDIN_FILENO) >= 0 && dup2(p->out[1], STDOUT_FILENO) >= 0 &&
                 dup2(p->err[1], STDERR_FILENO) >= 0 && dup2(p->to[0], IB_PROTOCOL_IN) >= 0 &&
                 dup2(p->from[1], IB_PROTOCOL_OUT) >= 0;
    if (ready)
        execvp(argv[0], (char *const *)(uintptr_t)argv);
    p->error = errno; /* seen by the parent, whose memory this is */
    _exit(127);
}

bool ib_spawn(const char *const *argv, const cpu_set_t *cpus, struct ib_spawned *out)
{
    struct pipes p = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}, 0};
    pid_t parent = getpid();
    if (!open_pipe(p.to) || !open_pipe(p.from) || !open_pipe(p.out) || !open_pipe(p.err) ||
        (out->pid = vfork()) < 0) {
        close_all(&p);
        return false;
    }
    if (out->pid == 0)
        become(argv, cpus, &p, parent);
    if (p.error) {
        while (waitpid(out->pid, NULL, 0) < 0 && errno == EINTR)
            ;
        close_all(&p);
        errno = p.error;
        return false;
    }
    setpgid(out->pid, out->pid); /* here too: whoever comes first */
    out->to = p.to[1];
    out->from = p.from[0];
    out->out = p.out[0];
    out->err = p.err[0];
    p.to[1] = p.from[0] = p.out[0] = p.err[0] = -1;
    close_all(&p);
    out->pidfd = pidfd_open(out->pid, 0);
    fcntl(out->to, F_SETFL, O_NONBLOCK); /* a child that never reads must not hang its parent */
    fcntl(out->from, F_SETFL, O_NONBLOCK);
    fcntl(out->out, F_SETFL, O_NONBLOCK);
    fcntl(out->err, F_SETFL, O_NONBLOCK);
    return true;
}
