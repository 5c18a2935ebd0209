#include "kept_mutant.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct kept {
    size_t n;
    char bytes[2 * LARGEST];
} * kept;

void kept_open(void)
{
    int fd = open("fuzz.mutant", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *kept) != 0 ||
        (kept = mmap(NULL, sizeof *kept, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) == MAP_FAILED)
        exit(2);
    close(fd);
}

void kept_set(const char *kind, struct bytes mutant)
{
    const int used = snprintf(kept->bytes, sizeof kept->bytes, "%s\n", kind);
    const size_t n = mutant.n < LARGEST ? mutant.n : LARGEST;
    memcpy(kept->bytes + used, mutant.at, n);
    kept->n = (size_t)used + n;
}

void kept_close(void)
{
    munmap(kept, sizeof *kept);
    unlink("fuzz.mutant");
}
