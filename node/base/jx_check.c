#include <stdio.h>
#include <stdlib.h>

#include "node/base/hex.h"
#include "node/base/jx.h"
#include "node/base/utf.h"

/* RFC 8259, less what its texts leave open: this scan refuses whatever cJSON would read
 * otherwise than another reader might (the reason stands beside each rule). */

#define NUMBER_CAP   32 /* bytes; cJSON cuts a number at 63 */
#define N_EXACT      15 /* digits that a double tells apart (DBL_DIG) */
#define INT_DIGITS   16 /* of 2^53 - 1 */
#define MOST_INT     "9007199254740991"
#define EXPONENT_CAP 2 /* digits */

struct key {
    uint32_t at, len; /* between the quotation marks */
};

struct scan {
    struct span text;
    size_t at;
    int depth;
    size_t n_values;
    enum err rc;
    const char *what;
    struct jx_limits limits;
    /* Keys of the objects that are open, the innermost last: each key has a value, so their
     * number is bounded as that of values is. */
    size_t n_keys;
    struct key *keys; /* limits.most_values of them */
};

static bool value(struct scan *s);

static bool refuse(struct scan *s, enum err rc, const char *what)
{
    s->rc = rc;
    s->what = what;
    return false;
}

/* The byte at the cursor; 0, which the text cannot hold, at its end. */
static uint8_t here(const struct scan *s)
{
    return s->at < s->text.len ? s->text.p[s->at] : 0;
}

static void blanks(struct scan *s)
{
    while (here(s) == ' ' || here(s) == '\t' || here(s) == '\n' || here(s) == '\r')
        s->at++;
}

static bool take(struct scan *s, uint8_t c)
{
    if (here(s) != c)
        return false;
    s->at++;
    return true;
}

