#include "report/source_json.h"

#include "base/json_text.h"
#include "report/json_values.h"

json_t *ib_source_to_json(const struct ib_source_record *s)
{
    if (!s)
        return json_null();
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
                     ib_word_of(ib_source_kind_words, (int)s->kind), "impl", ib_json_text(s->impl), "path",
                     ib_json_text(s->path), "commit", ib_json_text(s->commit), "committed",
                     ib_json_text(s->committed), "branch", ib_json_text(s->branch), "dirty",
                     ib_json_truth(s->dirty), "reason", ib_json_text(s->reason));
}

json_t *ib_sources_to_json(const struct ib_run_record *run)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->n_sources; i++)
        json_array_append_new(list, ib_source_to_json(&run->sources[i]));
    return list;
}
