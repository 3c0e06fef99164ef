/* Issuing IDs, many at once: all of them or none.
 *   HTTP worker      read who is asked for, refuse early what will be refused, make the words
 *   hashing thread   one password, then to the back of the queue, so that a class that signs in
 *                    meanwhile waits for one password and not for fifty
 *   writer's thread  steps, logins, then the count against the contract; COMMIT or nothing
 * Issuing is counted where it is written: there is one writer, so no two requests can both see
 * the last free ID. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "node/base/clock.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "tenants/people/account_priv.h"
#include "tenants/people/contract_store.h"
#include "tenants/people/day.h"
#include "tenants/people/life.h"
#include "tenants/people/life_words.h"
#include "tenants/people/people_priv.h"
#include "tenants/people/registration.h"
#include "tenants/people/registration_store.h"
#include "tenants/rights/rights.h"
#include "tenants/signin/login_name.h"
#include "tenants/tenants.h"

#define LOGIN_TRIES 8

struct issue_input {
    struct jx_texts ids;
    int first; /* "sheet|self" */
};

static const struct jx_field issue_fields[] = {
    {.name = "ids",
     .type = JX_TEXTS,
     .least = 36,
     .most = 36,
     .offset = offsetof(struct issue_input, ids),
     .title_ja = "人のID"},
    {.name = "first",
     .type = JX_ENUM,
     .choices = "sheet|self",
     .offset = offsetof(struct issue_input, first),
     .title_ja = "はじめのパスワード"},
};
static const struct jx_shape issue_shape =
    JX_SHAPE("PeopleIssue", struct issue_input, issue_fields);

struct item_output {
    struct id id;
    struct span login, first_password;
};

static const struct jx_field item_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct item_output, id),
     .title_ja = "人のID"},
    {.name = "login",
     .type = JX_TEXT,
     .offset = offsetof(struct item_output, login),
     .title_ja = "ログインID"},
    {.name = "first_password",
     .type = JX_TEXT,
     .offset = offsetof(struct item_output, first_password),
     .title_ja = "はじめのパスワード"},
};
static const struct jx_shape item_shape =
    JX_SHAPE("PeopleIssuedItem", struct item_output, item_fields);

struct issue_output {
    struct jx_list items;
};

static const struct jx_field output_fields[] = {
    {.name = "items",
     .type = JX_LIST,
     .shape = &item_shape,
     .offset = offsetof(struct issue_output, items),
     .title_ja = "発行したID"},
};
static const struct jx_shape output_shape =
    JX_SHAPE("PeopleIssued", struct issue_output, output_fields);

struct item {
    struct life_row row;
    struct id key;
    struct span display_name;
    char
        password[PASSWORD_MADE_CAP > LIFE_PASSWORD_CAP ? PASSWORD_MADE_CAP : LIFE_PASSWORD_CAP];
    char login[LIFE_LOGIN_CAP];
    bool has_login; /* and it is not taken, as far as is known */
    struct life_issued issued;
};

struct issue {
    struct req *req;
    struct accounts *accounts;
    struct item *items;
    size_t n, n_hashed;
    int n_tries;
    bool is_self, needs_consent;
    bool is_login_taken;   /* by the last run: make others and run again */
    struct people *people; /* while names are made up */
    struct life_refusal refusal;
};

/* ---- what the contract says ---- */

static const char *const class_ja[ID_CLASS_N] = {
    [ID_CLASS_STUDENT] = "児童生徒",
    [ID_CLASS_STAFF] = "教職員等",
    [ID_CLASS_GUARDIAN] = "保護者",
};

/* used: with those of this request. */
static enum err check_quota(struct issue *s, const struct contract_row *contract,
                            const int64_t used[ID_CLASS_N], struct fail *why)
{
    int64_t wanted[ID_CLASS_N] = {0};

    for (size_t i = 0; i < s->n; i++)
        wanted[s->items[i].row.id_class]++;
    for (int c = 0; c < ID_CLASS_N; c++)
        if (wanted[c] > 0 && used[c] > contract->quota[c])
            return life_say_no(&s->refusal, "quota-full",
                               arena_printf(s->req->arena,
                                            "%sのIDは契約で%" PRId64 "件までです。今%" PRId64
                                            "件あり、あと%" PRId64 "件は発行できません。",
                                            class_ja[c], contract->quota[c],
                                            used[c] - wanted[c], wanted[c]),
                               why);
    return ERR_OK;
}

