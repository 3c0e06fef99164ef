/* The receiver's job: the parcel is asked for piece by piece, judged, and kept under the
 * child's key with the receipt owed to its home; or nothing is kept and the board hears why. */
#include <openssl/crypto.h>

#include "federation/call.h"
#include "federation/outbox.h"
#include "federation/tell_board.h"
#include "federation/transfer_pack.h"
#include "federation/transfer_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"

struct fetch {
    struct job_call *call;
    struct federation *federation;
    struct transfer_row *row;
    struct hash256 sha256;
    int64_t n_pieces;
    uint8_t *text; /* TRANSFER_PARCEL_MOST */
    size_t len;
    struct transfer_parcel parcel;
    struct span sealed; /* the whole, under the child's key */
    const char *code;   /* why it is not kept, for good; NULL: it is, or may be tried again */
};

static enum err miss(struct fetch *f, const char *code, struct fail *why)
{
    f->code = code;
    return fail_set(why, ERR_DENIED, "%s", code);
}

/* ---- asking ---- */

static enum err open_piece(struct fetch *f, const struct transfer_take_body *body,
                           const uint8_t secret[HALF_POINT_BYTES],
                           const struct transfer_piece *piece, struct fail *why)
{
    struct transfer_bound bound = {
        .transfer = f->row->id,
        .home = f->row->peer,
        .receiver = f->federation->conf.node,
        .seq = body->seq,
        .piece = body->piece,
        .n_pieces = piece->n_pieces,
    };
    struct span plain;
    enum err rc;

    memcpy(bound.sha256.b, piece->sha256.p, HASH256_BYTES);
    if (body->piece == 0) {
        f->sha256 = bound.sha256;
        f->n_pieces = piece->n_pieces;
    }
    if (!hash256_eq(&f->sha256, &bound.sha256) || f->n_pieces != piece->n_pieces)
        return miss(f, "altered", why);
    rc = transfer_box_open(&bound, secret, body->point.p, piece->from.p, piece->sealed,
                           f->call->arena, &plain, why);
    if (rc == ERR_PROTO)
        return miss(f, "altered", why);
    if (rc != ERR_OK)
        return rc;
    if (plain.len > TRANSFER_PARCEL_MOST - f->len)
        return miss(f, "altered", why);
    memcpy(f->text + f->len, plain.p, plain.len);
    f->len += plain.len;
    return ERR_OK;
}

static enum err ask_piece(struct fetch *f, int64_t n, const uint8_t secret[HALF_POINT_BYTES],
                          const uint8_t point[HALF_POINT_BYTES], struct fail *why)
{
    struct registry *registry = trust_now(f->federation->trust);
    const struct transfer_take_body body = {
        .transfer = f->row->id,
        .piece = n,
        .seq = registry == NULL ? 1 : registry_head(registry).seq,
        .point = span_of(point, HALF_POINT_BYTES),
    };
    struct fed_ask ask = {.peer = f->row->peer, .kind = transfer_kind_take, .op = id_new()};
    struct transfer_piece piece;
    struct fed_said said;
    enum err rc = jx_write(&transfer_take_shape, &body, f->call->arena, &ask.body, why);

    registry_unref(&registry);
    if (rc == ERR_OK)
        rc = fed_call(f->federation, &ask, f->call->arena, &said, why);
    if (rc == ERR_NOT_FOUND) /* no member under contract now */
        return miss(f, "not-member", why);
    if (rc != ERR_OK)
        return rc;
    if (said.code != FED_OK)
        return fed_code_is_passing(said.code)
                   ? fail_set(why, ERR_UNAVAILABLE, "%s", fed_code_text(said.code))
                   : miss(f, fed_code_text(said.code), why);
    rc = fed_said_read(&said, &transfer_piece_shape, f->call->arena, &piece, why);
    return rc == ERR_OK ? open_piece(f, &body, secret, &piece, why) : miss(f, "altered", why);
}

static enum err ask_all(struct fetch *f, struct fail *why)
{
    uint8_t secret[HALF_POINT_BYTES], point[HALF_POINT_BYTES];
    enum err rc = ERR_OK;

    f->text = arena_alloc(f->call->arena, TRANSFER_PARCEL_MOST);
    f->n_pieces = 1;
    if (f->text == NULL)
        return fail_set(why, ERR_NOMEM, "a parcel");
    for (int64_t n = 0; n < f->n_pieces && rc == ERR_OK; n++) {
        rc = half_box_pair(secret, point, why); /* a key for each request, then forgotten */
        if (rc == ERR_OK)
            rc = ask_piece(f, n, secret, point, why);
        OPENSSL_cleanse(secret, sizeof secret);
    }
    return rc;
}

/* ---- judging ---- */

static enum err judge(struct fetch *f, struct fail *why)
{
    struct span text = span_of(f->text, f->len);
    struct hash256 sha256 = hash256_of(text);
    bool is_child = false;
    enum err rc;

