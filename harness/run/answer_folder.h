/* Where the workers of a case write their answers: small ones into memory, if there is a folder for them. */
#ifndef IB_RUN_ANSWER_FOLDER_H
#define IB_RUN_ANSWER_FOLDER_H

#include "run/workspace.h"

/* The bytes of all arrays in an answer of a case, at most. */
uint64_t ib_answer_bytes(const struct ib_case *);
/* The folder in which a worker makes its own. External programs may run where they see the run's folder
 * alone, and in a sandbox, an implementation's own files are there too: both get the workspace. */
const char *ib_answer_folder(const struct ib_workspace *, const struct ib_case *);

#endif
