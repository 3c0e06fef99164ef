/* Planning, confirming and cancelling a change of contractor, and marking what only people can
 * see to. Each is one operation: judged, written with its leaf and the access record. */
#include <inttypes.h>
#include <stddef.h>

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "tenants/leaving/change.h"
#include "tenants/leaving/change_http.h"
#include "tenants/leaving/change_settle.h"
#include "tenants/leaving/leaving.h"
#include "tenants/leaving/leaving_look.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/people/day.h"
#include "tenants/people/life.h"

#define TITLE_MOST 80
#define QUOTA_MOST 20000

struct act {
    struct req *req;
    enum change_act act;
    struct id change;      /* of the path */
    struct change_row row; /* CHANGE_ACT_PLAN */
    const struct id *named;
    size_t n_ending, n_named; /* those that end stand first */
    struct keyring_status keys;
    enum change_code code;
    struct life_refusal refusal;
    int64_t waits_utc_us;
};

static enum err refuse(struct act *a, enum change_code code, struct fail *why)
{
    a->code = code;
    return fail_set(why, ERR_CONFLICT, "%s", change_code_id(code));
}

static enum err add_step(struct tx *tx, const struct act *a, enum change_kind kind,
                         struct fail *why)
{
    const struct change_step step = {
        .id = id_new(),
        .change = a->change,
        .kind = kind,
        .at_utc_us = a->req->now_utc_us,
        .by = a->req->caller.account,
        .role = span_text(role_id(a->req->caller.role)),
        .generation = a->keys.generation,
        .sheet_code = span_text(a->keys.sheet_code),
    };

    return change_store_step(tx, &step, why);
}

/* ---- the plan ---- */

static const struct change_account *find(const struct change_look *look, struct id account)
{
    for (size_t i = 0; i < look->n_accounts; i++)
        if (id_eq(look->accounts[i].account, account) &&
            look->accounts[i].state != ACCOUNT_CLOSED)
            return &look->accounts[i];
    return NULL;
}

/* Everybody who came with the contractor once, nobody else, and no contractor stays. */
static enum change_code judge_accounts(const struct act *a, const struct change_look *look)
{
    size_t n_open = 0;

    for (size_t i = 0; i < look->n_accounts; i++)
        n_open += look->accounts[i].state != ACCOUNT_CLOSED;
    for (size_t i = 0; i < a->n_named; i++) {
        const struct change_account *account = find(look, a->named[i]);

        if (account == NULL)
            return CHANGE_UNKNOWN;
        if (i >= a->n_ending && account->role == ROLE_CONTRACTOR)
            return CHANGE_MUST_END;
    }
    return n_open == a->n_named ? CHANGE_OK : CHANGE_ACCOUNTS;
}

static bool counts(enum account_state state)
{
    return state == ACCOUNT_ISSUED || state == ACCOUNT_ACTIVE || state == ACCOUNT_SUSPENDED;
}

/* Every ID that is left must fit the next contract. */
static enum err check_quota(struct tx *tx, struct act *a, const struct change_look *look,
                            struct fail *why)
{
    static const char *const names_ja[ID_CLASS_N] = {"児童生徒", "教職員等", "保護者"};
    int64_t used[ID_CLASS_N];
    enum err rc = contract_store_used(tx, NULL, used, why);

    for (size_t i = 0; rc == ERR_OK && i < a->n_ending; i++) {
        const struct change_account *account = find(look, a->named[i]);

        used[id_class_of(account->role)] -= counts(account->state);
    }
    for (int c = 0; rc == ERR_OK && c < ID_CLASS_N; c++)
        if (a->row.quota[c] < used[c])
            rc =
                life_say_no(&a->refusal, "quota-below-used",
                            arena_printf(a->req->arena,
                                         "%sのIDは、交代のあとも%" PRId64
                                         "件使われています。上限をそれより少なくはできません。",
                                         names_ja[c], used[c]),
                            why);
    return rc;
}

/* Against the contract that is to end: within it, not before it began. After one that has run
 * out another may follow at any minute. */
static enum err check_minute(struct act *a, const struct contract_row *contract,
                             struct fail *why)
{
    int64_t begin = 0, end = 0;