/* Before hashing (db) and, what counts, in the transaction (tx). */
static enum err read_contract(struct issue *s, struct tx *tx, struct arena *arena,
                              struct contract_row *out, struct fail *why)
{
    struct db *db = tx == NULL ? s->req->db : NULL;
    struct contract_row last;
    int64_t end = 0;
    enum err rc = contract_store_current(tx, db, s->req->now_utc_us, arena, out, why);

    if (rc == ERR_NOT_FOUND)
        return life_say_no(
            &s->refusal, "no-contract",
            "契約がまだ登録されていないため、発行できません。教育委員会の担当者が"
            "契約とIDの数を登録してください。",
            why);
    if (rc == ERR_OK && (!day_end(out->ends_on, &end) || end <= s->req->now_utc_us))
        rc = life_say_no(&s->refusal, "contract-over",
                         "契約の期間が終わっているため、発行できません。", why);
    if (rc == ERR_OK)
        rc = contract_store_newest(tx, db, arena, &last, why);
    if (rc == ERR_OK) /* whoever is issued goes on with the one that was decided ahead */
        out->ends_on = last.ends_on;
    return rc;
}

static enum err check_consent(struct issue *s, struct tx *tx, const struct item *item,
                              struct arena *arena, struct fail *why)
{
    struct registration_row registration = {.consent_on = SPAN_NONE};
    enum err rc;

    if (!s->needs_consent || item->row.role != ROLE_STUDENT)
        return ERR_OK;
    rc = registration_store_latest(tx, tx == NULL ? s->req->db : NULL, item->row.person, arena,
                                   &registration, why);
    if (rc == ERR_NOT_FOUND ||
        (rc == ERR_OK &&
         !registration_is_consented(s->req->services->settings, registration.consent_version,
                                    registration.consent_on)))
        rc = life_say_no(&s->refusal, "consent-missing",
                         "いまの版の同意書への同意がまだない人がいるため、発行していません。登"
                         "録の記録に同意の"
                         "日を入れてから、もう一度発行してください。",
                         why);
    return rc;
}

/* When the account ends by itself: whoever comes with the contractor goes with the contract, a
 * trial with the trial; 0: not by itself. */
static int64_t end_of(const struct contract_row *contract, const struct life_row *row)
{
    int64_t end = row->ends_utc_us, limit = 0;
    bool has_limit =
        (LIFE_CONTRACTOR_SIDE & ROLE_BIT(row->role)) != 0 && day_end(contract->ends_on, &limit);

    if (has_limit && (end == 0 || end > limit))
        end = limit;
    if (row->is_trial && day_end(contract->trial_ends_on, &limit) && (end == 0 || end > limit))
        end = limit;
    return end;
}

/* ---- the writer's thread ---- */

static enum err issue_one(struct tx *tx, struct issue *s, size_t i,
                          const struct contract_row *contract, struct fail *why)
{
    struct item *item = &s->items[i];
    struct account_step step;
    struct life_row row;
    char field[32];
    bool is_taken = false;
    enum err rc = life_store_find(tx, NULL, item->row.person, &row, why);

    snprintf(field, sizeof field, "/ids/%zu", i);
    if (rc == ERR_OK && !life_may_hand_out(s->req->caller.role, row.role))
        rc = fail_set(why, ERR_DENIED, "not to be issued by this caller");
    if (rc == ERR_OK &&
        (!row.has_account || row.state != ACCOUNT_APPROVED || row.role != item->row.role))
        rc = fail_field(why, ERR_CONFLICT, field, "not approved (any more)");
    if (rc == ERR_OK)
        rc = life_check_second(tx, s->req, &row, ACCOUNT_APPROVED, &s->refusal, why);
    if (rc == ERR_OK)
        rc = check_consent(s, tx, item, tx_arena(tx), why);
    if (rc == ERR_OK)
        rc = life_store_is_login_taken(tx, item->issued.login_index, &is_taken, why);
    if (rc == ERR_OK && is_taken) {
        item->has_login = false;
        s->is_login_taken = true;
        rc = fail_set(why, ERR_CONFLICT, "a login that was made is taken");
    }
    if (rc != ERR_OK)
        return rc;
    item->issued.ends_utc_us = end_of(contract, &row);
    step = life_step(s->req, &row, ACCOUNT_ISSUED);
    step.contract = contract->contract;
    rc = life_store_issue(tx, &item->issued, why);
    return rc == ERR_OK ? account_step_append(tx, &step, why) : rc;
}

