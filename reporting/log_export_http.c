/* Exports of the logs over HTTP (AI-2.7-イ): asked for with a reason, approved by a second
 * person when it is more than one child's week, listed with what became of them. */
#include "node/base/jx_scalar.h"
#include "node/base/role.h"
#include "node/db/audit.h"
#include "node/place/place_http.h"
#include "reporting/log_ask.h"

#define PAGE 50

/* -- POST /api/v1/log-exports -- */

struct export_input {
    struct id id, account;
    struct jx_texts kinds;
    int64_t from, to;
    struct span floor, reason;
    int format, charset;
    bool has_account, has_floor, has_bom, has_has_bom, is_for_guests, has_for_guests,
        has_charset;
};
#define IN(kind_, name_, title) \
    { \
        .name = #name_, .type = (kind_), .offset = offsetof(struct export_input, name_), \
        .title_ja = (title) \
    }
#define IN_IF(kind_, name_, has_, title) \
    { \
        .name = #name_, .type = (kind_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct export_input, name_), \
        .has_offset = offsetof(struct export_input, has_), .title_ja = (title) \
    }
static const struct jx_field export_input_fields[] = {
    IN(JX_ID, id, "書き出しのID"),
    {.name = "kinds",
     .type = JX_TEXTS,
     .least = 1,
     .most = 20,
     .offset = offsetof(struct export_input, kinds),
     .title_ja = "記録の種類"},
    IN(JX_TIME, from, "いつから"),
    IN(JX_TIME, to, "いつまで"),
    IN_IF(JX_ID, account, has_account, "だれの"),
    {.name = "floor",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .most = LOG_FLOOR_MOST,
     .offset = offsetof(struct export_input, floor),
     .has_offset = offsetof(struct export_input, has_floor),
     .title_ja = "フロア"},
    {.name = "format",
     .type = JX_ENUM,
     .choices = LOG_FORMATS,
     .offset = offsetof(struct export_input, format),
     .title_ja = "形"},
    {.name = "charset",
     .type = JX_ENUM,
     .flags = JX_OPTIONAL,
     .choices = LOG_CHARSETS,
     .offset = offsetof(struct export_input, charset),
     .has_offset = offsetof(struct export_input, has_charset),
     .title_ja = "文字コード"},
    IN_IF(JX_BOOL, has_bom, has_has_bom, "始めの印（BOM）"),
    IN_IF(JX_BOOL, is_for_guests, has_for_guests, "ゲストに渡すものか"),
    {.name = "reason",
     .type = JX_TEXT,
     .least = 4,
     .most = LOG_REASON_MOST,
     .offset = offsetof(struct export_input, reason),
     .title_ja = "理由"},
};
static const struct jx_shape export_input_shape =
    JX_SHAPE("LogExportAsk", struct export_input, export_input_fields);

struct asked_output {
    struct id id;
    int state;
};
static const struct jx_field asked_fields[] = {
    PLACE_FIELD(JX_ID, asked_output, id, "書き出しのID"),
    PLACE_CHOICE(asked_output, state, LOG_STATES, "承認待ち・受け取れる・期限切れ"),
};
static const struct jx_shape asked_shape =
    JX_SHAPE("LogExportAsked", struct asked_output, asked_fields);

struct asking {
    struct req *req;
    struct log_export_row row;
};

static enum err read_kinds(struct req *req, const struct jx_texts *texts, unsigned *kinds_out,
                           struct jx_defects *defects, struct fail *why)
{
    unsigned kinds = 0;
    bool is_wrong = texts->n == 0;

    for (size_t i = 0; i < texts->n; i++) {
        int kind = jx_choice_find(LOG_KINDS, texts->at[i]);

        is_wrong = is_wrong || kind < 0;
        if (kind >= 0)
            kinds |= LOG_BIT(kind);
    }
    *kinds_out = kinds;
    if (is_wrong && jx_defect_add(defects, req->arena, "/kinds", "choice",
                                  "記録の種類は、入退室・文字チャット・音声チャット・"
                                  "リアクションから選んでください。") != ERR_OK)
        return fail_set(why, ERR_NOMEM, "a sentence");
    return ERR_OK;
}

static enum err read_export(struct req *req, struct log_export_row *row,
                            struct jx_defects *defects, struct fail *why)
{
    const struct export_input *in = req->input;
    enum err rc = read_kinds(req, &in->kinds, &row->kinds, defects, why);

