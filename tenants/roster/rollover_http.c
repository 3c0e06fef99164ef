/* The roll-over of April over HTTP: previewed, applied, undone, confirmed. */
#include <stddef.h>

#include "node/db/audit.h"
#include "tenants/people/account.h"
#include "tenants/people/life.h"
#include "tenants/people/people_index.h"
#include "tenants/rights/rights.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/rollover.h"
#include "tenants/watch/watch.h"

#define PAGE_MOST   200
#define LIST_MOST   20
#define WISHES_MOST 500
#define DESK        (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define LISTENERS   (LISTENER_PUBLIC | LISTENER_OFFICE)

/* ---- shapes ---- */

struct one_id {
    struct id person;
};
static const struct jx_field one_fields[] = {{.name = "person",
                                              .type = JX_ID,
                                              .offset = offsetof(struct one_id, person),
                                              .title_ja = "人のID"}};
static const struct jx_shape one_shape = JX_SHAPE("RolloverPerson", struct one_id, one_fields);
static const struct jx_field transfer_fields[] = {
    {.name = "person",
     .type = JX_ID,
     .offset = offsetof(struct rollover_transfer, person),
     .title_ja = "教職員のID"},
    {.name = "school",
     .type = JX_ID,
     .offset = offsetof(struct rollover_transfer, school),
     .title_ja = "うつる先の学校のID"},
};
static const struct jx_shape transfer_shape =
    JX_SHAPE("RolloverTransfer", struct rollover_transfer, transfer_fields);

struct preview_input {
    int64_t school_year;
    struct jx_list hold, leave, transfers;
    bool has_hold, has_leave, has_transfers;
};
#define WISH(name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .flags = JX_OPTIONAL, .most = WISHES_MOST, \
        .shape = (shape_), .offset = offsetof(struct preview_input, name_), \
        .has_offset = offsetof(struct preview_input, has_##name_), .title_ja = (title) \
    }
static const struct jx_field preview_fields[] = {
    {.name = "school_year",
     .type = JX_INT,
     .least = 2000,
     .most = 2200,
     .offset = offsetof(struct preview_input, school_year),
     .title_ja = "新しい年度（西暦）"},
    WISH(hold, &one_shape, "同じ学年に残る児童生徒"),
    WISH(leave, &one_shape, "転出する児童生徒"),
    WISH(transfers, &transfer_shape, "異動する教職員"),
};
static const struct jx_shape preview_shape =
    JX_SHAPE("RolloverPreview", struct preview_input, preview_fields);

struct apply_input {
    struct span preview;
};
static const struct jx_field apply_fields[] = {{.name = "preview",
                                                .type = JX_TEXT,
                                                .least = 64,
                                                .most = 64,
                                                .offset = offsetof(struct apply_input, preview),
                                                .title_ja = "確認した内容の要約値"}};
static const struct jx_shape apply_shape =
    JX_SHAPE("RolloverApply", struct apply_input, apply_fields);

struct rollover_output {
    struct id id;
    int64_t school_year, made_at, applied_at, undone_at, confirmed_at;
    struct span state, preview;
    struct rollover_counts counts;
    bool has_applied, has_undone, has_confirmed;
};
#define FIELD(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct rollover_output, name_), \
        .title_ja = (title) \
    }
#define WHEN(name_, has_, title) \
    { \
        .name = #name_, .type = JX_TIME, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct rollover_output, name_), \
        .has_offset = offsetof(struct rollover_output, has_), .title_ja = (title) \
    }
