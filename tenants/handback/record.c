#include "tenants/handback/record.h"

#include <stdio.h>

#include "node/base/hex.h"
#include "node/base/utf.h"
#include "node/db/base64.h"
#include "tenants/handback/form.h"

#define ARENA_BYTES 65536
#define CLOSED_JA   "（読めません：鍵を消したため）"

/* ---- text ---- */

void record_put_text(struct out *out, struct span text)
{
    size_t from = 0;

    out_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];
        char escaped[8];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        out_bytes(out, span_cut(text, from, i - from));
        from = i + 1;
        if (c == '"' || c == '\\')
            snprintf(escaped, sizeof escaped, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            snprintf(escaped, sizeof escaped, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
        out_text(out, escaped);
    }
    out_bytes(out, span_from(text, from));
    out_char(out, '"');
}

/* ---- plain values ---- */

static struct span hex_of(struct record *r, struct span bytes)
{
    char *text = arena_alloc(r->arena, 2 * bytes.len + 1);

    if (text == NULL)
        return SPAN_NONE;
    hex_write(bytes.p, bytes.len, text);
    return span_of(text, 2 * bytes.len);
}

static void put_value(struct record *r, enum plan_type type, struct span bytes, struct out *out)
{
    char text[FORM_CAP];

    if (type == PLAN_TEXT) {
        record_put_text(out, bytes);
    } else if (type == PLAN_BYTES) {
        record_put_text(out, hex_of(r, bytes));
    } else {
        struct span short_text = span_of(text, form_text(type, bytes, false, text));

        if (type != PLAN_SMALL && type != PLAN_BOOL)
            out_char(out, '"');
        out_bytes(out, short_text); /* nothing in it needs an escape */
        if (type != PLAN_SMALL && type != PLAN_BOOL)
            out_char(out, '"');
    }
}

static enum err put_array(struct record *r, const struct plan_column *c, struct span bytes,
                          struct out *out, struct fail *why)
{
    struct items items = items_of(bytes);
    const char *comma = "";
    struct span item;
    bool is_null;

    out_char(out, '[');
    while (next_item(&items, &item, &is_null)) {
        out_text(out, comma);
        comma = ",";
        if (is_null)
            out_text(out, "null");
        else
            put_value(r, c->type, item, out);
    }
    out_char(out, ']');
    return items.is_broken || items.n > 0
               ? fail_set(why, ERR_INTERNAL, "%s.%s: an array of another form",
                          r->plan->table->name, c->column->name)
               : ERR_OK;
}

static void write_array(struct record *r, const struct plan_column *c, struct span bytes)
{
    struct items items = items_of(bytes);
    const char *text = "", *comma = "";
    struct span item;
    bool is_null;

    while (text != NULL && next_item(&items, &item, &is_null)) {
        char one[FORM_CAP];
        size_t len = is_null ? 0 : form_text(c->type, item, true, one);

        if (c->type == PLAN_TEXT)
            text = arena_printf(r->arena, "%s%s%.*s", text, comma, SPAN_ARG(item));
        else
            text = arena_printf(r->arena, "%s%s%.*s", text, comma, (int)len, one);
        comma = " ";
    }
    csv_write(&r->csv, text == NULL ? SPAN_NONE : span_text(text));
}

/* ---- sealed values ---- */

/* Names the row, for a person who looks for it. */
static enum err not_opened(const struct record *r, const struct plan_column *c, struct id row,
                           const struct fail *cause, struct fail *why)
{
    char text[ID_TEXT_CAP];

    id_text(row, text);
    return fail_set(why, cause->code == ERR_NOT_FOUND ? ERR_PROTO : cause->code,
                    "%s.%s of %s: %s", r->plan->table->name, c->column->name, text,
                    cause->text);
}

/* Its key was destroyed: nobody opens it any more. */
static enum err look_closed(struct record *r, struct span sealed, struct keyring_about *about,
                            struct fail *why)
{
    struct id key;
    enum err rc;

    memcpy(key.b, sealed.p + 1, sizeof key.b);
    rc = keyring_key_about(r->keyring, key, about, why);
    return rc == ERR_OK && about->is_destroyed ? ERR_OK : ERR_PROTO;
}

