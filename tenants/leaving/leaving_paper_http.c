/* What the municipality hands in: its certificate, commitments to planted names, the receipt,
 * the order. Documents come as files of a JWS, as the town's own tool wrote them. */
#include <stddef.h>

#include "node/base/clock.h"
#include "node/db/settings.h"
#include "tenants/leaving/leaving_look.h"
#include "tenants/leaving/leaving_rows.h"

#define JOSE_TYPE       "application/jose+json"
#define CERTIFICATE_CAP 16384

/* ---- PUT /api/v1/leaving/town-key ---- */

struct key_input {
    struct id id;
    struct span certificate;
};
static const struct jx_field key_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct key_input, id),
     .title_ja = "決定のID"},
    {.name = "certificate",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .least = 1,
     .most = CERTIFICATE_CAP,
     .offset = offsetof(struct key_input, certificate),
     .title_ja = "自治体の証明書（PEM）"},
};
static const struct jx_shape key_shape =
    JX_SHAPE("LeavingTownKey", struct key_input, key_fields);

static void key_put(struct req *req)
{
    const struct key_input *in = req->input;
    struct leaving_move *move = req_alloc(req, sizeof *move);
    struct town_key_row *row = move == NULL ? NULL : req_alloc(req, sizeof *row);
    struct leaving_look *look = row == NULL ? NULL : req_alloc(req, sizeof *look);
    char *sha256 = look == NULL ? NULL : req_alloc(req, 65);
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (sha256 == NULL)
        return;
    req->object = in->id;
    rc = leaving_look_read(req, look, &why);
    if (rc == ERR_OK && leaving_certificate_check(in->certificate, sha256, &why) != ERR_OK)
        rc = fail_field(&why, ERR_INVALID, "/certificate", "no RSA certificate of 3072 bits");
    /* What was signed with the key before would no longer be checked against its own. */
    if (rc == ERR_OK && look->facts.state >= LEAVING_RECEIPTED) {
        leaving_refuse(req, LEAVING_WRONG_STATE);
        return;
    }
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    *row = (struct town_key_row){
        .id = in->id,
        .version = look->facts.has_town_key ? look->key.version + 1 : 1,
        .certificate = in->certificate,
        .sha256 = span_text(sha256),
        .decided_utc_us = req->now_utc_us,
        .decided_by = req->caller.account,
        .role = span_text(role_id(req->caller.role)),
    };
    *move = (struct leaving_move){.req = req, .look = look, .key = row};
    leaving_move_post(move);
}

/* ---- documents ---- */

struct hand_in {
    struct leaving_look look;
    struct leaving_move move;
    struct leaving_paper_row row;
    struct leaving_paper paper;
};

/* NULL: answered. */
static struct hand_in *begin(struct req *req)
{
    struct hand_in *h = req_alloc(req, sizeof *h);
    struct fail why = {.code = ERR_OK};

    if (h == NULL)
        return NULL;
    *h = (struct hand_in){.move = {.req = req}};
    if (leaving_look_read(req, &h->look, &why) != ERR_OK) {
        reply_fail(req, &why);
        return NULL;
    }
    h->move.look = &h->look;
    return h;
}

static enum leaving_code check_whose(const struct req *req, const struct hand_in *h)
{
    return id_eq(h->paper.node, leaving_node(req->services->leaving)) &&
                   id_eq(h->paper.contract, h->look.contract)
               ? LEAVING_OK
               : LEAVING_OTHER_NODE;
}

static void keep_paper(struct req *req, struct hand_in *h, enum leaving_paper_kind kind)
{
    h->row = (struct leaving_paper_row){
        .id = id_new(),
        .kind = kind,
        .node = h->paper.node,
        .bag = kind == LEAVING_PAPER_ORDER ? h->paper.bag : SPAN(""),
        .n_named = (int64_t)h->paper.n_named,
        .document = req->body,
        .at_utc_us = req->now_utc_us,
        .given_by = req->caller.account,
        .role = span_text(role_id(req->caller.role)),
    };
    req->object = h->row.id;
    h->move.paper = &h->row;
    leaving_move_post(&h->move);
}

