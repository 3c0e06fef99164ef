/* What staff are qualified for, over HTTP: commissioner and contractor keep the list and see
 * all of it (AI-4.4-カ-ロ, AI-4.4-キ-オ); others of staff see their own. */
#include "node/classes/class_http.h"
#include "node/classes/class_rows.h"

#define LIST_MOST 2000
#define WHAT_MOST 200

struct qualification_output {
    struct id qualification, account, by;
    struct span account_name, since, until, what, ended_on;
    int kind;
    int64_t at;
    bool has_account_name, has_until, holds, has_ended_on, has_by;
};
static const struct jx_field qualification_fields[] = {
    PLACE_FIELD(JX_ID, qualification_output, qualification, "記録のID"),
    PLACE_FIELD(JX_ID, qualification_output, account, "だれの"),
    PLACE_MAYBE(JX_TEXT, qualification_output, account_name, has_account_name, "その表示名"),
    PLACE_CHOICE(qualification_output, kind, QUALIFICATION_KINDS, "種類"),
    PLACE_FIELD(JX_TEXT, qualification_output, what, "どのような経験・研修・知識か"),
    PLACE_FIELD(JX_TEXT, qualification_output, since, "いつから"),
    PLACE_MAYBE(JX_TEXT, qualification_output, until, has_until, "いつまで"),
    PLACE_FIELD(JX_BOOL, qualification_output, holds, "今日有効か"),
    PLACE_MAYBE(JX_TEXT, qualification_output, ended_on, has_ended_on, "終えた日"),
    PLACE_FIELD(JX_TIME, qualification_output, at, "書いた時刻"),
    PLACE_MAYBE(JX_ID, qualification_output, by, has_by, "だれが書いたか"),
};
static const struct jx_shape qualification_shape =
    JX_SHAPE("Qualification", struct qualification_output, qualification_fields);

struct list_output {
    struct jx_list items;
};
static const struct jx_field list_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &qualification_shape,
     .offset = offsetof(struct list_output, items),
     .title_ja = "経験・研修・専門知識（人ごと）"},
};
static const struct jx_shape list_shape =
    JX_SHAPE("Qualifications", struct list_output, list_fields);

/* ---- GET /api/v1/qualifications?account=ID ---- */

