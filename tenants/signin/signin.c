#include "tenants/signin/signin.h"

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"

#define ANYWHERE "places it is not known from"
#define LANE_S   900 /* who failed within so long waits in the second lane */

static const char *const outcomes[] = {
    [SIGNIN_OK] = "ok",
    [SIGNIN_WRONG] = "wrong-sign-in",
    [SIGNIN_CODE_WRONG] = "wrong-code",
};

static void conclude(struct signin *s, enum signin_verdict verdict)
{
    s->verdict = verdict;
    s->outcome = outcomes[verdict];
}

/* -- shared with the second step and one's own page -- */

enum err signin_open_column(struct accounts *a, const struct signin_row *row,
                            const char *column, struct span sealed, struct arena *arena,
                            struct span *plain_out, struct fail *why)
{
    const struct seal_place place = {"account", column, row->id};

    return unseal(a->keyring, &place, sealed, arena, plain_out, why);
}

enum err signin_check_hash(struct accounts *a, const struct signin_row *row, const char *column,
                           struct span sealed, struct span typed, struct arena *arena,
                           struct fail *why)
{
    char phc[PASSWORD_HASH_CAP] = "";
    struct span hash;
    int64_t began_us;
    enum err rc = signin_open_column(a, row, column, sealed, arena, &hash, why);

    if (rc != ERR_OK)
        return rc;
    if (hash.len >= sizeof phc)
        return fail_set(why, ERR_INTERNAL, "a hash of %zu bytes", hash.len);
    memcpy(phc, hash.p, hash.len);
    began_us = clock_mono_us();
    rc = password_check(phc, typed, why);
    pace_note(a->pace, clock_mono_us() - began_us);
    return rc;
}

enum err signin_seal_hash(struct accounts *a, struct id account, const char *column,
                          struct span typed, struct arena *arena, struct span *sealed_out,
                          struct fail *why)
{
    const struct seal_place place = {"account", column, account};
    char phc[PASSWORD_HASH_CAP];
    struct id key;
    enum err rc = password_hash(typed, phc, why);

    if (rc == ERR_OK)
        rc = keyring_find_key(a->keyring, KEY_PERSON, account, NULL, &key, why);
    if (rc == ERR_OK)
        rc = seal(a->keyring, key, &place, span_text(phc), arena, sealed_out, why);
    return rc;
}

static int tries_cap(const struct accounts *a)
{
    return (int)settings_int(a->settings, &setting_tries_per_minute);
}

enum err signin_count_try(struct accounts *a, struct id account, struct span address,
                          struct fail *why)
{
    char place[PLACE_CAP];

    place_of(address, place);
    return throttle_try(a->throttle, span_of(account.b, sizeof account.b), span_text(place),
                        tries_cap(a), clock_mono_us(), why);
}

enum err signin_count_failure(struct tx *tx, struct accounts *a, const struct signin_row *row,
                              const uint8_t *place, int64_t now_utc_us, struct fail *why)
{
    int64_t minutes = settings_int(a->settings, &setting_lockout_minutes);
    const struct signin_failure failure = {
        .account = row->id,
        .place = place,
        .is_known_place = row->is_known_place,
        .n_cap = (int)settings_int(a->settings, &setting_lockout_tries),
        .now_utc_us = now_utc_us,
        .locked_until_utc_us = now_utc_us + minutes * 60 * 1000000,
    };

    return signin_store_failed(tx, &failure, why);
}

/* -- the writer's thread -- */

static enum err record(struct tx *tx, const struct signin *s, struct fail *why)
{
    const struct access_entry entry = {
        .id = s->opening.session.id,
        .at_utc_us = s->from.now_utc_us,
        .route = "session.open",
        .role = role_id(ROLE_ANONYMOUS),
        .address = s->from.address,
        .object = s->is_known ? s->row.id : ID_NONE,
        .person = s->is_known ? s->row.id : ID_NONE,
        .action = s->verdict == SIGNIN_OK ? "change" : "refused",
        .outcome = s->outcome,
    };

