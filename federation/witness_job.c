/* At the node: the newest checkpoint goes to its witnesses, if the log grew. */
#include "federation/call.h"
#include "federation/witness_priv.h"
#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/jx_scalar.h"
#include "node/base/log.h"
#include "node/db/audit.h"
#include "node/db/audit_proof.h"

#define ASKS_MOST 2 /* of one witness: it may have seen another size than we remember */

struct round {
    struct job_call *call;
    struct federation *federation;
    struct registry *registry;
    char key[NOTE_KEY_TEXT_CAP];
    struct span text; /* the newest checkpoint */
    struct note note;
    bool has_proof; /* the one that was made last, from there */
    uint64_t from;
    struct merkle_proof proof;
    enum fed_code refusal; /* of the last answer; FED_OK: none */
};

/* What came of one witness. */
struct turn {
    struct witness_row row;
    bool has_cosignature;
    struct witness_cosignature cosignature;
    const struct round *round;
};

enum err witness_own_key(const struct services *services, char text_out[NOTE_KEY_TEXT_CAP],
                         struct fail *why)
{
    uint8_t public_key[NOTE_PUBLIC_BYTES];
    struct note_key key;
    enum err rc = keyring_public_key(services->keyring, AUDIT_KEY_NAME, public_key, why);

    if (rc == ERR_OK)
        rc = note_key_init(span_text(conf_text(services->conf, "node.origin")), public_key,
                           &key, why);
    if (rc == ERR_OK)
        note_key_text(&key, text_out);
    return rc;
}

/* ---- asking ---- */

static enum err write_body(struct round *r, uint64_t from, struct span *body_out,
                           struct fail *why)
{
    struct arena *arena = r->call->arena;
    struct witness_body body = {
        .log_key = span_text(r->key), .checkpoint = r->text, .from = (int64_t)from};
    struct witness_hash *hashes;
    enum err rc = ERR_OK;

    if (!r->has_proof || r->from != from) /* a proof reads the whole log: once for all */
        rc = audit_prove_consistency(r->call->db, from, r->note.size, &r->proof, why);
    r->has_proof = rc == ERR_OK;
    r->from = from;
    hashes = rc == ERR_OK ? arena_alloc(arena, (r->proof.n + 1) * sizeof *hashes) : NULL;
    if (hashes == NULL)
        return rc == ERR_OK ? fail_set(why, ERR_NOMEM, "a proof") : rc;
    for (size_t i = 0; i < r->proof.n; i++)
        hashes[i].hash = hash256_span(&r->proof.at[i]);
    body.proof = (struct jx_list){hashes, r->proof.n};
    return jx_write(&witness_body_shape, &body, arena, body_out, why);
}

static enum err ask(struct round *r, struct id witness, uint64_t from,
                    struct witness_answer *answer_out, struct fail *why)
{
    struct fed_ask ask = {.peer = witness, .kind = witness_kind};
    struct fed_said said;
    enum err rc = write_body(r, from, &ask.body, why);

    if (rc == ERR_OK)
        rc = fed_call(r->federation, &ask, r->call->arena, &said, why);
    r->refusal = rc == ERR_OK ? said.code : FED_OK;
    if (r->refusal != FED_OK)
        rc = fail_set(why, ERR_DENIED, "%s", fed_code_text(said.code));
    return rc == ERR_OK
               ? fed_said_read(&said, &witness_answer_shape, r->call->arena, answer_out, why)
               : rc;
}

/* By a key that the registry lists for that very node now. */
static enum err take_line(struct round *r, const struct witness_answer *answer, struct turn *t,
                          struct fail *why)
{
    const struct fed_member *member = NULL;
    const struct fed_key *key = NULL;
    struct span line = answer->line, name, base64;
    struct cosign_by by = {.name = SPAN("")};
    int64_t at_s;
    enum err rc;

    if (answer->has_line) {
        if (line.len == 0 || !note_line_read(span_cut(line, 0, line.len - 1), &name, &base64) ||
            registry_key_find(r->registry, name, clock_utc_us(), &member, &key) != FED_OK ||
            !id_eq(member->node, t->row.witness))
            return fail_set(why, ERR_DENIED, "a cosignature of somebody else");
        by.name = name;
        memcpy(by.public_key, key->ed25519, sizeof by.public_key);
    }
    rc = witness_answer_check(answer, &by, &r->note, &at_s, why);
    if (rc != ERR_OK || !answer->has_line)
        return rc;
    t->has_cosignature = true;
    t->cosignature = (struct witness_cosignature){
        .witness = t->row.witness,
        .at_utc_us = at_s * SECOND_US,
        .size = answer->size,
        .note = r->text,
        .line = line,
        .kid = name,
        .ed25519 = span_of(key->ed25519, sizeof key->ed25519),
    };
    return ERR_OK;
}

static bool may_ask_again(const struct witness_answer *answer, const struct note *note)
{
    return answer->state == WITNESS_BEHIND && answer->size >= 0 &&
           (uint64_t)answer->size <= note->size;
}

/* ERR_DENIED, ERR_PROTO: an answer that is none of ours to keep; why says what. */
static enum err ask_all(struct round *r, struct turn *t, struct witness_answer *answer,
                        struct fail *why)
{
    uint64_t from = (uint64_t)t->row.size <= r->note.size ? (uint64_t)t->row.size : 0;
    enum err rc = ERR_OK;

    *answer = (struct witness_answer){.state = WITNESS_BEHIND, .size = (int64_t)from};
    for (int i = 0; i < ASKS_MOST && rc == ERR_OK && may_ask_again(answer, &r->note); i++)
        rc = ask(r, t->row.witness, (uint64_t)answer->size, answer, why);
    return rc == ERR_OK ? take_line(r, answer, t, why) : rc;
}

