/* A baseline: what a run found, small enough to be reviewed in a change and kept with the sources. One line
 * a case, sorted by id, so that a difference between two of them reads like a difference of code. */
#ifndef IB_GATE_BASELINE_H
#define IB_GATE_BASELINE_H

#include "base/arena.h"
#include "ironbench/impl.h"

#include <jansson.h>
#include <stdbool.h>

#define IB_BASELINES "results/baselines"

/* Of a name: IB_BASELINES/NAME.json in the working folder; a name with a slash or that ends with ".json" is a
 * path itself. To read, the program's own data folder is looked in where the working folder has none.
 * IB_EINVAL: not a name. */
enum ib_status ib_baseline_path(struct ib_arena *, const char *name, bool to_read, const char **out);

/* The baseline of a record; `control` is the implementation or label in it whose times carry the drift of the
 * machine (NULL: what the run's speed-ups are over, or cpu_naive). A new reference:
 * {schema, kind, name, run, version, control, machine: {fingerprint, cpu, …}, cases: {ID: a case like that of
 * a record, with nothing but name, problem, impl, status, verify.verdict, test_rows, metrics, transfers, and
 *  time: {epoch_ns: {median, n}, control: ID, over_control: {median, low, high, n}}, or null where it has no
 *  control}}. Only cases that are right are taken; the ids of the others go to *left_out, a new array.
 * IB_EINVAL: none is right, or there is no such control. */
enum ib_status ib_baseline_make(const json_t *record, const char *name, const char *control, json_t **out,
                                json_t **left_out);

enum ib_status ib_baseline_write(const char *path, const json_t *baseline);

/* IB_EINVAL: there is none, or it is no baseline that this program reads. */
enum ib_status ib_baseline_read(const char *path, json_t **out);

#endif
