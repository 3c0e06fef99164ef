#include "tenants/signin/login_name.h"

#include <string.h>

/* The next character with full-width forms (U+FF01..FF5E, U+3000) as ASCII; 0 for any other
 * byte sequence beyond ASCII. Advances *at. */
static char next_char(struct span s, size_t *at)
{
    const uint8_t *p = s.p + *at;
    size_t left = s.len - *at;

    if (p[0] < 0x80) {
        *at += 1;
        return (char)p[0];
    }
    if (left >= 3 && p[0] == 0xef && (p[1] == 0xbc || p[1] == 0xbd) && (p[2] & 0xc0) == 0x80) {
        int point = 0xf000 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);

        *at += 3;
        return (char)(point >= 0xff01 && point <= 0xff5e ? point - 0xff01 + '!' : 0);
    }
    if (left >= 3 && p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) {
        *at += 3;
        return ' ';
    }
    *at += 1;
    return 0;
}

static bool is_allowed(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._-@", c) != NULL);
}

enum err login_name_fold(struct span typed, char name_out[LOGIN_NAME_CAP], struct fail *why)
{
    char name[LOGIN_NAME_CAP];
    size_t n = 0, n_blanks = 0;

    for (size_t at = 0; at < typed.len;) {
        char c = next_char(typed, &at);

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c == ' ') {
            n_blanks += n > 0;
        } else if (!is_allowed(c) || n_blanks > 0) {
            return fail_field(why, ERR_INVALID, "login", "a character outside a-z 0-9 . _ - @");
        } else if (n == LOGIN_NAME_MOST) {
            return fail_field(why, ERR_INVALID, "login", "over %d characters", LOGIN_NAME_MOST);
        } else {
            name[n++] = c;
        }
    }
    if (n < LOGIN_NAME_LEAST)
        return fail_field(why, ERR_INVALID, "login", "under %d characters", LOGIN_NAME_LEAST);
    name[n] = '\0';
    memcpy(name_out, name, n + 1);
    return ERR_OK;
}
