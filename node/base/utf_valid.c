#include "node/base/utf.h"

/* Own code and apart from utf.c, so that programs which only read their configuration (the key
 * agent) need not load ICU. The ranges are table 3-7 of the Unicode Standard: they leave out
 * overlong forms, surrogates and everything above U+10FFFF. Returns 0 for what is not allowed.
 */
static size_t sequence_len(const uint8_t *p, size_t room)
{
    uint8_t low = 0x80, high = 0xbf;
    size_t len;

    if (p[0] < 0x80)
        return p[0] != 0;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] == 0xe0)
        low = 0xa0;
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xed)
        high = 0x9f;
    else if (p[0] == 0xf4)
        high = 0x8f;
    if (len > room || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* How many of the next bytes are ASCII without a NUL, by eights: most of any file is. */
static size_t plain_len(const uint8_t *p, size_t room)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    size_t at = 0;
    uint64_t eight;

    for (; room - at >= sizeof eight; at += sizeof eight) {
        memcpy(&eight, p + at, sizeof eight);
        if (((eight | (eight - ones)) & tops) != 0) /* a top bit, or one borrowed by a NUL */
            break;
    }
    return at;
}

size_t utf_valid_len(struct span text)
{
    size_t at = 0;

    while (at < text.len) {
        size_t len = sequence_len(text.p + at, text.len - at);

        if (len == 0)
            break;
        at += len;
        at += plain_len(text.p + at, text.len - at);
    }
    return at;
}

bool utf_is_valid(struct span text)
{
    return utf_valid_len(text) == text.len;
}