/* *closed says whose key it was, if about_out says that. */
static enum err open_value(struct record *r, const struct plan_column *c, struct id row,
                           struct span sealed, struct span *plain_out,
                           const struct keyring_about **about_out, struct keyring_about *closed,
                           struct fail *why)
{
    const struct seal_place place = {r->plan->table->name, c->column->name, row};
    struct fail cause = {.code = ERR_OK};
    enum err rc =
        unsealer_open(r->unsealer, &place, sealed, r->arena, plain_out, about_out, &cause);

    r->n_sealed += rc == ERR_OK;
    if (rc == ERR_NOT_FOUND && look_closed(r, sealed, closed, &cause) == ERR_OK) {
        *about_out = closed;
        r->n_closed++;
        return ERR_OK;
    }
    return rc == ERR_OK ? rc : not_opened(r, c, row, &cause, why);
}

/* is_text: the plain bytes are UTF-8. */
static void put_opened(struct record *r, const struct keyring_about *about, struct span plain,
                       bool is_text, struct out *out)
{
    static const char *const kinds[KEY_KIND_N] = {
        [KEY_PERSON] = "person", [KEY_CLASS] = "class", [KEY_BACKUP] = "backup",
        [KEY_RECORD] = "record", [KEY_MAC] = "mac",     [KEY_SIGN] = "sign"};
    char of[ID_TEXT_CAP];

    out_text(out, "{\"key\":\"");
    out_text(out, kinds[about->kind]);
    out_text(out, "\",\"of\":");
    if (id_is_none(about->subject)) {
        out_text(out, "null");
    } else {
        id_text(about->subject, of);
        out_char(out, '"');
        out_bytes(out, span_of(of, ID_TEXT_CAP - 1));
        out_char(out, '"');
    }
    out_text(out, ",\"name\":");
    record_put_text(out, span_text(about->name));
    if (about->is_destroyed) {
        out_text(out, ",\"closed\":true}");
    } else if (is_text) {
        out_text(out, ",\"text\":");
        record_put_text(out, plain);
        out_char(out, '}');
    } else {
        char *text = arena_alloc(r->arena, BASE64_LEN(plain.len) + 1);
        size_t n = text == NULL ? 0 : base64_into(plain, text);

        out_text(out, ",\"b64\":");
        record_put_text(out, span_of(text, n));
        out_char(out, '}');
    }
}

static void write_opened(struct record *r, struct span plain, bool is_closed, bool is_text)
{
    if (is_closed)
        csv_write(&r->csv, SPAN(CLOSED_JA));
    else if (is_text)
        csv_write(&r->csv, plain);
    else
        csv_write(&r->csv, hex_of(r, plain));
}

/* notify_receiver keeps '' where an address was taken away: nothing was sealed there. */
static enum err put_sealed(struct record *r, const struct plan_column *c, struct id row,
                           struct span sealed, struct out *json, struct out *sheet,
                           struct fail *why)
{
    struct span plain = SPAN_NONE;
    const struct keyring_about *about = NULL;
    struct keyring_about closed;
    bool is_text;
    enum err rc = ERR_OK;

    if (sealed.len == 0) {
        out_text(json, "{\"empty\":true}");
        if (sheet != NULL)
            csv_write(&r->csv, SPAN_NONE);
        return ERR_OK;
    }
    rc = open_value(r, c, row, sealed, &plain, &about, &closed, why);
    if (rc != ERR_OK)
        return rc;
    is_text = utf_is_valid(plain);
    put_opened(r, about, plain, is_text, json);
    if (sheet != NULL)
        write_opened(r, plain, about->is_destroyed, is_text);
    return ERR_OK;
}

/* ---- a row ---- */

static void write_plain(struct record *r, const struct plan_column *c, struct span bytes)
{
    char text[FORM_CAP];

    if (c->is_array) {
        write_array(r, c, bytes);
    } else if (c->type == PLAN_TEXT) {
        csv_write(&r->csv, bytes);
    } else if (c->type == PLAN_BYTES) {
        csv_write(&r->csv, hex_of(r, bytes));
    } else {
        csv_write(&r->csv, span_of(text, form_text(c->type, bytes, true, text)));
    }
}

