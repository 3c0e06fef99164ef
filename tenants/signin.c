#include "tenants/signin.h"

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "tenants/login_name.h"
#include "tenants/tenants.h"
#include "tenants/totp.h"

#define DECOY_KEY "login.decoy"

static const char *const outcomes[] = {
    [SIGNIN_OK] = "ok",
    [SIGNIN_WRONG] = "wrong-sign-in",
    [SIGNIN_CODE_NEEDED] = "code-needed",
    [SIGNIN_CODE_WRONG] = "wrong-code",
};

static void conclude(struct signin *s, enum signin_verdict verdict)
{
    s->verdict = verdict;
    s->outcome = outcomes[verdict];
}

/* -- the writer's thread -- */

static enum err record(struct tx *tx, const struct signin *s, struct fail *why)
{
    bool is_refused = s->verdict == SIGNIN_WRONG || s->verdict == SIGNIN_CODE_WRONG;
    const struct access_entry entry = {
        .id = s->session.id,
        .at_utc_us = s->now_utc_us,
        .route = "session.open",
        .role = role_id(ROLE_ANONYMOUS),
        .address = s->address,
        .object = s->is_known ? s->row.id : ID_NONE,
        .person = s->is_known ? s->row.id : ID_NONE,
        .action = is_refused ? "refused" : "change",
        .outcome = s->outcome,
    };

    return access_append(tx, &entry, why);
}

static enum err open_session(struct tx *tx, struct signin *s, struct fail *why)
{
    enum err rc = account_store_signed_in(tx, s->row.id, s->now_utc_us, s->step, why);

    if (rc == ERR_DENIED) { /* the code was used, or the account closed, a moment ago */
        conclude(s, s->step >= 0 ? SIGNIN_CODE_WRONG : SIGNIN_WRONG);
        return ERR_OK;
    }
    if (rc == ERR_OK && !id_is_none(s->old_session))
        rc = session_store_close(tx, s->old_session, s->now_utc_us, why);
    return rc == ERR_OK ? session_store_add(tx, &s->session, &s->token_hash, why) : rc;
}

static enum err count_failure(struct tx *tx, const struct signin *s, struct fail *why)
{
    const struct settings *settings = s->accounts->settings;
    int64_t minutes = settings_int(settings, &setting_lockout_minutes);

    return account_store_failed(tx, s->row.id,
                                (int)settings_int(settings, &setting_lockout_tries),
                                s->now_utc_us, s->now_utc_us + minutes * 60 * 1000000, why);
}

/* May run twice: whatever it concluded the first time does not decide the second. */
static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct signin *s = arg;
    bool was_right = s->token[0] != '\0';
    enum err rc = ERR_OK;

    if (was_right) {
        conclude(s, SIGNIN_OK);
        rc = open_session(tx, s, why);
    } else if (s->verdict != SIGNIN_CODE_NEEDED) {
        rc = count_failure(tx, s, why);
    }
    return rc == ERR_OK ? record(tx, s, why) : rc;
}

static void end(struct signin *s, enum err rc)
{
    s->rc = rc;
    if (rc != ERR_OK || s->verdict != SIGNIN_OK)
        digest_wipe(s->token, sizeof s->token);
    s->done(s);
}

static void write_done(void *arg, enum err rc, const struct fail *why)
{
    struct signin *s = arg;

    s->why = *why;
    end(s, rc);
}

/* -- the hashing thread -- */

static enum err open_column(struct signin *s, const char *column, struct span sealed,
                            struct span *plain_out)
{
    const struct seal_place place = {"account", column, s->row.id};

    return unseal(s->accounts->keyring, &place, sealed, s->arena, plain_out, &s->why);
}

/* Whoever does not exist has a row like the others', so that as much is opened and hashed. */
static enum err make_decoy(struct signin *s)
{
    struct accounts *a = s->accounts;
    const struct seal_place place = {"account", "password_hash_sealed", a->decoy};
    struct id key;
    enum err rc = keyring_need_key(a->keyring, KEY_MAC, ID_NONE, DECOY_KEY, &key, &s->why);

    s->row =
        (struct account_row){.id = a->decoy, .state = ACCOUNT_ACTIVE, .totp_last_step = -1};
    if (rc != ERR_OK)
        return rc;
    return seal(a->keyring, key, &place, span_text(a->decoy_hash), s->arena,
                &s->row.password_hash_sealed, &s->why);
}