static const struct jx_field rollover_fields[] = {
    FIELD(JX_ID, id, "年度更新のID"),
    FIELD(JX_INT, school_year, "新しい年度"),
    FIELD(JX_TEXT, state, "状態（previewed・applied・confirmed・undone）"),
    FIELD(JX_TIME, made_at, "確認を作った時刻"),
    FIELD(JX_TEXT, preview, "確認した内容の要約値"),
    {.name = "counts",
     .type = JX_OBJECT,
     .shape = &rollover_counts_shape,
     .offset = offsetof(struct rollover_output, counts),
     .title_ja = "件数"},
    WHEN(applied_at, has_applied, "実行した時刻"),
    WHEN(undone_at, has_undone, "取り消した時刻"),
    WHEN(confirmed_at, has_confirmed, "確定した時刻"),
};
static const struct jx_shape rollover_shape =
    JX_SHAPE("Rollover", struct rollover_output, rollover_fields);

struct rollovers_output {
    struct jx_list items;
    int64_t n_without_grade;
};
static const struct jx_field rollovers_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &rollover_shape,
     .offset = offsetof(struct rollovers_output, items),
     .title_ja = "年度更新（新しい順）"},
    {.name = "n_without_grade",
     .type = JX_INT,
     .offset = offsetof(struct rollovers_output, n_without_grade),
     .title_ja = "学年がわからない児童生徒の数（年度更新では変わらない）"}};
static const struct jx_shape rollovers_shape =
    JX_SHAPE("Rollovers", struct rollovers_output, rollovers_fields);

struct change_output {
    int64_t n;
    struct span kind, name, grade_before, grade;
    struct id person, object, school_before, school;
    bool has_person, has_object, has_school_before, has_school;
};
#define CHANGE(type_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct change_output, name_), \
        .title_ja = (title) \
    }
#define CHANGE_ID(name_, title) \
    { \
        .name = #name_, .type = JX_ID, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct change_output, name_), \
        .has_offset = offsetof(struct change_output, has_##name_), .title_ja = (title) \
    }
static const struct jx_field change_fields[] = {
    CHANGE(JX_INT, n, "順番"),
    CHANGE(JX_TEXT, kind, "種類"),
    CHANGE_ID(person, "だれのことか"),
    CHANGE(JX_TEXT, name, "その人の名前（学級では空）"),
    CHANGE_ID(object, "学級・在籍・権限のID"),
    CHANGE_ID(school_before, "前の学校"),
    CHANGE_ID(school, "後の学校（権限では学級）"),
    CHANGE(JX_TEXT, grade_before, "前の学年"),
    CHANGE(JX_TEXT, grade, "後の学年"),
};
static const struct jx_shape change_shape =
    JX_SHAPE("RolloverChange", struct change_output, change_fields);

struct changes_output {
    struct jx_list items;
    int64_t next;
    bool has_next;
};
static const struct jx_field changes_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &change_shape,
     .offset = offsetof(struct changes_output, items),
     .title_ja = "変更"},
    {.name = "next",
     .type = JX_INT,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct changes_output, next),
     .has_offset = offsetof(struct changes_output, has_next),
     .title_ja = "続きを見るときの after の値"},
};
static const struct jx_shape changes_shape =
    JX_SHAPE("RolloverChanges", struct changes_output, changes_fields);

/* ---- answers ---- */

static enum err output_of(const struct rollover_row *row, struct arena *arena,
                          struct rollover_output *out, struct fail *why)
{
    *out = (struct rollover_output){
        .id = row->id,
        .school_year = row->school_year,
        .state = span_text(rollover_state_id(row->state)),
        .made_at = row->made_utc_us,
        .preview = row->preview,
        .applied_at = row->applied_utc_us,
        .has_applied = row->applied_utc_us != 0,
        .undone_at = row->undone_utc_us,
        .has_undone = row->undone_utc_us != 0,
        .confirmed_at = row->confirmed_utc_us,
        .has_confirmed = row->confirmed_utc_us != 0,
    };
    return jx_read(row->counts, &rollover_counts_shape, arena, &out->counts, NULL, why);
}

static void reply_rollover(struct req *req, int status, const struct rollover_row *row)
{
    struct rollover_output out;
    struct fail why = {.code = ERR_OK};

    if (output_of(row, req->arena, &out, &why) == ERR_OK)
        reply_json(req, status, &out);
    else
        reply_fail(req, &why);
}

