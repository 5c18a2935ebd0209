#include "worker/powercap.h"

#include "base/arena.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No package takes more for long: the largest ones are specified for about 500 W. */
#define MOST_WATTS 1000.0

const char *ib_powercap_folder(void)
{
    const char *given = getenv("IRONBENCH_POWERCAP");
    return given ? given : "/sys/class/powercap";
}

/* ---- files ---- */

/* Reads a file from its beginning, without the end of its line. Returns false with errno. */
static bool read_text(int fd, char *text, size_t size)
{
    const ssize_t n = pread(fd, text, size - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return n >= 0;
}

static bool read_number(int fd, uint64_t *out)
{
    char text[32], *end;
    if (!read_text(fd, text, sizeof text))
        return false;
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0')
        errno = EINVAL;
    return errno == 0;
}

static bool read_text_at(const char *path, char *text, size_t size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool ok = fd >= 0 && read_text(fd, text, size);
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool read_number_at(const char *path, uint64_t *out)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool ok = fd >= 0 && read_number(fd, out);
    if (fd >= 0)
        close(fd);
    return ok;
}

/* ---- opening ---- */

/* Whether this entry of the folder is a package. "intel-rapl:0" may also be the whole platform ("psys"),
 * which contains the packages; "intel-rapl:0:0" is a part of one; "intel-rapl-mmio:0" repeats one. */
static bool is_package(struct ib_arena *arena, const char *folder, const char *entry)
{
    static const char prefix[] = "intel-rapl:";
    char name[64];
    const char *number = entry + strlen(prefix);
    return strncmp(entry, prefix, strlen(prefix)) == 0 && *number && !number[strspn(number, "0123456789")] &&
           read_text_at(ib_arena_print(arena, "%s/%s/name", folder, entry), name, sizeof name) &&
           strncmp(name, "package-", strlen("package-")) == 0;
}

static enum ib_status open_package(struct ib_arena *arena, const char *folder, const char *entry,
                                   struct ib_powercap_package *out, char *why, size_t n)
{
    const char *path = ib_arena_print(arena, "%s/%s/max_energy_range_uj", folder, entry);
    *out = (struct ib_powercap_package){.fd = -1};
    if (read_number_at(path, &out->range_uj)) {
        path = ib_arena_print(arena, "%s/%s/energy_uj", folder, entry);
        out->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (out->fd >= 0 && read_number(out->fd, &out->at_uj))
            return IB_OK;
    }
    snprintf(why, n, "%s: %s", path, strerror(errno));
    if (out->fd >= 0)
        close(out->fd);
    return IB_EUNAVAILABLE;
}

static enum ib_status open_all(struct ib_arena *arena, const char *folder, DIR *dir, struct ib_powercap *out,
                               char *why, size_t n)
{
    for (struct dirent *entry; (entry = readdir(dir)) && out->n < IB_POWERCAP_PACKAGES;)
        if (is_package(arena, folder, entry->d_name)) {
            IB_TRY(open_package(arena, folder, entry->d_name, &out->package[out->n], why, n));
            out->n++;
        }
    if (out->n)
        return IB_OK;
    snprintf(why, n, "%s has no energy counter of a processor package", folder);
    return IB_EUNAVAILABLE;
}

enum ib_status ib_powercap_open(const char *folder, struct ib_powercap *out, char *why, size_t n)
{
    struct ib_arena arena = {0};
    DIR *dir = opendir(folder);
    out->n = 0;
    if (!dir) {
        snprintf(why, n, "no counters of energy: %s: %s", folder, strerror(errno));
        return IB_EUNAVAILABLE;
    }
    const enum ib_status status = open_all(&arena, folder, dir, out, why, n);
    if (status != IB_OK)
        ib_powercap_close(out);
    closedir(dir);
    ib_arena_free(&arena);
    return status;
}

void ib_powercap_close(struct ib_powercap *p)
{
    while (p->n)
        close(p->package[--p->n].fd);
}

/* ---- reading ---- */

enum ib_status ib_powercap_read(struct ib_powercap *p, uint64_t *since_uj)
{
    *since_uj = 0;
    for (struct ib_powercap_package *k = p->package; k < p->package + p->n; k++) {
        uint64_t now_uj;
        if (!read_number(k->fd, &now_uj))
            return IB_EUNAVAILABLE;
        *since_uj += now_uj - k->at_uj + (now_uj < k->at_uj ? k->range_uj : 0);
        k->at_uj = now_uj;
    }
    return IB_OK;
}

double ib_powercap_longest_ns(const struct ib_powercap *p)
{
    double least_uj = p->n ? (double)p->package[0].range_uj : 0;
    for (size_t i = 1; i < p->n; i++)
        if ((double)p->package[i].range_uj < least_uj)
            least_uj = (double)p->package[i].range_uj;
    return least_uj / MOST_WATTS * 1e3;
}
