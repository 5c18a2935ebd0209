#include "recording.h"

#include "analysis/member.h"
#include "base/error.h"
#include "gate/differences.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "case,new_ns,old_ns,disturbed\n"

static void add_pair(struct recording *r, const char *id, struct pair pair)
{
    struct recorded *last = r->n ? &r->cases[r->n - 1] : NULL;
    if (!last || strcmp(last->id, id) != 0) {
        r->cases = ib_arena_grow(&r->arena, r->cases, sizeof *r->cases, r->n, &r->capacity);
        r->cases[r->n] = (struct recorded){.id = ib_arena_copy(&r->arena, id)};
        last = &r->cases[r->n++];
    }
    last->pairs = ib_arena_grow(&r->arena, last->pairs, sizeof *last->pairs, last->n, &last->capacity);
    last->pairs[last->n++] = pair;
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
            pair.ns[side] = json_number_value(json_array_get(json_object_get(sides[side], "samples"), i));
            pair.disturbed |= json_is_true(json_array_get(json_object_get(sides[side], "disturbed"), i));
        }
        add_pair(r, ib_member_text(is, "id"), pair);
    }
}

enum ib_status recording_of_gate(const char *dir, struct recording *out)
{
    json_t *sides[2], *c;
    size_t i;
    *out = (struct recording){0};
    for (int side = 0; side < 2; side++)
        IB_TRY(ib_record_load(ib_arena_print(&out->arena, "%s/%s", dir, side ? "old" : "new"), &sides[side]));
    json_array_foreach (ib_member(sides[0], "cases"), i, c)
        add_case(out, c, ib_case_of_id(ib_member(sides[1], "cases"), ib_member_text(c, "id")));
    json_decref(sides[0]);
    json_decref(sides[1]);
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
        ok = sscanf(line, "%255[^,],%lf,%lf,%d", id, &pair.ns[0], &pair.ns[1], &disturbed) == 4;
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
            printf("%s,%.6g,%.6g,%d\n", r->cases[c].id, pair->ns[0], pair->ns[1], pair->disturbed);
        }
}

void recording_free(struct recording *r)
{
    ib_arena_free(&r->arena);
}
