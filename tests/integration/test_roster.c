/* A package on a real store: previewed, approved, applied at once or not at all, given out
 * again; who left, who came back, who was erased. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/erase.h"
#include "node/db/jobs.h"
#include "node/db/seal.h"
#include "node/features.h"
#include "tenants/handback/index.h"
#include "tenants/roster/export.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/import.h"
#include "tenants/roster/preview.h"
#include "tests/integration/roster_fixture.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

/* ---- the way of a package, step by step ---- */

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    return import_tx_add(tx, arg, why);
}

static struct import_row check(struct store_fixture *f, struct span zip)
{
    struct import_pending pending = {0};
    struct fail why = {.text = ""};
    enum err rc =
        import_prepare(&f->services, f->db, zip, ID_NONE, "operator", f->arena, &pending, &why);

    T_EQ(rc, ERR_OK, why.text);
    if (rc == ERR_OK)
        rc = writer_wait(f->services.writer, add_run, &pending, &why);
    T_EQ(rc, ERR_OK, why.text);
    import_end(&pending, rc);
    return pending.row;
}

static struct import_row check_spec(struct store_fixture *f, const struct roster_spec *spec)
{
    return check(f, roster_fixture_zip(spec, f->arena));
}

static enum err decide_run(struct tx *tx, void *arg, struct fail *why)
{
    return import_tx_decide(tx, arg, why);
}

static enum err decide(struct store_fixture *f, const struct import_row *row, bool admit)
{
    struct import_decision d = {
        .id = row->id, .role = "commissioner", .preview = row->preview, .admit_erased = admit};

    return writer_wait(f->services.writer, decide_run, &d, NULL);
}

static enum err run_job(struct store_fixture *f, struct id import)
{
    char id[ID_TEXT_CAP];
    struct fail why = {.text = ""};
    struct job_call call = {
        .services = &f->services, .db = f->db, .arena = f->arena, .n_try = 1};
    enum err rc;

    id_text(import, id);
    call.payload = span_text(arena_printf(f->arena, "{\"import\":\"%s\"}", id));
    rc = roster_jobs[0].run(&call, &why);
    if (rc != ERR_OK)
        printf("  job: %s\n", why.text);
    return rc;
}

static enum import_state state_of(struct store_fixture *f, struct id import)
{
    struct import_row row = {.state = IMPORT_STATES_N};

    T_EQ(import_store_find(NULL, f->db, import, f->arena, &row, NULL), ERR_OK, "found");
    return row.state;
}

static struct import_row apply_zip(struct store_fixture *f, struct span zip)
{
    struct import_row row = check(f, zip);

    T_EQ(row.state, IMPORT_CHECKED, "checked");
    T_EQ(decide(f, &row, false), ERR_OK, "decided");
    T_EQ(run_job(f, row.id), ERR_OK, "applied");
    T_EQ(state_of(f, row.id), IMPORT_APPLIED, "applied");
    return row;
}

static struct import_row apply_spec(struct store_fixture *f, const struct roster_spec *spec)
{
    return apply_zip(f, roster_fixture_zip(spec, f->arena));
}

/* One number of a preview's counts. */
static int64_t count(struct store_fixture *f, const struct import_row *row,
                     enum roster_kind kind, enum roster_what what)
{
    struct roster_counts counts;
    const struct roster_count *c;

    if (jx_read(row->counts, &roster_counts_shape, f->arena, &counts, NULL, NULL) != ERR_OK)
        return -1;
    c = (const struct roster_count *)counts.items.at + kind;
    switch (what) {
    case WHAT_ADDED:
        return c->added;
    case WHAT_CHANGED:
        return c->changed;
    case WHAT_LEFT:
        return c->left;
    case WHAT_RETURNED:
        return c->returned;
    case WHAT_KEPT_OUT:
        return c->kept_out;
    case ROSTER_WHATS_N:
        break;
    }
    return -1;
}

static int64_t all_counts(struct store_fixture *f, const struct import_row *row)
{
    int64_t n = 0;

    for (int k = 0; k < ROSTER_KINDS_N; k++)
        for (int w = 0; w < ROSTER_WHATS_N; w++)
            n += count(f, row, (enum roster_kind)k, (enum roster_what)w);
    return n;
}

