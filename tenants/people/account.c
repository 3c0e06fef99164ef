#include "tenants/people/account.h"

#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/utf.h"
#include "node/db/digest.h"
#include "node/db/seal.h"
#include "node/db/space.h"
#include "tenants/people/account_priv.h"
#include "tenants/people/account_step_store.h"
#include "tenants/people/life_store.h"
#include "tenants/people/org_store.h"
#include "tenants/people/people_index.h"
#include "tenants/people/person_store.h"
#include "tenants/signin/login_name.h"
#include "tenants/signin/totp.h"
#include "tenants/tenants.h"

#define DISPLAY_NAME_MOST 40 /* graphemes */
#define ARENA_CHUNK_BYTES 4096

const struct conf_row tenants_conf_rows[TENANTS_CONF_N] = {
    {"login.hash_threads", CONF_INT, 1, 2, "", NULL, "2", false,
     "パスワードを確かめるスレッドの数（低い優先度で動く。一つで19MiB使う）"},
    {"login.hash_waiting", CONF_INT, 16, 4096, "", NULL, "512", false,
     "同時に待てるログインの数。これを超えると「混みあっています」と答える"},
    {"accounts.operator_makes", CONF_BOOL, 0, 0, "", NULL, "false", false,
     "運用者が、最初の教育委員会担当者のほかにもアカウントを作れるようにする（試用だけ。本番で"
     "は"
     "申請と承認がいる）"},
};

void accounts_conf_read(const struct conf *conf, struct accounts_conf *out)
{
    out->n_hash_threads = (int)conf_int(conf, "login.hash_threads");
    out->n_hash_waiting = (size_t)conf_int(conf, "login.hash_waiting");
}

enum err accounts_open(const struct accounts_conf *conf, struct accounts **accounts_out,
                       struct fail *why)
{
    struct accounts *a = calloc(1, sizeof *a);
    char nobodys[PASSWORD_MADE_CAP], hash[PASSWORD_HASH_CAP];
    int64_t began_us = 0;
    enum err rc;

    *accounts_out = NULL;
    if (a == NULL)
        return fail_set(why, ERR_NOMEM, "accounts");
    a->keyring = conf->keyring;
    a->writer = conf->writer;
    a->settings = conf->settings;
    a->space = conf->space;
    a->leaving = conf->leaving;
    password_make(nobodys);
    began_us = clock_mono_us(); /* how long a hash takes here: pace's first figure */
    rc = password_hash(span_text(nobodys), hash, why);
    digest_wipe(nobodys, sizeof nobodys);
    if (rc == ERR_OK)
        rc = pace_create(conf->n_hash_threads, clock_mono_us() - began_us, &a->pace, why);
    if (rc == ERR_OK)
        rc = throttle_create(&a->throttle, why);
    if (rc == ERR_OK)
        rc = throttle_create(&a->failures, why);
    if (rc == ERR_OK)
        rc = hasher_create(conf->n_hash_threads, conf->n_hash_waiting, &a->hasher, why);
    if (rc == ERR_OK)
        rc = rights_open(&(struct rights_conf){a->writer, a->settings}, &a->rights, why);
    if (rc == ERR_OK)
        rc = people_index_open(a->keyring, &a->people, why);
    if (rc != ERR_OK)
        accounts_close(&a);
    *accounts_out = a;
    return rc;
}

void accounts_close(struct accounts **accounts)
{
    struct accounts *a = *accounts;

    if (a == NULL)
        return;
    hasher_destroy(&a->hasher);
    pace_destroy(&a->pace);
    throttle_destroy(&a->throttle);
    throttle_destroy(&a->failures);
    rights_close(&a->rights);
    people_index_close(&a->people);
    free(a);
    *accounts = NULL;
}

struct rights *accounts_rights(struct accounts *accounts)
{
    return accounts->rights;
}

struct people_index *accounts_people(struct accounts *accounts)
{
    return accounts->people;
}

enum err accounts_draw(struct accounts *accounts, void (*run)(void *arg), void *arg,
                       struct fail *why)
{
    return hasher_post_lane(accounts->hasher, HASH_SECOND, run, arg, why);
}

