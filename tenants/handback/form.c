#include "tenants/handback/form.h"

#include "node/base/clock.h"

#define POSTGRES_EPOCH_US  INT64_C(946684800000000) /* 2000-01-01 */
#define POSTGRES_EPOCH_DAY 10957

int64_t form_number(struct span bytes)
{
    uint64_t v = 0;

    for (size_t i = 0; i < bytes.len; i++)
        v = v << 8 | bytes.p[i];
    return bytes.len == 2   ? (int64_t)(int16_t)v
           : bytes.len == 4 ? (int64_t)(int32_t)v
                            : (int64_t)v;
}

static size_t word(const char *text, char out[FORM_CAP])
{
    size_t len = strlen(text);

    memcpy(out, text, len);
    return len;
}

/* With zeros before it until it has n_least digits. */
static char *put_number(char *p, int64_t value, int n_least)
{
    char digits[24];
    uint64_t v = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int n = 0;

    if (value < 0)
        *p++ = '-';
    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    for (int i = n + (value < 0); i < n_least; i++)
        *p++ = '0';
    while (n > 0)
        *p++ = digits[--n];
    return p;
}

/* Proleptic Gregorian, from days since 1970 (Howard Hinnant's civil_from_days). */
static size_t day_text(int64_t days, char out[FORM_CAP])
{
    int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t mp = (5 * of_year + 2) / 153, month = mp < 10 ? mp + 3 : mp - 9;
    char *p = put_number(out, year + era * 400 + (month <= 2), 4);

    *p++ = '-';
    p = put_number(p, month, 2);
    *p++ = '-';
    return (size_t)(put_number(p, of_year - (153 * mp + 2) / 5 + 1, 2) - out);
}

/* "infinity" has no instant: as PostgreSQL says it. */
static const char *endless(int64_t v, int64_t least, int64_t most)
{
    return v == most ? "infinity" : v == least ? "-infinity" : NULL;
}

static size_t date_text(struct span bytes, char out[FORM_CAP])
{
    int64_t v = form_number(bytes);
    const char *text = endless(v, INT32_MIN, INT32_MAX);

    return text != NULL ? word(text, out) : day_text(v + POSTGRES_EPOCH_DAY, out);
}

static size_t time_text(struct span bytes, bool is_for_people, char out[FORM_CAP])
{
    int64_t v = form_number(bytes);
    const char *text = endless(v, INT64_MIN, INT64_MAX);

    if (text != NULL)
        return word(text, out);
    if (!is_for_people) {
        clock_utc_text(v + POSTGRES_EPOCH_US, out);
        return strlen(out);
    }
    /* "2026-11-22T05:17:21+09:00" to what a spreadsheet takes for a time */
    clock_tokyo_text(v + POSTGRES_EPOCH_US, out);
    out[10] = ' ';
    return 19;
}

size_t form_text(enum plan_type type, struct span bytes, bool is_for_people,
                 char text_out[FORM_CAP])
{
    struct id id = ID_NONE;

    switch (type) {
    case PLAN_UUID:
        if (bytes.len == sizeof id.b)
            memcpy(id.b, bytes.p, sizeof id.b);
        id_text(id, text_out);
        return ID_TEXT_CAP - 1;
    case PLAN_SMALL:
    case PLAN_BIG:
        return (size_t)(put_number(text_out, form_number(bytes), 1) - text_out);
    case PLAN_BOOL:
        if (is_for_people)
            return word(bytes.p[0] != 0 ? "はい" : "いいえ", text_out);
        return word(bytes.p[0] != 0 ? "true" : "false", text_out);
    case PLAN_DATE:
        return date_text(bytes, text_out);
    case PLAN_TIME:
        return time_text(bytes, is_for_people, text_out);
    case PLAN_TEXT:
    case PLAN_BYTES:
        break;
    }
    return 0;
}

/* ---- arrays (libpq's binary form) ---- */

struct items items_of(struct span bytes)
{
    struct items items = {.rest = SPAN_NONE};

    if (bytes.len < 12)
        return (struct items){.is_broken = true};
    if (form_number(span_cut(bytes, 0, 4)) == 0)
        return items;
    if (form_number(span_cut(bytes, 0, 4)) != 1 || bytes.len < 20)
        return (struct items){.is_broken = true};
    items.n = form_number(span_cut(bytes, 12, 4));
    items.rest = span_from(bytes, 20);
    return items;
}

bool next_item(struct items *items, struct span *item_out, bool *is_null_out)
{
    int64_t len;

    if (items->n <= 0 || items->rest.len < 4)
        return false;
    items->n--;
    len = form_number(span_cut(items->rest, 0, 4));
    items->rest = span_from(items->rest, 4);
    *item_out = SPAN_NONE;
    *is_null_out = len < 0;
    if (len < 0)
        return true;
    if ((size_t)len > items->rest.len) {
        items->is_broken = true;
        return false;
    }
    *item_out = span_cut(items->rest, 0, (size_t)len);
    items->rest = span_from(items->rest, (size_t)len);
    return true;
}
