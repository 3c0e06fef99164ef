#include "federation/purge_receipt.h"

#include <stddef.h>
#include <stdio.h>

#include "federation/federation_priv.h"
#include "node/db/note.h"
#include "tenants/certificate/jws.h"

#define AHEAD_US MINUTE_US /* how far ahead of ours a peer's clock may be */

static const struct jx_field gone_fields[] = {
    {.name = "table",
     .type = JX_TEXT,
     .least = 1,
     .most = 63,
     .offset = offsetof(struct purge_gone, table)},
    {.name = "n", .type = JX_INT, .most = JX_MAX_INT, .offset = offsetof(struct purge_gone, n)},
};
static const struct jx_shape gone_shape = JX_SHAPE("PurgeGone", struct purge_gone, gone_fields);
static const struct jx_field series_fields[] = {
    {.name = "id", .type = JX_ID, .offset = offsetof(struct purge_series, series)},
};
static const struct jx_shape series_shape =
    JX_SHAPE("PurgeSeries", struct purge_series, series_fields);
static const struct jx_field hash_fields[] = {
    {.name = "hash",
     .type = JX_BYTES,
     .least = HASH256_BYTES,
     .most = HASH256_BYTES,
     .offset = offsetof(struct purge_hash, hash)},
};
static const struct jx_shape hash_shape = JX_SHAPE("PurgeHash", struct purge_hash, hash_fields);

#define FIELD(name_, type_, member) \
    { \
        .name = (name_), .type = (type_), .offset = offsetof(struct purge_receipt, member) \
    }
#define TEXT_FIELD(name_, flags_, most_, member) \
    { \
        .name = (name_), .type = JX_TEXT, .flags = (flags_), .least = 1, .most = (most_), \
        .offset = offsetof(struct purge_receipt, member) \
    }
#define LIST_FIELD(name_, most_, shape_, member) \
    { \
        .name = (name_), .type = JX_LIST, .most = (most_), .shape = (shape_), \
        .offset = offsetof(struct purge_receipt, member) \
    }
static const struct jx_field receipt_fields[] = {
    FIELD("from", JX_ID, from),
    FIELD("by", JX_ID, by),
    TEXT_FIELD("contract", 0u, FED_KID_CAP, contract),
    FIELD("ask", JX_ID, ask),
    FIELD("asked_at", JX_TIME, asked_utc_us),
    FIELD("cleared_at", JX_TIME, cleared_utc_us),
    FIELD("at", JX_TIME, at_utc_us),
    LIST_FIELD("rows", 64, &gone_shape, rows),
    LIST_FIELD("series", PURGE_SERIES_MOST, &series_shape, series),
    {.name = "keys",
     .type = JX_INT,
     .most = JX_MAX_INT,
     .offset = offsetof(struct purge_receipt, n_keys)},
    {.name = "box",
     .type = JX_ENUM,
     .choices = PURGE_BOXES,
     .offset = offsetof(struct purge_receipt, box)},
    {.name = "leaf",
     .type = JX_INT,
     .most = JX_MAX_INT,
     .offset = offsetof(struct purge_receipt, leaf)},
    {.name = "leaf_hash",
     .type = JX_BYTES,
     .least = HASH256_BYTES,
     .most = HASH256_BYTES,
     .offset = offsetof(struct purge_receipt, leaf_hash)},
    TEXT_FIELD("checkpoint", JX_RAW_TEXT, NOTE_CAP, checkpoint),
    TEXT_FIELD("log_key", 0u, NOTE_KEY_TEXT_CAP, log_key),
    LIST_FIELD("proof", MERKLE_PROOF_CAP, &hash_shape, proof),
};
const struct jx_shape purge_receipt_shape =
    JX_SHAPE("PurgeReceipt", struct purge_receipt, receipt_fields);

/* ---- signing ---- */

static enum err sign(void *arg, struct span bytes, uint8_t signature_out[JWS_SIGNATURE_CAP],
                     size_t *len_out, struct fail *why)
{
    const struct own_signer *own = arg;

    *len_out = PROFILE_SIGNATURE_BYTES;
    return own->signer.sign(own->signer.arg, bytes, signature_out, why);
}

/* The name a key has in a JWS. */
static enum err name_key(const struct fed_key *key, char kid_out[JWS_KID_CAP], struct fail *why)
{
    struct jws_key *public_key = NULL;
    enum err rc = jws_key_open_ed25519(key->ed25519, &public_key, why);

    if (rc == ERR_OK)
        snprintf(kid_out, JWS_KID_CAP, "%s", jws_key_kid(public_key));
    jws_key_close(&public_key);
    return rc;
}

enum err purge_receipt_sign(struct federation *f, const struct purge_receipt *receipt,
                            struct arena *arena, struct span *text_out, struct fail *why)
{
    struct registry *registry = trust_now(f->trust);
    const struct fed_member *member;
    const struct fed_key *key;
    struct own_signer own;
    struct jws_signer signer = {.alg = JWS_EDDSA, .arg = &own, .sign = sign};
    enum err rc = ERR_OK;

