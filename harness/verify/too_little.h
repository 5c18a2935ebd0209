/* Why too little of an answer could be compared. */
#ifndef IB_VERIFY_TOO_LITTLE_H
#define IB_VERIFY_TOO_LITTLE_H

#include "oracle/oracle.h"

/* Writes the reason to text[n]. beyond: a step after the truth's last epoch had too large numbers; early: the
 * training diverges, or nothing near its beginning was compared. */
void ib_why_too_little(const struct ib_trajectory *truth, const struct ib_trajectory *drift, enum ib_products,
                       bool beyond, bool early, char *text, size_t n);

#endif
