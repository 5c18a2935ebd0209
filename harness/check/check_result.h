/* The outcome of a check: how much was checked at each level, and each finding with its evidence. */
#ifndef IB_CHECK_CHECK_RESULT_H
#define IB_CHECK_CHECK_RESULT_H

#include "base/arena.h"
#include "core/outcome.h"

#include <jansson.h>

/* In the order in which they are checked: a later level may be wrong because of an earlier one. */
enum ib_level {
    IB_LEVEL_LOADS,       /* loads, probes, opens */
    IB_LEVEL_MEMORY,      /* what goes up comes back; devices */
    IB_LEVEL_OPERATIONS,  /* each operation in each type */
    IB_LEVEL_GRADIENTS,   /* all operations together, against differences of their own loss */
    IB_LEVEL_TRAININGS,   /* every model over some epochs, against the oracle */
    IB_LEVEL_PREDICTIONS, /* of these trainings */
    IB_LEVEL_REPETITION,  /* the same again in one go: steps(n), replayed recordings, the promised bits */
    IB_LEVEL_COPIES,      /* the transfer model and the tracer; devices */
    IB_LEVEL_OPTIONS,     /* values of its own options */
    IB_LEVEL_COUNT
};
extern const struct ib_word ib_level_words[];

struct ib_tally {
    uint64_t checks; /* made; among them: */
    uint64_t wrong, failed;
    uint64_t calls;     /* of operations, that they took; 0: does not apply */
    uint64_t skipped;   /* not made, in addition */
    const char *reason; /* why the first of these was not; NULL: none was skipped */
};

struct ib_check_finding {
    enum ib_level level;
    const char *subject;           /* "gemm f64", "mlp 6 relu f32 made_up per_op" */
    const char *operation, *dtype; /* NULL where it is not about one */
    enum ib_case_status status;    /* ok: it answered, and wrong */
    const char *pattern;           /* what it looks like */
    const char *detail;            /* the first wrong element or epoch in words; "" */
    const char *shape;             /* in which call; "" */
    const char *where;             /* what all wrong ones share, and how many there are; "" */
    const json_t *evidence;        /* for programs: element, got, expected, epoch …; NULL */
    const char *output;            /* last words of the worker; "" */
};

struct ib_check_result {
    struct ib_tally tally[IB_LEVEL_COUNT];
    struct ib_check_finding *list;
    size_t n, capacity;
    struct ib_arena arena;
};

/* Counts one thing that was right. */
void ib_check_result_right(struct ib_check_result *, enum ib_level);
/* Counts one that could not be checked; reason is copied. */
void ib_check_result_skip(struct ib_check_result *, enum ib_level, const char *reason);
/* Counts and keeps one finding, whose strings must live as long (ib_check_result.arena). */
void ib_check_result_add(struct ib_check_result *, struct ib_check_finding);
/* References to evidence are given up, too. */
void ib_check_result_free(struct ib_check_result *);

/* The verdict on all of it. Where something is wrong and something else failed, it is wrong. */
enum ib_check_verdict { IB_CHECK_RIGHT = 1, IB_CHECK_WRONG, IB_CHECK_FAILED, IB_CHECK_NOTHING };
extern const struct ib_word ib_check_verdict_words[]; /* right wrong failed unverified */
enum ib_check_verdict ib_check_result_verdict(const struct ib_check_result *);

#endif
