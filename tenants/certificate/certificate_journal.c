/* The journal of a contract's end, read again from its signed lines. */
#include "tenants/certificate/certificate_priv.h"

#include "node/base/hex.h"

#define ACTOR_MOST 63
#define N_FIELDS   8

static const char *const step_ids[CERT_STEP_N] = {
    "active",         "drain",        "exported",       "receipted",       "grace",
    "ordered",        "peers_purged", "keys_destroyed", "cluster_removed", "volume_discarded",
    "backups_listed", "scanned",
};

const char *cert_step_id(enum certificate_step step)
{
    return step_ids[step];
}

struct line {
    struct span text; /* with its line feed */
    struct jws jws;
    struct span facts, actor;
    int64_t n, at_utc_us;
    uint8_t prev[HASH256_BYTES];
    struct id node, contract;
    enum certificate_step step;
};

static bool step_of(struct span value, struct arena *arena, enum certificate_step *out)
{
    struct span text;

    if (!canon_text(value, arena, &text))
        return false;
    for (int i = 0; i < CERT_STEP_N; i++)
        if (span_eq(text, span_text(step_ids[i]))) {
            *out = (enum certificate_step)i;
            return true;
        }
    return false;
}

static bool is_label(struct span text, size_t most)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] < 0x20 || text.p[i] == 0x7f)
            return false;
    return text.len > 0 && text.len <= most;
}

static enum err line_read(const struct jws_packed *packed, size_t n, struct arena *arena,
                          struct line *line, struct fail *why)
{
    struct span payload = packed->payload;
    enum err rc = jws_unpack(packed, arena, &line->text, why);

    if (rc == ERR_OK)
        rc = jws_read(line->text, arena, &line->jws, why);
    if (rc != ERR_OK)
        return rc;
    if (strcmp(line->jws.type, CERT_STEP_TYPE) != 0 || !canon_is(payload) ||
        canon_n_members(payload) != N_FIELDS)
        return fail_set(why, ERR_PROTO, "step %zu: not a step of a journal", n);
    line->facts = canon_member(payload, "facts");
    if (!canon_text(canon_member(payload, "actor"), arena, &line->actor) ||
        !is_label(line->actor, ACTOR_MOST) || !canon_is_object(line->facts) ||
        !canon_int(canon_member(payload, "n"), &line->n) ||
        !canon_time(canon_member(payload, "at"), &line->at_utc_us) ||
        !canon_hex(canon_member(payload, "prev"), line->prev, sizeof line->prev) ||
        !canon_id(canon_member(payload, "node"), &line->node) ||
        !canon_id(canon_member(payload, "contract"), &line->contract) ||
        !step_of(canon_member(payload, "step"), arena, &line->step))
        return fail_set(why, ERR_PROTO, "step %zu: a field is not what it must be", n);
    return ERR_OK;
}

static enum err check_signer(const struct certificate_facts *facts, const struct line *line,
                             bool is_ordered, size_t n, struct fail *why)
{
    struct jws_key *key = NULL;
    struct fail said = {.code = ERR_OK};
    enum err rc =
        jws_key_open_ed25519(is_ordered ? facts->erasure_key : facts->log_key, &key, &said);

    if (rc == ERR_OK)
        rc = jws_check_only(&line->jws, key, &said);
    jws_key_close(&key);
    return rc == ERR_OK ? rc : fail_set(why, rc, "step %zu: %s", n, said.text);
}

static bool may_follow(enum certificate_step from, enum certificate_step to)
{
    if (to == CERT_ACTIVE) /* cancelled */
        return from >= CERT_DRAIN && from <= CERT_GRACE;
    return (int)to == (int)from + 1;
}

struct walk {
    enum certificate_step now;
    uint8_t prev[HASH256_BYTES];
    int64_t last_utc_us;
    struct id contract; /* of this round: one that was cancelled may be of a contract before */
    bool has_key, is_ordered;
};

static enum err take_line(struct certificate_facts *facts, struct walk *walk,
                          const struct line *line, size_t n, struct fail *why)
{
    uint8_t key[32];
    struct hash256 hash;
    int64_t until_utc_us;

    if (line->n != (int64_t)n || line->at_utc_us < walk->last_utc_us ||
        memcmp(line->prev, walk->prev, sizeof walk->prev) != 0)
        return fail_set(why, ERR_PROTO, "step %zu does not follow the one before it", n);
    if (walk->now == CERT_ACTIVE)
        walk->contract = line->contract;
    if (!id_eq(line->node, facts->paper.node) || !id_eq(line->contract, walk->contract))
        return fail_set(why, ERR_PROTO, "step %zu: another node or contract", n);
    if (!may_follow(walk->now, line->step))
        return fail_set(why, ERR_PROTO, "step %zu: %s cannot follow %s", n,
                        step_ids[line->step], step_ids[walk->now]);
    if (line->step == CERT_ACTIVE)
        memset(facts->steps, 0, sizeof facts->steps);
    if (line->step == CERT_DRAIN &&
        (!canon_hex(canon_member(line->facts, "log_key"), key, sizeof key) ||
         memcmp(key, facts->log_key, sizeof key) != 0))
        return fail_set(why, ERR_PROTO, "step %zu: the log's key changed", n);
    if (line->step == CERT_ORDERED) {
        if (!canon_time(canon_member(facts->steps[CERT_GRACE].facts, "until"), &until_utc_us) ||
            line->at_utc_us < until_utc_us)
            return fail_set(why, ERR_PROTO, "step %zu: the grace is not over", n);
        walk->is_ordered = canon_hex(canon_member(line->facts, "erasure_key"),
                                     facts->erasure_key, sizeof facts->erasure_key);
        if (!walk->is_ordered)
            return fail_set(why, ERR_PROTO, "step %zu names no key of the erasure", n);
    }
    facts->steps[line->step] = (struct certificate_taken){
        .actor = line->actor, .facts = line->facts, .at_utc_us = line->at_utc_us};
    hash = hash256_of(line->text);
    memcpy(walk->prev, hash.b, sizeof walk->prev);
    walk->last_utc_us = line->at_utc_us;
    walk->now = line->step;
    return ERR_OK;
}

enum err cert_journal_read(struct certificate_facts *facts, struct arena *arena,
                           int64_t *last_utc_us, struct fail *why)
{
    const struct jws_packed *at = facts->paper.journal.at;
    struct walk walk = {.now = CERT_ACTIVE, .last_utc_us = INT64_MIN};

    for (size_t i = 0; i < facts->paper.journal.n; i++) {
        struct line line;
        enum err rc = line_read(&at[i], i + 1, arena, &line, why);

        if (rc == ERR_OK && !walk.has_key) {
            walk.has_key = canon_hex(canon_member(line.facts, "log_key"), facts->log_key,
                                     sizeof facts->log_key);
            if (!walk.has_key)
                rc = fail_set(why, ERR_PROTO, "step 1 names no key of the log");
        }
        if (rc == ERR_OK)
            rc = check_signer(facts, &line, walk.is_ordered, i + 1, why);
        if (rc == ERR_OK)
            rc = take_line(facts, &walk, &line, i + 1, why);
        if (rc != ERR_OK)
            return rc;
    }
    if (walk.now == CERT_SCANNED && !id_eq(walk.contract, facts->paper.contract))
        return fail_set(why, ERR_PROTO, "the journal is of another contract");
    if (walk.now != CERT_SCANNED)
        return fail_set(why, ERR_PROTO, "the journal ends with %s", step_ids[walk.now]);
    *last_utc_us = walk.last_utc_us;
    return ERR_OK;
}
