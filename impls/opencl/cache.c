#include "opencl/cache.h"

#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_BYTES = 256 << 20 }; /* larger than any compiled program */

/* Precedes a binary. The digest detects damaged files, on which drivers crash. */
struct header {
    char magic[32];
    char key[IB_CL_KEY_HEX], digest[IB_CL_KEY_HEX];
};
static const char magic[32] = "ironbench OpenCL program 1\n";

static void digest_of(const void *data, size_t bytes, char hex[IB_CL_KEY_HEX])
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, data, bytes);
    SHA256End(&context, hex);
}

void ib_cl_cache_key(const char *const *strings, size_t n, char key[IB_CL_KEY_HEX])
{
    SHA2_CTX context;
    SHA256Init(&context);
    for (size_t i = 0; i < n; i++)
        SHA256Update(&context, (const uint8_t *)strings[i], strlen(strings[i]) + 1);
    SHA256End(&context, key);
}

/* ---- where ---- */

/* The specification says to ignore a relative XDG_CACHE_HOME. */
static bool cache_folder(char *out, size_t n)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (cache != NULL && cache[0] == '/')
        length = snprintf(out, n, "%s/ironbench/opencl", cache);
    else if (home != NULL && home[0] == '/')
        length = snprintf(out, n, "%s/.cache/ironbench/opencl", home);
    return length > 0 && (size_t)length < n;
}

/* Creates a folder and its parents; failures for existing ones are ignored. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    mkdir(path, 0700);
}

/* Builds the path of a key's file; its folder may not exist. */
static bool cache_file(const char *key, char *out, size_t n)
{
    char folder[PATH_MAX];
    if (!cache_folder(folder, sizeof folder))
        return false;
    const int length = snprintf(out, n, "%s/%s.bin", folder, key);
    return length > 0 && (size_t)length < n;
}

/* ---- reading ---- */

static bool read_whole(int fd, void *out, size_t bytes)
{
    unsigned char *at = out;
    while (bytes > 0) {
        const ssize_t got = read(fd, at, bytes);
        if (got <= 0)
            return false;
        at += got;
        bytes -= (size_t)got;
    }
    return true;
}

/* Returns the size of the binary after the header, or 0 if this is not a cache file. */
static size_t binary_bytes(int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= (off_t)sizeof(struct header) ||
        info.st_size > MAX_BYTES)
        return 0;
    return (size_t)info.st_size - sizeof(struct header);
}

static void *read_binary(int fd, const char *key, size_t bytes)
{
    struct header header;
    char digest[IB_CL_KEY_HEX];
    void *binary = malloc(bytes);
    if (binary != NULL && read_whole(fd, &header, sizeof header) && read_whole(fd, binary, bytes)) {
        digest_of(binary, bytes, digest);
        if (memcmp(header.magic, magic, sizeof magic) == 0 &&
            memcmp(header.key, key, sizeof header.key) == 0 &&
            memcmp(header.digest, digest, sizeof digest) == 0)
            return binary;
    }
    free(binary);
    return NULL;
}

void *ib_cl_cache_load(const char *key, size_t *bytes)
{
    char path[PATH_MAX];
    if (!cache_file(key, path, sizeof path))
        return NULL;
    /* O_NONBLOCK: do not block on a pipe of that name */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return NULL;
    *bytes = binary_bytes(fd);
    void *binary = *bytes > 0 ? read_binary(fd, key, *bytes) : NULL;
    close(fd);
    return binary;
}

/* ---- writing ---- */

static bool write_whole(int fd, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    while (bytes > 0) {
        const ssize_t put = write(fd, at, bytes);
        if (put <= 0)
            return false;
        at += put;
        bytes -= (size_t)put;
    }
    return true;
}

static bool write_file(int fd, const char *key, const void *binary, size_t bytes)
{
    struct header header;
    memcpy(header.magic, magic, sizeof magic);
    memcpy(header.key, key, sizeof header.key);
    digest_of(binary, bytes, header.digest);
    return write_whole(fd, &header, sizeof header) && write_whole(fd, binary, bytes);
}

void ib_cl_cache_store(const char *key, const void *binary, size_t bytes)
{
    char folder[PATH_MAX], path[PATH_MAX], temporary[PATH_MAX + 8];
    if (bytes == 0 || bytes > MAX_BYTES - sizeof(struct header) || !cache_folder(folder, sizeof folder) ||
        !cache_file(key, path, sizeof path))
        return;
    make_folders(folder);
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    const int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return;
    const bool written = write_file(fd, key, binary, bytes);
    if (close(fd) != 0 || !written || rename(temporary, path) != 0)
        unlink(temporary);
}
