/* Reading a record: members by a dotted name, such as "time.epoch_ns.median". */
#ifndef IB_ANALYSIS_MEMBER_H
#define IB_ANALYSIS_MEMBER_H

#include <jansson.h>
#include <stdbool.h>

#define IB_DASH "–" /* what stands where there is nothing to say */

/* The member that a dotted name leads to: itself (NULL where there is none), its text (IB_DASH unless it
 * is one), its number (NaN unless it is one). */
const json_t *ib_member(const json_t *object, const char *name);
const char *ib_member_text(const json_t *object, const char *name);
double ib_member_number(const json_t *object, const char *name);

/* Is this case right, by its answer and by its copies, and timed? Simulated devices can be. */
bool ib_case_counts(const json_t *c);

/* A number for a record: null for what is not finite. And back: NaN for what is no number. */
json_t *ib_json_number(double);
double ib_json_value(const json_t *);

#endif
