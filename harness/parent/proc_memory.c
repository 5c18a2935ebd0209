#include "parent/proc_memory.h"

#include "base/proc_scan.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 8 };

static uint64_t peak_of(pid_t pid)
{
    char text[4096];
    unsigned long long kib = 0;
    text[ib_proc_read(pid, "status", text, sizeof text - 1)] = '\0';
    const char *line = strstr(text, "\nVmHWM:");
    return line && sscanf(line, "\nVmHWM: %llu", &kib) == 1 ? kib * 1024 : 0;
}

static uint64_t peak_of_tree(pid_t pid, int depth);

/* The children that one thread of the process has started. */
static uint64_t peak_of_children(pid_t pid, const char *thread, int depth)
{
    char name[64], text[4096];
    uint64_t sum = 0;
    snprintf(name, sizeof name, "task/%.20s/children", thread);
    text[ib_proc_read(pid, name, text, sizeof text - 1)] = '\0';
    char *at = text;
    for (long child; (child = strtol(at, &at, 10)) > 0;)
        sum += peak_of_tree((pid_t)child, depth + 1);
    return sum;
}

static uint64_t peak_of_tree(pid_t pid, int depth)
{
    char path[64];
    uint64_t sum = peak_of(pid);
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = depth < MOST_DEPTH ? opendir(path) : NULL;
    for (struct dirent *entry; threads && (entry = readdir(threads));)
        if (entry->d_name[0] != '.')
            sum += peak_of_children(pid, entry->d_name, depth);
    if (threads)
        closedir(threads);
    return sum;
}

uint64_t ib_proc_peak_bytes(pid_t pid)
{
    return peak_of_tree(pid, 0);
}
