/* Reading JSON: members by a dotted name, such as "time.epoch_ns.median". */
#ifndef TESTS_MEMBER_H
#define TESTS_MEMBER_H

#include <jansson.h>

/* The member itself, its text and its number. The test fails where there is none of that type. */
json_t *member(const json_t *object, const char *name);
const char *member_text(const json_t *object, const char *name);
double member_number(const json_t *object, const char *name);

#endif