/* One act: what it writes, and the row as it is then. */
struct act {
    struct req *req;
    struct rollover_pending pending;
    struct rollover_decision decision;
    struct rollover_ending ending;
    struct rollover_row row;
    enum err (*write)(struct tx *tx, struct act *act, struct fail *why);
    int status;
};

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *act = arg;
    const struct req *req = act->req;
    const struct access_entry entry = access_of(req);
    enum err rc = act->write(tx, act, why);

    if (rc == ERR_OK)
        rc = rollover_store_find(tx, NULL, req->object, req->arena, &act->row, why);
    return rc == ERR_OK ? access_append(tx, &entry, why) : rc;
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct act *act = arg;
    struct req *req = act->req;

    if (req->services->accounts != NULL)
        rights_settle(accounts_rights(req->services->accounts));
    if (rc != ERR_OK) {
        reply_fail(req, why);
        return;
    }
    req->access_recorded = 1;
    life_steps_drop(req->services, act->ending.steps, act->ending.n_steps);
    reply_rollover(req, act->status, &act->row);
}

static void post(struct act *act)
{
    const struct writer_op op = {act_run, act_done, act};
    struct fail why = {.code = ERR_OK};

    if (writer_post(act->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(act->req, &why);
}

/* NULL: answered. */
static struct act *begin(struct req *req,
                         enum err (*write)(struct tx *tx, struct act *act, struct fail *why))
{
    struct act *act = req_alloc(req, sizeof *act);

    if (act == NULL)
        return NULL;
    *act = (struct act){.req = req, .write = write, .status = 200};
    return act;
}

/* ---- POST /api/v1/roster/rollover ---- */

static enum err write_preview(struct tx *tx, struct act *act, struct fail *why)
{
    return rollover_tx_add(tx, &act->pending, why);
}

static void preview(struct req *req)
{
    const struct preview_input *in = req->input;
    const struct rollover_wishes wishes = {
        .school_year = (int)in->school_year,
        .hold = in->hold.at, /* struct one_id holds an id and nothing else */
        .n_hold = in->hold.n,
        .leave = in->leave.at,
        .n_leave = in->leave.n,
        .transfers = in->transfers.at,
        .n_transfers = in->transfers.n,
    };
    struct act *act = begin(req, write_preview);
    struct fail why = {.code = ERR_OK};

    _Static_assert(sizeof(struct one_id) == sizeof(struct id), "an id and nothing else");
    if (act == NULL)
        return;
    act->status = 201;
    if (rollover_prepare(req->services, req->db, &wishes, req->caller.account,
                         role_id(req->caller.role), req->arena, &act->pending,
                         &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    req->object = act->pending.row.id;
    post(act);
}

/* ---- apply, undo, confirm ---- */

static enum err write_apply(struct tx *tx, struct act *act, struct fail *why)
{
    return rollover_tx_apply(tx, &act->decision, why);
}

static enum err write_undo(struct tx *tx, struct act *act, struct fail *why)
{
    return rollover_tx_undo(tx, &act->decision, why);
}

static enum err write_confirm(struct tx *tx, struct act *act, struct fail *why)
{
    return rollover_tx_confirm(act->req->services, tx, &act->ending, why);
}

static struct act *begin_decision(struct req *req,
                                  enum err (*write)(struct tx *tx, struct act *act,
                                                    struct fail *why))
{
    struct act *act = begin(req, write);
    struct fail why = {.code = ERR_OK};

    if (act == NULL)
        return NULL;
    act->decision = (struct rollover_decision){.by = req->caller.account,
                                               .role = role_id(req->caller.role),
                                               .now_utc_us = req->now_utc_us};
    if (id_parse(req_param(req, "id"), &act->decision.id, NULL) != ERR_OK) {
        fail_set(&why, ERR_NOT_FOUND, "not an id");
        reply_fail(req, &why);
        return NULL;
    }
    req->object = act->decision.id;
    if (rollover_store_find(NULL, req->db, act->decision.id, req->arena, &act->row, &why) !=
        ERR_OK) {
        reply_fail(req, &why);
        return NULL;
    }
    return act;
}

static void apply(struct req *req)
{
    const struct apply_input *in = req->input;
    struct act *act = begin_decision(req, write_apply);

    if (act == NULL)
        return;
    act->decision.preview = in->preview;
    post(act);
}

static void undo(struct req *req)
{
    struct act *act = begin_decision(req, write_undo);

    if (act != NULL)
        post(act);
}

static void confirm(struct req *req)
{
    struct act *act = begin_decision(req, write_confirm);
    struct fail why = {.code = ERR_OK};

    if (act == NULL)
        return;
    if (rollover_prepare_confirm(req->services, req->db, &act->decision, req->arena,
                                 &act->ending, &why) == ERR_OK)
        post(act);
    else
        reply_fail(req, &why);
}

/* ---- looking ---- */

static void list_rollovers(struct req *req)
{
    struct rollover_row *rows = NULL;
    struct rollover_output *items = NULL;
    struct rollovers_output out;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = rollover_store_list(req->db, LIST_MOST, req->arena, &rows, &n, &why);

    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        if (items == NULL)
            rc = fail_set(&why, ERR_NOMEM, "roll-overs");
    }
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n; i++)
        rc = output_of(&rows[i], req->arena, &items[i], &why);
    if (rc == ERR_OK)
        rc = rollover_n_without_grade(req->services, req->db, req->arena, &out.n_without_grade,
                                      &why);
    out.items = (struct jx_list){items, n};
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

static int number_of(struct span text)
{
    int n = 0;

    for (size_t i = 0; i < text.len && i < 8; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9')
            n = n * 10 + (text.p[i] - '0');
    return n;
}

static struct change_output change_of(const struct rollover_change *c)
{
    return (struct change_output){
        .n = c->n,
        .kind = span_text(rollover_kind_id(c->kind)),
        .person = c->person,
        .has_person = !id_is_none(c->person),
        .object = c->object,
        .has_object = !id_is_none(c->object),
        .school_before = c->school_before,
        .has_school_before = !id_is_none(c->school_before),
        .school = c->school,
        .has_school = !id_is_none(c->school),
        .grade_before = c->grade_before,
        .grade = c->grade,
    };
}

static enum err read_kind(struct req *req, enum rollover_kind *kind_out, struct fail *why)
{
    struct span text = req_query(req, "kind");

    *kind_out = ROLLOVER_KINDS_N;
    if (text.len == 0)
        return ERR_OK;
    for (int k = 0; k < ROLLOVER_KINDS_N; k++)
        if (span_eq(text, span_text(rollover_kind_id((enum rollover_kind)k))))
            *kind_out = (enum rollover_kind)k;
    return *kind_out == ROLLOVER_KINDS_N ? fail_field(why, ERR_INVALID, "kind", "no such kind")
                                         : ERR_OK;
}

/* Names of whom the changes are about: both roles of the desk may know them. */
static enum err name_changes(struct req *req, struct change_output *items, size_t n,
                             struct fail *why)
{
    struct people *people = NULL;
    enum err rc;

    arena_mark_secret(req->arena);
    rc = people_ref(accounts_people(req->services->accounts), req->db, &people, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++) {
        const struct people_entry *e =
            items[i].has_person ? people_find(people, items[i].person) : NULL;

        if (e != NULL)
            items[i].name = arena_copy(req->arena, e->name.len > 0 ? e->name : e->display);
    }
    people_unref(&people);
    return rc;
}

static bool spend_changes(struct req *req, const struct change_output *items, size_t n)
{
    struct id *persons = req_alloc(req, (n + 1) * sizeof *persons);
    size_t n_persons = 0;

    if (persons == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (items[i].has_person)
            persons[n_persons++] = items[i].person;
    return watch_spend(req, WATCH_NAMES, persons, n_persons);
}

static void list_changes(struct req *req)
{
    struct changes_output out = {.next = 0};
    struct rollover_change *rows = NULL;
    struct change_output *items = NULL;
    struct rollover_row row;
    enum rollover_kind kind = ROLLOVER_KINDS_N;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = id_parse(req_param(req, "id"), &req->object, NULL);

    rc = rc == ERR_OK ? rollover_store_find(NULL, req->db, req->object, req->arena, &row, &why)
                      : fail_set(&why, ERR_NOT_FOUND, "not an id");
    if (rc == ERR_OK)
        rc = read_kind(req, &kind, &why);
    if (rc == ERR_OK)
        rc = rollover_store_changes(req->db, req->object, kind,
                                    number_of(req_query(req, "after")), PAGE_MOST + 1,
                                    req->arena, &rows, &n, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        if (items == NULL)
            rc = fail_set(&why, ERR_NOMEM, "changes");
    }
    out.has_next = n > PAGE_MOST;
    n = out.has_next ? PAGE_MOST : n;
    for (size_t i = 0; rc == ERR_OK && items != NULL && i < n; i++)
        items[i] = change_of(&rows[i]);
    if (rc == ERR_OK && items != NULL)
        rc = name_changes(req, items, n, &why);
    if (rc != ERR_OK || items == NULL) {
        reply_fail(req, &why);
        return;
    }
    out.next = out.has_next ? items[n - 1].n : 0;
    out.items = (struct jx_list){items, n};
    if (spend_changes(req, items, n))
        reply_json(req, 200, &out);
}

const struct route rollover_routes[ROLLOVER_ROUTES_N] = {
    {.name = "roster.rollover_preview",
     .method = HTTP_POST,
     .path = "/api/v1/roster/rollover",
     .listeners = LISTENERS,
     .roles = DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &preview_shape,
     .output = &rollover_shape,
     .summary_ja = "年度更新で変わることを確かめる",
     .handle = preview},
    {.name = "roster.rollovers",
     .method = HTTP_GET,
     .path = "/api/v1/roster/rollover",
     .listeners = LISTENERS,
     .roles = DESK,
     .object = OBJECT_NONE,
     .audit = AUDIT_NONE,
     .output = &rollovers_shape,
     .summary_ja = "年度更新を一覧する",
     .handle = list_rollovers},
    {.name = "roster.rollover_changes",
     .method = HTTP_GET,
     .path = "/api/v1/roster/rollover/{id}/changes",
     .listeners = LISTENERS,
     .roles = DESK,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &changes_shape,
     .summary_ja = "年度更新で変わる人と学級を見る",
     .handle = list_changes},
    {.name = "roster.rollover_apply",
     .method = HTTP_POST,
     .path = "/api/v1/roster/rollover/{id}/apply",
     .listeners = LISTENERS,
     .roles = ROLE_BIT(ROLE_COMMISSIONER),
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &apply_shape,
     .output = &rollover_shape,
     .summary_ja = "確かめた年度更新を実行する",
     .handle = apply},
    {.name = "roster.rollover_undo",
     .method = HTTP_POST,
     .path = "/api/v1/roster/rollover/{id}/undo",
     .listeners = LISTENERS,
     .roles = ROLE_BIT(ROLE_COMMISSIONER),
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .output = &rollover_shape,
     .summary_ja = "年度更新を取り消し、前のとおりにもどす",
     .handle = undo},
    {.name = "roster.rollover_confirm",
     .method = HTTP_POST,
     .path = "/api/v1/roster/rollover/{id}/confirm",
     .listeners = LISTENERS,
     .roles = ROLE_BIT(ROLE_COMMISSIONER),
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .output = &rollover_shape,
     .summary_ja = "年度更新を確定する（もどせなくなる）",
     .handle = confirm},
};
