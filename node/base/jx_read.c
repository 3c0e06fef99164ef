#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "node/base/jx.h"
#include "node/base/jx_scalar.h"
#include "node/base/utf.h"

#define NAME_SHOWN 60 /* bytes of an unknown field's name in a sentence */

struct reading {
    struct arena *arena;
    struct jx_defects *defects;
    bool no_memory;
};

/* Where a value stands; the chain lives on the stack of the reading functions. */
struct place {
    const struct place *up; /* NULL: the whole text */
    const char *name;       /* NULL: the index-th of a list */
    size_t index;
};

static void object_read(struct reading *r, const struct place *at, const struct jx_shape *shape,
                        const cJSON *object, uint8_t *into);

/* RFC 6901: '~' and '/' inside a name are written ~0 and ~1. */
static char *escaped(struct arena *arena, const char *name)
{
    char *text = arena_alloc(arena, 2 * strlen(name) + 1), *to = text;

    for (; text != NULL && *name != '\0'; name++) {
        if (*name == '~' || *name == '/')
            *to++ = '~';
        *to++ = (char)(*name == '~' ? '0' : *name == '/' ? '1' : *name);
    }
    return text;
}

static const char *pointer(struct arena *arena, const struct place *at)
{
    const char *up, *name;

    if (at == NULL || at->up == NULL)
        return "";
    up = pointer(arena, at->up);
    if (up == NULL)
        return NULL;
    if (at->name == NULL)
        return arena_printf(arena, "%s/%zu", up, at->index);
    name = escaped(arena, at->name);
    return name == NULL ? NULL : arena_printf(arena, "%s/%s", up, name);
}

#define add(r, at, rule, ...) \
    do { \
        const char *pointer_ = pointer((r)->arena, (at)); \
        if (pointer_ == NULL || \
            jx_defect_add((r)->defects, (r)->arena, pointer_, (rule), __VA_ARGS__) != ERR_OK) \
            (r)->no_memory = true; \
    } while (0)

static const char *title(const struct jx_field *field)
{
    return field->title_ja != NULL ? field->title_ja : field->name;
}

static bool is_unbounded(const struct jx_field *field)
{
    return field->least == 0 && field->most == 0;
}

static void type_wrong(struct reading *r, const struct place *at, const struct jx_field *field)
{
    static const char *const wanted[] = {
        [JX_TEXT] = "文字",
        [JX_INT] = "整数",
        [JX_BOOL] = "「はい」か「いいえ」（true か false）",
        [JX_ID] = " ID の文字",
        [JX_TIME] = "日時の文字",
        [JX_ENUM] = "選択肢の文字",
        [JX_BYTES] = " base64url の文字",
        [JX_TEXTS] = "文字の一覧",
        [JX_OBJECT] = "項目のまとまり",
        [JX_LIST] = "一覧",
        [JX_I64TEXT] = "整数を表す文字",
    };

    add(r, at, "type", "「%s」には%sを入れてください。", title(field), wanted[field->type]);
}

static void amount_check(struct reading *r, const struct place *at,
                         const struct jx_field *field, size_t n, const char *unit)
{
    if ((int64_t)n < field->least && field->least == 1)
        add(r, at, "least", "「%s」を入力してください。", title(field));
    else if ((int64_t)n < field->least)
        add(r, at, "least", "「%s」は %lld %s以上にしてください（いまは %zu %s）。",
            title(field), (long long)field->least, unit, n, unit);
    else if (field->most != 0 && (int64_t)n > field->most)
        add(r, at, "most", "「%s」は %lld %sまでにしてください（いまは %zu %s）。",
            title(field), (long long)field->most, unit, n, unit);
}

#define JOINER "\xe2\x80\x8d" /* U+200D */

static size_t n_joiners(struct span text)
{
    size_t n = 0;

    for (size_t at = 0; at < text.len; at++)
        n += span_has_prefix(span_from(text, at), SPAN(JOINER));
    return n;
}

/* Without its joiners, when utf_clean takes none of them out: they join parts of pictures. */
static struct span without_joiners(struct reading *r, struct span text)
{
    size_t n = n_joiners(text), len = 0;
    struct span clean;
    uint8_t *rest;