    row->id = in->id;
    row->at_utc_us = req->now_utc_us;
    row->by = req->caller.account;
    row->by_role = span_text(role_id(req->caller.role));
    row->act = LOG_ACT_EXPORT;
    row->from_utc_us = in->from;
    row->until_utc_us = in->to;
    row->account = in->has_account ? in->account : ID_NONE;
    row->floor = in->has_floor ? in->floor : SPAN_NONE;
    row->format = (enum log_format)in->format;
    row->charset = in->has_charset ? (enum log_charset)in->charset : LOG_UTF8;
    row->has_bom = in->has_has_bom && in->has_bom;
    row->is_for_guests = in->has_for_guests && in->is_for_guests;
    row->is_bulk = log_is_bulk(req, row);
    if (rc == ERR_OK)
        rc = log_period_check(req, in->from, in->to, defects, why);
    if (rc == ERR_OK && row->format == LOG_JSON && (row->charset == LOG_SJIS || row->has_bom) &&
        jx_defect_add(defects, req->arena, "/charset", "choice",
                      "JSONは、印（BOM）のないUTF-8だけです。") != ERR_OK)
        rc = fail_set(why, ERR_NOMEM, "a sentence");
    if (rc == ERR_OK && row->charset == LOG_SJIS && row->has_bom &&
        jx_defect_add(defects, req->arena, "/has_bom", "choice",
                      "Shift_JISに印（BOM）はつけられません。") != ERR_OK)
        rc = fail_set(why, ERR_NOMEM, "a sentence");
    return rc;
}

static bool is_same_ask(const struct log_export_row *a, const struct log_export_row *b)
{
    return id_eq(a->by, b->by) && a->act == b->act && a->kinds == b->kinds &&
           a->from_utc_us == b->from_utc_us && a->until_utc_us == b->until_utc_us &&
           id_eq(a->account, b->account) && span_eq(a->floor, b->floor) &&
           a->format == b->format && a->charset == b->charset && a->has_bom == b->has_bom &&
           a->is_for_guests == b->is_for_guests;
}

/* Small pieces of one day count together. It may run again: nothing it found is asked. */
static enum err add(struct tx *tx, struct asking *asking, struct fail *why)
{
    struct log_export_row *row = &asking->row, sum = *row;
    enum err rc = log_export_store_sum(tx, row->at_utc_us - DAY_US, &sum, why);

    row->is_bulk = log_is_bulk(asking->req, &sum);
    return rc == ERR_OK ? log_export_store_add(tx, row, why) : rc;
}

static enum err ask_run(struct tx *tx, void *arg, struct fail *why)
{
    struct asking *asking = arg;
    const struct access_entry access = access_of(asking->req);
    struct log_export_row there;
    enum err rc =
        log_export_store_find(tx, NULL, asking->row.id, asking->req->arena, &there, why);

    if (rc == ERR_NOT_FOUND)
        rc = add(tx, asking, why);
    else if (rc == ERR_OK && is_same_ask(&asking->row, &there))
        asking->row = there;
    else if (rc == ERR_OK)
        rc = fail_field(why, ERR_CONFLICT, "/id", "the id stands for another export");
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void ask_done(void *arg, enum err rc, const struct fail *why)
{
    const struct asking *asking = arg;
    struct asked_output out = {.id = asking->row.id};

    if (rc != ERR_OK) {
        reply_fail(asking->req, why);
        return;
    }
    asking->req->access_recorded = 1;
    out.state = (int)log_state_of(asking->req, &asking->row);
    reply_json(asking->req, 201, &out);
}

static void ask_export(struct req *req)
{
    const struct export_input *in = req->input;
    struct asking *asking = req_alloc(req, sizeof *asking);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};
    const struct writer_op op = {ask_run, ask_done, asking};
    enum err rc;