    if (registry == NULL || !own_signer_init(&own, f, receipt->at_utc_us) ||
        registry_key_at(registry, span_text(own.kid), receipt->at_utc_us, &member, &key) !=
            FED_OK)
        rc = fail_set(why, ERR_NOT_FOUND, "the registry lists no key of ours");
    if (rc == ERR_OK)
        rc = name_key(key, signer.kid, why);
    registry_unref(&registry);
    return rc == ERR_OK ? jws_write_shape(PURGE_TYPE, &purge_receipt_shape, receipt, &signer, 1,
                                          arena, text_out, why)
                        : rc;
}

/* ---- judging ---- */

/* ERR_OK: signed by that key, which was good at that instant and is not revoked now. */
static enum err check_key(const struct purge_want *want, const struct fed_key *key,
                          const struct jws *jws, struct fail *why)
{
    struct jws_key *public_key = NULL;
    enum err rc;

    if (key->use != FED_KEY_REQUEST || key->is_revoked ||
        want->now_utc_us < key->not_before_utc_us || want->now_utc_us >= key->not_after_utc_us)
        return fail_set(why, ERR_DENIED, "that key is not good now");
    rc = jws_key_open_ed25519(key->ed25519, &public_key, why);
    if (rc == ERR_OK)
        rc = jws_check_only(jws, public_key, why);
    jws_key_close(&public_key);
    return rc;
}

static enum err check_signer(const struct purge_want *want, const struct jws *jws,
                             struct fail *why)
{
    const struct fed_member *member = registry_member(want->registry, want->by);
    enum err rc = fail_set(why, ERR_DENIED, "no key of that node signed it");

    for (int i = 0; member != NULL && i < member->n_keys; i++) {
        rc = check_key(want, &member->keys[i], jws, why);
        if (rc != ERR_NOT_FOUND && rc != ERR_DENIED)
            return rc; /* it is his, or it could not be judged */
    }
    return rc == ERR_NOT_FOUND ? fail_set(why, ERR_DENIED, "no key of that node signed it")
                               : rc;
}

static enum err check_meaning(const struct purge_want *want, const struct purge_receipt *r,
                              struct fail *why)
{
    if (!id_eq(r->from, want->from) || !id_eq(r->by, want->by) || !id_eq(r->ask, want->ask))
        return fail_set(why, ERR_DENIED, "a receipt of something else");
    if (r->at_utc_us < want->begun_utc_us - AHEAD_US ||
        r->at_utc_us > want->now_utc_us + AHEAD_US || r->cleared_utc_us > r->at_utc_us)
        return fail_set(why, ERR_DENIED, "a receipt of another time");
    return ERR_OK;
}

static struct hash256 hash_at(struct span bytes)
{
    struct hash256 hash;

    memcpy(hash.b, bytes.p, sizeof hash.b); /* the shape says how many */
    return hash;
}

/* Is the leaf in the log, as the log's own key signed it? */
static enum err check_log(const struct purge_receipt *r, struct fail *why)
{
    const struct purge_hash *hashes = r->proof.at;
    struct hash256 leaf = hash_at(r->leaf_hash);
    struct merkle_proof proof = {.n = r->proof.n};
    struct note_key key;
    struct note note;
    enum err rc = note_parse(r->checkpoint, &note, why);

    if (rc == ERR_OK)
        rc = note_key_parse(r->log_key, &key, why);
    if (rc == ERR_OK)
        rc = note_check(&note, &key, why);
    if (rc != ERR_OK)
        return rc == ERR_DENIED ? fail_set(why, ERR_PROTO, "a checkpoint of another log") : rc;
    for (size_t i = 0; i < proof.n; i++)
        proof.at[i] = hash_at(hashes[i].hash);
    return (uint64_t)r->leaf < note.size &&
                   merkle_is_included(&leaf, (uint64_t)r->leaf, note.size, &proof, &note.root)
               ? ERR_OK
               : fail_set(why, ERR_PROTO, "its leaf is not under its checkpoint");
}

enum err purge_receipt_open(const struct purge_want *want, struct span text,
                            struct arena *arena, struct purge_receipt *out, struct fail *why)
{
    struct jws jws;
    enum err rc = text.len > PURGE_TEXT_MOST
                      ? fail_set(why, ERR_PROTO, "a receipt of %zu bytes", text.len)
                      : jws_read(text, arena, &jws, why);

    if (rc == ERR_OK)
        rc = check_signer(want, &jws, why);
    if (rc == ERR_OK)
        rc = jws_read_shape(&jws, PURGE_TYPE, &purge_receipt_shape, arena, out, why);
    if (rc == ERR_INVALID || rc == ERR_TOO_LARGE)
        rc = fail_set(why, ERR_PROTO, "no receipt of a purge");
    if (rc == ERR_OK)
        rc = check_meaning(want, out, why);
    return rc == ERR_OK ? check_log(out, why) : rc;
}
