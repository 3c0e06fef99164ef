/* Lists changed over HTTP (AI-2.6-ウ): terms one by one, a whole text with every bad line
 * named, an act taken back. The commissioner, and the contractor for him. */
#include <stddef.h>
#include <stdio.h>

#include "tenants/words/words_change.h"
#include "tenants/words/words_rows.h"

#define TERMS_OF_ACT_MOST  200
#define TEXT_MOST          20000 /* graphemes of an import */
#define REASON_MOST        200
#define DEFECTS_SHOWN_MOST 50

#define DECIDERS (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))

static struct words_change *change_of(struct req *req, struct id id, int list,
                                      struct span reason)
{
    struct words_change *c = req_alloc(req, sizeof *c);

    if (c == NULL)
        return NULL;
    *c = (struct words_change){
        .req = req,
        .act = {.id = id,
                .list = (enum words_list_id)list,
                .decided_utc_us = req->now_utc_us,
                .decided_by = req->caller.account,
                .role = span_text(role_id(req->caller.role))},
        .reason = reason,
    };
    return c;
}

/* Goes on, or says what was wrong. */
static void end(struct words_change *c, enum err rc, const struct jx_defects *defects,
                const struct fail *why)
{
    if (rc != ERR_OK)
        reply_fail(c->req, why);
    else if (defects->n > 0)
        reply_defects(c->req, defects);
    else
        words_change_post(c);
}

static struct span trim(struct span text)
{
    while (text.len > 0 && (text.p[text.len - 1] == ' ' || text.p[text.len - 1] == '\t' ||
                            text.p[text.len - 1] == '\r'))
        text.len--;
    while (text.len > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
        text = span_from(text, 1);
    return text;
}

/* One term of a list; what breaks a rule is named by its place and quoted. */
static enum err check_term(struct span term, const char *pointer, size_t line,
                           struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    static const char *const rules[] = {"", "empty", "short", "long", "circle", "number"};
    enum words_term_rule rule = WORDS_TERM_FINE;
    char place[32] = "";
    enum err rc = words_term_check(term, arena, &rule, why);

    if (rc != ERR_OK || rule == WORDS_TERM_FINE || defects->n >= DEFECTS_SHOWN_MOST)
        return rc;
    if (line > 0)
        snprintf(place, sizeof place, "%zu行目", line);
    rc = jx_defect_add(defects, arena, pointer, rules[rule], "%s「%.*s」: %s", place,
                       SPAN_ARG(span_cut(term, 0, 120)), words_term_rule_ja(rule));
    return rc == ERR_OK ? rc : fail_set(why, ERR_NOMEM, "a sentence");
}

/* Appends a line to text, which has room. */
static void append(struct span *text, uint8_t *room, struct span line)
{
    if (text->len > 0)
        room[text->len++] = '\n';
    memcpy(room + text->len, line.p, line.len);
    text->len += line.len;
    text->p = room;
}

static enum err take_texts(const struct jx_texts *texts, const char *name, struct req *req,
                           bool checks, struct span *out, struct jx_defects *defects,
                           struct fail *why)
{
    size_t len = 1;
    uint8_t *room;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < texts->n; i++)
        len += texts->at[i].len + 1;
    room = arena_alloc(req->arena, len);
    if (room == NULL)
        return fail_set(why, ERR_NOMEM, "terms");
    for (size_t i = 0; rc == ERR_OK && i < texts->n; i++) {
        struct span term = trim(texts->at[i]);
        char *pointer = arena_printf(req->arena, "/%s/%zu", name, i);

        if (pointer == NULL)
            return fail_set(why, ERR_NOMEM, "terms");
        if (checks)
            rc = check_term(term, pointer, 0, req->arena, defects, why);
        if (term.len > 0)
            append(out, room, term);
    }
    return rc;
}

/* -- POST /api/v1/words/changes -- */

struct change_input {
    struct id id;
    int list;
    struct jx_texts add, remove;
    struct span reason;
    int64_t expected_version;
    bool has_add, has_remove, has_reason, has_expected;
};
#define REASON_FIELD(in_) \
    { \
        .name = "reason", .type = JX_TEXT, .flags = JX_OPTIONAL, .least = 1, \
        .most = REASON_MOST, .offset = offsetof(in_, reason), \
        .has_offset = offsetof(in_, has_reason), .title_ja = "理由" \
    }
#define ID_FIELD(in_) \
    { \
        .name = "id", .type = JX_ID, .offset = offsetof(in_, id), .title_ja = "操作のID" \
    }
#define LIST_FIELD(in_) \
    { \
        .name = "list", .type = JX_ENUM, .choices = WORDS_LIST_CHOICES, \
        .offset = offsetof(in_, list), .title_ja = "どの一覧か" \
    }
