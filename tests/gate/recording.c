#include "recording.h"

#include "analysis/member.h"
#include "base/error.h"
#include "gate/differences.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "case,new_ns,old_ns\n"

static void add_pair(struct recording *r, const char *id, double new_ns, double old_ns)
{
    struct recorded *last = r->n ? &r->cases[r->n - 1] : NULL;
    if (!last || strcmp(last->id, id) != 0) {
        r->cases = ib_arena_grow(&r->arena, r->cases, sizeof *r->cases, r->n, &r->capacity);
        r->cases[r->n] = (struct recorded){.id = ib_arena_copy(&r->arena, id)};
        last = &r->cases[r->n++];
    }
    last->pairs = ib_arena_grow(&r->arena, last->pairs, sizeof *last->pairs, last->n, &last->capacity);
    last->pairs[last->n][0] = new_ns;
    last->pairs[last->n][1] = old_ns;
    last->n++;
}

/* Rounds that both sides have; each lists them in ascending order, and an ended case ends on both. */
static void add_case(struct recording *r, const json_t *is, const json_t *was)
{
    const json_t *new_times = ib_member(is, "time.epoch_ns.samples"),
                 *old_times = ib_member(was, "time.epoch_ns.samples");
    for (size_t i = 0; i < json_array_size(new_times) && i < json_array_size(old_times); i++)
        add_pair(r, ib_member_text(is, "id"), json_number_value(json_array_get(new_times, i)),
                 json_number_value(json_array_get(old_times, i)));
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
    double new_ns, old_ns;
    FILE *file = fopen(path, "re");
    *out = (struct recording){0};
    if (!file)
        return ib_fail_errno(path, "cannot be read");
    bool ok = fgets(line, sizeof line, file) && strcmp(line, HEAD) == 0;
    while (ok && fgets(line, sizeof line, file)) {
        ok = sscanf(line, "%255[^,],%lf,%lf", id, &new_ns, &old_ns) == 3;
        if (ok)
            add_pair(out, id, new_ns, old_ns);
    }
    fclose(file);
    return ok && out->n ? IB_OK : ib_fail(IB_EINVAL, path, "is no recording: %s", HEAD);
}

void recording_write(const struct recording *r)
{
    fputs(HEAD, stdout);
    for (size_t c = 0; c < r->n; c++)
        for (size_t i = 0; i < r->cases[c].n; i++)
            printf("%s,%.6g,%.6g\n", r->cases[c].id, r->cases[c].pairs[i][0], r->cases[c].pairs[i][1]);
}

void recording_free(struct recording *r)
{
    ib_arena_free(&r->arena);
}
