/* What left the node, for the board: who took what, when, and on which permission (AI-8-3; the
 * approvals register of AI-7.2-4). */
#include "node/base/jx_scalar.h"
#include "node/base/role.h"
#include "tenants/ending/ending_http.h"
#include "tenants/ending/ending_rows.h"
#include "tenants/ending/taken_store.h"

#define PAGE 50

/* On what an export stands. owner: the commissioner's own act; grant: the right "export";
 * receiver: the board named who receives the reports; leaving: the board had begun the
 * contract's end; upkeep: sealed copies and proofs that carry no text anybody outside can read;
 * none: nothing, which is wrong unless it was refused. */
#define BASES "owner|grant|receiver|leaving|upkeep|none"
enum basis { BY_OWNER, BY_GRANT, BY_RECEIVER, BY_LEAVING, BY_UPKEEP, BY_NONE };

static bool is_one_of(struct span route, const char *const *names)
{
    for (; *names != NULL; names++)
        if (span_eq(route, span_text(*names)))
            return true;
    return false;
}

static enum basis basis_of(const struct taken_row *row)
{
    static const char *const reports[] = {"weekly.pdf", "weekly.csv", "monthly.pdf",
                                          "monthly.xlsx", NULL};
    static const char *const upkeep[] = {"backups.record", "audit.export", "handback.deliver",
                                         NULL};
    bool is_operator = id_is_none(row->account);

    if (span_eq(row->role, span_text(role_id(ROLE_COMMISSIONER))))
        return BY_OWNER;
    if (is_one_of(row->route, reports))
        return BY_RECEIVER;
    if (is_operator && is_one_of(row->route, upkeep))
        return BY_UPKEEP;
    if (!id_is_none(row->grant))
        return BY_GRANT;
    return is_operator && row->was_leaving ? BY_LEAVING : BY_NONE;
}

struct taken_output {
    struct id id, account, object, person, grant, given_by, holder;
    int64_t at, given_at, until;
    struct span route, what, role, operator_name, name, outcome, purpose, given_name,
        holder_name;
    int basis;
    bool has_account, has_operator, has_name, has_object, has_person, has_grant, has_until,
        has_given_name, has_holder_name, is_refused;
};
static const struct jx_field taken_fields[] = {
    ENDING_FIELD(JX_ID, taken_output, id, "記録のID"),
    ENDING_FIELD(JX_TIME, taken_output, at, "いつ"),
    ENDING_FIELD(JX_TEXT, taken_output, route, "どの操作か"),
    ENDING_FIELD(JX_TEXT, taken_output, what, "何を書き出したか"),
    ENDING_FIELD(JX_TEXT, taken_output, role, "だれが（役割）"),
    ENDING_MAYBE(JX_ID, taken_output, account, has_account, "だれが（アカウント）"),
    ENDING_MAYBE(JX_TEXT, taken_output, name, has_name, "だれが（名前）"),
    ENDING_MAYBE(JX_TEXT, taken_output, operator_name, has_operator,
                 "だれが（運用端末の利用者）"),
    ENDING_MAYBE(JX_ID, taken_output, object, has_object, "どの対象か"),
    ENDING_MAYBE(JX_ID, taken_output, person, has_person, "だれのデータか"),
    ENDING_FIELD(JX_BOOL, taken_output, is_refused, "断られたか"),
    ENDING_FIELD(JX_TEXT, taken_output, outcome, "結果"),
    ENDING_CHOICE(taken_output, basis, BASES, "どの許可によるか"),
    ENDING_MAYBE(JX_ID, taken_output, grant, has_grant, "許可のID"),
    ENDING_MAYBE(JX_TEXT, taken_output, purpose, has_grant, "許可の目的"),
    ENDING_MAYBE(JX_TIME, taken_output, given_at, has_grant, "許可した時刻"),
    ENDING_MAYBE(JX_TIME, taken_output, until, has_until, "許可の終わり"),
    ENDING_MAYBE(JX_TEXT, taken_output, given_name, has_given_name, "許可した人の名前"),
    ENDING_MAYBE(JX_TEXT, taken_output, holder_name, has_holder_name, "許可された人の名前"),
};
static const struct jx_shape taken_shape = JX_SHAPE("Taken", struct taken_output, taken_fields);

