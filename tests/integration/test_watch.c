/* Budgets of reading: the 31st record, lists, races, restarts, slow scraping, notices and who
 * sees them: NI-2.3.4-2c, NI-T3-10. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "node/db/audit_proof.h"
#include "tenants/watch/watch.h"
#include "tenants/watch/watch_rows.h"
#include "tenants/watch/watch_store.h"
#include "tests/integration/db_fixture.h"
#include "tests/integration/route_fixture.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

/* A row that shows the person of its path, or a list of n, as handlers of people do. */
static struct id asked[1000];
static size_t n_asked;

static void show(struct req *req)
{
    if (watch_spend(req, n_asked == 1 ? WATCH_RECORDS : WATCH_NAMES, asked, n_asked))
        reply_none(req);
}

static const struct route show_row = {.name = "test.show",
                                      .method = HTTP_GET,
                                      .path = "/api/v1/test",
                                      .listeners = LISTENER_PUBLIC,
                                      .roles = ROLES_SIGNED_IN,
                                      .audit = AUDIT_READ,
                                      .summary_ja = "見る",
                                      .handle = show};

struct town {
    struct store_fixture store;
    struct caller staff, auditor;
};

static void town_start(struct town *t)
{
    store_fixture_start(&t->store, NULL);
    t->staff = (struct caller){.role = ROLE_SCHOOL_STAFF, .account = id_new()};
    t->auditor = (struct caller){.role = ROLE_AUDITOR, .account = id_new()};
}

static void restart(struct town *t)
{
    const struct watch_conf conf = {t->store.services.writer, t->store.services.settings};

    watch_close(&t->store.services.watch);
    T_EQ(watch_open(&conf, &t->store.services.watch, NULL), ERR_OK, "again");
}

static enum err record_run(struct tx *tx, void *arg, struct fail *why)
{
    return access_append(tx, arg, why);
}

static void record(struct town *t, struct access_entry entry)
{
    struct fail why = {.code = ERR_OK};

    entry.id = id_new();
    entry.route = "test.show";
    entry.role = "school_staff";
    entry.address = SPAN("192.0.2.1");
    entry.action = "read";
    if (entry.outcome == NULL)
        entry.outcome = "ok";
    T_EQ(writer_wait(t->store.services.writer, record_run, &entry, &why), ERR_OK, why.text);
}

/* The answer's status; what dispatch puts on record stands in the access record. */
static int look(struct town *t, const struct caller *caller, struct id person)
{
    const struct route_call call = {.services = &t->store.services,
                                    .db = t->store.db,
                                    .arena = t->store.arena,
                                    .caller = *caller};
    struct req *req;

    asked[0] = person;
    n_asked = 1;
    req = route_fixture_call(&show_row, &call);
    if (req->reply.status < 400)
        record(t, (struct access_entry){.at_utc_us = req->now_utc_us,
                                        .account = caller->account,
                                        .person = req->person});
    else
        T_TEXT(req->reply.code, "reading-budget", "why not");
    return req->reply.status;
}

static int list(struct town *t, const struct caller *caller, size_t n)
{
    const struct route_call call = {.services = &t->store.services,
                                    .db = t->store.db,
                                    .arena = t->store.arena,
                                    .caller = *caller};
    struct req *req;

    n_asked = n;
    req = route_fixture_call(&show_row, &call);
    if (req->reply.status < 400)
        record(t, (struct access_entry){.at_utc_us = req->now_utc_us,
                                        .account = caller->account,
                                        .shown = req->shown,
                                        .n_shown = req->n_shown});
    return req->reply.status;
}

static int64_t count(struct town *t, const char *sql)
{
    return store_fixture_i64(&t->store, sql);
}

T_CASE(watch_stops_the_31st_record_and_gives_notice)
{
    struct town t;
    struct id first = id_new();

    T_REQ("NI-T3-10, NI-2.3.4-2c");
    town_start(&t);
    T_EQ(look(&t, &t.staff, first), 204, "the first");
    for (int i = 1; i < 30; i++)
        T_EQ(look(&t, &t.staff, id_new()), 204, "up to thirty");
    T_EQ(look(&t, &t.staff, first), 204, "the same child again costs nothing");
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice"), 0, "so far no notice");
    T_EQ(look(&t, &t.staff, id_new()), 429, "the 31st");
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice WHERE kind = 'burst' AND n_persons = 31"
                   " AND window_s = 600 AND rule = 'watch.reads_10min=30'"),
         1, "one notice, there before the answer");
    T_EQ(look(&t, &t.staff, id_new()), 429, "again");
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice"), 1, "the same window, one notice");
    T_EQ(look(&t, &t.staff, first), 204, "who was seen already may be seen");
    T_EQ(look(&t, &t.staff, t.staff.account), 204, "and oneself");
    T_EQ(look(&t, &(struct caller){.role = ROLE_SCHOOL_STAFF, .account = id_new()}, id_new()),
         204, "another account has a budget of its own");
    store_fixture_stop(&t.store);
}

