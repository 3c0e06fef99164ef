/* The roll-over of April on a real store: what goes up, who leaves, what is over; undone to the
 * letter; confirmed once. */
#include <stdio.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/db/jobs.h"
#include "tenants/roster/feature.h"
#include "tenants/roster/import.h"
#include "tenants/roster/preview.h"
#include "tenants/roster/rollover.h"
#include "tests/integration/roster_fixture.h"
#include "tests/integration/route_fixture.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

#define N 250 /* ten homerooms: P1 to J3, then P1 again; two schools */

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    return import_tx_add(tx, arg, why);
}

static enum err import_decide_run(struct tx *tx, void *arg, struct fail *why)
{
    return import_tx_decide(tx, arg, why);
}

/* A roster of the year before the one to come. */
static void bring_roster(struct store_fixture *f, int year)
{
    const struct roster_spec spec = {.n_students = N, .year = year};
    struct import_pending pending = {0};
    struct import_decision decision;
    struct job_call call = {
        .services = &f->services, .db = f->db, .arena = f->arena, .n_try = 1};
    char id[ID_TEXT_CAP];
    enum err rc = import_prepare(&f->services, f->db, roster_fixture_zip(&spec, f->arena),
                                 ID_NONE, "operator", f->arena, &pending, NULL);

    T_EQ(rc, ERR_OK, "checked");
    T_EQ(writer_wait(f->services.writer, add_run, &pending, NULL), ERR_OK, "kept");
    import_end(&pending, ERR_OK);
    decision = (struct import_decision){
        .id = pending.row.id, .role = "commissioner", .preview = pending.row.preview};
    T_EQ(writer_wait(f->services.writer, import_decide_run, &decision, NULL), ERR_OK,
         "decided");
    id_text(pending.row.id, id);
    call.payload = span_text(arena_printf(f->arena, "{\"import\":\"%s\"}", id));
    T_EQ(roster_jobs[0].run(&call, NULL), ERR_OK, "applied");
}

/* All that a roll-over may touch, as one number. */
static int64_t letters(struct store_fixture *f)
{
    return store_fixture_i64(
        f, "SELECT bit_xor(hashtextextended(t, 0)) FROM ("
           "SELECT p::text AS t FROM person p UNION ALL SELECT e::text FROM enrolment e"
           " UNION ALL SELECT c::text FROM school_class c UNION ALL SELECT r::text FROM"
           " person_role r UNION ALL SELECT o::text FROM org o UNION ALL SELECT a.id::text ||"
           " a.state FROM account a UNION ALL SELECT g::text FROM right_end g) AS all_rows");
}

struct roll {
    struct store_fixture *f;
    struct rollover_pending pending;
    struct rollover_decision decision;
    struct rollover_ending ending;
};

static enum err preview_run(struct tx *tx, void *arg, struct fail *why)
{
    return rollover_tx_add(tx, &((struct roll *)arg)->pending, why);
}
static enum err apply_run(struct tx *tx, void *arg, struct fail *why)
{
    return rollover_tx_apply(tx, &((struct roll *)arg)->decision, why);
}
static enum err undo_run(struct tx *tx, void *arg, struct fail *why)
{
    return rollover_tx_undo(tx, &((struct roll *)arg)->decision, why);
}
static enum err confirm_run(struct tx *tx, void *arg, struct fail *why)
{
    struct roll *r = arg;

    return rollover_tx_confirm(&r->f->services, tx, &r->ending, why);
}

static enum err preview(struct roll *r, const struct rollover_wishes *wishes)
{
    enum err rc = rollover_prepare(&r->f->services, r->f->db, wishes, ID_NONE, "commissioner",
                                   r->f->arena, &r->pending, NULL);

    if (rc == ERR_OK)
        rc = writer_wait(r->f->services.writer, preview_run, r, NULL);
    r->decision = (struct rollover_decision){.id = r->pending.row.id,
                                             .role = "commissioner",
                                             .preview = r->pending.row.preview,
                                             .now_utc_us = clock_utc_us()};
    return rc;
}

