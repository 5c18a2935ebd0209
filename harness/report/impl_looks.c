#include "report/impl_looks.h"

#include <string.h>

static const struct {
    const char *name;
    struct ib_look look;
} known[] = {
#define IB_LOOK(name, colour, shape) {#name, {colour, shape, 1}},
#include "report/impl_looks.def"
#undef IB_LOOK
};
enum { KNOWN = sizeof known / sizeof *known };

static const int shapes[] = {7, 5, 9, 13, 11, 15, 6, 4, 8, 12, 10, 14};
enum { SHAPES = sizeof shapes / sizeof *shapes, DASHES = 6 /* of style.gnuplot */ };

/* From dark to bright, so that an order shows; bright enough to be seen on white. */
static const char *const scale[] = {"#440154", "#3b528b", "#21808d", "#27a05f", "#7a9a01", "#b8860b"};
enum { SCALE = sizeof scale / sizeof *scale };

struct ib_look ib_look_variant(struct ib_look look, size_t n)
{
    size_t at = 0;
    while (at < SHAPES && shapes[at] != look.shape)
        at++;
    look.shape = shapes[(at + n) % SHAPES];
    look.dash = 1 + (int)(((size_t)look.dash - 1 + n) % DASHES);
    return look;
}

struct ib_look ib_look_of_line(size_t i)
{
    return (struct ib_look){scale[i % SCALE], shapes[i % SHAPES], 1 + (int)(i % DASHES)};
}

/* The longest of the names that a label is or begins with. */
const struct ib_named_look *ib_look_of(const struct ib_looks *looks, const char *label)
{
    const struct ib_named_look *found = NULL;
    for (size_t i = 0; i < looks->n; i++) {
        const struct ib_named_look *l = &looks->list[i];
        if ((!found || l->length > found->length) && strncmp(label, l->name, l->length) == 0 &&
            (label[l->length] == '\0' || label[l->length] == ' '))
            found = l;
    }
    return found;
}

const struct ib_doc_drawing *ib_look_mark(const struct ib_looks *looks, const char *label)
{
    const struct ib_named_look *found = ib_look_of(looks, label);
    return found ? &found->mark : NULL;
}

/* ---- finding them ---- */

/* An implementation of the run, and how many of its variants have a look. */
struct entry {
    const char *impl;
    size_t length; /* of its name, without options */
    struct ib_look look;
    size_t n;
};

struct entries {
    struct entry *list;
    size_t n, capacity;
};

static bool is_named(const char *impl, size_t length, const char *name)
{
    return strlen(name) == length && strncmp(impl, name, length) == 0;
}

static bool is_taken(const struct entries *entries, const char *colour)
{
    for (size_t i = 0; i < entries->n; i++)
        if (strcmp(entries->list[i].look.colour, colour) == 0)
            return true;
    return false;
}

/* The first look of the table whose colour is free; if none is, the next one. */
static struct ib_look free_look(const struct entries *entries)
{
    for (size_t k = 0; k < KNOWN; k++)
        if (!is_taken(entries, known[k].look.colour))
            return known[k].look;
    return known[entries->n % KNOWN].look;
}

static struct ib_look look_for(const struct entries *entries, const char *impl, size_t length)
{
    for (size_t k = 0; k < KNOWN; k++)
        if (is_named(impl, length, known[k].name))
            return known[k].look;
    return free_look(entries);
}

static struct entry *find_entry(struct entries *entries, const char *impl, size_t length)
{
    for (size_t i = 0; i < entries->n; i++)
        if (entries->list[i].length == length && strncmp(entries->list[i].impl, impl, length) == 0)
            return &entries->list[i];
    return NULL;
}

static void add_entry(struct ib_arena *arena, struct entries *entries, const char *impl, bool only_known)
{
    const size_t length = strcspn(impl, " ");
    bool is_known = false;
    for (size_t k = 0; k < KNOWN && !is_known; k++)
        is_known = is_named(impl, length, known[k].name);
    if (is_known != only_known || find_entry(entries, impl, length))
        return;
    entries->list =
        ib_arena_grow(arena, entries->list, sizeof *entries->list, entries->n, &entries->capacity);
    entries->list[entries->n] = (struct entry){impl, length, look_for(entries, impl, length), 0};
    entries->n++;
}

static bool has_look(const struct ib_looks *looks, const char *name)
{
    const struct ib_named_look *found = ib_look_of(looks, name);
    return found && strcmp(found->name, name) == 0;
}

static void add_look(struct ib_arena *arena, struct ib_looks *looks, struct entry *entry, const char *name)
{
    const struct ib_look look = ib_look_variant(entry->look, entry->n++);
    looks->list = ib_arena_grow(arena, looks->list, sizeof *looks->list, looks->n, &looks->capacity);
    looks->list[looks->n++] = (struct ib_named_look){
        .name = name,
        .length = strlen(name),
        .look = look,
        .mark = {.kind = IB_DRAW_MARK, .colour = look.colour, .shape = look.shape},
    };
}

/* Those that are known take their colours first. */
struct ib_looks ib_looks_of(struct ib_arena *arena, const struct ib_run_record *run)
{
    struct ib_looks looks = {0};
    struct entries entries = {0};
    for (size_t i = 0; i < run->n; i++)
        add_entry(arena, &entries, run->cases[i].name, true);
    for (size_t i = 0; i < run->n; i++)
        add_entry(arena, &entries, run->cases[i].name, false);
    for (size_t i = 0; i < run->n; i++) {
        const char *name = run->cases[i].name;
        if (!has_look(&looks, name))
            add_look(arena, &looks, find_entry(&entries, name, strcspn(name, " ")), name);
    }
    return looks;
}
