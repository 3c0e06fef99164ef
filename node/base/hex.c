#include "node/base/hex.h"

int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
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
    for (size_t i = 0; i < digits.len; i++) {
        uint8_t c = digits.p[i];
        int digit = c >= 'A' && c <= 'F' ? -1 : hex_digit(c);

        if (digit < 0)
            return false;
        bytes_out[i / 2] = (uint8_t)(i % 2 == 0 ? digit << 4 : bytes_out[i / 2] | digit);
    }
    return true;
}
