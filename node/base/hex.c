#include "node/base/hex.h"

/* One more than what a digit stands for; 0: no digit. Files of records are read by the 100 MB.
 */
static const uint8_t known[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
    ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
    ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
    ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

int hex_digit(uint8_t c)
{
    return known[c] - 1;
}

static bool is_capital(uint8_t c)
{
    return c < 'a' && c > '9';
}

char *hex_write(const uint8_t *bytes, size_t len, char *digits_out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        digits_out[2 * i] = digits[bytes[i] >> 4];
        digits_out[2 * i + 1] = digits[bytes[i] & 15];
    }
    return digits_out + 2 * len;
}

bool hex_read(struct span digits, uint8_t *bytes_out, size_t len)
{
    if (digits.len != 2 * len)
        return false;
    for (size_t i = 0; i < len; i++) {
        uint8_t high = digits.p[2 * i], low = digits.p[2 * i + 1];

        if (known[high] == 0 || known[low] == 0 || is_capital(high) || is_capital(low))
            return false;
        bytes_out[i] = (uint8_t)((known[high] - 1) << 4 | (known[low] - 1));
    }
    return true;
}
