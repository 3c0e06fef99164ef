#include "federation/witness_rule.h"

#include <stddef.h>

static const struct jx_field hash_fields[] = {
    {.name = "hash",
     .type = JX_BYTES,
     .least = HASH256_BYTES,
     .most = HASH256_BYTES,
     .offset = offsetof(struct witness_hash, hash)},
};
static const struct jx_shape hash_shape =
    JX_SHAPE("WitnessHash", struct witness_hash, hash_fields);
static const struct jx_field body_fields[] = {
    {.name = "log_key",
     .type = JX_TEXT,
     .least = 1,
     .most = NOTE_KEY_TEXT_CAP,
     .offset = offsetof(struct witness_body, log_key)},
    {.name = "checkpoint",
     .type = JX_TEXT,
     .flags = JX_RAW_TEXT,
     .least = 1,
     .most = NOTE_CAP,
     .offset = offsetof(struct witness_body, checkpoint)},
    {.name = "from",
     .type = JX_INT,
     .most = JX_MAX_INT,
     .offset = offsetof(struct witness_body, from)},
    {.name = "proof",
     .type = JX_LIST,
     .most = MERKLE_PROOF_CAP,
     .shape = &hash_shape,
     .offset = offsetof(struct witness_body, proof)},
};
const struct jx_shape witness_body_shape =
    JX_SHAPE("WitnessOffer", struct witness_body, body_fields);
static const struct jx_field answer_fields[] = {
    {.name = "state",
     .type = JX_ENUM,
     .choices = WITNESS_STATES,
     .offset = offsetof(struct witness_answer, state)},
    {.name = "size",
     .type = JX_INT,
     .most = JX_MAX_INT,
     .offset = offsetof(struct witness_answer, size)},
    {.name = "line",
     .type = JX_TEXT,
     .flags = JX_OPTIONAL | JX_RAW_TEXT,
     .least = 1,
     .most = COSIGN_LINE_CAP,
     .offset = offsetof(struct witness_answer, line),
     .has_offset = offsetof(struct witness_answer, has_line)},
};
const struct jx_shape witness_answer_shape =
    JX_SHAPE("WitnessAnswer", struct witness_answer, answer_fields);

/* ---- at the witness ---- */

enum err witness_offer_open(const struct witness_body *body, struct witness_offer *offer_out,
                            struct fail *why)
{
    const struct witness_hash *hashes = body->proof.at;
    struct witness_offer *o = offer_out;
    enum err rc = note_key_parse(body->log_key, &o->key, why);

    if (rc == ERR_OK)
        rc = note_parse(body->checkpoint, &o->note, why);
    if (rc == ERR_OK && !span_eq(o->note.origin, span_text(o->key.name)))
        rc = fail_set(why, ERR_PROTO, "a checkpoint of another log than the key's");
    if (rc == ERR_OK && (o->note.size == 0 || (uint64_t)body->from > o->note.size))
        rc = fail_set(why, ERR_PROTO, "a proof from %lld", (long long)body->from);
    if (rc != ERR_OK)
        return rc;
    o->from = (uint64_t)body->from;
    o->proof.n = body->proof.n;
    for (size_t i = 0; i < o->proof.n; i++) /* the shape says how long each is */
        memcpy(o->proof.at[i].b, hashes[i].hash.p, HASH256_BYTES);
    return note_check(&o->note, &o->key, why);
}

enum witness_state witness_judge(const struct witness_known *known, struct span contract,
                                 const struct witness_offer *offer)
{
    char key[NOTE_KEY_TEXT_CAP];
    const struct note *note = &offer->note;

    if (known == NULL)
        return WITNESS_COSIGNED;
    note_key_text(&offer->key, key);
    if (!span_eq(known->log_key, span_text(key)))
        return span_eq(known->contract, contract) ? WITNESS_OTHER_KEY : WITNESS_COSIGNED;
    if (note->size < known->size)
        return WITNESS_SHRUNK;
    if (note->size == known->size)
        return hash256_eq(&note->root, &known->root) ? WITNESS_COSIGNED : WITNESS_FORKED;
    if (offer->from != known->size)
        return WITNESS_BEHIND;
    return merkle_is_consistent(known->size, &known->root, note->size, &note->root,
                                &offer->proof)
               ? WITNESS_COSIGNED
               : WITNESS_FORKED;
}

/* ---- at the node ---- */

enum err witness_answer_check(const struct witness_answer *answer, const struct cosign_by *by,
                              const struct note *note, int64_t *at_s_out, struct fail *why)
{
    bool is_good = answer->state == WITNESS_COSIGNED;

    *at_s_out = 0;
    if (is_good != answer->has_line || (is_good && (uint64_t)answer->size != note->size))
        return fail_set(why, ERR_PROTO, "an answer that does not hang together");
    return is_good ? cosign_check(answer->line, by, note->text, at_s_out, why) : ERR_OK;
}
