/* What is kept of measures and reactions, on a real store: once each, in pages, sealed, as
 * leaves (the fixture verifies every one on its way out), gone past their term. */
#include <string.h>

#include "node/base/clock.h"
#include "node/db/seal.h"
#include "node/db/sweep.h"
#include "node/place/measure_rows.h"
#include "node/place/measure_store.h"
#include "node/place/reaction_store.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

struct town {
    struct people_fixture people;
    struct id children[2], staff;
};

static void town_start(struct town *t)
{
    static const char *const names[] = {"そら", "うみ"};

    memset(t, 0, sizeof *t);
    people_fixture_start(&t->people);
    for (int i = 0; i < 2; i++)
        t->children[i] = people_fixture_add(
            &t->people,
            &(struct people_fixture_person){.role = ROLE_STUDENT, .display = names[i]});
    t->staff = people_fixture_add(&t->people, &(struct people_fixture_person){
                                                  .role = ROLE_SUPPORTER, .display = "しえん"});
}

static int64_t number(struct town *t, const char *sql)
{
    return store_fixture_i64(&t->people.store, sql);
}

static struct writer *writer_of(struct town *t)
{
    return t->people.store.log.writer;
}

/* ---- reactions ---- */

struct reactions {
    struct reaction_row *rows;
    size_t n;
};

static enum err reactions_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct reactions *all = arg;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < all->n && rc == ERR_OK; i++)
        rc = reaction_store_add(tx, &all->rows[i], why);
    return rc;
}

static struct reaction_row *page(struct town *t, const struct reactions_ask *ask, size_t *n)
{
    struct reaction_row *rows = NULL;

    T_EQ(reaction_store_list(t->people.store.db, ask, t->people.store.arena, &rows, n, NULL),
         ERR_OK, "listed");
    return rows;
}

static struct reaction_row reaction(struct id account, const char *floor, int64_t at_utc_us)
{
    return (struct reaction_row){.id = id_new(),
                                 .at_utc_us = at_utc_us,
                                 .account = account,
                                 .visit = id_new(),
                                 .floor = span_text(floor),
                                 .copy = 1,
                                 .kind = (int)(at_utc_us / SECOND_US % REACT_KINDS_N)};
}

T_CASE(reactions_are_read_by_period_person_and_floor_in_pages_AI_2_5_エ)
{
    int64_t now = clock_utc_us() / SECOND_US * SECOND_US;
    struct town town, *t = &town;
    struct reaction_row rows[50], *got;
    struct reactions all = {rows, 50};
    struct reactions_ask ask = {.until_utc_us = now + 1, .n_cap = 7};
    size_t n = 7, n_all = 0;

    T_REQ("AI-2.5-エ");
    town_start(t);
    for (int i = 0; i < 50; i++) /* pairs share an instant: pages must not lose or repeat */
        rows[i] = reaction(t->children[i % 2], i < 10 ? "quiet" : "plaza",
                           now - (50 - i / 2) * SECOND_US);
    rows[0].room = SPAN("room-a");
    rows[0].session = id_new();
    T_EQ(writer_wait(writer_of(t), reactions_run, &all, NULL), ERR_OK, "written");
    while (n == 7) {
        got = page(t, &ask, &n);
        for (size_t i = 0; i < n; i++, n_all++) {
            T_OK(got[i].at_utc_us >= ask.after_utc_us, "the oldest first");
            ask.after_utc_us = got[i].at_utc_us;
            ask.after = got[i].id;
        }
    }
    T_EQ(n_all, 50, "each once");
    ask = (struct reactions_ask){.until_utc_us = now, .account = t->children[1], .n_cap = 100};
    (void)page(t, &ask, &n);
    T_EQ(n, 25, "of a person");
    ask = (struct reactions_ask){.until_utc_us = now, .floor = SPAN("quiet"), .n_cap = 100};
    got = page(t, &ask, &n);
    T_EQ(n, 10, "of a floor");
    T_OK(n > 0 && got[0].kind == rows[0].kind && id_eq(got[0].visit, rows[0].visit),
         "as it was");
    for (size_t i = 0; i < n; i++)
        if (id_eq(got[i].id, rows[0].id)) {
            T_SPAN(got[i].room, SPAN("room-a"), "its room");
            T_OK(id_eq(got[i].session, rows[0].session), "its session");
        }
    ask = (struct reactions_ask){.from_utc_us = now - 30 * SECOND_US,
                                 .until_utc_us = now - 28 * SECOND_US,
                                 .n_cap = 100};
    (void)page(t, &ask, &n);
    T_EQ(n, 4, "of a period");
    people_fixture_stop(&t->people);
}

