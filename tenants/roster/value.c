#include "tenants/roster/value.h"

#include <ctype.h>
#include <strings.h>

bool value_number(struct span text, size_t max_digits, int *number_out)
{
    int n = 0;

    if (text.len == 0 || text.len > max_digits || max_digits > 9)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        n = n * 10 + (text.p[i] - '0');
    }
    *number_out = n;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && is_leap ? 29 : days[month - 1];
}

bool value_day(struct span text, struct roster_day *day_out)
{
    struct roster_day d;

    *day_out = (struct roster_day){.year = 0};
    if (text.len != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        !value_number(span_cut(text, 0, 4), 4, &d.year) ||
        !value_number(span_cut(text, 5, 2), 2, &d.month) ||
        !value_number(span_cut(text, 8, 2), 2, &d.day))
        return false;
    if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 ||
        d.day > days_in(d.year, d.month))
        return false;
    *day_out = d;
    return true;
}

int value_day_compare(struct roster_day a, struct roster_day b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    if (a.month != b.month)
        return a.month < b.month ? -1 : 1;
    return a.day == b.day ? 0 : a.day < b.day ? -1 : 1;
}

struct roster_day value_day_before(struct roster_day day)
{
    if (--day.day > 0)
        return day;
    if (--day.month == 0) {
        day.month = 12;
        day.year--;
    }
    day.day = days_in(day.year, day.month);
    return day;
}

bool value_is_uuid4(struct span text)
{
    if (text.len != 36)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (is_dash ? text.p[i] != '-' : !isxdigit(text.p[i]))
            return false;
    }
    return text.p[14] == '4' && strchr("89abAB", text.p[19]) != NULL;
}

bool value_has_upper(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] >= 'A' && text.p[i] <= 'Z')
            return true;
    return false;
}

bool value_is_grade(struct span text)
{
    if (text.len != 2 || text.p[1] < '1')
        return false;
    switch (text.p[0]) {
    case 'P':
        return text.p[1] <= '6';
    case 'J':
    case 'H':
    case 'E':
        return text.p[1] <= '3';
    default:
        return false;
    }
}

bool value_is_mail(struct span text)
{
    const uint8_t *at = text.len == 0 ? NULL : memchr(text.p, '@', text.len);
    size_t local = at == NULL ? 0 : (size_t)(at - text.p);
    struct span domain = span_from(text, local + 1);

    if (at == NULL || local == 0 || domain.len == 0 ||
        memchr(domain.p, '@', domain.len) != NULL)
        return false;
    return memchr(text.p, ' ', text.len) == NULL;
}

bool value_is_year_title(struct span text, bool is_all)
{
    struct span word = SPAN("年度");
    int year;

    if (!value_number(span_cut(text, 0, 4), 4, &year) || year < 1000 ||
        !span_has_prefix(span_from(text, 4), word))
        return false;
    return !is_all || text.len == 4 + word.len;
}

#define SCHOOL_CODE_LEN 13
bool value_is_school_code(struct span text)
{
    static const char kinds[][3] = {"A1", "A2", "B1", "C1", "C2", "D1", "D2",
                                    "E1", "F1", "F2", "G1", "H1", "H2"};
    bool is_kind = false;
    int prefecture, rest;

    if (text.len != SCHOOL_CODE_LEN)
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        is_kind = is_kind || memcmp(text.p, kinds[i], 2) == 0;
    return is_kind && value_number(span_cut(text, 2, 2), 2, &prefecture) && prefecture >= 1 &&
           prefecture <= 47 && text.p[4] >= '1' && text.p[4] <= '3' && text.p[5] >= '1' &&
           value_number(span_from(text, 5), 8, &rest);
}

bool value_is_school_digit_good(struct span text)
{
    int sum = 0, weight = 1;

    if (!value_is_school_code(text))
        return false;
    for (size_t i = 0; i < SCHOOL_CODE_LEN; i++) { /* the letter as 0 and 1-8 */
        int digit = i == 0 ? 0 : i == 1 ? text.p[0] - 'A' + 1 : text.p[i - 1] - '0';
        int product = digit * weight;

        sum += product / 10 + product % 10;
        weight = 3 - weight;
    }
    return (10 - sum % 10) % 10 == text.p[SCHOOL_CODE_LEN - 1] - '0';
}

bool value_is_board_code(struct span text)
{
    int n;

    return text.len == 6 && value_number(text, 6, &n);
}

/* The next code point of text that is valid UTF-8; 0 at the end. */
static uint32_t next_point(struct span *text)
{
    uint32_t c;
    size_t n;

    if (text->len == 0)
        return 0;
    c = text->p[0];
    n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    if (n > text->len)
        n = text->len;
    if (n > 1)
        c &= 0x7Fu >> n;
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (text->p[i] & 0x3Fu);
    *text = span_from(*text, n);
    return c;
}

bool value_has_halfwidth_kana(struct span text)
{
    while (text.len > 0) {
        uint32_t c = next_point(&text);

        if (c >= 0xFF66 && c <= 0xFF9F)
            return true;
    }
    return false;
}

bool value_has_control(struct span text)
{
    while (text.len > 0) {
        uint32_t c = next_point(&text);

        if (c < 0x20 || (c >= 0x7F && c <= 0x9F))
            return true;
    }
    return false;
}

bool value_is_kana(struct span text)
{
    while (text.len > 0) {
        uint32_t c = next_point(&text);

        if (c != ' ' && c != 0x3000 && !(c >= 0x3041 && c <= 0x30FF) &&
            !(c >= 0x31F0 && c <= 0x31FF))
            return false;
    }
    return true;
}

struct span value_trim(struct span text)
{
    const struct span wide = SPAN("　");

    for (;;) {
        if (text.len > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
            text = span_from(text, 1);
        else if (span_has_prefix(text, wide))
            text = span_from(text, wide.len);
        else if (text.len > 0 && (text.p[text.len - 1] == ' ' || text.p[text.len - 1] == '\t'))
            text.len--;
        else if (text.len >= wide.len &&
                 memcmp(text.p + text.len - wide.len, wide.p, wide.len) == 0)
            text.len -= wide.len;
        else
            return text;
    }
}

enum value_choice value_choose(struct span text, const char *choices)
{
    enum value_choice found = VALUE_NONE;

    while (*choices != '\0') {
        size_t len = strcspn(choices, "|");

        if (len == text.len && len > 0) {
            if (memcmp(choices, text.p, len) == 0)
                return VALUE_CHOSEN;
            if (strncasecmp(choices, (const char *)text.p, len) == 0)
                found = VALUE_CASED;
        }
        choices += len + (choices[len] == '|');
    }
    return found;
}

bool value_next_item(struct span *rest, struct span *item_out)
{
    const uint8_t *comma;

    if (rest->p == NULL)
        return false;
    comma = rest->len == 0 ? NULL : memchr(rest->p, ',', rest->len);
    if (comma == NULL) {
        *item_out = *rest;
        *rest = SPAN_NONE;
        return true;
    }
    *item_out = span_cut(*rest, 0, (size_t)(comma - rest->p));
    /* not span_from: behind a last comma stands an empty item, not nothing */
    *rest = span_of(comma + 1, rest->len - item_out->len - 1);
    return true;
}
