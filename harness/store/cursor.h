/* Reads the rows of a table case by case. Private to the store. */
#ifndef IB_STORE_CURSOR_H
#define IB_STORE_CURSOR_H

#include "store/tables.h"

struct ib_cursor {
    const struct ib_db_table *table;
    sqlite3_stmt *query;
    uint64_t at;   /* the case of its current row; UINT64_MAX: there are no more */
    uint64_t next; /* what it has of this case and later ones is still to come */
    char *rows;    /* of the current case, in memory that is used again for the next */
    size_t n, capacity;
    struct ib_arena memory;
};

/* The table must last as long as the cursor, which is to be closed even after a failure. */
enum ib_status ib_cursor_open(sqlite3 *, const struct ib_db_table *, struct ib_cursor *);
/* Reads the rows of a case; fastest in ascending order. Their texts go to the arena. */
enum ib_status ib_cursor_read(struct ib_cursor *, uint64_t case_number, struct ib_arena *texts);
/* Ends its reading transaction until it is read again. */
void ib_cursor_rest(struct ib_cursor *);
void ib_cursor_close(struct ib_cursor *);

#endif
