/* impls/ironbench: what plugins rely on that were built before. Each struct is compared with the table in
 * abi.def, and the comparison itself with structs that changed in each way that is forbidden. */
#include "ironbench/tracer.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RULE                                                                                                 \
    "plugins that were built before would be misread. Fields are only appended, and never change; what "     \
    "cannot keep to that raises the ABI's major number, and starts tests/unit/impls/abi.def anew"

enum growth { FIXED, GROWS };

/* One line of abi.def and the compiler's values: for a field with `field`, otherwise for a whole struct. */
struct pin {
    const char *owner, *field;
    size_t offset, bytes; /* as pinned */
    size_t actual_offset, actual_bytes, alignment;
    bool same_type;
    enum growth growth;
};

static const struct pin pins[] = {
#define ABI_STRUCT(s, size, how)                                                                             \
    {.owner = #s,                                                                                            \
     .bytes = size,                                                                                          \
     .actual_bytes = sizeof(struct s),                                                                       \
     .alignment = _Alignof(struct s),                                                                        \
     .growth = how},
#define ABI_FIELD(s, name, at, size, ...)                                                                    \
    {.owner = #s,                                                                                            \
     .field = #name,                                                                                         \
     .offset = at,                                                                                           \
     .bytes = size,                                                                                          \
     .actual_offset = offsetof(struct s, name),                                                              \
     .actual_bytes = sizeof(((struct s *)NULL)->name),                                                       \
     .same_type = __builtin_types_compatible_p(__typeof__(((struct s *)NULL)->name), __VA_ARGS__)},
#define ABI_CONSTANT(name, value)
#include "abi.def"
#undef ABI_STRUCT
#undef ABI_FIELD
#undef ABI_CONSTANT
};
enum { N_PINS = sizeof pins / sizeof *pins };

static const struct {
    const char *name;
    int64_t pinned, actual;
} constants[] = {
#define ABI_STRUCT(s, size, how)
#define ABI_FIELD(s, name, at, size, ...)
#define ABI_CONSTANT(name, value) {#name, value, name},
#include "abi.def"
#undef ABI_STRUCT
#undef ABI_FIELD
#undef ABI_CONSTANT
};
enum { N_CONSTANTS = sizeof constants / sizeof *constants };

/* ---- a description of what is wrong with a struct; "" if nothing is ---- */

static void judge_field(const struct pin *p, char *why, size_t n)
{
    if (p->actual_offset != p->offset || p->actual_bytes != p->bytes)
        snprintf(why, n, "%s.%s had %zu bytes at %zu, and has %zu at %zu: " RULE, p->owner, p->field,
                 p->bytes, p->offset, p->actual_bytes, p->actual_offset);
    else if (!p->same_type)
        snprintf(why, n, "%s.%s has another type than before: " RULE, p->owner, p->field);
}

/* The struct itself; `end` is where its last field in the table ends. */
static void judge_size(const struct pin *p, size_t end, char *why, size_t n)
{
    if (p->actual_bytes < p->bytes || (p->actual_bytes > p->bytes && p->growth == FIXED))
        snprintf(why, n, "%s had %zu bytes and has %zu, but it travels without its size: " RULE, p->owner,
                 p->bytes, p->actual_bytes);
    else if (p->actual_bytes > p->bytes ||
             (end + p->alignment - 1) / p->alignment * p->alignment != p->actual_bytes)
        snprintf(why, n,
                 "%s has grown to %zu bytes: if its new fields stand behind all others, set its size in "
                 "tests/unit/impls/abi.def to that, and append a line ABI_FIELD(%s, NAME, %zu, BYTES, TYPE)",
                 p->owner, p->actual_bytes, p->owner, end);
}

/* `p` is a struct's line, its fields are those behind it. */
static void judge_struct(const struct pin *p, const struct pin *limit, char *why, size_t n)
{
    const struct pin *field = p + 1;
    size_t end = 0;
    why[0] = '\0';
    for (; field < limit && field->field && !why[0]; field++) {
        judge_field(field, why, n);
        end = field->offset + field->bytes;
    }
    if (!why[0])
        judge_size(p, end, why, n);
    if (!why[0] && p->growth == GROWS && strcmp(p[1].field, "struct_size") != 0)
        snprintf(why, n, "%s does not begin with its struct_size", p->owner);
}

/* ---- the contract ---- */

static void structs_keep_their_form(void **state)
{
    (void)state;
    char why[512];
    for (const struct pin *p = pins; p < pins + N_PINS; p++) {
        if (p->field)
            continue;
        judge_struct(p, pins + N_PINS, why, sizeof why);
        if (why[0])
            fail_msg("%s", why);
    }
}