    if (n == 0 || utf_clean(text, UTF_KEEP_LINES, r->arena, &clean, NULL) != ERR_OK ||
        n_joiners(clean) != n)
        return text;
    rest = arena_alloc(r->arena, text.len);
    for (size_t at = 0; rest != NULL && at < text.len;) {
        if (span_has_prefix(span_from(text, at), SPAN(JOINER)))
            at += sizeof JOINER - 1;
        else
            rest[len++] = text.p[at++];
    }
    return rest == NULL ? text : span_of(rest, len);
}

static bool is_exact(struct reading *r, const struct place *at, const struct jx_field *field,
                     const cJSON *item)
{
    struct span text = span_text(item->valuestring);
    uint32_t point = 0;

    if ((field->flags & JX_PICTURES) != 0)
        text = without_joiners(r, text);
    switch (utf_odd(text, &point)) {
    case UTF_FINE:
        return true;
    case UTF_HIDDEN:
        add(r, at, "hidden",
            "「%s」に、見えない文字や文字の向きを変える記号は使えません（U+%04X）。",
            title(field), point);
        return false;
    case UTF_MARKS:
        add(r, at, "marks", "「%s」で、一つの文字に重ねられる記号は2個までです（U+%04X）。",
            title(field), point);
        return false;
    }
    return false;
}

static void text_read(struct reading *r, const struct place *at, const struct jx_field *field,
                      const cJSON *item, struct span *text_out)
{
    unsigned flags = (field->flags & JX_RAW_TEXT) != 0 ? UTF_KEEP_LINES : 0;
    size_t n = 0;

    if (!cJSON_IsString(item)) {
        type_wrong(r, at, field);
        return;
    }
    if ((field->flags & JX_EXACT) != 0 && !is_exact(r, at, field, item))
        return;
    /* jx_check has seen that it is UTF-8 without NUL, so only memory can fail. */
    if (utf_clean(span_text(item->valuestring), flags, r->arena, text_out, NULL) != ERR_OK ||
        utf_n_graphemes(*text_out, &n, NULL) != ERR_OK)
        r->no_memory = true;
    else
        amount_check(r, at, field, n, "文字");
}

static void texts_read(struct reading *r, const struct place *at, const struct jx_field *field,
                       const cJSON *item, struct jx_texts *texts)
{
    struct place inner = {.up = at};
    const cJSON *child;
    size_t n;

    if (!cJSON_IsArray(item)) {
        type_wrong(r, at, field);
        return;
    }
    n = (size_t)cJSON_GetArraySize(item);
    texts->at = arena_alloc(r->arena, (n + 1) * sizeof *texts->at);
    if (texts->at == NULL) {
        r->no_memory = true;
        return;
    }
    texts->n = n;
    cJSON_ArrayForEach(child, item)
    {
        text_read(r, &inner, field, child, &texts->at[inner.index]);
        inner.index++;
    }
}

static void list_read(struct reading *r, const struct place *at, const struct jx_field *field,
                      const cJSON *item, struct jx_list *list)
{
    struct place inner = {.up = at};
    const cJSON *child;
    size_t n;

    if (!cJSON_IsArray(item)) {
        type_wrong(r, at, field);
        return;
    }
    n = (size_t)cJSON_GetArraySize(item);
    list->at = arena_alloc(r->arena, n * field->shape->bytes + 1);
    if (list->at == NULL) {
        r->no_memory = true;
        return;
    }
    list->n = n;
    amount_check(r, at, field, n, "件");
    cJSON_ArrayForEach(child, item)
    {
        uint8_t *into = (uint8_t *)list->at + inner.index * field->shape->bytes;

        if (cJSON_IsObject(child))
            object_read(r, &inner, field->shape, child, into);
        else
            add(r, &inner, "type", "「%s」の %zu 件目は、項目のまとまりにしてください。",
                title(field), inner.index + 1);
        inner.index++;
    }
}

static void int_check(struct reading *r, const struct place *at, const struct jx_field *field,
                      int64_t value)
{
    if (is_unbounded(field) || (value >= field->least && value <= field->most))
        return;
    add(r, at, value < field->least ? "least" : "most",
        "「%s」は %lld から %lld までの整数にしてください。", title(field),
        (long long)field->least, (long long)field->most);
}

