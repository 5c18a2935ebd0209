#include "parent/worker_files.h"

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"

#include <dirent.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool sandboxed;

enum ib_status ib_sandbox_workers(const char *where)
{
    const char *missing = sandboxed ? NULL : ib_sandbox_missing();
    sandboxed |= !missing;
    return missing ? ib_fail(IB_EUNAVAILABLE, where, "there is no sandbox here: %s", missing) : IB_OK;
}

bool ib_workers_sandboxed(void)
{
    return sandboxed;
}

const char *ib_workers_sandbox_name(void)
{
    static char name[64];
    snprintf(name, sizeof name, "Landlock %d and seccomp", ib_sandbox_landlock());
    return sandboxed ? name : NULL;
}

/* ---- what every worker may use ---- */

/* Libraries, their settings, and what the kernel tells about the machine; /proc keeps what is private to
 * other processes from a sandbox. */
static const char *const system_folders[] = {
    "/usr", "/bin", "/sbin",      "/lib",       "/lib32", "/lib64", "/libx32",
    "/etc", "/opt", "/nix/store", "/gnu/store", "/proc",  "/sys",   "/run/opengl-driver"};

/* Globs: NVIDIA, AMD and Intel, WSL, and what every program needs. */
static const char *const devices[] = {"/dev/null",    "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
                                      "/dev/nvidia*", "/dev/dri",  "/dev/kfd",  "/dev/dxg",    "/dev/accel*"};

/* Variables that name files or folders of code, separated by colons. */
static const char *const code_variables[] = {
    "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTHONPATH",      "PYTHONUSERBASE", "VIRTUAL_ENV", "CONDA_PREFIX",
    "CUDA_PATH",       "CUDA_HOME",  "OCL_ICD_VENDORS", "OPENCL_LAYERS",  "ROCM_PATH",   "OCL_ICD_FILENAMES"};

/* Variables that name a folder to write to. */
static const struct folder_variable {
    const char *name;
    bool cache;
} folder_variables[] = {
    {"TMPDIR", false}, {"XDG_CACHE_HOME", true}, {"POCL_CACHE_DIR", true}, {"CUDA_CACHE_PATH", true}};

static void allow_devices(const struct ib_sandbox *sandbox)
{
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        glob_t found;
        if (glob(devices[i], GLOB_NOSORT, NULL, &found) == 0)
            for (size_t k = 0; k < found.gl_pathc; k++)
                ib_sandbox_allow(sandbox, found.gl_pathv[k], IB_SANDBOX_DEVICE);
        globfree(&found);
    }
}

/* ---- folders of code ---- */

struct view {
    const struct ib_sandbox *sandbox;
    const char *hidden; /* resolved; NULL: none */
    struct ib_arena arena;
};

static bool holds(const char *folder, const char *path)
{
    const size_t n = strlen(folder);
    return path && strncmp(folder, path, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* A folder that holds the hidden one: all that it contains now, but for where that is. */
static void allow_beside(const struct view *view, const char *folder)
{
    char path[PATH_MAX], real[PATH_MAX];
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        const int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && n < (int)sizeof path && realpath(path, real) &&
            !holds(real, view->hidden) &&
            !(view->hidden && holds(view->hidden, real))) /* nor a link into it */
            ib_sandbox_allow(view->sandbox, path, IB_SANDBOX_READ);
    }
    if (dir)
        closedir(dir);
}

/* Folders that hold much else are not code: the root, a home, and those where anybody may write. */
static bool is_common(const char *folder)
{
    struct stat info;
    char home[PATH_MAX];
    const char *given = getenv("HOME");
    return strcmp(folder, "/") == 0 || (given && realpath(given, home) && strcmp(folder, home) == 0) ||
           stat(folder, &info) != 0 || info.st_mode & S_ISVTX;
}

static void allow_folder(const struct view *view, const char *given)
{
    char folder[PATH_MAX];
    if (!realpath(given, folder) || is_common(folder) || holds(view->hidden ? view->hidden : "//", folder))
        return;
    if (holds(folder, view->hidden))
        allow_beside(view, folder);
    else
        ib_sandbox_allow(view->sandbox, folder, IB_SANDBOX_READ);
}

/* The folder of a file, or for PREFIX/bin/FILE all of PREFIX. */
static void allow_folder_of(struct view *view, const char *file)
{
    const char *folder = ib_file_folder(&view->arena, file), *name = strrchr(folder, '/');
    if (strcmp(name ? name + 1 : folder, "bin") == 0)
        allow_folder(view, ib_arena_print(&view->arena, "%s/..", folder));
    allow_folder(view, folder);
}

/* A file of code or a folder of it. It may be a link, as the interpreter of a virtual environment is: then
 * both folders are needed. */
