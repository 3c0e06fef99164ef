#include "node/db/audit_leaf.h"

#include <inttypes.h>
#include <stdio.h>

#include "node/base/hex.h"

bool leaf_is_name(struct span name)
{
    if (name.len == 0 || name.len >= LEAF_NAME_CAP)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.p[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
              c == '-'))
            return false;
    }
    return true;
}

bool leaf_is_row(struct span bytes)
{
    return bytes.len >= 2 && bytes.len <= LEAF_ROW_CAP && bytes.p[0] == '{' &&
           bytes.p[bytes.len - 1] == '}' && memchr(bytes.p, '\n', bytes.len) == NULL;
}

struct hash256 leaf_commitment(const uint8_t salt[LEAF_SALT_BYTES], struct span bytes)
{
    struct hash256_state state;

    hash256_init(&state);
    hash256_put(&state, span_of(salt, LEAF_SALT_BYTES));
    hash256_put(&state, bytes);
    return hash256_end(&state);
}

static uint8_t *put_name(uint8_t *p, struct span name)
{
    *p++ = (uint8_t)name.len;
    memcpy(p, name.p, name.len);
    return p + name.len;
}

struct hash256 leaf_hash(const struct audit_leaf *leaf)
{
    uint8_t bytes[1 + 2 * LEAF_NAME_CAP + 8 + 16 + HASH256_BYTES], *p = bytes;

    *p++ = 0; /* RFC 6962: a leaf can never be read as a node */
    p = put_name(p, leaf->kind);
    for (int i = 0; i < 8; i++)
        *p++ = (uint8_t)((uint64_t)leaf->at_us >> (56 - 8 * i));
    p = put_name(p, leaf->table);
    memcpy(p, leaf->row.b, 16);
    memcpy(p + 16, leaf->commitment.b, HASH256_BYTES);
    return hash256_of(span_of(bytes, (size_t)(p + 16 + HASH256_BYTES - bytes)));
}

/* Reading. Every take_* moves *rest on and says whether what it wanted stood there. */

static bool take(struct span *rest, struct span literal)
{
    if (!span_has_prefix(*rest, literal))
        return false;
    *rest = span_from(*rest, literal.len);
    return true;
}
#define TAKE(rest, literal) take((rest), SPAN(literal))

static bool take_u64(struct span *rest, uint64_t *v_out)
{
    uint64_t v = 0;
    size_t n = 0;

    while (n < rest->len && rest->p[n] >= '0' && rest->p[n] <= '9') {
        v = v * 10 + (uint64_t)(rest->p[n] - '0');
        if (++n > 18)
            return false;
    }
    if (n == 0 || (n > 1 && rest->p[0] == '0'))
        return false;
    *v_out = v;
    *rest = span_from(*rest, n);
    return true;
}

static bool take_name(struct span *rest, struct span *name_out)
{
    size_t n = 0;

    while (n < rest->len && n < LEAF_NAME_CAP && rest->p[n] != '"')
        n++;
    *name_out = span_of(rest->p, n);
    *rest = span_from(*rest, n);
    return leaf_is_name(*name_out);
}

static bool take_hex(struct span *rest, uint8_t *bytes_out, size_t len)
{
    if (rest->len < 2 * len || !hex_read(span_of(rest->p, 2 * len), bytes_out, len))
        return false;
    *rest = span_from(*rest, 2 * len);
    return true;
}

static bool take_id(struct span *rest, struct id *id_out)
{
    char text[ID_TEXT_CAP];
    struct span s = span_cut(*rest, 0, ID_TEXT_CAP - 1);

    if (id_parse(s, id_out, NULL) != ERR_OK)
        return false;
    id_text(*id_out, text); /* one spelling only: lower case */
    *rest = span_from(*rest, s.len);
    return span_eq(s, span_text(text));
}

