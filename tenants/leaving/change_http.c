/* A change of contractor over HTTP: how far it has come, whose account ends, what somebody else
 * must take over, what is still to do (CARD-13). */
#include "tenants/leaving/change_http.h"

#include <stddef.h>

#include "tenants/leaving/change_settle.h"
#include "tenants/leaving/leaving.h"
#include "tenants/leaving/leaving_look.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"
#include "tenants/watch/watch.h"

void change_refuse(struct req *req, enum change_code code)
{
    reply_problem(req, change_code_status(code), change_code_id(code), change_code_ja(code));
}

enum err change_look_read(const struct req *req, struct tx *tx, struct db *db,
                          struct arena *arena, struct change_look *look_out, struct fail *why)
{
    struct change_look look = {.has_change = false};
    enum err rc = change_store_last(tx, db, arena, &look.change, why);

    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    look.has_change = rc == ERR_OK && !look.change.has[CHANGE_CANCELLED];
    look.facts = change_facts_of(rc == ERR_OK ? &look.change : NULL, req->now_utc_us);
    look.facts.actor = req->caller.account;
    look.facts.is_leaving = leaving_is_on(req->services->leaving);
    rc = contract_store_current(tx, db, req->now_utc_us, arena, &look.contract, why);
    look.facts.has_contract = rc == ERR_OK;
    if (rc == ERR_OK || rc == ERR_NOT_FOUND)
        rc = change_store_accounts(tx, db, look.has_change ? look.change.row.id : ID_NONE,
                                   arena, &look.accounts, &look.n_accounts, why);
    if (rc == ERR_OK)
        *look_out = look;
    return rc;
}

bool change_names_all(const struct change_look *look)
{
    for (size_t i = 0; i < look->n_accounts; i++)
        if (!look->accounts[i].is_named && look->accounts[i].state != ACCOUNT_CLOSED)
            return false;
    return true;
}

/* ---- GET /api/v1/contract/change ---- */

struct numbers {
    int64_t student, staff, guardian;
};
#define NUMBER(name_, title_) \
    { \
        .name = #name_, .type = JX_INT, .offset = offsetof(struct numbers, name_), \
        .title_ja = (title_) \
    }
static const struct jx_field numbers_fields[] = {
    NUMBER(student, "児童生徒"), NUMBER(staff, "教職員等"), NUMBER(guardian, "保護者")};
static const struct jx_shape numbers_shape =
    JX_SHAPE("ContractorChangeNumbers", struct numbers, numbers_fields);

#define FIELD(struct_, type_, name_, title_) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title_) \
    }
struct plan_out {
    struct id id;
    int64_t planned_at, ends_at;
    struct span title, contractor, begins_on, ends_on;
    struct numbers quota;
};
static const struct jx_field plan_fields[] = {
    FIELD(plan_out, JX_ID, id, "予定のID"),
    FIELD(plan_out, JX_TIME, planned_at, "予定した時刻"),
    FIELD(plan_out, JX_TIME, ends_at, "前の契約が終わり、次の契約が始まる時刻"),
    FIELD(plan_out, JX_TEXT, title, "次の契約の名前"),
    FIELD(plan_out, JX_TEXT, contractor, "次の受託者"),
    FIELD(plan_out, JX_TEXT, begins_on, "始まりの日"),
    FIELD(plan_out, JX_TEXT, ends_on, "終わりの日"),
    {.name = "quota",
     .type = JX_OBJECT,
     .shape = &numbers_shape,
     .offset = offsetof(struct plan_out, quota),
     .title_ja = "IDの上限"},
};
static const struct jx_shape plan_shape =
    JX_SHAPE("ContractorChangePlan", struct plan_out, plan_fields);

struct account_out {
    struct id account;
    struct span name, role, state, kind;
    bool may_stay;
};
static const struct jx_field account_fields[] = {
    FIELD(account_out, JX_ID, account, "だれのIDか"),
    FIELD(account_out, JX_TEXT, name, "表示名（鍵が閉じているときは空）"),
    FIELD(account_out, JX_TEXT, role, "役割"),
    FIELD(account_out, JX_TEXT, state, "IDの状態"),
    FIELD(account_out, JX_TEXT, kind,
          "終わる（ends）・残る（stays）・予定のあとにできた（new）・まだ決めていない（open）"),
    FIELD(account_out, JX_BOOL, may_stay, "残すことができるか"),
};
static const struct jx_shape account_shape =
    JX_SHAPE("ContractorChangeAccount", struct account_out, account_fields);

