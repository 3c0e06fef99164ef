/* Transfers as the board reads them: the list of both directions with who must act, and one
 * with what is handed over. */
#include "federation/transfer_http.h"

#include "node/base/conf.h"
#include "node/base/jx_scalar.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"
#include "tenants/watch/watch.h"

/* ---- what it shows ---- */

struct row_out {
    struct id transfer, node, account;
    struct span node_name, name, on, parts, consent_on, consent_how, consent_from, by_name,
        second_name, code;
    int64_t opened_at, changed_at;
    int state, waits;
    bool is_out, is_own_first, is_ending, is_own_ending, has_account, has_name, has_consent_on,
        has_consent_how, has_consent_from, has_by_name, has_second_name;
};
static const struct jx_field row_fields[] = {
    PLACE_FIELD(JX_ID, row_out, transfer, "転出入"),
    PLACE_FIELD(JX_BOOL, row_out, is_out, "転出か（いいえは転入）"),
    PLACE_FIELD(JX_ID, row_out, node, "相手のノード"),
    PLACE_FIELD(JX_TEXT, row_out, node_name, "相手の自治体"),
    PLACE_CHOICE(row_out, state, TRANSFER_STATES, "状態"),
    PLACE_CHOICE(row_out, waits, TRANSFER_WAITS, "だれを待っているか"),
    PLACE_FIELD(JX_BOOL, row_out, is_own_first,
                "はじめに決めたのは自分か（確かめるのは別の担当者）"),
    PLACE_FIELD(JX_BOOL, row_out, is_ending, "渡したあとの取り下げが、確認を待っているか"),
    PLACE_FIELD(JX_BOOL, row_out, is_own_ending, "その取り下げを申し出たのは自分か"),
    PLACE_MAYBE(JX_ID, row_out, account, has_account, "児童生徒"),
    PLACE_MAYBE(JX_TEXT, row_out, name, has_name, "表示名"),
    PLACE_FIELD(JX_TEXT, row_out, on, "転出入の日"),
    PLACE_FIELD(JX_TEXT, row_out, parts, "渡す内容"),
    PLACE_MAYBE(JX_TEXT, row_out, consent_on, has_consent_on, "保護者の同意の日"),
    PLACE_MAYBE(JX_TEXT, row_out, consent_how, has_consent_how, "同意の受け方"),
    PLACE_MAYBE(JX_TEXT, row_out, consent_from, has_consent_from, "同意した人"),
    PLACE_MAYBE(JX_TEXT, row_out, by_name, has_by_name, "はじめに決めた担当者"),
    PLACE_MAYBE(JX_TEXT, row_out, second_name, has_second_name, "確かめた担当者"),
    PLACE_FIELD(JX_TEXT, row_out, code, "進まなかった理由"),
    PLACE_FIELD(JX_TIME, row_out, opened_at, "記した日時"),
    PLACE_FIELD(JX_TIME, row_out, changed_at, "最後に変わった日時"),
};
static const struct jx_shape row_shape = JX_SHAPE("TransferRow", struct row_out, row_fields);

struct member_out {
    struct id node;
    struct span name;
};
static const struct jx_field member_fields[] = {
    PLACE_FIELD(JX_ID, member_out, node, "ノード"),
    PLACE_FIELD(JX_TEXT, member_out, name, "自治体の名前"),
};
static const struct jx_shape member_shape =
    JX_SHAPE("TransferMember", struct member_out, member_fields);

struct list_out {
    struct jx_list items, members;
};
#define LIST(struct_, name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = (shape_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }
static const struct jx_field list_fields[] = {
    LIST(list_out, items, &row_shape, "転出入（新しい順）"),
    LIST(list_out, members, &member_shape, "転出の相手にできる自治体"),
};
static const struct jx_shape list_shape =
    JX_SHAPE("TransferList", struct list_out, list_fields);

struct one_out {
    struct row_out row;
    struct transfer_shown parcel;
    bool has_parcel;
};
static const struct jx_field one_fields[] = {
    {.name = "row",
     .type = JX_OBJECT,
     .shape = &row_shape,
     .offset = offsetof(struct one_out, row),
     .title_ja = "転出入"},
    {.name = "parcel",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &transfer_shown_shape,
     .offset = offsetof(struct one_out, parcel),
     .has_offset = offsetof(struct one_out, has_parcel),
     .title_ja = "渡す、または受け取った内容"},
};
static const struct jx_shape one_shape = JX_SHAPE("Transfer", struct one_out, one_fields);

/* ---- shared ---- */

struct federation *transfer_federation(struct req *req)
{
    if (req->services->federation == NULL)
        reply_problem(req, 503, "starting", "ノードの準備がまだ終わっていません。");
    return req->services->federation;
}

bool transfer_of_path(struct req *req)
{
    struct fail why = {.code = ERR_OK};

    if (id_parse(req_param(req, "transfer"), &req->object, NULL) == ERR_OK &&
        !id_is_none(req->object))
        return true;
    fail_set(&why, ERR_NOT_FOUND, "no such transfer");
    reply_fail(req, &why);
    return false;
}

/* ---- rows ---- */

static struct span display_of(struct req *req, const struct people *people, struct id account)
{
    const struct people_entry *entry =
        id_is_none(account) ? NULL : people_find(people, account);

    return entry == NULL ? SPAN_NONE : arena_copy(req->arena, entry->display);
}

