/* The federation at the office's desk (CARD-11): commissioner and contractor see what it is,
 * who is in it, how fresh that is and what waits for whom; the commissioner joins by an
 * invitation and asks for a new key. What the operator's routes (trust_http.c) do, by the same
 * functions; address and key of this node are looked up, not typed. */
#include <stddef.h>

#include "federation/exchange_rows.h"
#include "federation/federation_priv.h"
#include "federation/link.h"
#include "federation/link_fed.h"
#include "federation/outbox_store.h"
#include "federation/own_front.h"
#include "federation/trust_http.h"

#define CHECK_TYPED_MOST 60 /* 16 digits, and what people put between them */

/* ---- GET /api/v1/federation ---- */

struct desk_member {
    struct id node;
    struct span name, code, last_code, last_ja;
    bool is_self, is_coordinator, is_host, is_guest, is_in_contract, has_oldest;
    bool has_link, is_link_up, has_link_since;
    int64_t link_since_utc_us;
    int64_t contract_from_utc_us, contract_to_utc_us, n_waiting, n_ended, oldest_utc_us;
};
#define MEMBER(kind, name_, member, title) \
    { \
        .name = (name_), .type = (kind), .offset = offsetof(struct desk_member, member), \
        .title_ja = (title) \
    }
static const struct jx_field member_fields[] = {
    MEMBER(JX_ID, "node", node, "ノードのID"),
    MEMBER(JX_TEXT, "name", name, "自治体の名前"),
    MEMBER(JX_TEXT, "code", code, "自治体コード（都道府県のノードでは空）"),
    MEMBER(JX_BOOL, "is_self", is_self, "このノードか"),
    MEMBER(JX_BOOL, "is_coordinator", is_coordinator, "とりまとめか"),
    MEMBER(JX_BOOL, "is_host", is_host, "講座をひらくか"),
    MEMBER(JX_BOOL, "is_guest", is_guest, "講座に加わるか"),
    MEMBER(JX_BOOL, "in_contract", is_in_contract, "契約の期間の中か"),
    MEMBER(JX_TIME, "contract_from", contract_from_utc_us, "契約の始まり"),
    MEMBER(JX_TIME, "contract_to", contract_to_utc_us, "契約の終わり"),
    MEMBER(JX_INT, "n_waiting", n_waiting, "送るのを待っている数"),
    MEMBER(JX_INT, "n_ended", n_ended, "断られた、またはあきらめた数"),
    MEMBER(JX_BOOL, "has_link", has_link, "いっしょの授業のために、つないでいるか"),
    MEMBER(JX_BOOL, "is_link_up", is_link_up, "いま通じているか"),
    {.name = "link_since",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct desk_member, link_since_utc_us),
     .has_offset = offsetof(struct desk_member, has_link_since),
     .title_ja = "いつから通じて、または切れているか"},
    MEMBER(JX_TEXT, "last_code", last_code, "最後に届かなかった理由（符号。なければ空）"),
    MEMBER(JX_TEXT, "last_text", last_ja, "その意味"),
    {.name = "oldest_at",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct desk_member, oldest_utc_us),
     .has_offset = offsetof(struct desk_member, has_oldest),
     .title_ja = "いちばん前から待っているもの"},
};
static const struct jx_shape member_shape =
    JX_SHAPE("FederationMember", struct desk_member, member_fields);

struct desk_output {
    struct federation_status status;
    struct span name, endpoint;
    struct jx_list members;
};
static const struct jx_field desk_fields[] = {
    {.name = "status",
     .type = JX_OBJECT,
     .shape = &federation_status_shape,
     .offset = offsetof(struct desk_output, status),
     .title_ja = "信じていること"},
    {.name = "name",
     .type = JX_TEXT,
     .offset = offsetof(struct desk_output, name),
     .title_ja = "連合の呼び名（まだなければ空）"},
    {.name = "endpoint",
     .type = JX_TEXT,
     .offset = offsetof(struct desk_output, endpoint),
     .title_ja = "このノードのつなぎ先（使えるものがなければ空）"},
    {.name = "members",
     .type = JX_LIST,
     .shape = &member_shape,
     .offset = offsetof(struct desk_output, members),
     .title_ja = "加わっている自治体"},
};
static const struct jx_shape desk_shape =
    JX_SHAPE("FederationDesk", struct desk_output, desk_fields);

