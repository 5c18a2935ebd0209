#include "opencl/vendors.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_icd(const char *name)
{
    const size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".icd") == 0;
}

/* Returns the place where the loader looks: a folder, one .icd file, or a library. */
static const char *place(void)
{
    const char *given = getenv("OCL_ICD_VENDORS");
    if (given == NULL || given[0] == '\0')
        given = getenv("OPENCL_VENDOR_PATH");
    return given == NULL || given[0] == '\0' ? "/etc/OpenCL/vendors" : given;
}

/* Reads the library named by a .icd file: its first line. */
static bool read_icd(const char *path, char *library, size_t n)
{
    FILE *file = fopen(path, "re");
    const bool read = file != NULL && fgets(library, (int)n, file) != NULL;
    if (file != NULL)
        fclose(file);
    if (read)
        library[strcspn(library, "\r\n")] = '\0';
    return read && library[0] != '\0';
}

/* Loads the library again, after the loader has failed to use it, to find out why. */
static void explain_library(const char *named_by, const char *library, char *text, size_t n)
{
    void *object = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (object == NULL)
        snprintf(text, n, "no OpenCL platform: %s: %s", named_by, dlerror());
    else if (dlsym(object, "clIcdGetPlatformIDsKHR") == NULL &&
             dlsym(object, "clGetExtensionFunctionAddress") == NULL)
        snprintf(text, n, "no OpenCL platform: %s: %s is not an OpenCL driver", named_by, library);
    else
        snprintf(text, n, "no OpenCL platform: %s: %s has none", named_by, library);
    if (object != NULL)
        dlclose(object);
}

static void explain_icd(const char *path, char *text, size_t n)
{
    char library[PATH_MAX];
    if (read_icd(path, library, sizeof library))
        explain_library(path, library, text, n);
    else
        snprintf(text, n, "no OpenCL platform: %s names no driver", path);
}

/* Finds a folder's first .icd file by name; false if there is none. */
static bool first_icd(const char *folder, char *path, size_t n)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, NULL, alphasort);
    bool found = false;
    for (int i = 0; i < count; i++) {
        if (!found && is_icd(entries[i]->d_name)) {
            snprintf(path, n, "%s/%s", folder, entries[i]->d_name);
            found = true;
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}

void ib_cl_vendors_explain(char *text, size_t n)
{
    char path[PATH_MAX];
    struct stat info;
    const char *where = place();
    if (stat(where, &info) != 0 && strchr(where, '/') != NULL)
        snprintf(text, n, "no OpenCL driver is installed: %s does not exist", where);
    else if (stat(where, &info) == 0 && S_ISDIR(info.st_mode)) {
        if (first_icd(where, path, sizeof path))
            explain_icd(path, text, n);
        else
            snprintf(text, n, "no OpenCL driver is installed: %s contains no .icd file", where);
    } else if (is_icd(where))
        explain_icd(where, text, n);
    else
        explain_library("OCL_ICD_VENDORS", where, text, n);
}

/* ---- PoCL ---- */

/* Where PoCL keeps what it compiles. */
static void pocl_cache(char *path, size_t n)
{
    const char *own = getenv("POCL_CACHE_DIR"), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (own != NULL && own[0] != '\0')
        snprintf(path, n, "%s", own);
    else if (cache != NULL && cache[0] != '\0')
        snprintf(path, n, "%s/pocl/kcache", cache);
    else
        snprintf(path, n, "%s/.cache/pocl/kcache", home == NULL ? "" : home);
}

/* Makes a folder and those around it, as PoCL does. Returns 0 or an error number. */
static int make_folder(char *path)
{
    int error = 0;
    for (char *slash = strchr(path + 1, '/'); slash != NULL && !error; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        error = mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : errno;
        *slash = '/';
    }
    if (!error)
        error = mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : errno;
    return error || access(path, W_OK | X_OK) == 0 ? error : errno;
}

bool ib_cl_pocl_explain(char *text, size_t n)
{
    char path[PATH_MAX];
    pocl_cache(path, sizeof path);
    const int error = make_folder(path);
    if (error)
        snprintf(text, n,
                 "no OpenCL device: PoCL cannot write to its cache (%s); set HOME, XDG_CACHE_HOME or "
                 "POCL_CACHE_DIR to a folder that this user may write to; the cache is %s",
                 strerror(error), path);
    return error != 0;
}
