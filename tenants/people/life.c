#include "tenants/people/life.h"

#include <stddef.h>
#include <stdio.h>

#include "node/base/jx.h"
#include "node/db/seal.h"
#include "node/io/live.h"
#include "tenants/tenants.h"

const struct setting setting_consent_before_issue = {
    .name = "registration.consent_before_issue",
    .type = SETTING_BOOL,
    .initial = "false",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "HI-3.3-2",
    .unit = "",
    .title_ja = "同意の記録があるまで児童生徒のIDを発行しない",
    .title_en = "No ID for a student before consent is recorded",
    .help_ja = "「はい」にすると、登録の記録に同意の日がない児童生徒のIDは発行できません。",
};
const struct setting setting_first_password_days = {
    .name = "login.first_password_days",
    .type = SETTING_INT,
    .least = 1,
    .most = 180,
    .unit = "日",
    .initial = "60",
    .roles = LIFE_BOARD,
    .requirement = "AI-4.3-カ",
    .title_ja = "はじめのパスワードが使える日数",
    .title_en = "Days a first password may be used",
    .help_ja = "ID票のはじめのパスワードは、発行からこの日数のうちに一度使ってください。すぎた"
               "ときは、新しく出し直します。",
};

const struct setting setting_requests_day = {
    .name = "people.requests_day",
    .type = SETTING_INT,
    .least = 1,
    .most = 5000,
    .unit = "件",
    .initial = "200",
    .roles = ROLE_BIT(ROLE_COMMISSIONER),
    .requirement = "AI-4.3-カ",
    .title_ja = "学校の職員一人が24時間に申請できるIDの数",
    .title_en = "IDs one of the school staff may ask for in 24 hours",
    .help_ja = "これより多い申請は、次の日まで受けつけません。",
};

const struct setting *const life_settings[LIFE_SETTINGS_N] = {
    &setting_consent_before_issue, &setting_first_password_days, &setting_requests_day};

bool life_may_hand_out(enum role caller, enum role of)
{
    switch (of) {
    case ROLE_STUDENT:
    case ROLE_GUARDIAN:
    case ROLE_SUPPORTER:
    case ROLE_INSTRUCTOR:
    case ROLE_GUEST_TEACHER:
    case ROLE_CONTRACTOR:
        return true;
    case ROLE_SCHOOL_STAFF:
    case ROLE_COMMISSIONER:
    case ROLE_AUDITOR:
    case ROLE_DATA_HOLDER:
    case ROLE_ANALYST:
    case ROLE_COORDINATOR:
        return caller == ROLE_COMMISSIONER;
    case ROLE_ANONYMOUS:
    case ROLE_N:
        return false;
    }
    return false;
}

void life_refuse(struct req *req, const struct life_refusal *refusal, const struct fail *why)
{
    if (why->code == ERR_CONFLICT && refusal->code != NULL)
        reply_problem(req, 409, refusal->code, refusal->title_ja);
    else
        reply_fail(req, why);
}

enum err life_say_no(struct life_refusal *refusal, const char *code, const char *title_ja,
                     struct fail *why)
{
    if (title_ja == NULL)
        return fail_set(why, ERR_NOMEM, "a sentence");
    *refusal = (struct life_refusal){code, title_ja};
    return fail_set(why, ERR_CONFLICT, "%s", code);
}

enum err life_ids_read(const struct jx_texts *texts, struct arena *arena, struct id **ids_out,
                       struct fail *why)
{
    struct id *ids;

    if (texts->n == 0 || texts->n > LIFE_IDS_MOST)
        return fail_field(why, ERR_INVALID, "/ids", "1 to %d ids", LIFE_IDS_MOST);
    ids = arena_alloc(arena, texts->n * sizeof *ids);
    if (ids == NULL)
        return fail_set(why, ERR_NOMEM, "%zu ids", texts->n);
    for (size_t i = 0; i < texts->n; i++) {
        char field[32];

        snprintf(field, sizeof field, "/ids/%zu", i);
        if (id_parse(texts->at[i], &ids[i], NULL) != ERR_OK || id_is_none(ids[i]))
            return fail_field(why, ERR_INVALID, field, "not an id");
        for (size_t k = 0; k < i; k++)
            if (id_eq(ids[k], ids[i]))
                return fail_field(why, ERR_INVALID, field, "stands twice");
    }
    *ids_out = ids;
    return ERR_OK;
}

struct account_step life_step(const struct req *req, const struct life_row *row,
                              enum account_state after)
{
    return (struct account_step){
        .account = row->person,
        .before = row->state,
        .after = after,
        .at_utc_us = req->now_utc_us,
        .actor = req->caller.account,
        .actor_role = role_id(req->caller.role),
    };
}

enum err life_reason_seal(struct req *req, struct id person, struct id step, struct span reason,
                          struct span *sealed_out, struct fail *why)
{
    const struct seal_place place = {"account_step", "reason_sealed", step};
    struct keyring *keyring = req->services->keyring;
    struct id key;
    enum err rc = keyring_need_key(keyring, KEY_PERSON, person, NULL, &key, why);

    return rc == ERR_OK ? seal(keyring, key, &place, reason, req->arena, sealed_out, why) : rc;
}

enum err life_check_board(struct tx *tx, const struct req *req, const struct life_row *row,
                          struct life_refusal *refusal, struct fail *why)
{
    int64_t n_others = 0;
    enum err rc;

    if (id_eq(row->person, req->caller.account))
        return life_say_no(refusal, "own-account",
                           "自分のIDは、自分では止めたり終わらせたりできません。ほかの担当者に"
                           "たのんでください。",
                           why);
    if (row->role != ROLE_COMMISSIONER && row->role != ROLE_AUDITOR)
        return ERR_OK;
    if (req->caller.role != ROLE_COMMISSIONER)
        return life_say_no(refusal, "commissioner-only",
                           "この人のIDは、教育委員会の担当者だけが変えられます。", why);
    if (row->role != ROLE_COMMISSIONER || row->state != ACCOUNT_ACTIVE)
        return ERR_OK;
    rc = life_store_n_active_others(tx, ROLE_COMMISSIONER, row->person, &n_others, why);
    if (rc == ERR_OK && n_others == 0)
        rc = life_say_no(refusal, "last-commissioner",
                         "教育委員会の担当者がだれもいなくなるため、止められません。", why);
    return rc;
}

enum err life_check_second(struct tx *tx, const struct req *req, const struct life_row *row,
                           enum account_state theirs, struct life_refusal *refusal,
                           struct fail *why)
{
    enum role role;
    struct id actor;
    int64_t n = 0;
    enum err rc;

    if (row->role != ROLE_COMMISSIONER && row->role != ROLE_AUDITOR)
        return ERR_OK;
    rc = life_store_n_board(tx, &n, why);
    if (rc != ERR_OK || n < 2)
        return rc;
    rc = life_store_step_by(tx, row->person, theirs, &actor, &role, why);
    if (rc == ERR_OK && id_eq(actor, req->caller.account))
        rc = life_say_no(refusal, "second-person",
                         "教育委員会の担当者と監査のIDは、一人だけでは作れません。申請や発行を"
                         "する人とは別の担当者が承認してください。",
                         why);
    return rc;
}

void life_steps_drop(const struct services *services, const struct account_step *steps,
                     size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (steps[i].after == ACCOUNT_SUSPENDED || steps[i].after == ACCOUNT_CLOSED)
            live_drop_account(services->live, steps[i].account, ID_NONE);
}
