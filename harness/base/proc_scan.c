#include "base/proc_scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

size_t ib_proc_read(pid_t pid, const char *name, char *out, size_t n)
{
    char path[64];
    size_t used = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    for (ssize_t got; used < n && (got = read(fd, out + used, n - used)) > 0;)
        used += (size_t)got;
    close(fd);
    return used;
}

size_t ib_proc_kill(bool (*matches)(pid_t, const void *context), const void *context)
{
    size_t n = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid <= 0 || pid == getpid() || !matches(pid, context))
            continue;
        kill(pid, SIGKILL);
        n++;
    }
    if (processes)
        closedir(processes);
    return n;
}