static struct id student_id(struct store_fixture *f, int n)
{
    uint8_t index[PERSON_INDEX_BYTES];
    struct person_row row = {.id = ID_NONE};

    if (person_source_index(f->services.keyring, span_text(roster_fixture_student(n, f->arena)),
                            index, NULL) == ERR_OK)
        T_EQ(person_store_by_source(NULL, f->db, index, f->arena, &row, NULL), ERR_OK,
             "the student is there");
    return row.id;
}

/* An account as an operator makes one, sealed columns made up: only its life matters here. */
static void give_account(struct store_fixture *f, struct id person)
{
    char id[ID_TEXT_CAP];

    id_text(person, id);
    audit_fixture_sql(&f->log,
                      "INSERT INTO account (id, role, id_class, state, login_index,"
                      " login_sealed, display_name_sealed, password_hash_sealed, created_at)"
                      " VALUES ('%s', 'student', 'student', 'active',"
                      " decode('000102030405060708090a0b0c0d0e0f', 'hex'), '\\x01', '\\x01',"
                      " '\\x01', now())",
                      id);
}

static struct id student_school(struct store_fixture *f)
{
    struct person_row row = {.id = ID_NONE};

    T_EQ(person_store_find(NULL, f->db, student_id(f, 1), f->arena, &row, NULL), ERR_OK, "one");
    return row.school;
}

static enum err person_run(struct tx *tx, void *arg, struct fail *why)
{
    return person_store_add(tx, arg, why);
}

#define SMALL 30
static const struct roster_spec small = {.n_students = SMALL, .year = 2026};

T_CASE(roster_is_previewed_without_writing_and_then_applied)
{
    struct store_fixture f;
    struct import_row row, again;
    struct span changes;
    struct preview_line *lines = NULL;
    size_t n = 0;
    bool more = false;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    row = check_spec(&f, &small);
    T_EQ(row.state, IMPORT_CHECKED, "checked");
    T_EQ(row.n_errors, 0, "no errors");
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_ADDED), SMALL + 2 + 3,
         "students, teachers, parents");
    T_EQ(count(&f, &row, KIND_ENROLMENT, WHAT_ADDED), 3 * SMALL + 2, "enrolments");
    T_EQ(count(&f, &row, KIND_ORG, WHAT_ADDED), 2, "district and school");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person"), 0, "nobody was written");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM org"), 0, "no school");
    T_EQ(import_changes(&f.services, f.db, &row, f.arena, &changes, NULL), ERR_OK, "the list");
    T_EQ(preview_lines(changes, SPAN("person"), 0, 10, f.arena, &lines, &n, &more, NULL),
         ERR_OK, "a page of people");
    T_OK(n == 10 && more, "ten and more");
    T_OK(memmem(lines[2].label.p, lines[2].label.len, "髙橋1 花子1", strlen("髙橋1 花子1")) !=
             NULL,
         "with their names");
    T_EQ(decide(&f, &row, false), ERR_OK, "decided");
    T_EQ(decide(&f, &row, false), ERR_OK, "decided again: the same");
    T_EQ(run_job(&f, row.id), ERR_OK, "applied");
    T_EQ(run_job(&f, row.id), ERR_OK, "a job that runs again does nothing");
    T_EQ(decide(&f, &row, false), ERR_OK, "nor does a later decision");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person"), SMALL + 5, "people");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM enrolment e JOIN school_class c ON c.id ="
                               " e.class WHERE c.kind = 'homeroom' AND e.role = 'student' AND"
                               " e.number > 0"),
         SMALL, "in their homerooms");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM guardian_link l JOIN person g ON g.id ="
                               " l.guardian JOIN person c ON c.id = l.child WHERE g.kind ="
                               " 'guardian' AND c.kind = 'student' AND ended_at IS NULL"),
         3, "guardians belong to children");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person WHERE kind = 'student' AND school"
                               " IS NOT NULL AND grade <> ''"),
         SMALL, "school and grade in clear");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM org WHERE parent IS NOT NULL"), 1,
         "a school below its district");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM access_record WHERE route ="
                               " 'roster.applied'"),
         1, "on record once");
    again = check_spec(&f, &small);
    T_EQ(all_counts(&f, &again), 0, "the same package again changes nothing");
    store_fixture_stop(&f);
}

