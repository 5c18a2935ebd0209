/* Records made by hand, for tests of what is derived from them: cases with chosen times, and nothing of a run
 * beside. */
#ifndef MADE_RECORD_H
#define MADE_RECORD_H

#include <jansson.h>

enum { MADE_ROUNDS = 8 };

/* A right and ranked linreg case on the data set "made_ROWS" of ROWS × 32. It takes `time_ns` an epoch, times
 * a noise that all cases of a round share, times `spread` in every other round. Residency "host" is a CPU's.
 */
json_t *made_case(const char *label, const char *residency, int rows, double time_ns, double spread);

/* Sets what a dotted name leads to; the objects on the way are made. */
void made_set(json_t *object, const char *name, json_t *value);

/* A split of an epoch's time, for `time.breakdown_ns`. */
json_t *made_split(double transfer, double sync, double compute, double launch);

#endif
