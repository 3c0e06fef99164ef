#include "federation/profile_gate.h"

#include "node/base/clock.h"

#define LIFE_US  (PROFILE_LIFE_S * SECOND_US)
#define AHEAD_US (FED_AHEAD_S * SECOND_US)

static enum fed_code find_key(const struct registry *registry, const char *kid,
                              int64_t now_utc_us, const struct fed_member **member_out,
                              const struct fed_key **key_out)
{
    const struct fed_member *member = NULL;
    const struct fed_key *key = NULL;
    enum fed_code code;

    if (registry == NULL)
        return FED_UNKNOWN_KEY;
    code = registry_key_find(registry, span_text(kid), now_utc_us, &member, &key);
    if (code == FED_OK) {
        *member_out = member;
        *key_out = key;
    }
    return code;
}

static enum fed_code check_place(const struct fed_gate *gate, const struct fed_message *message,
                                 const struct fed_claim *claim)
{
    if (!span_eq(message->authority, profile_authority(gate->authority)))
        return FED_WRONG_AUTHORITY;
    return id_eq(claim->dest, gate->self) ? FED_OK : FED_WRONG_DEST;
}

static enum fed_code check_time(const struct fed_gate *gate, const struct fed_claim *claim,
                                int64_t now_utc_us)
{
    if (claim->created_utc_us > now_utc_us + AHEAD_US ||
        now_utc_us - claim->created_utc_us > LIFE_US || now_utc_us > claim->expires_utc_us)
        return FED_BAD_TIME;
    return claim->created_utc_us - AHEAD_US < gate->open_utc_us ? FED_EARLY_BOOT : FED_OK;
}

/* From the signature on: what only the holder of a key of the registry reaches. */
static enum fed_code check_proof(const struct fed_gate *gate, const struct fed_message *message,
                                 unsigned roles_any, int64_t now_utc_us, struct fed_who *who)
{
    const struct fed_claim *claim = &who->claim;
    enum fed_code code = profile_verify(claim, who->key->ed25519);

    if (code != FED_OK)
        return code;
    who->is_proven = true;
    code = nonces_take(gate->nonces, span_text(claim->kid), claim->nonce, claim->created_utc_us,
                       now_utc_us);
    if (code == FED_OK)
        code = profile_check_digest(claim, message->body);
    if (code == FED_OK && roles_any != 0 && (who->member->roles & roles_any) == 0)
        code = FED_ROLE_DENIED;
    return code;
}

enum fed_code fed_gate_check(const struct fed_gate *gate, const struct fed_message *message,
                             unsigned roles_any, int64_t now_utc_us, struct fed_who *who_out)
{
    enum fed_code code;

    who_out->member = NULL;
    who_out->key = NULL;
    who_out->is_proven = who_out->has_claim = false;
    if (gate->body_most > 0 && message->body.len > gate->body_most)
        return FED_TOO_LARGE;
    code = profile_read(message, &who_out->claim);
    if (code != FED_OK)
        return code;
    who_out->has_claim = true;
    code = gate->find != NULL ? gate->find(gate->find_arg, span_text(who_out->claim.kid),
                                           now_utc_us, &who_out->member, &who_out->key)
                              : find_key(gate->registry, who_out->claim.kid, now_utc_us,
                                         &who_out->member, &who_out->key);
    if (code == FED_OK)
        code = check_place(gate, message, &who_out->claim);
    if (code == FED_OK)
        code = check_time(gate, &who_out->claim, now_utc_us);
    if (code == FED_OK)
        code = check_proof(gate, message, roles_any, now_utc_us, who_out);
    return code;
}

enum fed_code fed_answer_check(const struct registry *registry, struct id peer,
                               const struct fed_message *request,
                               const struct fed_answer *answer, int64_t now_utc_us)
{
    const struct fed_member *member = NULL;
    const struct fed_key *key = NULL;
    struct fed_answer_claim claim;
    enum fed_code code = profile_read_answer(request, answer, &claim);

    if (code == FED_OK)
        code = find_key(registry, claim.kid, now_utc_us, &member, &key);
    if (code != FED_OK)
        return code;
    if (!id_eq(member->node, peer))
        return FED_UNKNOWN_KEY;
    if (claim.created_utc_us > now_utc_us + LIFE_US ||
        now_utc_us - claim.created_utc_us > LIFE_US)
        return FED_BAD_TIME;
    return profile_check_answer(&claim, key->ed25519);
}
