/* What nodes ask of each other about the half: the coordinator's side, and what becomes of a
 * deposit at the one who sent it. */
#include <openssl/crypto.h>

#include "federation/escrow_priv.h"
#include "federation/outbox.h"
#include "federation/tell_board.h"
#include "node/base/clock.h"
#include "node/base/log.h"

#define GENERATION_MOST INT64_C(0xffffffff)
#define BYTES_FIELD(struct_, name_, n) \
    { \
        .name = #name_, .type = JX_BYTES, .least = (n), .most = (n), \
        .offset = offsetof(struct struct_, name_) \
    }
#define GENERATION_FIELD(struct_) \
    { \
        .name = "generation", .type = JX_INT, .least = 1, .most = GENERATION_MOST, \
        .offset = offsetof(struct struct_, generation) \
    }

static const struct jx_field deposit_fields[] = {
    GENERATION_FIELD(escrow_deposit_body),
    BYTES_FIELD(escrow_deposit_body, boot_key, 32),
    BYTES_FIELD(escrow_deposit_body, box, HALF_BOX_BYTES),
    {.name = "until",
     .type = JX_TIME,
     .offset = offsetof(struct escrow_deposit_body, until_utc_us)},
};
const struct jx_shape escrow_deposit_shape =
    JX_SHAPE("EscrowDeposit", struct escrow_deposit_body, deposit_fields);
static const struct jx_field release_fields[] = {
    BYTES_FIELD(escrow_release_body, point, HALF_POINT_BYTES),
};
const struct jx_shape escrow_release_shape =
    JX_SHAPE("EscrowRelease", struct escrow_release_body, release_fields);
static const struct jx_field released_fields[] = {
    GENERATION_FIELD(escrow_released),
    BYTES_FIELD(escrow_released, from, HALF_POINT_BYTES),
    BYTES_FIELD(escrow_released, sealed, HALF_SEALED_BYTES),
};
const struct jx_shape escrow_released_shape =
    JX_SHAPE("EscrowReleased", struct escrow_released, released_fields);
static const struct jx_field revoke_fields[] = {
    {.name = "generation",
     .type = JX_INT,
     .most = GENERATION_MOST,
     .offset = offsetof(struct escrow_revoke_body, generation)},
};
const struct jx_shape escrow_revoke_shape =
    JX_SHAPE("EscrowRevoke", struct escrow_revoke_body, revoke_fields);

static const struct jx_field told_fields[] = {
    {.name = "op", .type = JX_ID, .offset = offsetof(struct escrow_told_body, op)},
    GENERATION_FIELD(escrow_told_body),
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct escrow_told_body, at_utc_us)},
};
static const struct jx_shape told_shape =
    JX_SHAPE("EscrowTold", struct escrow_told_body, told_fields);

/* What both of deposit and revoke are answered. */
struct held {
    int64_t until_utc_us;
};
static const struct jx_field held_fields[] = {
    {.name = "until", .type = JX_TIME, .offset = offsetof(struct held, until_utc_us)},
};
static const struct jx_shape held_shape = JX_SHAPE("EscrowHeld", struct held, held_fields);

static bool is_coordinator(const struct fed_req *req)
{
    const struct fed_member *self = registry_member(req->registry, req->federation->conf.node);

    return self != NULL && (self->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0;
}

static struct escrow_step step_of(const struct fed_req *req, enum escrow_step_kind kind)
{
    return (struct escrow_step){
        .id = id_new(),
        .at_utc_us = req->now_utc_us,
        .kind = (int)kind,
        .peer = req->peer->node,
        .op = req->op,
    };
}

/* ---- POST /fed/v1/escrow/deposit ---- */

static enum err deposit_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct escrow_deposit_body *in = req->input;
    int64_t contract_to = req->peer->contract_to_utc_us;
    struct escrow_step step = step_of(req, ESCROW_DEPOSIT);
    struct held held = {in->until_utc_us < contract_to ? in->until_utc_us : contract_to};
    char kid[FED_KID_CAP];
    struct escrow_deposit deposit = {
        .node = req->peer->node,
        .generation = in->generation,
        .boot_key = in->boot_key,
        .made_utc_us = req->now_utc_us,
        .until_utc_us = held.until_utc_us,
    };
    enum err rc;

    if (!is_coordinator(req))
        return fed_refuse(req, FED_ROLE_DENIED, why);
    escrow_kid(in->boot_key.p, kid);
    deposit.kid = span_text(kid);
    step.generation = in->generation;
    step.until_utc_us = held.until_utc_us;
    rc = escrow_deposit_put(tx, req->services->keyring, &deposit, in->box.p, why);
    if (rc == ERR_OK)
        rc = escrow_step_add(tx, &step, why);
    return rc == ERR_OK ? fed_say_json(req, 200, &held, why) : rc;
}

