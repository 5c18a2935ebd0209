#include "base/keeper.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/proc_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define VARIABLE "IRONBENCH_STARTED_BY"

enum {
    ENVIRONMENT_BYTES = 1 << 17,
    ROUNDS_MAX = 100, /* a process may start others before it is killed */
    PAUSE_US = 1000,
    FDS_MAX = 1024
};

static int pipe_to_keeper = -1;
static char to_remove[PATH_MAX];

/* Whether the mark, "NAME=VALUE", is in the environment that a process was started with. */
static bool is_marked(pid_t pid, const void *mark)
{
    static char environment[ENVIRONMENT_BYTES];
    const size_t bytes = ib_proc_read(pid, "environ", environment, sizeof environment);
    return memmem(environment, bytes, mark, strlen(mark) + 1) != NULL;
}

/* Holds nothing of the parent's: neither its terminal, nor a pipe to its reader, nor its lock of a folder.
 * Only the pipe from the parent stays, as descriptor 0. */
static void let_go(int from_parent)
{
    setsid();
    dup2(from_parent, 0);
    if (close_range(1, ~0u, 0) != 0)
        for (int fd = 1; fd < FDS_MAX; fd++)
            close(fd);
}

/* Reads names of folders, until an empty line dismisses it or the parent ends. Returns whether that has
 * ended. */
static bool await_end(char folder[PATH_MAX])
{
    char line[PATH_MAX];
    FILE *in = fdopen(0, "r");
    while (in && fgets(line, sizeof line, in)) {
        if (line[0] == '\n')
            return false;
        line[strcspn(line, "\n")] = '\0';
        snprintf(folder, PATH_MAX, "%s", line);
    }
    return in != NULL;
}

static void keep(int from_parent, const char *mark)
{
    static char folder[PATH_MAX];
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    let_go(from_parent);
    if (!await_end(folder))
        return;
    for (int round = 0; round < ROUNDS_MAX && ib_proc_kill(is_marked, mark); round++)
        usleep(PAUSE_US);
    if (folder[0])
        ib_folder_remove(folder);
}

/* The keeper is a grandchild, so that it is not among this process's children. */
static void fork_keeper(int from_parent, const char *mark)
{
    const pid_t child = fork();
    if (child == 0) {
        if (fork() == 0)
            keep(from_parent, mark);
        _exit(0);
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void tell_folder(void)
{
    if (pipe_to_keeper >= 0 && to_remove[0])
        dprintf(pipe_to_keeper, "%s\n", to_remove);
}

void ib_keeper_start(void)
{
    char mark[128];
    int ends[2];
    if (pipe_to_keeper >= 0 || pipe2(ends, O_CLOEXEC) != 0)
        return;
    snprintf(mark, sizeof mark, VARIABLE "=%d-%llu", (int)getpid(), (unsigned long long)ib_now_ns());
    setenv(VARIABLE, mark + strlen(VARIABLE) + 1, 1);
    pipe_to_keeper = ends[1];
    fork_keeper(ends[0], mark);
    close(ends[0]);
    tell_folder();
}

void ib_keeper_remove_later(const char *folder)
{
    snprintf(to_remove, sizeof to_remove, "%s", folder);
    tell_folder();
}

void ib_keeper_dismiss(void)
{
    if (pipe_to_keeper >= 0 && write(pipe_to_keeper, "\n", 1) == 1)
        close(pipe_to_keeper);
    pipe_to_keeper = -1;
}
