/* What nodes say to each other of a child who moves. Until the parcel itself, which is sealed
 * to the asker of one request, no body says more than an id, a day, a yes or a no. */
#include "federation/outbox.h"
#include "federation/tell_board.h"
#include "federation/transfer_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/place/place_http.h"
#include "tenants/people/day.h"

#define BYTES_FIELD(struct_, name_, least_, most_) \
    { \
        .name = #name_, .type = JX_BYTES, .least = (least_), .most = (most_), \
        .offset = offsetof(struct struct_, name_) \
    }
#define INT_FIELD(struct_, name_, least_, most_) \
    { \
        .name = #name_, .type = JX_INT, .least = (least_), .most = (most_), \
        .offset = offsetof(struct struct_, name_) \
    }

static const struct jx_field offer_fields[] = {
    PLACE_FIELD(JX_ID, transfer_offer_body, transfer, "転出入"),
    PLACE_FIELD(JX_TEXT, transfer_offer_body, on, "日"),
};
const struct jx_shape transfer_offer_shape =
    JX_SHAPE("TransferOffer", struct transfer_offer_body, offer_fields);
static const struct jx_field answer_fields[] = {
    PLACE_FIELD(JX_ID, transfer_answer_body, transfer, "転出入"),
    PLACE_CHOICE(transfer_answer_body, answer, TRANSFER_ANSWERS, "決定"),
};
const struct jx_shape transfer_answer_shape =
    JX_SHAPE("TransferAnswer", struct transfer_answer_body, answer_fields);
static const struct jx_field end_fields[] = {
    PLACE_FIELD(JX_ID, transfer_end_body, transfer, "転出入")};
const struct jx_shape transfer_end_shape =
    JX_SHAPE("TransferEnd", struct transfer_end_body, end_fields);
static const struct jx_field take_fields[] = {
    PLACE_FIELD(JX_ID, transfer_take_body, transfer, "転出入"),
    INT_FIELD(transfer_take_body, piece, 0, TRANSFER_PIECES_MOST - 1),
    INT_FIELD(transfer_take_body, seq, 1, JX_MAX_INT),
    BYTES_FIELD(transfer_take_body, point, HALF_POINT_BYTES, HALF_POINT_BYTES),
};
const struct jx_shape transfer_take_shape =
    JX_SHAPE("TransferTake", struct transfer_take_body, take_fields);
static const struct jx_field piece_fields[] = {
    INT_FIELD(transfer_piece, n_pieces, 1, TRANSFER_PIECES_MOST),
    BYTES_FIELD(transfer_piece, sha256, HASH256_BYTES, HASH256_BYTES),
    BYTES_FIELD(transfer_piece, from, HALF_POINT_BYTES, HALF_POINT_BYTES),
    BYTES_FIELD(transfer_piece, sealed, TRANSFER_BOX_OVERHEAD + 1,
                TRANSFER_BOX_OVERHEAD + TRANSFER_PIECE_BYTES),
};
const struct jx_shape transfer_piece_shape =
    JX_SHAPE("TransferPiece", struct transfer_piece, piece_fields);
static const struct jx_field receipt_fields[] = {
    PLACE_FIELD(JX_ID, transfer_receipt_body, transfer, "転出入"),
    BYTES_FIELD(transfer_receipt_body, sha256, HASH256_BYTES, HASH256_BYTES),
};
const struct jx_shape transfer_receipt_shape =
    JX_SHAPE("TransferReceipt", struct transfer_receipt_body, receipt_fields);

/* What all but take are answered: how it stands here. */
struct heard {
    int state;
};
static const struct jx_field heard_fields[] = {
    PLACE_CHOICE(heard, state, TRANSFER_STATES, "状態")};
static const struct jx_shape heard_shape =
    JX_SHAPE("TransferHeard", struct heard, heard_fields);

static enum err say(struct fed_req *req, const struct transfer_row *row, struct fail *why)
{
    const struct heard heard = {(int)row->state};

    return fed_say_json(req, 200, &heard, why);
}

static struct transfer_step step_of(const struct fed_req *req, const struct transfer_row *row,
                                    enum transfer_step_kind kind, const char *code)
{
    return (struct transfer_step){
        .id = id_new(),
        .at_utc_us = req->now_utc_us,
        .transfer = row->id,
        .kind = kind,
        .peer = row->peer,
        .person = row->person,
        .sha256 = row->sha256,
        .code = span_text(code),
        .role = SPAN("node"),
    };
}

/* A transfer with the sender, in that direction; of others there is none. */
static enum err find(struct tx *tx, struct fed_req *req, struct id transfer, bool is_out,
                     struct transfer_row *out, struct fail *why)
{
    enum err rc = transfer_store_find(tx, NULL, transfer, req->arena, out, why);