/* At the municipality: the prefecture has it, or said why not. */
static enum err deposit_settled(struct tx *tx, struct federation *f,
                                const struct fed_settled *settled, struct fail *why)
{
    bool is_held = settled->code == FED_OK && !settled->is_given_up;
    struct escrow_step last,
        step = {
            .id = id_new(),
            .at_utc_us = clock_utc_us(),
            .kind = is_held ? ESCROW_HOLD : ESCROW_REFUSED,
            .peer = settled->peer,
            .op = settled->op,
            .code = is_held                ? SPAN("")
                    : settled->is_given_up ? SPAN("too-old")
                                           : span_text(fed_code_text(settled->code)),
        };
    enum err rc = escrow_step_last(tx, NULL, tx_arena(tx), &last, why);

    (void)f;
    if (rc != ERR_OK)
        return rc;
    /* Given up or sent anew meanwhile: what is newer holds. */
    if (last.kind != ESCROW_SEND || !id_eq(last.op, settled->op))
        return ERR_OK;
    step.generation = last.generation;
    step.until_utc_us = last.until_utc_us;
    return escrow_step_add(tx, &step, why);
}

/* ---- POST /fed/v1/escrow/revoke ---- */

static enum err revoke_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct escrow_revoke_body *in = req->input;
    struct escrow_step step = step_of(req, ESCROW_REVOKE);
    struct escrow_deposit deposit;
    struct held held = {req->now_utc_us};
    enum err rc = escrow_deposit_find(tx, NULL, req->peer->node, req->arena, &deposit, why);

    if (rc == ERR_NOT_FOUND || (rc == ERR_OK && deposit.revoked_utc_us != 0))
        return fed_say_json(req, 200, &held, why); /* nothing is kept */
    step.generation = in->generation;
    step.code = SPAN("municipality");
    if (rc == ERR_OK)
        rc = escrow_deposit_revoke(tx, req->peer->node, "municipality", req->now_utc_us, why);
    if (rc == ERR_OK)
        rc = escrow_step_add(tx, &step, why);
    return rc == ERR_OK ? fed_say_json(req, 200, &held, why) : rc;
}

/* ---- POST /fed/v1/escrow/ended: the coordinator tells the municipality ---- */

static enum err ended_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    struct escrow_step last, step = step_of(req, ESCROW_REFUSED);
    struct held held = {req->now_utc_us};
    enum err rc = escrow_step_last(tx, NULL, req->arena, &last, why);

    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    if (rc == ERR_NOT_FOUND || last.kind == ESCROW_STOP || !id_eq(last.peer, req->peer->node))
        return fed_say_json(req, 200, &held, why); /* nothing of ours is there */
    step.generation = last.generation;
    step.until_utc_us = last.until_utc_us;
    step.code = span_text(fed_code_text(FED_ESCROW_REVOKED));
    rc = escrow_step_add(tx, &step, why);
    return rc == ERR_OK ? fed_say_json(req, 200, &held, why) : rc;
}

/* ---- POST /fed/v1/escrow/release ---- */

