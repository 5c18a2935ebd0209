/* Warnings before a sweep. */
#ifndef IB_CLI_WARNINGS_H
#define IB_CLI_WARNINGS_H

#include "config/sweep.h"

#include <stdio.h>

/* Prints in what the sweep does not fit this machine (run/machine_fit.h), a line each. */
void ib_warn_misfits(FILE *, struct ib_sweep *);

#endif
