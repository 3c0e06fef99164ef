/* Where a child came from, and went: on the child's page, for whoever may have the child's row
 * (tenants/rights). Names, facts of admission and the words of staff are for the board and the
 * school by duty, as everything of their kind that was written here. */
#include "federation/transfer_http.h"
#include "node/support/child.h"
#include "tenants/watch/watch.h"

#define LIST(name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = (shape_), \
        .offset = offsetof(struct transfer_shown, name_), .title_ja = (title) \
    }
#define PART(name_, has_, shape_, title) \
    { \
        .name = #name_, .type = JX_OBJECT, .flags = JX_OPTIONAL, .shape = (shape_), \
        .offset = offsetof(struct transfer_shown, name_), \
        .has_offset = offsetof(struct transfer_shown, has_), .title_ja = (title) \
    }
static const struct jx_field shown_fields[] = {
    PLACE_FIELD(JX_TEXT, transfer_shown, made_on, "まとめた日"),
    PLACE_FIELD(JX_TEXT, transfer_shown, consent_on, "引きつぎへの同意の日"),
    PLACE_FIELD(JX_TEXT, transfer_shown, consent_how, "同意の受け方"),
    PLACE_MAYBE(JX_TEXT, transfer_shown, name, has_name, "氏名"),
    PLACE_MAYBE(JX_TEXT, transfer_shown, kana, has_name, "よみ"),
    PLACE_FIELD(JX_TEXT, transfer_shown, grade, "学年"),
    PART(profile, has_profile, &transfer_profile_shape, "プロフィール"),
    PART(facts, has_facts, &transfer_facts_shape, "登録の事実と同意"),
    LIST(steps, &transfer_way_step_shape, "段階の記録"),
    LIST(days, &transfer_visit_shape, "来た日"),
    LIST(contacts, &transfer_contact_shape, "接点と支援のきろく"),
};
const struct jx_shape transfer_shown_shape =
    JX_SHAPE("TransferShown", struct transfer_shown, shown_fields);

static void hide_words(struct transfer_parcel *p)
{
    struct transfer_way_step *steps = p->steps.at;
    struct transfer_contact *contacts = p->contacts.at;

    p->has_facts = false;
    for (size_t i = 0; i < p->steps.n; i++)
        steps[i].place = SPAN("");
    for (size_t i = 0; i < p->contacts.n; i++)
        contacts[i].text = SPAN("");
}

enum err transfer_show_parcel(struct req *req, struct id transfer, bool is_all,
                              struct transfer_shown *out, struct fail *why)
{
    struct transfer_parcel p;
    struct span sealed, text;
    enum err rc = transfer_parcel_find(NULL, req->db, transfer, req->arena, &sealed, why);

    arena_mark_secret(req->arena);
    if (rc == ERR_OK)
        rc = transfer_open_parcel(req->services->keyring, transfer, sealed, req->arena, &text,
                                  why);
    if (rc == ERR_OK)
        rc = transfer_parcel_read(text, req->arena, &p, why);
    if (rc != ERR_OK)
        return rc;
    if (!is_all)
        hide_words(&p);
    *out = (struct transfer_shown){
        .made_on = p.made_on,
        .consent_on = p.consent_on,
        .consent_how = p.consent_how,
        .name = p.name,
        .kana = p.kana,
        .has_name = is_all,
        .grade = p.grade,
        .profile = p.profile,
        .has_profile = p.has_profile,
        .facts = p.facts,
        .has_facts = p.has_facts,
        .steps = p.steps,
        .days = p.days,
        .contacts = p.contacts,
    };
    return ERR_OK;
}

/* ---- GET /api/v1/children/{id}/transfers ---- */

struct past_out {
    struct id transfer;
    struct span node_name, on;
    int64_t changed_at;
    int state;
    bool is_out, has_node_name, has_parcel;
    struct transfer_shown parcel;
};
static const struct jx_field past_fields[] = {
    PLACE_FIELD(JX_ID, past_out, transfer, "転出入"),
    PLACE_FIELD(JX_BOOL, past_out, is_out, "転出か（いいえは転入）"),
    PLACE_MAYBE(JX_TEXT, past_out, node_name, has_node_name,
                "相手の自治体（転出先は、教育委員会と、終わったあとの学校だけ）"),
    PLACE_FIELD(JX_TEXT, past_out, on, "転出入の日"),
    PLACE_CHOICE(past_out, state, TRANSFER_STATES, "状態"),
    PLACE_FIELD(JX_TIME, past_out, changed_at, "最後に変わった日時"),
    {.name = "parcel",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &transfer_shown_shape,
     .offset = offsetof(struct past_out, parcel),
     .has_offset = offsetof(struct past_out, has_parcel),
     .title_ja = "受け取った内容"},
};
static const struct jx_shape past_shape =
    JX_SHAPE("ChildTransfer", struct past_out, past_fields);
struct pasts_out {
    struct jx_list items;
};
static const struct jx_field pasts_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &past_shape,
     .offset = offsetof(struct pasts_out, items),
     .title_ja = "転出入（新しい順）"},
};
static const struct jx_shape pasts_shape =
    JX_SHAPE("ChildTransfers", struct pasts_out, pasts_fields);

/* Where a child is about to go is a danger to a family that hides: until it is done the board
 * alone reads of it, and the contractor's side never reads where to. */
static bool is_shown(const struct req *req, const struct transfer_row *row)
{
    return row->state == TRANSFER_DONE ||
           (!transfer_is_over(row->state) && req->caller.role == ROLE_COMMISSIONER);
}

/* What came is shown; what is only on its way out stands on the board's own page. */
static enum err fill(struct req *req, const struct transfer_row *row, struct past_out *out,
                     struct fail *why)
{
    bool is_all =
        req->caller.role == ROLE_COMMISSIONER || req->caller.role == ROLE_SCHOOL_STAFF;
    enum err rc = ERR_NOT_FOUND;

    *out = (struct past_out){.transfer = row->id,
                             .is_out = row->is_out,
                             .node_name = row->peer_name,
                             .has_node_name = !row->is_out || is_all,
                             .on = row->on,
                             .state = (int)row->state,
                             .changed_at = row->changed_utc_us};
    if (!row->is_out)
        rc = transfer_show_parcel(req, row->id, is_all, &out->parcel, why);
    out->has_parcel = rc == ERR_OK;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static void list_of_child(struct req *req)
{
    struct pasts_out out = {.items = {NULL, 0}};
    struct transfer_row *rows = NULL;
    struct past_out *items = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = child_of_path(req, &why);

    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    if (!watch_spend(req, WATCH_RECORDS, &req->person, 1))
        return;
    rc = transfer_store_list(req->db, req->person, req->arena, &rows, &n, &why);
    if (rc == ERR_OK) {
        items = arena_alloc(req->arena, (n + 1) * sizeof *items);
        rc = items == NULL ? fail_set(&why, ERR_NOMEM, "transfers") : ERR_OK;
    }
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        if (is_shown(req, &rows[i]))
            rc = fill(req, &rows[i], &items[out.items.n++], &why);
    out.items.at = items;
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
}

const struct route transfer_child_routes[TRANSFER_CHILD_ROUTES_N] = {
    {.name = "children.transfers",
     .method = HTTP_GET,
     .path = "/api/v1/children/{id}/transfers",
     .listeners = PLACE_LISTENERS,
     .roles = CHILD_STAFF,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_READ,
     .output = &pasts_shape,
     .summary_ja = "児童生徒がどこから来たか、どこへ移るかを見る",
     .handle = list_of_child},
};