enum err account_index(struct accounts *a, const char *login,
                       uint8_t index_out[ACCOUNT_INDEX_BYTES], struct fail *why)
{
    return keyring_blind(a->keyring, ACCOUNT_LOGIN_KEY, span_text(login), index_out, why);
}

enum err account_display_name(struct accounts *a, struct db *db, struct id account,
                              struct arena *arena, struct span *name_out, struct fail *why)
{
    const struct seal_place place = {"account", "display_name_sealed", account};
    struct span sealed;
    enum err rc = account_store_display_name(db, account, arena, &sealed, why);

    return rc == ERR_OK ? unseal(a->keyring, &place, sealed, arena, name_out, why) : rc;
}

/* -- a new account -- */

struct creation {
    struct accounts *accounts;
    const struct account_new *account;
    const struct access_entry *access;
    struct account_row row;
    char login[LOGIN_NAME_CAP];
    struct arena *arena;
};

static enum err check_graphemes(struct span text, const char *field, size_t least, size_t most,
                                struct fail *why)
{
    size_t n = 0;

    if (!utf_is_valid(text) || utf_n_graphemes(text, &n, NULL) != ERR_OK || n < least ||
        n > most)
        return fail_field(why, ERR_INVALID, field, "%zu to %zu characters", least, most);
    return ERR_OK;
}

static enum err check_new(struct creation *c, struct fail *why)
{
    const struct account_new *n = c->account;
    size_t want_secret = n->role == ROLE_STUDENT ? 0 : TOTP_SECRET_BYTES;
    enum err rc;

    if (id_is_none(n->id))
        return fail_field(why, ERR_INVALID, "id", "an account without an id");
    if (n->role == ROLE_ANONYMOUS)
        return fail_field(why, ERR_INVALID, "role", "nobody can be given an account");
    if (n->totp_secret.len != want_secret)
        return fail_field(why, ERR_INVALID, "totp_secret", "%zu bytes for a %s", want_secret,
                          role_id(n->role));
    rc = login_name_fold(n->login, c->login, why);
    if (rc == ERR_OK)
        rc = check_graphemes(n->display_name, "display_name", 1, DISPLAY_NAME_MOST, why);
    if (rc == ERR_OK)
        rc = check_graphemes(n->password, "password", PASSWORD_LEAST, PASSWORD_MOST, why);
    if (rc == ERR_OK)
        rc = space_check(c->accounts->space, SPACE_USE_WRITE, why);
    return rc;
}

static enum err seal_column(struct creation *c, struct id key, const char *column,
                            struct span plain, struct span *sealed_out, struct fail *why)
{
    const struct seal_place place = {"account", column, c->account->id};

    return seal(c->accounts->keyring, key, &place, plain, c->arena, sealed_out, why);
}

static enum err fill_row(struct creation *c, struct fail *why)
{
    const struct account_new *n = c->account;
    struct account_row *row = &c->row;
    char hash[PASSWORD_HASH_CAP];
    struct id key;
    enum err rc = password_hash(n->password, hash, why);

    row->id = n->id;
    row->school = n->school;
    row->role = n->role;
    row->created_utc_us = clock_utc_us();
    row->id_class = id_class_of(n->role);
    row->has_login = true;
    if (rc == ERR_OK) /* a first try that was cut off may have made it already */
        rc = keyring_need_key(c->accounts->keyring, KEY_PERSON, n->id, NULL, &key, why);
    if (rc == ERR_OK)
        rc = seal_column(c, key, "login_sealed", span_text(c->login), &row->login_sealed, why);
    if (rc == ERR_OK)
        rc = seal_column(c, key, "display_name_sealed", n->display_name,
                         &row->display_name_sealed, why);
    if (rc == ERR_OK)
        rc = seal_column(c, key, "password_hash_sealed", span_text(hash),
                         &row->password_hash_sealed, why);
    if (rc == ERR_OK && n->totp_secret.len > 0)
        rc = seal_column(c, key, "totp_secret_sealed", n->totp_secret, &row->totp_secret_sealed,
                         why);
    return rc;
}