static void end(struct req *req, enum err rc, enum leaving_code code, const struct fail *why)
{
    if (rc != ERR_OK)
        reply_fail(req, why);
    else
        leaving_refuse(req, code);
}

static void canaries_add(struct req *req)
{
    struct hand_in *h = begin(req);
    enum leaving_code code = LEAVING_OK;
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    if (h == NULL)
        return;
    if (!h->look.facts.has_town_key)
        code = LEAVING_NO_TOWN_KEY;
    else if (h->look.facts.state != LEAVING_ACTIVE) /* what was promised late proves nothing */
        code = LEAVING_WRONG_STATE;
    if (code == LEAVING_OK)
        rc = leaving_paper_canaries(req->body, h->look.key.certificate, req->arena, &h->paper,
                                    &code, &why);
    if (rc == ERR_OK && code == LEAVING_OK)
        code = check_whose(req, h);
    if (rc == ERR_OK && code == LEAVING_OK)
        keep_paper(req, h, LEAVING_PAPER_CANARIES);
    else
        end(req, rc, code, &why);
}

/* ---- POST /api/v1/leaving/receipt ---- */

static enum err write_receipt(struct req *req, struct hand_in *h, struct fail *why)
{
    int64_t days = settings_int(req->services->settings, &setting_leaving_grace_days);
    char until[CLOCK_TEXT_CAP];
    struct leaving_facts_pen pen;
    struct span facts;
    enum err rc = leaving_pen_open(&pen, why);

    if (rc == ERR_OK) {
        leaving_pen_text(&pen, "bag", h->paper.bag);
        leaving_pen_document(&pen, "receipt", req->body);
        leaving_pen_text(&pen, "town_key", h->look.key.sha256);
        rc = leaving_pen_close(&pen, req->arena, &facts, why);
    }
    if (rc == ERR_OK)
        rc = leaving_move_add(&h->move, LEAVING_RECEIPTED, LEAVING_BY_COMMISSIONER, facts, why);
    if (rc == ERR_OK)
        rc = leaving_pen_open(&pen, why);
    if (rc != ERR_OK)
        return rc;
    clock_utc_text(req->now_utc_us + days * DAY_US, until);
    leaving_pen_int(&pen, "days", days);
    leaving_pen_text(&pen, "until", span_text(until));
    rc = leaving_pen_close(&pen, req->arena, &facts, why);
    return rc == ERR_OK ? leaving_move_add(&h->move, LEAVING_GRACE, LEAVING_BY_NODE, facts, why)
                        : rc;
}

/* The town's tool found in the bag what was recorded of it when it was made. */
static bool is_same_bag(const struct hand_in *h)
{
    const struct leaving_step *step = leaving_journal_find(&h->look.journal, LEAVING_EXPORTED);
    const struct leaving_paper *paper = &h->paper;

    return step != NULL &&
           span_eq(leaving_fact_text(step->facts, "log_root"), paper->log_root) &&
           leaving_fact_int(step->facts, "log_size") == paper->log_size &&
           leaving_fact_int(step->facts, "n_files") == paper->n_files &&
           leaving_fact_int(step->facts, "n_bytes") == paper->n_bytes;
}

static void receipt_add(struct req *req)
{
    struct hand_in *h = begin(req);
    struct fail why = {.code = ERR_OK};
    enum leaving_code code;
    enum err rc = ERR_OK;

    if (h == NULL)
        return;
    code = leaving_judge(LEAVING_ACT_RECEIPT, leaving_actor_of(req), &h->look.facts);
    if (code == LEAVING_OK)
        rc = leaving_paper_receipt(req->body, h->look.key.certificate, req->arena, &h->paper,
                                   &code, &why);
    if (rc == ERR_OK && code == LEAVING_OK)
        code = check_whose(req, h);
    if (rc == ERR_OK && code == LEAVING_OK) {
        h->look.facts.named_bag = h->paper.bag;
        code = leaving_judge(LEAVING_ACT_RECEIPT, leaving_actor_of(req), &h->look.facts);
    }
    if (rc == ERR_OK && code == LEAVING_OK && !is_same_bag(h))
        code = LEAVING_OTHER_BAG;
    if (rc == ERR_OK && code == LEAVING_OK)
        rc = write_receipt(req, h, &why);
    if (rc == ERR_OK && code == LEAVING_OK)
        leaving_move_post(&h->move);
    else
        end(req, rc, code, &why);
}

