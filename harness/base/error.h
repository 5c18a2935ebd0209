/* The error object: functions return a status, and the details of the last failure are stored here. */
#ifndef IB_BASE_ERROR_H
#define IB_BASE_ERROR_H

#include "ironbench/impl.h"

#include <stdarg.h>

struct ib_error {
    enum ib_status code;
    char where[4200];   /* a file of any length, file:line, flag or operation; "" if none applies */
    char message[1024]; /* what is wrong, and what is allowed */
};

/* Records a failure and returns `code`. `where` may be NULL. Too long a text loses its middle. */
enum ib_status ib_fail(enum ib_status code, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum ib_status ib_fail_v(enum ib_status code, const char *where, const char *format, va_list arguments);

/* Records IB_EINVAL at "path:line:column", without the column if that is 0. */
enum ib_status ib_fail_at(const char *path, size_t line, size_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Records IB_EIO (IB_ENOMEM for ENOMEM) with the text of errno. */
enum ib_status ib_fail_errno(const char *where, const char *what);

/* Returns the last failure. */
const struct ib_error *ib_last_error(void);

/* Returns "where: message", or "message". Valid until the next call. */
const char *ib_error_text(void);

#endif
