/* A check in the making; private to the files that do it. */
#ifndef IB_CHECK_CHECK_STATE_H
#define IB_CHECK_CHECK_STATE_H

#include "check/check.h"
#include "config/matrix.h"
#include "parent/worker_process.h"

/* That a worker may have: what a check asks for needs a tenth of it. */
#define IB_CHECK_MEMORY_BYTES 2000000000u

/* After so many requests that hung nothing more is asked: each would take its whole time limit. */
enum { IB_HANGS_MAX = 2 };

struct ib_checking {
    const struct ib_check_request *request;
    struct ib_registry *registry;
    const struct ib_case *model_case; /* any training: the implementation with its settings, as read */
    struct ib_check_result *check_result;
    struct ib_worker_process *worker; /* that examines operations; NULL: one must be started */
    uint64_t trial;                   /* the newest that it began */
    unsigned hangs;
};

/* Says so, and asks whether there is any use in going on; if not, the subject is skipped at that level. */
bool ib_checking_goes_on(struct ib_checking *, enum ib_level, const char *subject);
/* Keeps account of workers that hung. */
void ib_checking_failed(struct ib_checking *, const struct ib_outcome *);
/* A flaw that is a failure: "crashed: signal 11". */
struct ib_check_finding ib_checking_failure(struct ib_checking *, enum ib_level, const char *subject,
                                            const struct ib_outcome *, const char *output);

/* Loads, memory, operations and gradients. false: it cannot even be opened. */
bool ib_checking_parts(struct ib_checking *);

/* A training that a check makes: a case with all that it points to. */
struct ib_check_case {
    struct ib_config config;
    struct ib_matrix matrix;
    const struct ib_case *c;
    const char *subject;
};

/* One training with an option more than the request gives. On failure, too, it must be closed. */
enum ib_status ib_check_case_for_option(struct ib_registry *, const struct ib_check_request *,
                                        const char *option, struct ib_check_case *out);
void ib_check_case_close(struct ib_check_case *);

/* All of them, of every model in the table that the request does not leave out. */
struct ib_check_cases {
    struct ib_check_case *list;
    size_t n;
    struct ib_arena arena;
};
enum ib_status ib_check_cases_make(struct ib_registry *, const struct ib_check_request *,
                                   struct ib_check_cases *out);
void ib_check_cases_free(struct ib_check_cases *);
const struct ib_case *ib_check_cases_first(const struct ib_check_cases *);

/* Trainings, predictions, repetition, copies; and options. */
void ib_checking_trainings(struct ib_checking *, const struct ib_check_cases *);
void ib_checking_options(struct ib_checking *);

#endif
