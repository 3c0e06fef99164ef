/* The acts without a document: begin, the export is done, confirm the order, cancel. */
#include <stddef.h>

#include "node/base/hex.h"
#include "node/db/audit.h"
#include "tenants/leaving/change_http.h"
#include "tenants/leaving/change_settle.h"
#include "tenants/leaving/leaving_look.h"
#include "tenants/leaving/leaving_rows.h"
#include "tenants/people/contract_store.h"

struct act {
    struct leaving_look look;
    struct leaving_move move;
};

/* NULL: answered, refused or not. */
static struct act *begin_act(struct req *req, enum leaving_act act)
{
    struct act *a = req_alloc(req, sizeof *a);
    struct fail why = {.code = ERR_OK};
    enum leaving_code code;

    if (a == NULL)
        return NULL;
    *a = (struct act){.move = {.req = req}};
    a->move.look = &a->look;
    if (leaving_look_read(req, &a->look, &why) != ERR_OK) {
        reply_fail(req, &why);
        return NULL;
    }
    if (act == LEAVING_ACT_CONFIRM && a->look.facts.has_order)
        a->look.facts.named_bag = a->look.order.bag;
    code = leaving_judge(act, leaving_actor_of(req), &a->look.facts);
    if (code == LEAVING_OK)
        return a;
    leaving_refuse(req, code);
    return NULL;
}

static void finish(struct req *req, struct act *a, enum leaving_act act, enum err rc,
                   struct span facts, struct fail *why)
{
    if (rc == ERR_OK)
        rc = leaving_move_add(&a->move, leaving_after(act), leaving_actor_of(req), facts, why);
    if (rc == ERR_OK)
        leaving_move_post(&a->move);
    else
        reply_fail(req, why);
}

/* ---- POST /api/v1/leaving/drain ---- */

/* A contractor that is to take over is not to find a node that is being left. */
static bool waits_for_change(struct req *req)
{
    struct contract_change change;
    struct change_facts facts;
    struct fail why = {.code = ERR_OK};
    enum err rc = change_store_last(NULL, req->db, req->arena, &change, &why);

    if (rc != ERR_OK && rc != ERR_NOT_FOUND) {
        reply_fail(req, &why);
        return true;
    }
    facts = change_facts_of(rc == ERR_OK ? &change : NULL, req->now_utc_us);
    if (change_judge(CHANGE_ACT_PLAN, &facts) != CHANGE_UNDER_WAY)
        return false;
    change_refuse(req, CHANGE_UNDER_WAY);
    return true;
}

/* Whose data it is, in words: the certificate has them from here, when no row is left. */
static enum err write_contracts(struct req *req, struct leaving_facts_pen *pen,
                                struct fail *why)
{
    struct contract_row *held = NULL;
    int n = 0;
    enum err rc = contract_store_held(NULL, req->db, req->arena, &held, &n, why);

    leaving_pen_list(pen, "contracts");
    for (int i = 0; i < n; i++) {
        char id[ID_TEXT_CAP];

        id_text(held[i].contract, id);
        leaving_pen_item(pen);
        leaving_pen_text(pen, "begins_on", held[i].begins_on);
        leaving_pen_text(pen, "contractor", held[i].contractor);
        leaving_pen_text(pen, "ends_on", held[i].ends_on);
        leaving_pen_text(pen, "id", span_text(id));
        leaving_pen_text(pen, "title", held[i].title);
        leaving_pen_item_end(pen);
    }
    leaving_pen_list_end(pen);
    return rc;
}

static enum err write_drain(struct req *req, const struct act *a, struct span *facts_out,
                            struct fail *why)
{
    uint8_t public[LEAVING_PUBLIC_BYTES];
    char hex[2 * LEAVING_PUBLIC_BYTES + 1];
    struct leaving_facts_pen pen;
    enum err said = ERR_OK, rc;