    if (asking == NULL)
        return;
    asking->req = req;
    rc = read_export(req, &asking->row, &defects, &why);
    if (rc == ERR_OK && defects.n > 0) {
        reply_defects(req, &defects);
        return;
    }
    if (rc == ERR_OK && !log_may(req, LOG_ACT_EXPORT, asking->row.kinds))
        return;
    req->object = in->id;
    req->person = asking->row.account;
    if (rc == ERR_OK)
        rc = log_row_seal(req, in->reason, SPAN_NONE, &asking->row, &why);
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* -- POST /api/v1/log-exports/{id}/approve -- */

struct approve_input {
    struct id id;
};
static const struct jx_field approve_input_fields[] = {
    PLACE_FIELD(JX_ID, approve_input, id, "操作のID"),
};
static const struct jx_shape approve_input_shape =
    JX_SHAPE("LogExportApprove", struct approve_input, approve_input_fields);

struct approving {
    struct req *req;
    struct id export, step;
    struct log_export_row row;
    enum { APPROVE_FINE, APPROVE_OWN, APPROVE_NOTHING } verdict;
};

static enum err approve_row(struct tx *tx, struct approving *a, struct fail *why)
{
    const struct log_step_row step = {.id = a->step,
                                      .at_utc_us = a->req->now_utc_us,
                                      .export = a->export,
                                      .by = a->req->caller.account,
                                      .by_role = span_text(role_id(a->req->caller.role)),
                                      .kind = LOG_STEP_APPROVED};

    if (id_eq(a->row.approved_by, a->req->caller.account))
        return ERR_OK; /* sent again */
    if (id_eq(a->row.by, a->req->caller.account))
        a->verdict = APPROVE_OWN;
    else if (log_state_of(a->req, &a->row) != LOG_WAITING)
        a->verdict = APPROVE_NOTHING;
    if (a->verdict != APPROVE_FINE)
        return fail_set(why, ERR_CONFLICT, "not to be approved by the caller");
    a->row.approved_utc_us = step.at_utc_us;
    return log_export_store_step(tx, &step, why);
}

static enum err approve_run(struct tx *tx, void *arg, struct fail *why)
{
    struct approving *a = arg;
    const struct access_entry access = access_of(a->req);
    enum err rc = log_export_store_find(tx, NULL, a->export, a->req->arena, &a->row, why);

