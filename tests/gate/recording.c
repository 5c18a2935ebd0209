#include "recording.h"

#include "analysis/paired_ratio.h"
#include "base/error.h"
#include "store/load_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "case,new_ns,old_ns,ratio,disturbed\n"

static void add_pair(struct recording *r, const char *id, struct pair pair)
{
    struct recorded *of = r->cases;
    while (of < r->cases + r->n && strcmp(of->id, id) != 0)
        of++;
    if (of == r->cases + r->n) {
        r->cases = ib_arena_grow(&r->arena, r->cases, sizeof *r->cases, r->n, &r->capacity);
        of = &r->cases[r->n++];
        *of = (struct recorded){.id = ib_arena_copy(&r->arena, id)};
    }
    of->pairs = ib_arena_grow(&r->arena, of->pairs, sizeof *of->pairs, of->n, &of->capacity);
    of->pairs[of->n++] = pair;
}

/* Both sides list the same rounds, as an ended case ends on both. */
static void add_case(struct recording *r, const struct ib_case_record *new, const struct ib_case_record *old)
{
    for (size_t i = 0; i < new->n_rounds &&i < old->n_rounds; i++) {
        const struct ib_round_record *rounds[] = {&new->rounds[i], &old->rounds[i]};
        const struct ib_rounds only = {rounds[0]->round, rounds[0]->round, .by_slice = true};
        struct pair pair = {0};
        size_t n;
        double *log_ratio = ib_paired_log_ratios(new, old, &only, &n);
        pair.ratio = n ? exp(*log_ratio) : NAN;
        free(log_ratio);
        if (n == 0)
            continue;
        for (int side = 0; side < 2; side++) {
            pair.ns[side] = rounds[side]->epoch_ns;
            pair.disturbed |= rounds[side]->disturbed == IB_YES;
        }
        add_pair(r, new->id, pair);
    }
}

static enum ib_status add_gate(struct recording *out, const char *dir)
{
    struct ib_run_record new, old;
    IB_TRY(ib_load_run(ib_arena_print(&out->arena, "%s/new", dir), &new));
    enum ib_status status = ib_load_run(ib_arena_print(&out->arena, "%s/old", dir), &old);
    if (status == IB_OK) {
        for (size_t i = 0; i < new.n; i++) {
            const struct ib_case_record *old_case = ib_run_record_find(&old, new.cases[i].id);
            if (old_case)
                add_case(out, &new.cases[i], old_case);
        }
        ib_run_record_free(&old);
    }
    ib_run_record_free(&new);
    return status;
}

enum ib_status recording_of_gates(char *const *dirs, size_t n, struct recording *out)
{
    *out = (struct recording){0};
    for (size_t i = 0; i < n; i++)
        IB_TRY(add_gate(out, dirs[i]));
    return IB_OK;
}

enum ib_status recording_read(const char *path, struct recording *out)
{
    char line[512], id[256];
    struct pair pair;
    int disturbed;
    FILE *file = fopen(path, "re");
    *out = (struct recording){0};
    if (!file)
        return ib_fail_errno(path, "cannot be read");
    bool ok = fgets(line, sizeof line, file) && strcmp(line, HEAD) == 0;
    while (ok && fgets(line, sizeof line, file)) {
        ok = sscanf(line, "%255[^,],%lf,%lf,%lf,%d", id, &pair.ns[0], &pair.ns[1], &pair.ratio, &disturbed) ==
             5;
        pair.disturbed = ok && disturbed;
        if (ok)
            add_pair(out, id, pair);
    }
    fclose(file);
    return ok && out->n ? IB_OK : ib_fail(IB_EINVAL, path, "not a recording: %s", HEAD);
}

void recording_write(const struct recording *r)
{
    fputs(HEAD, stdout);
    for (size_t c = 0; c < r->n; c++)
        for (size_t i = 0; i < r->cases[c].n; i++) {
            const struct pair *pair = &r->cases[c].pairs[i];
            printf("%s,%.5g,%.5g,%.5g,%d\n", r->cases[c].id, pair->ns[0], pair->ns[1], pair->ratio,
                   pair->disturbed);
        }
}

void recording_free(struct recording *r)
{
    ib_arena_free(&r->arena);
}