    if (rc == ERR_NOT_FOUND ||
        (rc == ERR_OK && (out->is_out != is_out || !id_eq(out->peer, req->peer->node))))
        return fed_refuse(req, FED_NOT_FOUND, why);
    return rc;
}

/* ---- POST /fed/v1/transfers/offer: at the receiver ---- */

static enum err offer_new(struct tx *tx, struct fed_req *req, struct transfer_row *row,
                          struct fail *why)
{
    const struct transfer_offer_body *in = req->input;
    struct transfer_step step;
    int64_t n_open = 0, n_day = 0;
    enum err rc =
        transfer_store_count(tx, req->peer->node, req->now_utc_us, &n_open, &n_day, why);

    if (rc == ERR_OK && n_open >= TRANSFER_OPEN_MOST)
        return fed_refuse(req, FED_TOO_LARGE, why);
    if (rc == ERR_OK && n_day >= TRANSFER_DAY_MOST) { /* an honest town says it again later */
        log_warn("transfer.flood", L_ID("peer", req->peer->node), L_INT("offers", n_day));
        return fed_refuse(req, FED_RATE, why);
    }
    *row = (struct transfer_row){
        .id = in->transfer,
        .peer = req->peer->node,
        .peer_name = req->peer->name_ja,
        .state = TRANSFER_OFFERED,
        .parts = SPAN(""),
        .on = in->on,
        .opened_utc_us = req->now_utc_us,
        .changed_utc_us = req->now_utc_us,
        .code = SPAN(""),
    };
    step = step_of(req, row, TRANSFER_DID_OFFER, "");
    if (rc == ERR_OK)
        rc = transfer_store_add(tx, row, why);
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    return rc == ERR_OK ? tell_board(tx, req->op, "transfers", req->now_utc_us, why) : rc;
}

static enum err offer_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct transfer_offer_body *in = req->input;
    struct transfer_row row;
    int64_t at;
    enum err rc;

    if (id_is_none(in->transfer) || !day_begin(in->on, &at))
        return fed_refuse(req, FED_BAD_JSON, why);
    rc = transfer_store_find(tx, NULL, in->transfer, req->arena, &row, why);
    if (rc == ERR_OK) /* that id once is that transfer for good */
        return !row.is_out && id_eq(row.peer, req->peer->node)
                   ? say(req, &row, why)
                   : fed_refuse(req, FED_OP_CONFLICT, why);
    if (rc == ERR_NOT_FOUND)
        rc = offer_new(tx, req, &row, why);
    return rc == ERR_OK ? say(req, &row, why) : rc;
}

/* At home: it cannot be brought there, for good. */
static enum err offer_settled(struct tx *tx, struct federation *f,
                              const struct fed_settled *settled, struct fail *why)
{
    bool is_told = settled->code == FED_OK && !settled->is_given_up;
    const char *code = settled->is_given_up ? "too-old" : fed_code_text(settled->code);
    struct transfer_row row;
    struct transfer_step step = {.id = id_new(),
                                 .at_utc_us = clock_utc_us(),
                                 .kind = TRANSFER_DID_REFUSE,
                                 .code = span_text(code),
                                 .role = SPAN("node")};
    enum err rc;

    (void)f;
    if (is_told)
        return ERR_OK;
    rc = transfer_store_find(tx, NULL, settled->op, tx_arena(tx), &row, why);
    if (rc != ERR_OK || row.state != TRANSFER_OFFERED || !row.is_out)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    row.code = span_text(code);
    step.transfer = row.id;
    step.peer = row.peer;
    step.person = row.person;
    step.sha256 = row.sha256;
    rc = transfer_move(tx, &row, TRANSFER_BOUNCE, step.at_utc_us, why);
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    return rc == ERR_OK ? tell_board(tx, step.id, "transfers", step.at_utc_us, why) : rc;
}

/* ---- POST /fed/v1/transfers/answer: at home ---- */