    a->verdict = APPROVE_FINE;
    if (rc == ERR_OK)
        rc = approve_row(tx, a, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void approve_done(void *arg, enum err rc, const struct fail *why)
{
    const struct approving *a = arg;
    struct asked_output out = {.id = a->export};

    if (a->verdict == APPROVE_OWN) {
        reply_problem(a->req, 403, "log-export-own",
                      "自分が頼んだ書き出しは、自分では承認できません。"
                      "教育委員会のほかの人に頼んでください。");
    } else if (a->verdict == APPROVE_NOTHING) {
        reply_problem(a->req, 409, "log-export-state",
                      "この書き出しは、いま承認を待っていません。一覧を見なおしてください。");
    } else if (rc != ERR_OK) {
        reply_fail(a->req, why);
    } else {
        a->req->access_recorded = 1;
        out.state = (int)log_state_of(a->req, &a->row);
        reply_json(a->req, 200, &out);
    }
}

static void approve_export(struct req *req)
{
    const struct approve_input *in = req->input;
    struct approving *a = req_alloc(req, sizeof *a);
    struct fail why = {.code = ERR_OK};
    const struct writer_op op = {approve_run, approve_done, a};
    enum err rc;

    if (a == NULL)
        return;
    *a = (struct approving){.req = req, .step = in->id};
    rc = id_parse(req_param(req, "id"), &a->export, NULL);
    if (rc != ERR_OK)
        rc = fail_set(&why, ERR_NOT_FOUND, "no such export");
    req->object = a->export;
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

/* -- GET /api/v1/log-exports -- */

struct export_output {
    struct id id, by, account, approved_by;
    int64_t at, from, to, approved_at, ended_at, n_files, n_rows;
    int act, state, format, charset;
    struct jx_texts kinds;
    struct span by_name, by_role, account_name, approved_name, floor, reason, words;
    bool has_by_name, has_account, has_account_name, has_approved, has_approved_name, has_words,
        has_bom, is_for_guests, is_bulk, is_whole, is_mine, may_approve;
};
static const struct jx_field export_fields[] = {
    PLACE_FIELD(JX_ID, export_output, id, "書き出し・検索のID"),
    PLACE_FIELD(JX_TIME, export_output, at, "いつ"),
    PLACE_FIELD(JX_ID, export_output, by, "だれが"),
    PLACE_MAYBE(JX_TEXT, export_output, by_name, has_by_name, "だれが（表示名）"),
    PLACE_FIELD(JX_TEXT, export_output, by_role, "だれが（役割）"),
    PLACE_CHOICE(export_output, act, LOG_ACTS, "書き出し・検索"),
    {.name = "kinds",
     .type = JX_TEXTS,
     .most = 20,
     .offset = offsetof(struct export_output, kinds),
     .title_ja = "記録の種類"},
    PLACE_FIELD(JX_TIME, export_output, from, "いつから"),
    PLACE_FIELD(JX_TIME, export_output, to, "いつまで"),
    PLACE_MAYBE(JX_ID, export_output, account, has_account, "だれの（ないときは全員）"),
    PLACE_MAYBE(JX_TEXT, export_output, account_name, has_account_name, "だれの（表示名）"),
    PLACE_FIELD(JX_TEXT, export_output, floor, "フロア（空はすべて）"),
    PLACE_CHOICE(export_output, format, LOG_FORMATS, "形"),
    PLACE_CHOICE(export_output, charset, LOG_CHARSETS, "文字コード"),
    PLACE_FIELD(JX_BOOL, export_output, has_bom, "始めの印（BOM）"),
    PLACE_FIELD(JX_BOOL, export_output, is_for_guests, "ゲストに渡すものか"),
    PLACE_FIELD(JX_BOOL, export_output, is_bulk, "もう一人の承認が要るか"),
    PLACE_FIELD(JX_TEXT, export_output, reason, "理由"),
    PLACE_MAYBE(JX_TEXT, export_output, words, has_words, "検索した言葉"),
    PLACE_CHOICE(export_output, state, LOG_STATES, "承認待ち・受け取れる・期限切れ"),
    PLACE_MAYBE(JX_ID, export_output, approved_by, has_approved, "だれが承認したか"),
    PLACE_MAYBE(JX_TEXT, export_output, approved_name, has_approved_name,
                "だれが承認したか（表示名）"),
    PLACE_MAYBE(JX_TIME, export_output, approved_at, has_approved, "いつ承認したか"),
    PLACE_FIELD(JX_INT, export_output, n_files, "何回受け取られたか"),
    PLACE_MAYBE(JX_INT, export_output, n_rows, is_whole, "最後に渡した行の数"),
    PLACE_MAYBE(JX_TIME, export_output, ended_at, is_whole, "最後に渡し終えたとき"),
    PLACE_FIELD(JX_BOOL, export_output, is_mine, "自分が頼んだものか"),
    PLACE_FIELD(JX_BOOL, export_output, may_approve, "自分が承認できるか"),
};
static const struct jx_shape export_shape =
    JX_SHAPE("LogExport", struct export_output, export_fields);

struct exports_output {
    struct jx_list items;
    struct span next;
    bool has_next;
};
static const struct jx_field exports_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &export_shape,
     .most = PAGE,
     .offset = offsetof(struct exports_output, items),
     .title_ja = "書き出しと検索（新しい順）"},
    PLACE_MAYBE(JX_TEXT, exports_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape exports_shape =
    JX_SHAPE("LogExports", struct exports_output, exports_fields);

static enum err put_kinds(struct req *req, unsigned kinds, struct jx_texts *out,
                          struct fail *why)
{
    out->at = arena_alloc(req->arena, LOG_KINDS_N * sizeof *out->at);
    if (out->at == NULL)
        return fail_set(why, ERR_NOMEM, "kinds");
    for (int kind = 0; kind < (int)LOG_KINDS_N; kind++)
        if ((kinds & LOG_BIT(kind)) != 0)
            out->at[out->n++] = jx_choice_at(LOG_KINDS, kind);
    return ERR_OK;
}

static enum err put_export(struct req *req, const struct log_export_row *row,
                           struct export_output *out, struct fail *why)
{
    enum log_state state = log_state_of(req, row);
    bool is_mine = id_eq(row->by, req->caller.account);
    enum err rc;

    *out = (struct export_output){
        .id = row->id,
        .at = row->at_utc_us,
        .by = row->by,
        .by_role = row->by_role,
        .act = (int)row->act,
        .from = row->from_utc_us,
        .to = row->until_utc_us,
        .account = row->account,
        .has_account = !id_is_none(row->account),
        .floor = row->floor,
        .format = (int)row->format,
        .charset = (int)row->charset,
        .has_bom = row->has_bom,
        .is_for_guests = row->is_for_guests,
        .is_bulk = row->is_bulk,
        .has_words = row->act == LOG_ACT_SEARCH,
        .state = (int)state,
        .approved_by = row->approved_by,
        .approved_at = row->approved_utc_us,
        .has_approved = row->approved_utc_us != 0,
        .n_files = row->n_begun,
        .n_rows = row->n_rows,
        .ended_at = row->ended_utc_us,
        .is_whole = row->n_rows >= 0,
        .is_mine = is_mine,
        .may_approve = req->caller.role == ROLE_COMMISSIONER && !is_mine &&
                       row->act == LOG_ACT_EXPORT && state == LOG_WAITING,
    };
    rc = put_kinds(req, row->kinds, &out->kinds, why);
    return rc == ERR_OK ? log_row_open(req, row, &out->reason, &out->words, why) : rc;
}

static void name_of(const struct place_name *names, size_t n, struct id account,
                    struct span *name_out, bool *has_out)
{
    const struct place_name *name = place_name_find(names, n, account);

    if (name != NULL && name->display_name.len > 0) {
        *name_out = name->display_name;
        *has_out = true;
    }
}

static void add_account(struct place_name *names, size_t *n, struct id account)
{
    if (!id_is_none(account) && place_name_find(names, *n, account) == NULL)
        names[(*n)++].account = account;
}

/* False: answered. */
static bool add_names(struct req *req, struct export_output *items, size_t n)
{
    struct place_name *names = req_alloc(req, (3 * n + 1) * sizeof *names);
    size_t n_names = 0;

    if (names == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        add_account(names, &n_names, items[i].by);
        add_account(names, &n_names, items[i].account);
        add_account(names, &n_names, items[i].approved_by);
    }
    if (!place_names(req, names, n_names))
        return false;
    for (size_t i = 0; i < n; i++) {
        name_of(names, n_names, items[i].by, &items[i].by_name, &items[i].has_by_name);
        name_of(names, n_names, items[i].account, &items[i].account_name,
                &items[i].has_account_name);
        name_of(names, n_names, items[i].approved_by, &items[i].approved_name,
                &items[i].has_approved_name);
    }
    return true;
}

static enum err put_exports(struct req *req, const struct log_export_row *rows, size_t n,
                            struct exports_output *out, struct fail *why)
{
    struct export_output *items;
    enum err rc = ERR_OK;

    out->has_next = n > PAGE;
    if (n > PAGE)
        n = PAGE;
    items = arena_alloc(req->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return fail_set(why, ERR_NOMEM, "exports");
    arena_mark_secret(req->arena);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = put_export(req, &rows[i], &items[i], why);
    if (rc == ERR_OK && out->has_next) {
        out->next = place_row_text(req, rows[PAGE - 1].at_utc_us, rows[PAGE - 1].id);
        if (out->next.p == NULL)
            rc = fail_set(why, ERR_NOMEM, "exports");
    }
    out->items = (struct jx_list){items, n};
    return rc;
}

/* The commissioner and the auditor see everybody's, the contractor his own. */
static void list_exports(struct req *req)
{
    struct log_exports_ask ask = {
        .by = req->caller.role == ROLE_CONTRACTOR ? req->caller.account : ID_NONE,
        .n_cap = PAGE + 1};
    struct log_export_row *rows = NULL;
    struct exports_output out = {.has_next = false};
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = place_query_row(req, "before", &ask.before_utc_us, &ask.before, &why);

    if (rc == ERR_OK)
        rc = log_export_store_list(req->db, &ask, req->arena, &rows, &n, &why);
    if (rc == ERR_OK)
        rc = put_exports(req, rows, n, &out, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
    else if (add_names(req, out.items.at, out.items.n))
        reply_json(req, 200, &out);
}

const struct route log_export_routes[LOG_EXPORT_ROUTES_N] = {
    {.name = "log_exports.list",
     .method = HTTP_GET,
     .path = "/api/v1/log-exports",
     .listeners = LOG_LISTENERS,
     .roles = LOG_ROLES,
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &exports_shape,
     .summary_ja = "記録の書き出しと発言の検索の一覧を見る",
     .handle = list_exports},
    {.name = "log_exports.ask",
     .while_leaving = true,
     .method = HTTP_POST,
     .path = "/api/v1/log-exports",
     .listeners = LOG_LISTENERS,
     .roles = LOG_ROLES,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &export_input_shape,
     .output = &asked_shape,
     .summary_ja = "記録の書き出しを頼む",
     .handle = ask_export},
    {.name = "log_exports.approve",
     .while_leaving = true,
     .method = HTTP_POST,
     .path = "/api/v1/log-exports/{id}/approve",
     .listeners = LOG_LISTENERS,
     .roles = ROLE_BIT(ROLE_COMMISSIONER),
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &approve_input_shape,
     .output = &asked_shape,
     .summary_ja = "ほかの人が頼んだ書き出しを承認する",
     .handle = approve_export},
};
