/* Notices in the transaction of their cause: AI-4.6-1, AI-4.4-カ-ハ-1b, NI-2.3-b2. What leaves
 * the node: test_notify.py. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/db/erase.h"
#include "node/db/seal.h"
#include "node/features.h"
#include "node/io/net.h"
#include "tenants/notify/notify_receiver_store.h"
#include "tenants/notify/notify_rows.h"
#include "tenants/notify/notify_store.h"
#include "tenants/notify/notify_text.h"
#include "tests/integration/people_fixture.h"
#include "tests/t.h"

#define NOW_US INT64_C(1795329423000000)

struct town {
    struct people_fixture f;
    struct writer *writer;
    struct db *db;
    struct arena *arena;
    struct id board, duty, second;
    int64_t now_us; /* of what is put */
};

static void town_start(struct town *t)
{
    static const struct {
        enum role role;
        const char *login;
    } people[3] = {
        {ROLE_COMMISSIONER, "board1"}, {ROLE_SUPPORTER, "duty1"}, {ROLE_SCHOOL_STAFF, "duty2"}};
    struct id *const ids[3] = {&t->board, &t->duty, &t->second};

    memset(t, 0, sizeof *t);
    people_fixture_start(&t->f);
    t->now_us = NOW_US;
    t->writer = t->f.store.services.writer;
    t->db = t->f.store.db;
    t->arena = t->f.store.arena;
    for (int i = 0; i < 3; i++)
        *ids[i] = people_fixture_add(&t->f,
                                     &(struct people_fixture_person){.role = people[i].role,
                                                                     .display = people[i].login,
                                                                     .login = people[i].login});
}

static void town_stop(struct town *t)
{
    people_fixture_stop(&t->f);
}

/* ---- receivers ---- */

struct made {
    struct receiver_row row;
    struct receiver_act act;
    int n_steps; /* of added, confirmed, proved */
};

static enum err make_run(struct tx *tx, void *arg, struct fail *why)
{
    static const enum receiver_step steps[] = {RECEIVER_ADDED, RECEIVER_CONFIRMED,
                                               RECEIVER_PROVED};
    struct made *m = arg;
    enum err rc = receiver_store_add(tx, &m->row, why);

    for (size_t i = 0; rc == ERR_OK && i < T_COUNT(steps) && (int)i < m->n_steps; i++) {
        m->act.step = steps[i];
        rc = receiver_store_act(tx, &m->act, why);
    }
    return rc;
}

static struct span seal_address(struct town *t, struct id account, struct id receiver)
{
    struct keyring *keyring = t->f.store.services.keyring;
    const struct seal_place at = {RECEIVER_ADDRESS_TABLE, "address_sealed", receiver};
    struct span sealed = SPAN_NONE;
    struct id key;

    T_EQ(keyring_need_key(keyring, KEY_PERSON, account, NULL, &key, NULL), ERR_OK, "a key");
    T_EQ(seal(keyring, key, &at, SPAN("duty@example.jp"), t->arena, &sealed, NULL), ERR_OK,
         "sealed");
    return sealed;
}

static struct id make_receiver(struct town *t, struct id account, const char *kinds,
                               int n_steps)
{
    struct made m = {
        .row = {.id = id_new(),
                .account = account,
                .kinds = span_text(kinds),
                .added_utc_us = NOW_US},
        .act = {.by = t->board, .role = ROLE_COMMISSIONER, .now_utc_us = NOW_US},
        .n_steps = n_steps,
    };

    m.act.receiver = m.row.id;
    m.row.address_sealed = seal_address(t, account, m.row.id);
    T_EQ(writer_wait(t->writer, make_run, &m, NULL), ERR_OK, "a receiver");
    return m.row.id;
}

static enum err act_run(struct tx *tx, void *arg, struct fail *why)
{
    return receiver_store_act(tx, arg, why);
}

