#include "tenants/certificate/canon.h"

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/jx_scalar.h"

static uint8_t at(struct span s, size_t i)
{
    return i < s.len ? s.p[i] : 0;
}

/* ---- is it canonical? The text is JSON; only its form is in question. ---- */

/* Behind the string that begins at i; 0: an escape that is not the one form. */
static size_t string_end(struct span s, size_t i)
{
    static const char short_escapes[] = "btnfr\"\\";

    for (i++; i < s.len && s.p[i] != '"'; i++) {
        uint8_t code;

        if (s.p[i] != '\\')
            continue;
        if (strchr(short_escapes, at(s, ++i)) != NULL)
            continue;
        if (at(s, i) != 'u' || !hex_read(span_cut(s, i + 3, 2), &code, 1) ||
            !span_eq(span_cut(s, i + 1, 2), SPAN("00")) || code >= 0x20 || code == '\b' ||
            (code >= '\t' && code <= '\r' && code != '\v'))
            return 0;
        i += 4;
    }
    return i + 1;
}

static size_t value_end(struct span s, size_t i);

static size_t list_end(struct span s, size_t i)
{
    if (at(s, i + 1) == ']')
        return i + 2;
    do {
        i = value_end(s, i + 1);
    } while (i > 0 && at(s, i) == ',');
    return i > 0 && at(s, i) == ']' ? i + 1 : 0;
}

/* Keys of ours hold no escapes; those that do are compared as they stand, and so is their
 * order in the one form a reader could make of them. */
static bool rises(struct span a, struct span b)
{
    int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

    return order < 0 || (order == 0 && a.len < b.len);
}

static size_t object_end(struct span s, size_t i)
{
    struct span last = SPAN_NONE;

    if (at(s, i + 1) == '}')
        return i + 2;
    do {
        size_t from = i + 1, end = at(s, from) == '"' ? string_end(s, from) : 0;
        struct span key;

        if (end == 0 || at(s, end) != ':')
            return 0;
        key = span_cut(s, from + 1, end - from - 2);
        if ((key.len > 0 && memchr(key.p, '\\', key.len) != NULL) ||
            (last.p != NULL && !rises(last, key)))
            return 0;
        last = key;
        i = value_end(s, end + 1);
    } while (i > 0 && at(s, i) == ',');
    return i > 0 && at(s, i) == '}' ? i + 1 : 0;
}

static size_t value_end(struct span s, size_t i)
{
    size_t from = i;

    switch (at(s, i)) {
    case '"':
        return string_end(s, i);
    case '[':
        return list_end(s, i);
    case '{':
        return object_end(s, i);
    case 't':
    case 'n':
        return i + 4;
    case 'f':
        return i + 5;
    default:
        i += at(s, i) == '-';
        while (at(s, i) >= '0' && at(s, i) <= '9')
            i++;
        return i > from ? i : 0; /* a fraction or exponent is what stands behind */
    }
}

bool canon_is(struct span text)
{
    return text.len > 0 && value_end(text, 0) == text.len;
}

/* ---- what stands in it ---- */

bool canon_is_list(struct span value)
{
    return at(value, 0) == '[';
}

bool canon_is_object(struct span value)
{
    return at(value, 0) == '{';
}

/* The next "name":value behind i; where the next one begins, 0: there is none. */
static size_t member_at(struct span object, size_t i, struct span *name_out,
                        struct span *value_out)
{
    size_t end, value;

    if (at(object, i) != (i == 0 ? '{' : ',') || at(object, i + 1) != '"')
        return 0;
    end = string_end(object, i + 1);
    value = value_end(object, end + 1);
    *name_out = span_cut(object, i + 2, end - i - 3);
    *value_out = span_cut(object, end + 1, value - end - 1);
    return value;
}

size_t canon_n_members(struct span object)
{
    struct span name, value;
    size_t n = 0;

    for (size_t i = member_at(object, 0, &name, &value); i > 0;
         i = member_at(object, i, &name, &value))
        n++;
    return n;
}

struct span canon_member(struct span object, const char *name)
{
    struct span found, value;

    for (size_t i = member_at(object, 0, &found, &value); i > 0;
         i = member_at(object, i, &found, &value))
        if (span_eq(found, span_text(name)))
            return value;
    return SPAN_NONE;
}

bool canon_item(struct span *rest, struct span *item_out)
{
    size_t end;

    if (rest->len < 3 || (rest->p[0] != '[' && rest->p[0] != ','))
        return false;
    end = value_end(*rest, 1);
    *item_out = span_cut(*rest, 1, end - 1);
    *rest = span_from(*rest, end);
    return true;
}

bool canon_text(struct span value, struct arena *arena, struct span *text_out)
{
    static const char names[] = "btnfr\"\\", bytes[] = "\b\t\n\f\r\"\\";
    uint8_t *p;
    size_t len = 0;

    *text_out = SPAN_NONE;
    if (value.len < 2 || value.p[0] != '"')
        return false;
    p = arena_alloc(arena, value.len);
    for (size_t i = 1; p != NULL && i + 1 < value.len; i++) {
        const char *name;

        p[len] = value.p[i];
        if (value.p[i] == '\\') {
            name = strchr(names, value.p[++i]);
            if (name != NULL)
                p[len] = (uint8_t)bytes[name - names];
            else if (hex_read(span_cut(value, i + 3, 2), &p[len], 1))
                i += 4;
        }
        len++;
    }
    *text_out = span_of(p, p == NULL ? 0 : len);
    return p != NULL;
}

/* Between the quotes, when there is nothing to undo. */
static struct span plain(struct span value)
{
    return value.len >= 2 && value.p[0] == '"' ? span_cut(value, 1, value.len - 2) : SPAN_NONE;
}

bool canon_int(struct span value, int64_t *n_out)
{
    return value.len > 0 && jx_i64_parse(value, n_out);
}

bool canon_hex(struct span value, uint8_t *bytes_out, size_t len)
{
    struct span digits = plain(value);

    return digits.len == 2 * len && hex_read(digits, bytes_out, len);
}

bool canon_bytes(struct span value, struct arena *arena, struct span *bytes_out)
{
    struct span text = plain(value);
    bool no_memory = false;

    return text.len > 0 && jx_bytes_parse(text, arena, bytes_out, &no_memory);
}

bool canon_id(struct span value, struct id *id_out)
{
    char text[ID_TEXT_CAP];
    struct span said = plain(value);

    if (said.len == 0 || id_parse(said, id_out, NULL) != ERR_OK)
        return false;
    id_text(*id_out, text);
    return span_eq(said, span_text(text));
}

bool canon_time(struct span value, int64_t *utc_us_out)
{
    char text[CLOCK_TEXT_CAP];
    struct span said = plain(value);

    if (said.len == 0 || !jx_time_parse(said, utc_us_out))
        return false;
    clock_utc_text(*utc_us_out, text);
    return span_eq(said, span_text(text));
}

struct span canon_member_text(struct span object, const char *name, struct arena *arena)
{
    struct span text = SPAN_NONE;

    return canon_text(canon_member(object, name), arena, &text) ? text : SPAN_NONE;
}

int64_t canon_member_int(struct span object, const char *name)
{
    int64_t n = -1;

    return canon_int(canon_member(object, name), &n) ? n : -1;
}