/* ---- POST /api/v1/leaving/order: the first of two persons ---- */

static enum err check_opened(struct req *req, const struct hand_in *h, enum leaving_code *code,
                             struct fail *why)
{
    const struct leaving_look *look = &h->look;
    struct leaving_paper *lists = arena_alloc(req->arena, (look->n_lists + 1) * sizeof *lists);
    enum leaving_code list_code = LEAVING_OK;
    size_t n = 0;

    if (lists == NULL)
        return fail_set(why, ERR_NOMEM, "lists");
    for (size_t i = 0; i < look->n_lists; i++) {
        enum err rc = leaving_paper_canaries(look->lists[i].document, look->key.certificate,
                                             req->arena, &lists[n], &list_code, why);

        if (rc != ERR_OK)
            return rc;
        n += list_code == LEAVING_OK ? 1 : 0;
    }
    if (!leaving_paper_opens(&h->paper, lists, n))
        *code = LEAVING_UNKNOWN_CANARY;
    return ERR_OK;
}

static void order_add(struct req *req)
{
    struct hand_in *h = begin(req);
    struct fail why = {.code = ERR_OK};
    enum leaving_code code;
    enum err rc = ERR_OK;

    if (h == NULL)
        return;
    code = leaving_judge(LEAVING_ACT_UPLOAD, leaving_actor_of(req), &h->look.facts);
    if (code == LEAVING_OK)
        rc = leaving_paper_order(req->body, h->look.key.certificate, req->arena, &h->paper,
                                 &code, &why);
    if (rc == ERR_OK && code == LEAVING_OK)
        code = check_whose(req, h);
    if (rc == ERR_OK && code == LEAVING_OK) {
        h->look.facts.named_bag = h->paper.bag;
        code = leaving_judge(LEAVING_ACT_UPLOAD, leaving_actor_of(req), &h->look.facts);
    }
    if (rc == ERR_OK && code == LEAVING_OK)
        rc = check_opened(req, h, &code, &why);
    if (rc == ERR_OK && code == LEAVING_OK)
        keep_paper(req, h, LEAVING_PAPER_ORDER);
    else
        end(req, rc, code, &why);
}

const struct route leaving_paper_routes[LEAVING_PAPER_ROUTES_N] = {
    {
        .name = "leaving.town_key",
        .method = HTTP_PUT,
        .path = "/api/v1/leaving/town-key",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .while_leaving = true,
        .input = &key_shape,
        .summary_ja = "自治体の証明書を登録する",
        .handle = key_put,
    },
    {
        .name = "leaving.canaries",
        .method = HTTP_POST,
        .path = "/api/v1/leaving/canaries",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .while_leaving = true,
        .body_type = JOSE_TYPE,
        .body_cap_bytes = LEAVING_DOCUMENT_MOST,
        .summary_ja = "消えたことを確かめる目印の約束を出す",
        .handle = canaries_add,
    },
    {
        .name = "leaving.receipt",
        .method = HTTP_POST,
        .path = "/api/v1/leaving/receipt",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .while_leaving = true,
        .body_type = JOSE_TYPE,
        .body_cap_bytes = LEAVING_DOCUMENT_MOST,
        .summary_ja = "返すデータの受け取りの確認書を出す",
        .handle = receipt_add,
    },
    {
        .name = "leaving.order",
        .method = HTTP_POST,
        .path = "/api/v1/leaving/order",
        .listeners = LEAVING_LISTENERS,
        .roles = ROLE_BIT(ROLE_COMMISSIONER),
        .object = OBJECT_NONE,
        .audit = AUDIT_CHANGE,
        .must_go_on = true,
        .while_leaving = true,
        .body_type = JOSE_TYPE,
        .body_cap_bytes = LEAVING_DOCUMENT_MOST,
        .summary_ja = "消去の指示を出す（一人目）",
        .handle = order_add,
    },
};