static bool is_index(const struct plan_column *c)
{
    return c->rule != NULL && c->rule->what == HAND_INDEX;
}

static enum err put_column(struct record *r, const struct plan_column *c,
                           const struct db_rows *rows, int row, struct out *json,
                           struct out *sheet, struct fail *why)
{
    struct span bytes = db_bytes(rows, row, c->at);

    if (is_index(c)) {
        out_text(json, bytes.p[0] != 0 ? "true" : "null");
        return ERR_OK;
    }
    if (bytes.p == NULL) {
        out_text(json, "null");
        if (sheet != NULL)
            csv_write(&r->csv, SPAN_NONE);
        return ERR_OK;
    }
    if (c->column->sealed)
        return put_sealed(r, c, db_id(rows, row, r->plan->seal_row), bytes, json, sheet, why);
    if (sheet != NULL)
        write_plain(r, c, bytes);
    if (c->is_array)
        return put_array(r, c, bytes, json, why);
    put_value(r, c->type, bytes, json);
    return ERR_OK;
}

static enum err put_sheet(struct record *r, struct out *sheet, struct fail *why)
{
    struct span line = SPAN_NONE;
    enum err rc;

    csv_end_row(&r->csv);
    rc = csv_written(&r->csv, &line, why);
    if (rc == ERR_OK)
        out_bytes(sheet, line);
    csv_clear(&r->csv);
    return rc;
}

enum err record_put(struct record *r, const struct db_rows *rows, int row, struct span more,
                    struct span more_cell, struct out *json, struct out *sheet,
                    struct fail *why)
{
    enum err rc = ERR_OK;

    arena_reset(r->arena);
    arena_mark_secret(r->arena);
    out_char(json, '{');
    for (int i = 0; rc == ERR_OK && i < r->plan->n_columns; i++) {
        const struct plan_column *c = &r->plan->columns[i];

        out_bytes(json, span_from(c->key, i > 0 ? 0 : 1));
        rc = put_column(r, c, rows, row, json, sheet, why);
    }
    out_bytes(json, more);
    out_text(json, "}\n");
    if (rc == ERR_OK && sheet != NULL) {
        if (more.len > 0)
            csv_write(&r->csv, more_cell);
        rc = put_sheet(r, sheet, why);
    }
    return rc == ERR_OK ? out_state(json, why) : rc;
}

/* "状態（requested申請…）" has its list in the schema; a head says 状態 and the column. */
static void write_head(struct record *r, const char *meaning, const char *name)
{
    const char *open = strstr(meaning, "（");
    size_t len = open == NULL ? strlen(meaning) : (size_t)(open - meaning);
    const char *text = arena_printf(r->arena, "%.*s [%s]", (int)len, meaning, name);

    csv_write(&r->csv, text == NULL ? SPAN_NONE : span_text(text));
}

enum err record_put_head(struct record *r, const char *more, struct out *sheet,
                         struct fail *why)
{
    arena_reset(r->arena);
    for (int i = 0; i < r->plan->n_columns; i++) {
        const struct plan_column *c = &r->plan->columns[i];

        if (!is_index(c))
            write_head(r, c->column->meaning_ja, c->column->name);
    }
    if (more != NULL)
        csv_write(&r->csv, span_text(more));
    return put_sheet(r, sheet, why);
}

enum err record_open(const struct plan *plan, struct keyring *keyring, struct record *record,
                     struct fail *why)
{
    enum err rc;

    *record = (struct record){.plan = plan, .keyring = keyring};
    csv_writer_init(&record->csv, CSV_BOM | CSV_FOR_PEOPLE);
    rc = unsealer_create(keyring, &record->unsealer, why);
    return rc == ERR_OK ? arena_create(ARENA_BYTES, &record->arena, why) : rc;
}

void record_close(struct record *record)
{
    csv_writer_fini(&record->csv);
    unsealer_destroy(&record->unsealer);
    arena_destroy(&record->arena);
}
