#include "recording.h"

#include "analysis/member.h"
#include "base/error.h"
#include "gate/differences.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "case,new_mean_ns,old_mean_ns,new_median_ns,old_median_ns,disturbed\n"

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

static double number_at(const json_t *time, const char *array, size_t i)
{
    return json_number_value(json_array_get(json_object_get(time, array), i));
}

/* Rounds that both sides have; each lists them in ascending order, and an ended case ends on both. */
static void add_case(struct recording *r, const json_t *is, const json_t *was)
{
    const json_t *sides[] = {ib_member(is, "time.epoch_ns"), ib_member(was, "time.epoch_ns")};
    size_t n = json_array_size(json_object_get(sides[0], "samples"));
    if (json_array_size(json_object_get(sides[1], "samples")) < n)
        n = json_array_size(json_object_get(sides[1], "samples"));
    for (size_t i = 0; i < n; i++) {
        struct pair pair = {0};
        for (int side = 0; side < 2; side++) {
            pair.mean_ns[side] = number_at(sides[side], "samples", i);
            pair.median_ns[side] = number_at(sides[side], "medians", i);
            pair.disturbed |= json_is_true(json_array_get(json_object_get(sides[side], "disturbed"), i));
        }
        add_pair(r, ib_member_text(is, "id"), pair);
    }
}

static enum ib_status add_gate(struct recording *out, const char *dir)
{
    json_t *sides[2], *c;
    size_t i;
    for (int side = 0; side < 2; side++)
        IB_TRY(ib_record_load(ib_arena_print(&out->arena, "%s/%s", dir, side ? "old" : "new"), &sides[side]));
    json_array_foreach (ib_member(sides[0], "cases"), i, c)
        add_case(out, c, ib_case_of_id(ib_member(sides[1], "cases"), ib_member_text(c, "id")));
    json_decref(sides[0]);
    json_decref(sides[1]);
    return IB_OK;
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
        ok = sscanf(line, "%255[^,],%lf,%lf,%lf,%lf,%d", id, &pair.mean_ns[0], &pair.mean_ns[1],
                    &pair.median_ns[0], &pair.median_ns[1], &disturbed) == 6;
        pair.disturbed = ok && disturbed;
        if (ok)
            add_pair(out, id, pair);
    }
    fclose(file);
    return ok && out->n ? IB_OK : ib_fail(IB_EINVAL, path, "is no recording: %s", HEAD);
}

void recording_write(const struct recording *r)
{
    fputs(HEAD, stdout);
    for (size_t c = 0; c < r->n; c++)
        for (size_t i = 0; i < r->cases[c].n; i++) {
            const struct pair *pair = &r->cases[c].pairs[i];
            printf("%s,%.5g,%.5g,%.5g,%.5g,%d\n", r->cases[c].id, pair->mean_ns[0], pair->mean_ns[1],
                   pair->median_ns[0], pair->median_ns[1], pair->disturbed);
        }
}

void recording_free(struct recording *r)
{
    ib_arena_free(&r->arena);
}