T_CASE(roster_takes_every_valid_shape_for_the_same)
{
    static const struct roster_spec shapes[] = {
        {.n_students = SMALL, .year = 2026, .version = "1.2"},
        {.n_students = SMALL, .year = 2026, .version = "1.2.1"},
        {.n_students = SMALL, .year = 2026, .is_plain = true},
        {.n_students = SMALL, .year = 2026, .has_mark = true},
        {.n_students = SMALL, .year = 2026, .is_empty = true},
    };
    struct store_fixture f;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    apply_spec(&f, &small);
    for (size_t i = 0; i < T_COUNT(shapes); i++) {
        struct import_row row = check_spec(&f, &shapes[i]);

        T_EQ(row.state, IMPORT_CHECKED, "taken");
        T_EQ(all_counts(&f, &row), 0, "and says the same");
    }
    store_fixture_stop(&f);
}

T_CASE(roster_with_an_error_is_not_kept)
{
    const struct roster_spec spec = {.n_students = SMALL, .year = 2026, .is_broken = true};
    struct store_fixture f;
    struct import_row row;

    store_fixture_start(&f, NULL);
    row = check_spec(&f, &spec);
    T_EQ(row.state, IMPORT_REFUSED, "refused");
    T_OK(row.n_errors > 0 && row.findings.len > 0, "with findings");
    T_OK(memmem(row.findings.p, row.findings.len, "髙橋", strlen("髙橋")) == NULL,
         "that name nobody");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM file"), 0, "its bytes were not kept");
    T_EQ(decide(&f, &row, false), ERR_CONFLICT, "nobody can apply it");
    row = check(&f, SPAN("not a ZIP at all"));
    T_EQ(row.state, IMPORT_REFUSED, "refused");
    store_fixture_stop(&f);
}

T_CASE(roster_tells_who_changed_left_and_came_back)
{
    struct roster_spec spec = {.n_students = SMALL, .year = 2026, .without = 7, .renamed = 3};
    struct store_fixture f;
    struct import_row row;
    struct span changes;
    struct preview_line *lines = NULL;
    size_t n = 0;
    bool more;
    struct id seven;
    struct roster_fixture_lines open;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    apply_spec(&f, &small);
    seven = student_id(&f, 7);
    give_account(&f, seven);
    row = check_spec(&f, &spec);
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_CHANGED), 1, "one changed");
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_LEFT), 1, "one left");
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_ADDED), 0, "nobody came");
    T_EQ(import_changes(&f.services, f.db, &row, f.arena, &changes, NULL), ERR_OK, "the list");
    T_EQ(preview_lines(changes, SPAN("person"), 0, 10, f.arena, &lines, &n, &more, NULL),
         ERR_OK, "people");
    T_EQ(n, 2, "two");
    T_SPAN(lines[0].fields, SPAN("givenName preferredGivenName"), "which fields");
    T_SPAN(lines[1].what, SPAN("left"), "and who left");
    roster_fixture_lines_init(&open, &f.services);
    T_EQ(decide(&f, &row, false), ERR_OK, "decided");
    T_EQ(run_job(&f, row.id), ERR_OK, "applied");
    f.services.live = NULL;
    T_EQ(open.n_ended, 1, "one line ends with the commit");
    T_OK(id_eq(open.ended[0], seven), "his who left");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person WHERE left_at IS NOT NULL"), 1,
         "he is still there, as one who left");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM account WHERE state = 'suspended'"), 1,
         "his ID is suspended, not deleted");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM account_step WHERE state = 'suspended' AND"
                               " actor_role = 'commissioner' AND reason_sealed IS NOT NULL"),
         1, "with who and why");
    row = check_spec(&f, &small);
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_RETURNED), 1, "he comes back");
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_ADDED), 0, "as himself");
    T_EQ(decide(&f, &row, false), ERR_OK, "decided");
    T_EQ(run_job(&f, row.id), ERR_OK, "applied");
    T_OK(id_eq(student_id(&f, 7), seven), "the same person");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM account WHERE state = 'active'"), 1,
         "and active again");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM enrolment WHERE left_at IS NOT NULL"), 0,
         "back in his classes");
    store_fixture_stop(&f);
}

