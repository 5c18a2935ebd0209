/* The gate: a sweep measured beside what it was, and everything that should stop a change. */
#ifndef IB_GATE_GATE_H
#define IB_GATE_GATE_H

#include "config/sweep.h"
#include "run/run.h"

#include <jansson.h>

/* What becomes of differences of speed. */
enum ib_gate_speed { IB_SPEED_GATES = 1, IB_SPEED_REPORTED, IB_SPEED_OFF };
extern const struct ib_word ib_gate_speed_words[]; /* gate report off */

struct ib_gate_request {
    const char *against;  /* a program or a plugin, or */
    const char *baseline; /* the name of a baseline; one of both is NULL */
    const char *out;      /* folder that keeps both runs; NULL: nothing is kept */
    bool allow_missing, strict;
    enum ib_gate_speed speed;
    ib_run_progress_fn *progress; /* may be NULL */
    void *progress_context;
};

/* A new reference: {schema, kind: "against" or "baseline", against, speed, rules: {…}, differences (of the
 * machine), cases: [{id, name, problem, status, verdict, new_ns, old_ns, speed: {verdict, ratio, needed,
 * reason, p, p_confirm}, metrics, copies}], findings, exit_status}; speed.verdict is null where there is
 * nothing to judge. After an interrupt *out is NULL. IB_EINVAL: nothing could be gated with what was given.
 */
enum ib_status ib_gate(const struct ib_sweep *, const struct ib_gate_request *, json_t **out);

#endif