    if (day_begin(contract->begins_on, &begin) && a->row.ends_utc_us > begin &&
        day_end(contract->ends_on, &end) &&
        (a->row.ends_utc_us <= end || end <= a->req->now_utc_us))
        return ERR_OK;
    return life_say_no(&a->refusal, "minute-outside",
                       arena_printf(a->req->arena,
                                    "交代の時刻は、いまの契約の期間の中（%.*sから%.*sの終わり"
                                    "まで）で決めてください。",
                                    SPAN_ARG(contract->begins_on), SPAN_ARG(contract->ends_on)),
                       why);
}

static bool expects(const struct req *req, int64_t version);

static enum err plan_run(struct tx *tx, struct act *a, const struct change_look *look,
                         struct fail *why)
{
    enum change_code code = judge_accounts(a, look);
    enum err rc = ERR_OK;

    if (!expects(a->req, look->contract.version))
        return fail_field(why, ERR_CONFLICT, "/expected_version", "decided meanwhile");
    if (code == CHANGE_OK && span_eq(look->contract.contractor, a->row.contractor))
        code = CHANGE_SAME;
    if (code != CHANGE_OK)
        return refuse(a, code, why);
    rc = check_minute(a, &look->contract, why);
    if (rc == ERR_OK)
        rc = check_quota(tx, a, look, why);
    a->row.contract = look->contract.contract;
    a->row.version = look->contract.version;
    if (rc == ERR_OK)
        rc = change_store_add(tx, &a->row, why);
    for (size_t i = 0; rc == ERR_OK && i < a->n_named; i++)
        rc = change_store_name(tx, a->row.id, a->named[i], i >= a->n_ending, why);
    return rc;
}

/* ---- the others ---- */

static enum err confirm_run(struct tx *tx, struct act *a, const struct change_look *look,
                            struct fail *why)
{
    int64_t ends_utc_us = look->facts.ends_utc_us;
    enum err rc;

    if (!change_names_all(look))
        return refuse(a, CHANGE_ACCOUNTS, why);
    rc = change_store_ends_set(tx, a->change, ends_utc_us, why);
    a->waits_utc_us = ends_utc_us;
    return rc == ERR_OK ? add_step(tx, a, CHANGE_CONFIRMED, why) : rc;
}

static enum err cancel_run(struct tx *tx, struct act *a, const struct change_look *look,
                           struct fail *why)
{
    int64_t until = 0;
    enum err rc = ERR_OK;

    a->waits_utc_us = INT64_MAX;
    if (look->facts.has[CHANGE_CONFIRMED] && day_end(look->contract.ends_on, &until))
        rc = change_store_ends_undo(tx, a->change, look->facts.ends_utc_us, until, why);
    return rc == ERR_OK ? add_step(tx, a, CHANGE_CANCELLED, why) : rc;
}

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;
    const struct access_entry access = access_of(a->req);
    struct change_look look;
    enum err rc = change_look_read(a->req, tx, NULL, tx_arena(tx), &look, why);

    a->code = CHANGE_OK;
    a->refusal = (struct life_refusal){NULL, NULL};
    a->waits_utc_us = 0;
    if (rc != ERR_OK)
        return rc;
    if (a->act != CHANGE_ACT_PLAN &&
        (!look.has_change || !id_eq(look.change.row.id, a->change)))
        return fail_set(why, ERR_NOT_FOUND, "no such change of contractor");
    a->code = change_judge(a->act, &look.facts);
    if (a->code != CHANGE_OK)
        return refuse(a, a->code, why);
    switch (a->act) {
    case CHANGE_ACT_PLAN:
        rc = plan_run(tx, a, &look, why);
        break;
    case CHANGE_ACT_CONFIRM:
        rc = confirm_run(tx, a, &look, why);
        break;
    case CHANGE_ACT_CANCEL:
        rc = cancel_run(tx, a, &look, why);
        break;
    case CHANGE_ACT_OPERATOR:
        rc = add_step(tx, a, CHANGE_OPERATOR, why);
        break;
    case CHANGE_ACT_N:
        break;
    }
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void act_done(void *arg, enum err rc, const struct fail *why)
{
    struct act *a = arg;

    if (rc == ERR_CONFLICT && a->code != CHANGE_OK) {
        change_refuse(a->req, a->code);
        return;
    }
    if (rc != ERR_OK) {
        life_refuse(a->req, &a->refusal, why);
        return;
    }
    a->req->access_recorded = 1;
    if (a->waits_utc_us != 0)
        change_waits(leaving_change(a->req->services->leaving), a->waits_utc_us);
    reply_none(a->req);
}