static void constants_keep_their_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_CONSTANTS; i++)
        if (constants[i].actual != constants[i].pinned)
            fail_msg("%s was %" PRId64 " and is %" PRId64 ": " RULE, constants[i].name, constants[i].pinned,
                     constants[i].actual);
}

/* ---- the comparison: a struct of two fields, as it was and as it may become ---- */

static const struct pin before[] = {
    {.owner = "thing", .bytes = 16, .actual_bytes = 16, .alignment = 8, .growth = GROWS},
    {.owner = "thing", .field = "struct_size", .bytes = 4, .actual_bytes = 4, .same_type = true},
    {.owner = "thing",
     .field = "call",
     .offset = 8,
     .bytes = 8,
     .actual_offset = 8,
     .actual_bytes = 8,
     .same_type = true},
};
enum { N_BEFORE = sizeof before / sizeof *before };

static void assert_judged(const struct pin changed[N_BEFORE], const char *words)
{
    char why[512];
    judge_struct(changed, changed + N_BEFORE, why, sizeof why);
    if (words ? !strstr(why, words) : why[0] != '\0')
        fail_msg("`%s` is what was said, not `%s`", why, words ? words : "");
}

static void changes_are_noticed(void **state)
{
    (void)state;
    struct pin thing[N_BEFORE];
    memcpy(thing, before, sizeof thing);
    assert_judged(thing, NULL);
    thing[2].actual_offset = 16; /* something was put before it */
    assert_judged(thing, "thing.call had 8 bytes at 8, and has 8 at 16: plugins that were built before");
    memcpy(thing, before, sizeof thing);
    thing[1].actual_bytes = 8;
    assert_judged(thing, "thing.struct_size had 4 bytes at 0, and has 8 at 0");
    memcpy(thing, before, sizeof thing);
    thing[2].same_type = false; /* another parameter, say */
    assert_judged(thing, "thing.call has another type than before");
    memcpy(thing, before, sizeof thing);
    thing[0].actual_bytes = 8;
    assert_judged(thing, "thing had 16 bytes and has 8");
    thing[0].actual_bytes = 24;
    thing[0].growth = FIXED;
    assert_judged(thing, "travels without its size");
}

static void appended_fields_are_allowed(void **state)
{
    (void)state;
    struct pin thing[N_BEFORE];
    memcpy(thing, before, sizeof thing);
    thing[0].actual_bytes = 24; /* a field was appended */
    assert_judged(thing, "append a line ABI_FIELD(thing, NAME, 16, BYTES, TYPE)");
    thing[0].bytes = 24; /* its size alone does not do */
    assert_judged(thing, "append a line ABI_FIELD(thing, NAME, 16, BYTES, TYPE)");
}

/* ---- filling in: callers of other versions ---- */

enum { FIRST_COPIES = 56, BEYOND = 0x5a }; /* what ib_copies had at first */

/* A caller that was built before has less room, and not a byte beyond it changes. */
static void filling_for_an_older_caller(void **state)
{
    struct ib_copies out;
    const struct ib_copies mine = {.h2d_count = 1, .sync_count = 6, .d2d_count = 7, .pinned_bytes = 14};
    (void)state;
    memset(&out, BEYOND, sizeof out);
    out.struct_size = FIRST_COPIES;
    IB_FILL(&out, &mine);
    assert_int_equal(out.struct_size, FIRST_COPIES);
    assert_int_equal(out.h2d_count, 1);
    assert_int_equal(out.sync_count, 6);
    for (size_t i = FIRST_COPIES; i < sizeof out; i++)
        assert_int_equal(((const unsigned char *)&out)[i], BEYOND);
}

/* A newer caller has more fields, and recognises by their initial values that they were not filled in. */
static void filling_for_a_newer_caller(void **state)
{
    struct {
        struct ib_copies known;
        uint64_t later;
    } out = {.known = {.struct_size = sizeof out}, .later = IB_UNCOUNTED};
    const struct ib_copies mine = {.struct_size = 1, .h2d_count = 1, .pinned_bytes = 14};
    (void)state;
    IB_FILL(&out.known, &mine);
    assert_int_equal(out.known.struct_size, sizeof out);
    assert_int_equal(out.known.h2d_count, 1);
    assert_int_equal(out.known.pinned_bytes, 14);
    assert_true(out.later == IB_UNCOUNTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structs_keep_their_form),     cmocka_unit_test(constants_keep_their_values),
        cmocka_unit_test(changes_are_noticed),         cmocka_unit_test(appended_fields_are_allowed),
        cmocka_unit_test(filling_for_an_older_caller), cmocka_unit_test(filling_for_a_newer_caller),
    };
    if (sizeof(long) != 8 || sizeof(void *) != 8) {
        printf("skipped: the table is of machines whose pointers and long have 64 bits\n");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
