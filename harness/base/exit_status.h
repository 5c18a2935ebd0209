/* Exit statuses. Scripts and CI rely on them. */
#ifndef IB_BASE_EXIT_STATUS_H
#define IB_BASE_EXIT_STATUS_H

enum {
    IB_EXIT_OK = 0,
    IB_EXIT_SLOWER = 1,
    IB_EXIT_USAGE = 2,
    IB_EXIT_WRONG = 3,
    IB_EXIT_FAILED = 4,
    IB_EXIT_AMBIGUOUS = 5,
    IB_EXIT_INTERRUPTED = 130
};

#endif