static bool take_salt(struct span *rest, struct audit_leaf *leaf)
{
    leaf->has_salt = !TAKE(rest, "null");
    return !leaf->has_salt ||
           (TAKE(rest, "\"") && take_hex(rest, leaf->salt, sizeof leaf->salt) &&
            TAKE(rest, "\""));
}

static bool read_leaf(struct span rest, struct audit_leaf *leaf)
{
    uint64_t at_us = 0;

    if (!take_u64(&rest, &leaf->seq) || !TAKE(&rest, "\",\"kind\":\"") ||
        !take_name(&rest, &leaf->kind) || !TAKE(&rest, "\",\"at_us\":\"") ||
        !take_u64(&rest, &at_us) || !TAKE(&rest, "\",\"table\":\"") ||
        !take_name(&rest, &leaf->table) || !TAKE(&rest, "\",\"row_id\":\"") ||
        !take_id(&rest, &leaf->row) || !TAKE(&rest, "\",\"salt\":") ||
        !take_salt(&rest, leaf) || !TAKE(&rest, ",\"commitment\":\"") ||
        !take_hex(&rest, leaf->commitment.b, HASH256_BYTES) || !TAKE(&rest, "\",\"leaf\":\"") ||
        !take_hex(&rest, leaf->hash.b, HASH256_BYTES) || !TAKE(&rest, "\",\"row\":"))
        return false;
    leaf->at_us = (int64_t)at_us;
    if (rest.len == 0 || rest.p[rest.len - 1] != '}')
        return false;
    rest.len--;
    if (span_eq(rest, SPAN("null"))) {
        leaf->bytes = SPAN_NONE;
        return true;
    }
    leaf->bytes = rest;
    return leaf_is_row(rest);
}

static bool read_note(struct span rest, char buffer[LEAF_NOTE_CAP], struct span *note_out)
{
    size_t len = 0;

    while (rest.len > 2 && len < LEAF_NOTE_CAP) {
        uint8_t c = rest.p[0];
        size_t n = 1;

        if (c == '\\') { /* the one escape a note needs */
            if (rest.p[1] != 'n')
                return false;
            c = '\n';
            n = 2;
        } else if (c < ' ' || c == '"') {
            return false;
        }
        buffer[len++] = (char)c;
        rest = span_from(rest, n);
    }
    *note_out = span_of(buffer, len);
    return span_eq(rest, SPAN("\"}"));
}

static bool read_header(struct span rest, struct leaf_record *record)
{
    size_t n = 0;

    while (n < rest.len && rest.p[n] > ' ' && rest.p[n] < 0x7f && rest.p[n] != '"' &&
           rest.p[n] != '\\')
        n++;
    record->origin = span_cut(rest, 0, n);
    rest = span_from(rest, n);
    return n > 0 && n < 128 && TAKE(&rest, "\",\"n_leaves\":\"") &&
           take_u64(&rest, &record->n) && TAKE(&rest, "\",\"n_checkpoints\":\"") &&
           take_u64(&rest, &record->n_checkpoints) && span_eq(rest, SPAN("\"}"));
}

static bool read_extra(struct span rest, struct audit_leaf *leaf)
{
    return take_name(&rest, &leaf->table) && TAKE(&rest, "\",\"row_id\":\"") &&
           take_id(&rest, &leaf->row) && span_eq(rest, SPAN("\"}"));
}

enum err leaf_read(struct span line, char note_buffer[LEAF_NOTE_CAP],
                   struct leaf_record *record_out, struct fail *why)
{
    struct leaf_record *r = record_out;
    struct span rest = line;
    bool is_good;

