#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct ib_error last;
static char last_text[sizeof last.where + sizeof last.message + 4];

enum ib_status ib_fail_v(enum ib_status code, const char *where, const char *format, va_list arguments)
{
    /* Format into a copy: the arguments may point into the error that is being replaced. */
    struct ib_error next = {.code = code};
    if (where)
        ib_shorten(where, strlen(where), next.where, sizeof next.where);
    ib_print_shortened(next.message, sizeof next.message, format, arguments);
    last = next;
    return code;
}

enum ib_status ib_fail(enum ib_status code, const char *where, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ib_fail_v(code, where, format, arguments);
    va_end(arguments);
    return code;
}

enum ib_status ib_fail_at(const char *path, size_t line, size_t column, const char *format, ...)
{
    char file[sizeof last.where - 48], where[sizeof last.where], column_text[24] = "";
    va_list arguments;
    if (column)
        snprintf(column_text, sizeof column_text, ":%zu", column);
    snprintf(where, sizeof where, "%s:%zu%s", ib_shorten(path, strlen(path), file, sizeof file), line,
             column_text);
    va_start(arguments, format);
    enum ib_status status = ib_fail_v(IB_EINVAL, where, format, arguments);
    va_end(arguments);
    return status;
}

enum ib_status ib_fail_errno(const char *where, const char *what)
{
    return ib_fail(errno == ENOMEM ? IB_ENOMEM : IB_EIO, where, "%s: %s", what, strerror(errno));
}

const struct ib_error *ib_last_error(void)
{
    return &last;
}

const char *ib_error_text(void)
{
    snprintf(last_text, sizeof last_text, "%s%s%s", last.where, last.where[0] ? ": " : "", last.message);
    return last_text;
}