static enum err act(struct town *t, struct id receiver, enum receiver_step step)
{
    struct receiver_act a = {.receiver = receiver,
                             .by = t->board,
                             .role = ROLE_COMMISSIONER,
                             .step = step,
                             .now_utc_us = NOW_US};

    return writer_wait(t->writer, act_run, &a, NULL);
}

/* ---- notices ---- */

struct putting {
    struct notify_post post;
    enum err after; /* what the cause itself comes to */
};

static enum err put_run(struct tx *tx, void *arg, struct fail *why)
{
    struct putting *p = arg;
    enum err rc = notify_put(tx, &p->post, why);

    return rc == ERR_OK && p->after != ERR_OK ? fail_set(why, p->after, "the cause") : rc;
}

static enum err put(struct town *t, enum notify_kind kind, struct id cause,
                    const struct id *accounts, size_t n, int *n_made_out)
{
    struct putting p = {.post = {.kind = kind,
                                 .cause = cause,
                                 .accounts = accounts,
                                 .n_accounts = n,
                                 .link = "staff/sos",
                                 .now_utc_us = t->now_us}};
    enum err rc = writer_wait(t->writer, put_run, &p, NULL);

    *n_made_out = p.post.n_made;
    return rc;
}

static size_t receipts(struct town *t, struct id cause, struct notify_receipt **out)
{
    size_t n = 0;

    T_EQ(notify_receipts(t->db, cause, t->arena, out, &n, NULL), ERR_OK, "receipts");
    return n;
}

T_CASE(notify_put_reaches_proved_addresses_that_chose_the_kind)
{
    struct town t;
    struct notify_receipt *found = NULL;
    struct id cause = id_new(), one, two;
    int n = 0;

    T_REQ("AI-4.6-1");
    town_start(&t);
    one = make_receiver(&t, t.duty, "sos,report", 3);
    two = make_receiver(&t, t.second, "sos", 3);
    make_receiver(&t, t.second, "sos", 2); /* not proved */
    make_receiver(&t, t.board, "sos", 1);  /* not confirmed */
    T_EQ(put(&t, NOTIFY_SOS, cause, NULL, 0, &n), ERR_OK, "put");
    T_EQ(n, 2, "two of four");
    T_EQ(receipts(&t, cause, &found), 2, "two notices");
    T_OK(found != NULL && found[0].state == NOTIFY_WAITING && found[0].kind == NOTIFY_SOS &&
             found[0].opened_utc_us == 0,
         "they wait");
    T_EQ(put(&t, NOTIFY_SOS, cause, NULL, 0, &n), ERR_OK, "put again");
    T_EQ(receipts(&t, cause, &found), 2, "adds nothing");
    T_EQ(put(&t, NOTIFY_REPORT, cause = id_new(), NULL, 0, &n), ERR_OK, "a report");
    T_EQ(n, 1, "one chose it");
    T_EQ(put(&t, NOTIFY_SOS, cause = id_new(), &t.second, 1, &n), ERR_OK, "to one account");
    T_OK(receipts(&t, cause, &found) == 1 && id_eq(found[0].receiver, two), "his");
    T_EQ(put(&t, NOTIFY_SOS, cause = id_new(), &t.board, 1, &n), ERR_OK, "to nobody");
    T_EQ(n, 0, "and it says so");
    T_EQ(put(&t, NOTIFY_SOS, id_new(), &t.duty, 0, &n), ERR_OK, "an empty list");
    T_EQ(n, 0, "is nobody, not everybody");
    T_EQ(act(&t, one, RECEIVER_PAUSED), ERR_OK, "paused");
    T_EQ(put(&t, NOTIFY_SOS, id_new(), &t.duty, 1, &n), ERR_OK, "put");
    T_EQ(n, 0, "nothing goes there");
    town_stop(&t);
}

