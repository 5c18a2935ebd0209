#include "base/subprocess.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's side between vfork and exec, in this process's memory while it waits: only async-signal-safe
 * calls. Returns why it could not become the program. */
static int become(const struct ib_subprocess *p, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL); /* ignored here, and that would be inherited */
    if (getppid() != parent || (p->folder && chdir(p->folder) != 0))
        return errno;
    int in = open("/dev/null", O_RDONLY), out = open("/dev/null", O_WRONLY);
    int messages = open(p->messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (in < 0 || out < 0 || messages < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(messages, STDERR_FILENO) < 0)
        return errno;
    execvp(p->argv[0], (char *const *)(uintptr_t)p->argv);
    return errno;
}

/* 0, or why it does not start. */
static int start(const struct ib_subprocess *p, pid_t *pid)
{
    volatile int error = 0; /* written by the child */
    const pid_t parent = getpid();
    *pid = vfork();
    if (*pid < 0)
        return errno;
    if (*pid == 0) {
        error = become(p, parent);
        _exit(127);
    }
    if (error)
        while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
            ;
    return error;
}

/* Until it has ended; false: the time was over, or an interrupt came. */
static bool await(pid_t pid, uint64_t timeout_ns)
{
    const uint64_t deadline_ns = ib_now_ns() + timeout_ns;
    int pidfd = pidfd_open(pid, 0);
    bool ended = false;
    for (uint64_t now = ib_now_ns(); !ended && !ib_interrupted() && (!timeout_ns || now < deadline_ns);
         now = ib_now_ns()) {
        struct pollfd fds[] = {{pidfd, POLLIN, 0}, {ib_interrupt_fd(), POLLIN, 0}};
        const uint64_t left_ms = (deadline_ns - now) / 1000000 + 1;
        poll(fds, 2, timeout_ns && left_ms < 1000000 ? (int)left_ms : 1000000);
        ended = fds[0].revents != 0;
    }
    close(pidfd);
    return ended;
}

/* Programs repeat what they stumbled over, and then say what is wrong: on their last line. */
static const char *last_line(struct ib_arena *arena, const char *path)
{
    enum { MAX_MESSAGE_BYTES = 1 << 20 };
    char *text;
    size_t bytes;
    if (ib_file_read(arena, path, MAX_MESSAGE_BYTES, &text, &bytes) != IB_OK)
        return "no message";
    while (bytes && (unsigned char)text[bytes - 1] <= ' ')
        text[--bytes] = '\0';
    const char *newline = strrchr(text, '\n');
    return newline ? newline + 1 : text;
}

const char *ib_subprocess_run(struct ib_arena *arena, const struct ib_subprocess *p)
{
    pid_t pid;
    int wait_status = 0;
    const char *name = p->argv[0];
    const int error = start(p, &pid);
    if (error == ENOENT)
        return ib_arena_print(arena, "%s is not installed", name);
    if (error)
        return ib_arena_print(arena, "%s does not start: %s", name, strerror(error));
    const bool ended = await(pid, p->timeout_ns);
    kill(-pid, SIGKILL); /* before it is reaped: its group cannot be another's yet */
    while (waitpid(pid, &wait_status, 0) < 0)
        if (errno != EINTR)
            return ib_arena_print(arena, "%s was lost: %s", name, strerror(errno));
    if (!ended)
        return ib_interrupted()
                   ? "interrupted"
                   : ib_arena_print(arena, "%s did not end within %.3g s", name, (double)p->timeout_ns / 1e9);
    if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0)
        return NULL;
    return ib_arena_print(arena, "%s failed: %s", name, last_line(arena, p->messages));
}
