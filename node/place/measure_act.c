/* In force before it is written: what staff see and stop is worse for every second it goes on.
 * Nobody is told that it is done before the commit, and what could not be written is taken
 * back, so that what holds is always on record. */
#include "node/place/measure_act.h"

#include <stdio.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/audit.h"
#include "node/db/seal.h"
#include "node/place/place_http.h"
#include "tenants/people/account.h"
#include "tenants/people/life_words.h"
#include "tenants/people/people_index.h"
#include "tenants/profile/profile_name.h"
#include "tenants/profile/profile_rules.h"
#include "tenants/rights/rights.h"
#include "tenants/signin/session_store.h"

#define UNCERTAIN_TRIES 3

enum err measure_key(struct keyring *keyring, struct id account, struct id *key_out,
                     struct fail *why)
{
    return id_is_none(account)
               ? keyring_need_key(keyring, KEY_RECORD, ID_NONE, MEASURE_RECORD_KEY, key_out,
                                  why)
               : keyring_find_key(keyring, KEY_PERSON, account, NULL, key_out, why);
}

/* ---- what may be asked ---- */

static enum err say(const struct req *req, struct jx_defects *defects, const char *pointer,
                    const char *rule, const char *text_ja)
{
    return jx_defect_add(defects, req->arena, pointer, rule, "%s", text_ja);
}

/* What the shape cannot say. */
static enum err check_input(const struct req *req, const struct measure_input *in,
                            struct jx_defects *defects)
{
    bool is_persons = in->kind == MEASURE_EJECT || in->kind == MEASURE_RENAME;
    enum err rc = ERR_OK;

    if (in->has_account == in->has_floor)
        rc = say(req, defects, "/account", "one-of",
                 "「だれを」か「どのフロアを」の、どちらか一つをえらんでください。");
    else if (is_persons && !in->has_account)
        rc = say(req, defects, "/account", "required",
                 "退室と表示名の変更は、一人ずつ行います。「だれを」をえらんでください。");
    if (rc == ERR_OK && in->kind == MEASURE_EJECT && !in->has_minutes)
        rc =
            say(req, defects, "/minutes", "required", "退室は、いつまでかをえらんでください。");
    if (rc == ERR_OK && (in->kind == MEASURE_SLOW) != in->has_seconds)
        rc = say(req, defects, "/seconds", "required",
                 "「秒数」は、書きこみの間をあけるときに（そのときだけ）入れてください。");
    if (rc == ERR_OK && in->kind == MEASURE_RENAME && in->has_minutes)
        rc = say(req, defects, "/minutes", "none", "表示名の変更に「いつまで」はありません。");
    if (rc == ERR_OK && in->kind != MEASURE_RENAME && in->has_name)
        rc = say(req, defects, "/name", "none",
                 "「なまえ」は、表示名の変更のときだけ入れてください。");
    if (rc == ERR_OK && profile_trim(in->reason).len == 0)
        rc = say(req, defects, "/reason", "required", "「理由」を入れてください。");
    return rc;
}

static enum err check_floor(const struct req *req, struct span floor,
                            struct jx_defects *defects, struct fail *why)
{
    struct place_floor_now now;
    enum err rc = place_floor_find(req->db, floor, req->arena, &now, why);

    if (rc != ERR_NOT_FOUND)
        return rc;
    return say(req, defects, "/floor", "unknown", "このフロアは、ありません。") == ERR_OK
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "a sentence");
}

/* Measures are for students, guardians and guest teachers; everybody else is not there, nor a
 * student whom the caller may not know. Guests he meets on a floor, where their IDs are shown
 * to him (world.h). */
static enum err find_target(struct req *req, struct id account, enum role *role_out,
                            struct fail *why)
{
    struct accounts *accounts = req->services->accounts;
    const struct people_entry *entry = NULL;
    struct people *people = NULL;
    struct rights_view view;
    enum err rc = rights_view_make(accounts_rights(accounts), req->db, &req->caller,
                                   req->now_utc_us, req->arena, &view, why);

    if (rc == ERR_OK)
        rc = people_ref(accounts_people(accounts), req->db, &people, why);
    if (rc == ERR_OK)
        entry = people_find(people, account);
    if (rc == ERR_OK &&
        (entry == NULL || !entry->has_account || !place_is_bound(entry->place.role) ||
         (entry->place.role == ROLE_STUDENT &&
          (rights_shows(&view, &entry->place, NULL) & SHOWS_DISPLAY) == 0)))
        rc = fail_set(why, ERR_NOT_FOUND, "nobody whom measures bind");
    else if (rc == ERR_OK)
        *role_out = entry->place.role;
    people_unref(&people);
    return rc;
}

