/* The limits of a machine as text. */
#ifndef IB_REPORT_LIMITS_TEXT_H
#define IB_REPORT_LIMITS_TEXT_H

#include "machine/limits.h"

#include <stdio.h>

/* Prints tables: arithmetic, memory, products, devices. */
void ib_limits_print(FILE *, const struct ib_limits *);

#endif
