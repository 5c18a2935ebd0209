/* The repositories that a run was made of. */
#ifndef IB_STORE_SOURCE_RECORD_H
#define IB_STORE_SOURCE_RECORD_H

#include "base/text.h"
#include "base/truth.h"

/* What a run was made of: its configuration, a plugin, an external program. */
enum ib_source_kind { IB_SOURCE_CONFIGURATION = 1, IB_SOURCE_PLUGIN, IB_SOURCE_PROGRAM };
extern const struct ib_word ib_source_kind_words[]; /* configuration plugin program */

struct ib_source_record {
    enum ib_source_kind kind;
    const char *impl; /* name of the implementation; NULL: the configuration */
    const char *path; /* of its file, from the root of its repository; without one, as given; NULL: none */
    const char *commit, *reason; /* the commit is NULL: unknown, for the reason */
    const char *committed;       /* UTC, ISO 8601 */
    const char *branch;          /* NULL: unknown, or none was checked out */
    enum ib_truth dirty;         /* files that git tracks differed from the commit */
};

#endif