T_CASE(watch_forgets_nothing_when_killed)
{
    struct town t;

    T_REQ("NI-T3-10");
    town_start(&t);
    for (int i = 0; i < 30; i++)
        T_EQ(look(&t, &t.staff, id_new()), 204, "thirty");
    restart(&t);
    T_EQ(look(&t, &t.staff, id_new()), 429, "a restart refills nothing");
    restart(&t);
    T_EQ(look(&t, &t.staff, id_new()), 429, "nor a second");
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice"), 1, "nor does it double the notice");
    store_fixture_stop(&t.store);
}

T_CASE(watch_steps_back_when_the_window_passes)
{
    struct town t;
    struct watch_over over = {.notice = NULL};
    struct fail why = {.code = ERR_OK};
    int64_t now_us = clock_utc_us();

    T_REQ("NI-T3-10");
    town_start(&t);
    for (int day_part = 0; day_part < 8; day_part++) {
        int64_t at_us = now_us + day_part * INT64_C(600) * 1000000;

        for (int i = 0; i < 30; i++) {
            const struct id person = id_new();
            const struct watch_ask ask = {t.staff.account, WATCH_RECORDS, &person, 1, at_us};
            enum err want = day_part * 30 + i < 200 ? ERR_OK : ERR_RATE;

            T_EQ(watch_count(t.store.services.watch, t.store.db, &ask, &over, &why), want,
                 "thirty in each ten minutes, until the day's 200");
        }
    }
    T_TEXT(over.notice, "day", "the rule of the day");
    T_EQ(over.n_persons, 201, "the 201st");
    {
        const struct id person = id_new();
        const struct watch_ask ask = {t.staff.account, WATCH_RECORDS, &person, 1,
                                      now_us + DAY_US + 1};

        T_EQ(watch_count(t.store.services.watch, t.store.db, &ask, &over, &why), ERR_OK,
             "a day later there is room again");
    }
    store_fixture_stop(&t.store);
}

T_CASE(watch_counts_lists_apart_and_says_who_was_shown)
{
    struct town t;
    struct access_filter filter = {.until_utc_us = INT64_C(253402300799000000),
                                   .before_utc_us = INT64_C(253402300799000000),
                                   .n_cap = 10};
    struct access_past *past = NULL;
    size_t n = 0;

    T_REQ("NI-2.3.4-2c");
    town_start(&t);
    for (size_t i = 0; i < T_COUNT(asked); i++)
        asked[i] = id_new();
    T_EQ(list(&t, &t.staff, 0), 204, "an empty list");
    T_EQ(count(&t, "SELECT count(*) FROM access_shown"), 0, "shows nobody");
    T_EQ(list(&t, &t.staff, 500), 204, "500 names");
    T_EQ(list(&t, &t.staff, 500), 204, "the same once more");
    T_EQ(list(&t, &t.staff, 601), 429, "more than the limit of 600");
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice WHERE rule = 'watch.names_10min=600'"), 1,
         "notice");
    T_EQ(count(&t, "SELECT count(*) FROM access_shown"), 2, "one row a list that was shown");
    restart(&t);
    T_EQ(list(&t, &t.staff, 601), 429, "after a restart, too");
    filter.person = asked[499];
    T_EQ(access_list(t.store.db, &filter, t.store.arena, &past, &n, NULL), ERR_OK, "who saw");
    T_EQ(n, 2, "this child? two lists");
    T_EQ(past[0].n_shown, 500, "of 500");
    filter.person = asked[500];
    T_EQ(access_list(t.store.db, &filter, t.store.arena, &past, &n, NULL), ERR_OK, "who saw");
    T_EQ(n, 0, "one that was not shown? nobody");
    T_EQ(look(&t, &t.staff, asked[0]), 204, "records have their own budget");
    store_fixture_stop(&t.store); /* verifies every leaf, those of lists among them */
}

/* ---- races ---- */

struct racer {
    struct town *t;
    struct db *db;
    pthread_barrier_t *together;
    atomic_int *n_allowed;
    pthread_t thread;
};

static void *race(void *arg)
{
    struct racer *r = arg;

    pthread_barrier_wait(r->together);
    for (int i = 0; i < 25; i++) {
        const struct id person = id_new();
        const struct watch_ask ask = {r->t->staff.account, WATCH_RECORDS, &person, 1,
                                      clock_utc_us()};
        struct watch_over over;

        if (watch_count(r->t->store.services.watch, r->db, &ask, &over, NULL) == ERR_OK)
            atomic_fetch_add(r->n_allowed, 1);
    }
    return NULL;
}

