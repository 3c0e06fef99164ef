/* A record of the bag as the row it becomes here. */
#include <stdlib.h>

#include "node/base/hex.h"
#include "node/db/base64.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "tenants/handback/check_row.h"
#include "tenants/handback/import_priv.h"
#include "tenants/handback/index.h"

#define SECRET_BYTES 20

static enum err room(struct import_text *t, size_t n, struct fail *why)
{
    if (t->len + n > t->cap) {
        size_t cap = 2 * (t->len + n);
        char *more = realloc(t->p, cap);

        if (more == NULL)
            return fail_set(why, ERR_NOMEM, "%zu bytes of rows", cap);
        t->p = more;
        t->cap = cap;
    }
    return ERR_OK;
}

static enum err put(struct import_text *t, struct span s, struct fail *why)
{
    enum err rc = room(t, s.len, why);

    if (rc == ERR_OK && s.len > 0) {
        memcpy(t->p + t->len, s.p, s.len);
        t->len += s.len;
    }
    return rc;
}

static enum err put_quoted(struct import_text *t, struct span s, struct fail *why)
{
    enum err rc = put(t, SPAN("\""), why);

    if (rc == ERR_OK)
        rc = put(t, s, why);
    return rc == ERR_OK ? put(t, SPAN("\""), why) : rc;
}

/* bytea's text form. */
static enum err put_bytes(struct import_text *t, struct span bytes, struct fail *why)
{
    enum err rc = put(t, SPAN("\"\\\\x"), why);

    if (rc == ERR_OK)
        rc = room(t, 2 * bytes.len, why);
    if (rc != ERR_OK)
        return rc;
    hex_write(bytes.p, bytes.len, t->p + t->len);
    t->len += 2 * bytes.len;
    return put(t, SPAN("\""), why);
}

/* ---- sealed columns ---- */

static enum err plain_of(struct import *im, const struct read_seal *s, struct span *plain_out,
                         struct fail *why)
{
    uint8_t *bytes = arena_alloc(im->row, s->text.len + 1);
    size_t n, pad = 0;

    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%zu bytes of text", s->text.len);
    if (!s->is_b64) {
        *plain_out = span_of(bytes, read_text(s->text, bytes));
        return ERR_OK;
    }
    while (pad < 2 && pad < s->text.len && s->text.p[s->text.len - 1 - pad] == '=')
        pad++;
    n = s->text.len / 4 * 3 - (s->text.len == 0 ? 0 : pad);
    if (!base64_read(s->text, bytes, n))
        return fail_set(why, ERR_PROTO, "base64");
    *plain_out = span_of(bytes, n);
    return ERR_OK;
}

/* In the form of sealed bytes under a key that was destroyed: nobody ever opens them. */
static enum err closed_bytes(struct import *im, struct id key, struct span *sealed_out,
                             struct fail *why)
{
    uint8_t *bytes = arena_alloc(im->row, SEAL_OVERHEAD_BYTES);

    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "sealed");
    digest_random(bytes, SEAL_OVERHEAD_BYTES);
    bytes[0] = 1;
    memcpy(bytes + 1, key.b, sizeof key.b);
    *sealed_out = span_of(bytes, SEAL_OVERHEAD_BYTES);
    return ERR_OK;
}

static struct seal_place place_of(const struct read_table *table, int column,
                                  const struct read_record *record)
{
    struct seal_place place = {table->table->name, table->columns[column].name, ID_NONE};

    if (table->seal_at < 0 ||
        id_parse(record->values[table->seal_at].raw, &place.row, NULL) != ERR_OK)
        place.row = ID_NONE;
    return place;
}

static enum err put_sealed(struct import *im, const struct read_table *table, int column,
                           const struct read_record *record, struct import_text *out,
                           struct fail *why)
{
    const struct seal_place place = place_of(table, column, record);
    struct span plain = SPAN_NONE, sealed = SPAN_NONE;
    struct read_seal s;
    struct id key = ID_NONE;
    enum err rc;

    read_seal(record->values[column].raw, &s);
    if (s.is_empty)
        return put_bytes(out, SPAN_NONE, why);
    rc = import_key_find(im, &s, &key, why);
    if (rc == ERR_OK && s.is_closed)
        rc = closed_bytes(im, key, &sealed, why);
    else if (rc == ERR_OK) {
        rc = plain_of(im, &s, &plain, why);
        if (rc == ERR_OK)
            rc = seal(im->services->keyring, key, &place, plain, im->row, &sealed, why);
    }
    return rc == ERR_OK ? put_bytes(out, sealed, why) : rc;
}

/* Of a source that is closed nothing can be made: something that is found by nobody. */
static enum err put_index(struct import *im, const struct read_table *table, int column,
                          const struct read_record *record, struct import_text *out,
                          struct fail *why)
{
    const struct data_index *index = table->columns[column].rule->index;
    int source = index == NULL ? -1 : read_column_find(table, span_text(index->source));
    uint8_t bytes[DATA_INDEX_BYTES];
    struct read_seal s = {.is_closed = true};
    struct span plain = SPAN_NONE;
    enum err rc = ERR_OK;

    if (source >= 0 && !record->values[source].is_null)
        read_seal(record->values[source].raw, &s);
    if (s.is_closed || s.is_empty) {
        digest_random(bytes, sizeof bytes);
    } else {
        rc = plain_of(im, &s, &plain, why);
        if (rc == ERR_OK)
            rc = data_index_make(index, im->services->keyring, plain, im->row, bytes, why);
    }
    return rc == ERR_OK ? put_bytes(out, span_of(bytes, sizeof bytes), why) : rc;
}

