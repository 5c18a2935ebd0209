#include "cpu_fused/team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* Turns of waiting at a barrier before the processor is offered to other threads: some microseconds. */
enum { SPINS = 4000 };

struct member {
    struct team *team;
    uint32_t id;
    pthread_t thread;
};

struct team {
    uint32_t size, n_started;
    struct member member[TEAM_MAX];
    /* The present run. Between runs the threads sleep. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t run;      /* its number */
    uint32_t n, n_out; /* threads that take part; members that have returned */
    bool ended;
    void (*work)(void *context, uint32_t id);
    void *context;
    /* The barrier. */
    _Alignas(64) atomic_uint arrived;
    _Alignas(64) atomic_uint phase;
};

static void *member_main(void *argument)
{
    struct member *me = argument;
    struct team *t = me->team;
    uint64_t seen = 0;
    pthread_mutex_lock(&t->lock);
    for (;;) {
        while (!t->ended && (t->run == seen || me->id >= t->n))
            pthread_cond_wait(&t->changed, &t->lock);
        if (t->ended)
            break;
        seen = t->run;
        pthread_mutex_unlock(&t->lock);
        t->work(t->context, me->id);
        pthread_mutex_lock(&t->lock);
        t->n_out++;
        pthread_cond_broadcast(&t->changed);
    }
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

struct team *team_open(uint32_t size)
{
    struct team *t = aligned_alloc(64, (sizeof *t + 63) / 64 * 64);
    if (t == NULL)
        return NULL;
    *t = (struct team){.size = size, .n_started = 1};
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    for (; t->n_started < size; t->n_started++) {
        struct member *m = &t->member[t->n_started];
        *m = (struct member){.team = t, .id = t->n_started};
        if (pthread_create(&m->thread, NULL, member_main, m) != 0) {
            team_close(t);
            return NULL;
        }
    }
    return t;
}

void team_close(struct team *t)
{
    if (t == NULL)
        return;
    pthread_mutex_lock(&t->lock);
    t->ended = true;
    pthread_cond_broadcast(&t->changed);
    pthread_mutex_unlock(&t->lock);
    for (uint32_t i = 1; i < t->n_started; i++)
        pthread_join(t->member[i].thread, NULL);
    pthread_cond_destroy(&t->changed);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

uint32_t team_size(const struct team *t)
{
    return t->size;
}

void team_run(struct team *t, uint32_t n, void (*work)(void *context, uint32_t id), void *context)
{
    if (n > 1) {
        pthread_mutex_lock(&t->lock);
        t->work = work;
        t->context = context;
        t->n = n;
        t->n_out = 0;
        t->run++;
        pthread_cond_broadcast(&t->changed);
        pthread_mutex_unlock(&t->lock);
    } else {
        t->n = 1;
    }
    work(context, 0);
    if (n > 1) {
        pthread_mutex_lock(&t->lock);
        while (t->n_out < n - 1)
            pthread_cond_wait(&t->changed, &t->lock);
        pthread_mutex_unlock(&t->lock);
    }
}

static void relax(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#endif
}

void team_wait(struct team *t)
{
    if (t->n == 1)
        return;
    const unsigned phase = atomic_load_explicit(&t->phase, memory_order_relaxed);
    if (atomic_fetch_add_explicit(&t->arrived, 1, memory_order_acq_rel) + 1 == t->n) {
        atomic_store_explicit(&t->arrived, 0, memory_order_relaxed);
        atomic_store_explicit(&t->phase, phase + 1, memory_order_release);
        return;
    }
    for (int i = 0; atomic_load_explicit(&t->phase, memory_order_acquire) == phase; i++)
        if (i < SPINS)
            relax();
        else
            sched_yield();
}
