/* The register of received material over HTTP (AI-8-3): both sides of the contract list it, add
 * to it and mark what was given back, destroyed or erased. Nothing is written over. */
#include "node/base/jx_scalar.h"
#include "node/base/role.h"
#include "node/db/audit.h"
#include "tenants/ending/ending_http.h"
#include "tenants/ending/ending_rows.h"
#include "tenants/ending/material_store.h"
#include "tenants/people/day.h"

#define PAGE 200

/* ---- GET /api/v1/materials ---- */

struct material_output {
    struct id id, replaces, replaced_by;
    int64_t at, marked_at;
    struct span by_role, by_name, received_on, what, from, place, purpose;
    struct span marked_role, marked_name, done_on, note;
    int form, state;
    bool has_replaces, has_replaced, has_by_name, has_mark, has_marked_name, has_note;
};
static const struct jx_field material_fields[] = {
    ENDING_FIELD(JX_ID, material_output, id, "記入のID"),
    ENDING_FIELD(JX_TIME, material_output, at, "いつ記したか"),
    ENDING_FIELD(JX_TEXT, material_output, by_role, "記した人の役割"),
    ENDING_MAYBE(JX_TEXT, material_output, by_name, has_by_name, "記した人の名前"),
    ENDING_MAYBE(JX_ID, material_output, replaces, has_replaces, "どの記入を直したものか"),
    ENDING_MAYBE(JX_ID, material_output, replaced_by, has_replaced, "どの記入に直されたか"),
    ENDING_CHOICE(material_output, form, MATERIAL_FORMS, "形"),
    ENDING_FIELD(JX_TEXT, material_output, received_on, "受け取った日"),
    ENDING_FIELD(JX_TEXT, material_output, what, "何を受け取ったか"),
    ENDING_FIELD(JX_TEXT, material_output, from, "だれから受け取ったか"),
    ENDING_FIELD(JX_TEXT, material_output, place, "どこに保管するか"),
    ENDING_FIELD(JX_TEXT, material_output, purpose, "何に使うか"),
    ENDING_CHOICE(material_output, state, MATERIAL_STATES, "いまどうなっているか"),
    ENDING_MAYBE(JX_TEXT, material_output, done_on, has_mark, "返した日、または消した日"),
    ENDING_MAYBE(JX_TIME, material_output, marked_at, has_mark, "それをいつ記したか"),
    ENDING_MAYBE(JX_TEXT, material_output, marked_role, has_mark, "それを記した人の役割"),
    ENDING_MAYBE(JX_TEXT, material_output, marked_name, has_marked_name,
                 "それを記した人の名前"),
    ENDING_MAYBE(JX_TEXT, material_output, note, has_note, "だれに、どのように"),
};
static const struct jx_shape material_shape =
    JX_SHAPE("Material", struct material_output, material_fields);

