#include "tenants/signin/session.h"

#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/log.h"
#include "node/db/digest.h"
#include "tenants/people/account_priv.h"
#include "tenants/people/admission_rows.h"
#include "tenants/rights/rights.h"
#include "tenants/signin/session_store.h"
#include "tenants/tenants.h"

#define TOKEN_BYTES (SESSION_TOKEN_CHARS / 2)

const char *session_cookie_name(bool is_https)
{
    return is_https ? "__Host-ibasho" : "ibasho_session";
}

const char *session_device_cookie_name(bool is_https)
{
    return is_https ? "__Host-ibasho-device" : "ibasho_device";
}

struct hash256 session_token_make(char token_out[SESSION_TOKEN_CHARS + 1])
{
    uint8_t bytes[TOKEN_BYTES];

    digest_random(bytes, sizeof bytes);
    *hex_write(bytes, TOKEN_BYTES, token_out) = '\0';
    digest_wipe(bytes, sizeof bytes);
    return hash256_of(span_of(token_out, SESSION_TOKEN_CHARS));
}

static int64_t absolute_us(const struct accounts *a)
{
    return settings_int(a->settings, &setting_absolute_hours) * 60 * MINUTE_US;
}

int64_t session_expiry(const struct accounts *a, int64_t now_utc_us)
{
    return now_utc_us + absolute_us(a);
}

int64_t session_idle_us(const struct settings *settings, enum role role)
{
    return settings_int(settings, role == ROLE_STUDENT ? &setting_idle_minutes_student
                                                       : &setting_idle_minutes_adult) *
           MINUTE_US;
}

/* A setting made shorter holds for sessions that are open already. */
static bool has_ended(const struct accounts *a, const struct session_row *row,
                      int64_t now_utc_us)
{
    return now_utc_us >= row->expires_utc_us ||
           (!row->takes_part && settings_bool(a->settings, &setting_cooperating_only)) ||
           (row->account_ends_utc_us != 0 && now_utc_us >= row->account_ends_utc_us) ||
           now_utc_us >= row->created_utc_us + absolute_us(a) ||
           now_utc_us >= row->last_seen_utc_us + session_idle_us(a->settings, row->role);
}

/* The browser and the door it was opened at, and no other. */
static bool is_at_home(const struct accounts *a, const struct session_row *row,
                       const struct session_ask *ask)
{
    char facts[DEVICE_FACTS_CAP];
    struct hash256 device;

    if ((row->listener == LISTENER_OFFICE) != (ask->listener == LISTENER_OFFICE))
        return false;
    if (!settings_bool(a->settings, &setting_device_binding))
        return true;
    device_facts(ask->user_agent, facts);
    device = device_hash(ask->device, facts);
    return row->has_device && hash256_eq(&device, &row->device);
}

struct seen {
    struct id session;
    int64_t now_utc_us;
};

static enum err seen_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct seen *seen = arg;

    return session_store_seen(tx, seen->session, seen->now_utc_us, why);
}

static void seen_done(void *arg, enum err rc, const struct fail *why)
{
    if (rc != ERR_OK)
        log_warn("session.not_noted", L_FAIL(why));
    free(arg);
}

/* Lost when the writer is busy: the next request of the session notes it. */
static void note_seen(struct accounts *a, struct id session, int64_t now_utc_us)
{
    struct seen *seen = malloc(sizeof *seen);
    const struct writer_op op = {seen_run, seen_done, seen};

    if (seen == NULL)
        return;
    *seen = (struct seen){session, now_utc_us};
    if (writer_post(a->writer, &op, NULL) != ERR_OK)
        free(seen);
}

enum err session_find(struct accounts *a, struct db *db, const struct session_ask *ask,
                      struct caller *caller_out, struct fail *why)
{
    struct session_row row;
    struct hash256 token;
    unsigned duties = 0;
    enum err rc;

    if (ask->cookie.len != SESSION_TOKEN_CHARS)
        return fail_set(why, ERR_NOT_FOUND, "no session token");
    token = hash256_of(ask->cookie);
    rc = session_store_find(db, &token, &row, why);
    if (rc != ERR_OK)
        return rc;
    if (has_ended(a, &row, ask->now_utc_us))
        return fail_set(why, ERR_NOT_FOUND, "the session has ended");
    if (!is_at_home(a, &row, ask))
        return fail_set(why, ERR_NOT_FOUND, "another device or listener");
    rc = rights_duties(a->rights, db, row.account, row.role, ask->now_utc_us, &duties, why);
    if (rc != ERR_OK)
        return rc;
    if (ask->now_utc_us - row.last_seen_utc_us >= MINUTE_US)
        note_seen(a, row.id, ask->now_utc_us);
    *caller_out = (struct caller){
        .role = row.role,
        .stage = row.stage,
        .account = row.account,
        .session = row.id,
        .school = row.school,
        .duties = duties,
    };
    return ERR_OK;
}