/* ---- keeping ---- */

static bool is_refusal(struct span code)
{
    int state = jx_choice_find(WITNESS_STATES, code);

    return state == WITNESS_SHRUNK || state == WITNESS_FORKED || state == WITNESS_OTHER_KEY;
}

static enum err keep_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct turn *t = arg;
    const struct witness_step step = {
        .id = id_new(),
        .at_utc_us = t->row.code_utc_us,
        .kind = WITNESS_TOLD,
        .node = t->row.witness,
        .code = t->row.code,
        .size = (int64_t)t->round->note.size,
        .seen = t->row.told,
        .note = t->round->text,
    };
    struct witness_step last;
    enum err rc = witness_row_put(tx, &t->row, why);

    if (rc == ERR_OK && t->has_cosignature)
        rc = witness_cosignature_put(tx, &t->cosignature, why);
    if (rc != ERR_OK || !is_refusal(t->row.code))
        return rc;
    rc = witness_step_last(tx, step.node, WITNESS_TOLD, tx_arena(tx), &last, why);
    if (rc == ERR_OK && span_eq(last.code, step.code) &&
        step.at_utc_us - last.at_utc_us < DAY_US)
        return ERR_OK; /* on record once a day for each reason */
    return rc == ERR_OK || rc == ERR_NOT_FOUND ? witness_step_add(tx, &step, why) : rc;
}

static enum err settle(struct round *r, struct turn *t, enum err said,
                       const struct witness_answer *answer, const struct fail *trouble,
                       struct fail *why)
{
    struct span code = SPAN("");

    if (said != ERR_OK && r->refusal != FED_OK)
        code = span_text(fed_code_text(r->refusal));
    else if (said != ERR_OK)
        code = said == ERR_DENIED || said == ERR_PROTO ? SPAN("bad-answer") : SPAN("no-answer");
    else if (answer->state != WITNESS_COSIGNED)
        code = jx_choice_at(WITNESS_STATES, answer->state);
    t->row.log_key = span_text(r->key);
    t->row.code = code;
    t->row.tried = (int64_t)r->note.size;
    t->row.code_utc_us = code.len == 0 ? 0 : clock_utc_us();
    if (said == ERR_OK)
        t->row.told = answer->size;
    if (t->has_cosignature) {
        t->row.size = t->cosignature.size;
        t->row.at_utc_us = t->cosignature.at_utc_us;
    }
    if (is_refusal(code))
        log_error("witness.told", L_ID("by", t->row.witness), L_SPAN("code", code),
                  L_INT("size", r->note.size), L_INT("seen", answer->size));
    else if (said != ERR_OK)
        log_info("witness.no-answer", L_ID("by", t->row.witness), L_FAIL(trouble));
    return writer_wait(r->call->services->writer, keep_run, t, why);
}

/* ---- a round ---- */

/* Nothing is new: it cosigned this one, or said what it says of this one. */
static bool is_told(const struct witness_row *row, const struct note *note)
{
    return row->code.len == 0 ? (uint64_t)row->size == note->size
                              : is_refusal(row->code) && (uint64_t)row->tried == note->size;
}

static enum err turn_of(struct round *r, struct id witness, const struct witness_row *rows,
                        size_t n_rows, struct fail *why)
{
    struct turn t = {.row = {.witness = witness}, .round = r};
    struct witness_answer answer;
    struct fail trouble = {.code = ERR_OK};
    enum err said;

    for (size_t i = 0; i < n_rows; i++) {
        if (!id_eq(rows[i].witness, witness))
            continue;
        if (is_told(&rows[i], &r->note))
            return ERR_OK;
        t.row = rows[i];
    }
    said = ask_all(r, &t, &answer, &trouble);
    return settle(r, &t, said, &answer, &trouble, why);
}

static enum err run_round(struct round *r, struct fail *why)
{
    struct job_call *call = r->call;
    struct id witnesses[WITNESS_MOST];
    struct witness_row *rows = NULL;
    size_t n_rows = 0;
    uint64_t size;
    int n = witness_choose(r->registry, r->federation->conf.node, clock_utc_us(), witnesses);
    enum err rc;

    if (n == 0)
        return ERR_OK;
    if (witness_own_key(call->services, r->key, why) != ERR_OK)
        return ERR_OK; /* nothing was signed yet, or the keys are gone */
    rc = audit_last_note(call->db, call->arena, &r->text, &size, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc == ERR_OK)
        rc = note_parse(r->text, &r->note, why);
    if (rc == ERR_OK)
        rc = witness_row_list(call->db, span_text(r->key), call->arena, &rows, &n_rows, why);
    for (int i = 0; rc == ERR_OK && i < n; i++)
        rc = turn_of(r, witnesses[i], rows, n_rows, why);
    return rc;
}

static enum err run_witness(struct job_call *call, struct fail *why)
{
    struct federation *f = call->services->federation;
    struct registry *registry = f == NULL ? NULL : trust_now(f->trust);
    struct round *r;
    enum err rc = ERR_OK;

    if (registry == NULL || registry_member(registry, f->conf.node) == NULL)
        goto out;
    r = arena_alloc(call->arena, sizeof *r);
    if (r == NULL) {
        rc = fail_set(why, ERR_NOMEM, "a round");
        goto out;
    }
    memset(r, 0, sizeof *r);
    r->call = call;
    r->federation = f;
    r->registry = registry;
    rc = run_round(r, why);
out:
    registry_unref(&registry);
    return rc;
}

const struct job_kind witness_jobs[WITNESS_JOBS_N] = {
    {.name = "federation.witness",
     .run = run_witness,
     .n_tries_cap = 12,
     .lease_s = 600,
     .period_s = 300,
     .offset_s = 120,
     .at_start = true,
     .while_leaving = true},
};
