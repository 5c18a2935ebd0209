/* A process that ends what this one has started, if this one is killed. The kernel then ends direct children
 * (base/spawn.h), but not their children. */
#ifndef IB_BASE_KEEPER_H
#define IB_BASE_KEEPER_H

/* Starts the keeper, and marks the environment, by which it recognises the processes to end. Failures are
 * ignored: it is a precaution. */
void ib_keeper_start(void);

/* A folder, by its absolute path, that it also removes; the newest only. */
void ib_keeper_remove_later(const char *folder);

/* Ends the keeper. Call before a regular exit. */
void ib_keeper_dismiss(void);

#endif