static void int_read(struct reading *r, const struct place *at, const struct jx_field *field,
                     const cJSON *item, int64_t *value_out)
{
    /* jx_check has seen that |number| <= 2^53 - 1 and that no fraction is lost in the double.
     */
    int64_t value = cJSON_IsNumber(item) ? (int64_t)item->valuedouble : 0;

    if (!cJSON_IsNumber(item) || item->valuedouble - (double)value != 0.0) {
        type_wrong(r, at, field);
        return;
    }
    *value_out = value;
    int_check(r, at, field, value);
}

static void bool_read(struct reading *r, const struct place *at, const struct jx_field *field,
                      const cJSON *item, bool *value_out)
{
    if (cJSON_IsBool(item))
        *value_out = cJSON_IsTrue(item) != 0;
    else
        type_wrong(r, at, field);
}

static void bytes_read(struct reading *r, const struct place *at, const struct jx_field *field,
                       struct span text, struct span *bytes_out)
{
    bool no_memory;

    if (jx_bytes_parse(text, r->arena, bytes_out, &no_memory))
        amount_check(r, at, field, bytes_out->len, "バイト");
    else if (no_memory)
        r->no_memory = true;
    else
        add(r, at, "format", "「%s」は base64url（= なし）で送ってください。", title(field));
}

static void time_read(struct reading *r, const struct place *at, const struct jx_field *field,
                      struct span text, int64_t *utc_us_out)
{
    if (!jx_time_parse(text, utc_us_out))
        add(r, at, "format", "「%s」の日時が正しくありません。例：2026-04-01T09:30:00+09:00",
            title(field));
    else if (!is_unbounded(field) && (*utc_us_out < field->least || *utc_us_out > field->most))
        add(r, at, *utc_us_out < field->least ? "least" : "most",
            "「%s」の日時は、決められた期間の中にしてください。", title(field));
}

static void choice_read(struct reading *r, const struct place *at, const struct jx_field *field,
                        struct span text, int *index_out)
{
    int index = jx_choice_find(field->choices, text);

    if (index >= 0)
        *index_out = index;
    else
        add(r, at, "choice", "「%s」は次のどれかにしてください：%s", title(field),
            field->choices);
}

/* Types that travel as a string and are something else. */
static void coded_read(struct reading *r, const struct place *at, const struct jx_field *field,
                       const cJSON *item, void *into)
{
    struct span text;

    if (!cJSON_IsString(item)) {
        type_wrong(r, at, field);
        return;
    }
    text = span_text(item->valuestring);
    if (field->type == JX_TIME) {
        time_read(r, at, field, text, into);
    } else if (field->type == JX_ENUM) {
        choice_read(r, at, field, text, into);
    } else if (field->type == JX_BYTES) {
        bytes_read(r, at, field, text, into);
    } else if (field->type == JX_ID) {
        if (id_parse(text, into, NULL) != ERR_OK)
            add(r, at, "format", "「%s」の ID が正しくありません。", title(field));
    } else if (jx_i64_parse(text, into)) {
        int_check(r, at, field, *(int64_t *)into);
    } else {
        add(r, at, "format", "「%s」には整数を入れてください。", title(field));
    }
}

static void value_read(struct reading *r, const struct place *at, const struct jx_field *field,
                       const cJSON *item, void *into)
{
    switch (field->type) {
    case JX_TEXT:
        text_read(r, at, field, item, into);
        break;
    case JX_INT:
        int_read(r, at, field, item, into);
        break;
    case JX_BOOL:
        bool_read(r, at, field, item, into);
        break;
    case JX_ID:
    case JX_TIME:
    case JX_ENUM:
    case JX_BYTES:
    case JX_I64TEXT:
        coded_read(r, at, field, item, into);
        break;
    case JX_TEXTS:
        texts_read(r, at, field, item, into);
        break;
    case JX_OBJECT:
        if (cJSON_IsObject(item))
            object_read(r, at, field->shape, item, into);
        else
            type_wrong(r, at, field);
        break;
    case JX_LIST:
        list_read(r, at, field, item, into);
        break;
    }
}

static void field_read(struct reading *r, const struct place *up, const struct jx_field *field,
                       const cJSON *object, uint8_t *into)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, field->name);
    struct place at = {.up = up, .name = field->name};
    bool is_there = item != NULL && !cJSON_IsNull(item);

    if ((field->flags & JX_OPTIONAL) != 0)
        *(bool *)(into + field->has_offset) = is_there;
    else if (!is_there)
        add(r, &at, "required", "「%s」を入力してください。", title(field));
    if (is_there)
        value_read(r, &at, field, item, into + field->offset);
    if (is_there && (field->flags & JX_SECRET) != 0 && cJSON_IsString(item))
        explicit_bzero(item->valuestring, strlen(item->valuestring));
}

