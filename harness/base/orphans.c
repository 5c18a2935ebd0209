#include "base/orphans.h"

#include "base/proc_scan.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS_MAX = 100, PAUSE_US = 1000 }; /* a dying process may leave others behind */

static bool adopting;

static bool has_children(void)
{
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

void ib_orphans_adopt(void)
{
    adopting = !has_children() && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
}

bool ib_orphans_adopted(void)
{
    return adopting;
}

/* The name, which may contain anything, is in parentheses; then follow the state and the parent. */
static bool is_ours(pid_t pid, const void *self)
{
    char text[512];
    int parent = 0;
    text[ib_proc_read(pid, "stat", text, sizeof text - 1)] = '\0';
    const char *end = strrchr(text, ')');
    return end && sscanf(end, ") %*c %d", &parent) == 1 && parent == *(const pid_t *)self;
}

void ib_orphans_end(void)
{
    const pid_t self = getpid();
    for (int round = 0; adopting && round < ROUNDS_MAX && has_children(); round++) {
        if (round)
            usleep(PAUSE_US);
        ib_proc_kill(is_ours, &self);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
