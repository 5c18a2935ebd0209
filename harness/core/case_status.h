/* How a case ended. */
#ifndef IB_CORE_CASE_STATUS_H
#define IB_CORE_CASE_STATUS_H

#include "base/text.h"

enum ib_case_status {
    IB_CASE_OK = 1,
    IB_CASE_UNAVAILABLE, /* this machine lacks what it needs */
    IB_CASE_UNSUPPORTED, /* the implementation does not offer this */
    IB_CASE_FAILED,      /* reported an error, violated the protocol or ended early */
    IB_CASE_TIMEOUT,
    IB_CASE_CRASHED, /* ended by a signal */
    IB_CASE_OOM,
    IB_CASE_UNTRUSTED /* its copies contradict the transfer model, a tracer or each other */
};
extern const struct ib_word ib_case_status_words[];

/* A status and its reason, which is "" if ok. */
struct ib_outcome {
    enum ib_case_status status;
    char reason[512];
};

/* Sets an outcome, with a printf-like reason; returns true if it is ok. */
bool ib_outcome_set(struct ib_outcome *, enum ib_case_status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets the outcome of a failed call from the error object; returns true if it is ok. */
bool ib_outcome_error(struct ib_outcome *, enum ib_status);

#endif
