/* Whether runs may be merged. */
#include "base/error.h"
#include "store/merge_plan.h"

#include <inttypes.h>
#include <string.h>

static const char *dir_of(const struct ib_merge_plan *plan, size_t part)
{
    return plan->sources[plan->parts[part].source].dir;
}

static enum ib_status check_config(const struct ib_merge_plan *plan, size_t source)
{
    const struct ib_merge_source *first = &plan->sources[0], *other = &plan->sources[source];
    const struct ib_text_change change = ib_text_first_change(first->run.config_text, other->run.config_text);
    if (!change.line)
        return IB_OK;
    return ib_fail(IB_EINVAL, other->dir,
                   "cannot be merged with %s: their configurations differ; line %u is `%.*s` here, `%.*s` "
                   "there",
                   first->dir, change.line, change.new_length, change.new, change.old_length, change.old);
}

/* The first name whose value both have and differs; NULL: none. It belongs to `is`. */
static const char *first_difference(const json_t *is, const json_t *was)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)is, name, value) {
        const json_t *other = json_object_get(was, name);
        if (other && !json_equal(value, other))
            return name;
    }
    return NULL;
}

static json_t *identities_of(const struct ib_run_part *part)
{
    return part->identities ? json_loads(part->identities, 0, NULL) : NULL;
}

/* On one machine, all must be of the same programs. */
static enum ib_status check_build(const struct ib_merge_plan *plan, size_t a, size_t b)
{
    json_t *was = identities_of(plan->parts[a].part), *is = identities_of(plan->parts[b].part);
    const char *difference = first_difference(is, was);
    const enum ib_status status =
        difference ? ib_fail(IB_EINVAL, dir_of(plan, b),
                             "cannot be merged with %s: both were made on the same machine, and %s differs",
                             dir_of(plan, a), difference)
                   : IB_OK;
    json_decref(is);
    json_decref(was);
    return status;
}

static bool same_machine(const struct ib_run_part *a, const struct ib_run_part *b)
{
    const char *left = a->machine.fingerprint, *right = b->machine.fingerprint;
    return left && right && strcmp(left, right) == 0;
}

/* The programs of different machines may be compiled differently, but from the same version. */
static enum ib_status check_builds(const struct ib_merge_plan *plan, size_t part)
{
    const struct ib_run_part *first = plan->parts[0].part, *is = plan->parts[part].part;
    if (strcmp(first->version, is->version) != 0)
        return ib_fail(IB_EINVAL, dir_of(plan, part),
                       "cannot be merged with %s: it was made by ironbench %s, that one by %s",
                       dir_of(plan, 0), is->version, first->version);
    for (size_t i = 0; i < part; i++)
        if (same_machine(plan->parts[i].part, is))
            return check_build(plan, i, part);
    return IB_OK;
}

static enum ib_status check_division(const struct ib_merge_plan *plan, size_t part)
{
    const struct ib_run_part *is = plan->parts[part].part;
    size_t first = 0;
    while (first < part && !plan->parts[first].part->shard.count)
        first++;
    const struct ib_run_part *was = plan->parts[first].part;
    if (first == part || !is->shard.count)
        return IB_OK;
    if (is->shard.count != was->shard.count)
        return ib_fail(IB_EINVAL, dir_of(plan, part),
                       "cannot be merged with %s: it is one of %" PRIu64 " shards, that one of %" PRIu64,
                       dir_of(plan, first), is->shard.count, was->shard.count);
    if (is->division && was->division && strcmp(is->division, was->division) != 0)
        return ib_fail(IB_EINVAL, dir_of(plan, part),
                       "cannot be merged with %s: they are shards of different divisions; -s, -x and "
                       "--earlier must be the same for all shards",
                       dir_of(plan, first));
    return IB_OK;
}

enum ib_status ib_merge_check_runs(struct ib_merge_plan *plan)
{
    for (size_t s = 1; s < plan->n_sources; s++)
        IB_TRY(check_config(plan, s));
    for (size_t p = 0; p < plan->n_parts; p++) {
        IB_TRY(check_builds(plan, p));
        IB_TRY(check_division(plan, p));
    }
    return IB_OK;
}
