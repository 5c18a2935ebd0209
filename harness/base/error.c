#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct ib_error last;
static char last_text[sizeof last.where + sizeof last.message + 4];

enum ib_status ib_fail_v(enum ib_status code, const char *where, const char *format, va_list arguments)
{
    /* Format into a copy: the arguments may point into the error that is being replaced. */
    struct ib_error next = {.code = code};
    snprintf(next.where, sizeof next.where, "%s", where ? where : "");
    vsnprintf(next.message, sizeof next.message, format, arguments);
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
