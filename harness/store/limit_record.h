/* What a run records of the least time that a case's epoch takes on its machine. */
#ifndef IB_STORE_LIMIT_RECORD_H
#define IB_STORE_LIMIT_RECORD_H

/* The least time of an epoch by the limits of the machine (machine/roofline.h). */
struct ib_limit_record {
    double flops, bytes;    /* that an epoch takes at least; NaN: unknown */
    const char *bound, *by; /* "memory", "L3" */
    double rate;            /* of that: flop/s or bytes/s; NaN: not one */
    double least_ns;        /* of an epoch; NaN: unknown, */
    const char *reason;     /* for this reason */
};

#endif