T_CASE(notify_put_stands_or_falls_with_its_cause)
{
    struct town t;
    struct notify_receipt *found = NULL;
    struct putting p = {.post = {.kind = NOTIFY_SOS, .link = "", .now_utc_us = NOW_US},
                        .after = ERR_CONFLICT};
    int n = 0;

    T_REQ("AI-4.4-カ-ハ-1b");
    town_start(&t);
    make_receiver(&t, t.duty, "sos", 3);
    p.post.cause = id_new();
    T_EQ(writer_wait(t.writer, put_run, &p, NULL), ERR_CONFLICT, "the cause fails");
    T_EQ(receipts(&t, p.post.cause, &found), 0, "no notice");
    for (size_t i = 0; i < 3; i++) {
        static const char *const links[] = {"../x", "a b", "people/太郎"};

        p.post.link = links[i];
        p.after = ERR_OK;
        T_EQ(writer_wait(t.writer, put_run, &p, NULL), ERR_INVALID, links[i]);
    }
    T_EQ(put(&t, NOTIFY_TEST, id_new(), NULL, 0, &n), ERR_INVALID, "a kind of notify's own");
    T_EQ(put(&t, NOTIFY_SOS, ID_NONE, NULL, 0, &n), ERR_INVALID, "no cause");
    town_stop(&t);
}

T_CASE(notify_receiver_goes_one_way)
{
    static const enum err want[RECEIVER_STEP_N][4] = {
        /* at:                added         confirmed     proved        paused */
        [RECEIVER_ADDED] = {ERR_OK, ERR_OK, ERR_OK, ERR_OK}, /* not asked */
        [RECEIVER_CONFIRMED] = {ERR_OK, ERR_CONFLICT, ERR_CONFLICT, ERR_CONFLICT},
        [RECEIVER_PROVED] = {ERR_CONFLICT, ERR_OK, ERR_CONFLICT, ERR_CONFLICT},
        [RECEIVER_ASKED] = {ERR_CONFLICT, ERR_OK, ERR_CONFLICT, ERR_CONFLICT},
        [RECEIVER_TESTED] = {ERR_CONFLICT, ERR_CONFLICT, ERR_OK, ERR_CONFLICT},
        [RECEIVER_PAUSED] = {ERR_CONFLICT, ERR_CONFLICT, ERR_OK, ERR_CONFLICT},
        [RECEIVER_RESUMED] = {ERR_CONFLICT, ERR_CONFLICT, ERR_CONFLICT, ERR_OK},
        [RECEIVER_REMOVED] = {ERR_OK, ERR_OK, ERR_OK, ERR_OK},
    };
    struct town t;

    town_start(&t);
    for (int step = RECEIVER_CONFIRMED; step < RECEIVER_STEP_N; step++)
        for (int at = 0; at < 4; at++) {
            struct id receiver = make_receiver(&t, t.duty, "sos", at < 3 ? at + 1 : 3);
            char what[60];

            snprintf(what, sizeof what, "step %d at %d", step, at);
            if (at == 3)
                T_EQ(act(&t, receiver, RECEIVER_PAUSED), ERR_OK, "paused");
            T_EQ(act(&t, receiver, (enum receiver_step)step), want[step][at], what);
            if (step == RECEIVER_REMOVED)
                T_EQ(act(&t, receiver, RECEIVER_REMOVED), ERR_NOT_FOUND, "gone");
        }
    T_EQ(store_fixture_i64(&t.f.store,
                           "SELECT count(*) FROM notify_receiver WHERE removed_at IS NOT NULL"
                           " AND (octet_length(address_sealed) > 0)"),
         0, "what is removed has no address");
    T_EQ(store_fixture_i64(&t.f.store,
                           "SELECT count(*) FROM notify_step s WHERE NOT EXISTS (SELECT FROM"
                           " audit_leaf l WHERE l.row_id = s.id)"),
         0, "every step is a leaf");
    town_stop(&t);
}

/* ---- sending, as the threads do it ---- */