    if (TAKE(&rest, "{\"seq\":\"")) {
        r->what = LINE_LEAF;
        is_good = read_leaf(rest, &r->leaf);
    } else if (TAKE(&rest, "{\"checkpoint\":\"")) {
        r->what = LINE_CHECKPOINT;
        is_good = read_note(rest, note_buffer, &r->note);
    } else if (TAKE(&rest, "{\"ibasho_audit_log\":\"1\",\"origin\":\"")) {
        r->what = LINE_HEADER;
        is_good = read_header(rest, r);
    } else if (TAKE(&rest, "{\"extra\":\"")) {
        r->what = LINE_EXTRA;
        is_good = read_extra(rest, &r->leaf);
    } else {
        r->what = LINE_END;
        is_good =
            TAKE(&rest, "{\"end\":\"") && take_u64(&rest, &r->n) && span_eq(rest, SPAN("\"}"));
    }
    return is_good ? ERR_OK : fail_set(why, ERR_PROTO, "not a line of an audit log export");
}

/* Writing. */

static char *put(char *p, struct span s)
{
    memcpy(p, s.p, s.len);
    return p + s.len;
}
#define PUT(p, literal) put((p), SPAN(literal))

static char *put_u64(char *p, uint64_t v)
{
    char digits[20];
    size_t n = 0;

    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    while (n > 0)
        *p++ = digits[--n];
    return p;
}

size_t leaf_header_into(struct span origin, uint64_t n_leaves, uint64_t n_checkpoints,
                        char out[LEAF_HEAD_CAP])
{
    return (size_t)snprintf(out, LEAF_HEAD_CAP,
                            "{\"ibasho_audit_log\":\"1\",\"origin\":\"%.*s\",\"n_leaves\":"
                            "\"%" PRIu64 "\",\"n_checkpoints\":\"%" PRIu64 "\"}\n",
                            SPAN_ARG(origin), n_leaves, n_checkpoints);
}

size_t leaf_head_into(const struct audit_leaf *leaf, char out[LEAF_HEAD_CAP])
{
    char *p = out;

    p = put_u64(PUT(p, "{\"seq\":\""), leaf->seq);
    p = put(PUT(p, "\",\"kind\":\""), leaf->kind);
    p = put_u64(PUT(p, "\",\"at_us\":\""), (uint64_t)leaf->at_us);
    p = put(PUT(p, "\",\"table\":\""), leaf->table);
    p = PUT(p, "\",\"row_id\":\"");
    id_text(leaf->row, p);
    p = PUT(p + ID_TEXT_CAP - 1, "\",\"salt\":");
    if (leaf->has_salt)
        p = PUT(hex_write(leaf->salt, sizeof leaf->salt, PUT(p, "\"")), "\"");
    else
        p = PUT(p, "null");
    p = hex_write(leaf->commitment.b, HASH256_BYTES, PUT(p, ",\"commitment\":\""));
    p = hex_write(leaf->hash.b, HASH256_BYTES, PUT(p, "\",\"leaf\":\""));
    p = PUT(p, "\",\"row\":");
    return (size_t)(p - out);
}

size_t leaf_extra_into(struct span table, struct id row, char out[LEAF_HEAD_CAP])
{
    char text[ID_TEXT_CAP];

    id_text(row, text);
    return (size_t)snprintf(out, LEAF_HEAD_CAP, "{\"extra\":\"%.*s\",\"row_id\":\"%s\"}\n",
                            SPAN_ARG(table), text);
}

size_t leaf_end_into(uint64_t n_leaves, char out[LEAF_HEAD_CAP])
{
    return (size_t)snprintf(out, LEAF_HEAD_CAP, "{\"end\":\"%" PRIu64 "\"}\n", n_leaves);
}

size_t leaf_checkpoint_into(struct span note, char out[2 * LEAF_NOTE_CAP + 64])
{
    char *p = PUT(out, "{\"checkpoint\":\"");

    for (size_t i = 0; i < note.len && i < LEAF_NOTE_CAP; i++) {
        if (note.p[i] == '\n')
            p = PUT(p, "\\n");
        else
            *p++ = (char)note.p[i];
    }
    p = PUT(p, "\"}\n");
    return (size_t)(p - out);
}
