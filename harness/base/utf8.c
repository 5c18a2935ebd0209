#include "base/utf8.h"

/* The lead bytes of two to four bytes, the bits of the code that they hold, and the least code that needs so
 * many bytes. */
static const struct lead {
    unsigned char from, to, bits;
    uint32_t least;
} leads[] = {{0xC2, 0xDF, 0x1F, 0x80}, {0xE0, 0xEF, 0x0F, 0x800}, {0xF0, 0xF4, 0x07, 0x10000}};
enum { LEADS = sizeof leads / sizeof *leads };

size_t ib_utf8_character(const char *at, uint32_t *code)
{
    const unsigned char *bytes = (const unsigned char *)at;
    size_t more = 0;
    *code = bytes[0];
    if (bytes[0] < 0x80)
        return 1;
    while (more < LEADS && (bytes[0] < leads[more].from || bytes[0] > leads[more].to))
        more++;
    if (more == LEADS)
        return 0;
    *code = bytes[0] & leads[more].bits;
    for (size_t i = 1; i <= more + 1; i++) {
        if ((bytes[i] & 0xC0) != 0x80) /* also at the NUL */
            return 0;
        *code = *code << 6 | (bytes[i] & 0x3F);
    }
    const int surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < leads[more].least || surrogate || *code > 0x10FFFF ? 0 : more + 2;
}

bool ib_utf8_valid(const char *text)
{
    uint32_t code;
    size_t bytes = 1;
    for (; *text && bytes; text += bytes)
        bytes = ib_utf8_character(text, &code);
    return bytes > 0;
}