/* The four digits behind \u, or -1. */
static int32_t hex4(const uint8_t *p, size_t room)
{
    int32_t unit = 0;

    if (room < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_digit(p[i]);

        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static bool escape_u(struct scan *s)
{
    struct span rest = span_from(s->text, s->at);
    int32_t unit = hex4(rest.p, rest.len), low;

    if (unit < 0)
        return refuse(s, ERR_PROTO, "\\u wants four hexadecimal digits");
    if (unit == 0) /* cJSON would cut the string here */
        return refuse(s, ERR_PROTO, "\\u0000");
    s->at += 4;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    rest = span_from(s->text, s->at);
    low = rest.len >= 6 && rest.p[0] == '\\' && rest.p[1] == 'u' ? hex4(rest.p + 2, 4) : -1;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return refuse(s, ERR_PROTO, "a lone surrogate");
    s->at += 6;
    return true;
}

/* From the opening quotation mark; *key_out is what stands between the two. */
static bool string(struct scan *s, struct key *key_out)
{
    if (!take(s, '"'))
        return refuse(s, ERR_PROTO, "a string starts with a quotation mark");
    key_out->at = (uint32_t)s->at;
    for (;;) {
        uint8_t c = here(s);

        if (c < 0x20) /* cJSON lets raw control bytes pass */
            return refuse(s, ERR_PROTO,
                          s->at < s->text.len ? "a raw control byte" : "an open string");
        s->at++;
        if (c == '"')
            break;
        if (c != '\\')
            continue;
        c = here(s);
        if (c == 0 || strchr("\"\\/bfnrtu", c) == NULL)
            return refuse(s, ERR_PROTO, "an unknown escape");
        s->at++;
        if (c == 'u' && !escape_u(s))
            return false;
    }
    key_out->len = (uint32_t)(s->at - 1 - key_out->at);
    return true;
}

/* Next code point of a checked string, -1 at its end. */
static int32_t next_point(const uint8_t **at, const uint8_t *end)
{
    static const char names[] = "bfnrt", points[] = "\b\f\n\r\t";
    const uint8_t *p = *at;
    int32_t c;

    if (p == end)
        return -1;
    if (*p != '\\') {
        int32_t tail = *p < 0x80 ? 0 : *p < 0xe0 ? 1 : *p < 0xf0 ? 2 : 3;

        c = tail == 0 ? *p : *p & (0x3f >> tail);
        for (p++; tail > 0; tail--)
            c = c << 6 | (*p++ & 0x3f);
    } else if (p[1] != 'u') {
        const char *name = strchr(names, p[1]);

        c = name == NULL ? p[1] : points[name - names];
        p += 2;
    } else {
        c = hex4(p + 2, 4);
        p += 6;
        if (c >= 0xd800 && c <= 0xdfff) {
            c = 0x10000 + ((c - 0xd800) << 10) + (hex4(p + 2, 4) - 0xdc00);
            p += 6;
        }
    }
    *at = p;
    return c;
}

static int key_order(const void *left, const void *right, void *arg)
{
    const struct key *a = left, *b = right;
    const struct scan *s = arg;
    const uint8_t *pa = s->text.p + a->at, *pb = s->text.p + b->at;
    const uint8_t *end_a = pa + a->len, *end_b = pb + b->len;
    int32_t ca, cb;

    do {
        ca = next_point(&pa, end_a);
        cb = next_point(&pb, end_b);
    } while (ca == cb && ca >= 0);
    return (ca > cb) - (ca < cb);
}

/* cJSON keeps both of two like keys and finds the first; other readers find the last. */
static bool keys_differ(struct scan *s, size_t first)
{
    qsort_r(s->keys + first, s->n_keys - first, sizeof s->keys[0], key_order, s);
    for (size_t i = first; i + 1 < s->n_keys; i++) {
        if (key_order(&s->keys[i], &s->keys[i + 1], s) == 0) {
            s->at = s->keys[i].at > s->keys[i + 1].at ? s->keys[i].at : s->keys[i + 1].at;
            return refuse(s, ERR_PROTO, "a key that was there already");
        }
    }
    s->n_keys = first;
    return true;
}

static bool member(struct scan *s)
{
    struct key key;

    blanks(s);
    if (!string(s, &key))
        return false;
    if (s->n_keys == s->limits.most_values)
        return refuse(s, ERR_TOO_LARGE, "too many values");
    s->keys[s->n_keys++] = key;
    blanks(s);
    if (!take(s, ':'))
        return refuse(s, ERR_PROTO, "a colon is wanted");
    return value(s);
}

/* The inside of an object or a list, behind its opening bracket. */
static bool items(struct scan *s, uint8_t closing, bool (*item)(struct scan *s))
{
    size_t first_key = s->n_keys;

    if (++s->depth > JX_MAX_DEPTH)
        return refuse(s, ERR_TOO_LARGE, "too deep");
    blanks(s);
    if (!take(s, closing)) {
        do {
            if (!item(s))
                return false;
            blanks(s);
        } while (take(s, ','));
        if (!take(s, closing))
            return refuse(s, ERR_PROTO, "a comma or the closing bracket is wanted");
    }
    s->depth--;
    return closing == ']' || keys_differ(s, first_key);
}

static size_t digits(struct scan *s)
{
    size_t from = s->at;

    while (here(s) >= '0' && here(s) <= '9')
        s->at++;
    return s->at - from;
}

/* A number as digits d1 d2 ... and the place of its point: 0.d1d2... times 10^point. */
struct decimal {
    char digits[NUMBER_CAP + INT_DIGITS + 1];
    int n, point;
};

static struct decimal decimal(struct span number, int exponent)
{
    struct decimal d = {.n = 0, .point = exponent};
    bool in_fraction = false;

    memset(d.digits, '0', sizeof d.digits);
    for (size_t i = 0; i < number.len; i++) {
        if (number.p[i] == '.') {
            in_fraction = true;
        } else if (number.p[i] == '0' && d.n == 0) {
            d.point -= in_fraction; /* not yet a digit that counts */
        } else {
            d.digits[d.n++] = (char)number.p[i];
            d.point += !in_fraction;
        }
    }
    return d;
}

/* What the double that cJSON makes of a number could not say: over 2^53 - 1 it skips integers
 * (and 1e400 has none at all), and a long fraction may round to an integer. Minus zero would be
 * written back as zero. */
static bool is_exact(struct scan *s, struct span mantissa, int exponent, bool is_plain_int,
                     bool is_negative)
{
    struct decimal d = decimal(mantissa, exponent);

    if (d.n == 0)
        return !is_negative || refuse(s, ERR_PROTO, "minus zero");
    if (d.point > INT_DIGITS ||
        (d.point == INT_DIGITS && (memcmp(d.digits, MOST_INT, INT_DIGITS) > 0)))
        return refuse(s, ERR_PROTO, "a number over 2^53 - 1");
    if (!is_plain_int && d.n > N_EXACT)
        return refuse(s, ERR_PROTO, "a fraction of over 15 digits");
    return true;
}

/* int [ frac ] [ exp ], RFC 8259 section 6. cJSON takes `01`, `1.` and `-` as well. */
static bool number(struct scan *s)
{
    size_t from = s->at, first, end;
    bool is_negative = take(s, '-'), is_plain_int = true;
    int exponent = 0;

    first = s->at;
    if (digits(s) == 0 || (s->text.p[first] == '0' && s->at - first > 1))
        return refuse(s, ERR_PROTO, "an integer without leading zeros is wanted");
    if (take(s, '.')) {
        is_plain_int = false;
        if (digits(s) == 0)
            return refuse(s, ERR_PROTO, "digits are wanted behind the point");
    }
    end = s->at;
    if (take(s, 'e') || take(s, 'E')) {
        bool is_small = take(s, '-');
        size_t n;

        is_plain_int = false;
        if (!is_small)
            (void)take(s, '+');
        n = digits(s);
        if (n == 0 || n > EXPONENT_CAP)
            return refuse(s, ERR_PROTO, "one or two digits are wanted in the exponent");
        for (; n > 0; n--)
            exponent = exponent * 10 + s->text.p[s->at - n] - '0';
        exponent = is_small ? -exponent : exponent;
    }
    if (s->at - from > NUMBER_CAP)
        return refuse(s, ERR_PROTO, "a number of over 32 characters");
    return is_exact(s, span_of(s->text.p + first, end - first), exponent, is_plain_int,
                    is_negative);
}

static bool word(struct scan *s, struct span want)
{
    if (!span_has_prefix(span_from(s->text, s->at), want))
        return refuse(s, ERR_PROTO, "no JSON value");
    s->at += want.len;
    return true;
}

static bool value(struct scan *s)
{
    struct key ignored;

    blanks(s);
    if (++s->n_values > s->limits.most_values)
        return refuse(s, ERR_TOO_LARGE, "too many values");
    switch (here(s)) {
    case '{':
        s->at++;
        return items(s, '}', member);
    case '[':
        s->at++;
        return items(s, ']', value);
    case '"':
        return string(s, &ignored);
    case 't':
        return word(s, SPAN("true"));
    case 'f':
        return word(s, SPAN("false"));
    case 'n':
        return word(s, SPAN("null"));
    default:
        return number(s);
    }
}

static enum err check(struct span text, struct jx_limits limits, struct key *keys,
                      struct fail *why)
{
    struct scan s = {.limits = limits, .keys = keys};

    s.at = utf_valid_len(text);
    if (s.at < text.len)
        return fail_set(why, ERR_PROTO, "byte %zu: not UTF-8, or a NUL", s.at);
    s.text = text;
    s.at = 0;
    if (value(&s)) {
        blanks(&s);
        if (s.at == text.len)
            return ERR_OK;
        (void)refuse(&s, ERR_PROTO, "bytes behind the value");
    }
    return fail_set(why, s.rc, "byte %zu: %s", s.at, s.what);
}

enum err jx_check(struct span text, struct fail *why)
{
    struct key keys[JX_MAX_VALUES];

    if (text.len > JX_MAX_BYTES)
        return fail_set(why, ERR_TOO_LARGE, "JSON of %zu bytes", text.len);
    return check(text, (struct jx_limits){JX_MAX_BYTES, JX_MAX_VALUES}, keys, why);
}

enum err jx_check_within(struct span text, struct jx_limits limits, struct fail *why)
{
    struct key *keys;
    enum err rc;

    if (text.len > limits.most_bytes || text.len > UINT32_MAX)
        return fail_set(why, ERR_TOO_LARGE, "JSON of %zu bytes", text.len);
    keys = calloc(limits.most_values + 1, sizeof *keys);
    if (keys == NULL)
        return fail_set(why, ERR_NOMEM, "JSON of %zu bytes", text.len);
    rc = check(text, limits, keys, why);
    free(keys);
    return rc;
}