static enum err fill(struct req *req, const struct people *people,
                     const struct transfer_row *row, struct row_out *out, struct fail *why)
{
    const struct seal_place place = {TRANSFER_TABLE, "consent_from_sealed", row->id};
    enum err rc = ERR_OK;

    *out = (struct row_out){
        .transfer = row->id,
        .node = row->peer,
        .node_name = row->peer_name,
        .is_out = row->is_out,
        .state = (int)row->state,
        .waits = (int)transfer_waits_for(row->is_out, row->state),
        .is_own_first = id_eq(row->by, req->caller.account),
        .is_ending = row->state == TRANSFER_GIVEN && !id_is_none(row->ending_by),
        .is_own_ending = id_eq(row->ending_by, req->caller.account),
        .account = row->person,
        .has_account = !id_is_none(row->person),
        .name = display_of(req, people, row->person),
        .on = row->on,
        .parts = row->parts,
        .consent_on = row->consent_on,
        .has_consent_on = row->consent_on.len > 0,
        .consent_how = row->consent_how,
        .has_consent_how = row->consent_how.len > 0,
        .by_name = display_of(req, people, row->by),
        .second_name = display_of(req, people, row->second),
        .code = row->code,
        .opened_at = row->opened_utc_us,
        .changed_at = row->changed_utc_us,
    };
    out->has_name = out->name.len > 0;
    out->has_by_name = out->by_name.len > 0;
    out->has_second_name = out->second_name.len > 0;
    if (row->consent_from_sealed.len > 0)
        rc = unseal(req->services->keyring, &place, row->consent_from_sealed, req->arena,
                    &out->consent_from, why);
    out->has_consent_from = out->consent_from.len > 0;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err fill_all(struct req *req, const struct transfer_row *rows, size_t n,
                         struct row_out *out, struct fail *why)
{
    struct people *people = NULL;
    enum err rc = people_ref(accounts_people(req->services->accounts), req->db, &people, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = fill(req, people, &rows[i], &out[i], why);
    people_unref(&people);
    return rc;
}

/* Whom this town may hand a child over to now. */
static enum err fill_members(struct req *req, struct federation *f, struct list_out *out,
                             struct fail *why)
{
    struct registry *registry = trust_now(f->trust);
    int n = registry == NULL ? 0 : registry_n_members(registry);
    struct member_out *members = arena_alloc(req->arena, (size_t)(n + 1) * sizeof *members);
    enum err rc = members == NULL ? fail_set(why, ERR_NOMEM, "members") : ERR_OK;

    for (int i = 0; i < n && rc == ERR_OK; i++) {
        const struct fed_member *member = registry_member_at(registry, i);

        if (id_eq(member->node, f->conf.node) ||
            !fed_member_is_in_contract(member, req->now_utc_us))
            continue;
        members[out->members.n++] =
            (struct member_out){member->node, arena_copy(req->arena, member->name_ja)};
    }
    out->members.at = members;
    registry_unref(&registry);
    return rc;
}

/* ---- GET /api/v1/transfers ---- */

/* Whose names it shows count as names looked at. False: answered. */
static bool spend(struct req *req, const struct transfer_row *rows, size_t n)
{
    struct id *persons = req_alloc(req, (n + 1) * sizeof *persons);
    size_t n_persons = 0;

    for (size_t i = 0; persons != NULL && i < n; i++)
        if (!id_is_none(rows[i].person))
            persons[n_persons++] = rows[i].person;
    return persons != NULL && watch_spend(req, WATCH_NAMES, persons, n_persons);
}

static void list_transfers(struct req *req)
{
    struct federation *f = transfer_federation(req);
    struct list_out out = {.items = {NULL, 0}};
    struct transfer_row *rows = NULL;
    struct row_out *items = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc;

    if (f == NULL)
        return;
    arena_mark_secret(req->arena);
    rc = transfer_store_list(req->db, ID_NONE, req->arena, &rows, &n, &why);
    if (rc == ERR_OK && !spend(req, rows, n))
        return;
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "transfers")
                           : fill_all(req, rows, n, items, &why);
    }
    if (rc == ERR_OK)
        rc = fill_members(req, f, &out, &why);
    out.items = (struct jx_list){items, n};
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

/* ---- GET /api/v1/transfers/{transfer} ---- */

static void show_transfer(struct req *req)
{
    struct one_out *out = req_alloc(req, sizeof *out);
    struct fail why = {.code = ERR_OK};
    struct transfer_row row;
    enum err rc;

    if (out == NULL || !transfer_of_path(req))
        return;
    arena_mark_secret(req->arena);
    *out = (struct one_out){.has_parcel = true};
    rc = transfer_store_find(NULL, req->db, req->object, req->arena, &row, &why);
    if (rc == ERR_OK && !id_is_none(row.person)) {
        req->person = row.person;
        if (!watch_spend(req, WATCH_RECORDS, &req->person, 1))
            return;
    }
    if (rc == ERR_OK)
        rc = fill_all(req, &row, 1, &out->row, &why);
    if (rc == ERR_OK) {
        rc = transfer_show_parcel(req, row.id, true, &out->parcel, &why);
        out->has_parcel = rc == ERR_OK;
        rc = rc == ERR_NOT_FOUND ? ERR_OK : rc;
    }
    if (rc == ERR_OK)
        reply_json(req, 200, out);
    else
        reply_fail(req, &why);
}

const struct route transfer_routes[TRANSFER_ROUTES_N] = {
    {.name = "transfers.list",
     .method = HTTP_GET,
     .path = "/api/v1/transfers",
     .listeners = PLACE_LISTENERS,
     .roles = TRANSFER_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &list_shape,
     .summary_ja = "転出入を見る",
     .handle = list_transfers},
    {.name = "transfers.show",
     .method = HTTP_GET,
     .path = "/api/v1/transfers/{transfer}",
     .listeners = PLACE_LISTENERS,
     .roles = TRANSFER_BOARD,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &one_shape,
     .summary_ja = "転出入で渡す内容、受け取った内容を見る",
     .handle = show_transfer},
};
