#include "tenants/handback/check_row.h"

#include "node/base/hex.h"
#include "node/base/jx_scalar.h"

/* ---- the fields of a canonical row ---- */

/* Behind the closing quote of the string that begins at `at`; 0: none. */
static size_t string_end(struct span s, size_t at)
{
    for (size_t i = at + 1; i < s.len; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return i + 1;
    }
    return 0;
}

static size_t value_end(struct span s, size_t at)
{
    int depth = 0;

    for (size_t i = at; i < s.len;) {
        uint8_t c = s.p[i];

        if (c == '"') {
            i = string_end(s, i);
            if (i == 0)
                return 0;
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            return i;
        depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
        i++;
    }
    return 0;
}

/* The next "name":value; *at starts as 0. False at the end; *ok_out says whether that is one.
 */
static bool next_field(struct span row, size_t *at, struct span *name_out,
                       struct span *value_out, bool *ok_out)
{
    size_t from = *at, end;
    uint8_t open = from < row.len ? row.p[from] : 0;

    *ok_out = open == '}' && from + 1 == row.len && from > 0;
    if (open != (from == 0 ? '{' : ','))
        return false;
    if (from == 0 && row.len == 2 && row.p[1] == '}') {
        *ok_out = true;
        return false;
    }
    end = from + 1 < row.len && row.p[from + 1] == '"' ? string_end(row, from + 1) : 0;
    if (end == 0 || end >= row.len || row.p[end] != ':')
        return false;
    *name_out = span_cut(row, from + 2, end - from - 3);
    from = end + 1;
    end = value_end(row, from);
    if (end <= from)
        return false;
    *value_out = span_cut(row, from, end - from);
    *at = end;
    return true;
}

/* ---- one form ---- */

struct put {
    struct hash256_state *state;
    uint8_t *scratch;
};

/* A text that reads "false" or "0" is one: a record's comes without its quotes. What stands for
 * nothing is of the other types. */
static bool is_nothing(const struct read_column *column, struct span v, bool is_leaf)
{
    if (column->type == READ_TEXT && !column->is_array)
        return v.len == 0 ||
               (is_leaf && (span_eq(v, SPAN("\"\"")) || span_eq(v, SPAN("null"))));
    return v.len == 0 || span_eq(v, SPAN("null")) || span_eq(v, SPAN("\"\"")) ||
           span_eq(v, SPAN("false")) || span_eq(v, SPAN("0")) || span_eq(v, SPAN("\"0\"")) ||
           span_eq(v, SPAN("[]"));
}

static void put_bytes(const struct put *put, struct span bytes)
{
    uint8_t len[4] = {(uint8_t)(bytes.len >> 24), (uint8_t)(bytes.len >> 16),
                      (uint8_t)(bytes.len >> 8), (uint8_t)bytes.len};

    hash256_put(put->state, span_of(len, sizeof len));
    hash256_put(put->state, bytes);
}

static int b64_digit(uint8_t c)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *at = c == 0 ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

static size_t b64_into(struct span text, uint8_t *into)
{
    size_t n = 0;
    unsigned bits = 0, v = 0;

    for (size_t i = 0; i < text.len; i++) {
        int d = b64_digit(text.p[i]);

        v = (v << 6 | (unsigned)(d < 0 ? 0 : d)) & 0xffffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            into[n++] = (uint8_t)(v >> bits);
        }
    }
    return n;
}

static size_t hex_into(struct span digits, uint8_t *into)
{
    for (size_t i = 0; i + 1 < digits.len; i += 2)
        into[i / 2] = (uint8_t)(hex_digit(digits.p[i]) * 16 + hex_digit(digits.p[i + 1]));
    return digits.len / 2;
}

/* A value without its quotes. is_leaf: in the form of canonical rows, else of records. */
static void put_plain(const struct put *put, enum read_type type, struct span raw, bool is_leaf)
{
    uint8_t eight[8];
    int64_t us;

    switch (type) {
    case READ_TEXT:
    case READ_JSON:
        put_bytes(put, span_of(put->scratch, read_text(raw, put->scratch)));
        return;
    case READ_TIME:
        if (!jx_time_parse(raw, &us) && !jx_i64_parse(raw, &us))
            us = 0;
        for (int i = 0; i < 8; i++)
            eight[i] = (uint8_t)((uint64_t)us >> (56 - 8 * i));
        put_bytes(put, span_of(eight, sizeof eight));
        return;
    case READ_BYTES:
        put_bytes(put, span_of(put->scratch, is_leaf ? b64_into(raw, put->scratch)
                                                     : hex_into(raw, put->scratch)));
        return;
    case READ_UUID:
    case READ_DATE:
    case READ_INT:
    case READ_INT8:
    case READ_BOOL:
    case READ_SEALED:
    case READ_INDEX:
    case READ_NOTHING:
        put_bytes(put, raw);
        return;
    }
}