    return access_append(tx, &entry, why);
}

/* ERR_DENIED becomes a verdict: the code was used, or the account changed, a moment ago. */
static enum err open_session(struct tx *tx, struct signin *s, struct fail *why)
{
    const struct signin_success proof = {
        .row = &s->row,
        .now_utc_us = s->from.now_utc_us,
        .step = s->step,
        .passes_lock = s->row.is_known_place,
        .is_proof = true,
    };
    enum err rc = ERR_OK;

    if (!s->is_proof)
        rc = session_open_tx(tx, &s->opening, why);
    else /* a code proves once, whatever it is for */
        rc = signin_store_signed_in(tx, &proof, why);
    if (rc != ERR_DENIED)
        return rc;
    conclude(s, s->step >= 0 ? SIGNIN_CODE_WRONG : SIGNIN_WRONG);
    return signin_count_failure(tx, s->accounts, &s->row, s->place, s->from.now_utc_us, why);
}

/* May run twice: whatever it concluded the first time does not decide the second. */
static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct signin *s = arg;
    enum err rc = ERR_OK;

    if (s->is_right) {
        conclude(s, SIGNIN_OK);
        rc = open_session(tx, s, why);
    } else if (s->is_known) {
        rc = signin_count_failure(tx, s->accounts, &s->row, s->place, s->from.now_utc_us, why);
    }
    return rc == ERR_OK ? record(tx, s, why) : rc;
}

static void tell(void *arg)
{
    struct signin *s = arg;

    s->done(s);
}

static void end(struct signin *s, enum err rc)
{
    s->rc = rc;
    if (rc == ERR_OK && s->verdict == SIGNIN_OK) {
        tell(s);
        return;
    }
    digest_wipe(s->opening.token, sizeof s->opening.token);
    digest_wipe(s->opening.device, sizeof s->opening.device);
    pace_post(s->accounts->pace, s->refuse_at_mono_us, tell, s);
}

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    struct signin *s = arg;

    s->why = *why;
    end(s, rc);
}

/* -- the hashing thread -- */

static enum err check_code(struct signin *s)
{
    struct span secret;
    enum err rc;

    if (s->row.totp_secret_sealed.len == 0) {
        conclude(s, SIGNIN_CODE_WRONG);
        return ERR_OK;
    }
    rc = signin_open_column(s->accounts, &s->row, "totp_secret_sealed",
                            s->row.totp_secret_sealed, s->arena, &secret, &s->why);
    if (rc == ERR_OK)
        rc = totp_check(secret, s->code, s->from.now_utc_us, s->row.totp_last_step, &s->step,
                        &s->why);
    if (rc == ERR_DENIED) {
        conclude(s, SIGNIN_CODE_WRONG);
        return ERR_OK;
    }
    return rc;
}

/* The password was right: how far does that lead? */
static enum err grant(struct signin *s)
{
    struct session_opening *o = &s->opening;
    unsigned factors = session_factors(s->accounts, &s->row);
    enum err rc = ERR_OK;

    if (s->is_proof || (s->has_code && (factors & FACTOR_TOTP)))
        rc = check_code(s);
    if (rc != ERR_OK || s->verdict != SIGNIN_OK)
        return rc;
    o->row = &s->row;
    o->from = s->from;
    o->stage = session_stage_next(s->accounts, &s->row, s->step >= 0);
    o->old_session = s->old_session;
    o->old_ended_why = "signed-in-again";
    o->totp_step = s->step;
    if (o->stage == STAGE_FULL)
        rc =
            signin_open_column(s->accounts, &s->row, "display_name_sealed",
                               s->row.display_name_sealed, s->arena, &o->display_name, &s->why);
    return rc == ERR_OK ? session_opening_init(o, &s->why) : rc;
}

static enum err check(struct signin *s)
{
    const char *refusal;
    enum err rc = ERR_DENIED;