static enum err issue_run(struct tx *tx, void *arg, struct fail *why)
{
    struct issue *s = arg;
    const struct access_entry access = access_of(s->req);
    struct contract_row contract;
    int64_t used[ID_CLASS_N];
    enum err rc;

    s->is_login_taken = false;
    s->refusal = (struct life_refusal){NULL, NULL};
    rc = read_contract(s, tx, tx_arena(tx), &contract, why);
    for (size_t i = 0; rc == ERR_OK && i < s->n; i++)
        rc = issue_one(tx, s, i, &contract, why);
    if (rc == ERR_OK)
        rc = contract_store_used(tx, NULL, used, why);
    if (rc == ERR_OK)
        rc = check_quota(s, &contract, used, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

/* ---- the hashing thread ---- */

static enum err seal_column(struct issue *s, const struct item *item, const char *column,
                            struct span plain, struct span *sealed_out, struct fail *why)
{
    const struct seal_place place = {"account", column, item->row.person};

    return seal(s->accounts->keyring, item->key, &place, plain, s->req->arena, sealed_out, why);
}

static bool is_made_here(const struct issue *s, const char *login)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->items[i].has_login && strcmp(s->items[i].login, login) == 0)
            return true;
    return false;
}

static enum err make_login(struct issue *s, struct item *item, struct fail *why)
{
    enum err rc;

    do
        life_login_make(item->login);
    while (is_made_here(s, item->login));
    item->has_login = true;
    rc = account_index(s->accounts, item->login, item->issued.login_index, why);
    return rc == ERR_OK ? seal_column(s, item, "login_sealed", span_text(item->login),
                                      &item->issued.login_sealed, why)
                        : rc;
}

static enum err hash_one(struct issue *s, struct item *item, struct fail *why)
{
    char phc[PASSWORD_HASH_CAP];
    enum err rc = password_hash(span_text(item->password), phc, why);

    if (rc == ERR_OK)
        rc = seal_column(s, item, "password_hash_sealed", span_text(phc),
                         &item->issued.password_hash_sealed, why);
    if (rc == ERR_OK)
        rc = seal_column(s, item, "first_password_sealed", span_text(item->password),
                         &item->issued.first_password_sealed, why);
    if (rc == ERR_OK)
        rc = seal_column(s, item, "display_name_sealed", item->display_name,
                         &item->issued.display_name_sealed, why);
    return rc;
}

static void answer(struct issue *s)
{
    struct item_output *items = arena_alloc(s->req->arena, (s->n + 1) * sizeof *items);
    struct issue_output output = {{items, s->n}};
    struct fail why;

    if (items == NULL) { /* they are issued; the slips can be printed */
        fail_set(&why, ERR_NOMEM, "%zu items", s->n);
        reply_fail(s->req, &why);
        return;
    }
    for (size_t i = 0; i < s->n; i++)
        items[i] = (struct item_output){s->items[i].row.person, span_text(s->items[i].login),
                                        span_text(s->items[i].password)};
    reply_header(s->req, "Cache-Control", "no-store");
    reply_json(s->req, 200, &output);
}

/* Every password is hashed: now or never. A login somebody else has already is made anew. */
static void write_all(struct issue *s)
{
    struct fail why = {.code = ERR_OK};
    enum err rc = ERR_OK;

    for (int try = 0; try < LOGIN_TRIES; try++) {
        rc = ERR_OK;
        for (size_t i = 0; rc == ERR_OK && i < s->n; i++)
            if (!s->items[i].has_login)
                rc = make_login(s, &s->items[i], &why);
        if (rc == ERR_OK)
            rc = writer_wait(s->accounts->writer, issue_run, s, &why);
        if (rc != ERR_CONFLICT || !s->is_login_taken)
            break;
    }
    if (rc == ERR_OK) {
        s->req->access_recorded = 1;
        answer(s);
    } else {
        life_refuse(s->req, &s->refusal, &why);
    }
}