static const struct jx_field change_fields[] = {
    ID_FIELD(struct change_input),
    LIST_FIELD(struct change_input),
    {.name = "add",
     .type = JX_TEXTS,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 200,
     .offset = offsetof(struct change_input, add),
     .has_offset = offsetof(struct change_input, has_add),
     .title_ja = "加える言葉"},
    {.name = "remove",
     .type = JX_TEXTS,
     .flags = JX_OPTIONAL,
     .least = 1,
     .most = 200,
     .offset = offsetof(struct change_input, remove),
     .has_offset = offsetof(struct change_input, has_remove),
     .title_ja = "外す言葉"},
    REASON_FIELD(struct change_input),
    {.name = "expected_version",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .least = 0,
     .most = INT32_MAX,
     .offset = offsetof(struct change_input, expected_version),
     .has_offset = offsetof(struct change_input, has_expected),
     .title_ja = "見ていた決定の番号"},
};
static const struct jx_shape change_shape =
    JX_SHAPE("WordsChange", struct change_input, change_fields);

static void words_changes(struct req *req)
{
    const struct change_input *in = req->input;
    struct words_change *c =
        change_of(req, in->id, in->list, in->has_reason ? in->reason : SPAN_NONE);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (c == NULL)
        return;
    c->has_expected = in->has_expected;
    c->expected_version = in->expected_version;
    if (in->add.n + in->remove.n == 0 || in->add.n + in->remove.n > TERMS_OF_ACT_MOST)
        rc = jx_defect_add(&defects, req->arena, "/add", "count",
                           "一度に変えられるのは、1語から%d語までです。", TERMS_OF_ACT_MOST);
    if (rc == ERR_OK)
        rc = take_texts(&in->add, "add", req, true, &c->act.added, &defects, &why);
    if (rc == ERR_OK)
        rc = take_texts(&in->remove, "remove", req, false, &c->act.removed, &defects, &why);
    end(c, rc, &defects, &why);
}

/* -- POST /api/v1/words/import -- */

struct import_input {
    struct id id;
    int list;
    struct span text, reason;
    bool has_reason;
};
static const struct jx_field import_fields[] = {
    ID_FIELD(struct import_input),
    LIST_FIELD(struct import_input),
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .least = 1,
     .most = TEXT_MOST,
     .offset = offsetof(struct import_input, text),
     .title_ja = "言葉の一覧（1行に一つ）"},
    REASON_FIELD(struct import_input),
};
static const struct jx_shape import_shape =
    JX_SHAPE("WordsImport", struct import_input, import_fields);

/* Empty lines and those that begin with # say nothing. */
static enum err read_lines(struct span text, struct req *req, struct span *out,
                           struct jx_defects *defects, struct fail *why)
{
    uint8_t *room = arena_alloc(req->arena, text.len + 1);
    enum err rc = room == NULL ? fail_set(why, ERR_NOMEM, "lines") : ERR_OK;

    for (size_t n = 1; rc == ERR_OK && text.len > 0; n++) {
        const uint8_t *end_of = memchr(text.p, '\n', text.len);
        size_t len = end_of == NULL ? text.len : (size_t)(end_of - text.p);
        struct span line = trim(span_of(text.p, len));

        text = span_from(text, len + 1);
        if (line.len == 0 || line.p[0] == '#')
            continue;
        rc = check_term(line, "/text", n, req->arena, defects, why);
        append(out, room, line);
    }
    if (rc == ERR_OK && out->len == 0 && defects->n == 0)
        rc = jx_defect_add(defects, req->arena, "/text", "empty", "言葉が一つもありません。");
    return rc;
}

static void words_import(struct req *req)
{
    const struct import_input *in = req->input;
    struct words_change *c =
        change_of(req, in->id, in->list, in->has_reason ? in->reason : SPAN_NONE);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};

    if (c != NULL)
        end(c, read_lines(in->text, req, &c->act.added, &defects, &why), &defects, &why);
}

/* -- POST /api/v1/words/undo -- */

struct undo_input {
    struct id id, act;
    struct span reason;
    bool has_reason;
};
static const struct jx_field undo_fields[] = {
    ID_FIELD(struct undo_input),
    {.name = "act",
     .type = JX_ID,
     .offset = offsetof(struct undo_input, act),
     .title_ja = "取り消す操作のID"},
    REASON_FIELD(struct undo_input),
};
static const struct jx_shape undo_shape = JX_SHAPE("WordsUndo", struct undo_input, undo_fields);

static void words_undo(struct req *req)
{
    const struct undo_input *in = req->input;
    struct words_change *c =
        change_of(req, in->id, WORDS_LIST_OWN, in->has_reason ? in->reason : SPAN_NONE);

    if (c == NULL)
        return;
    c->act.undoes = in->act;
    words_change_post(c);
}

const struct route words_change_routes[WORDS_CHANGE_ROUTES_N] = {
    {
        .name = "words.change",
        .method = HTTP_POST,
        .path = "/api/v1/words/changes",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = DECIDERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &change_shape,
        .output = &words_view_shape,
        .summary_ja = "隠す言葉、隠さない言葉を加える、外す",
        .handle = words_changes,
    },
    {
        .name = "words.import",
        .method = HTTP_POST,
        .path = "/api/v1/words/import",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = DECIDERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &import_shape,
        .output = &words_view_shape,
        .summary_ja = "言葉の一覧をまとめて加える",
        .handle = words_import,
    },
    {
        .name = "words.undo",
        .method = HTTP_POST,
        .path = "/api/v1/words/undo",
        .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
        .roles = DECIDERS,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &undo_shape,
        .output = &words_view_shape,
        .summary_ja = "言葉の一覧の変更を取り消す",
        .handle = words_undo,
    },
};