T_CASE(reactions_and_measures_past_their_term_go_KP_3_安全_3)
{
    static const struct data_table_list only[] = {
        {reaction_tables, REACTION_TABLES_N}, {measure_tables, MEASURE_TABLES_N}, {NULL, 0}};
    int64_t now = clock_utc_us();
    struct town town, *t = &town;
    struct reaction_row rows[2];
    struct reactions all = {rows, 2};
    size_t n = 0;

    T_REQ("KP-3-安全-3");
    town_start(t);
    rows[0] = reaction(t->children[0], "plaza", now - INT64_C(1830) * DAY_US);
    rows[1] = reaction(t->children[0], "plaza", now);
    T_EQ(writer_wait(writer_of(t), reactions_run, &all, NULL), ERR_OK, "written");
    T_EQ(sweep_past_term(writer_of(t), only, t->people.store.services.settings, now, &n, NULL),
         ERR_OK, "swept");
    T_EQ(n, 1, "one was past its term");
    T_EQ(number(t, "SELECT count(*) FROM reaction_event"), 1, "the other stays");
    people_fixture_stop(&t->people);
}

/* ---- measures ---- */

struct adding {
    struct measure_row row;
    bool was_there;
};

static enum err add_run(struct tx *tx, void *arg, struct fail *why)
{
    struct adding *a = arg;

    return measure_store_add(tx, &a->row, &a->was_there, why);
}

struct lifting {
    struct measure_lift_row row;
    bool was_there;
};

static enum err lift_run(struct tx *tx, void *arg, struct fail *why)
{
    struct lifting *l = arg;

    return measure_store_lift(tx, &l->row, &l->was_there, why);
}

struct holding {
    int64_t now_utc_us;
    size_t n;
    enum measure_kind kinds[8];
};

static enum err holds_run(struct tx *tx, void *arg, struct fail *why)
{
    struct holding *h = arg;
    struct measure_row *rows = NULL;
    enum err rc = measure_store_in_force(tx, h->now_utc_us, &rows, &h->n, why);

    for (size_t i = 0; rc == ERR_OK && i < h->n && i < 8; i++)
        h->kinds[i] = rows[i].kind;
    return rc;
}

static struct span seal_of(struct town *t, struct id account, struct id row)
{
    const struct seal_place place = {MEASURE_TABLE, "reason_sealed", row};
    struct keyring *keyring = t->people.store.services.keyring;
    struct span sealed = SPAN_NONE;
    struct id key;

    T_EQ(keyring_find_key(keyring, KEY_PERSON, account, NULL, &key, NULL), ERR_OK, "his key");
    T_EQ(seal(keyring, key, &place, SPAN("いやなことば"), t->people.store.arena, &sealed, NULL),
         ERR_OK, "sealed");
    return sealed;
}

static struct adding measure(struct town *t, int child, enum measure_kind kind,
                             int64_t at_utc_us)
{
    struct adding a = {.row = {.id = id_new(),
                               .who = {at_utc_us, t->staff, SPAN("supporter")},
                               .account = t->children[child],
                               .kind = kind}};

    a.row.reason_sealed = seal_of(t, a.row.account, a.row.id);
    return a;
}