static void post(struct act *a)
{
    const struct writer_op op = {act_run, act_done, a};
    struct fail why = {.code = ERR_OK};

    a->req->object = a->change;
    if (writer_post(a->req->services->writer, &op, &why) != ERR_OK)
        reply_fail(a->req, &why);
}

/* ---- POST /api/v1/contract/change ---- */

struct plan_input {
    struct id id;
    int64_t ends_at, n_student, n_staff, n_guardian, expected_version;
    struct span title, contractor, begins_on, ends_on;
    struct jx_texts ending, staying;
};
#define PLAN(type_, name_, least_, most_, title_) \
    { \
        .name = #name_, .type = (type_), .least = (least_), .most = (most_), \
        .offset = offsetof(struct plan_input, name_), .title_ja = (title_) \
    }
static const struct jx_field plan_fields[] = {
    PLAN(JX_ID, id, 0, 0, "予定のID"),
    PLAN(JX_TIME, ends_at, 0, 0, "交代の時刻"),
    PLAN(JX_TEXT, title, 1, TITLE_MOST, "次の契約の名前"),
    PLAN(JX_TEXT, contractor, 1, TITLE_MOST, "次の受託者"),
    PLAN(JX_TEXT, begins_on, 10, 10, "次の契約の始まりの日"),
    PLAN(JX_TEXT, ends_on, 10, 10, "次の契約の終わりの日"),
    PLAN(JX_INT, n_student, 0, QUOTA_MOST, "児童生徒のIDの上限"),
    PLAN(JX_INT, n_staff, 0, QUOTA_MOST, "教職員等のIDの上限"),
    PLAN(JX_INT, n_guardian, 0, QUOTA_MOST, "保護者のIDの上限"),
    PLAN(JX_INT, expected_version, 0, INT32_MAX, "見ていた契約の決定の番号"),
    PLAN(JX_TEXTS, ending, 36, 36, "終わるID"),
    PLAN(JX_TEXTS, staying, 36, 36, "残すID"),
};
static const struct jx_shape plan_shape =
    JX_SHAPE("ContractorChangeNew", struct plan_input, plan_fields);

static bool expects(const struct req *req, int64_t version)
{
    const struct plan_input *in = req->input;

    return in->expected_version == version;
}

static enum err read_ids(const char *field, const struct jx_texts *texts, struct id *out,
                         struct fail *why)
{
    for (size_t i = 0; i < texts->n; i++)
        if (id_parse(texts->at[i], &out[i], NULL) != ERR_OK || id_is_none(out[i]))
            return fail_field(why, ERR_INVALID, field, "not an id");
    return ERR_OK;
}

/* Ending first, then staying, each once. */
static enum err read_named(struct act *a, const struct plan_input *in, struct fail *why)
{
    size_t n = in->ending.n + in->staying.n;
    struct id *ids = arena_alloc(a->req->arena, (n + 1) * sizeof *ids);
    enum err rc;

    if (ids == NULL)
        return fail_set(why, ERR_NOMEM, "%zu accounts", n);
    rc = read_ids("/ending", &in->ending, ids, why);
    if (rc == ERR_OK)
        rc = read_ids("/staying", &in->staying, ids + in->ending.n, why);
    for (size_t i = 0; rc == ERR_OK && i < n; i++)
        for (size_t k = 0; rc == ERR_OK && k < i; k++)
            if (id_eq(ids[k], ids[i]))
                rc = fail_field(why, ERR_INVALID, i < in->ending.n ? "/ending" : "/staying",
                                "stands twice");
    a->named = ids;
    a->n_named = n;
    a->n_ending = in->ending.n;
    return rc;
}

/* What can be said without the database: a minute to come, in which the next one holds. */
static enum err check_days(struct req *req, const struct plan_input *in,
                           struct jx_defects *defects, struct fail *why)
{
    int64_t begin = 0, end = 0;
    enum err rc = ERR_OK;