struct place_out {
    struct span kind;
    int64_t n_ends, n_left;
};
static const struct jx_field place_fields[] = {
    FIELD(place_out, JX_TEXT, kind, "何の担当か"),
    FIELD(place_out, JX_INT, n_ends, "終わる人数（lesson は授業の数）"),
    FIELD(place_out, JX_INT, n_left, "ほかに残る人数"),
};
static const struct jx_shape place_shape =
    JX_SHAPE("ContractorChangePlace", struct place_out, place_fields);

struct reset_out {
    struct id account;
    struct span name;
    int64_t at;
};
static const struct jx_field reset_fields[] = {
    FIELD(reset_out, JX_ID, account, "だれのIDか"),
    FIELD(reset_out, JX_TEXT, name, "表示名（鍵が閉じているときは空）"),
    FIELD(reset_out, JX_TIME, at, "最後に出し直した時刻"),
};
static const struct jx_shape reset_shape =
    JX_SHAPE("ContractorChangeReset", struct reset_out, reset_fields);

struct step_out {
    int kind;
    int64_t at, n_accounts;
    struct span role;
};
static const struct jx_field step_fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = CHANGE_KINDS,
     .offset = offsetof(struct step_out, kind),
     .title_ja = "何があったか"},
    FIELD(step_out, JX_TIME, at, "いつ"),
    FIELD(step_out, JX_TEXT, role, "だれが（役割。operator は拠点が自動で）"),
    FIELD(step_out, JX_INT, n_accounts, "終わったIDの数"),
};
static const struct jx_shape step_shape =
    JX_SHAPE("ContractorChangeStep", struct step_out, step_fields);

struct state_out {
    int state;
    bool has_plan, has_end, was_cancelled, may_plan, may_confirm, may_cancel, may_mark;
    struct plan_out plan;
    int64_t your_end, cancelled_at, n_dropped, n_sheets;
    struct jx_list accounts, places, steps, resets;
};
#define LIST(name_, shape_, title_) \
    { \
        .name = #name_, .type = JX_LIST, .shape = &(shape_), \
        .offset = offsetof(struct state_out, name_), .title_ja = (title_) \
    }
static const struct jx_field state_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = CHANGE_STATES,
     .offset = offsetof(struct state_out, state),
     .title_ja = "どこまで進んだか"},
    {.name = "plan",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &plan_shape,
     .offset = offsetof(struct state_out, plan),
     .has_offset = offsetof(struct state_out, has_plan),
     .title_ja = "予定"},
    {.name = "your_end",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct state_out, your_end),
     .has_offset = offsetof(struct state_out, has_end),
     .title_ja = "見ている人のIDが終わる時刻"},
    {.name = "cancelled_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct state_out, cancelled_at),
     .has_offset = offsetof(struct state_out, was_cancelled),
     .title_ja = "二人で決めた前の予定が取りやめられた時刻"},
    FIELD(state_out, JX_BOOL, may_plan, "見ている人が予定を作れるか"),
    FIELD(state_out, JX_BOOL, may_confirm, "見ている人が確かめられるか"),
    FIELD(state_out, JX_BOOL, may_cancel, "見ている人が取りやめられるか"),
    FIELD(state_out, JX_BOOL, may_mark, "見ている人が記録できるか"),
    FIELD(state_out, JX_INT, n_dropped,
          "前の受託者が渡して使われないうちに終わり、まだ出し直していないパスワードの数"),
    FIELD(state_out, JX_INT, n_sheets,
          "前の受託者が渡して使われていて、まだ新しくしていないパスワードの数"),
    LIST(accounts, account_shape, "受託者側のID（委託者だけに）"),
    LIST(places, place_shape, "引きつぐ担当"),
    LIST(steps, step_shape, "これまでの記録"),
    LIST(resets, reset_shape,
         "受託者側が、交代の前の7日のあいだにパスワードを出し直したID（新しい順）"),
};
static const struct jx_shape state_shape =
    JX_SHAPE("ContractorChange", struct state_out, state_fields);

static struct plan_out plan_of(const struct change_row *row)
{
    return (struct plan_out){.id = row->id,
                             .planned_at = row->at_utc_us,
                             .ends_at = row->ends_utc_us,
                             .title = row->title,
                             .contractor = row->contractor,
                             .begins_on = row->begins_on,
                             .ends_on = row->ends_on,
                             .quota = {row->quota[ID_CLASS_STUDENT], row->quota[ID_CLASS_STAFF],
                                       row->quota[ID_CLASS_GUARDIAN]}};
}

static bool may(const struct req *req, enum change_act act, const struct change_facts *facts)
{
    return req->caller.role == ROLE_COMMISSIONER && change_judge(act, facts) == CHANGE_OK;
}

static bool names_change(const struct change_look *look)
{
    enum change_state state = change_state_of(&look->facts);

    return state != CHANGE_NONE && state != CHANGE_LAPSED;
}

