/* Operations that run again, because another of their batch failed, do what they would have
 * done at once (node/db/writer.h). */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "node/base/mbox.h"
#include "node/features.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

/* Holds the writer until an operation waits, puts one that fails behind it, lets go. */
struct spoiler {
    struct writer *writer;
    struct mbox *go; /* of char */
    pthread_t thread;
};

static enum err hold_run(struct tx *tx, void *arg, struct fail *why)
{
    struct spoiler *s = arg;

    (void)tx;
    (void)why;
    mbox_take(s->go, &(char){0}, 1, 10000);
    return ERR_OK;
}

static enum err fail_run(struct tx *tx, void *arg, struct fail *why)
{
    (void)tx;
    (void)arg;
    return fail_set(why, ERR_CONFLICT, "as it shall");
}

static enum err pass_run(struct tx *tx, void *arg, struct fail *why)
{
    (void)tx;
    (void)arg;
    (void)why;
    return ERR_OK;
}

static void over(void *arg, enum err rc, const struct fail *why)
{
    (void)arg;
    (void)rc;
    (void)why;
}

static void *spoil(void *arg)
{
    const struct writer_op fails = {fail_run, over, NULL};
    struct spoiler *s = arg;
    struct writer_stats stats = {.n_waiting = 0};

    for (int i = 0; i < 5000 && stats.n_waiting == 0; i++) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
        writer_stats_read(s->writer, &stats);
    }
    T_EQ((int)stats.n_waiting, 1, "the operation waits");
    T_EQ(writer_post(s->writer, &fails, NULL), ERR_OK, "behind it one that fails");
    T_EQ(mbox_post(s->go, "", NULL), ERR_OK, "both are taken");
    return NULL;
}

static struct req *ask_spoilt(struct people_fixture *f, const struct route *route,
                              const struct route_call *call)
{
    struct spoiler s = {.writer = f->store.log.writer};
    const struct writer_op holds = {hold_run, over, &s};
    struct writer_stats before, after;
    struct req *req;

    writer_stats_read(s.writer, &before);
    T_EQ(mbox_create(1, 1, &s.go, NULL), ERR_OK, "mailbox");
    T_EQ(writer_post(s.writer, &holds, NULL), ERR_OK, "the writer is held");
    do
        writer_stats_read(s.writer, &after);
    while (after.n_waiting > 0);
    T_EQ(pthread_create(&s.thread, NULL, spoil, &s), 0, "thread");
    req = route_fixture_call(route, call);
    pthread_join(s.thread, NULL);
    T_EQ(writer_wait(s.writer, pass_run, NULL, NULL), ERR_OK, "all before it are answered");
    writer_stats_read(s.writer, &after);
    T_OK(after.n_failed > before.n_failed, "one failed, so the other ran twice");
    mbox_destroy(&s.go);
    return req;
}

static const struct route *route_of(const char *name)
{
    for (const struct route_table *t = features_routes; t->n > 0; t++)
        for (int i = 0; i < t->n; i++)
            if (strcmp(t->rows[i].name, name) == 0)
                return &t->rows[i];
    return NULL;
}

static struct route_call call_of(struct people_fixture *f, struct id account)
{
    return (struct route_call){.services = &f->store.services,
                               .db = f->store.db,
                               .arena = f->store.arena,
                               .caller =
                                   people_fixture_caller(ROLE_COMMISSIONER, account, ID_NONE)};
}

static const char *new_id(struct people_fixture *f)
{
    return people_fixture_text(f, id_new());
}

T_CASE(small_exports_of_one_day_count_together_however_often_they_run)
{
    struct people_fixture f;
    const struct route *ask = route_of("log_exports.ask");
    const char *child;
    struct route_call call;
    struct req *req;

    T_REQ("AI-2.7-イ");
    people_fixture_start(&f);
    child = new_id(&f);
    call = call_of(
        &f, people_fixture_add(&f, &(struct people_fixture_person){.role = ROLE_COMMISSIONER}));
    for (int i = 0; i < 2; i++) {
        call.body = arena_printf(
            f.store.arena,
            "{\"id\":\"%s\",\"account\":\"%s\",\"kinds\":[\"chat\"],\"format\":\"csv\","
            "\"from\":\"2026-06-%02dT00:00:00Z\",\"to\":\"2026-06-%02dT00:00:00Z\","
            "\"reason\":\"相談があったため\"}",
            new_id(&f), child, 1 + 6 * i, 7 + 6 * i);
        req = i == 0 ? route_fixture_call(ask, &call) : ask_spoilt(&f, ask, &call);
        T_EQ(req->reply.status, 201, "asked for");
        T_SPAN(route_fixture_text(req, "state"), span_text(i == 0 ? "approved" : "waiting"),
               i == 0 ? "six days need nobody" : "twelve do");
    }
    people_fixture_stop(&f);
}

T_CASE(an_incident_that_becomes_grave_is_told_however_often_it_runs)
{
    struct people_fixture f;
    const struct route *report = route_of("incidents.report");
    const struct route *act = route_of("incidents.act");
    const char *incident;
    struct route_call call;
    struct req *req;

    T_REQ("AI-4.4-カ-ハ-1b");
    people_fixture_start(&f);
    incident = new_id(&f);
    call = call_of(
        &f, people_fixture_add(&f, &(struct people_fixture_person){.role = ROLE_COMMISSIONER}));
    call.body = arena_printf(f.store.arena,
                             "{\"id\":\"%s\",\"kind\":\"manual\",\"urgency\":1,"
                             "\"severity\":1}",
                             incident);
    T_EQ(route_fixture_call(report, &call)->reply.status, 201, "reported");
    T_EQ(store_fixture_i64(&f.store, "SELECT count(*) FROM duty_call"), 0, "not grave");
    call.incident = incident;
    call.body = arena_printf(f.store.arena,
                             "{\"id\":\"%s\",\"act\":\"grade\",\"urgency\":3,"
                             "\"severity\":2}",
                             new_id(&f));
    req = ask_spoilt(&f, act, &call);
    T_EQ(req->reply.status, 200, "graded");
    T_EQ(store_fixture_i64(&f.store, "SELECT count(*) FROM duty_call"), 1, "those on duty");
    people_fixture_stop(&f);
}