struct sending {
    struct notice_due notice;
    struct notice_outcome outcome;
    struct id holder;
    int64_t now;
};

static enum err take_run(struct tx *tx, void *arg, struct fail *why)
{
    struct sending *s = arg;

    return notify_store_take(tx, &s->notice, s->holder, s->now, s->now + MINUTE_US, why);
}
static enum err outcome_run(struct tx *tx, void *arg, struct fail *why)
{
    return notify_store_outcome(tx, &((struct sending *)arg)->outcome, why);
}
static enum err free_run(struct tx *tx, void *arg, struct fail *why)
{
    return notify_store_free(tx, ((struct sending *)arg)->holder, why);
}

static enum err next(struct town *t, int most, bool without_mail, int64_t now,
                     struct sending *s)
{
    return notify_store_next(t->db, most, without_mail, now, t->arena, &s->notice, NULL);
}

T_CASE(notify_lease_is_one_holders_and_ends_with_him)
{
    struct town t;
    struct sending s = {.holder = id_new(), .now = NOW_US}, thief = {.holder = id_new()};
    struct notify_receipt *found = NULL;
    struct id cause = id_new(), sos = id_new();
    int n;

    T_REQ("NI-2.3-b2");
    town_start(&t);
    make_receiver(&t, t.duty, "sos,report", 3);
    T_EQ(put(&t, NOTIFY_REPORT, cause, NULL, 0, &n), ERR_OK, "a report");
    T_EQ(next(&t, 1, false, NOW_US, &s), ERR_NOT_FOUND, "nothing urgent");
    T_EQ(next(&t, 99, true, NOW_US, &s), ERR_NOT_FOUND, "nothing but mail");
    T_EQ(next(&t, 99, false, NOW_US - 1, &s), ERR_NOT_FOUND, "nothing before its time");
    T_EQ(put(&t, NOTIFY_SOS, sos, NULL, 0, &n), ERR_OK, "an SOS");
    T_EQ(next(&t, 99, false, NOW_US, &s), ERR_OK, "something");
    T_EQ(s.notice.kind, NOTIFY_SOS, "the SOS first, though it came later");
    T_EQ(writer_wait(t.writer, take_run, &s, NULL), ERR_OK, "taken");
    T_EQ(s.notice.n_tries, 1, "a try");
    thief.notice = s.notice;
    thief.now = NOW_US;
    T_EQ(writer_wait(t.writer, take_run, &thief, NULL), ERR_NOT_FOUND, "it is leased");
    T_EQ(writer_wait(t.writer, free_run, &s, NULL), ERR_OK, "the holder's own start");
    T_EQ(writer_wait(t.writer, take_run, &thief, NULL), ERR_NOT_FOUND, "frees nothing of his");
    T_EQ(writer_wait(t.writer, free_run, &thief, NULL), ERR_OK, "a successor's start");
    T_EQ(writer_wait(t.writer, take_run, &thief, NULL), ERR_OK, "frees the dead one's");
    s.outcome = (struct notice_outcome){.id = s.notice.id,
                                        .holder = s.holder,
                                        .state = NOTIFY_REFUSED,
                                        .event = "refused",
                                        .now_utc_us = NOW_US,
                                        .due_utc_us = NOW_US};
    T_EQ(writer_wait(t.writer, outcome_run, &s, NULL), ERR_OK, "what the dead one says");
    T_OK(receipts(&t, sos, &found) == 1 && found[0].state == NOTIFY_WAITING,
         "changes nothing, but is kept");
    thief.outcome = s.outcome;
    thief.outcome.holder = thief.holder;
    thief.outcome.state = NOTIFY_SENT;
    thief.outcome.event = "sent";
    T_EQ(writer_wait(t.writer, outcome_run, &thief, NULL), ERR_OK, "the holder's word");
    T_OK(receipts(&t, sos, &found) == 1 && found[0].state == NOTIFY_SENT, "holds");
    T_EQ(store_fixture_i64(&t.f.store, "SELECT count(*) FROM notify_event"), 2,
         "both on record");
    town_stop(&t);
}

