#include "opencl/vendors.h"

#include <dirent.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_icd(const char *name)
{
    const size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".icd") == 0;
}

/* Where the loader looks: a folder, one .icd file, or a library. */
static const char *place(void)
{
    const char *given = getenv("OCL_ICD_VENDORS");
    if (given == NULL || given[0] == '\0')
        given = getenv("OPENCL_VENDOR_PATH");
    return given == NULL || given[0] == '\0' ? "/etc/OpenCL/vendors" : given;
}

/* The library that a .icd file names: its first line. */
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

/* The loader has tried this library already; once more, to hear why it failed. */
static void explain_library(const char *named_by, const char *library, char *text, size_t n)
{
    void *object = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (object == NULL)
        snprintf(text, n, "no OpenCL platform: %s: %s", named_by, dlerror());
    else if (dlsym(object, "clIcdGetPlatformIDsKHR") == NULL &&
             dlsym(object, "clGetExtensionFunctionAddress") == NULL)
        snprintf(text, n, "no OpenCL platform: %s: %s is no OpenCL driver", named_by, library);
    else
        snprintf(text, n, "no OpenCL platform: %s: %s offers none", named_by, library);
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

/* The first .icd file of a folder by name; false where it holds none. */
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
        snprintf(text, n, "no OpenCL driver is installed: there is no %s", where);
    else if (stat(where, &info) == 0 && S_ISDIR(info.st_mode)) {
        if (first_icd(where, path, sizeof path))
            explain_icd(path, text, n);
        else
            snprintf(text, n, "no OpenCL driver is installed: %s holds no .icd file", where);
    } else if (is_icd(where))
        explain_icd(where, text, n);
    else
        explain_library("OCL_ICD_VENDORS", where, text, n);
}
