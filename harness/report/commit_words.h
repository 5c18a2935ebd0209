/* Commits in words. */
#ifndef IB_REPORT_COMMIT_WORDS_H
#define IB_REPORT_COMMIT_WORDS_H

#include "store/run_record.h"

/* "3f2a91c0e1b2"; "3f2a91c0e1b2+" if files differed from the commit; NULL: unknown. */
const char *ib_short_commit(struct ib_arena *, const struct ib_source_record *);

/* "3f2a91c0e1b2 on main, with uncommitted changes", or "unknown", with the reason. */
const char *ib_commit_words(struct ib_arena *, const struct ib_source_record *);

#endif