    if (!hash256_eq(&sha256, &f->sha256))
        return miss(f, "altered", why);
    rc = transfer_parcel_read(text, f->call->arena, &f->parcel, why);
    if (rc == ERR_PROTO)
        return miss(f, "bad-parcel", why);
    if (rc != ERR_OK)
        return rc;
    if (!id_eq(f->parcel.transfer, f->row->id) || !id_eq(f->parcel.home, f->row->peer) ||
        !id_eq(f->parcel.receiver, f->federation->conf.node))
        return miss(f, "bad-parcel", why);
    rc = transfer_is_child(f->call->services, f->call->db, &f->parcel, f->row->person,
                           f->call->arena, &is_child, why);
    if (rc == ERR_OK && !is_child)
        return miss(f, "other-child", why);
    if (rc == ERR_OK)
        rc = transfer_seal_parcel(f->call->services->keyring, f->row->id, f->row->person, text,
                                  f->call->arena, &f->sealed, why);
    return rc == ERR_NOT_FOUND ? miss(f, "person-gone", why) : rc;
}

/* ---- keeping ---- */

static struct transfer_step step_of(const struct transfer_row *row,
                                    enum transfer_step_kind kind, const char *code,
                                    int64_t now_utc_us)
{
    return (struct transfer_step){.id = id_new(),
                                  .at_utc_us = now_utc_us,
                                  .transfer = row->id,
                                  .kind = kind,
                                  .peer = row->peer,
                                  .person = row->person,
                                  .sha256 = row->sha256,
                                  .code = span_text(code),
                                  .role = SPAN("node")};
}

/* Decided meanwhile otherwise: nothing. */
static enum err find_taking(struct tx *tx, const struct fetch *f, struct transfer_row *row,
                            bool *is_out, struct fail *why)
{
    enum err rc = transfer_store_find(tx, NULL, f->row->id, tx_arena(tx), row, why);

    *is_out =
        rc == ERR_OK && row->state == TRANSFER_TAKING && id_eq(row->person, f->row->person);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static enum err keep_run(struct tx *tx, void *arg, struct fail *why)
{
    struct fetch *f = arg;
    int64_t now = clock_utc_us();
    struct transfer_receipt_body receipt = {f->row->id, hash256_span(&f->sha256)};
    struct transfer_step step;
    struct transfer_row row;
    bool is_taking;
    enum err rc = find_taking(tx, f, &row, &is_taking, why);

    if (rc != ERR_OK || !is_taking)
        return rc;
    row.sha256 = receipt.sha256;
    row.parts = f->parcel.parts;
    row.code = SPAN("");
    rc = transfer_move(tx, &row, TRANSFER_ARRIVE, now, why);
    if (rc == ERR_OK)
        rc = transfer_parcel_put(tx, row.id, row.person, now, f->sealed, why);
    step = step_of(&row, TRANSFER_DID_ARRIVE, "", now);
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    if (rc == ERR_OK)
        rc = transfer_owe(tx, f->federation, &row, transfer_kind_receipt, &receipt, now, why);
    return rc == ERR_OK ? tell_board(tx, step.id, "transfers", now, why) : rc;
}

static enum err miss_run(struct tx *tx, void *arg, struct fail *why)
{
    struct fetch *f = arg;
    int64_t now = clock_utc_us();
    struct transfer_step step;
    struct transfer_row row;
    bool is_taking;
    enum err rc = find_taking(tx, f, &row, &is_taking, why);

    if (rc != ERR_OK || !is_taking)
        return rc;
    step = step_of(&row, TRANSFER_DID_REFUSE, f->code, now);
    row.person = row.second = ID_NONE;
    row.code = span_text(f->code);
    rc = transfer_move(tx, &row, TRANSFER_MISS, now, why);
    if (rc == ERR_OK)
        rc = transfer_step_add(tx, &step, why);
    return rc == ERR_OK ? tell_board(tx, step.id, "transfers", now, why) : rc;
}

/* ---- the job ---- */

static enum err fetch_one(struct job_call *call, struct transfer_row *row, struct fail *why)
{
    struct fetch f = {.call = call, .federation = call->services->federation, .row = row};
    enum err rc = ask_all(&f, why);

    if (rc == ERR_OK)
        rc = judge(&f, why);
    if (rc == ERR_OK)
        rc = writer_wait(call->services->writer, keep_run, &f, why);
    if (f.code != NULL) {
        log_warn("transfer.missed", L_ID("transfer", row->id), L_TEXT("code", f.code));
        rc = writer_wait(call->services->writer, miss_run, &f, why);
    }
    if (f.text != NULL)
        OPENSSL_cleanse(f.text, TRANSFER_PARCEL_MOST);
    if (rc == ERR_OK)
        outbox_wake(f.federation);
    return rc;
}

static enum err run(struct job_call *call, struct fail *why)
{
    struct transfer_row *rows = NULL;
    struct fail first = {.code = ERR_OK};
    size_t n = 0;
    enum err rc, worst = ERR_OK;

    if (call->services->federation == NULL)
        return ERR_OK;
    arena_mark_secret(call->arena);
    rc = transfer_store_taking(call->db, call->arena, &rows, &n, why);
    if (rc != ERR_OK)
        return rc;
    for (size_t i = 0; i < n; i++) { /* one town that is away holds up no other's */
        rc = fetch_one(call, &rows[i], &first);
        if (rc != ERR_OK)
            worst = rc;
    }
    return worst == ERR_OK ? ERR_OK : fail_set(why, worst, "%s", first.text);
}

const struct job_kind transfer_jobs[TRANSFER_JOBS_N] = {
    {.name = "federation.transfer",
     .run = run,
     .n_tries_cap = 20,
     .lease_s = 900,
     .period_s = 3600,
     .offset_s = 2700,
     .at_start = true},
};