static void add_owed(struct desk_member *member, const struct outbox_peer *rows, size_t n)
{
    enum fed_code code;

    member->last_code = SPAN("");
    member->last_ja = SPAN("");
    for (size_t i = 0; i < n; i++) {
        if (!id_eq(rows[i].peer, member->node))
            continue;
        member->n_waiting = rows[i].n_waiting;
        member->n_ended = rows[i].n_ended;
        member->last_code = rows[i].last_code;
        member->has_oldest = rows[i].n_waiting > 0;
        member->oldest_utc_us = rows[i].oldest_utc_us;
        if (fed_code_find(rows[i].last_code, &code) && code != FED_OK)
            member->last_ja = span_text(fed_code_title_ja(code));
    }
}

/* While a lesson is held together. */
static void add_link(struct desk_member *member, struct federation *f)
{
    struct link_status status;

    member->has_link = links_status(federation_links(f), member->node, &status);
    if (!member->has_link)
        return;
    member->is_link_up = status.is_up;
    member->has_link_since = status.since_utc_us != 0;
    member->link_since_utc_us = status.since_utc_us;
}

static struct desk_member member_of(const struct fed_member *m, struct id self, int64_t now)
{
    return (struct desk_member){
        .node = m->node,
        .name = m->name_ja,
        .code = span_text(m->code),
        .is_self = id_eq(m->node, self),
        .is_coordinator = (m->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0,
        .is_host = (m->roles & FED_ROLE_BIT(FED_ROLE_HOST)) != 0,
        .is_guest = (m->roles & FED_ROLE_BIT(FED_ROLE_GUEST)) != 0,
        .is_in_contract = fed_member_is_in_contract(m, now),
        .contract_from_utc_us = m->contract_from_utc_us,
        .contract_to_utc_us = m->contract_to_utc_us,
    };
}

static enum err list_members(struct req *req, const struct registry *registry,
                             struct desk_output *out, struct fail *why)
{
    int n_members = registry == NULL ? 0 : registry_n_members(registry);
    struct desk_member *members =
        arena_alloc(req->arena, ((size_t)n_members + 1) * sizeof *members);
    struct id self = req->services->federation->conf.node;
    struct outbox_peer *rows = NULL;
    size_t n_rows = 0;
    enum err rc;