static bool ends(const struct change_look *look, const struct change_account *account)
{
    return !account->stays && (names_change(look) || account->state != ACCOUNT_CLOSED);
}

static struct span kind_of(const struct change_look *look, const struct change_account *account)
{
    if (!names_change(look))
        return SPAN("open");
    if (!account->is_named) /* once in force: it came with the next contractor */
        return SPAN("new");
    return account->stays ? SPAN("stays") : SPAN("ends");
}

/* Whoever resets a password in the last days may know it, also when its owner has used it
 * since: the board reads whose. */
struct resets {
    struct change_reset *at;
    size_t n;
};

static bool read_resets(struct req *req, const struct change_look *look, struct resets *out)
{
    int64_t until = look->facts.ends_utc_us;
    struct fail why = {.code = ERR_OK};

    *out = (struct resets){NULL, 0};
    if (!names_change(look) ||
        change_store_resets(req->db, until < req->now_utc_us ? until : req->now_utc_us,
                            req->arena, &out->at, &out->n, &why) == ERR_OK)
        return true;
    reply_fail(req, &why);
    return false;
}

/* The names of those shown; NULL while keys are closed. False: answered. */
static bool open_names(struct req *req, const struct change_look *look,
                       const struct resets *resets, struct people **out)
{
    struct id *ids = req_alloc(req, (look->n_accounts + resets->n + 1) * sizeof *ids);
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc;

    *out = NULL;
    if (ids == NULL)
        return false;
    for (size_t i = 0; i < look->n_accounts; i++)
        ids[n++] = look->accounts[i].account;
    for (size_t i = 0; i < resets->n; i++)
        ids[n++] = resets->at[i].account;
    if (!watch_spend(req, WATCH_NAMES, ids, n))
        return false;
    arena_mark_secret(req->arena);
    rc = people_ref(accounts_people(req->services->accounts), req->db, out, &why);
    if (rc == ERR_OK || rc == ERR_LOCKED)
        return true;
    reply_fail(req, &why);
    return false;
}

static struct span name_of(struct req *req, const struct people *people, struct id account)
{
    const struct people_entry *entry = people == NULL ? NULL : people_find(people, account);

    if (entry == NULL)
        return SPAN("");
    return arena_copy(req->arena, entry->display.len > 0 ? entry->display : entry->login);
}

static bool fill_accounts(struct req *req, const struct change_look *look,
                          struct state_out *out)
{
    struct account_out *at = req_alloc(req, (look->n_accounts + 1) * sizeof *at);
    struct people *people = NULL;
    struct reset_out *late;
    struct resets resets;

    if (at == NULL || !read_resets(req, look, &resets))
        return false;
    late = req_alloc(req, (resets.n + 1) * sizeof *late);
    if (late == NULL || !open_names(req, look, &resets, &people))
        return false;
    for (size_t i = 0; i < resets.n; i++)
        late[i] =
            (struct reset_out){resets.at[i].account, name_of(req, people, resets.at[i].account),
                               resets.at[i].at_utc_us};
    for (size_t i = 0; i < look->n_accounts; i++)
        at[i] = (struct account_out){
            .account = look->accounts[i].account,
            .name = name_of(req, people, look->accounts[i].account),
            .role = span_text(role_id(look->accounts[i].role)),
            .state = span_text(account_state_id(look->accounts[i].state)),
            .kind = kind_of(look, &look->accounts[i]),
            .may_stay = look->accounts[i].role != ROLE_CONTRACTOR,
        };
    people_unref(&people);
    out->accounts = (struct jx_list){at, look->n_accounts};
    out->resets = (struct jx_list){late, resets.n};
    return true;
}

static enum err fill_places(struct req *req, const struct change_look *look,
                            struct state_out *out, struct fail *why)
{
    int64_t from = names_change(look) ? look->facts.ends_utc_us : req->now_utc_us;
    bool is_over = change_state_of(&look->facts) == CHANGE_DONE;
    struct id *leaving = arena_alloc(req->arena, (look->n_accounts + 1) * sizeof *leaving);
    struct change_place *places = NULL;
    struct place_out *at = NULL;
    size_t n = 0, n_places = 0;
    enum err rc = leaving == NULL ? fail_set(why, ERR_NOMEM, "places") : ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < look->n_accounts; i++)
        if (ends(look, &look->accounts[i]) && (!is_over || look->accounts[i].is_named))
            leaving[n++] = look->accounts[i].account;
    if (rc == ERR_OK)
        rc = change_store_places(req->db, leaving, n,
                                 from > req->now_utc_us ? from : req->now_utc_us, req->arena,
                                 &places, &n_places, why);
    if (rc == ERR_OK)
        at = arena_alloc(req->arena, (n_places + 1) * sizeof *at);
    if (rc == ERR_OK && at == NULL)
        rc = fail_set(why, ERR_NOMEM, "places");
    for (size_t i = 0; rc == ERR_OK && i < n_places; i++)
        at[i] = (struct place_out){places[i].kind, places[i].n_ends, places[i].n_left};
    if (rc == ERR_OK)
        out->places = (struct jx_list){at, n_places};
    return rc;
}

