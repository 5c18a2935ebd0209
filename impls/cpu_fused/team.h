/* Threads that run one function together. The calling thread is number 0. */
#ifndef CPU_FUSED_TEAM_H
#define CPU_FUSED_TEAM_H

#include <stdint.h>

enum { TEAM_MAX = 64 };

struct team;

/* NULL: out of memory, or the system allows no more threads. */
struct team *team_open(uint32_t size);
void team_close(struct team *); /* NULL is allowed */
uint32_t team_size(const struct team *);

/* Calls work(context, id) with each id below n, which is at most the team's size, and returns when all have
 * returned. */
void team_run(struct team *, uint32_t n, void (*work)(void *context, uint32_t id), void *context);

/* Called by all n threads of a run: returns when each of them has called it. */
void team_wait(struct team *);

#endif