T_CASE(roster_leaves_accounts_alone_when_the_municipality_says_so)
{
    const struct roster_spec spec = {.n_students = SMALL, .year = 2026, .without = 7};
    struct store_fixture f;
    struct setting_change change = {.row = &setting_roster_suspend_leavers,
                                    .id = id_new(),
                                    .has_value = true,
                                    .value = SPAN("false"),
                                    .expected_version = -1,
                                    .role = ROLE_COMMISSIONER};

    store_fixture_start(&f, NULL);
    apply_spec(&f, &small);
    give_account(&f, student_id(&f, 7));
    change.now_utc_us = clock_utc_us();
    T_EQ(settings_change_wait(f.services.settings, f.services.writer, &change, NULL), ERR_OK,
         "switched off");
    apply_spec(&f, &spec);
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person WHERE left_at IS NOT NULL"), 1,
         "he left");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM account WHERE state = 'active'"), 1,
         "his ID goes on");
    store_fixture_stop(&f);
}

T_CASE(roster_takes_back_only_the_guardians_it_had_named)
{
    const struct roster_spec spec = {.n_students = SMALL, .year = 2026, .has_no_agents = true};
    struct store_fixture f;

    store_fixture_start(&f, NULL);
    apply_spec(&f, &small);
    audit_fixture_sql(&f.log,
                      "INSERT INTO guardian_link (id, guardian, child, created_at) SELECT"
                      " gen_random_uuid(), g.id, c.id, now() FROM (SELECT id FROM person WHERE"
                      " kind = 'guardian' LIMIT 1) g, (SELECT p.id FROM person p WHERE p.kind ="
                      " 'student' AND NOT EXISTS (SELECT FROM guardian_link l WHERE l.child ="
                      " p.id) LIMIT 1) c");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM guardian_link WHERE ended_at IS NULL"), 4,
         "three of the roster, one by hand");
    apply_spec(&f, &spec);
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM guardian_link WHERE ended_at IS NULL"), 1,
         "the one by hand stays");
    apply_spec(&f, &small);
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM guardian_link WHERE ended_at IS NULL"), 4,
         "and the three come back");
    store_fixture_stop(&f);
}

T_CASE(roster_knows_a_person_by_the_master_identifier_and_marks_doubles)
{
    const struct roster_spec moved = {.n_students = SMALL, .year = 2026, .moved = 4};
    const struct roster_spec doubled = {.n_students = SMALL, .year = 2026, .new_person = 5};
    struct store_fixture f;
    struct roster_counts counts;
    struct import_row row;

    store_fixture_start(&f, NULL);
    apply_spec(&f, &small);
    row = check_spec(&f, &moved);
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_CHANGED), 1, "another source id is a change");
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_ADDED) + count(&f, &row, KIND_PERSON, WHAT_LEFT), 0,
         "of the same person");
    row = check_spec(&f, &doubled);
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_ADDED), 1, "other ids altogether: somebody new");
    T_EQ(jx_read(row.counts, &roster_counts_shape, f.arena, &counts, NULL, NULL), ERR_OK,
         "counts");
    T_EQ(counts.n_doubles, 1, "but marked: same reading, grade and school");
    store_fixture_stop(&f);
}

T_CASE(roster_of_two_previews_only_the_first_can_be_applied)
{
    const struct roster_spec one = {.n_students = SMALL, .year = 2026, .without = 1};
    const struct roster_spec two = {.n_students = SMALL, .year = 2026, .without = 2};
    struct store_fixture f;
    struct import_row a, b;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    apply_spec(&f, &small);
    a = check_spec(&f, &one);
    b = check_spec(&f, &two);
    T_EQ(decide(&f, &a, false), ERR_OK, "the first is decided");
    T_EQ(decide(&f, &b, false), ERR_OK, "so is the second, before the first is done");
    T_EQ(run_job(&f, a.id), ERR_OK, "the first is done");
    T_EQ(run_job(&f, b.id), ERR_OK, "the second ends");
    T_EQ(state_of(&f, a.id), IMPORT_APPLIED, "applied");
    T_EQ(state_of(&f, b.id), IMPORT_STALE, "stale: nothing of it was done");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person WHERE left_at IS NOT NULL"), 1,
         "one left");
    b = check_spec(&f, &two);
    a.preview = b.preview;
    T_EQ(decide(&f, &a, false), ERR_CONFLICT, "another's preview decides nothing");
    audit_fixture_sql(&f.log, "UPDATE org SET is_cooperating = false WHERE kind = 'school'");
    T_EQ(decide(&f, &b, false), ERR_CONFLICT, "the store changed since: preview again");
    store_fixture_stop(&f);
}

