#include "node/base/jx_scalar.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Exactly n digits from *text, which moves on; -1 when they are not there. */
static int digits(struct span *text, size_t n)
{
    int value = 0;

    if (text->len < n)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (text->p[i] < '0' || text->p[i] > '9')
            return -1;
        value = value * 10 + text->p[i] - '0';
    }
    *text = span_from(*text, n);
    return value;
}

static bool take(struct span *text, uint8_t c)
{
    if (text->len == 0 || text->p[0] != c)
        return false;
    *text = span_from(*text, 1);
    return true;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && is_leap);
}

/* Days from 1970-01-01, counted in years that begin in March, so that a leap day comes last. */
static int64_t days_from_epoch(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

/* "HH:MM:SS[.ffffff]" to microseconds of the day, or -1. */
static int64_t time_of_day(struct span *text)
{
    int hour = digits(text, 2), minute, second;
    int64_t us = 0, unit_us = 1000000;

    minute = take(text, ':') ? digits(text, 2) : -1;
    second = take(text, ':') ? digits(text, 2) : -1;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return -1;
    if (take(text, '.')) {
        int digit = digits(text, 1);

        if (digit < 0)
            return -1;
        for (; digit >= 0; digit = digits(text, 1)) {
            unit_us /= 10;
            if (unit_us == 0)
                return -1;
            us += digit * unit_us;
        }
    }
    return ((hour * 60 + minute) * 60 + second) * INT64_C(1000000) + us;
}

/* "Z" or "+09:00" in minutes east of UTC; false for anything else. */
static bool offset_min(struct span *text, int *min_out)
{
    int sign = 0, hour, minute;

    *min_out = 0;
    if (take(text, 'Z'))
        return true;
    sign = take(text, '+') ? 1 : take(text, '-') ? -1 : 0;
    hour = sign == 0 ? -1 : digits(text, 2);
    minute = take(text, ':') ? digits(text, 2) : -1;
    *min_out = sign * (hour * 60 + minute);
    return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59;
}

bool jx_time_parse(struct span text, int64_t *utc_us_out)
{
    int year = digits(&text, 4), month, day, east_min;
    int64_t us;

    *utc_us_out = 0;
    month = take(&text, '-') ? digits(&text, 2) : -1;
    day = take(&text, '-') ? digits(&text, 2) : -1;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) ||
        !take(&text, 'T'))
        return false;
    us = time_of_day(&text);
    if (us < 0 || !offset_min(&text, &east_min) || text.len != 0)
        return false;
    us += days_from_epoch(year, month, day) * INT64_C(86400000000);
    us -= east_min * INT64_C(60000000);
    if (us < JX_TIME_LEAST || us > JX_TIME_MOST)
        return false;
    *utc_us_out = us;
    return true;
}

bool jx_i64_parse(struct span text, int64_t *value_out)
{
    bool is_negative = take(&text, '-');
    uint64_t limit = (uint64_t)INT64_MAX + is_negative, value = 0;

    *value_out = 0;
    if (text.len == 0 || (text.p[0] == '0' && (text.len > 1 || is_negative)))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)text.p[i] - '0';

        if (digit > 9 || value > (limit - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *value_out = is_negative ? -(int64_t)(value - 1) - 1 : (int64_t)value;
    return true;
}

struct span jx_choice_at(const char *choices, int index)
{
    for (; index > 0; index--) {
        choices += strcspn(choices, "|");
        if (*choices == '\0')
            return SPAN_NONE;
        choices++;
    }
    return index < 0 ? SPAN_NONE : span_of(choices, strcspn(choices, "|"));
}

int jx_choice_find(const char *choices, struct span text)
{
    for (int i = 0; text.len > 0; i++) {
        struct span choice = jx_choice_at(choices, i);

        if (choice.len == 0)
            break;
        if (span_eq(choice, text))
            return i;
    }
    return -1;
}

static int sextet(uint8_t c)
{
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);

    return at == NULL ? -1 : (int)(at - alphabet);
}

bool jx_bytes_parse(struct span text, struct arena *arena, struct span *bytes_out,
                    bool *no_memory_out)
{
    size_t n = text.len / 4 * 3 + (text.len % 4 > 0 ? text.len % 4 - 1 : 0), at = 0;
    uint32_t bits = 0;
    int n_bits = 0;
    uint8_t *bytes;

    *bytes_out = SPAN_NONE;
    *no_memory_out = false;
    if (text.len % 4 == 1)
        return false;
    bytes = arena_alloc(arena, n + 1);
    if (bytes == NULL) {
        *no_memory_out = true;
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        int six = sextet(text.p[i]);

        if (six < 0)
            return false;
        bits = (bits << 6 | (uint32_t)six) & 0xffff;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            bytes[at++] = (uint8_t)(bits >> n_bits);
        }
    }
    if ((bits & ((1u << n_bits) - 1)) !=
        0) /* left-over bits: a second form of the same bytes */
        return false;
    *bytes_out = span_of(bytes, n);
    return true;
}

size_t jx_bytes_text_len(size_t n_bytes)
{
    return n_bytes / 3 * 4 + (n_bytes % 3 > 0 ? n_bytes % 3 + 1 : 0);
}

void jx_bytes_text(struct span bytes, uint8_t *text_out)
{
    uint32_t bits = 0;
    int n_bits = 0;

    for (size_t i = 0; i < bytes.len; i++) {
        bits = (bits << 8 | bytes.p[i]) & 0xffff;
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            *text_out++ = (uint8_t)alphabet[bits >> (n_bits - 6) & 63];
    }
    if (n_bits > 0)
        *text_out = (uint8_t)alphabet[bits << (6 - n_bits) & 63];
}
