#include "node/db/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_into(struct span bytes, char *text_out)
{
    char *p = text_out;

    for (size_t i = 0; i < bytes.len; i += 3) {
        uint8_t three[3] = {0};
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;

        memcpy(three, bytes.p + i, n);
        *p++ = digits[three[0] >> 2];
        *p++ = digits[(three[0] & 3) << 4 | three[1] >> 4];
        *p++ = digits[(three[1] & 15) << 2 | three[2] >> 6];
        *p++ = digits[three[2] & 63];
        memset(p - (3 - n), '=', 3 - n);
    }
    return (size_t)(p - text_out);
}

static int value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_read(struct span text, uint8_t *bytes_out, size_t len)
{
    size_t at = 0;

    if (text.len != BASE64_LEN(len))
        return false;
    for (size_t i = 0; i < text.len; i += 4) {
        size_t n = len - at < 3 ? len - at : 3; /* bytes in these four characters */
        uint32_t v = 0;

        for (size_t j = 0; j < 4; j++) {
            int d = j <= n ? value(text.p[i + j]) : text.p[i + j] == '=' ? 0 : -1;

            if (d < 0)
                return false;
            v = v << 6 | (uint32_t)d;
        }
        if ((v & ((UINT32_C(1) << 8 * (3 - n)) - 1)) != 0)
            return false;
        for (size_t j = 0; j < n; j++)
            bytes_out[at++] = (uint8_t)(v >> (16 - 8 * j));
    }
    return true;
}