/* The key of somebody who was erased is gone: then there is no text any more. */
static enum err open_what(struct req *req, const struct qualification_row *row,
                          struct span *out, struct fail *why)
{
    enum err rc = class_unseal(req->services->keyring, QUALIFICATION_TABLE, "what_sealed",
                               row->id, row->what_sealed, req->arena, out, why);

    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err output_of(struct req *req, const struct class_names *names,
                          const struct qualification_row *row, struct qualification_output *out,
                          struct fail *why)
{
    *out = (struct qualification_output){
        .qualification = row->id,
        .account = row->account,
        .account_name = class_display(names, row->account),
        .kind = (int)row->kind,
        .since = class_day_text(row->since, req->arena),
        .until = row->has_until ? class_day_text(row->until, req->arena) : SPAN_NONE,
        .has_until = row->has_until,
        .holds = qualification_holds(row, calendar_day_at(req->now_utc_us)),
        .ended_on = row->is_ended ? class_day_text(row->ended_on, req->arena) : SPAN_NONE,
        .has_ended_on = row->is_ended,
        .at = row->who.at_utc_us,
        .by = row->who.by,
        .has_by = class_may_name(req, row->who.by),
    };
    out->has_account_name = out->account_name.len > 0;
    return open_what(req, row, &out->what, why);
}

static void list_qualifications(struct req *req)
{
    bool is_keeper = (ROLE_BIT(req->caller.role) & CLASS_KEEPERS) != 0;
    struct id account = is_keeper ? ID_NONE : req->caller.account;
    struct list_output out = {.items = {0}};
    struct qualification_row *rows = NULL;
    struct qualification_output *items = NULL;
    struct class_names names = {.people = NULL};
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = is_keeper ? place_query_id(req, "account", &account, &why) : ERR_OK;

    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = qualification_store_list(NULL, req->db, account, LIST_MOST, req->arena, &rows, &n,
                                      &why);
    if (rc == ERR_OK)
        rc = class_names_open(req, &names, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "qualifications") : ERR_OK;
    }
    for (size_t i = 0; i < n && rc == ERR_OK && items != NULL; i++)
        rc = output_of(req, &names, &rows[i], &items[i], &why);
    class_names_close(&names);
    out.items = (struct jx_list){items, n};
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- POST /api/v1/qualifications ---- */

struct note_input {
    struct id id, account;
    int kind;
    struct span what, since, until;
    bool has_until;
};
static const struct jx_field note_fields[] = {
    PLACE_FIELD(JX_ID, note_input, id, "操作のID"),
    PLACE_FIELD(JX_ID, note_input, account, "だれの"),
    PLACE_CHOICE(note_input, kind, QUALIFICATION_KINDS, "種類"),
    {.name = "what",
     .type = JX_TEXT,
     .least = 1,
     .most = WHAT_MOST,
     .offset = offsetof(struct note_input, what),
     .title_ja = "どのような経験・研修・知識か"},
    PLACE_FIELD(JX_TEXT, note_input, since, "いつから"),
    PLACE_MAYBE(JX_TEXT, note_input, until, has_until, "いつまで"),
};
static const struct jx_shape note_shape =
    JX_SHAPE("QualificationNew", struct note_input, note_fields);

struct made_output {
    struct id qualification;
};
static const struct jx_field made_fields[] = {
    PLACE_FIELD(JX_ID, made_output, qualification, "記録のID"),
};
static const struct jx_shape made_shape =
    JX_SHAPE("QualificationMade", struct made_output, made_fields);

struct noting {
    struct req *req;
    struct qualification_row row;
};

static enum err note_run(struct tx *tx, void *arg, struct fail *why)
{
    struct noting *n = arg;
    const struct access_entry access = access_of(n->req);
    enum err rc = qualification_store_add(tx, &n->row, &(bool){false}, why);

    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void note_done(void *arg, enum err rc, const struct fail *why)
{
    const struct noting *n = arg;
    const struct made_output out = {n->row.id};

    if (rc == ERR_OK) {
        n->req->access_recorded = 1;
        reply_json(n->req, 201, &out);
    } else if (rc == ERR_NOT_FOUND) {
        reply_problem(n->req, 422, "not-for-classes",
                      "この人の記録はつくれません。支援員・授業者・ゲストティーチャーのIDを"
                      "選んでください。");
    } else {
        reply_fail(n->req, why);
    }
}

static enum err note_days(struct noting *n, const struct note_input *in,
                          struct jx_defects *defects)
{
    struct qualification_row *row = &n->row;
    enum err rc = ERR_OK;

    row->has_until = in->has_until;
    if (!calendar_read(in->since, &row->since))
        rc = jx_defect_add(defects, n->req->arena, "/since", "format",
                           "「いつから」は 2026-06-01 のように、ある日を入れてください。");
    if (rc == ERR_OK && in->has_until && !calendar_read(in->until, &row->until))
        return jx_defect_add(defects, n->req->arena, "/until", "format",
                             "「いつまで」は 2026-06-01 のように、ある日を入れてください。");
    if (rc == ERR_OK && in->has_until && row->until < row->since)
        rc = jx_defect_add(defects, n->req->arena, "/until", "order",
                           "「いつまで」は「いつから」より後にしてください。");
    return rc;
}

/* An account without a key is nobody's: told as the store would tell it. */
static enum err note_seal(struct noting *n, const struct note_input *in, struct fail *why)
{
    struct keyring *keyring = n->req->services->keyring;
    const struct seal_place at = {QUALIFICATION_TABLE, "what_sealed", in->id};
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, in->account, NULL, &key, why);

