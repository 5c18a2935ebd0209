/* Files for tests: written into a new folder that is the working directory meanwhile, so that messages name
 * them by their bare names. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include "base/error.h"

/* cmocka's group setup and teardown: a new folder, which is entered, and left and removed with its files. */
int scratch_enter(void **state);
int scratch_leave(void **state);

/* Writes a file; returns its name. */
const char *scratch_file(const char *name, const char *text);
const char *scratch_bytes(const char *name, const void *bytes, size_t n);

/* The newest failure is `code` at `where`, and its message contains every one of `words`, which end with
 * NULL. */
void expect_failure(enum ib_status got, enum ib_status code, const char *where, const char *const *words);
#define WORDS(...)                                                                                           \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

#endif
