#include "tenants/signin/session_open.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "tenants/leaving/leaving.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/admission_rows.h"
#include "tenants/signin/place.h"
#include "tenants/tenants.h"

#define PLACE_KEY "blind.place"

struct signin_from signin_from_req(const struct req *req)
{
    return (struct signin_from){req->address, req->user_agent, req->listener, req->now_utc_us};
}

enum err signin_place(struct accounts *a, struct span address,
                      uint8_t place_out[PLACE_INDEX_BYTES], struct fail *why)
{
    char place[PLACE_CAP];

    place_of(address, place);
    return keyring_blind(a->keyring, PLACE_KEY, span_text(place), place_out, why);
}

unsigned session_factors(const struct accounts *a, const struct signin_row *row)
{
    const char *asked;

    if (row->role != ROLE_STUDENT)
        return (row->totp_secret_sealed.len > 0 ? FACTOR_TOTP : 0) |
               (row->has_passkey ? FACTOR_PASSKEY : 0);
    asked = (const char *)settings_text(a->settings, &setting_child_second_step).p;
    if (row->step == STEP_NONE || strcmp(asked, "off") == 0)
        return 0;
    /* What the child has set goes on being asked when the board prefers the other kind. */
    return row->step == STEP_PIN ? FACTOR_PIN : FACTOR_PICTURE;
}

unsigned session_must(const struct accounts *a, const struct signin_row *row)
{
    bool is_adult = row->role != ROLE_STUDENT;
    bool is_first = row->state == ACCOUNT_ISSUED && row->changed_utc_us == 0;
    bool is_forced = is_adult || settings_bool(a->settings, &setting_student_changes_first);
    unsigned must = row->must_change || (is_first && is_forced) ? MUST_PASSWORD : 0;

    if (is_adult && row->totp_secret_sealed.len == 0 && !row->has_passkey)
        must |= MUST_FACTOR;
    return must;
}

enum session_stage session_stage_next(const struct accounts *a, const struct signin_row *row,
                                      bool is_proven)
{
    if (!is_proven && session_factors(a, row) != 0)
        return STAGE_SECOND_FACTOR;
    return session_must(a, row) != 0 ? STAGE_ENROL : STAGE_FULL;
}

const char session_contract_ended_ja[] =
    "受託者の契約が終わったため、このIDは使えなくなりました。つづけて仕事をする人は、次の契約の"
    "受託者から教育委員会に申し出てもらってください。";

const char *session_refusal(const struct accounts *a, const struct signin_row *row,
                            int64_t now_utc_us)
{
    int64_t locked_until =
        row->is_known_place ? row->place_locked_until_utc_us : row->locked_until_utc_us;

    if (row->has_left)
        return SESSION_CONTRACT_ENDED;
    if (row->state != ACCOUNT_ACTIVE && row->state != ACCOUNT_ISSUED)
        return "not-active";
    if (row->ends_utc_us != 0 && now_utc_us >= row->ends_utc_us)
        return row->ends_with_contract ? SESSION_CONTRACT_ENDED : "ended";
    if (!row->takes_part && settings_bool(a->settings, &setting_cooperating_only))
        return "school-not-open";
    if (!leaving_admits_role(a->leaving, row->role))
        return "draining";
    if (row->first_until_utc_us != 0 && now_utc_us >= row->first_until_utc_us)
        return "first-password-ended";
    return locked_until > now_utc_us ? "locked-out" : NULL;
}

/* -- opening -- */

static int64_t term_us(const struct accounts *a, enum session_stage stage, int64_t now_utc_us)
{
    switch (stage) {
    case STAGE_FULL:
        return session_expiry(a, now_utc_us);
    case STAGE_SECOND_FACTOR:
        return now_utc_us + SECOND_FACTOR_MINUTES * MINUTE_US;
    case STAGE_ENROL:
        return now_utc_us + ENROL_MINUTES * MINUTE_US;
    }
    return now_utc_us;
}

enum err session_opening_init(struct session_opening *o, struct fail *why)
{
    const struct signin_row *row = o->row;