static enum err run(struct roll *r, enum err (*what)(struct tx *, void *, struct fail *))
{
    return writer_wait(r->f->services.writer, what, r, NULL);
}

static int64_t n_of(const struct roll *r, enum rollover_kind kind)
{
    int64_t n = 0;

    for (size_t i = 0; i < r->pending.n; i++)
        n += r->pending.changes[i].kind == kind;
    return n;
}

static struct id one_id(struct store_fixture *f, const char *sql)
{
    char text[ID_TEXT_CAP];
    struct id id = ID_NONE;
    int64_t high = store_fixture_i64(
        f, arena_printf(f->arena,
                        "SELECT ('x' || substr(replace(t.id::text, '-', ''), 1, 16))::bit(64)"
                        "::bigint FROM (%s) AS t",
                        sql));
    int64_t low = store_fixture_i64(
        f, arena_printf(f->arena,
                        "SELECT ('x' || substr(replace(t.id::text, '-', ''), 17, 16))::bit(64)"
                        "::bigint FROM (%s) AS t",
                        sql));

    for (int i = 0; i < 8; i++) {
        id.b[i] = (uint8_t)((uint64_t)high >> (56 - 8 * i));
        id.b[8 + i] = (uint8_t)((uint64_t)low >> (56 - 8 * i));
    }
    id_text(id, text);
    return id;
}

T_CASE(rollover_moves_everybody_up_and_undo_puts_every_letter_back)
{
    struct store_fixture f;
    struct roll r = {.f = &f};
    int year = rollover_school_year(clock_utc_us());
    struct rollover_wishes wishes = {.school_year = year + 1};
    struct id hold, leave;
    int64_t before;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    bring_roster(&f, year);
    hold = one_id(&f, "SELECT id FROM person WHERE grade = 'P2' ORDER BY id LIMIT 1");
    leave = one_id(&f, "SELECT id FROM person WHERE grade = 'P3' ORDER BY id LIMIT 1");
    wishes.hold = &hold;
    wishes.leave = &leave;
    wishes.n_hold = wishes.n_leave = 1;
    before = letters(&f);
    T_EQ(preview(&r, &wishes), ERR_OK, "previewed");
    T_EQ(letters(&f), before, "nothing changed by looking");
    T_EQ(n_of(&r, ROLLOVER_UP), N - 25 - 2, "all but J3, one held, one leaving");
    T_EQ(n_of(&r, ROLLOVER_GRADUATE), 25, "J3 leaves");
    T_EQ(n_of(&r, ROLLOVER_HOLD), 1, "held");
    T_EQ(n_of(&r, ROLLOVER_LEAVE), 1, "leaving");
    T_EQ(n_of(&r, ROLLOVER_CLASS), 30, "classes of the old year");
    T_EQ(n_of(&r, ROLLOVER_ENROLMENT), 3 * N + 10, "and who was in them");
    T_EQ(run(&r, apply_run), ERR_OK, "applied");
    T_EQ(run(&r, apply_run), ERR_OK, "applied again: nothing more");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person WHERE grade = 'P2'"), 50 + 1,
         "P1 went up, one P2 stayed");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person WHERE grade = 'J1' AND school IS"
                               " NULL"),
         25, "the next school of those who end the first is not guessed");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM person WHERE left_at IS NOT NULL"), 26,
         "graduates and one leaver");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM enrolment WHERE left_at IS NULL"), 0,
         "no class of the old year goes on");
    T_OK(letters(&f) != before, "something changed");
    T_EQ(run(&r, undo_run), ERR_OK, "undone");
    T_EQ(letters(&f), before, "to the letter");
    T_EQ(run(&r, undo_run), ERR_CONFLICT, "once");
    T_EQ(rollover_prepare_confirm(&f.services, f.db, &r.decision, f.arena, &r.ending, NULL),
         ERR_OK, "gathered");
    T_EQ(run(&r, confirm_run), ERR_CONFLICT, "and cannot be confirmed then");
    store_fixture_stop(&f);
}

