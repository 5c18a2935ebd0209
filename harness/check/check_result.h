/* The result of a check: the number of checks at each level, and the findings with their evidence. */
#ifndef IB_CHECK_CHECK_RESULT_H
#define IB_CHECK_CHECK_RESULT_H

#include "base/arena.h"
#include "core/case_status.h"

#include <jansson.h>

/* In the order of checking: a failure at a later level may be caused by an earlier one. */
enum ib_level {
    IB_LEVEL_LOADS,       /* loads, probes, opens */
    IB_LEVEL_MEMORY,      /* uploads and downloads; devices only */
    IB_LEVEL_OPERATIONS,  /* each operation in each type */
    IB_LEVEL_GRADIENTS,   /* all operations together, against finite differences of the loss */
    IB_LEVEL_TRAININGS,   /* every model for some epochs, against the oracle */
    IB_LEVEL_PREDICTIONS, /* of these trainings */
    IB_LEVEL_REPETITION,  /* the same again without reading losses: steps(n), replayed recordings, determinism
                           */
    IB_LEVEL_COPIES,      /* the transfer model and the tracer; devices only */
    IB_LEVEL_OPTIONS,     /* values of its own options */
    IB_LEVEL_COUNT
};
extern const struct ib_word ib_level_words[];

struct ib_tally {
    uint64_t checks; /* made, of which: */
    uint64_t wrong, failed;
    uint64_t calls;     /* calls of operations; 0: does not apply */
    uint64_t skipped;   /* additional checks not made */
    const char *reason; /* why the first of these was skipped; NULL: none was */
};

struct ib_check_finding {
    enum ib_level level;
    const char *subject;           /* "gemm f64", "mlp 6 relu f32 made_up per_op" */
    const char *operation, *dtype; /* NULL if not about one */
    enum ib_case_status status;    /* ok: it answered, but wrong */
    const char *pattern;           /* the likely mistake */
    const char *detail;            /* the first wrong element or epoch; or "" */
    const char *shape;             /* of the call; or "" */
    const char *where;             /* what all wrong calls have in common, and their number; or "" */
    const json_t *evidence;        /* machine-readable: element, got, expected, epoch …; or NULL */
    const char *output;            /* last output of the worker; or "" */
};

struct ib_check_result {
    struct ib_tally tally[IB_LEVEL_COUNT];
    struct ib_check_finding *list;
    size_t n, capacity;
    const char *sandbox;    /* that its workers ran in; NULL: none */
    const char *no_sandbox; /* why there was none; NULL: it was not wanted */
    struct ib_arena arena;
};

/* Counts a passed check. */
void ib_check_result_right(struct ib_check_result *, enum ib_level);
/* Counts a skipped check; reason is copied. */
void ib_check_result_skip(struct ib_check_result *, enum ib_level, const char *reason);
/* Counts and keeps a finding; its strings must live as long as the result (use its arena). */
void ib_check_result_add(struct ib_check_result *, struct ib_check_finding);
/* Frees the result and releases the evidence. */
void ib_check_result_free(struct ib_check_result *);

/* The overall verdict; wrong takes precedence over failed. */
enum ib_check_verdict { IB_CHECK_RIGHT = 1, IB_CHECK_WRONG, IB_CHECK_FAILED, IB_CHECK_NOTHING };
extern const struct ib_word ib_check_verdict_words[]; /* right wrong failed unverified */
enum ib_check_verdict ib_check_result_verdict(const struct ib_check_result *);

#endif