/* ---- a new name ---- */

/* One that nobody has; staff need not think of any. */
static enum err make_name(struct measure_act *act, struct profile_named *named,
                          struct fail *why)
{
    struct req *req = act->req;

    for (int i = 0; i < 2 * LIFE_DISPLAY_TRIES; i++) {
        struct jx_defects defects = {0};
        char made[LIFE_DISPLAY_CAP];
        enum err rc;

        life_display_make(i, made);
        named->name = arena_copy(req->arena, span_text(made));
        if (named->name.p == NULL)
            return fail_set(why, ERR_NOMEM, "a name");
        rc = profile_check_given(req->services, req->db, named, req->arena, &defects, why);
        if (rc == ERR_OK && defects.n == 0)
            rc = profile_check_taken_away(req->services, req->db, named, req->arena, &defects,
                                          why);
        if (rc != ERR_OK || defects.n == 0)
            return rc;
    }
    return fail_set(why, ERR_BUSY, "no name that is free");
}

static enum err prepare_rename(struct measure_act *act, const struct measure_input *in,
                               enum role role, struct jx_defects *defects, struct fail *why)
{
    struct req *req = act->req;
    struct profile_named named = {in->account, role, profile_trim(in->name)};
    struct profile before;
    enum err rc = profile_of(req->services, req->db, in->account, req->arena, &before, why);

    if (rc == ERR_OK && in->has_name && span_eq(named.name, before.display_name))
        return say(req, defects, "/name", "same", "いまと同じ「なまえ」です。") == ERR_OK
                   ? ERR_OK
                   : fail_set(why, ERR_NOMEM, "a sentence");
    if (rc == ERR_OK)
        rc = in->has_name
                 ? profile_check_given(req->services, req->db, &named, req->arena, defects, why)
                 : make_name(act, &named, why);
    act->name_before = before.display_name;
    act->name_after = named.name;
    act->has_rename = true;
    act->rename = (struct profile_change){
        .id = id_new(),
        .account = in->account,
        .author = req->caller.account,
        .author_role = req->caller.role,
        .now_utc_us = req->now_utc_us,
        .name = named.name,
        .name_before = before.display_name,
        .note = before.note,
        .reason = act->reason,
        .avatar = before.avatar,
        .ways = before.ways,
        .n_expected = before.n,
    };
    return rc;
}

/* ---- sealing ---- */

static enum err seal_text(const struct measure_act *act, struct id key, const char *column,
                          struct span text, struct span *out, struct fail *why)
{
    const struct seal_place place = {MEASURE_TABLE, column, act->row.id};

    return seal(act->req->services->keyring, key, &place, text, act->req->arena, out, why);
}

static enum err seal_all(struct measure_act *act, struct fail *why)
{
    struct keyring *keyring = act->req->services->keyring;
    struct id key;
    enum err rc = measure_key(keyring, act->row.account, &key, why);

    if (rc == ERR_OK)
        rc = seal_text(act, key, "reason_sealed", act->reason, &act->row.reason_sealed, why);
    if (rc != ERR_OK || !act->has_rename)
        return rc;
    rc = seal_text(act, key, "name_before_sealed", act->name_before,
                   &act->row.name_before_sealed, why);
    if (rc == ERR_OK)
        rc = seal_text(act, key, "name_after_sealed", act->name_after,
                       &act->row.name_after_sealed, why);
    return rc == ERR_OK ? profile_seal(keyring, &act->rename, act->req->arena, why) : rc;
}

static void fill(struct measure_act *act, const struct measure_input *in)
{
    struct req *req = act->req;

    act->reason = profile_trim(in->reason);
    act->row = (struct measure_row){
        .id = in->id,
        .who = place_decider_of(req),
        .account = in->has_account ? in->account : ID_NONE,
        .floor = in->has_floor ? in->floor : SPAN_NONE,
        .kind = (enum measure_kind)in->kind,
        .until_utc_us = in->has_minutes ? req->now_utc_us + in->minutes * MINUTE_US : 0,
        .seconds = in->has_seconds ? in->seconds : 0,
    };
    req->object = in->id;
    req->person = act->row.account;
}