/* Passwords of the contractor before, until each is another. */
static enum err fill_handed(struct req *req, const struct change_look *look,
                            struct state_out *out, struct fail *why)
{
    struct change_handed handed = {0, 0};
    enum err rc = ERR_OK;

    if (change_state_of(&look->facts) == CHANGE_DONE)
        rc = change_store_handed(req->db, look->facts.ends_utc_us, &handed, why);
    out->n_dropped = handed.n_dropped;
    out->n_sheets = handed.n_sheets;
    return rc;
}

static bool fill_steps(struct req *req, const struct contract_change *change,
                       struct state_out *out)
{
    struct step_out *at = req_alloc(req, CHANGE_KIND_N * sizeof *at);
    size_t n = 0;

    if (at == NULL)
        return false;
    for (int k = 0; k < CHANGE_KIND_N; k++)
        if (change->has[k])
            at[n++] = (struct step_out){k, change->steps[k].at_utc_us,
                                        change->steps[k].n_accounts, change->steps[k].role};
    out->steps = (struct jx_list){at, n};
    return true;
}

static void fill_end(const struct req *req, const struct change_look *look,
                     struct state_out *out)
{
    if (change_state_of(&look->facts) != CHANGE_WAITING)
        return;
    for (size_t i = 0; i < look->n_accounts; i++)
        if (id_eq(look->accounts[i].account, req->caller.account) && !look->accounts[i].stays) {
            out->has_end = true;
            out->your_end = look->facts.ends_utc_us;
        }
}

/* One may take back what two decided; the others see that it happened. */
static void fill_cancelled(const struct change_look *look, struct state_out *out)
{
    const struct change_facts *facts = &look->facts;

    out->was_cancelled = facts->has[CHANGE_CONFIRMED] && facts->has[CHANGE_CANCELLED];
    if (out->was_cancelled)
        out->cancelled_at = look->change.steps[CHANGE_CANCELLED].at_utc_us;
}

/* The contractor does not read who may come next before it is decided. */
static void hide_undecided(const struct req *req, struct change_look *look)
{
    enum change_state state = change_state_of(&look->facts);

    if (req->caller.role != ROLE_CONTRACTOR ||
        (state != CHANGE_PLANNED && state != CHANGE_LAPSED))
        return;
    look->has_change = false;
    look->facts.is_there = false;
}

static void change_show(struct req *req)
{
    struct change_look look;
    struct state_out out = {.state = CHANGE_NONE};
    struct fail why = {.code = ERR_OK};
    enum err rc = change_look_read(req, NULL, req->db, req->arena, &look, &why);

    if (rc == ERR_OK) {
        hide_undecided(req, &look);
        rc = fill_places(req, &look, &out, &why);
    }
    if (rc == ERR_OK)
        rc = fill_handed(req, &look, &out, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    out.state = (int)change_state_of(&look.facts);
    out.may_plan = may(req, CHANGE_ACT_PLAN, &look.facts);
    out.may_confirm = may(req, CHANGE_ACT_CONFIRM, &look.facts);
    out.may_cancel = may(req, CHANGE_ACT_CANCEL, &look.facts);
    out.may_mark = may(req, CHANGE_ACT_OPERATOR, &look.facts);
    out.has_plan = look.has_change;
    if (look.has_change)
        out.plan = plan_of(&look.change.row);
    fill_end(req, &look, &out);
    fill_cancelled(&look, &out);
    if (look.has_change && !fill_steps(req, &look.change, &out))
        return;
    if (req->caller.role == ROLE_COMMISSIONER && !fill_accounts(req, &look, &out))
        return;
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &out);
}

const struct route change_routes[CHANGE_ROUTES_N] = {{
    .name = "contract.change_show",
    .method = HTTP_GET,
    .path = "/api/v1/contract/change",
    .listeners = LEAVING_LISTENERS,
    .roles = LEAVING_BOARD | ROLE_BIT(ROLE_AUDITOR),
    .object = OBJECT_NONE,
    .audit = AUDIT_READ,
    .output = &state_shape,
    .summary_ja = "受託者の交代がどこまで進んだかを見る",
    .handle = change_show,
}};