    if (members == NULL)
        return fail_set(why, ERR_NOMEM, "%d members", n_members);
    rc = outbox_store_by_peer(req->db, req->arena, &rows, &n_rows, why);
    for (int i = 0; i < n_members && rc == ERR_OK; i++) {
        members[i] = member_of(registry_member_at(registry, i), self, req->now_utc_us);
        add_owed(&members[i], rows, n_rows);
        add_link(&members[i], req->services->federation);
    }
    out->members = (struct jx_list){members, (size_t)n_members};
    out->name = registry == NULL ? SPAN("") : registry_name_ja(registry);
    return rc;
}

static void desk_show(struct req *req)
{
    struct trust *trust = trust_need(req);
    struct registry *registry = NULL;
    struct desk_output out = {.endpoint = SPAN("")};
    char endpoint[FED_ENDPOINT_CAP];
    struct fail why;
    enum err rc;

    if (trust == NULL)
        return;
    registry = trust_now(trust); /* names are borrowed until the answer is written */
    if (own_front_endpoint(conf_text(req->services->conf, "front.federation_url"), endpoint))
        out.endpoint = span_text(endpoint);
    rc = trust_status_output(req, trust, &out.status, &why);
    if (rc == ERR_OK)
        rc = list_members(req, registry, &out, &why);
    if (rc == ERR_OK)
        reply_json(req, 200, &out);
    else
        reply_fail(req, &why);
    registry_unref(&registry);
}

/* ---- POST /api/v1/federation/invitation: looked at, nothing is changed ---- */

struct invitation_input {
    struct span invitation;
};
static const struct jx_field invitation_fields[] = {
    {.name = "invitation",
     .type = JX_BYTES,
     .least = 1,
     .most = FED_INVITATION_TEXT_MOST,
     .offset = offsetof(struct invitation_input, invitation),
     .title_ja = "招待状"},
};
static const struct jx_shape invitation_shape =
    JX_SHAPE("FederationLook", struct invitation_input, invitation_fields);

struct invitation_output {
    struct span federation, name, guest;
    int64_t issued_utc_us, until_utc_us;
    bool is_by_file, is_known;
};
static const struct jx_field seen_fields[] = {
    {.name = "federation",
     .type = JX_TEXT,
     .offset = offsetof(struct invitation_output, federation),
     .title_ja = "連合の名前"},
    {.name = "name",
     .type = JX_TEXT,
     .offset = offsetof(struct invitation_output, name),
     .title_ja = "連合の呼び名"},
    {.name = "guest",
     .type = JX_TEXT,
     .offset = offsetof(struct invitation_output, guest),
     .title_ja = "招かれた人"},
    {.name = "issued",
     .type = JX_TIME,
     .offset = offsetof(struct invitation_output, issued_utc_us),
     .title_ja = "招いた日時"},
    {.name = "until",
     .type = JX_TIME,
     .offset = offsetof(struct invitation_output, until_utc_us),
     .title_ja = "招待の期限"},
    {.name = "is_by_file",
     .type = JX_BOOL,
     .offset = offsetof(struct invitation_output, is_by_file),
     .title_ja = "登録簿がファイルで届くか（でなければ、ひとりでに届く）"},
    {.name = "is_known",
     .type = JX_BOOL,
     .offset = offsetof(struct invitation_output, is_known),
     .title_ja = "このノードがもう信じている相手か"},
};
static const struct jx_shape seen_shape =
    JX_SHAPE("FederationInvitation", struct invitation_output, seen_fields);

static void invitation_look(struct req *req)
{
    const struct invitation_input *in = req->input;
    struct trust *trust = trust_need(req);
    struct fed_invitation invitation;
    struct invitation_output out;
    struct trust_status status;
    char code[FED_CHECK_CODE_CAP];
    struct fail why;

    if (trust == NULL)
        return;
    if (fed_invitation_read(in->invitation, req->now_utc_us, req->arena, &invitation, &why) !=
        ERR_OK) {
        trust_refuse_invitation(req, &why);
        return;
    }
    fed_roots_code(invitation.federation, invitation.roots, code);
    trust_status_read(trust, req->now_utc_us, &status);
    out = (struct invitation_output){
        .federation = invitation.federation,
        .name = invitation.name_ja,
        .guest = invitation.guest_ja,
        .issued_utc_us = invitation.issued_utc_us,
        .until_utc_us = invitation.until_utc_us,
        .is_by_file = !invitation.has_endpoint,
        .is_known = status.has_roots && strcmp(status.roots_code, code) == 0,
    };
    reply_json(req, 200, &out);
}

/* ---- POST /api/v1/federation/joining ---- */

struct joining_input {
    struct span invitation, check, name, code;
    bool has_code;
};
static const struct jx_field joining_fields[] = {
    {.name = "invitation",
     .type = JX_BYTES,
     .least = 1,
     .most = FED_INVITATION_TEXT_MOST,
     .offset = offsetof(struct joining_input, invitation),
     .title_ja = "招待状"},
    {.name = "check",
     .type = JX_TEXT,
     .least = 1,
     .most = CHECK_TYPED_MOST,
     .offset = offsetof(struct joining_input, check),
     .title_ja = "電話で聞いた確認番号"},
    {.name = "name",
     .type = JX_TEXT,
     .least = 1,
     .most = 80,
     .offset = offsetof(struct joining_input, name),
     .title_ja = "自治体の名前"},
    {.name = "code",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL,
     .least = FED_CODE_CAP - 1,
     .most = FED_CODE_CAP - 1,
     .offset = offsetof(struct joining_input, code),
     .has_offset = offsetof(struct joining_input, has_code),
     .title_ja = "自治体コード（6桁）"},
};
static const struct jx_shape joining_shape =
    JX_SHAPE("FederationJoining", struct joining_input, joining_fields);

/* The digits of a check code, however they were typed: capital letters, any space or dash. */
static bool is_check(struct span typed, const char *code)
{
    for (size_t i = 0; i < typed.len; i++) {
        uint8_t c = typed.p[i];

        c = c >= 'A' && c <= 'F' ? (uint8_t)(c - 'A' + 'a') : c;
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            continue;
        code += *code == '-';
        if (*code == '\0' || (uint8_t)*code++ != c)
            return false;
    }
    return *code == '\0';
}

/* False: it has been answered. */
static bool is_invited(struct req *req, const struct joining_input *in)
{
    struct jx_defects defects = {0};
    struct fed_invitation invitation;
    char code[FED_CHECK_CODE_CAP];
    struct fail why;

    if (fed_invitation_read(in->invitation, req->now_utc_us, req->arena, &invitation, &why) !=
        ERR_OK) {
        trust_refuse_invitation(req, &why);
        return false;
    }
    fed_roots_code(invitation.federation, invitation.roots, code);
    if (is_check(in->check, code))
        return true;
    if (jx_defect_add(&defects, req->arena, "/check", "check",
                      "確認番号が招待状と合いません。打ちまちがいでなければ、招待状がすり替え"
                      "られたかもしれません。電話の相手と、もう一度たしかめてください。何も変え"
                      "ていません。") == ERR_OK)
        reply_defects(req, &defects);
    else
        reply_fail(req, &(struct fail){.code = ERR_NOMEM});
    return false;
}

static void joining(struct req *req)
{
    const struct joining_input *in = req->input;
    const struct conf *conf = req->services->conf;
    uint8_t *pin_bytes = req_alloc(req, FED_SPKI_BYTES);
    char endpoint[FED_ENDPOINT_CAP];
    struct federation_pin pin;
    struct federation_join join = {
        .invitation = in->invitation, .name_ja = in->name, .code = in->code};
    struct fail why;

    if (pin_bytes == NULL || !is_invited(req, in))
        return;
    if (!own_front_endpoint(conf_text(conf, "front.federation_url"), endpoint) ||
        own_front_pin(conf_text(conf, "front.bind"), endpoint, pin_bytes, &why) != ERR_OK) {
        reply_problem(req, 409, "no-front",
                      "ほかの自治体とつながる入口が答えません。運営の担当者に、入口（front）の"
                      "ようすを見てもらってから、もう一度押してください。");
        return;
    }
    pin.sha256 = span_of(pin_bytes, FED_SPKI_BYTES);
    join.endpoint = span_text(endpoint);
    join.has_code = in->has_code;
    join.spki = (struct jx_list){&pin, 1};
    trust_join_reply(req, &join);
}

#define DESK  (LISTENER_PUBLIC | LISTENER_OFFICE)
#define BOARD ROLE_BIT(ROLE_COMMISSIONER)
#define BOTH  (ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
/* The coordinator sees how the federation stands, and changes nothing. */
#define LOOK (BOTH | ROLE_BIT(ROLE_COORDINATOR))

static void hand_in(struct req *req)
{
    trust_take_reply(req);
}

static void make_key(struct req *req)
{
    trust_rotate_reply(req);
}

const struct route desk_routes[DESK_ROUTES_N] = {
    {
        .name = "federation.desk",
        .method = HTTP_GET,
        .path = "/api/v1/federation",
        .listeners = DESK,
        .roles = LOOK,
        .audit = AUDIT_NONE,
        .output = &desk_shape,
        .summary_ja = "ほかの自治体とのつながりを見る",
        .handle = desk_show,
    },
    {
        .name = "federation.look",
        .method = HTTP_POST,
        .path = "/api/v1/federation/invitation",
        .listeners = DESK,
        .roles = BOTH,
        .audit = AUDIT_NONE,
        .input = &invitation_shape,
        .output = &seen_shape,
        .summary_ja = "招待状を読む（何も変えない）",
        .handle = invitation_look,
    },
    {
        .name = "federation.joining",
        .method = HTTP_POST,
        .path = "/api/v1/federation/joining",
        .listeners = DESK,
        .roles = BOARD,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .input = &joining_shape,
        .summary_ja = "確認番号を確かめ、連合に入る申し込みを作る",
        .handle = joining,
    },
    {
        .name = "federation.hand_in",
        .method = HTTP_POST,
        .path = "/api/v1/federation/registry",
        .listeners = DESK,
        .roles = BOTH,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .body_type = FED_DOC_MEDIA_TYPE,
        .body_cap_bytes = FED_DOC_TEXT_CAP,
        .output = &federation_taken_shape,
        .summary_ja = "届いた登録簿のファイルを渡す",
        .handle = hand_in,
    },
    {
        .name = "federation.key",
        .method = HTTP_POST,
        .path = "/api/v1/federation/rotation",
        .listeners = DESK,
        .roles = BOARD,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .summary_ja = "このノードの新しい鍵を作り、取り替えの申し込みを作る",
        .handle = make_key,
    },
};
