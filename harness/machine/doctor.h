/* Examines this machine for anything that would disturb a measurement. */
#ifndef IB_MACHINE_DOCTOR_H
#define IB_MACHINE_DOCTOR_H

#include "base/arena.h"
#include "base/text.h"

enum ib_doctor_level { IB_FINE = 1, IB_NOTE, IB_DISTURBS };
extern const struct ib_word ib_doctor_level_words[]; /* ok note disturbs */

struct ib_doctor_finding {
    enum ib_doctor_level level;
    const char *subject; /* "frequency governor" */
    const char *is;      /* "powersave on 8 of 8 CPUs" */
    const char *remedy;  /* what to do about it; NULL: nothing */
};

/* Returns all findings in order. Takes about a second, mostly to measure how steady the CPU is. */
enum ib_status ib_doctor_examine(struct ib_arena *, const struct ib_doctor_finding **out, size_t *n);

#endif