    device_facts(o->from.user_agent, o->facts);
    o->token_hash = session_token_make(o->token);
    session_token_make(o->device);
    o->session = (struct session_row){
        .id = id_is_none(o->session.id) ? id_new() : o->session.id,
        .account = row->id,
        .school = row->school,
        .role = row->role,
        .stage = o->stage,
        .listener = o->from.listener,
        .has_device = true,
        .device = device_hash(span_text(o->device), o->facts),
        .created_utc_us = o->from.now_utc_us,
        .last_seen_utc_us = o->from.now_utc_us,
        .expires_utc_us = term_us(o->accounts, o->stage, o->from.now_utc_us),
    };
    memcpy(o->session.facts, o->facts, sizeof o->facts);
    return signin_place(o->accounts, o->from.address, o->place, why);
}

static enum err leave_traces(struct tx *tx, const struct session_opening *o, struct fail *why)
{
    bool has_own = (session_must(o->accounts, o->row) & MUST_PASSWORD) == 0;
    const struct signin_success success = {
        .row = o->row,
        .place = o->place,
        .facts = o->facts,
        .now_utc_us = o->from.now_utc_us,
        .step = o->totp_step,
        .passes_lock = o->passes_lock || o->row->is_known_place,
        .burns_one_time = !has_own && o->row->first_until_utc_us != 0,
        .settles_first = has_own,
    };
    enum err rc = signin_store_signed_in(tx, &success, why);

    if (rc == ERR_OK && o->stage == STAGE_FULL && o->row->state == ACCOUNT_ISSUED)
        rc = account_step_activate(tx, o->row->id, o->row->role, o->from.now_utc_us, why);
    return rc;
}

static enum err read_notice(struct tx *tx, struct session_opening *o, struct fail *why)
{
    const struct signin_seen seen = {
        .account = o->row->id,
        .session = o->session.id,
        .facts = o->facts,
        .idle_us = session_idle_us(o->accounts->settings, o->row->role),
        .now_utc_us = o->from.now_utc_us,
    };

    return signin_store_notice(tx, &seen, &o->notice, why);
}

enum err session_open_tx(struct tx *tx, struct session_opening *o, struct fail *why)
{
    enum err rc = o->is_step ? session_store_is_open(tx, o->old_session, why) : ERR_OK;

    if (rc == ERR_OK)
        rc = o->stage == STAGE_SECOND_FACTOR ? signin_store_still(tx, o->row, why)
                                             : leave_traces(tx, o, why);
    if (rc == ERR_OK && !id_is_none(o->old_session))
        rc = session_store_end(tx, o->old_session, o->old_ended_why, o->from.now_utc_us, why);
    if (rc == ERR_OK)
        rc = session_store_add(tx, &o->session, &o->token_hash, why);
    return rc == ERR_OK && o->stage == STAGE_FULL ? read_notice(tx, o, why) : rc;
}

enum err session_rise_tx(struct tx *tx, struct session_opening *o, struct id account,
                         struct fail *why)
{
    struct signin_row *row = arena_alloc(tx_arena(tx), sizeof *row);
    enum err rc;

    if (row == NULL)
        return fail_set(why, ERR_NOMEM, "account");
    rc = signin_place(o->accounts, o->from.address, o->place, why);
    if (rc == ERR_OK)
        rc = signin_store_by_id(tx, NULL, account, o->place, o->from.now_utc_us, tx_arena(tx),
                                row, why);
    if (rc != ERR_OK)
        return rc;
    o->row = row;
    o->stage = session_stage_next(o->accounts, row, true);
    if (o->stage != STAGE_FULL)
        return ERR_OK;
    o->totp_step = -1;
    o->passes_lock = true;
    o->is_step = true;
    o->old_ended_why = "step-up";
    o->session.id = ID_NONE; /* a second run of the operation gets another */
    rc = session_opening_init(o, why);
    return rc == ERR_OK ? session_open_tx(tx, o, why) : rc;
}