enum fed_code escrow_boot_key_find(void *arg, struct span kid, int64_t now_utc_us,
                                   const struct fed_member **member_out,
                                   const struct fed_key **key_out)
{
    struct fed_req *req = arg;
    struct db *db = fed_req_db(req);
    struct fed_key *key = arena_alloc(req->arena, sizeof *key);
    struct escrow_deposit deposit;
    const struct fed_member *member;
    enum err rc;

    if (db == NULL || key == NULL)
        return FED_UNAVAILABLE;
    rc = escrow_deposit_by_kid(db, kid, req->arena, &deposit, NULL);
    if (rc != ERR_OK)
        return rc == ERR_NOT_FOUND ? FED_UNKNOWN_KEY : FED_UNAVAILABLE;
    member = registry_member(req->registry, deposit.node);
    if (member == NULL)
        return FED_NOT_MEMBER;
    if (!fed_member_is_in_contract(member, now_utc_us))
        return FED_CONTRACT_ENDED;
    *key = (struct fed_key){.use = FED_KEY_ESCROW, .not_after_utc_us = deposit.until_utc_us};
    memcpy(key->kid, kid.p, kid.len);
    memcpy(key->ed25519, deposit.boot_key.p, sizeof key->ed25519);
    *member_out = member;
    *key_out = key;
    return FED_OK;
}

/* FED_OK: it may go back to the one who holds the key in `kid`. */
static enum fed_code judge(const struct fed_req *req, const struct escrow_deposit *deposit,
                           int64_t n_releases)
{
    if (!span_eq(deposit->kid, span_text(req->kid)))
        return FED_UNKNOWN_KEY; /* replaced since the gate looked */
    if (deposit->revoked_utc_us != 0)
        return FED_ESCROW_REVOKED;
    if (req->now_utc_us >= deposit->until_utc_us)
        return FED_CONTRACT_ENDED;
    return n_releases >= ESCROW_RELEASES_HOUR ? FED_RATE : FED_OK;
}

static enum err seal_it(struct fed_req *req, const struct escrow_deposit *deposit,
                        struct fail *why)
{
    const struct escrow_release_body *in = req->input;
    uint8_t box[HALF_BOX_BYTES], from[HALF_POINT_BYTES], sealed[HALF_SEALED_BYTES];
    const struct escrow_released out = {
        .generation = deposit->generation,
        .from = span_of(from, sizeof from),
        .sealed = span_of(sealed, sizeof sealed),
    };
    enum err rc = escrow_deposit_box(req->services->keyring, deposit, req->arena, box, why);

    if (rc == ERR_OK)
        rc = half_box_seal(req->peer->node, in->point.p, box, from, sealed, why);
    OPENSSL_cleanse(box, sizeof box);
    if (rc == ERR_INVALID)
        return fed_refuse(req, FED_BAD_JSON, why);
    return rc == ERR_OK ? fed_say_json(req, 200, &out, why) : rc;
}

/* The municipality hears of it by another way than the one who asked: whoever has its boot key
 * may have asked, and its board shall know. */
static enum err tell_given(struct tx *tx, struct fed_req *req, const struct escrow_step *step,
                           struct fail *why)
{
    const struct escrow_told_body body = {req->op, step->generation, step->at_utc_us};
    struct span bytes;
    enum err rc = jx_write(&told_shape, &body, tx_arena(tx), &bytes, why);

    return rc == ERR_OK ? outbox_put(tx, req->federation, step->peer, escrow_kind_told,
                                     id_new(), bytes, step->at_utc_us, why)
                        : rc;
}

static enum err release_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    struct escrow_step step = step_of(req, ESCROW_RELEASE);
    struct escrow_deposit deposit;
    int64_t n_releases = 0;
    enum fed_code code;
    enum err rc = escrow_deposit_find(tx, NULL, req->peer->node, req->arena, &deposit, why);

    if (rc == ERR_OK)
        rc = escrow_step_releases(tx, req->peer->node, req->now_utc_us - HOUR_US, &n_releases,
                                  why);
    if (rc != ERR_OK)
        return rc == ERR_NOT_FOUND ? fed_refuse(req, FED_NOT_FOUND, why) : rc;
    code = judge(req, &deposit, n_releases);
    if (code != FED_OK)
        return fed_refuse(req, code, why);
    step.generation = deposit.generation;
    step.until_utc_us = deposit.until_utc_us;
    rc = escrow_step_add(tx, &step, why);
    if (rc == ERR_OK)
        rc = tell_given(tx, req, &step, why);
    if (rc == ERR_OK)
        rc = seal_it(req, &deposit, why);
    if (rc == ERR_OK)
        log_warn("escrow.released", L_ID("node", req->peer->node), L_INT("n", n_releases + 1));
    return rc;
}