    conclude(s, SIGNIN_OK);
    if (s->is_known)
        rc = signin_check_hash(s->accounts, &s->row, "password_hash_sealed",
                               s->row.password_hash_sealed, s->password, s->arena, &s->why);
    if (rc == ERR_DENIED) {
        conclude(s, SIGNIN_WRONG);
        return ERR_OK;
    }
    if (rc != ERR_OK)
        return rc;
    refusal = session_refusal(s->accounts, &s->row, s->from.now_utc_us);
    if (refusal != NULL) {
        s->verdict = SIGNIN_WRONG;
        s->outcome = refusal;
        return ERR_OK;
    }
    rc = grant(s);
    s->is_right = rc == ERR_OK && s->verdict == SIGNIN_OK;
    return rc;
}

static void check_run(void *arg)
{
    struct signin *s = arg;
    struct accounts *a = s->accounts;
    const struct writer_op op = {write_run, write_done, s};
    int64_t ready_us = clock_mono_us() + (s->is_known ? 0 : pace_draw(a->pace));
    enum err rc = check(s);

    if (s->is_known)
        ready_us = clock_mono_us();
    if (s->refuse_at_mono_us < ready_us)
        s->refuse_at_mono_us = ready_us;
    s->refuse_at_mono_us += PACE_MARGIN_US;
    if (rc == ERR_OK && !s->is_right)
        throttle_note(a->failures, span_text(s->login_folded), span_text(s->place_text),
                      clock_mono_us());
    if (rc == ERR_OK)
        rc = writer_post(a->writer, &op, &s->why);
    if (rc != ERR_OK)
        end(s, rc);
}

/* -- the caller's thread -- */

static enum hash_lane lane_of(struct signin *s)
{
    bool has_failed = throttle_count(s->accounts->failures, span_text(s->login_folded),
                                     span_text(s->place_text), LANE_S, clock_mono_us()) > 0;

    return has_failed ? HASH_SECOND : HASH_FIRST;
}

static enum err count(struct signin *s, const char *place, struct fail *why)
{
    return throttle_try(s->accounts->throttle, span_text(s->login_folded), span_text(place),
                        tries_cap(s->accounts), clock_mono_us(), why);
}

/* What is no login at all goes on as one that nobody has, and counts as it was typed. */
static void fold_login(struct signin *s)
{
    size_t len = s->login.len;

    if (login_name_fold(s->login, s->login_folded, NULL) == ERR_OK)
        return;
    if (len > sizeof s->login_folded - 2)
        len = sizeof s->login_folded - 2;
    s->login_folded[0] = ' '; /* no folded login begins so */
    memcpy(s->login_folded + 1, s->login.p, len);
    s->login_folded[len + 1] = '\0';
}

enum err signin_start(struct signin *s, struct db *db, struct fail *why)
{
    struct accounts *a = s->accounts;
    uint8_t index[ACCOUNT_INDEX_BYTES];
    enum err rc;

    s->opening = (struct session_opening){.accounts = a, .session = {.id = id_new()}};
    s->step = -1;
    s->is_known = s->is_right = false;
    fold_login(s);
    place_of(s->from.address, s->place_text);
    rc = account_index(a, s->login_folded, index, why);
    if (rc == ERR_OK)
        rc = signin_place(a, s->from.address, s->place, why);
    if (rc == ERR_OK)
        rc = count(s, s->place_text, why);
    if (rc != ERR_OK)
        return rc;
    rc = signin_store_by_login(db, index, s->place, s->from.now_utc_us, s->arena, &s->row, why);
    s->is_known = rc == ERR_OK;
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    if (!s->is_known || !s->row.is_known_place)
        rc = count(s, ANYWHERE, why);
    else
        rc = ERR_OK;
    if (rc != ERR_OK)
        return rc;
    s->refuse_at_mono_us = pace_reserve(a->pace, span_text(s->place_text), clock_mono_us());
    return hasher_post_lane(a->hasher, lane_of(s), check_run, s, why);
}