static struct span unquoted(struct span v)
{
    return v.len >= 2 && v.p[0] == '"' ? span_cut(v, 1, v.len - 2) : v;
}

/* Canonical rows write an array as one text, with blanks between. */
static void put_words(const struct put *put, const struct read_column *column, struct span text)
{
    while (text.len > 0) {
        const uint8_t *blank = memchr(text.p, ' ', text.len);
        size_t len = blank == NULL ? text.len : (size_t)(blank - text.p);

        put_plain(put, column->type, span_cut(text, 0, len), true);
        text = span_from(text, blank == NULL ? len : len + 1);
    }
}

static void put_value(const struct put *put, const struct read_column *column, int at,
                      struct span raw, bool is_leaf)
{
    uint8_t index = (uint8_t)at;
    struct span element;

    hash256_put(put->state, span_of(&index, 1));
    if (!column->is_array) {
        put_plain(put, column->type, unquoted(raw), is_leaf);
        return;
    }
    if (is_leaf && raw.len >= 2 && raw.p[0] == '"') {
        put_words(put, column, unquoted(raw));
        return;
    }
    while (read_element(&raw, &element))
        put_plain(put, column->type, element, is_leaf);
}

static bool is_compared(const struct read_column *column)
{
    return column->type != READ_SEALED && column->type != READ_INDEX &&
           column->type != READ_NOTHING;
}

static void begin(const struct row_hash *hash, const struct read_table *table, struct id row,
                  struct hash256_state *state)
{
    hash256_init(state);
    hash256_put(state, span_of(hash->key, sizeof hash->key));
    hash256_put(state, span_of(table->table->name, strlen(table->table->name) + 1));
    hash256_put(state, span_of(row.b, sizeof row.b));
}

enum err row_hash_leaf(const struct row_hash *hash, const struct read_table *table,
                       struct id row, struct span canonical, uint64_t *columns_out,
                       struct hash256 *hash_out, struct fail *why)
{
    struct span values[READ_COLUMNS_CAP] = {{NULL, 0}}, name, value;
    struct hash256_state state;
    const struct put put = {&state, hash->scratch};
    size_t at = 0;
    bool ok;

    *columns_out = 0;
    while (next_field(canonical, &at, &name, &value, &ok)) {
        int i = read_column_find(table, name);

        if (i < 0 || !is_compared(&table->columns[i]))
            continue;
        values[i] = value;
        *columns_out |= UINT64_C(1) << i;
    }
    if (!ok)
        return fail_set(why, ERR_PROTO, "byte %zu of the row", at);
    begin(hash, table, row, &state);
    for (int i = 0; i < table->n; i++)
        if (!is_nothing(&table->columns[i], values[i], true))
            put_value(&put, &table->columns[i], i, values[i], true);
    *hash_out = hash256_end(&state);
    return ERR_OK;
}

struct id row_record_id(const struct read_table *table, const struct read_record *record)
{
    struct id id;

    return id_parse(record->values[table->id_at].raw, &id, NULL) == ERR_OK ? id : ID_NONE;
}

enum err row_hash_record(const struct row_hash *hash, const struct read_table *table,
                         const struct read_record *record, uint64_t columns,
                         struct hash256 *hash_out, struct fail *why)
{
    struct hash256_state state;
    const struct put put = {&state, hash->scratch};

    (void)why;
    begin(hash, table, row_record_id(table, record), &state);
    for (int i = 0; i < table->n; i++)
        if ((columns >> i & 1) != 0 && is_compared(&table->columns[i]) &&
            !record->values[i].is_null &&
            !is_nothing(&table->columns[i], record->values[i].raw, false))
            put_value(&put, &table->columns[i], i, record->values[i].raw, false);
    *hash_out = hash256_end(&state);
    return ERR_OK;
}
