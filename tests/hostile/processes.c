/* Harm to other processes: the parent first of all. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *of_parent(const char *file)
{
    static char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)getppid(), file);
    return path;
}

/* ---- signals ---- */

HOSTILE(kill_parent, "kills its parent")
{
    return kill(getppid(), SIGKILL) == 0;
}

HOSTILE(stop_parent, "stops its parent")
{
    return kill(getppid(), SIGSTOP) == 0;
}

HOSTILE(interrupt_parent, "interrupts its parent")
{
    return kill(getppid(), SIGINT) == 0;
}

HOSTILE(queue_signal, "queues a signal to its parent")
{
    return sigqueue(getppid(), SIGTERM, (union sigval){0}) == 0;
}

HOSTILE(signal_thread, "sends a signal to its parent's thread")
{
    return syscall(SYS_tgkill, getppid(), getppid(), SIGTERM) == 0;
}

HOSTILE(signal_descriptor, "sends a signal to its parent by a descriptor")
{
    const int fd = (int)syscall(SYS_pidfd_open, getppid(), 0);
    return fd >= 0 && syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) == 0;
}

HOSTILE(signal_group, "sends a signal to its parent's group")
{
    return kill(-getpgid(getppid()), SIGTERM) == 0;
}

/* Signal 0 asks whether one could be sent. */
HOSTILE(signal_all, "looks for any process to send a signal to")
{
    DIR *dir = opendir("/proc");
    bool any = false;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const pid_t pid = atoi(entry->d_name);
        any |= pid > 0 && pid != getpid() && kill(pid, 0) == 0;
    }
    if (dir)
        closedir(dir);
    return any;
}

/* ---- memory ---- */

HOSTILE(trace_parent, "traces its parent")
{
    const bool traced = ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
    if (traced)
        ptrace(PTRACE_DETACH, getppid(), NULL, NULL);
    return traced;
}

HOSTILE(read_memory, "reads its parent's memory")
{
    char byte;
    const struct iovec here = {&byte, 1}, there = {(void *)environ, 1};
    return process_vm_readv(getppid(), &here, 1, &there, 1, 0) == 1 || errno == EFAULT;
}

HOSTILE(write_memory, "opens its parent's memory for writing")
{
    return hostile_opens(of_parent("mem"), O_RDWR);
}

HOSTILE(read_environment, "reads its parent's environment")
{
    return hostile_opens(of_parent("environ"), O_RDONLY);
}

HOSTILE(steal_descriptor, "takes a descriptor of its parent's")
{
    const int parent = (int)syscall(SYS_pidfd_open, getppid(), 0);
    bool any = false;
    for (int fd = 0; fd < 16 && parent >= 0; fd++)
        any |= syscall(SYS_pidfd_getfd, parent, fd, 0) >= 0;
    return any;
}

HOSTILE(open_descriptor, "opens its parent's descriptors and folders through /proc")
{
    bool any = hostile_opens(of_parent("cwd"), O_RDONLY) || hostile_opens(of_parent("root"), O_RDONLY);
    for (int fd = 0; fd < 16; fd++) {
        char name[16];
        snprintf(name, sizeof name, "fd/%d", fd);
        any |= hostile_opens(of_parent(name), O_RDONLY | O_NONBLOCK);
    }
    return any;
}

HOSTILE(move_pages, "moves its parent's memory")
{
    int status;
    void *page = (void *)4096;
    return syscall(SYS_move_pages, getppid(), 1, &page, NULL, &status, 0) == 0;
}

/* ---- priorities and limits ---- */

HOSTILE(renice_parent, "slows its parent down")
{
    return setpriority(PRIO_PROCESS, (id_t)getppid(), 1) == 0;
}

HOSTILE(renice_user, "slows all processes of its user down")
{
    return setpriority(PRIO_USER, 0, 1) == 0;
}

HOSTILE(hurry, "gives itself a higher priority")
{
    return setpriority(PRIO_PROCESS, 0, -10) == 0;
}

HOSTILE(hurry_always, "gives itself a real-time priority")
{
    const struct sched_param most = {.sched_priority = 1};
    return sched_setscheduler(0, SCHED_FIFO, &most) == 0;
}

HOSTILE(idle_parent, "makes its parent idle")
{
    const struct sched_param none = {0};
    return sched_setscheduler(getppid(), SCHED_IDLE, &none) == 0;
}

HOSTILE(pin_parent, "pins its parent to one processor")
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    return sched_setaffinity(getppid(), sizeof one, &one) == 0;
}

HOSTILE(limit_parent, "limits its parent's open files")
{
    struct rlimit files = {16, 16};
    return prlimit(getppid(), RLIMIT_NOFILE, &files, NULL) == 0;
}

HOSTILE(slow_disk, "gives its parent's disk accesses the lowest priority")
{
    return syscall(SYS_ioprio_set, 1, getppid(), 3 << 13) == 0;
}

/* ---- what stays ---- */

/* The name by which the test finds it. */
static void sleep_long(void)
{
    char *const argv[] = {"hostile-daemon", "600", NULL};
    static char *const no_environment[] = {NULL};
    execve("/bin/sleep", argv, no_environment);
    _exit(1);
}

HOSTILE(daemon, "leaves a daemon without an environment")
{
    const pid_t child = fork();
    if (child == 0) {
        setsid();
        if (fork() == 0)
            sleep_long();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    return false; /* the test looks for it */
}

HOSTILE(forks, "starts 300 processes, each in a session of its own")
{
    for (int i = 0; i < 300; i++)
        if (fork() == 0) {
            setsid();
            sleep_long();
        }
    return false;
}

HOSTILE(heirs, "leaves a process that starts another as soon as its parent dies")
{
    if (fork() == 0) {
        setsid();
        for (int generation = 0; generation < 50; generation++) {
            const pid_t before = getppid();
            while (getppid() == before)
                usleep(500);
            if (fork() != 0)
                _exit(0);
        }
        sleep_long();
    }
    return false;
}