/* ---- what stayed behind ---- */

/* Sealed under the key of the row's own person. */
static enum err put_fresh(struct import *im, const struct read_table *table, int column,
                          const struct read_record *record, struct span plain,
                          struct import_text *out, struct fail *why)
{
    const struct seal_place place = place_of(table, column, record);
    struct span sealed = SPAN_NONE;
    struct id key = ID_NONE;
    enum err rc = keyring_need_key(im->services->keyring, KEY_PERSON,
                                   row_record_id(table, record), NULL, &key, why);

    if (rc == ERR_NOT_FOUND) /* erased: the account is a stone without a name */
        return put(out, SPAN("null"), why);
    if (rc == ERR_OK)
        rc = seal(im->services->keyring, key, &place, plain, im->row, &sealed, why);
    return rc == ERR_OK ? put_bytes(out, sealed, why) : rc;
}

/* An account keeps its state, and its state wants a password and, of an adult, a second factor:
 * both are made of what nobody knows and nobody is told. A slip opens it again. */
static enum err put_secret(struct import *im, const struct read_table *table, int column,
                           const struct read_record *record, struct import_text *out,
                           struct fail *why)
{
    const char *name = table->columns[column].name;
    uint8_t random[SECRET_BYTES];
    int state = read_column_find(table, SPAN("state"));
    bool is_issued = state >= 0 && !span_eq(record->values[state].raw, SPAN("requested")) &&
                     !span_eq(record->values[state].raw, SPAN("approved")) &&
                     !span_eq(record->values[state].raw, SPAN("closed"));

    if (strcmp(name, "sum") == 0) {
        const uint8_t *sum = import_file_sum(im, row_record_id(table, record));
        uint8_t lost[32];

        digest_random(lost, sizeof lost); /* of bytes that were not in the bag */
        return put_bytes(out, span_of(sum == NULL ? lost : sum, sizeof lost), why);
    }
    if (!is_issued)
        return put(out, SPAN("null"), why);
    if (strcmp(name, "password_hash_sealed") == 0)
        return put_fresh(im, table, column, record, span_text(im->password), out, why);
    digest_random(random, sizeof random);
    return put_fresh(im, table, column, record, span_of(random, sizeof random), out, why);
}

/* Of the columns that stay behind: which need a value here. The others have their default. */
static bool is_made(const struct read_column *column)
{
    static const char *const names[] = {"sum", "password_hash_sealed", "totp_secret_sealed"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(column->name, names[i]) == 0)
            return true;
    return false;
}

static bool is_put(const struct read_column *column)
{
    return column->type != READ_NOTHING || is_made(column);
}

/* ---- the row ---- */

static enum err put_value(struct import *im, const struct read_table *table, int i,
                          const struct read_record *record, struct import_text *out,
                          struct fail *why)
{
    const struct read_column *c = &table->columns[i];
    const struct read_value *v = &record->values[i];
    uint8_t *text;

    if (c->type == READ_NOTHING)
        return put_secret(im, table, i, record, out, why);
    if (v->is_null)
        return put(out, SPAN("null"), why);
    if (c->is_array || c->type == READ_INT || c->type == READ_BOOL)
        return put(out, v->raw, why);
    if (c->type == READ_SEALED)
        return put_sealed(im, table, i, record, out, why);
    if (c->type == READ_INDEX)
        return put_index(im, table, i, record, out, why);
    if (c->type == READ_BYTES) {
        enum err rc = put(out, SPAN("\"\\\\x"), why);

        if (rc == ERR_OK)
            rc = put(out, v->raw, why);
        return rc == ERR_OK ? put(out, SPAN("\""), why) : rc;
    }
    if (c->type != READ_JSON)
        return put_quoted(out, v->raw, why);
    text = arena_alloc(im->row, v->raw.len + 1);
    return text == NULL ? fail_set(why, ERR_NOMEM, "json")
                        : put(out, span_of(text, read_text(v->raw, text)), why);
}

enum err import_row(struct import *im, const struct read_table *table,
                    const struct read_record *record, struct import_text *out, struct fail *why)
{
    enum err rc = put(out, SPAN("{"), why);
    bool is_first = true;

    for (int i = 0; i < table->n && rc == ERR_OK; i++) {
        if (!is_put(&table->columns[i]))
            continue;
        if (!is_first)
            rc = put(out, SPAN(","), why);
        if (rc == ERR_OK)
            rc = put_quoted(out, span_text(table->columns[i].name), why);
        if (rc == ERR_OK)
            rc = put(out, SPAN(":"), why);
        if (rc == ERR_OK)
            rc = put_value(im, table, i, record, out, why);
        is_first = false;
    }
    return rc == ERR_OK ? put(out, SPAN("}"), why) : rc;
}

enum err import_row_columns(const struct read_table *table, struct arena *arena,
                            struct span *columns_out, struct fail *why)
{
    const char *list = "";

    for (int i = 0; i < table->n && list != NULL; i++)
        if (is_put(&table->columns[i]))
            list = arena_printf(arena, "%s%s%s", list, list[0] == '\0' ? "" : ",",
                                table->columns[i].name);
    *columns_out = span_text(list);
    return list == NULL ? fail_set(why, ERR_NOMEM, "columns") : ERR_OK;
}
