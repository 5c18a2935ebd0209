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

/* The colour of the first group: a gnuplot that has drawn before begins with its last one. NULL: none. */
static const char *find_first_pen(const char *svg)
{
    static const char stroke[] = " stroke=\"";
    const char *group = strstr(svg, "<g fill=\"none\""), *end = group ? strchr(group, '>') : NULL;
    const char *at = group ? strstr(group, stroke) : NULL;
    return at && end && at < end ? at + strlen(stroke) : NULL;
}

/* Labels between the tags may look like references. */
static void copy(FILE *out, const char *at, const char *end, const char *prefix)
{
    const char *pen = find_first_pen(at);
    for (bool in_tag = true; at < end;) {
        if (at == pen) {
            fputs("currentColor", out); /* as the first one of a gnuplot */
            at += strcspn(at, "\"");
        }
        const char *next = *at == '<' ? skip_dropped(at) : in_tag ? copy_reference(out, at, prefix) : at;
        if (next == at) {
            in_tag = *at == '<' || (in_tag && *at != '>');
            fputc(*next++, out);
        }
        at = next;
    }
}

const char *ib_svg_clean(struct ib_arena *arena, const char *document, const char *prefix, const char *label,
                         const char *names)
{
    static const char close[] = "</svg>";
    const char *svg = strstr(document, "<svg"), *end = svg ? strstr(svg, close) : NULL;
    char *text = NULL;
    size_t bytes;
    FILE *out = end ? open_memstream(&text, &bytes) : NULL;
    if (!out)
        return NULL;
    end += strlen(close);
    fprintf(out, "<svg role=\"img\" aria-label=\"%s\"", ib_escape_html(arena, label));
    if (names)
        fprintf(out, " data-series=\"%s\"", ib_escape_html(arena, names));
    fputs(end + strspn(end, "\n"), out);
    copy(out, svg + strlen("<svg"), end, prefix);
    fclose(out);
    const char *clean = ib_arena_copy(arena, text);
    free(text);
    return clean;
}