T_CASE(watch_lets_no_two_requests_take_the_last_place)
{
    struct town t;
    struct racer racers[4];
    pthread_barrier_t together;
    atomic_int n_allowed = 0;

    T_REQ("NI-T3-10");
    town_start(&t);
    pthread_barrier_init(&together, NULL, T_COUNT(racers));
    for (size_t i = 0; i < T_COUNT(racers); i++) {
        struct db_conf conf = store_fixture_conf(&t.store, "ibasho_app");

        racers[i] = (struct racer){&t, NULL, &together, &n_allowed, 0};
        T_EQ(db_open(&conf,
                     (const struct stmt_table[]){{watch_stmts, WATCH_STMTS_N}, {NULL, 0}},
                     &racers[i].db, NULL),
             ERR_OK, "a connection each");
    }
    for (size_t i = 0; i < T_COUNT(racers); i++)
        T_EQ(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0, "thread");
    for (size_t i = 0; i < T_COUNT(racers); i++) {
        pthread_join(racers[i].thread, NULL);
        db_close(&racers[i].db);
    }
    T_EQ(n_allowed, 30, "of a hundred at once, thirty");
    pthread_barrier_destroy(&together);
    store_fixture_stop(&t.store);
}

/* ---- slow scraping ---- */

static void run_job(struct town *t)
{
    struct job_call call = {
        .services = &t->store.services, .db = t->store.db, .arena = t->store.arena};
    struct fail why = {.code = ERR_OK};

    T_EQ(watch_jobs[0].run(&call, &why), ERR_OK, why.text);
}

T_CASE(watch_finds_who_takes_a_little_every_day)
{
    struct town t;
    struct id tired = id_new(), known = id_new();
    int64_t now_us = clock_utc_us();

    T_REQ("NI-T3-10, NI-2.3.4-2c");
    town_start(&t);
    for (int day = 0; day < 5; day++) {
        for (int i = 0; i < 199; i++) /* below both budgets, and never the same child */
            record(&t, (struct access_entry){.at_utc_us =
                                                 now_us - day * DAY_US - i * INT64_C(60000000),
                                             .account = t.staff.account,
                                             .person = id_new()});
        for (int i = 0; i < 199; i++) /* a teacher who opens his own class every day */
            record(&t, (struct access_entry){.at_utc_us = now_us - day * DAY_US,
                                             .account = tired,
                                             .person = known});
        for (int i = 0; i < 199; i++) /* refused: nothing was seen */
            record(&t, (struct access_entry){.at_utc_us = now_us - day * DAY_US,
                                             .account = t.auditor.account,
                                             .person = id_new(),
                                             .outcome = "not-found"});
    }
    run_job(&t);
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice"), 1, "one account");
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice WHERE kind = 'slow'"
                   " AND n_persons BETWEEN 990 AND 995 AND window_s = 432000"
                   " AND rule = 'watch.slow_persons=300'"),
         1, "with all it took");
    run_job(&t);
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice"), 1, "said once");
    store_fixture_stop(&t.store);
}

/* ---- notices ---- */

static struct req *see(struct town *t, int row, const struct caller *caller, struct span id)
{
    const struct route_call call = {
        .services = &t->store.services,
        .db = t->store.db,
        .arena = t->store.arena,
        .caller = *caller,
        .id = id.len == 0 ? NULL : arena_printf(t->store.arena, "%.*s", SPAN_ARG(id))};

    return route_fixture_call(&watch_routes[row], &call);
}

T_CASE(watch_notices_are_listed_and_marked_as_seen)
{
    struct town t;
    struct req *r;
    struct span id;

    T_REQ("NI-2.3.4-2c");
    town_start(&t);
    for (int i = 0; i < 31; i++)
        look(&t, &t.staff, id_new());
    r = see(&t, 0, &t.auditor, SPAN_NONE);
    T_EQ(r->reply.status, 200, "list");
    T_OK(route_fixture_has(r, "\"kind\":\"burst\""), "the notice is there");
    T_OK(route_fixture_has(r, "\"n_seen\":0") && !route_fixture_has(r, "seen_at"), "not seen");
    id = route_fixture_text(r, "id");
    T_EQ(see(&t, 1, &t.auditor, SPAN("01890000-0000-7000-8000-000000000000"))->reply.status,
         404, "no such notice");
    T_EQ(see(&t, 1, &t.auditor, SPAN("x"))->reply.status, 404, "not an id");
    r = see(&t, 1, &(struct caller){.role = ROLE_COMMISSIONER, .account = t.staff.account}, id);
    T_EQ(r->reply.status, 409, "nobody ticks off what is about himself");
    T_EQ(see(&t, 1, &t.auditor, id)->reply.status, 204, "seen");
    T_EQ(see(&t, 1, &t.auditor, id)->reply.status, 204, "again");
    T_EQ(count(&t, "SELECT count(*) FROM watch_notice_seen"), 1, "adds nothing");
    r = see(&t, 0, &t.auditor, SPAN_NONE);
    T_OK(route_fixture_has(r, "\"n_seen\":1") && route_fixture_has(r, "seen_at"), "seen");
    T_OK(db_exec(t.store.db, "DELETE FROM watch_notice", NULL) != ERR_OK,
         "the application can take nothing back");
    store_fixture_stop(&t.store);
}
