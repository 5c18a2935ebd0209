#include "store/run_folder.h"

#include "base/error.h"
#include "base/file.h"
#include "store/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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

enum ib_status ib_run_folder_make_parents(const char *path)
{
    char copy[PATH_MAX];
    if (snprintf(copy, sizeof copy, "%s", path) >= PATH_MAX)
        return ib_fail(IB_EINVAL, path, "this path is too long");
    return ib_file_make_parents(copy);
}

static enum ib_status fail_taken(const char *dir)
{
    return ib_fail(IB_EINVAL, dir, "this folder already holds a run: choose another one, or remove it");
}

/* Cuts the path down to what exists of it. */
static void cut_to_existing(char path[PATH_MAX])
{
    for (char *slash; path[0] && access(path, F_OK) != 0;) {
        slash = strrchr(path, '/');
        if (!slash)
            strcpy(path, ".");
        else
            slash[slash == path ? 1 : 0] = '\0';
    }
}

enum ib_status ib_run_folder_check(const char *dir)
{
    char path[PATH_MAX], probe[PATH_MAX];
    IB_TRY(ib_run_folder_path(dir, path));
    if (access(path, F_OK) == 0)
        return fail_taken(dir);
    cut_to_existing(path);
    /* What a folder allows, only making something in it tells: it may be read-only, or /proc. */
    if (snprintf(probe, sizeof probe, "%s/.ironbench-XXXXXX", path) >= PATH_MAX)
        return ib_fail(IB_EINVAL, dir, "this path is too long");
    if (!mkdtemp(probe))
        return ib_fail_errno(dir, "cannot write to this folder");
    rmdir(probe);
    return IB_OK;
}

enum ib_status ib_run_folder_claim(const char *dir, char *path)
{
    IB_TRY(ib_run_folder_path(dir, path));
    IB_TRY(ib_file_make_parents(path));
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return fail_taken(dir);
    if (fd < 0)
        return ib_fail_errno(dir, "cannot write to this folder");
    close(fd);
    return IB_OK;
}

/* Databases are opened for writing where the file allows it, since only then can SQLite roll back what a
 * killed process left half done. */
static enum ib_status ask_integer(sqlite3 *db, const char *sql, int *out)
{
    sqlite3_stmt *query = NULL;
    bool row = false;
    enum ib_status status = ib_db_prepare(db, sql, &query);
    if (status == IB_OK)
        status = ib_db_next(query, &row);
    *out = row ? sqlite3_column_int(query, 0) : 0;
    sqlite3_finalize(query);
    return status;
}

static enum ib_status count_tables(const char *path, int *count)
{
    sqlite3 *db;
    IB_TRY(ib_db_open(path, SQLITE_OPEN_READWRITE, &db));
    enum ib_status status = ask_integer(db, "SELECT count(*) FROM sqlite_master", count);
    sqlite3_close(db);
    return status;
}

enum ib_status ib_run_folder_disclaim(const char *dir, bool *blank)
{
    static const char *const suffixes[] = {"-wal", "-shm", ""}; /* the file itself last: it claims DIR */
    char path[PATH_MAX], file[PATH_MAX + 8];
    struct stat info;
    int tables;
    *blank = false;
    IB_TRY(ib_run_folder_path(dir, path));
    /* SQLite makes its first page before any table; a larger file holds data, whatever it is. */
    if (stat(path, &info) != 0 || info.st_size > LARGEST_BLANK)
        return IB_OK;
    IB_TRY(count_tables(path, &tables)); /* what cannot be read is not empty */
    if (tables > 0)
        return IB_OK;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(file, sizeof file, "%s%s", path, suffixes[i]);
        if (unlink(file) != 0 && errno != ENOENT)
            return ib_fail_errno(file, "cannot remove this file");
    }
    *blank = true;
    return IB_OK;
}

enum ib_status ib_run_folder_lock(const char *dir, int *lock, bool *locked)
{
    *lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return ib_fail_errno(dir, "cannot open this folder");
    *locked = flock(*lock, LOCK_EX | LOCK_NB) == 0;
    if (*locked || errno != EWOULDBLOCK)
        return IB_OK;
    close(*lock);
    *lock = -1;
    return ib_fail(IB_EINVAL, dir, "another ironbench is running in this folder");
}

static enum ib_status check_version(const char *path, int version)
{
    if (version == IB_DATABASE_VERSION || version == IB_DATABASE_MACHINES)
        return IB_OK;
    if (version <= 0)
        return ib_fail(IB_EINVAL, path, "not a run of ironbench");
    const bool newer = version > IB_DATABASE_MACHINES;
    return ib_fail(IB_EINVAL, path, "written by %s ironbench: its tables are version %d, this one reads %d%s",
                   newer ? "a newer" : "an older", version, IB_DATABASE_VERSION,
                   newer ? "" : "; read it with the ironbench that wrote it, or run its configuration again");
}

static enum ib_status open_current(const char *path, sqlite3 **out)
{
    int version = 0;
    IB_TRY(ib_db_open(path, SQLITE_OPEN_READWRITE, out)); /* SQLite falls back to reading where it must */
    enum ib_status status = ask_integer(*out, "PRAGMA user_version", &version);
    if (status == IB_OK || sqlite3_errcode(*out) == SQLITE_NOTADB)
        status = check_version(path, version);
    if (status != IB_OK) {
        sqlite3_close(*out);
        *out = NULL;
    }
    return status;
}

enum ib_status ib_run_folder_open(const char *dir, sqlite3 **out)
{
    char path[PATH_MAX];
    IB_TRY(ib_run_folder_path(dir, path));
    if (access(path, F_OK) != 0)
        return ib_fail(IB_EINVAL, dir, "this folder holds no run (there is no %s in it)", RUN_FILE);
    return open_current(path, out);
}

static enum ib_status write_file(const char *path, ib_printer *print, const void *what)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return ib_fail_errno(path, "cannot write this file");
    const enum ib_status status = print(file, what);
    const bool written = !ferror(file);
    if ((fclose(file) == 0 && written) || status != IB_OK)
        return status;
    return ib_fail_errno(path, "cannot write this file");
}

static enum ib_status print_text(FILE *out, const void *text)
{
    fputs(text, out);
    return IB_OK;
}

enum ib_status ib_run_folder_write(const char *dir, const char *name, const char *text)
{
    return ib_run_folder_print(dir, name, print_text, text);
}

enum ib_status ib_run_folder_print(const char *dir, const char *name, ib_printer *print, const void *what)
{
    char path[PATH_MAX], partial[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= PATH_MAX ||
        snprintf(partial, sizeof partial, "%s/%s.part", dir, name) >= PATH_MAX)
        return ib_fail(IB_EINVAL, dir, "this path is too long");
    IB_TRY(ib_file_make_parents(path));
    enum ib_status status = write_file(partial, print, what);
    if (status == IB_OK && rename(partial, path) != 0)
        status = ib_fail_errno(path, "cannot write this file");
    if (status != IB_OK)
        unlink(partial);
    return status;
}