static void hash_step(void *arg)
{
    struct issue *s = arg;
    struct fail why = {.code = ERR_OK};

    do {
        if (hash_one(s, &s->items[s->n_hashed], &why) != ERR_OK) {
            reply_fail(s->req, &why);
            return;
        }
        s->n_hashed++;
        if (s->n_hashed == s->n) {
            write_all(s);
            return;
        }
        /* A full queue takes nothing: then the next is hashed here and the queue asked again.
         */
    } while (hasher_post(s->accounts->hasher, hash_step, s, &why) != ERR_OK);
}

/* ---- the worker ---- */

/* Nobody is shown by it yet, nor will be by this request. */
static enum err is_display_free(const struct issue *s, struct span name, bool *is_free_out,
                                struct fail *why)
{
    struct span folded;
    enum err rc = people_fold(name, s->req->arena, &folded, why);

    if (rc != ERR_OK)
        return rc;
    *is_free_out = !people_has_display(s->people, folded, ID_NONE);
    for (size_t i = 0; i < s->n; i++)
        if (span_eq(s->items[i].display_name, name))
            *is_free_out = false;
    return ERR_OK;
}

/* Unlike anybody's (AI-2.2-エ); only a node with every name taken would give one twice. */
static enum err make_child_display(const struct issue *s, char *text, struct fail *why)
{
    enum err rc = ERR_OK;
    bool is_free = false;

    for (int i = 0; rc == ERR_OK && !is_free && i < 2 * LIFE_DISPLAY_TRIES; i++) {
        life_display_make(i, text);
        rc = is_display_free(s, span_text(text), &is_free, why);
    }
    return rc;
}

/* A child's name on the screens says nothing of the child; an adult is called by name. */
static enum err make_display(struct issue *s, struct item *item, struct fail *why)
{
    struct arena *arena = s->req->arena;
    struct span family = SPAN_NONE, given = SPAN_NONE;
    struct person_row person;
    char *text;
    enum err rc = ERR_OK;

    if (item->row.role == ROLE_STUDENT) {
        text = arena_alloc(arena, LIFE_DISPLAY_CAP);
        if (text != NULL)
            rc = make_child_display(s, text, why);
    } else {
        rc = person_store_find(NULL, s->req->db, item->row.person, arena, &person, why);
        if (rc == ERR_OK)
            rc = person_unseal(s->accounts->keyring, &person, PERSON_FAMILY, arena, &family,
                               why);
        if (rc == ERR_OK)
            rc = person_unseal(s->accounts->keyring, &person, PERSON_GIVEN, arena, &given, why);
        text = family.len + given.len == 0
                   ? arena_text(arena, span_text(role_name_ja(item->row.role)))
                   : arena_printf(arena, "%.*s%s%.*s", SPAN_ARG(family),
                                  family.len > 0 && given.len > 0 ? " " : "", SPAN_ARG(given));
    }
    if (rc != ERR_OK)
        return rc;
    item->display_name = span_text(text);
    return text == NULL ? fail_set(why, ERR_NOMEM, "a name") : ERR_OK;
}

static enum err begin_item(struct issue *s, size_t i, struct fail *why)
{
    struct item *item = &s->items[i];
    bool is_adult = item->row.role != ROLE_STUDENT;
    int64_t days = settings_int(s->accounts->settings, &setting_first_password_days);
    enum err rc = check_consent(s, NULL, item, s->req->arena, why);

    if (rc == ERR_OK)
        rc = make_display(s, item, why);
    if (is_adult)
        password_make(item->password);
    else
        life_password_make(item->password);
    item->issued.account = item->row.person;
    /* An adult's first password opens nothing but the choice of another. Who may see it on the
     * way is said by life_may_hand_out. */
    item->issued.must_change = s->is_self || is_adult;
    item->issued.first_until_utc_us = s->req->now_utc_us + days * DAY_US;
    return rc;
}

