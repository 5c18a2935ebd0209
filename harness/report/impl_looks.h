/* How implementations look: one colour each in all charts and tables, and a marker and a dash as a second
 * sign. */
#ifndef IB_REPORT_IMPL_LOOKS_H
#define IB_REPORT_IMPL_LOOKS_H

#include "report/doc_model.h"
#include "store/run_record.h"

struct ib_look {
    const char *colour; /* "#0072b2": of the implementation */
    int shape, dash;    /* of its options and residency: a point type of gnuplot, and a dash from 1 on */
};

struct ib_looks {
    struct ib_named_look {
        const char *name; /* of a case: implementation, options, residency */
        size_t length;
        struct ib_look look;
        struct ib_doc_drawing mark;
    } * list;
    size_t n, capacity;
};

/* The looks of all that a run contains. Known implementations have theirs from impl_looks.def, others the
 * colours that are left, in the order of the plan. */
struct ib_looks ib_looks_of(struct ib_arena *, const struct ib_run_record *);

/* Finds the look of the case whose name a label is or begins with ("cpu_blas threads=2 lr=0.01"); the longest
 * name counts. NULL: there is none. */
const struct ib_named_look *ib_look_of(const struct ib_looks *, const char *label);

/* The mark for a table's cell; NULL: none. */
const struct ib_doc_drawing *ib_look_mark(const struct ib_looks *, const char *label);

/* The look of line i, from 0 on, in a chart whose lines are not implementations: from a scale of colours. */
struct ib_look ib_look_of_line(size_t i);

/* The same colour with the marker and dash of its n-th line, from 0 on. */
struct ib_look ib_look_variant(struct ib_look, size_t n);

#endif