static enum err answer_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct transfer_answer_body *in = req->input;
    bool is_yes = in->answer == 0, is_late;
    struct transfer_row row;
    struct transfer_step step;
    enum transfer_state to;
    enum err rc = find(tx, req, in->transfer, true, &row, why);

    if (rc != ERR_OK)
        return rc;
    /* Withdrawn here meanwhile, or said before: it stands as it stands. */
    if (!transfer_follows(true, row.state, is_yes ? TRANSFER_ACCEPT : TRANSFER_DECLINE, &to))
        return row.state == TRANSFER_ASKED ? fed_refuse(req, FED_NOT_FOUND, why)
                                           : say(req, &row, why);
    is_late = row.state == TRANSFER_GIVEN; /* it says no, and has what was given */
    if (is_late)
        row.code = SPAN(TRANSFER_CODE_DECLINED_GIVEN);
    rc = transfer_move(tx, &row, is_yes ? TRANSFER_ACCEPT : TRANSFER_DECLINE, req->now_utc_us,
                       why);
    step = step_of(req, &row, TRANSFER_DID_HEAR,
                   is_late  ? TRANSFER_CODE_DECLINED_GIVEN
                   : is_yes ? "accepted"
                            : "declined");
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    if (rc == ERR_OK)
        rc = tell_board(tx, req->op, "transfers", req->now_utc_us, why);
    return rc == ERR_OK ? say(req, &row, why) : rc;
}

/* What was said after a transfer was over changes nothing of it, but is recorded with its
 * reason, once, and both boards read that the two towns see it differently: nothing of the
 * child is lost, and nobody takes it for being here alone. */
static enum err note_late(struct tx *tx, struct fed_req *req, struct transfer_row *row,
                          enum transfer_step_kind kind, const char *code, struct fail *why)
{
    const struct transfer_step step = step_of(req, row, kind, code);
    enum err rc = ERR_OK;

    if (span_eq(row->code, step.code))
        return say(req, row, why);
    row->code = step.code;
    row->changed_utc_us = req->now_utc_us;
    rc = transfer_store_change(tx, row, why);
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    if (rc == ERR_OK)
        rc = tell_board(tx, req->op, "transfers", req->now_utc_us, why);
    return rc == ERR_OK ? say(req, row, why) : rc;
}

/* ---- POST /fed/v1/transfers/end: at the receiver, home withdrew ---- */

static enum err end_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct transfer_end_body *in = req->input;
    struct transfer_row row;
    struct transfer_step step;
    enum transfer_state to;
    enum err rc = find(tx, req, in->transfer, false, &row, why);

    if (rc != ERR_OK)
        return rc;
    if (row.state == TRANSFER_DONE) /* the receipt crossed it */
        return note_late(tx, req, &row, TRANSFER_DID_HEAR, TRANSFER_CODE_HOME_ENDED, why);
    if (!transfer_follows(false, row.state, TRANSFER_CANCEL, &to))
        return say(req, &row, why);
    row.person = ID_NONE;
    rc = transfer_move(tx, &row, TRANSFER_CANCEL, req->now_utc_us, why);
    step = step_of(req, &row, TRANSFER_DID_HEAR, "cancelled");
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    if (rc == ERR_OK)
        rc = tell_board(tx, req->op, "transfers", req->now_utc_us, why);
    return rc == ERR_OK ? say(req, &row, why) : rc;
}

/* ---- POST /fed/v1/transfers/take: at home ---- */

/* FED_OK: the parcel may go there. */
static enum fed_code judge_take(const struct fed_req *req, const struct transfer_row *row)
{
    const struct transfer_take_body *in = req->input;

    if (row->state == TRANSFER_OFFERED)
        return FED_UNAVAILABLE; /* the answer is still on its way */
    if (row->state != TRANSFER_ACCEPTED && row->state != TRANSFER_GIVEN)
        return FED_NOT_FOUND;
    if (in->seq != registry_head(req->registry).seq)
        return FED_REGISTRY_STALE;
    return row->n_taken >= TRANSFER_TAKEN_MOST ? FED_RATE : FED_OK;
}

static enum err seal_piece(struct fed_req *req, const struct transfer_row *row,
                           struct span text, struct fail *why)
{
    const struct transfer_take_body *in = req->input;
    size_t at = (size_t)in->piece * TRANSFER_PIECE_BYTES;
    size_t left = at < text.len ? text.len - at : 0;
    uint8_t from[HALF_POINT_BYTES];
    struct transfer_bound bound = {
        .transfer = row->id,
        .home = req->federation->conf.node,
        .receiver = row->peer,
        .seq = in->seq,
        .piece = in->piece,
        .n_pieces = (int64_t)((text.len + TRANSFER_PIECE_BYTES - 1) / TRANSFER_PIECE_BYTES),
        .sha256 = hash256_of(text),
    };
    struct transfer_piece out = {.n_pieces = bound.n_pieces,
                                 .sha256 = hash256_span(&bound.sha256),
                                 .from = span_of(from, sizeof from)};
    enum err rc;

    if (left == 0)
        return fed_refuse(req, FED_BAD_JSON, why);
    if (left > TRANSFER_PIECE_BYTES)
        left = TRANSFER_PIECE_BYTES;
    rc = transfer_box_seal(&bound, in->point.p, span_of(text.p + at, left), req->arena, from,
                           &out.sealed, why);
    if (rc == ERR_INVALID)
        return fed_refuse(req, FED_BAD_JSON, why);
    return rc == ERR_OK ? fed_say_json(req, 200, &out, why) : rc;
}

