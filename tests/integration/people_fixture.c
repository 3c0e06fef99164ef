#include "tests/integration/people_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/db/seal.h"
#include "node/features.h"
#include "tenants/people/person_store.h"

static void must(enum err rc, const struct fail *why, const char *what)
{
    if (rc == ERR_OK)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, err_code(rc), why->text);
    abort();
}

void people_fixture_start(struct people_fixture *f)
{
    struct accounts_conf conf;
    struct fail why = {.code = ERR_OK};

    store_fixture_start(&f->store, NULL);
    conf = (struct accounts_conf){.keyring = f->store.services.keyring,
                                  .writer = f->store.log.writer,
                                  .settings = f->store.services.settings,
                                  .space = f->store.services.space,
                                  .n_hash_threads = 1,
                                  .n_hash_waiting = 16};
    must(accounts_open(&conf, &f->store.services.accounts, &why), &why, "accounts");
    f->rights = accounts_rights(f->store.services.accounts);
    f->index = accounts_people(f->store.services.accounts);
}

void people_fixture_stop(struct people_fixture *f)
{
    accounts_close(&f->store.services.accounts);
    store_fixture_stop(&f->store);
}

const char *people_fixture_text(struct people_fixture *f, struct id id)
{
    char text[ID_TEXT_CAP];

    if (id_is_none(id))
        return NULL;
    id_text(id, text);
    return arena_text(f->store.arena, span_text(text));
}

static const char *sql_id(struct people_fixture *f, struct id id)
{
    return id_is_none(id) ? "NULL"
                          : arena_printf(f->store.arena, "'%s'", people_fixture_text(f, id));
}

struct id people_fixture_school(struct people_fixture *f, const char *name, bool is_cooperating)
{
    struct id id = id_new();

    audit_fixture_sql(&f->store.log,
                      "INSERT INTO org (id, kind, name, is_cooperating, created_at)"
                      " VALUES (%s, 'school', '%s', %s, now())",
                      sql_id(f, id), name, is_cooperating ? "true" : "false");
    return id;
}

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    return person_store_add(tx, arg, why);
}

static const char *sealed_hex(struct people_fixture *f, struct id id, const char *column,
                              const char *text)
{
    const struct seal_place place = {"account", column, id};
    struct keyring *keyring = f->store.services.keyring;
    struct fail why = {.code = ERR_OK};
    struct span sealed;
    struct id key;
    char *hex;

    must(keyring_need_key(keyring, KEY_PERSON, id, NULL, &key, &why), &why, "key");
    must(seal(keyring, key, &place, span_text(text), f->store.arena, &sealed, &why), &why,
         "seal");
    hex = arena_alloc(f->store.arena, 2 * sealed.len + 1);
    for (size_t i = 0; i < sealed.len; i++)
        sprintf(hex + 2 * i, "%02x", sealed.p[i]);
    return hex;
}

static void add_account(struct people_fixture *f, struct id id,
                        const struct people_fixture_person *p)
{
    const char *state = p->state == NULL ? "active" : p->state;

    audit_fixture_sql(
        &f->store.log,
        "INSERT INTO account (id, role, state, school, login_index, login_sealed,"
        " display_name_sealed, password_hash_sealed, totp_secret_sealed, created_at)"
        " VALUES (%s, '%s', '%s', %s, substr(sha256('%s'), 1, 16), '\\x%s', '\\x%s', '\\x00',"
        " '\\x00', now())",
        sql_id(f, id), role_id(p->role), state, sql_id(f, p->school),
        people_fixture_text(f, id), sealed_hex(f, id, "login_sealed", p->login),
        sealed_hex(f, id, "display_name_sealed", p->display));
}

struct id people_fixture_add(struct people_fixture *f, const struct people_fixture_person *p)
{
    const struct span plain[PERSON_SEALED_N] = {span_text(p->family), span_text(p->given),
                                                span_text(p->family_kana),
                                                span_text(p->given_kana), SPAN_NONE};
    struct person_row row = {.id = id_new(),
                             .school = p->school,
                             .kind = p->role == ROLE_ANONYMOUS ? PERSON_STUDENT
                                                               : person_kind_of(p->role),
                             .grade = span_text(p->grade),
                             .created_utc_us = clock_utc_us()};
    struct fail why = {.code = ERR_OK};

    must(person_seal(f->store.services.keyring, &row, plain, f->store.arena, &why), &why,
         "seal");
    must(writer_wait(f->store.log.writer, add_run, &row, &why), &why, "person");
    if (p->role != ROLE_ANONYMOUS)
        add_account(f, row.id, p);
    return row.id;
}

struct id people_fixture_class(struct people_fixture *f, struct id school)
{
    struct id id = id_new();

    audit_fixture_sql(&f->store.log,
                      "INSERT INTO school_class (id, title, kind, school, received, created_at)"
                      " VALUES (%s, '1組', 'homeroom', %s, '', now())",
                      sql_id(f, id), sql_id(f, school));
    return id;
}

void people_fixture_enrol(struct people_fixture *f, struct id class, struct id person)
{
    audit_fixture_sql(&f->store.log,
                      "INSERT INTO enrolment (id, class, person, role, is_primary, created_at)"
                      " VALUES (%s, %s, %s, 'student', true, now())",
                      sql_id(f, id_new()), sql_id(f, class), sql_id(f, person));
}

void people_fixture_guards(struct people_fixture *f, struct id guardian, struct id child)
{
    audit_fixture_sql(&f->store.log,
                      "INSERT INTO guardian_link (id, guardian, child, created_at)"
                      " VALUES (%s, %s, %s, now())",
                      sql_id(f, id_new()), sql_id(f, guardian), sql_id(f, child));
}

struct caller people_fixture_caller(enum role role, struct id account, struct id school)
{
    return (struct caller){.role = role, .account = account, .school = school};
}

struct id people_fixture_give(struct people_fixture *f, struct id account, enum right right,
                              struct id school, struct id class, const char *grade)
{
    struct rights_decision d = {.grant = {.id = id_new(),
                                          .account = account,
                                          .right = right,
                                          .school = school,
                                          .class = class},
                                .by = id_new(),
                                .by_role = ROLE_COMMISSIONER,
                                .now_utc_us = clock_utc_us()};
    struct fail why = {.code = ERR_OK};

    if (grade != NULL)
        snprintf(d.grant.grade, sizeof d.grant.grade, "%s", grade);
    must(rights_give_wait(f->rights, &d, &why), &why, "right");
    return d.grant.id;
}

static const struct route *route_of(const char *name)
{
    for (const struct route_table *t = features_routes; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            if (strcmp(t->rows[i].name, name) == 0)
                return &t->rows[i];
    invariant(false, "no route %s", name);
    return NULL;
}

struct req *people_fixture_ask(struct people_fixture *f, const char *route,
                               const struct caller *caller, struct id id, struct id right,
                               const char *query, const char *body)
{
    const struct route_call c = {.services = &f->store.services,
                                 .db = f->store.db,
                                 .arena = f->store.arena,
                                 .caller = *caller,
                                 .id = people_fixture_text(f, id),
                                 .right = people_fixture_text(f, right),
                                 .query = query,
                                 .body = body};

    return route_fixture_call(route_of(route), &c);
}