/* ---- what another node makes of a bag ---- */

/* Every index of a column stands as data_index_make makes it of its source. */
static int check_index(struct store_fixture *f, const struct data_table *table,
                       const struct hand_rule *rule)
{
    const struct stmt stmt = {
        "roster_index",
        arena_printf(f->arena, "SELECT %s, %s, id FROM %s WHERE %s IS NOT NULL", rule->column,
                     rule->index->source, table->name, rule->column)};
    const struct stmt *const rows_of[] = {&stmt};
    const struct stmt_table tables[] = {{rows_of, 1}, {NULL, 0}};
    struct db_conf conf = store_fixture_conf(f, "ibasho_app");
    struct db_rows *rows = NULL;
    struct db *db = NULL;
    struct db_args none;
    int n = 0;

    db_args_init(&none);
    T_EQ(db_open(&conf, tables, &db, NULL), ERR_OK, table->name);
    T_EQ(db_run(db, &stmt, &none, &rows, NULL), ERR_OK, rule->column);
    for (int i = 0; i < db_rows_n(rows); i++) {
        const struct seal_place place = {table->name, rule->index->source, db_id(rows, i, 2)};
        uint8_t made[DATA_INDEX_BYTES];
        struct span plain = SPAN_NONE;

        T_EQ(unseal(f->services.keyring, &place, db_bytes(rows, i, 1), f->arena, &plain, NULL),
             ERR_OK, "its source opens");
        T_EQ(data_index_make(rule->index, f->services.keyring, plain, f->arena, made, NULL),
             ERR_OK, "it is made");
        n += span_eq(span_of(made, sizeof made), db_bytes(rows, i, 0));
    }
    T_EQ(n, db_rows_n(rows), rule->column);
    db_rows_free(&rows);
    db_close(&db);
    return n;
}

T_CASE(roster_indices_can_be_made_again_of_what_is_handed_back)
{
    const struct roster_spec spec = {.n_students = 60, .year = 2026};
    struct store_fixture f;
    int n = 0, n_rules = 0;

    T_REQ("KP-3-調達-4");
    store_fixture_start(&f, NULL);
    apply_spec(&f, &spec);
    for (const struct data_table_list *l = features_tables; l->n > 0; l++)
        for (int t = 0; t < l->n; t++)
            for (const struct hand_rule *r = l->rows[t].hand_rules;
                 r != NULL && r->column != NULL; r++)
                if (r->what == HAND_INDEX) {
                    n += check_index(&f, &l->rows[t], r);
                    n_rules++;
                }
    T_EQ(n_rules, 6, "account's two, person's two, roles and enrolments");
    T_OK(n >= 60 + 60 + 60 + 180, "children by both ids, their roles, three enrolments each");
    store_fixture_stop(&f);
}

