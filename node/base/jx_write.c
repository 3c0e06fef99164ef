#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/jx.h"
#include "node/base/jx_scalar.h"
#include "node/base/utf.h"

#define FIELDS_CAP 128  /* of one shape */
#define SHORT_CAP  2048 /* most rows and answers fit */

/* Written in one pass into a buffer on the stack. What does not fit there is only counted (len
 * > cap) and written by a second pass over the same code into a buffer of exactly that size, so
 * that nothing grows and nothing can fail half-way. */
struct sink {
    uint8_t *into;
    size_t len, cap;
    bool is_canonical;
    enum err rc;
    const char *what; /* the field that could not be written */
};

static void object(struct sink *s, const struct jx_shape *shape, const uint8_t *from);

static void refuse(struct sink *s, const struct jx_field *field)
{
    s->rc = ERR_INTERNAL;
    s->what = field->name;
}

static void put(struct sink *s, struct span bytes)
{
    if (bytes.len > 0 && s->len + bytes.len <= s->cap)
        memcpy(s->into + s->len, bytes.p, bytes.len);
    s->len += bytes.len;
}

static void put_char(struct sink *s, char c)
{
    if (s->len < s->cap)
        s->into[s->len] = (uint8_t)c;
    s->len++;
}

/* The escapes of RFC 8785, section 3.2.2.2: the shortest form, and no other. */
static void put_escaped(struct sink *s, uint8_t c)
{
    static const char short_for[] = "\b\t\n\f\r\"\\", short_is[] = "btnfr\"\\";
    const char *at = strchr(short_for, c);
    char text[8];

    if (c != 0 && at != NULL)
        snprintf(text, sizeof text, "\\%c", short_is[at - short_for]);
    else
        snprintf(text, sizeof text, "\\u%04x", c);
    put(s, span_text(text));
}

static void put_string(struct sink *s, struct span text)
{
    size_t from = 0;

    put_char(s, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] >= 0x20 && text.p[i] != '"' && text.p[i] != '\\')
            continue;
        put(s, span_cut(text, from, i - from));
        put_escaped(s, text.p[i]);
        from = i + 1;
    }
    put(s, span_from(text, from));
    put_char(s, '"');
}

static void put_text(struct sink *s, const struct jx_field *field, struct span text)
{
    if (utf_is_valid(text))
        put_string(s, text);
    else
        refuse(s, field);
}

static void put_int(struct sink *s, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)value);
    put(s, span_text(text));
}

static void put_time(struct sink *s, const struct jx_field *field, int64_t utc_us)
{
    char text[CLOCK_TEXT_CAP];

    if (utc_us < JX_TIME_LEAST || utc_us > JX_TIME_MOST) {
        refuse(s, field);
        return;
    }
    clock_utc_text(utc_us, text);
    put_string(s, span_text(text));
}

static void put_bytes(struct sink *s, struct span bytes)
{
    size_t len = jx_bytes_text_len(bytes.len);

    put_char(s, '"');
    if (s->len + len <= s->cap)
        jx_bytes_text(bytes, s->into + s->len);
    s->len += len;
    put_char(s, '"');
}

static void put_texts(struct sink *s, const struct jx_field *field,
                      const struct jx_texts *texts)
{
    put_char(s, '[');
    for (size_t i = 0; i < texts->n; i++) {
        if (i > 0)
            put_char(s, ',');
        put_text(s, field, texts->at[i]);
    }
    put_char(s, ']');
}

static void put_list(struct sink *s, const struct jx_shape *shape, const struct jx_list *list)
{
    put_char(s, '[');
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            put_char(s, ',');
        object(s, shape, (const uint8_t *)list->at + i * shape->bytes);
    }
    put_char(s, ']');
}

static void put_number(struct sink *s, const struct jx_field *field, int64_t value)
{
    if (value < -JX_MAX_INT || value > JX_MAX_INT)
        refuse(s, field);
    else
        put_int(s, value);
}