struct page_output {
    struct jx_list items;
    int64_t n_open;
    struct id next;
    bool has_next;
};
static const struct jx_field page_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &material_shape,
     .most = PAGE,
     .offset = offsetof(struct page_output, items),
     .title_ja = "記入（新しい順）"},
    ENDING_FIELD(JX_INT, page_output, n_open, "返していないものの数"),
    ENDING_MAYBE(JX_ID, page_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape page_shape =
    JX_SHAPE("Materials", struct page_output, page_fields);

/* Names of people are for the board; the other side reads the role. */
static struct span name_for(struct req *req, const struct people *people, struct id person)
{
    return req->caller.role == ROLE_COMMISSIONER ? ending_name_of(req, people, person)
                                                 : SPAN_NONE;
}

static enum err open_texts(struct req *req, const struct material_row *row,
                           struct material_output *out, struct fail *why)
{
    const struct {
        const char *column;
        struct span sealed;
        struct span *text;
    } texts[] = {
        {"what_sealed", row->what_sealed, &out->what},
        {"from_sealed", row->from_sealed, &out->from},
        {"place_sealed", row->place_sealed, &out->place},
        {"purpose_sealed", row->purpose_sealed, &out->purpose},
    };
    enum err rc = ERR_OK;

    for (size_t i = 0; i < sizeof texts / sizeof *texts && rc == ERR_OK; i++)
        rc = ending_open(req, "material", texts[i].column, row->id, texts[i].sealed,
                         texts[i].text, why);
    if (rc == ERR_OK && out->has_note)
        rc = ending_open(req, "material_mark", "note_sealed", row->mark.id,
                         row->mark.note_sealed, &out->note, why);
    return rc;
}

static enum err output_of(struct req *req, const struct people *people,
                          const struct material_row *row, struct material_output *out,
                          struct fail *why)
{
    *out = (struct material_output){
        .id = row->id,
        .replaces = row->replaces,
        .replaced_by = row->replaced_by,
        .at = row->at_utc_us,
        .by_role = row->by_role,
        .by_name = name_for(req, people, row->by),
        .received_on = row->received_on,
        .form = row->form,
        .state = row->state,
        .has_replaces = !id_is_none(row->replaces),
        .has_replaced = !id_is_none(row->replaced_by),
        .has_mark = !id_is_none(row->mark.id),
    };
    out->has_by_name = out->by_name.len > 0;
    if (out->has_mark) {
        out->marked_at = row->mark.at_utc_us;
        out->marked_role = row->mark.by_role;
        out->done_on = row->mark.done_on;
        out->marked_name = name_for(req, people, row->mark.by);
        out->has_marked_name = out->marked_name.len > 0;
        out->has_note = row->mark.note_sealed.len > 0;
    }
    return open_texts(req, row, out, why);
}

static enum err fill_page(struct req *req, struct material_row *rows, size_t n,
                          struct page_output *page, struct fail *why)
{
    struct material_output *items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    struct people *people = NULL;
    enum err rc = items == NULL ? fail_set(why, ERR_NOMEM, "a register")
                                : people_ref(accounts_people(req->services->accounts), req->db,
                                             &people, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = output_of(req, people, &rows[i], &items[i], why);
    people_unref(&people);
    page->items = (struct jx_list){items, n};
    return rc;
}

static void list_materials(struct req *req)
{
    struct span before_text = req_query(req, "before");
    struct page_output page = {.n_open = 0};
    struct material_row *rows = NULL;
    struct id before = ID_NONE;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = ERR_OK;

    if (before_text.p != NULL && id_parse(before_text, &before, NULL) != ERR_OK)
        rc = fail_field(&why, ERR_INVALID, "before", "not an id");
    if (rc == ERR_OK)
        rc = material_store_list(req->db, before, PAGE + 1, req->arena, &rows, &n, &why);
    page.has_next = n > PAGE;
    n = page.has_next ? PAGE : n;
    if (rc == ERR_OK)
        rc = material_store_open(req->db, &page.n_open, &why);
    if (rc == ERR_OK)
        rc = fill_page(req, rows, n, &page, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (page.has_next)
        page.next = rows[n - 1].id;
    reply_json(req, 200, &page);
}

/* ---- adding and marking ---- */

struct done_output {
    struct id id;
};
static const struct jx_field done_fields[] = {
    ENDING_FIELD(JX_ID, done_output, id, "記入のID"),
};
static const struct jx_shape done_shape =
    JX_SHAPE("MaterialDone", struct done_output, done_fields);

struct writing {
    struct req *req;
    struct material_row row;
    struct material_mark mark;
    const char *code, *title_ja; /* why it was refused */
};

static enum err refuse(struct writing *w, const char *code, const char *title_ja,
                       struct fail *why)
{
    w->code = code;
    w->title_ja = title_ja;
    return fail_set(why, ERR_CONFLICT, "%s", code);
}

static enum err refuse_replaced(struct writing *w, struct fail *why)
{
    return refuse(
        w, "material-replaced",
        "この記入は、もう直されています。一覧を見なおして、新しい方を選んでください。", why);
}

static enum err write_access(const struct writing *w, struct tx *tx, struct fail *why)
{
    const struct access_entry access = access_of(w->req);

    return access_append(tx, &access, why);
}

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    const struct writing *w = arg;
    const struct done_output out = {w->req->object};

    if (w->code != NULL) {
        reply_problem(w->req, 409, w->code, w->title_ja);
        return;
    }
    if (rc != ERR_OK) {
        reply_fail(w->req, why);
        return;
    }
    w->req->access_recorded = 1;
    reply_json(w->req, 200, &out);
}

static void post(struct writing *w, enum err rc,
                 enum err (*run)(struct tx *tx, void *arg, struct fail *why), struct fail *why)
{
    const struct writer_op op = {run, write_done, w};

    if (rc == ERR_OK)
        rc = writer_post(w->req->services->writer, &op, why);
    if (rc != ERR_OK)
        reply_fail(w->req, why);
}

/* A day there is, and not one to come. */
static enum err check_day(const struct req *req, struct span text, const char *field,
                          struct fail *why)
{
    int64_t begins = 0;

    return day_begin(text, &begins) && begins <= req->now_utc_us
               ? ERR_OK
               : fail_field(why, ERR_INVALID, field, "a day, today or before");
}

/* ---- POST /api/v1/materials ---- */

struct add_input {
    struct id id, replaces;
    struct span received_on, what, from, place, purpose;
    int form;
    bool has_replaces;
};
static const struct jx_field add_fields[] = {
    ENDING_FIELD(JX_ID, add_input, id, "記入のID"),
    ENDING_MAYBE(JX_ID, add_input, replaces, has_replaces, "どの記入を直すか"),
    ENDING_CHOICE(add_input, form, MATERIAL_FORMS, "形"),
    ENDING_TEXT(add_input, received_on, 10, 10, "受け取った日"),
    ENDING_TEXT(add_input, what, 1, 200, "何を受け取ったか"),
    ENDING_TEXT(add_input, from, 1, 100, "だれから受け取ったか"),
    ENDING_TEXT(add_input, place, 1, 200, "どこに保管するか"),
    ENDING_TEXT(add_input, purpose, 1, 200, "何に使うか"),
};
static const struct jx_shape add_shape = JX_SHAPE("MaterialAdd", struct add_input, add_fields);

static enum err check_replaced(struct writing *w, struct tx *tx, struct fail *why)
{
    struct material_row old;
    enum err rc;

    if (id_is_none(w->row.replaces))
        return ERR_OK;
    rc = material_store_find(tx, NULL, w->row.replaces, tx_arena(tx), &old, why);
    if (rc == ERR_NOT_FOUND)
        return fail_field(why, ERR_NOT_FOUND, "/replaces", "no such entry");
    return rc == ERR_OK && old.state == MATERIAL_IS_REPLACED ? refuse_replaced(w, why) : rc;
}

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    struct writing *w = arg;
    struct material_row there;
    enum err rc = material_store_find(tx, NULL, w->row.id, tx_arena(tx), &there, why);

    w->code = NULL;
    if (rc == ERR_OK) /* sent again, or somebody else's id */
        return id_eq(there.by, w->row.by) && id_eq(there.replaces, w->row.replaces)
                   ? write_access(w, tx, why)
                   : fail_set(why, ERR_CONFLICT, "the id stands for another entry");
    if (rc == ERR_NOT_FOUND)
        rc = check_replaced(w, tx, why);
    if (rc == ERR_OK)
        rc = material_store_add(tx, &w->row, why);
    return rc == ERR_OK ? write_access(w, tx, why) : rc;
}

static enum err seal_row(struct req *req, const struct add_input *in, struct material_row *row,
                         struct fail *why)
{
    const struct {
        const char *column;
        struct span text;
        struct span *sealed;
    } texts[] = {
        {"what_sealed", in->what, &row->what_sealed},
        {"from_sealed", in->from, &row->from_sealed},
        {"place_sealed", in->place, &row->place_sealed},
        {"purpose_sealed", in->purpose, &row->purpose_sealed},
    };
    enum err rc = ERR_OK;

    for (size_t i = 0; i < sizeof texts / sizeof *texts && rc == ERR_OK; i++)
        rc = ending_seal(req, "material", texts[i].column, row->id, texts[i].text,
                         texts[i].sealed, why);
    return rc;
}

static void add_material(struct req *req)
{
    const struct add_input *in = req->input;
    struct writing *w = req_alloc(req, sizeof *w);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (w == NULL)
        return;
    req->object = in->id;
    *w = (struct writing){
        .req = req,
        .row = {.id = in->id,
                .by = req->caller.account,
                .replaces = in->has_replaces ? in->replaces : ID_NONE,
                .at_utc_us = req->now_utc_us,
                .by_role = span_text(role_id(req->caller.role)),
                .received_on = in->received_on,
                .form = in->form},
    };
    rc = check_day(req, in->received_on, "/received_on", &why);
    if (rc == ERR_OK)
        rc = seal_row(req, in, &w->row, &why);
    post(w, rc, add_run, &why);
}

/* ---- POST /api/v1/materials/{id}/marks ---- */

struct mark_input {
    struct id id;
    int kind;
    struct span done_on, note;
    bool has_note;
};
static const struct jx_field mark_fields[] = {
    ENDING_FIELD(JX_ID, mark_input, id, "記録のID"),
    ENDING_CHOICE(mark_input, kind, MATERIAL_MARKS, "どうしたか"),
    ENDING_TEXT(mark_input, done_on, 10, 10, "した日"),
    {.name = "note",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .most = 200,
     .offset = offsetof(struct mark_input, note),
     .has_offset = offsetof(struct mark_input, has_note),
     .title_ja = "だれに、どのように"},
};
static const struct jx_shape mark_shape =
    JX_SHAPE("MaterialMark", struct mark_input, mark_fields);

static enum err mark_run(struct tx *tx, void *arg, struct fail *why)
{
    struct writing *w = arg;
    struct material_row row;
    enum err rc = material_store_find(tx, NULL, w->mark.material, tx_arena(tx), &row, why);

    w->code = NULL;
    if (rc != ERR_OK)
        return rc;
    if (id_eq(row.mark.id, w->mark.id) && id_eq(row.mark.by, w->mark.by))
        return write_access(w, tx, why); /* sent again */
    if (row.state == MATERIAL_IS_REPLACED)
        return refuse_replaced(w, why);
    if ((row.state == MATERIAL_IS_OPEN) == (w->mark.kind == MATERIAL_REOPENED))
        return refuse(w, "material-marked",
                      "この記入は、いまその操作を待っていません。一覧を見なおしてください。",
                      why);
    rc = material_store_mark(tx, &w->mark, why);
    return rc == ERR_OK ? write_access(w, tx, why) : rc;
}

static void mark_material(struct req *req)
{
    const struct mark_input *in = req->input;
    struct writing *w = req_alloc(req, sizeof *w);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (w == NULL)
        return;
    *w = (struct writing){.req = req};
    rc = ending_of_path(req, &why);
    if (rc == ERR_OK)
        rc = check_day(req, in->done_on, "/done_on", &why);
    w->mark = (struct material_mark){.id = in->id,
                                     .by = req->caller.account,
                                     .material = req->object,
                                     .at_utc_us = req->now_utc_us,
                                     .by_role = span_text(role_id(req->caller.role)),
                                     .done_on = in->done_on,
                                     .kind = in->kind};
    if (rc == ERR_OK && in->has_note && in->note.len > 0)
        rc = ending_seal(req, "material_mark", "note_sealed", in->id, in->note,
                         &w->mark.note_sealed, &why);
    post(w, rc, mark_run, &why);
}

/* What was received goes back at the end: adding and marking go on while the node is left. */
const struct route material_routes[MATERIAL_ROUTES_N] = {
    {.name = "materials.list",
     .method = HTTP_GET,
     .path = "/api/v1/materials",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_DESK | ROLE_BIT(ROLE_AUDITOR),
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &page_shape,
     .summary_ja = "受領資料一覧を見る",
     .handle = list_materials},
    {.name = "materials.add",
     .method = HTTP_POST,
     .path = "/api/v1/materials",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .while_leaving = true,
     .input = &add_shape,
     .output = &done_shape,
     .summary_ja = "受け取った資料を記す、または記入を直す",
     .handle = add_material},
    {.name = "materials.mark",
     .method = HTTP_POST,
     .path = "/api/v1/materials/{id}/marks",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_DESK,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .while_leaving = true,
     .input = &mark_shape,
     .output = &done_shape,
     .summary_ja = "資料を返した、廃棄した、消したことを記す",
     .handle = mark_material},
};
