#include "args.h"
#include "config/sweep.h"

#include <stdio.h>

static void print_plan(const struct ib_config *config, const struct ib_matrix *matrix)
{
    for (size_t i = 0; i < matrix->n; i++) {
        const struct ib_case *c = &matrix->cases[i];
        const struct ib_impl_info *info = c->impl->info;
        printf("%s%s%s%s\n", c->id, info->available ? "" : "  (unavailable: ", info->available ? "" : info->reason,
               info->available ? "" : ")");
    }
    printf("\n%zu cases, %llu rounds each\n", matrix->n, (unsigned long long)config->measure.rounds);
    for (size_t i = 0; i < matrix->n_dropped; i++)
        printf("left out: %s (%llu)\n", matrix->dropped[i].reason, (unsigned long long)matrix->dropped[i].count);
}

static int verb_plan(const struct ib_verb *verb, int argc, char **argv)
{
    const char *config;
    bool done;
    struct ib_sweep sweep;
    const struct ib_flag flags[] = {{NULL}};
    if (ib_args_read(verb, flags, argc, argv, &config, 1, &done) != IB_OK)
        return ib_usage_error();
    if (done)
        return IB_EXIT_OK;
    if (ib_sweep_open(config, &sweep) != IB_OK)
        return ib_usage_error();
    print_plan(&sweep.config, &sweep.matrix);
    ib_sweep_close(&sweep);
    return IB_EXIT_OK;
}

const struct ib_verb ib_verb_plan = {
    .name = "plan",
    .usage = "plan CONFIG",
    .summary = "say which cases a run would have, and why combinations drop out",
    .main = verb_plan,
};