static enum err check_code(struct signin *s)
{
    struct span secret;
    enum err rc;

    if (s->row.totp_secret_sealed.len == 0)
        return ERR_OK;
    if (!s->has_code) {
        conclude(s, SIGNIN_CODE_NEEDED);
        return ERR_OK;
    }
    rc = open_column(s, "totp_secret_sealed", s->row.totp_secret_sealed, &secret);
    if (rc == ERR_OK)
        rc = totp_check(secret, s->code, s->now_utc_us, s->row.totp_last_step, &s->step,
                        &s->why);
    if (rc == ERR_DENIED) {
        conclude(s, SIGNIN_CODE_WRONG);
        rc = ERR_OK;
    }
    return rc;
}

static enum err grant(struct signin *s)
{
    enum err rc =
        open_column(s, "display_name_sealed", s->row.display_name_sealed, &s->display_name);

    s->session = (struct session_row){
        .id = s->session.id,
        .account = s->row.id,
        .school = s->row.school,
        .role = s->row.role,
        .created_utc_us = s->now_utc_us,
        .last_seen_utc_us = s->now_utc_us,
        .expires_utc_us = session_expiry(s->accounts, s->now_utc_us),
    };
    if (rc == ERR_OK)
        s->token_hash = session_token_make(s->token);
    return rc;
}

static enum err check(struct signin *s)
{
    char phc[PASSWORD_HASH_CAP] = "";
    struct span hash;
    enum err rc = s->is_known ? ERR_OK : make_decoy(s);

    if (rc == ERR_OK)
        rc = open_column(s, "password_hash_sealed", s->row.password_hash_sealed, &hash);
    if (rc != ERR_OK)
        return rc;
    if (hash.len >= sizeof phc)
        return fail_set(&s->why, ERR_INTERNAL, "a password hash of %zu bytes", hash.len);
    memcpy(phc, hash.p, hash.len);
    conclude(s, SIGNIN_OK);
    rc = password_check(phc, s->password, &s->why);
    if (rc == ERR_DENIED) {
        conclude(s, SIGNIN_WRONG);
        return ERR_OK;
    }
    if (rc == ERR_OK && s->row.state != ACCOUNT_ACTIVE) {
        s->verdict = SIGNIN_WRONG;
        s->outcome = "not-active";
        return ERR_OK;
    }
    if (rc == ERR_OK && s->row.locked_until_utc_us > s->now_utc_us) {
        s->verdict = SIGNIN_WRONG;
        s->outcome = "locked-out";
        return ERR_OK;
    }
    if (rc == ERR_OK)
        rc = check_code(s);
    return rc == ERR_OK && s->verdict == SIGNIN_OK ? grant(s) : rc;
}

static void check_run(void *arg)
{
    struct signin *s = arg;
    const struct writer_op op = {write_run, write_done, s};
    enum err rc = check(s);

    if (rc == ERR_OK)
        rc = writer_post(s->accounts->writer, &op, &s->why);
    if (rc != ERR_OK)
        end(s, rc);
}

/* -- the caller's thread -- */

enum err signin_start(struct signin *s, struct db *db, struct fail *why)
{
    struct accounts *a = s->accounts;
    uint8_t index[ACCOUNT_INDEX_BYTES];
    char login[LOGIN_NAME_CAP] = "";
    struct span who = s->login;
    enum err rc;

    s->session.id = id_new();
    s->step = -1;
    s->token[0] = '\0';
    /* What is no login at all goes on as one that nobody has, and counts as it was typed. */
    if (login_name_fold(s->login, login, NULL) == ERR_OK)
        who = span_text(login);
    rc = account_index(a, login, index, why);
    if (rc == ERR_OK)
        rc = throttle_try(a->throttle, who, s->address,
                          (int)settings_int(a->settings, &setting_tries_per_minute),
                          clock_mono_us(), why);
    if (rc != ERR_OK)
        return rc;
    rc = account_store_by_login(db, index, s->arena, &s->row, why);
    s->is_known = rc == ERR_OK;
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    return hasher_post(a->hasher, check_run, s, why);
}