static void put_value(struct sink *s, const struct jx_field *field, const void *from)
{
    char id[ID_TEXT_CAP];
    struct span choice;

    switch (field->type) {
    case JX_TEXT:
        put_text(s, field, *(const struct span *)from);
        break;
    case JX_INT:
        put_number(s, field, *(const int64_t *)from);
        break;
    case JX_BOOL:
        put(s, *(const bool *)from ? SPAN("true") : SPAN("false"));
        break;
    case JX_ID:
        id_text(*(const struct id *)from, id);
        put_string(s, span_text(id));
        break;
    case JX_TIME:
        put_time(s, field, *(const int64_t *)from);
        break;
    case JX_ENUM:
        choice = jx_choice_at(field->choices, *(const int *)from);
        if (choice.len == 0)
            refuse(s, field);
        put_string(s, choice);
        break;
    case JX_BYTES:
        put_bytes(s, *(const struct span *)from);
        break;
    case JX_TEXTS:
        put_texts(s, field, from);
        break;
    case JX_OBJECT:
        object(s, field->shape, from);
        break;
    case JX_LIST:
        put_list(s, field->shape, from);
        break;
    case JX_I64TEXT:
        put_char(s, '"');
        put_int(s, *(const int64_t *)from);
        put_char(s, '"');
        break;
    }
}

/* The fields as they are written: in the order of the table, or of their names' bytes. A thread
 * that writes many rows of one shape sorts once. */
static void sort_fields(const struct sink *s, const struct jx_shape *shape,
                        const struct jx_field *order[FIELDS_CAP])
{
    static _Thread_local const struct jx_field *last;
    static _Thread_local uint8_t last_order[FIELDS_CAP];

    if (s->is_canonical && last == shape->fields) {
        for (size_t i = 0; i < (size_t)shape->n_fields; i++)
            order[i] = &shape->fields[last_order[i]];
        return;
    }
    invariant(shape->n_fields <= FIELDS_CAP, "%s has %zu fields", shape->name,
              (size_t)shape->n_fields);
    for (size_t i = 0; i < (size_t)shape->n_fields; i++) {
        size_t at = i;

        while (s->is_canonical && at > 0 &&
               strcmp(shape->fields[i].name, order[at - 1]->name) < 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = &shape->fields[i];
    }
    if (!s->is_canonical)
        return;
    for (size_t i = 0; i < (size_t)shape->n_fields; i++)
        last_order[i] = (uint8_t)(order[i] - shape->fields);
    last = shape->fields;
}

static void object(struct sink *s, const struct jx_shape *shape, const uint8_t *from)
{
    const struct jx_field *order[FIELDS_CAP];
    bool is_first = true;

    sort_fields(s, shape, order);
    put_char(s, '{');
    for (size_t i = 0; i < (size_t)shape->n_fields; i++) {
        const struct jx_field *f = order[i];

        if ((f->flags & JX_SECRET) != 0 ||
            ((f->flags & JX_OPTIONAL) != 0 && !*(const bool *)(from + f->has_offset)))
            continue;
        if (!is_first)
            put_char(s, ',');
        is_first = false;
        put_string(s, span_text(f->name));
        put_char(s, ':');
        put_value(s, f, from + f->offset);
    }
    put_char(s, '}');
}

static enum err write_shape(const struct jx_shape *shape, const void *from, bool is_canonical,
                            struct arena *arena, struct span *text_out, struct fail *why)
{
    uint8_t brief[SHORT_CAP], *into;
    struct sink s = {
        .into = brief, .cap = sizeof brief, .is_canonical = is_canonical, .rc = ERR_OK};

    *text_out = SPAN_NONE;
    object(&s, shape, from);
    if (s.rc != ERR_OK) {
        explicit_bzero(brief, sizeof brief);
        return fail_field(why, s.rc, s.what, "%s cannot be written as %s", s.what, shape->name);
    }
    into = arena_alloc(arena, s.len + 1);
    if (into != NULL && s.len <= sizeof brief) {
        memcpy(into, brief, s.len);
    } else if (into != NULL) {
        s = (struct sink){
            .into = into, .cap = s.len, .is_canonical = is_canonical, .rc = ERR_OK};
        object(&s, shape, from);
    }
    explicit_bzero(brief, s.len < sizeof brief ? s.len : sizeof brief);
    if (into == NULL)
        return fail_set(why, ERR_NOMEM, "%zu bytes of JSON", s.len);
    *text_out = span_of(into, s.len);
    return ERR_OK;
}

enum err jx_write(const struct jx_shape *shape, const void *from, struct arena *arena,
                  struct span *text_out, struct fail *why)
{
    return write_shape(shape, from, false, arena, text_out, why);
}

enum err jx_write_canonical(const struct jx_shape *shape, const void *from, struct arena *arena,
                            struct span *text_out, struct fail *why)
{
    return write_shape(shape, from, true, arena, text_out, why);
}
