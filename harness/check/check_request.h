/* The settings of one check. */
#ifndef IB_CHECK_CHECK_REQUEST_H
#define IB_CHECK_CHECK_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

/* Reports what is about to be checked. */
typedef void ib_check_progress_fn(void *context, const char *subject);

struct ib_check_request {
    const char *name;           /* of the implementation, in the registry */
    const char *const *options; /* "NAME=VALUE" …; ends with NULL */
    const char *const *models;  /* models to train; ends with NULL; empty: all */
    const char *const
        *operations;         /* to check, and nothing else; ends with NULL; empty: everything is checked */
    bool quick;              /* no large sizes, few trainings */
    uint64_t timeout_ns;     /* of one request to a worker */
    const char *option_flag; /* the flag of the options, for messages: "--option" */
    const char *model_flag, *operation_flag;
    ib_check_progress_fn *progress; /* NULL: progress is not reported */
    void *progress_context;
};

#endif