/* ---- POST /fed/v1/escrow/told: the coordinator tells the municipality ---- */

static enum err told_run(struct tx *tx, struct fed_req *req, struct fail *why)
{
    const struct escrow_told_body *in = req->input;
    struct escrow_step last, step = step_of(req, ESCROW_RELEASE);
    struct held held = {req->now_utc_us};
    bool is_known = true;
    enum err rc = escrow_step_last(tx, NULL, req->arena, &last, why);

    if (rc == ERR_OK && id_eq(last.peer, req->peer->node))
        rc = escrow_step_is_known(tx, in->op, &is_known, why);
    if (rc == ERR_NOT_FOUND)
        rc = ERR_OK; /* nothing of ours is there */
    if (rc != ERR_OK || is_known)
        return rc == ERR_OK ? fed_say_json(req, 200, &held, why) : rc;
    step.op = in->op;
    step.generation = in->generation;
    rc = escrow_step_add(tx, &step, why);
    if (rc == ERR_OK)
        rc = tell_board(tx, in->op, "federation", req->now_utc_us, why);
    if (rc == ERR_OK)
        log_error("escrow.given-unasked", L_ID("by", req->peer->node), L_ID("op", in->op),
                  L_TEXT("next", "ibasho key escrow revoke"));
    return rc == ERR_OK ? fed_say_json(req, 200, &held, why) : rc;
}

const struct fed_kind escrow_kinds[ESCROW_KINDS_N] = {
    {.name = "escrow.deposit",
     .method = "POST",
     .path = "/fed/v1/escrow/deposit",
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &escrow_deposit_shape,
     .output = &held_shape,
     .is_recorded = true,
     .run = deposit_run,
     .settled = deposit_settled},
    {.name = "escrow.release",
     .method = "POST",
     .path = "/fed/v1/escrow/release",
     .keep = FED_KEEP_HOUR,
     .body_most = JX_MAX_BYTES,
     .input = &escrow_release_shape,
     .output = &escrow_released_shape,
     .takes_stale = true,
     .is_recorded = true,
     .is_boot = true,
     .run = release_run},
    {.name = "escrow.revoke",
     .method = "POST",
     .path = "/fed/v1/escrow/revoke",
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &escrow_revoke_shape,
     .output = &held_shape,
     .is_recorded = true,
     .run = revoke_run},
    {.name = "escrow.ended",
     .method = "POST",
     .path = "/fed/v1/escrow/ended",
     .roles = FED_ROLE_BIT(FED_ROLE_COORDINATOR),
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &escrow_revoke_shape,
     .output = &held_shape,
     .is_recorded = true,
     .run = ended_run},
    {.name = "escrow.told",
     .method = "POST",
     .path = "/fed/v1/escrow/told",
     .roles = FED_ROLE_BIT(FED_ROLE_COORDINATOR),
     .keep = FED_KEEP_MONTH,
     .body_most = JX_MAX_BYTES,
     .input = &told_shape,
     .output = &held_shape,
     .is_recorded = true,
     .run = told_run},
};
const struct fed_kind *const escrow_kind_deposit = &escrow_kinds[0];
const struct fed_kind *const escrow_kind_release = &escrow_kinds[1];
const struct fed_kind *const escrow_kind_revoke = &escrow_kinds[2];
const struct fed_kind *const escrow_kind_ended = &escrow_kinds[3];
const struct fed_kind *const escrow_kind_told = &escrow_kinds[4];
