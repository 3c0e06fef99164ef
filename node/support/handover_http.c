/* What one shift of those who watch over children leaves to the next. */
#include "node/db/seal.h"
#include "node/db/writer.h"
#include "node/support/child.h"
#include "node/support/console.h"
#include "node/support/console_rows.h"
#include "node/support/handover_store.h"
#include "tenants/people/day.h"

#define PAGE      50
#define TEXT_MOST 2000

struct note_output {
    struct id id, by;
    int64_t at;
    struct span day, role, by_name, text;
    bool has_by_name;
};
static const struct jx_field note_fields[] = {
    PLACE_FIELD(JX_ID, note_output, id, "記録のID"),
    PLACE_FIELD(JX_TIME, note_output, at, "いつ書いたか"),
    PLACE_FIELD(JX_TEXT, note_output, day, "どの日のことか"),
    PLACE_FIELD(JX_ID, note_output, by, "だれが"),
    PLACE_MAYBE(JX_TEXT, note_output, by_name, has_by_name, "その表示名"),
    PLACE_FIELD(JX_TEXT, note_output, role, "その役割"),
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .offset = offsetof(struct note_output, text),
     .title_ja = "内容"},
};
static const struct jx_shape note_shape = JX_SHAPE("Handover", struct note_output, note_fields);

struct notes_output {
    struct jx_list items;
    struct span next;
    bool has_next;
};
static const struct jx_field notes_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &note_shape,
     .most = PAGE,
     .offset = offsetof(struct notes_output, items),
     .title_ja = "引きつぎ（新しい順）"},
    PLACE_MAYBE(JX_TEXT, notes_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape notes_shape =
    JX_SHAPE("Handovers", struct notes_output, notes_fields);

static enum err output_of(struct req *req, const struct child_names *names,
                          const struct handover_row *row, struct note_output *out,
                          struct fail *why)
{
    *out = (struct note_output){
        .id = row->id,
        .at = row->who.at_utc_us,
        .day = row->day,
        .by = row->who.by,
        .role = row->who.role,
        .by_name = child_display(names, row->who.by),
    };
    out->has_by_name = out->by_name.len > 0;
    return child_unseal(req, HANDOVER_TABLE, "text_sealed", row->id, row->text_sealed,
                        &out->text, why);
}

static void list_notes(struct req *req)
{
    struct notes_output out = {.has_next = false};
    struct handover_row *rows = NULL;
    struct note_output *items = NULL;
    struct child_names names = {.people = NULL};
    struct fail why = {.code = ERR_OK};
    struct id before;
    int64_t before_us;
    size_t n = 0;
    enum err rc = place_query_row(req, "before", &before_us, &before, &why);

    if (rc == ERR_OK)
        rc = handover_store_list(req->db, before_us, before, PAGE + 1, req->arena, &rows, &n,
                                 &why);
    if (rc == ERR_OK)
        rc = child_names_open(req, &names, &why);
    out.has_next = n > PAGE;
    n = out.has_next ? PAGE : n;
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "notes") : ERR_OK;
    }
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = output_of(req, &names, &rows[i], &items[i], &why);
    child_names_close(&names);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (out.has_next)
        out.next = place_row_text(req, rows[n - 1].who.at_utc_us, rows[n - 1].id);
    out.has_next = out.next.p != NULL;
    out.items = (struct jx_list){items, n};
    reply_json(req, 200, &out);
}

/* ---- writing ---- */

struct note_input {
    struct id id;
    struct span day, text;
    bool has_day;
};
static const struct jx_field input_fields[] = {
    PLACE_FIELD(JX_ID, note_input, id, "記録のID"),
    PLACE_MAYBE(JX_TEXT, note_input, day, has_day, "どの日のことか"),
    {.name = "text",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .least = 1,
     .most = TEXT_MOST,
     .offset = offsetof(struct note_input, text),
     .title_ja = "内容"},
};
static const struct jx_shape input_shape =
    JX_SHAPE("HandoverNew", struct note_input, input_fields);

struct made_output {
    struct id id;
};
static const struct jx_field made_fields[] = {
    PLACE_FIELD(JX_ID, made_output, id, "記録のID"),
};
static const struct jx_shape made_shape =
    JX_SHAPE("HandoverMade", struct made_output, made_fields);

struct leaving {
    struct req *req;
    struct handover_row row;
    bool has_day; /* he said which */
    char day[DAY_TEXT_CAP];
};

/* The id again: it must be the same note. */
static enum err check_same(const struct leaving *l, const struct handover_row *was,
                           struct arena *arena, struct fail *why)
{
    const struct seal_place at = {HANDOVER_TABLE, "text_sealed", l->row.id};
    bool is_same = false;
    enum err rc = seal_same(l->req->services->keyring, &at, was->text_sealed,
                            l->row.text_sealed, arena, &is_same, why);

    if (rc == ERR_OK && (!is_same || (l->has_day && !span_eq(was->day, l->row.day))))
        rc = fail_field(why, ERR_CONFLICT, "/id", "the id stands for something else");
    return rc;
}

static enum err leave_run(struct tx *tx, void *arg, struct fail *why)
{
    struct leaving *l = arg;
    const struct access_entry access = access_of(l->req);
    const struct handover_row *was = NULL;
    enum err rc = handover_store_add(tx, &l->row, &was, why);

    if (rc == ERR_OK && was != NULL)
        rc = check_same(l, was, tx_arena(tx), why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void leave_done(void *arg, enum err rc, const struct fail *why)
{
    const struct leaving *l = arg;
    const struct made_output out = {l->row.id};

    if (rc != ERR_OK) {
        reply_fail(l->req, why);
        return;
    }
    l->req->access_recorded = 1;
    console_touch(l->req->services->console);
    reply_json(l->req, 201, &out);
}

static enum err fill(struct leaving *l, const struct note_input *in, struct fail *why)
{
    struct req *req = l->req;
    const struct seal_place at = {HANDOVER_TABLE, "text_sealed", in->id};
    int64_t begin;
    struct id key;
    enum err rc;

    day_text(req->now_utc_us, l->day);
    l->has_day = in->has_day;
    l->row = (struct handover_row){.id = in->id,
                                   .day = in->has_day ? in->day : span_text(l->day),
                                   .who = place_decider_of(req)};
    if (!day_begin(l->row.day, &begin) || begin > req->now_utc_us)
        return fail_field(why, ERR_INVALID, "/day", "a day until today");
    rc = keyring_need_key(req->services->keyring, KEY_RECORD, ID_NONE, HANDOVER_RECORD_KEY,
                          &key, why);
    return rc == ERR_OK ? seal(req->services->keyring, key, &at, in->text, req->arena,
                               &l->row.text_sealed, why)
                        : rc;
}

static void leave_note(struct req *req)
{
    struct leaving *l = req_alloc(req, sizeof *l);
    const struct writer_op op = {leave_run, leave_done, l};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (l == NULL)
        return;
    l->req = req;
    rc = fill(l, req->input, &why);
    req->object = l->row.id;
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route handover_routes[HANDOVER_ROUTES_N] = {
    {.name = "handovers.list",
     .method = HTTP_GET,
     .path = "/api/v1/handovers",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD_WATCHERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &notes_shape,
     .summary_ja = "職員の引きつぎを見る",
     .handle = list_notes},
    {.name = "handovers.leave",
     .method = HTTP_POST,
     .path = "/api/v1/handovers",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD_WATCHERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &input_shape,
     .output = &made_shape,
     .summary_ja = "引きつぎを書く",
     .handle = leave_note},
};