T_CASE(rollover_happens_once_a_school_year)
{
    struct store_fixture f;
    struct roll first = {.f = &f}, second = {.f = &f};
    int year = rollover_school_year(clock_utc_us());
    const struct rollover_wishes wishes = {.school_year = year + 1};

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    bring_roster(&f, year);
    T_EQ(preview(&first, &wishes), ERR_OK, "one preview");
    T_EQ(preview(&second, &wishes), ERR_OK, "and another");
    T_EQ(run(&first, apply_run), ERR_OK, "the first is applied");
    T_EQ(run(&second, apply_run), ERR_CONFLICT, "the second is out of date");
    T_EQ(preview(&second, &wishes), ERR_CONFLICT, "no third is made");
    T_EQ(rollover_prepare_confirm(&f.services, f.db, &first.decision, f.arena, &first.ending,
                                  NULL),
         ERR_OK, "gathered");
    T_EQ(run(&first, confirm_run), ERR_OK, "confirmed");
    T_EQ(run(&first, undo_run), ERR_CONFLICT, "no way back");
    T_EQ(preview(&second, &wishes), ERR_CONFLICT, "nor again");
    T_EQ(preview(&second, &(struct rollover_wishes){.school_year = year + 2}), ERR_INVALID,
         "nor a year ahead of time");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM rollover WHERE state = 'confirmed'"), 1,
         "one stands");
    store_fixture_stop(&f);
}

static const char *id_string(struct id id, struct arena *arena)
{
    char text[ID_TEXT_CAP];

    id_text(id, text);
    return arena_text(arena, span_text(text));
}

T_CASE(rollover_confirms_what_has_no_way_back)
{
    struct store_fixture f;
    struct roll r = {.f = &f};
    int year = rollover_school_year(clock_utc_us());
    const struct rollover_wishes wishes = {.school_year = year + 1};
    struct roster_fixture_lines lines;
    char id[ID_TEXT_CAP];
    struct route_call call = {.services = &f.services,
                              .caller = {.role = ROLE_COMMISSIONER, .account = id_new()},
                              .id = id};
    int64_t before;

    store_fixture_start(&f, NULL);
    bring_roster(&f, year);
    audit_fixture_sql(
        &f.log, "INSERT INTO account (id, role, id_class, state, login_index,"
                " login_sealed, display_name_sealed, password_hash_sealed, created_at)"
                " SELECT id, 'student', 'student', 'active', decode(md5(id::text), 'hex'),"
                " '\\x01', '\\x01', '\\x01', now() FROM person WHERE kind = 'student' AND"
                " grade IN ('J3', 'P1')");
    T_EQ(preview(&r, &wishes), ERR_OK, "previewed");
    before = store_fixture_i64(&f, "SELECT count(*) FROM account WHERE state = 'active'");
    T_EQ(run(&r, apply_run), ERR_OK, "applied");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM account WHERE state = 'active'"), before,
         "nobody is suspended before it is confirmed");
    roster_fixture_lines_init(&lines, &f.services);
    id_text(r.decision.id, id);
    call.db = f.db;
    call.arena = f.arena;
    for (size_t i = 0; i < ROLLOVER_ROUTES_N; i++)
        if (strcmp(rollover_routes[i].name, "roster.rollover_confirm") == 0)
            T_EQ(route_fixture_call(&rollover_routes[i], &call)->reply.status, 200,
                 "confirmed");
    f.services.live = NULL;
    T_EQ(lines.n_ended, 25, "nobody who may not stay waits for the look to find him");
    for (size_t i = 0; i < lines.n_ended; i++)
        T_EQ(store_fixture_i64(&f, arena_printf(f.arena,
                                                "SELECT count(*) FROM account WHERE id = '%s'"
                                                " AND state = 'suspended'",
                                                id_string(lines.ended[i], f.arena))),
             1, "a graduate");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM account WHERE state = 'suspended'"), 25,
         "graduates are");
    T_EQ(store_fixture_i64(&f, "SELECT count(*) FROM account_step WHERE state = 'suspended'"),
         25, "with a step each");
    store_fixture_stop(&f);
}

