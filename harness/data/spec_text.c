#include "data/spec_text.h"

#include "base/yaml_text.h"

#include <inttypes.h>

/* [a, b]; NULL for none. */
static enum ib_status print_list(struct ib_arena *arena, const char *const *list, const char **out)
{
    *out = NULL;
    for (size_t i = 0; list && list[i]; i++) {
        const char *item;
        IB_TRY(ib_yaml_text(arena, list[i], &item));
        *out = *out ? ib_arena_print(arena, "%s, %s", *out, item) : item;
    }
    if (*out && list[1])
        *out = ib_arena_print(arena, "[%s]", *out);
    return IB_OK;
}

/* A field that was not given is NULL or 0, and then *out is NULL. */
static enum ib_status print_field(struct ib_arena *arena, const struct ib_yaml_key *key, const void *field,
                                  const char **out)
{
    *out = NULL;
    if (key->read == ib_yaml_read_texts)
        return print_list(arena, *(const char *const *const *)field, out);
    if (key->read == ib_yaml_read_text)
        return *(const char *const *)field ? ib_yaml_text(arena, *(const char *const *)field, out) : IB_OK;
    if (key->read == ib_yaml_read_u64 && *(const uint64_t *)field)
        *out = ib_arena_print(arena, "%" PRIu64, *(const uint64_t *)field);
    if (key->read == ib_yaml_read_word && *(const int *)field)
        *out = ib_word_of(key->words, *(const int *)field);
    return IB_OK;
}

/* Those with readers of their own. */
static enum ib_status print_other(struct ib_arena *arena, const struct ib_dataset_spec *spec,
                                  const struct ib_yaml_key *key, const char **out)
{
    char number[32];
    if (key->offset == offsetof(struct ib_dataset_spec, test_fraction) && spec->test_fraction > 0)
        *out = ib_arena_copy(arena, ib_print_real(spec->test_fraction, number, sizeof number));
    if (key->offset == offsetof(struct ib_dataset_spec, delimiter) && spec->delimiter)
        *out = ib_word_of(ib_delimiter_words, spec->delimiter);
    return IB_OK;
}

enum ib_status ib_spec_text(struct ib_arena *arena, const struct ib_dataset_spec *spec, const char *indent,
                            const char **out)
{
    *out = "";
    for (const struct ib_yaml_key *key = ib_spec_file_keys; key->name; key++) {
        const char *value;
        IB_TRY(print_field(arena, key, (const char *)spec + key->offset, &value));
        if (!value)
            IB_TRY(print_other(arena, spec, key, &value));
        if (value)
            *out = ib_arena_print(arena, "%s%s%s: %s\n", *out, indent, key->name, value);
    }
    return IB_OK;
}
