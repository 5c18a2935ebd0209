#include "report/svg.h"

#include "report/escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The texts before an id or a reference, which needs the prefix. */
static const char *const references[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#", "url('#", NULL};

/* Elements that are dropped with their contents. */
static const char *const dropped[][2] = {{"<title>", "</title>"}, {"<desc>", "</desc>"}, {NULL, NULL}};

static const char *skip_dropped(const char *at)
{
    for (int i = 0; dropped[i][0]; i++) {
        const char *end = starts(at, dropped[i][0]) ? strstr(at, dropped[i][1]) : NULL;
        if (end)
            return end + strlen(dropped[i][1]);
    }
    return at;
}

static const char *copy_reference(FILE *out, const char *at, const char *prefix)
{
    for (const char *const *reference = references; *reference; reference++) {
        if (starts(at, *reference)) {
            fprintf(out, "%s%s-", *reference, prefix);
            return at + strlen(*reference);
        }
    }
    return at;
}

/* Labels between the tags may look like references. */
static void copy(FILE *out, const char *at, const char *prefix)
{
    for (bool in_tag = true; *at;) {
        const char *next = *at == '<' ? skip_dropped(at) : in_tag ? copy_reference(out, at, prefix) : at;
        if (next == at) {
            in_tag = *at == '<' || (in_tag && *at != '>');
            fputc(*next++, out);
        }
        at = next;
    }
}

const char *ib_svg_clean(struct ib_arena *arena, const char *document, const char *prefix, const char *label)
{
    const char *svg = strstr(document, "<svg");
    char *text = NULL;
    size_t bytes;
    FILE *out = svg ? open_memstream(&text, &bytes) : NULL;
    if (!out)
        return NULL;
    fprintf(out, "<svg role=\"img\" aria-label=\"%s\"", ib_escape_html(arena, label));
    copy(out, svg + strlen("<svg"), prefix);
    fclose(out);
    const char *clean = ib_arena_copy(arena, text);
    free(text);
    return clean;
}