T_CASE(roster_export_comes_back_as_no_change)
{
    const struct roster_spec spec = {.n_students = SMALL, .year = 2026, .without = 9};
    struct store_fixture f;
    struct person_row by_hand = {.kind = PERSON_STUDENT, .grade = SPAN("J1")};
    const struct span names[PERSON_SEALED_N] = {SPAN("手"), SPAN("書子"), SPAN("て"),
                                                SPAN("かきこ"), SPAN_NONE};
    struct import_row row;
    struct roster *read = NULL;
    struct span zip, again;
    size_t n_persons = 0;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    T_EQ(roster_export(f.services.keyring, f.db, f.arena, &zip, &n_persons, NULL), ERR_OK,
         "of nothing");
    T_EQ(all_counts(&f, (row = check(&f, zip), &row)), 0, "a manifest alone");
    apply_spec(&f, &small);
    apply_spec(&f, &spec);
    by_hand.id = id_new();
    by_hand.created_utc_us = clock_utc_us();
    by_hand.school = student_school(&f);
    T_EQ(person_seal(f.services.keyring, &by_hand, names, f.arena, NULL), ERR_OK, "sealed");
    T_EQ(writer_wait(f.services.writer, person_run, &by_hand, NULL), ERR_OK, "by hand");
    T_EQ(roster_export(f.services.keyring, f.db, f.arena, &zip, &n_persons, NULL), ERR_OK,
         "exported");
    T_EQ(roster_export(f.services.keyring, f.db, f.arena, &again, &n_persons, NULL), ERR_OK,
         "again");
    T_SPAN(again, zip, "the same bytes");
    row = check(&f, zip);
    T_EQ(row.state, IMPORT_CHECKED, "a good package");
    T_EQ(row.n_warnings, 0, "without a warning");
    T_EQ(all_counts(&f, &row), 0, "that changes nothing");
    T_EQ(roster_read(zip, &roster_options_default, f.arena, &read, NULL), ERR_OK, "read");
    T_EQ(read->n_users, SMALL - 1 + 5 + 1, "all who are there, also who was entered by hand");
    store_fixture_stop(&f);
}

T_CASE(roster_does_not_bring_back_who_was_erased)
{
    struct store_fixture f;
    struct import_row row;
    struct id two;
    size_t n = 0;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    row = apply_spec(&f, &small);
    two = student_id(&f, 2);
    T_EQ(erase_person(f.services.keyring, f.services.writer, features_tables, two, NULL, NULL),
         ERR_OK, "erased");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM enrolment e LEFT JOIN person p ON p.id ="
                               " e.person WHERE p.id IS NULL"),
         0, "with his enrolments");
    T_EQ(import_sweep(&f.services, f.db, clock_utc_us(), &n, NULL), ERR_OK, "swept");
    T_EQ(n, 1, "the package that named him is forgotten");
    T_EQ(import_store_find(NULL, f.db, row.id, f.arena, &row, NULL), ERR_OK, "its counts stay");
    T_EQ(import_changes(&f.services, f.db, &row, f.arena, &(struct span){0}, NULL),
         ERR_NOT_FOUND, "its list does not");
    row = check_spec(&f, &small);
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_KEPT_OUT), 1, "kept out");
    T_EQ(count(&f, &row, KIND_PERSON, WHAT_ADDED), 0, "not added");
    T_EQ(count(&f, &row, KIND_ENROLMENT, WHAT_KEPT_OUT), 3, "nor what is his");
    T_EQ(decide(&f, &row, false), ERR_OK, "decided");
    T_EQ(run_job(&f, row.id), ERR_OK, "applied");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person"), SMALL + 4, "he is not back");
    row = check_spec(&f, &small);
    T_EQ(decide(&f, &row, true), ERR_OK, "a person decides that he may come");
    T_EQ(run_job(&f, row.id), ERR_OK, "applied");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person"), SMALL + 5, "as somebody new");
    T_OK(!id_eq(student_id(&f, 2), two), "with another id and key");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM erased_source"), 0, "no longer kept out");
    store_fixture_stop(&f);
}

T_CASE(roster_keeps_a_package_for_its_days_alone)
{
    struct store_fixture f;
    struct import_row row;
    struct id key;
    size_t n = 9;

    store_fixture_start(&f, NULL);
    row = check_spec(&f, &small);
    T_EQ(import_sweep(&f.services, f.db, clock_utc_us() + INT64_C(13) * 86400000000, &n, NULL),
         ERR_OK, "after 13 days");
    T_EQ(n, 0, "still there");
    T_EQ(import_sweep(&f.services, f.db, clock_utc_us() + INT64_C(15) * 86400000000, &n, NULL),
         ERR_OK, "after 15 days");
    T_EQ(n, 1, "forgotten");
    T_EQ(keyring_find_key(f.services.keyring, KEY_RECORD, row.id, NULL, &key, NULL),
         ERR_NOT_FOUND, "its key is gone");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM file"), 0, "and its files");
    T_EQ(decide(&f, &row, false), ERR_CONFLICT, "it cannot be applied any more");
    store_fixture_stop(&f);
}

/* ---- a node that dies in the middle ---- */

