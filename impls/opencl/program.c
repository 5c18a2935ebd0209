#include "opencl/program.h"

#include "opencl/cache.h"
#include "opencl/error.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- the build log ---- */

/* Returns the most useful line of a build log: the first one containing "error:", otherwise the first
 * non-blank one. Modifies the log. */
static const char *first_complaint(char *log)
{
    char *line = strcasestr(log, "error:");
    if (line != NULL)
        while (line > log && line[-1] != '\n')
            line--;
    else
        line = log;
    while (isspace((unsigned char)*line))
        line++;
    line[strcspn(line, "\r\n")] = '\0';
    return line[0] != '\0' ? line : "the compiler gives no reason";
}

static enum ib_status fail_build(const struct ib_host *host, cl_program program, const struct ib_cl_device *d,
                                 cl_int code)
{
    size_t bytes = 0;
    clGetProgramBuildInfo(program, d->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes);
    char *log = calloc(bytes + 1, 1);
    if (log != NULL)
        clGetProgramBuildInfo(program, d->id, CL_PROGRAM_BUILD_LOG, bytes, log, NULL);
    const enum ib_status status =
        host->fail(host, IB_EUNAVAILABLE, "the kernels do not build for %s: %s: %s", d->name,
                   ib_cl_error_name(code), log == NULL ? "no memory for its log" : first_complaint(log));
    free(log);
    return status;
}

/* ---- the cache ---- */

static cl_program from_cache(cl_context context, const struct ib_cl_device *d, const char *options,
                             const char *key)
{
    size_t bytes = 0;
    cl_int code = CL_SUCCESS, loaded = CL_SUCCESS;
    unsigned char *binary = ib_cl_cache_load(key, &bytes);
    if (binary == NULL)
        return NULL;
    const unsigned char *binaries[] = {binary};
    cl_program program = clCreateProgramWithBinary(context, 1, &d->id, &bytes, binaries, &loaded, &code);
    if (code == CL_SUCCESS && loaded == CL_SUCCESS)
        code = clBuildProgram(program, 1, &d->id, options, NULL, NULL);
    free(binary);
    if (code == CL_SUCCESS && loaded == CL_SUCCESS)
        return program;
    if (program != NULL)
        clReleaseProgram(program);
    return NULL;
}

static void to_cache(cl_program program, const char *key)
{
    size_t bytes = 0; /* of the only device */
    if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof bytes, &bytes, NULL) != CL_SUCCESS ||
        bytes == 0)
        return;
    unsigned char *binary = malloc(bytes);
    unsigned char *binaries[] = {binary};
    if (binary != NULL &&
        clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof binaries, binaries, NULL) == CL_SUCCESS)
        ib_cl_cache_store(key, binary, bytes);
    free(binary);
}

/* PoCL has its own cache. To return binaries it would compile every kernel again, for groups of any size,
 * and building from them would not be faster. */
static bool has_own_cache(const struct ib_cl_device *d)
{
    return strcmp(d->platform_name, "Portable Computing Language") == 0;
}

/* ---- building ---- */

static enum ib_status from_text(const struct ib_host *host, cl_context context, const struct ib_cl_device *d,
                                const char *text, const char *options, cl_program *out)
{
    cl_int code;
    cl_program program = clCreateProgramWithSource(context, 1, &text, NULL, &code);
    IB_TRY(ib_cl_check(host, "clCreateProgramWithSource", code));
    code = clBuildProgram(program, 1, &d->id, options, NULL, NULL);
    if (code == CL_SUCCESS) {
        *out = program;
        return IB_OK;
    }
    const enum ib_status status = fail_build(host, program, d, code);
    clReleaseProgram(program);
    return status;
}

enum ib_status ib_cl_program_build(const struct ib_host *host, cl_context context,
                                   const struct ib_cl_device *d, const char *text, const char *options,
                                   cl_program *out)
{
    const char *const depends_on[] = {text, options, d->platform_name, d->name, d->version, d->driver};
    char key[IB_CL_KEY_HEX];
    if (has_own_cache(d))
        return from_text(host, context, d, text, options, out);
    ib_cl_cache_key(depends_on, sizeof depends_on / sizeof *depends_on, key);
    *out = from_cache(context, d, options, key);
    if (*out != NULL)
        return IB_OK;
    IB_TRY(from_text(host, context, d, text, options, out));
    to_cache(*out, key);
    return IB_OK;
}
