/* Preloaded into the program: kills it by SIGKILL just before its Nth change of a file, N from KILL_AT. With
 * KILL_COUNT, a path, it kills nothing but writes the number of changes there at the end. Children do not
 * inherit it. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static long kill_at, changes;
static const char *count_to;
static pid_t self;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("KILL_AT");
    kill_at = at ? atol(at) : 0;
    count_to = getenv("KILL_COUNT");
    self = getpid();
    unsetenv("LD_PRELOAD");
    unsetenv("KILL_AT");
}

__attribute__((destructor)) static void end(void)
{
    FILE *file = count_to && getpid() == self ? fopen(count_to, "w") : NULL;
    if (!file)
        return;
    fprintf(file, "%ld\n", changes);
    fclose(file);
}

static void change(void)
{
    if (getpid() == self && ++changes == kill_at)
        kill(self, SIGKILL);
}

/* Defines a function that counts as a change and then calls the real one. */
#define WATCH(type, name, parameters, arguments)                                                             \
    type name parameters                                                                                     \
    {                                                                                                        \
        static type(*real) parameters;                                                                       \
        if (!real)                                                                                           \
            *(void **)(&real) = dlsym(RTLD_NEXT, #name);                                                     \
        change();                                                                                            \
        return real arguments;                                                                               \
    }

WATCH(ssize_t, pwrite, (int fd, const void *data, size_t n, off_t at), (fd, data, n, at))
WATCH(ssize_t, pwrite64, (int fd, const void *data, size_t n, off64_t at), (fd, data, n, at))
WATCH(int, fsync, (int fd), (fd))
WATCH(int, fdatasync, (int fd), (fd))
WATCH(int, ftruncate, (int fd, off_t n), (fd, n))
WATCH(int, ftruncate64, (int fd, off64_t n), (fd, n))
WATCH(int, unlink, (const char *path), (path))
WATCH(int, remove, (const char *path), (path))
WATCH(int, rename, (const char *from, const char *to), (from, to))
WATCH(int, mkdir, (const char *path, mode_t mode), (path, mode))