    rc = keyring_public_key(req->services->keyring, AUDIT_KEY_NAME, public, why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    *hex_write(public, sizeof public, hex) = '\0';
    leaving_pen_int(&pen, "canaries", a->look.n_committed);
    said = write_contracts(req, &pen, why);
    leaving_pen_text(&pen, "log_key", span_text(hex));
    leaving_pen_text(&pen, "town", span_text(conf_text(req->services->conf, "node.title_ja")));
    leaving_pen_text(&pen, "town_key",
                     a->look.facts.has_town_key ? a->look.key.sha256 : SPAN(""));
    rc = leaving_pen_close(&pen, req->arena, facts_out, said == ERR_OK ? why : NULL);
    return said == ERR_OK ? rc : said;
}

static void drain(struct req *req)
{
    struct act *a = begin_act(req, LEAVING_ACT_BEGIN);
    struct fail why = {.code = ERR_OK};
    struct span facts = SPAN_NONE;
    enum err rc;

    if (a == NULL || waits_for_change(req))
        return;
    rc = write_drain(req, a, &facts, &why);
    finish(req, a, LEAVING_ACT_BEGIN, rc, facts, &why);
}

/* ---- POST /api/v1/leaving/cancel ---- */

static void cancel(struct req *req)
{
    struct act *a = begin_act(req, LEAVING_ACT_CANCEL);
    struct fail why = {.code = ERR_OK};
    struct leaving_facts_pen pen;
    struct span facts = SPAN_NONE;
    enum err rc;

    if (a == NULL)
        return;
    rc = leaving_pen_open(&pen, &why);
    if (rc == ERR_OK) {
        leaving_pen_text(&pen, "was", span_text(leaving_state_id(a->look.facts.state)));
        rc = leaving_pen_close(&pen, req->arena, &facts, &why);
    }
    finish(req, a, LEAVING_ACT_CANCEL, rc, facts, &why);
}

/* ---- POST /api/v1/leaving/confirmation: the second of two persons ---- */

static enum err write_order(struct req *req, const struct act *a, struct span *facts_out,
                            struct fail *why)
{
    const struct audit_head head = audit_head_read(req->services->audit);
    uint8_t public[LEAVING_PUBLIC_BYTES];
    char key[2 * LEAVING_PUBLIC_BYTES + 1], root[2 * AUDIT_HASH_BYTES + 1];
    char confirmer[ID_TEXT_CAP], uploader[ID_TEXT_CAP];
    struct leaving_facts_pen pen;
    enum err rc = leaving_need_key(req->services->leaving, public, why);

    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    *hex_write(public, sizeof public, key) = '\0';
    *hex_write(head.root, sizeof head.root, root) = '\0';
    id_text(req->caller.account, confirmer);
    id_text(a->look.order.given_by, uploader);
    leaving_pen_text(&pen, "bag", a->look.order.bag);
    leaving_pen_text(&pen, "confirmed_by", span_text(confirmer));
    leaving_pen_text(&pen, "erasure_key", span_text(key));
    leaving_pen_text(&pen, "log_root", span_text(root));
    leaving_pen_int(&pen, "log_size", (int64_t)head.n_leaves);
    leaving_pen_document(&pen, "order", a->look.order.document);
    leaving_pen_text(&pen, "town_key", a->look.key.sha256);
    leaving_pen_text(&pen, "uploaded_by", span_text(uploader));
    return leaving_pen_close(&pen, req->arena, facts_out, why);
}

struct confirm_input {
    struct span bag;
};
static const struct jx_field confirm_fields[] = {
    {.name = "bag",
     .type = JX_TEXT,
     .least = 1,
     .most = 128,
     .offset = offsetof(struct confirm_input, bag),
     .title_ja = "消去してよい返すデータの番号"},
};
static const struct jx_shape confirm_shape =
    JX_SHAPE("LeavingConfirmation", struct confirm_input, confirm_fields);

static void confirm(struct req *req)
{
    const struct confirm_input *in = req->input;
    struct act *a = begin_act(req, LEAVING_ACT_CONFIRM);
    struct fail why = {.code = ERR_OK};
    struct span facts = SPAN_NONE;
    enum err rc;

    if (a == NULL)
        return;
    if (!span_eq(in->bag, a->look.order.bag)) { /* they have read another screen */
        leaving_refuse(req, LEAVING_OTHER_BAG);
        return;
    }
    rc = write_order(req, a, &facts, &why);
    finish(req, a, LEAVING_ACT_CONFIRM, rc, facts, &why);
}

/* ---- POST /api/v1/admin/leaving/exported ---- */

struct count {
    struct span table;
    int64_t n;
};
static const struct jx_field count_fields[] = {
    {.name = "n",
     .type = JX_INT,
     .most = JX_MAX_INT,
     .offset = offsetof(struct count, n),
     .title_ja = "件数"},
    {.name = "table",
     .type = JX_TEXT,
     .least = 1,
     .most = 63,
     .offset = offsetof(struct count, table),
     .title_ja = "表"},
};
static const struct jx_shape count_shape = JX_SHAPE("LeavingCount", struct count, count_fields);

struct exported_input {
    struct span bag, log_root;
    struct jx_list counts;
    int64_t log_size, n_bytes, n_files;
};
#define EXPORTED(type_, name_, most_, title_) \
    { \
        .name = #name_, .type = (type_), .most = (most_), \
        .offset = offsetof(struct exported_input, name_), .title_ja = (title_) \
    }
static const struct jx_field exported_fields[] = {
    {.name = "bag",
     .type = JX_TEXT,
     .least = 128,
     .most = 128,
     .offset = offsetof(struct exported_input, bag),
     .title_ja = "返すデータの番号"},
    {.name = "counts",
     .type = JX_LIST,
     .shape = &count_shape,
     .most = 600,
     .offset = offsetof(struct exported_input, counts),
     .title_ja = "表ごとの件数"},
    EXPORTED(JX_TEXT, log_root, 64, "記録の根"),
    EXPORTED(JX_INT, log_size, JX_MAX_INT, "記録の数"),
    EXPORTED(JX_INT, n_bytes, JX_MAX_INT, "大きさ"),
    EXPORTED(JX_INT, n_files, JX_MAX_INT, "ファイルの数"),
};
static const struct jx_shape exported_shape =
    JX_SHAPE("LeavingExported", struct exported_input, exported_fields);

/* What came in between an older bag and the drain would be in no bag at all; and a bag of a
 * second node with our id is not of our log. */
static enum err is_cut_now(struct req *req, const struct act *a,
                           const struct exported_input *in, bool *is_out, struct fail *why)
{
    const struct leaving_step *drain = leaving_journal_find(&a->look.journal, LEAVING_DRAIN);
    enum err rc =
        leaving_step_store_cut(req->db, leaving_node(req->services->leaving),
                               drain == NULL ? 0 : drain->n, in->log_size, in->log_root, why);

    *is_out = rc == ERR_OK;
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static void exported(struct req *req)
{
    const struct exported_input *in = req->input;
    struct act *a = begin_act(req, LEAVING_ACT_EXPORTED);
    struct fail why = {.code = ERR_OK};
    struct span facts = SPAN_NONE;
    bool is_cut = false;
    enum err rc;

    if (a == NULL)
        return;
    rc = is_cut_now(req, a, in, &is_cut, &why);
    if (rc == ERR_OK && !is_cut) {
        leaving_refuse(req, LEAVING_OLD_BAG);
        return;
    }
    if (rc == ERR_OK)
        rc = jx_write_canonical(&exported_shape, in, req->arena, &facts, &why);
    finish(req, a, LEAVING_ACT_EXPORTED, rc, facts, &why);
}

const struct route leaving_act_routes[LEAVING_ACT_ROUTES_N] = {
    {
        .name = "leaving.drain",
        .method = HTTP_POST,
        .path = "/api/v1/leaving/drain",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .while_leaving = true,
        .summary_ja = "契約の終わりの作業を始める（新しい書き込みを止める）",
        .handle = drain,
    },
    {
        .name = "leaving.cancel",
        .method = HTTP_POST,
        .path = "/api/v1/leaving/cancel",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .while_leaving = true,
        .summary_ja = "契約の終わりの作業を取りやめ、元の運用にもどす",
        .handle = cancel,
    },
    {
        .name = "leaving.confirm",
        .method = HTTP_POST,
        .path = "/api/v1/leaving/confirmation",
        .listeners = LEAVING_LISTENERS,
        .roles = LEAVING_BOARD,
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .while_leaving = true,
        .input = &confirm_shape,
        .summary_ja = "消去の指示を確かめる（二人目）",
        .handle = confirm,
    },
    {
        .name = "leaving.exported",
        .method = HTTP_POST,
        .path = "/api/v1/admin/leaving/exported",
        .listeners = LISTENER_ADMIN,
        .roles = ROLE_BIT(ROLE_ANONYMOUS),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .while_leaving = true,
        .input = &exported_shape,
        .summary_ja = "返すデータを作り終えたと運用者が記録する",
        .handle = exported,
    },
};
