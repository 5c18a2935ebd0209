/* Texts of which equal ones share their memory: those of a run are few, in very many rows. */
#ifndef IB_STORE_TEXT_POOL_H
#define IB_STORE_TEXT_POOL_H

#include "base/arena.h"

struct ib_text_pool {
    struct ib_arena *arena; /* set by the caller; initialise the rest to 0 */
    const char **slots;     /* NULL: free */
    size_t n, n_slots;
};

/* The copy of this text in the arena, made when it was first given. */
const char *ib_text_share(struct ib_text_pool *, const char *text);
/* The texts remain. */
void ib_text_pool_free(struct ib_text_pool *);

#endif