static void allow_code(struct view *view, const char *path)
{
    char file[PATH_MAX];
    struct stat info;
    if (stat(path, &info) != 0 || !realpath(path, file))
        return;
    if (S_ISDIR(info.st_mode)) {
        allow_folder(view, file);
        return;
    }
    if (!holds(view->hidden ? view->hidden : "//", file))
        ib_sandbox_allow(view->sandbox, file, IB_SANDBOX_READ);
    allow_folder_of(view, file);
    allow_folder_of(view, path);
}

static void allow_list(struct view *view, const char *list)
{
    for (const char *item = list; item && *item; item += strcspn(item, ":") + (item[strcspn(item, ":")] != 0))
        if (*item == '/')
            allow_code(view, ib_arena_print(&view->arena, "%.*s", (int)strcspn(item, ":"), item));
}

/* ---- a command ---- */

/* Where a name without a slash is found. */
static const char *find_in_path(struct view *view, const char *name)
{
    const char *list = getenv("PATH");
    if (strchr(name, '/'))
        return name;
    for (const char *item = list; item && *item;
         item += strcspn(item, ":") + (item[strcspn(item, ":")] != 0)) {
        const char *path = ib_arena_print(&view->arena, "%.*s/%s", (int)strcspn(item, ":"), item, name);
        if (access(path, X_OK) == 0)
            return path;
    }
    return name;
}

/* The program with its plugins. Another one also gets its scripts, the folder where it is started, and what
 * Python finds without being told. */
static void allow_command(struct view *view, const char *const *command)
{
    const char *home = getenv("HOME");
    allow_code(view, find_in_path(view, command[0]));
    if (strcmp(command[0], ib_self()) == 0)
        return;
    for (const char *const *argument = command + 1; *argument; argument++)
        if (strchr(*argument, '/') || strchr(*argument, '.'))
            allow_code(view, *argument);
    allow_folder(view, ".");
    if (home)
        allow_folder(view, ib_arena_print(&view->arena, "%s/.local/lib", home));
}

/* System folders are readable, but for a run that lies in one. */
static void allow_system(const struct view *view, const char *folder)
{
    char real[PATH_MAX];
    if (view->hidden && realpath(folder, real) && holds(real, view->hidden))
        allow_beside(view, real);
    else
        ib_sandbox_allow(view->sandbox, folder, IB_SANDBOX_READ);
}

/* ---- one worker ---- */

int ib_worker_files_sandbox(const struct ib_worker_files *files, const char *own, const char *const *command,
                            struct ib_sandbox *out)
{
    char hidden[PATH_MAX];
    struct view view = {.sandbox = out,
                        .hidden = files->hidden && realpath(files->hidden, hidden) ? hidden : NULL};
    const int error = ib_sandbox_open(out, IB_LANDLOCK_NEWEST);
    if (error)
        return error;
    for (size_t i = 0; i < sizeof system_folders / sizeof *system_folders; i++)
        allow_system(&view, system_folders[i]);
    allow_devices(out);
    for (size_t i = 0; i < sizeof code_variables / sizeof *code_variables; i++)
        allow_list(&view, getenv(code_variables[i]));
    allow_command(&view, command);
    if (files->plugin)
        allow_code(&view, files->plugin);
    for (size_t i = 0; i < files->n_inputs; i++)
        ib_sandbox_allow(out, files->inputs[i], IB_SANDBOX_READ);
    ib_sandbox_allow(out, own, IB_SANDBOX_WRITE);
    if (files->cache)
        ib_sandbox_allow(out, files->cache, IB_SANDBOX_WRITE);
    if (files->answer)
        ib_sandbox_allow(out, files->answer, IB_SANDBOX_WRITE);
    ib_arena_free(&view.arena);
    return 0;
}

/* ---- its environment ---- */

static bool is_variable(const char *entry, const char *name)
{
    const size_t n = strlen(name);
    return strncmp(entry, name, n) == 0 && entry[n] == '=';
}

static bool names_folder(const char *entry)
{
    for (size_t i = 0; i < sizeof folder_variables / sizeof *folder_variables; i++)
        if (is_variable(entry, folder_variables[i].name))
            return true;
    return false;
}

char **ib_worker_files_environment(struct ib_arena *arena, const struct ib_worker_files *files,
                                   const char *own)
{
    const size_t more = sizeof folder_variables / sizeof *folder_variables;
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **out = ib_arena_alloc(arena, (n + more + 1) * sizeof *out);
    for (size_t i = 0; i < n; i++)
        if (!names_folder(environ[i]))
            out[kept++] = environ[i];
    for (size_t i = 0; i < more; i++)
        out[kept++] = ib_arena_print(arena, "%s=%s", folder_variables[i].name,
                                     folder_variables[i].cache && files->cache ? files->cache : own);
    out[kept] = NULL;
    return out;
}
