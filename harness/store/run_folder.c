#include "store/run_folder.h"

#include "base/error.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define RUN_FILE "run.sqlite"

enum { LARGEST_BLANK = 4096 };

enum ib_status ib_run_folder_path(const char *dir, char *path)
{
    if (snprintf(path, PATH_MAX, "%s/%s", dir, RUN_FILE) >= PATH_MAX)
        return ib_fail(IB_EINVAL, dir, "this path is too long");
    return IB_OK;
}

/* Makes every folder that leads to the file `path`, which is unchanged in the end. */
static enum ib_status make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0777) != 0 && errno != EEXIST)
            return ib_fail_errno(path, "cannot create this folder");
        *slash = '/';
    }
    return IB_OK;
}

enum ib_status ib_run_folder_claim(const char *dir, char *path)
{
    IB_TRY(ib_run_folder_path(dir, path));
    IB_TRY(make_parents(path));
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return ib_fail(IB_EINVAL, dir, "this folder already holds a run: choose another one, or remove it");
    if (fd < 0)
        return ib_fail_errno(dir, "cannot write to this folder");
    close(fd);
    return IB_OK;
}

/* 0 also for a file that is not a database yet. */
static int count_tables(const char *path)
{
    sqlite3 *db;
    if (ib_db_open(path, SQLITE_OPEN_READONLY, &db) != IB_OK)
        return 0;
    int count = ib_db_number(db, "SELECT count(*) FROM sqlite_master");
    sqlite3_close(db);
    return count;
}

enum ib_status ib_run_folder_disclaim(const char *dir, bool *blank)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""}; /* the file itself last: it claims DIR */
    char path[PATH_MAX], file[PATH_MAX + 8];
    struct stat info;
    *blank = false;
    IB_TRY(ib_run_folder_path(dir, path));
    /* SQLite makes its first page before any table; a larger file holds data. */
    if (stat(path, &info) != 0 || info.st_size > LARGEST_BLANK || count_tables(path) > 0)
        return IB_OK;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
        if (unlink(file) != 0 && errno != ENOENT)
            return ib_fail_errno(file, "cannot remove this file");
    }
    *blank = true;
    return IB_OK;
}

enum ib_status ib_run_folder_lock(const char *dir, int *lock)
{
    *lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return ib_fail_errno(dir, "cannot open this folder");
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return IB_OK;
    enum ib_status status = errno == EWOULDBLOCK
                                ? ib_fail(IB_EINVAL, dir, "another ironbench is running in this folder")
                                : ib_fail_errno(dir, "cannot lock this folder");
    close(*lock);
    *lock = -1;
    return status;
}

static enum ib_status check_version(const char *path, int version)
{
    if (version == IB_DATABASE_VERSION)
        return IB_OK;
    if (version == 0)
        return ib_fail(IB_EINVAL, path, "not a run of ironbench");
    const bool newer = version > IB_DATABASE_VERSION;
    return ib_fail(IB_EINVAL, path, "written by %s ironbench: its tables are version %d, this one reads %d%s",
                   newer ? "a newer" : "an older", version, IB_DATABASE_VERSION,
                   newer ? "" : "; read it with the ironbench that wrote it, or run its configuration again");
}

enum ib_status ib_run_folder_open(const char *dir, sqlite3 **out)
{
    char path[PATH_MAX];
    IB_TRY(ib_run_folder_path(dir, path));
    if (access(path, F_OK) != 0)
        return ib_fail(IB_EINVAL, dir, "this folder holds no run (there is no %s in it)", RUN_FILE);
    IB_TRY(ib_db_open(path, SQLITE_OPEN_READONLY, out));
    enum ib_status status = check_version(path, ib_db_number(*out, "PRAGMA user_version"));
    if (status != IB_OK) {
        sqlite3_close(*out);
        *out = NULL;
    }
    return status;
}

static enum ib_status write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return ib_fail_errno(path, "cannot write this file");
    bool written = fputs(text, file) >= 0;
    return fclose(file) == 0 && written ? IB_OK : ib_fail_errno(path, "cannot write this file");
}

enum ib_status ib_run_folder_write(const char *dir, const char *name, const char *text)
{
    char path[PATH_MAX], partial[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= PATH_MAX ||
        snprintf(partial, sizeof partial, "%s/%s.part", dir, name) >= PATH_MAX)
        return ib_fail(IB_EINVAL, dir, "this path is too long");
    IB_TRY(make_parents(path));
    enum ib_status status = write_file(partial, text);
    if (status == IB_OK && rename(partial, path) != 0)
        status = ib_fail_errno(path, "cannot write this file");
    if (status != IB_OK)
        unlink(partial);
    return status;
}