T_CASE(measures_hold_until_they_are_lifted_or_over_AI_2_7_ウ)
{
    int64_t now = clock_utc_us();
    struct town town, *t = &town;
    struct adding chat, eject, rename, floor;
    struct lifting lift;
    struct holding holds = {.now_utc_us = now};
    struct fail why = {.code = ERR_OK};

    T_REQ("AI-2.7-ウ-2");
    T_REQ("AI-2.7-ウ-4");
    town_start(t);
    chat = measure(t, 0, MEASURE_CHAT, now - 4);
    eject = measure(t, 1, MEASURE_EJECT, now - 3);
    eject.row.until_utc_us = now + HOUR_US;
    rename = measure(t, 1, MEASURE_RENAME, now - 2);
    rename.row.name_before_sealed = rename.row.name_after_sealed = rename.row.reason_sealed;
    floor = measure(t, 0, MEASURE_SLOW, now - 1);
    floor.row.account = ID_NONE;
    floor.row.floor = SPAN("plaza");
    floor.row.seconds = 10;
    for (int i = 0; i < 2; i++) {
        T_EQ(writer_wait(writer_of(t), add_run, &chat, &why), ERR_OK, why.text);
        T_EQ(chat.was_there, i == 1, "written once");
    }
    T_EQ(writer_wait(writer_of(t), add_run, &eject, &why), ERR_OK, why.text);
    T_EQ(writer_wait(writer_of(t), add_run, &rename, &why), ERR_OK, why.text);
    T_EQ(writer_wait(writer_of(t), add_run, &floor, &why), ERR_OK, why.text);
    chat.row.who.by = t->children[0];
    T_EQ(writer_wait(writer_of(t), add_run, &chat, NULL), ERR_CONFLICT, "another's id");
    T_EQ(writer_wait(writer_of(t), holds_run, &holds, NULL), ERR_OK, "read");
    T_OK(holds.n == 3 && holds.kinds[0] == MEASURE_CHAT && holds.kinds[1] == MEASURE_EJECT &&
             holds.kinds[2] == MEASURE_SLOW,
         "what stops something");
    holds.now_utc_us = now + HOUR_US;
    T_EQ(writer_wait(writer_of(t), holds_run, &holds, NULL), ERR_OK, "an hour later");
    T_EQ(holds.n, 2, "the ejection is over by itself");
    lift = (struct lifting){.row = {.id = id_new(),
                                    .measure = chat.row.id,
                                    .who = {now, t->staff, SPAN("supporter")}}};
    for (int i = 0; i < 2; i++) {
        T_EQ(writer_wait(writer_of(t), lift_run, &lift, &why), ERR_OK, why.text);
        T_EQ(lift.was_there, i == 1, "lifted once");
        lift.row.id = id_new();
    }
    lift.row.measure = id_new();
    T_EQ(writer_wait(writer_of(t), lift_run, &lift, NULL), ERR_NOT_FOUND, "no such measure");
    holds.now_utc_us = now;
    T_EQ(writer_wait(writer_of(t), holds_run, &holds, NULL), ERR_OK, "read");
    T_EQ(holds.n, 2, "lifted");
    people_fixture_stop(&t->people); /* every row is a leaf */
}

T_CASE(measures_are_listed_in_pages_by_whom_and_where)
{
    int64_t now = clock_utc_us();
    struct town town, *t = &town;
    struct measures_ask ask = {.until_utc_us = now + 1, .n_cap = 4};
    struct measure_listed *rows = NULL, one;
    size_t n = 4, n_all = 0;
    struct id first = ID_NONE;

    town_start(t);
    for (int i = 0; i < 9; i++) {
        struct adding a = measure(t, i % 2, MEASURE_MUTE, now - 9 + i / 2);

        a.row.until_utc_us = i < 3 ? now - 1 : 0;
        T_EQ(writer_wait(writer_of(t), add_run, &a, NULL), ERR_OK, "written");
        first = i == 0 ? a.row.id : first;
    }
    while (n == 4) {
        T_EQ(measure_store_list(t->people.store.db, &ask, t->people.store.arena, &rows, &n,
                                NULL),
             ERR_OK, "a page");
        n_all += n;
        if (n > 0) {
            ask.before_utc_us = rows[n - 1].row.who.at_utc_us;
            ask.before = rows[n - 1].row.id;
        }
    }
    T_EQ(n_all, 9, "each once");
    ask = (struct measures_ask){.until_utc_us = now + 1,
                                .account = t->children[0],
                                .in_force_utc_us = now,
                                .n_cap = 50};
    T_EQ(measure_store_list(t->people.store.db, &ask, t->people.store.arena, &rows, &n, NULL),
         ERR_OK, "of one, in force");
    T_EQ(n, 3, "not those that are over");
    T_EQ(measure_store_find(NULL, t->people.store.db, first, t->people.store.arena, &one, NULL),
         ERR_OK, "by its id");
    T_OK(id_eq(one.row.account, t->children[0]) && !one.is_lifted &&
             span_eq(one.row.who.role, SPAN("supporter")),
         "as it was");
    T_EQ(measure_store_find(NULL, t->people.store.db, id_new(), t->people.store.arena, &one,
                            NULL),
         ERR_NOT_FOUND, "another");
    T_EQ(number(t, "SELECT count(*) FROM measure WHERE position('いや' in encode(reason_sealed,"
                   " 'escape')) > 0"),
         0, "no reason stands in clear");
    people_fixture_stop(&t->people);
}