T_CASE(rollover_warns_beforehand_of_whom_it_would_leave_behind)
{
    struct store_fixture f;
    struct roll r = {.f = &f};
    int year = rollover_school_year(clock_utc_us());
    const struct rollover_wishes wishes = {.school_year = year + 1};
    int64_t n = -1;

    T_REQ("NI-T2-1");
    store_fixture_start(&f, NULL);
    bring_roster(&f, year);
    T_EQ(rollover_n_without_grade(&f.services, f.db, f.arena, &n, NULL), ERR_OK, "counted");
    T_EQ(n, 0, "everybody has one");
    audit_fixture_sql(&f.log, "UPDATE person SET grade = '' WHERE id IN (SELECT id FROM person"
                              " WHERE kind = 'student' AND grade = 'P4' ORDER BY id LIMIT 3)");
    audit_fixture_sql(&f.log,
                      "UPDATE person SET grade = 'XX' WHERE id IN (SELECT id FROM person"
                      " WHERE kind = 'student' AND grade = 'P5' ORDER BY id LIMIT 1)");
    T_EQ(rollover_n_without_grade(&f.services, f.db, f.arena, &n, NULL), ERR_OK, "counted");
    T_EQ(n, 4, "who has none, and whose leads nowhere");
    T_EQ(preview(&r, &wishes), ERR_OK, "previewed");
    T_EQ(n_of(&r, ROLLOVER_UNKNOWN), 4, "the same are told in the preview");
    store_fixture_stop(&f);
}

T_CASE(rollover_leaves_those_alone_whom_the_new_roster_brought)
{
    struct store_fixture f;
    struct roll r = {.f = &f};
    int year = rollover_school_year(clock_utc_us());
    const struct rollover_wishes wishes = {.school_year = year + 1};

    store_fixture_start(&f, NULL);
    bring_roster(&f, year);
    bring_roster(&f, year + 1); /* the same people in classes of the new year */
    T_EQ(preview(&r, &wishes), ERR_OK, "previewed");
    T_EQ(n_of(&r, ROLLOVER_UP) + n_of(&r, ROLLOVER_GRADUATE), 0, "nobody goes up twice");
    store_fixture_stop(&f);
}

T_CASE(rollover_knows_grades_years_and_schools)
{
    static const struct {
        const char *grade, *next;
    } grades[] = {{"P1", "P2"}, {"P6", "J1"}, {"J3", "H1"}, {"H2", "H3"},
                  {"H3", ""},   {"E1", ""},   {"", ""},     {"p1", ""}};
    static const struct {
        const char *code, *grade;
        bool stays;
    } schools[] = {{"B101210000017", "P6", false},
                   {"C201210000017", "P6", true},
                   {"C101210000017", "J3", false},
                   {"D201210000017", "J3", true},
                   {"E101210000017", "P6", true},
                   {"B101210000017", "P5", true},
                   {"", "P6", false}};

    for (size_t i = 0; i < T_COUNT(grades); i++)
        T_TEXT(rollover_next_grade(span_text(grades[i].grade)), grades[i].next,
               grades[i].grade);
    for (size_t i = 0; i < T_COUNT(schools); i++)
        T_EQ(rollover_stays_at(span_text(schools[i].code), span_text(schools[i].grade)),
             schools[i].stays, schools[i].code);
    T_EQ(rollover_school_year(INT64_C(1774969200) * 1000000), 2026, "2026-04-01 in Tokyo");
    T_EQ(rollover_school_year(INT64_C(1774969199) * 1000000), 2025, "a second before");
    T_EQ(rollover_school_year(INT64_C(1798729200) * 1000000), 2026, "2027-01-01 in Tokyo");
}
