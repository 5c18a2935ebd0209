/* What was guessed about data files, for commands that read them. */
#ifndef IB_CLI_GUESSES_H
#define IB_CLI_GUESSES_H

#include "config/matrix.h"

/* Prints one line to stderr for each data set whose description leaves something open. */
void ib_print_guesses(const struct ib_matrix *);

#endif