struct opening {
    struct id cause, account;
    bool is;
};
static enum err mark_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct opening *o = arg;

    return notify_mark_opened(tx, o->cause, o->account, NOW_US + 1, why);
}
static enum err is_run(struct tx *tx, void *arg, struct fail *why)
{
    struct opening *o = arg;

    return notify_is_opened(tx, o->cause, o->account, &o->is, why);
}
static enum err cancel_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct opening *o = arg;

    return notify_cancel(tx, o->cause, ID_NONE, o->account, NOW_US + 1, why);
}

T_CASE(notify_tells_escalation_who_has_read_it)
{
    struct town t;
    struct opening o = {.cause = id_new()};
    struct notify_receipt *found = NULL;
    int n;

    T_REQ("AI-4.4-カ-ハ-1b");
    town_start(&t);
    make_receiver(&t, t.duty, "incident", 3);
    make_receiver(&t, t.second, "incident", 3);
    T_EQ(put(&t, NOTIFY_INCIDENT, o.cause, NULL, 0, &n), ERR_OK, "put");
    o.account = t.duty;
    T_EQ(writer_wait(t.writer, is_run, &o, NULL), ERR_OK, "asked");
    T_OK(!o.is, "not yet");
    T_EQ(writer_wait(t.writer, mark_run, &o, NULL), ERR_OK, "seen on the screen");
    T_EQ(writer_wait(t.writer, is_run, &o, NULL), ERR_OK, "asked");
    T_OK(o.is, "now");
    o.account = t.second;
    T_EQ(writer_wait(t.writer, is_run, &o, NULL), ERR_OK, "asked");
    T_OK(!o.is, "not by the other");
    T_EQ(writer_wait(t.writer, cancel_run, &o, NULL), ERR_OK,
         "answered: the rest is not needed");
    T_EQ(receipts(&t, o.cause, &found), 2, "both are told of");
    for (size_t i = 0; found != NULL && i < 2; i++)
        T_EQ(found[i].state, id_eq(found[i].account, t.duty) ? NOTIFY_SENT : NOTIFY_CANCELLED,
             "read counts as arrived, the other is ended");
    town_stop(&t);
}

T_CASE(notify_token_is_the_nodes_own)
{
    struct town t;
    uint8_t token[NOTIFY_TOKEN_BYTES], other[NOTIFY_TOKEN_BYTES];
    struct id notice = id_new(), back = ID_NONE;
    struct keyring *keyring;

    T_REQ("AI-4.6-3");
    town_start(&t);
    keyring = t.f.store.services.keyring;
    T_EQ(notify_token_make(keyring, notice, token, NULL), ERR_OK, "made");
    T_EQ(notify_token_make(keyring, notice, other, NULL), ERR_OK, "made again");
    T_OK(memcmp(token, other, sizeof token) == 0, "the same in every attempt");
    T_EQ(notify_token_read(keyring, span_of(token, sizeof token), &back, NULL), ERR_OK, "read");
    T_OK(id_eq(back, notice), "its notice");
    for (size_t i = 0; i < sizeof token; i++) {
        token[i] ^= 1;
        T_EQ(notify_token_read(keyring, span_of(token, sizeof token), &back, NULL),
             ERR_NOT_FOUND, "one bit");
        token[i] ^= 1;
    }
    T_EQ(notify_token_read(keyring, span_of(token, 31), &back, NULL), ERR_NOT_FOUND, "cut");
    town_stop(&t);
}