struct page_output {
    struct jx_list items;
    struct id next;
    bool has_next;
};
static const struct jx_field page_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &taken_shape,
     .most = PAGE,
     .offset = offsetof(struct page_output, items),
     .title_ja = "書き出し（新しい順）"},
    ENDING_MAYBE(JX_ID, page_output, next, has_next, "続きを見るときの before の値"),
};
static const struct jx_shape page_shape =
    JX_SHAPE("TakenPage", struct page_output, page_fields);

/* The act in the words of its row. */
static struct span what_of(const struct req *req, struct span route)
{
    for (const struct route_table *t = req->services->routes; t != NULL && t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            if (span_eq(route, span_text(t->rows[i].name)))
                return span_text(t->rows[i].summary_ja);
    return route;
}

/* Names of people are for the board. */
static struct span name_for(struct req *req, const struct people *people, struct id person,
                            bool *has_out)
{
    struct span name =
        req->caller.role == ROLE_COMMISSIONER ? ending_name_of(req, people, person) : SPAN_NONE;

    *has_out = name.len > 0;
    return name;
}

static void output_of(struct req *req, const struct people *people, const struct taken_row *row,
                      struct taken_output *out)
{
    enum basis basis = basis_of(row);
    bool is_by_grant = basis == BY_GRANT;

    *out = (struct taken_output){
        .id = row->id,
        .account = row->account,
        .object = row->object,
        .person = row->person,
        .grant = row->grant,
        .at = row->at_utc_us,
        .given_at = row->given_utc_us,
        .until = row->until_utc_us,
        .route = row->route,
        .what = what_of(req, row->route),
        .role = row->role,
        .operator_name = row->operator_name,
        .outcome = row->outcome,
        .purpose = row->purpose,
        .basis = (int)basis,
        .has_account = !id_is_none(row->account),
        .has_operator = row->operator_name.len > 0,
        .has_object = !id_is_none(row->object),
        .has_person = !id_is_none(row->person),
        .has_grant = is_by_grant,
        .has_until = is_by_grant && row->until_utc_us != 0,
        .is_refused = !span_eq(row->outcome, SPAN("ok")),
    };
    out->name = name_for(req, people, row->account, &out->has_name);
    if (is_by_grant) {
        out->given_name = name_for(req, people, row->given_by, &out->has_given_name);
        out->holder_name = name_for(req, people, row->holder, &out->has_holder_name);
    }
}

static void list_taken(struct req *req)
{
    struct span before_text = req_query(req, "before");
    struct page_output page = {.has_next = false};
    struct taken_output *items = NULL;
    struct taken_row *rows = NULL;
    struct people *people = NULL;
    struct id before = ID_NONE;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = ERR_OK;

    if (before_text.p != NULL && id_parse(before_text, &before, NULL) != ERR_OK)
        rc = fail_field(&why, ERR_INVALID, "before", "not an id");
    if (rc == ERR_OK)
        rc = taken_store_list(req->db, before, PAGE + 1, req->arena, &rows, &n, &why);
    page.has_next = n > PAGE;
    n = page.has_next ? PAGE : n;
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(req->services->accounts), req->db, &people, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "a list") : ERR_OK;
    }
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        output_of(req, people, &rows[i], &items[i]);
    people_unref(&people);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (page.has_next)
        page.next = rows[n - 1].id;
    page.items = (struct jx_list){items, n};
    reply_json(req, 200, &page);
}

const struct route taken_routes[TAKEN_ROUTES_N] = {
    {.name = "taken.list",
     .method = HTTP_GET,
     .path = "/api/v1/taken",
     .listeners = ENDING_LISTENERS,
     .roles = ENDING_BOARD | ROLE_BIT(ROLE_AUDITOR),
     .object = OBJECT_NONE,
     .audit = AUDIT_READ,
     .output = &page_shape,
     .summary_ja = "外に書き出したものと、その許可を見る",
     .handle = list_taken},
};