    return rc == ERR_OK
               ? seal(keyring, key, &at, in->what, n->req->arena, &n->row.what_sealed, why)
               : rc;
}

static void note_qualification(struct req *req)
{
    const struct note_input *in = req->input;
    struct noting *n = req_alloc(req, sizeof *n);
    const struct writer_op op = {note_run, note_done, n};
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (n == NULL)
        return;
    arena_mark_secret(req->arena);
    *n = (struct noting){.req = req,
                         .row = {.id = in->id,
                                 .account = in->account,
                                 .kind = (enum qualification_kind)in->kind,
                                 .who = place_decider_of(req)}};
    req->object = in->id;
    req->person = in->account;
    rc = note_days(n, in, &defects);
    if (rc == ERR_OK && defects.n == 0)
        rc = note_seal(n, in, &why);
    if (rc == ERR_NOT_FOUND) {
        note_done(n, rc, &why);
        return;
    }
    if (!class_goes_on(req, rc, &defects, &why))
        return;
    if (writer_post(req->services->writer, &op, &why) != ERR_OK)
        reply_fail(req, &why);
}

/* ---- POST /api/v1/qualifications/{qualification}/end ---- */

struct end_input {
    struct id id;
    struct span ended_on;
    bool has_ended_on;
};
static const struct jx_field end_fields[] = {
    PLACE_FIELD(JX_ID, end_input, id, "操作のID"),
    PLACE_MAYBE(JX_TEXT, end_input, ended_on, has_ended_on, "有効な最後の日（ないときは昨日）"),
};
static const struct jx_shape end_shape =
    JX_SHAPE("QualificationEnd", struct end_input, end_fields);

struct ending {
    struct req *req;
    struct qualification_end_row row;
};

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    struct ending *e = arg;
    const struct access_entry access = access_of(e->req);
    enum err rc = qualification_store_end(tx, &e->row, &(bool){false}, why);

    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void end_done(void *arg, enum err rc, const struct fail *why)
{
    const struct ending *e = arg;
    const struct made_output out = {e->row.qualification};

    if (rc != ERR_OK) {
        reply_fail(e->req, why);
        return;
    }
    e->req->access_recorded = 1;
    reply_json(e->req, 200, &out);
}

static void end_qualification(struct req *req)
{
    const struct end_input *in = req->input;
    struct ending *e = req_alloc(req, sizeof *e);
    const struct writer_op op = {end_run, end_done, e};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (e == NULL)
        return;
    rc = class_path_id(req, "qualification", &why);
    *e = (struct ending){.req = req,
                         .row = {.id = in->id,
                                 .qualification = req->object,
                                 .ended_on = calendar_day_at(req->now_utc_us) - 1,
                                 .who = place_decider_of(req)}};
    if (rc == ERR_OK && in->has_ended_on && !calendar_read(in->ended_on, &e->row.ended_on))
        rc = fail_field(&why, ERR_INVALID, "/ended_on", "no day");
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

const struct route qualification_routes[QUALIFICATION_ROUTES_N] = {
    {.name = "qualifications.list",
     .method = HTTP_GET,
     .path = "/api/v1/qualifications",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_READERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &list_shape,
     .summary_ja = "職員の経験・研修・専門知識を見る（自分のもの、委託者・受託者はすべて）",
     .handle = list_qualifications},
    {.name = "qualifications.note",
     .method = HTTP_POST,
     .path = "/api/v1/qualifications",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_KEEPERS,
     .object = OBJECT_NONE,
     .audit = AUDIT_CHANGE,
     .input = &note_shape,
     .output = &made_shape,
     .summary_ja = "職員の経験・研修・専門知識を記録する",
     .handle = note_qualification},
    {.name = "qualifications.end",
     .method = HTTP_POST,
     .path = "/api/v1/qualifications/{qualification}/end",
     .listeners = PLACE_LISTENERS,
     .roles = CLASS_KEEPERS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &end_shape,
     .output = &made_shape,
     .summary_ja = "職員の経験・研修・専門知識の記録を終える",
     .handle = end_qualification},
};