/* Nobody gets in whom the commissioner did not approve; but somebody must be the first. */
static enum err check_first(struct tx *tx, const struct creation *c, struct fail *why)
{
    int64_t n = 0;
    enum err rc = ERR_OK;

    if (!c->account->is_first_only)
        return ERR_OK;
    if (c->row.role == ROLE_COMMISSIONER)
        rc = life_store_n_role(tx, ROLE_COMMISSIONER, &n, why);
    if (rc == ERR_OK && (c->row.role != ROLE_COMMISSIONER || n > 0))
        rc = fail_field(why, ERR_CONFLICT, ACCOUNT_NOT_FIRST,
                        "%s is not the first commissioner", role_id(c->row.role));
    return rc;
}

static enum err free_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct creation *c = arg;
    enum err rc = check_first(tx, c, why);

    return rc == ERR_OK ? account_store_check_free(tx, c->row.id, c->row.login_index, why) : rc;
}

/* Somebody the register does not know yet becomes a person of it, without a name there. */
static enum err add_person(struct tx *tx, const struct creation *c, struct fail *why)
{
    const struct person_row person = {
        .id = c->row.id,
        .school = c->row.school,
        .kind = person_kind_of(c->row.role),
        .created_utc_us = c->row.created_utc_us,
    };
    struct person_row known;
    struct org_row school;
    enum err rc = ERR_OK;

    if (!id_is_none(c->row.school))
        rc = org_store_find(tx, NULL, c->row.school, tx_arena(tx), &school, why);
    if (rc == ERR_NOT_FOUND)
        return fail_field(why, ERR_INVALID, "school", "no such school");
    if (rc == ERR_OK)
        rc = person_store_find(tx, NULL, c->row.id, tx_arena(tx), &known, why);
    return rc == ERR_NOT_FOUND ? person_store_add(tx, &person, why) : rc;
}

/* The operator takes every step alone; each stands in the log under the operator's name. */
static enum err add_steps(struct tx *tx, const struct creation *c, struct fail *why)
{
    struct account_step step = {
        .account = c->row.id,
        .at_utc_us = c->row.created_utc_us,
        .actor_role = "operator",
        .operator_name = c->access->operator_name,
    };
    enum err rc = account_step_begin(tx, &step, why);

    for (int state = ACCOUNT_REQUESTED; rc == ERR_OK && state < ACCOUNT_ACTIVE; state++) {
        step.before = (enum account_state)state;
        step.after = (enum account_state)(state + 1);
        rc = account_step_append(tx, &step, why);
    }
    return rc;
}

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct creation *c = arg;
    enum err rc = free_run(tx, arg, why);

    if (rc == ERR_OK)
        rc = add_person(tx, c, why);
    if (rc == ERR_OK)
        rc = account_store_add(tx, &c->row, why);
    if (rc == ERR_OK)
        rc = add_steps(tx, c, why);
    return rc == ERR_OK ? access_append(tx, c->access, why) : rc;
}

/* Looked up before the key is made, so that a taken login leaves no key behind. */
static enum err create(struct creation *c, struct fail *why)
{
    enum err rc = check_new(c, why);

    c->row.id = c->account->id;
    c->row.role = c->account->role;
    if (rc == ERR_OK)
        rc = account_index(c->accounts, c->login, c->row.login_index, why);
    if (rc == ERR_OK)
        rc = writer_wait(c->accounts->writer, free_run, c, why);
    if (rc == ERR_OK)
        rc = fill_row(c, why);
    return rc == ERR_OK ? writer_wait(c->accounts->writer, add_run, c, why) : rc;
}

enum err account_create(struct accounts *a, const struct account_new *account,
                        const struct access_entry *access, struct fail *why)
{
    struct creation c = {.accounts = a, .account = account, .access = access};
    enum err rc = arena_create(ARENA_CHUNK_BYTES, &c.arena, why);

    if (rc == ERR_OK)
        rc = create(&c, why);
    arena_destroy(&c.arena);
    return rc;
}