bool measure_act_prepare(struct measure_act *act, const struct measure_input *in)
{
    struct req *req = act->req;
    struct jx_defects defects = {0};
    enum role role = ROLE_ANONYMOUS;
    struct fail why = {.code = ERR_OK};
    enum err rc = check_input(req, in, &defects);

    arena_mark_secret(req->arena);
    fill(act, in);
    if (rc != ERR_OK)
        fail_set(&why, rc, "sentences");
    if (rc == ERR_OK && defects.n == 0 && in->has_floor)
        rc = check_floor(req, in->floor, &defects, &why);
    if (rc == ERR_OK && defects.n == 0 && in->has_account)
        rc = find_target(req, in->account, &role, &why);
    if (rc == ERR_OK && defects.n == 0 && in->kind == MEASURE_RENAME)
        rc = prepare_rename(act, in, role, &defects, &why);
    if (rc == ERR_OK && defects.n == 0)
        rc = seal_all(act, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
    else if (defects.n > 0)
        reply_defects(req, &defects);
    return rc == ERR_OK && defects.n == 0;
}

/* ---- in force, written, answered ---- */

static enum err hold(const struct measure_act *act, struct fail *why)
{
    struct place *place = act->req->services->place;
    const struct measure_row *row = &act->row;
    struct measure one = {.id = row->id,
                          .account = row->account,
                          .kind = row->kind,
                          .until_utc_us = row->until_utc_us,
                          .seconds = row->seconds};

    if (act->has_rename)
        return measure_post_rename(place, row->account, act->name_after, why);
    snprintf(one.floor, sizeof one.floor, "%.*s", SPAN_ARG(row->floor));
    return measure_post_begin(place, &one, why);
}

static void take_back(const struct measure_act *act)
{
    struct place *place = act->req->services->place;
    struct fail fail = {.code = ERR_INTERNAL};
    enum err rc = act->has_rename
                      ? measure_post_rename(place, act->row.account, act->name_before, &fail)
                      : measure_post_end(place, act->row.id, &fail);

    if (rc != ERR_OK)
        log_error("place.measure-left", L_ID("measure", act->row.id), L_FAIL(&fail));
}

/* Ejected: every sign-in of that ID is over with it (AI-2.7-ウ-4). */
static enum err write(struct tx *tx, struct measure_act *act, struct fail *why)
{
    enum err rc = measure_store_add(tx, &act->row, &act->was_there, why);

    if (rc != ERR_OK || act->was_there)
        return rc;
    if (act->has_rename)
        rc = profile_tx(tx, &act->rename, why);
    if (rc == ERR_OK && act->row.kind == MEASURE_EJECT)
        rc = session_store_end_others(tx, act->row.account, ID_NONE, "ejected",
                                      act->req->now_utc_us, why);
    return rc;
}

static enum err write_run(struct tx *tx, void *arg, struct fail *why)
{
    struct measure_act *act = arg;
    const struct access_entry access = access_of(act->req);
    enum err rc = write(tx, act, why);

    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void write_done(void *arg, enum err rc, const struct fail *why);

static enum err post(struct measure_act *act, struct fail *why)
{
    const struct writer_op op = {write_run, write_done, act};

    act->n_tries++;
    return writer_post(act->req->services->writer, &op, why);
}

/* After ERR_UNCERTAIN the same rows are looked for by their ids. Whatever nobody knows of even
 * then, or because the database is away by now, stays in force: staff ask again, by the same
 * id. */
static void write_done(void *arg, enum err rc, const struct fail *why)
{
    struct measure_act *act = arg;

    act->is_uncertain = act->is_uncertain || rc == ERR_UNCERTAIN;
    if (rc == ERR_UNCERTAIN && act->n_tries < UNCERTAIN_TRIES && post(act, NULL) == ERR_OK)
        return;
    if (rc == ERR_OK)
        act->req->access_recorded = 1;
    if (rc != ERR_OK && !act->is_uncertain)
        take_back(act);
    else if (act->row.kind == MEASURE_EJECT)
        live_drop_account(act->req->services->live, act->row.account, ID_NONE);
    act->answer(act, rc, why);
}

void measure_act_start(struct measure_act *act)
{
    struct fail why = {.code = ERR_OK};
    enum err rc = act->req->services->place == NULL
                      ? fail_set(&why, ERR_UNAVAILABLE, "there is no place")
                      : hold(act, &why);

    if (rc == ERR_OK) {
        rc = post(act, &why);
        if (rc != ERR_OK)
            take_back(act);
    }
    if (rc != ERR_OK)
        act->answer(act, rc, &why);
}