static enum err take_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct transfer_take_body *in = req->input;
    struct transfer_row row;
    struct transfer_step step;
    struct span sealed, text;
    enum fed_code code;
    enum err rc = find(tx, req, in->transfer, true, &row, why);

    if (rc != ERR_OK)
        return rc;
    code = judge_take(req, &row);
    if (code != FED_OK)
        return fed_refuse(req, code, why);
    rc = transfer_parcel_find(tx, NULL, row.id, req->arena, &sealed, why);
    if (rc == ERR_OK)
        rc = transfer_open_parcel(req->services->keyring, row.id, sealed, req->arena, &text,
                                  why);
    if (rc == ERR_NOT_FOUND) /* the child's key is gone here, and so is what would be told */
        return fed_refuse(req, FED_NOT_FOUND, why);
    row.n_taken++;
    if (rc == ERR_OK)
        rc = transfer_move(tx, &row, TRANSFER_GIVE, req->now_utc_us, why);
    step = step_of(req, &row, TRANSFER_DID_GIVE, "");
    if (rc == ERR_OK && (row.n_taken == 1 || in->piece == 0)) /* whichever came first */
        rc = transfer_step_add(tx, &step, why);
    return rc == ERR_OK ? seal_piece(req, &row, text, why) : rc;
}

/* ---- POST /fed/v1/transfers/receipt: at home ---- */

static enum err receipt_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct transfer_receipt_body *in = req->input;
    struct transfer_row row;
    struct transfer_step step;
    enum err rc = find(tx, req, in->transfer, true, &row, why);

    if (rc != ERR_OK)
        return rc;
    if (!span_eq(row.sha256, in->sha256))
        return fed_refuse(req, FED_BAD_JSON, why);
    if (row.state == TRANSFER_DONE)
        return say(req, &row, why);
    if (transfer_is_over(row.state) && row.n_taken > 0)
        return note_late(tx, req, &row, TRANSFER_DID_RECEIPT, TRANSFER_CODE_LATE, why);
    if (row.state != TRANSFER_GIVEN)
        return fed_refuse(req, FED_NOT_FOUND, why);
    rc = transfer_move(tx, &row, TRANSFER_ARRIVE, req->now_utc_us, why);
    step = step_of(req, &row, TRANSFER_DID_RECEIPT, "");
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    if (rc == ERR_OK)
        rc = transfer_rest_post(tx, &row, why);
    if (rc == ERR_OK)
        rc = tell_board(tx, req->op, "transfers", req->now_utc_us, why);
    return rc == ERR_OK ? say(req, &row, why) : rc;
}

#define KIND .method = "POST", .body_most = JX_MAX_BYTES, .is_recorded = true

const struct fed_kind transfer_kinds[TRANSFER_KINDS_N] = {
    {.name = "transfer.offer",
     .path = "/fed/v1/transfers/offer",
     KIND,
     .keep = FED_KEEP_MONTH,
     .input = &transfer_offer_shape,
     .output = &heard_shape,
     .run = offer_run,
     .settled = offer_settled},
    {.name = "transfer.answer",
     .path = "/fed/v1/transfers/answer",
     KIND,
     .keep = FED_KEEP_MONTH,
     .input = &transfer_answer_shape,
     .output = &heard_shape,
     .run = answer_run},
    {.name = "transfer.end",
     .path = "/fed/v1/transfers/end",
     KIND,
     .keep = FED_KEEP_MONTH,
     .input = &transfer_end_shape,
     .output = &heard_shape,
     .run = end_run},
    {.name = "transfer.take",
     .path = "/fed/v1/transfers/take",
     KIND,
     .keep = FED_KEEP_HOUR,
     .input = &transfer_take_shape,
     .output = &transfer_piece_shape,
     .run = take_run},
    {.name = "transfer.receipt",
     .path = "/fed/v1/transfers/receipt",
     KIND,
     .keep = FED_KEEP_MONTH,
     .input = &transfer_receipt_shape,
     .output = &heard_shape,
     .run = receipt_run},
};
const struct fed_kind *const transfer_kind_offer = &transfer_kinds[0];
const struct fed_kind *const transfer_kind_answer = &transfer_kinds[1];
const struct fed_kind *const transfer_kind_end = &transfer_kinds[2];
const struct fed_kind *const transfer_kind_take = &transfer_kinds[3];
const struct fed_kind *const transfer_kind_receipt = &transfer_kinds[4];