static bool is_known(const struct jx_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->n_fields; i++)
        if (strcmp(shape->fields[i].name, name) == 0)
            return true;
    return false;
}

static void unknown_add(struct reading *r, const struct place *at)
{
    struct span name = span_cut(span_text(at->name), 0, NAME_SHOWN);

    name.len = utf_valid_len(name);
    if (utf_clean(name, 0, r->arena, &name, NULL) != ERR_OK)
        r->no_memory = true;
    else
        add(r, at, "unknown", "「%.*s」という項目はありません。", SPAN_ARG(name));
}

static void object_read(struct reading *r, const struct place *at, const struct jx_shape *shape,
                        const cJSON *object, uint8_t *into)
{
    const cJSON *child;

    for (size_t i = 0; i < shape->n_fields; i++)
        field_read(r, at, &shape->fields[i], object, into);
    cJSON_ArrayForEach(child, object)
    {
        struct place unknown = {.up = at, .name = child->string};

        if (!is_known(shape, child->string))
            unknown_add(r, &unknown);
    }
}

static enum err text_parse(struct span text, cJSON **root_out, struct fail *why)
{
    const char *end = NULL, *from = (const char *)text.p;

    *root_out = cJSON_ParseWithLengthOpts(from, text.len, &end, 0);
    /* jx_check has passed the text, so that only memory can fail here. */
    if (*root_out == NULL)
        return fail_set(why, ERR_NOMEM, "JSON of %zu bytes", text.len);
    for (; end < from + text.len; end++) {
        if (strchr(" \t\r\n", *end) == NULL) {
            cJSON_Delete(*root_out);
            *root_out = NULL;
            return fail_set(why, ERR_INTERNAL, "two readers of JSON differ on its end");
        }
    }
    return ERR_OK;
}

bool jx_has_secret(const struct jx_shape *shape)
{
    for (size_t i = 0; i < shape->n_fields; i++) {
        const struct jx_field *f = &shape->fields[i];

        if ((f->flags & JX_SECRET) != 0 || (f->shape != NULL && jx_has_secret(f->shape)))
            return true;
    }
    return false;
}

/* checked: what jx_check said of the text. */
static enum err read_checked(enum err checked, struct span text, const struct jx_shape *shape,
                             struct arena *arena, void *struct_out,
                             struct jx_defects *defects_out, struct fail *why)
{
    struct jx_defects defects = {0};
    struct reading r = {.arena = arena, .defects = &defects};
    const struct place whole = {.up = NULL};
    cJSON *root = NULL;
    enum err rc = checked;

    memset(struct_out, 0, shape->bytes);
    if (defects_out != NULL)
        *defects_out = defects;
    if (rc == ERR_OK)
        rc = text_parse(text, &root, why);
    if (rc != ERR_OK)
        return rc;
    if (cJSON_IsObject(root))
        object_read(&r, &whole, shape, root, struct_out);
    else
        add(&r, &whole, "type", "送る内容の全体を、ひとつの項目のまとまりにしてください。");
    cJSON_Delete(root);
    if (!r.no_memory && defects.n == 0)
        return ERR_OK;
    explicit_bzero(struct_out, shape->bytes);
    if (r.no_memory)
        return fail_set(why, ERR_NOMEM, "%s", shape->name);
    if (defects_out != NULL)
        *defects_out = defects;
    return fail_field(why, ERR_INVALID, (const char *)defects.at[0].pointer.p,
                      "%s: %zu defects", shape->name, defects.n);
}

enum err jx_read(struct span text, const struct jx_shape *shape, struct arena *arena,
                 void *struct_out, struct jx_defects *defects_out, struct fail *why)
{
    return read_checked(jx_check(text, why), text, shape, arena, struct_out, defects_out, why);
}

enum err jx_read_within(struct span text, struct jx_limits limits, const struct jx_shape *shape,
                        struct arena *arena, void *struct_out, struct jx_defects *defects_out,
                        struct fail *why)
{
    return read_checked(jx_check_within(text, limits, why), text, shape, arena, struct_out,
                        defects_out, why);
}