/* A killed child spoke on the parent's connection to the key agent and may have left an answer
 * on it, which a question of the same kind would take for its own. An answer of the wrong kind
 * makes the connection anew; two kinds answered one after the other: nothing is left. */
static bool is_agent_fresh(struct store_fixture *f)
{
    struct keyring_status status;
    uint8_t index[PERSON_INDEX_BYTES];

    for (int i = 0; i < 10; i++)
        if (keyring_status_read(f->services.keyring, &status, NULL) == ERR_OK &&
            person_source_index(f->services.keyring, SPAN("nobody"), index, NULL) == ERR_OK)
            return true;
    return false;
}

/* The job in a process of its own, with its own connections; killed after_us after it begins.
 * The parent's writer is stopped meanwhile: one writer a database. */
static void apply_and_die(struct store_fixture *f, struct id import, unsigned after_us)
{
    struct db_conf conf = store_fixture_conf(f, "ibasho_app");
    int ended, ready[2];
    char byte;
    pid_t pid;

    audit_fixture_close(&f->log);
    fflush(NULL);
    T_EQ(pipe(ready), 0, "pipe");
    pid = fork();
    if (pid == 0) {
        f->db = NULL;
        audit_fixture_open(&f->log);
        f->services.writer = f->log.writer;
        f->services.audit = f->log.audit;
        if (db_open(&conf, features_stmts, &f->db, NULL) != ERR_OK ||
            write(ready[1], "x", 1) != 1)
            _exit(2);
        _exit(run_job(f, import) == ERR_OK ? 0 : 3);
    }
    T_EQ(read(ready[0], &byte, 1), 1, "begins");
    usleep(after_us);
    kill(pid, SIGKILL);
    T_EQ(waitpid(pid, &ended, 0), pid, "ended");
    T_OK(WIFSIGNALED(ended) || WEXITSTATUS(ended) == 0, "killed, or quicker");
    close(ready[0]);
    close(ready[1]);
    T_OK(is_agent_fresh(f), "the key agent answers the parent alone");
    audit_fixture_open(&f->log);
    f->services.writer = f->log.writer;
    f->services.audit = f->log.audit;
}

T_CASE(roster_is_applied_whole_or_not_at_all_when_the_node_is_killed)
{
    struct store_fixture f;
    int n_whole = 0;
    int64_t begun_us, most_us;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    begun_us = clock_mono_us();
    apply_spec(&f, &(struct roster_spec){.n_students = SMALL, .year = 2026});
    most_us = clock_mono_us() - begun_us;
    for (int round = 0; round < 10 && t_case_ok(); round++) {
        const struct roster_spec spec = {.n_students = SMALL + 10 * (round + 1), .year = 2026};
        struct import_row row = check_spec(&f, &spec);
        int64_t before = store_fixture_i64(&f, "SELECT count(*) FROM enrolment");
        int64_t added = count(&f, &row, KIND_ENROLMENT, WHAT_ADDED), after;
        struct keyring_status keys, again;

        T_EQ(decide(&f, &row, false), ERR_OK, "decided");
        apply_and_die(&f, row.id, (unsigned)(most_us * round / 10));
        after = store_fixture_i64(&f, "SELECT count(*) FROM enrolment");
        T_OK(after == before || after == before + added, "nothing or all");
        T_EQ(after != before, state_of(&f, row.id) == IMPORT_APPLIED, "and its state says so");
        n_whole += after != before;
        T_EQ(run_job(&f, row.id), ERR_OK, "the job runs again");
        T_EQ(state_of(&f, row.id), IMPORT_APPLIED, "to its end");
        T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM enrolment"), before + added,
             "all of it, once");
        T_EQ(keyring_status_read(f.services.keyring, &keys, NULL), ERR_OK, "keys");
        T_EQ(run_job(&f, row.id), ERR_OK, "and again");
        T_EQ(keyring_status_read(f.services.keyring, &again, NULL), ERR_OK, "keys");
        T_EQ(again.n_keys, keys.n_keys, "makes no key");
    }
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person"),
         store_fixture_i64(&f, "SELECT count(DISTINCT source_index) FROM person"),
         "nobody twice");
    printf("  %d of 10 were whole, most %lld us\n", n_whole, (long long)most_us);
    store_fixture_stop(&f);
}