T_CASE(notify_forgets_a_person_who_is_erased)
{
    struct town t;
    int n;

    T_REQ("AI-7.2-1");
    town_start(&t);
    make_receiver(&t, t.duty, "sos", 3);
    make_receiver(&t, t.second, "sos", 3);
    T_EQ(put(&t, NOTIFY_SOS, id_new(), NULL, 0, &n), ERR_OK, "put");
    T_EQ(
        erase_person(t.f.store.services.keyring, t.writer, features_tables, t.duty, NULL, NULL),
        ERR_OK, "erased");
    T_EQ(store_fixture_i64(&t.f.store, "SELECT (SELECT count(*) FROM notify_receiver) * 10 +"
                                       " (SELECT count(*) FROM notify_notice)"),
         11, "the other's stay");
    town_stop(&t);
}

/* ---- the threads ---- */

static const struct conf_row own_rows[1] = {
    {.name = "front.public_url", .type = CONF_TEXT, .initial = "https://town.example.jp"}};
static const struct conf_table conf_tables[] = {
    {own_rows, 1}, {net_conf_rows, NET_CONF_N}, {notify_conf_rows, NOTIFY_CONF_N}, {NULL, 0}};

/* The first notice of the cause, once it was tried that often; at most ten seconds. */
static struct notify_receipt wait_tries(struct town *t, struct id cause, int n_tries)
{
    struct notify_receipt none = {.code = -1}, *found = &none;

    for (int i = 0; i < 100; i++) {
        if (receipts(t, cause, &found) == 1 && found[0].n_tries >= n_tries &&
            found[0].why.len > 0)
            break;
        usleep(100000);
    }
    return found[0];
}

static void open_threads(struct town *t, const struct services *services,
                         struct notify **notify_out)
{
    const struct notify_conf conf = {services, store_fixture_conf(&t->f.store, "ibasho_app"),
                                     features_stmts};

    T_EQ(notify_open(&conf, notify_out, NULL), ERR_OK, "threads");
}

T_CASE(notify_threads_try_again_and_end_when_told)
{
    static const char text[] = "net.mail_host = 127.0.0.1\nnet.mail_port = 9\n"
                               "net.mail_tls = none\nnet.mail_from = notice@town.example.jp\n"
                               "notify.retry_first_s = 1\nnotify.retry_most_s = 1\n";
    struct town t;
    struct services services;
    struct notify_stats stats = {.n_later = 0};
    struct notify *notify = NULL;
    struct conf *file = NULL;
    struct notify_receipt one;
    struct id report = id_new(), sos = id_new();
    int n;

    town_start(&t);
    t.now_us = clock_utc_us(); /* the threads have no other */
    services = t.f.store.services;
    T_EQ(conf_read(span_text(text), conf_tables, 0, NULL, NULL, &file, NULL), ERR_OK, "conf");
    services.conf = file;
    T_EQ(net_open(file, &services.net, NULL), ERR_OK, "net");
    make_receiver(&t, t.duty, "sos,report", 3);
    T_EQ(put(&t, NOTIFY_REPORT, report, NULL, 0, &n), ERR_OK, "a report");
    open_threads(&t, &services, &notify);
    one = wait_tries(&t, report, 2);
    T_OK(one.state == NOTIFY_WAITING && one.n_tries >= 2, "tried again, nothing lost");
    T_SPAN(one.why, SPAN("connect"), "and says why");
    T_EQ(put(&t, NOTIFY_SOS, sos, NULL, 0, &n), ERR_OK, "an SOS");
    notify_wake(notify);
    one = wait_tries(&t, sos, 1);
    T_OK(one.n_tries >= 1, "is tried although mail is down");
    T_EQ(notify_stats_read(notify, t.db, clock_utc_us(), &stats, NULL), ERR_OK, "stats");
    T_OK(stats.down != NULL && stats.has_mail && stats.n_waiting == 2 && stats.n_later >= 3,
         "what staff are told");
    notify_close(&notify);
    T_EQ(store_fixture_i64(&t.f.store, "SELECT count(*) FROM notify_notice WHERE lease_until"
                                       " IS NOT NULL"),
         0, "nothing stays leased");
    net_close(&services.net);
    conf_free(&file);
    town_stop(&t);
}