    if (in->ends_at % MINUTE_US != 0 || in->ends_at <= req->now_utc_us)
        rc = jx_defect_add(defects, req->arena, "/ends_at", "range",
                           "交代の時刻は、これから来る時刻を分まで入れてください。");
    if (rc == ERR_OK && (!day_begin(in->begins_on, &begin) || begin > in->ends_at))
        rc =
            jx_defect_add(defects, req->arena, "/begins_on", "range",
                          "次の契約の始まりの日は、交代の日か、それより前の日にしてください。");
    if (rc == ERR_OK && (!day_end(in->ends_on, &end) || end <= begin || end <= in->ends_at))
        rc = jx_defect_add(defects, req->arena, "/ends_on", "range",
                           "次の契約の終わりの日は、交代のあとの日にしてください。");
    return rc == ERR_OK ? rc : fail_set(why, rc, "defects");
}

static struct act *begin(struct req *req, enum change_act act)
{
    struct act *a = req_alloc(req, sizeof *a);

    if (a != NULL)
        *a = (struct act){.req = req, .act = act};
    return a;
}

static void change_plan(struct req *req)
{
    const struct plan_input *in = req->input;
    struct act *a = begin(req, CHANGE_ACT_PLAN);
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_OK};

    if (a == NULL)
        return;
    if (check_days(req, in, &defects, &why) != ERR_OK || read_named(a, in, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (defects.n > 0) {
        reply_defects(req, &defects);
        return;
    }
    a->change = in->id;
    a->row = (struct change_row){
        .id = in->id,
        .at_utc_us = req->now_utc_us,
        .by = req->caller.account,
        .role = span_text(role_id(req->caller.role)),
        .ends_utc_us = in->ends_at,
        .title = in->title,
        .contractor = in->contractor,
        .begins_on = in->begins_on,
        .ends_on = in->ends_on,
        .quota = {[ID_CLASS_STUDENT] = in->n_student,
                  [ID_CLASS_STAFF] = in->n_staff,
                  [ID_CLASS_GUARDIAN] = in->n_guardian},
    };
    post(a);
}

/* ---- POST /api/v1/contract/change/{id}/... ---- */

static void post_act(struct req *req, enum change_act act)
{
    struct act *a = begin(req, act);
    struct fail why = {.code = ERR_OK};

    if (a == NULL)
        return;
    if (id_parse(req_param(req, "id"), &a->change, &why) != ERR_OK) {
        fail_set(&why, ERR_NOT_FOUND, "no id");
        reply_fail(req, &why);
        return;
    }
    if (keyring_status_read(req->services->keyring, &a->keys, &why) != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    post(a);
}

static void change_confirm(struct req *req)
{
    post_act(req, CHANGE_ACT_CONFIRM);
}

static void change_cancel(struct req *req)
{
    post_act(req, CHANGE_ACT_CANCEL);
}

static void change_operator(struct req *req)
{
    post_act(req, CHANGE_ACT_OPERATOR);
}

const struct route change_act_routes[CHANGE_ACT_ROUTES_N] = {
    {
        .name = "contract.change_plan",
        .method = HTTP_POST,
        .path = "/api/v1/contract/change",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .input = &plan_shape,
        .summary_ja = "受託者の交代を予定する（一人目）",
        .handle = change_plan,
    },
    {
        .name = "contract.change_confirm",
        .method = HTTP_POST,
        .path = "/api/v1/contract/change/{id}/confirmation",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "受託者の交代の予定を確かめる（二人目）",
        .handle = change_confirm,
    },
    {
        .name = "contract.change_cancel",
        .method = HTTP_POST,
        .path = "/api/v1/contract/change/{id}/cancellation",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "受託者の交代を、時刻の前に取りやめる",
        .handle = change_cancel,
    },
    {
        .name = "contract.change_operator",
        .method = HTTP_POST,
        .path = "/api/v1/contract/change/{id}/operator",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_ANY_HERE,
        .audit = AUDIT_CHANGE,
        .summary_ja = "前の受託者の運用担当者がサーバーに入れないことを確かめたと記録する",
        .handle = change_operator,
    },
};