/* Hidden is missing, and one that is not for this caller to issue refuses the whole. */
static enum err read_items(struct issue *s, const struct id *ids, struct fail *why)
{
    const struct req *req = s->req;
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && i < s->n; i++) {
        struct life_row *row = &s->items[i].row;
        struct rights_found found;
        char field[32];

        snprintf(field, sizeof field, "/ids/%zu", i);
        rc = rights_person(accounts_rights(s->accounts), req->db, &req->caller, ids[i],
                           SHOWS_WORK, req->now_utc_us, &found, why);
        if (rc == ERR_OK)
            rc = life_store_find(NULL, req->db, ids[i], row, why);
        if (rc == ERR_OK && !row->has_account)
            rc = fail_set(why, ERR_NOT_FOUND, "no account");
        if (rc == ERR_OK && !life_may_hand_out(req->caller.role, row->role))
            rc = fail_set(why, ERR_DENIED, "not to be issued by this caller");
        if (rc == ERR_OK && row->state != ACCOUNT_APPROVED)
            rc = fail_field(why, ERR_CONFLICT, field, "%s", account_state_id(row->state));
    }
    return rc;
}

static enum err check_early(struct issue *s, struct fail *why)
{
    struct contract_row contract;
    int64_t used[ID_CLASS_N];
    enum err rc = read_contract(s, NULL, s->req->arena, &contract, why);

    if (rc == ERR_OK)
        rc = contract_store_used(NULL, s->req->db, used, why);
    for (size_t i = 0; rc == ERR_OK && i < s->n; i++)
        used[s->items[i].row.id_class]++;
    return rc == ERR_OK ? check_quota(s, &contract, used, why) : rc;
}

static enum err begin(struct issue *s, const struct issue_input *in, struct fail *why)
{
    struct id *ids = NULL, *keys = arena_alloc(s->req->arena, LIFE_IDS_MOST * sizeof *keys);
    enum err rc = life_ids_read(&in->ids, s->req->arena, &ids, why);

    if (rc != ERR_OK)
        return rc;
    s->n = in->ids.n;
    s->items = arena_alloc(s->req->arena, s->n * sizeof *s->items);
    if (keys == NULL || s->items == NULL)
        return fail_set(why, ERR_NOMEM, "%zu items", s->n);
    if (s->n == 1)
        s->req->object = s->req->person = ids[0];
    rc = read_items(s, ids, why);
    if (rc == ERR_OK)
        rc = check_early(s, why);
    if (rc == ERR_OK)
        rc = keyring_need_keys(s->accounts->keyring, KEY_PERSON, ids, s->n, keys, why);
    if (rc == ERR_OK)
        rc = people_ref(accounts_people(s->accounts), s->req->db, &s->people, why);
    for (size_t i = 0; rc == ERR_OK && i < s->n; i++) {
        s->items[i].key = keys[i];
        rc = begin_item(s, i, why);
    }
    people_unref(&s->people);
    return rc == ERR_OK ? hasher_post(s->accounts->hasher, hash_step, s, why) : rc;
}

static void people_issue(struct req *req)
{
    const struct issue_input *in = req->input;
    struct issue *s = req_alloc(req, sizeof *s);
    struct fail why = {.code = ERR_OK};

    if (s == NULL)
        return;
    arena_mark_secret(req->arena);
    *s = (struct issue){
        .req = req,
        .accounts = req->services->accounts,
        .is_self = in->first == 1,
        .needs_consent = settings_bool(req->services->settings, &setting_consent_before_issue),
    };
    if (begin(s, in, &why) != ERR_OK)
        life_refuse(req, &s->refusal, &why);
}

const struct route life_issue_routes[LIFE_ISSUE_ROUTES_N] = {{
    .name = "people.issue",
    .method = HTTP_POST,
    .path = "/api/v1/people/issue",
    .listeners = LISTENER_PUBLIC | LISTENER_OFFICE,
    .roles = LIFE_BOARD,
    .object = OBJECT_ANY_HERE,
    .audit = AUDIT_CHANGE,
    .input = &issue_shape,
    .output = &output_shape,
    .summary_ja = "承認された人にIDを発行する",
    .handle = people_issue,
}};
