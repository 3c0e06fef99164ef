#include "tenants/handback/read_record.h"

#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "node/base/keyd_frame.h"
#include "node/base/utf.h"

static const char *const key_names[KEY_KIND_N] = {
    [KEY_PERSON] = "person", [KEY_CLASS] = "class", [KEY_BACKUP] = "backup",
    [KEY_RECORD] = "record", [KEY_MAC] = "mac",     [KEY_SIGN] = "sign",
};

const char *read_key_name(enum key_kind kind)
{
    return key_names[kind];
}

struct cursor {
    struct span line;
    size_t at;
};

static bool take(struct cursor *c, const char *text)
{
    size_t n = strlen(text);

    if (!span_has_prefix(span_from(c->line, c->at), span_of(text, n)))
        return false;
    c->at += n;
    return true;
}

static int hex4(struct span digits)
{
    int v = 0;

    for (size_t i = 0; i < 4; i++) {
        int d = i < digits.len ? hex_digit(digits.p[i]) : -1;

        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

/* One escape, *at behind its backslash. What needs none is written without one: two escapes
 * alone stand for themselves, control characters have short forms or \u00XX. */
static bool take_escape(struct cursor *c)
{
    uint8_t e = c->at < c->line.len ? c->line.p[c->at] : 0;
    int v;

    c->at++;
    if (e != 0 && strchr("\"\\bfnrt", e) != NULL)
        return true;
    v = e == 'u' ? hex4(span_cut(c->line, c->at, 4)) : -1;
    c->at += 4;
    return v > 0 && (v < 0x20 || v == 0x7f);
}

/* A string with its quotes; raw_out is what stands between them. */
static bool take_string(struct cursor *c, struct span *raw_out)
{
    size_t from = c->at + 1;

    if (!take(c, "\""))
        return false;
    while (c->at < c->line.len) {
        uint8_t b = c->line.p[c->at];

        if (b == '"') {
            *raw_out = span_cut(c->line, from, c->at - from);
            c->at++;
            return true;
        }
        c->at++;
        if (b < 0x20 || (b == '\\' && !take_escape(c)))
            return false;
    }
    return false;
}

static bool take_number(struct cursor *c, struct span *raw_out)
{
    size_t from = c->at;
    int64_t v;

    while (c->at < c->line.len &&
           (c->line.p[c->at] == '-' || (c->line.p[c->at] >= '0' && c->line.p[c->at] <= '9')))
        c->at++;
    *raw_out = span_cut(c->line, from, c->at - from);
    return raw_out->len > 0 && jx_i64_parse(*raw_out, &v) && v >= INT32_MIN && v <= INT32_MAX;
}

static bool is_uuid(struct span s)
{
    struct id id;
    char text[ID_TEXT_CAP];

    if (id_parse(s, &id, NULL) != ERR_OK)
        return false;
    id_text(id, text);
    return span_eq(s, span_text(text)); /* small digits */
}

/* As PostgreSQL says it: no instant. */
static bool is_endless(struct span s)
{
    return span_eq(s, SPAN("infinity")) || span_eq(s, SPAN("-infinity"));
}

static bool is_date(struct span s)
{
    char text[32] = {0};
    int64_t us;

    if (is_endless(s))
        return true;
    if (s.len != 10)
        return false;
    memcpy(text, s.p, 10);
    memcpy(text + 10, "T00:00:00Z", 10);
    return jx_time_parse(span_text(text), &us);
}

static bool is_time(struct span s)
{
    int64_t us;

    return is_endless(s) ||
           (s.len == 27 && s.p[19] == '.' && s.p[26] == 'Z' && jx_time_parse(s, &us));
}

static bool is_hex(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.len % 2 == 0;
}

static bool is_b64(struct span s)
{
    size_t n = s.len;

    while (n > 0 && s.len - n < 2 && s.p[n - 1] == '=')
        n--;
    for (size_t i = 0; i < n; i++) {
        uint8_t b = s.p[i];

        if (!((b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') ||
              b == '+' || b == '/'))
            return false;
    }
    return s.len % 4 == 0;
}

/* ---- sealed columns ---- */

static bool take_key(struct cursor *c, enum key_kind *kind_out)
{
    struct span name;

    if (!take_string(c, &name))
        return false;
    for (int i = 0; i < KEY_KIND_N; i++)
        if (span_eq(name, span_text(key_names[i]))) {
            *kind_out = (enum key_kind)i;
            return true;
        }
    return false;
}

static bool take_seal(struct cursor *c, struct read_seal *s)
{
    struct span of;

    *s = (struct read_seal){.has_of = true};
    s->is_empty = take(c, "{\"empty\":true}");
    if (s->is_empty)
        return true;
    if (!take(c, "{\"key\":") || !take_key(c, &s->kind) || !take(c, ",\"of\":"))
        return false;
    if (take(c, "null"))
        s->has_of = false;
    else if (!take_string(c, &of) || !is_uuid(of) || id_parse(of, &s->of, NULL) != ERR_OK)
        return false;
    if (!take(c, ",\"name\":") || !take_string(c, &s->name) ||
        (!s->has_of && s->name.len == 0) || !keyd_name_is_valid(s->name))
        return false;
    s->is_closed = take(c, ",\"closed\":true}");
    if (s->is_closed)
        return true;
    s->is_b64 = take(c, ",\"b64\":");
    if ((!s->is_b64 && !take(c, ",\"text\":")) || !take_string(c, &s->text))
        return false;
    return take(c, "}") && (!s->is_b64 || is_b64(s->text));
}

void read_seal(struct span raw, struct read_seal *seal_out)
{
    struct cursor c = {raw, 0};

    invariant(take_seal(&c, seal_out), "a sealed column of %zu bytes", raw.len);
}

/* ---- values ---- */

static bool take_plain(struct cursor *c, enum read_type type, struct span *raw_out)
{
    int64_t n;

    switch (type) {
    case READ_INT:
        return take_number(c, raw_out);
    case READ_BOOL:
        *raw_out = take(c, "true") ? SPAN("true") : SPAN("false");
        return raw_out->len == 4 || take(c, "false");
    case READ_TEXT:
    case READ_JSON:
        return take_string(c, raw_out);
    case READ_UUID:
        return take_string(c, raw_out) && is_uuid(*raw_out);
    case READ_DATE:
        return take_string(c, raw_out) && is_date(*raw_out);
    case READ_TIME:
        return take_string(c, raw_out) && is_time(*raw_out);
    case READ_INT8:
        return take_string(c, raw_out) && jx_i64_parse(*raw_out, &n);
    case READ_BYTES:
        return take_string(c, raw_out) && is_hex(*raw_out);
    case READ_INDEX:
        *raw_out = SPAN("true");
        return take(c, "true");
    case READ_SEALED:
    case READ_NOTHING:
        break;
    }
    return false;
}

static bool take_value(struct cursor *c, const struct read_column *column,
                       struct read_value *value)
{
    size_t from = c->at;
    struct span ignored;
    struct read_seal seal;

    value->is_null = take(c, "null");
    if (value->is_null)
        return true;
    if (column->type != READ_SEALED && !column->is_array)
        return take_plain(c, column->type, &value->raw);
    if (column->type == READ_SEALED) {
        if (!take_seal(c, &seal))
            return false;
    } else if (!take(c, "[")) {
        return false;
    } else if (!take(c, "]")) {
        do {
            if (!take(c, "null") && !take_plain(c, column->type, &ignored))
                return false;
        } while (take(c, ","));
        if (!take(c, "]"))
            return false;
    }
    value->raw = span_cut(c->line, from, c->at - from);
    return true;
}

static bool take_name(struct cursor *c, const char *name, bool is_first)
{
    return take(c, is_first ? "\"" : ",\"") && take(c, name) && take(c, "\":");
}

/* null: its key was destroyed, or its bytes are lost. */
static bool take_file(struct cursor *c, bool is_first, struct span *file_out)
{
    if (!take_name(c, READ_FILE_FIELD, is_first))
        return false;
    return take(c, "null") ||
           (take_string(c, file_out) && file_out->len == 64 && is_hex(*file_out));
}

enum err read_record(struct span line, const struct read_table *table,
                     struct read_record *record_out, struct fail *why)
{
    struct cursor c = {line, 0};
    bool is_first = true;

    record_out->file = SPAN_NONE;
    if (!take(&c, "{"))
        return fail_field(why, ERR_PROTO, "{", "not an object");
    if (!utf_is_valid(line))
        return fail_field(why, ERR_PROTO, "utf-8", "byte %zu", utf_valid_len(line));
    for (int i = 0; i < table->n; i++) {
        const struct read_column *column = &table->columns[i];
        struct read_value *value = &record_out->values[i];

        *value = (struct read_value){.is_null = true};
        if (column->type == READ_NOTHING)
            continue;
        if (!take_name(&c, column->name, is_first) || !take_value(&c, column, value))
            return fail_field(why, ERR_PROTO, column->name, "byte %zu", c.at);
        is_first = false;
    }
    if (table->has_file && !take_file(&c, is_first, &record_out->file))
        return fail_field(why, ERR_PROTO, READ_FILE_FIELD, "byte %zu", c.at);
    if (!take(&c, "}") || c.at != line.len)
        return fail_field(why, ERR_PROTO, "}", "byte %zu", c.at);
    return ERR_OK;
}

bool read_element(struct span *rest_io, struct span *element_out)
{
    struct cursor c = {*rest_io, 0};
    bool is_string;

    if (!take(&c, "[") && !take(&c, ","))
        return false;
    if (take(&c, "]"))
        return false;
    is_string = c.at < c.line.len && c.line.p[c.at] == '"';
    if (is_string) {
        if (!take_string(&c, element_out))
            return false;
    } else {
        size_t from = c.at;

        while (c.at < c.line.len && c.line.p[c.at] != ',' && c.line.p[c.at] != ']')
            c.at++;
        *element_out = span_cut(c.line, from, c.at - from);
    }
    *rest_io = span_from(c.line, c.at);
    return true;
}

size_t read_text(struct span raw, uint8_t *into)
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    size_t n = 0;

    for (size_t i = 0; i < raw.len; i++) {
        const char *short_form;

        if (raw.p[i] != '\\' || i + 1 == raw.len) {
            into[n++] = raw.p[i];
            continue;
        }
        i++;
        short_form = strchr(from, raw.p[i]);
        if (raw.p[i] == 'u') {
            into[n++] = (uint8_t)hex4(span_cut(raw, i + 1, 4));
            i += 4;
        } else {
            into[n++] =
                short_form == NULL || raw.p[i] == 0 ? raw.p[i] : (uint8_t)to[short_form - from];
        }
    }
    return n;
}
