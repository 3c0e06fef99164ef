/* The inbox on a real store and keyring, without a network: requests of many threads at once,
 * each answered once, signed and bound; an operation sent by all of them happens once. So the
 * sanitizers see it, too. Over the wire: tests/integration/test_federation.py. */
#include "federation/inbox.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "federation/federation.h"
#include "federation/federation_priv.h"
#include "federation/link_fed.h"
#include "federation/profile_gate.h"
#include "node/base/clock.h"
#include "node/base/mbox.h"
#include "node/features.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"
#include "tests/unit/federation/made.h"

#define THREADS_N  4
#define OPS_N      20
#define WAIT_MS    20000
#define OPEN_STEPS 2000

static const struct conf_row door_rows[] = {
    {.name = "node.data_dir", .type = CONF_PATH, .initial = "", .help = "as of a node"},
    {.name = "node.run_dir", .type = CONF_PATH, .initial = "", .help = "as of a node"},
    {.name = "front.user", .type = CONF_TEXT, .initial = "", .help = "as of a node"},
};
static const struct conf_table conf_tables[] = {
    {federation_conf_rows, FEDERATION_CONF_N}, {door_rows, 3}, {NULL, 0}};

struct world {
    struct store_fixture store;
    struct conf *conf;
    struct federation *federation;
    struct registry *registry;
    struct made_key peer;
    struct span bytes; /* of the registry */
    char run_dir[96];
};

static void clock_to(int64_t after_us)
{
    clock_test_shift(0, 0);
    clock_test_shift(0, MADE_NOW + after_us - clock_utc_us());
}

static struct span invitation(struct arena *arena)
{
    struct made_key roots[FED_ROOTS_N], *const keys[] = {&roots[0]};
    struct fed_join join = made_join(0, arena);
    struct span bytes;

    made_roots(roots);
    invariant(fed_invitation_write(&join.invitation, arena, &bytes, NULL) == ERR_OK, "written");
    return made_whole(FED_DOC_INVITATION, bytes, keys, 1, arena);
}

/* This node and one other town; without a coordinator nobody is asked for anything. */
static void join_federation(struct world *w, unsigned more_roles)
{
    struct trust *trust = federation_trust(w->federation);
    struct registry_draft draft = made_first(w->store.arena);
    struct fed_join join = made_join(0, w->store.arena);
    struct registry_terms terms = made_terms();
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct span bytes;

    T_EQ(trust_pin(trust, invitation(w->store.arena), MADE_NOW, NULL), ERR_OK, "pinned");
    T_EQ(trust_key_make(trust, SPAN("town0"), &join.key, NULL), ERR_OK, "own key");
    terms.roles |= more_roles;
    T_EQ(registry_draft_admit(&draft, &join, &terms, NULL), ERR_OK, "admitted");
    made_admit(&draft, 1);
    bytes = made_end(&draft);
    T_OK(!inbox_is_open(w->federation), "nothing is there before");
    T_EQ(trust_take(trust, bytes, made_signed(bytes, 2, w->store.arena), ID_NONE, &verdict,
                    NULL),
         ERR_OK, "judged");
    T_EQ(verdict, TRUST_TAKEN, "taken");
    T_OK(inbox_is_open(w->federation), "and then it is");
    w->registry = trust_now(trust);
    w->bytes = bytes;
}

static void world_start_as(struct world *w, unsigned more_roles)
{
    struct federation_conf conf;
    char text[200];
    int n;
    struct fail why = {.code = ERR_OK, .text = ""};

    memset(w, 0, sizeof *w);
    clock_to(0);
    store_fixture_start(&w->store, NULL);
    snprintf(w->run_dir, sizeof w->run_dir, "%s/fed-%d", t_dir(), getpid());
    n = snprintf(text, sizeof text, "node.run_dir = %s\nfront.user = root\n", w->run_dir);
    T_EQ(conf_read(span_of(text, (size_t)n), conf_tables, 0, NULL, NULL, &w->conf, NULL),
         ERR_OK, "conf");
    w->store.services.conf = w->conf;
    conf = (struct federation_conf){&w->store.services,
                                    store_fixture_conf(&w->store, "ibasho_app"), features_stmts,
                                    made_node(0)};
    T_EQ(federation_open(&conf, w->store.db, &w->federation, &why), ERR_OK, why.text);
    w->store.services.federation = w->federation;
    w->peer = made_key("town1-1", 101);
    join_federation(w, more_roles);
    for (int i = 0; i < OPEN_STEPS && atomic_load(&w->federation->open_utc_us) == INT64_MAX;
         i++)
        usleep(5000);
    clock_to(MINUTE_US);
}

static void world_start(struct world *w)
{
    world_start_as(w, 0);
}

static void world_stop(struct world *w)
{
    registry_unref(&w->registry);
    federation_stop(w->federation);
    store_fixture_stop(&w->store);
    federation_close(&w->federation);
    conf_free(&w->conf);
    clock_test_shift(0, 0);
}

/* One request and its answer. */
struct asking {
    struct world *w;
    struct arena *arena;
    struct mbox *done;
    struct fed_in in;
    struct fed_signed head;
};

static void on_done(struct fed_in *in)
{
    struct asking *a = in->server;
    char byte = 0;

    invariant(mbox_post(a->done, &byte, NULL) == ERR_OK, "told once");
}

static void asking_open(struct asking *a, struct world *w)
{
    memset(a, 0, sizeof *a);
    a->w = w;
    invariant(arena_create(4096, &a->arena, NULL) == ERR_OK &&
                  mbox_create(1, 4, &a->done, NULL) == ERR_OK,
              "memory");
}

static void asking_close(struct asking *a)
{
    arena_destroy(&a->arena);
    mbox_destroy(&a->done);
}

static enum err peer_sign(void *arg, struct span bytes, uint8_t out[PROFILE_SIGNATURE_BYTES],
                          struct fail *why)
{
    return made_sign(arg, "", bytes, out, why);
}

/* Sends a->in.message again as it is. */
static void send_again(struct asking *a)
{
    char byte;

    a->in = (struct fed_in){.message = a->in.message,
                            .address = SPAN("127.0.0.1"),
                            .arena = a->arena,
                            .done = on_done,
                            .server = a};
    invariant(inbox_post(a->w->federation, &a->in, NULL) == ERR_OK, "there is room");
    invariant(mbox_take(a->done, &byte, 1, WAIT_MS) == 1, "an answer comes");
}

static void send(struct asking *a, const char *method, const char *path, struct span body,
                 struct id op)
{
    struct world *w = a->w;
    const struct fed_signer signer = {w->peer.key.kid, peer_sign, &w->peer};
    struct fed_stamp stamp = {.dest = made_node(0),
                              .op = op,
                              .reg = registry_head(w->registry),
                              .now_utc_us = clock_utc_us()};
    struct id nonce = id_new();

    memcpy(stamp.nonce, nonce.b, sizeof stamp.nonce);
    a->in.message = (struct fed_message){.method = span_text(method),
                                         .authority = SPAN("town0.example.jp:8443"),
                                         .path = span_text(path),
                                         .body = body};
    invariant(profile_sign_request(&signer, &a->in.message, PROFILE_JSON, &stamp, &a->head,
                                   NULL) == ERR_OK,
              "signed");
    a->in.message.headers = a->head.headers;
    a->in.message.n_headers = a->head.n_headers;
    send_again(a);
}

static bool is_believed(const struct asking *a)
{
    const struct fed_answer answer = {.status = a->in.status,
                                      .headers = a->in.head.headers,
                                      .n_headers = a->in.head.n_headers,
                                      .body = a->in.body};

    return fed_answer_check(a->w->registry, made_node(0), &a->in.message, &answer,
                            clock_utc_us()) == FED_OK;
}

struct crowd {
    struct world *w;
    const struct id *ops;
    int n_good, n_signed;
    pthread_t thread;
};

/* Each of them sends every operation, as a peer does that heard nothing. */
static void *crowd_main(void *arg)
{
    struct crowd *c = arg;

    for (int i = 0; i < OPS_N; i++) {
        struct asking a;

        asking_open(&a, c->w);
        send(&a, "POST", "/fed/v1/ping", SPAN("{\"n\":5}"), c->ops[i]);
        c->n_good += a.in.status == 200;
        c->n_signed += is_believed(&a);
        asking_close(&a);
    }
    return NULL;
}

T_CASE(fed_inbox_does_an_operation_once_for_many_at_once)
{
    T_REQ("CARD-12");
    struct world w;
    struct crowd crowds[THREADS_N];
    struct id ops[OPS_N];
    struct federation_stats stats = {.n_accepted = 0};

    world_start(&w);
    for (int i = 0; i < OPS_N; i++)
        ops[i] = id_new();
    for (int i = 0; i < THREADS_N; i++) {
        crowds[i] = (struct crowd){.w = &w, .ops = ops};
        T_EQ(pthread_create(&crowds[i].thread, NULL, crowd_main, &crowds[i]), 0, "a thread");
    }
    for (int i = 0; i < THREADS_N; i++) {
        pthread_join(crowds[i].thread, NULL);
        T_EQ(crowds[i].n_good, OPS_N, "all are answered well");
        T_EQ(crowds[i].n_signed, OPS_N, "signed, and bound to what was asked");
    }
    T_EQ(store_fixture_i64(&w.store, "SELECT count(*) FROM fed_op"), OPS_N,
         "each is done once");
    T_EQ(store_fixture_i64(&w.store, "SELECT count(*) FROM access_record WHERE route ="
                                     " 'fed.ping' AND action = 'change'"),
         OPS_N, "with one effect");
    T_EQ(federation_stats_read(w.federation, w.store.db, &stats, NULL), ERR_OK, "counted");
    T_EQ(stats.n_accepted, THREADS_N * OPS_N, "every one");
    world_stop(&w);
}

T_CASE(fed_inbox_refuses_by_name_and_signs_it)
{
    T_REQ("CARD-11");
    static const struct {
        const char *what, *method, *path, *body;
        enum fed_code want;
    } rows[] = {
        {"what a node is", "GET", "/fed/v1/node", "", FED_OK},
        {"the registry", "GET", "/fed/v1/registry", "", FED_OK},
        {"no timestamp yet", "GET", "/fed/v1/timestamp", "", FED_NOT_FOUND},
        {"nothing", "GET", "/fed/v1/nothing", "", FED_NOT_FOUND},
        {"a slash too many", "GET", "/fed/v1/node/", "", FED_NOT_FOUND},
        {"less than a path", "GET", "/fed/v1", "", FED_NOT_FOUND},
        {"its root", "GET", "/", "", FED_NOT_FOUND},
        {"another method", "POST", "/fed/v1/node", "", FED_METHOD_NOT_ALLOWED},
        {"a body where none belongs", "GET", "/fed/v1/node", "{}", FED_TOO_LARGE},
        {"no body", "POST", "/fed/v1/ping", "", FED_BAD_JSON},
        {"a number that is none", "POST", "/fed/v1/ping", "{\"n\":1.5}", FED_BAD_JSON},
        {"what nobody asked for", "POST", "/fed/v1/ping", "{\"n\":1,\"x\":2}", FED_BAD_JSON},
        {"a document that is none", "POST", "/fed/v1/registry", "{}", FED_MEDIA},
    };
    struct world w;
    struct id op = id_new();
    struct asking a;

    world_start(&w);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        asking_open(&a, &w);
        send(&a, rows[i].method, rows[i].path, span_text(rows[i].body), id_new());
        T_TEXT(fed_code_text(a.in.code), fed_code_text(rows[i].want), rows[i].what);
        T_EQ(a.in.status, fed_code_status(rows[i].want), rows[i].what);
        T_OK(is_believed(&a), rows[i].what);
        asking_close(&a);
    }
    asking_open(&a, &w);
    send(&a, "POST", "/fed/v1/ping", SPAN("{\"n\":1}"), op);
    T_EQ(a.in.status, 200, "an operation");
    send_again(&a);
    T_TEXT(fed_code_text(a.in.code), "replayed", "the very same bytes again");
    send(&a, "POST", "/fed/v1/ping", SPAN("{\"n\":2}"), op);
    T_TEXT(fed_code_text(a.in.code), "op-conflict", "another body under its id");
    T_OK(is_believed(&a), "signed");
    a.in.message.body = SPAN("{\"n\":3}");
    send_again(&a);
    T_TEXT(fed_code_text(a.in.code), "replayed", "a nonce is used whatever comes with it");
    asking_close(&a);
    T_EQ(store_fixture_i64(&w.store, "SELECT count(*) FROM fed_op"), 1, "one was done");
    world_stop(&w);
}

/* ---- tickets of links (federation/link_fed.h) ---- */

static void on_up(void *arg, struct id peer, bool is_whole)
{
    (void)arg;
    (void)peer;
    (void)is_whole;
}

static void on_frame(void *arg, struct id peer, bool is_rt, const struct frame *frame)
{
    (void)arg;
    (void)peer;
    (void)is_rt;
    (void)frame;
}

static void on_down(void *arg, struct id peer, enum link_why why)
{
    (void)arg;
    (void)peer;
    (void)why;
}

static void start_links(struct world *w)
{
    const struct link_feature feature = {NULL, on_up, on_frame, on_down};
    char front[128];
    struct fail why = {.code = ERR_OK, .text = ""};

    snprintf(front, sizeof front, "%s/front", w->run_dir);
    invariant(mkdir(w->run_dir, 0700) == 0 && mkdir(front, 0700) == 0, "two directories");
    T_EQ(links_start(federation_links(w->federation), &feature, &why), ERR_OK, why.text);
}

static void expect_link(struct world *w, const char *body, enum fed_code want, const char *what)
{
    struct asking a;

    asking_open(&a, w);
    send(&a, "POST", "/fed/v1/link", span_text(body), id_new());
    T_TEXT(fed_code_text(a.in.code), fed_code_text(want), what);
    T_OK(is_believed(&a), what);
    if (want == FED_OK)
        T_EQ(a.in.body.len, strlen("{\"ticket\":\"\"}") + 43, "a ticket");
    asking_close(&a);
}

T_CASE(fed_inbox_gives_tickets_to_whom_a_link_is_allowed)
{
    T_REQ("CARD-11");
    struct world w;
    struct links *links;

    world_start_as(&w, FED_ROLE_BIT(FED_ROLE_COORDINATOR));
    links = federation_links(w.federation);
    links_allow(links, made_node(1), clock_utc_us() + HOUR_US);
    expect_link(&w, "{\"lane\":\"ctl\"}", FED_UNAVAILABLE, "nobody listens yet");
    links_allow(links, made_node(1), 0);
    start_links(&w);
    expect_link(&w, "{\"lane\":\"ctl\"}", FED_ROLE_DENIED, "not allowed");
    links_allow(links, made_node(1), clock_utc_us() + HOUR_US);
    expect_link(&w, "{\"lane\":\"ctl\"}", FED_UNAVAILABLE, "nothing says the registry is new");
    {
        struct span bytes, sigs;

        T_EQ(trust_time_make(federation_trust(w.federation), clock_utc_us(), w.store.arena,
                             &bytes, &sigs, NULL),
             ERR_OK, "a timestamp");
    }
    expect_link(&w, "{\"lane\":\"ctl\"}", FED_OK, "one lane");
    expect_link(&w, "{\"lane\":\"rt\"}", FED_OK, "and the other");
    expect_link(&w, "{\"lane\":\"up\"}", FED_BAD_JSON, "no other");
    expect_link(&w, "{}", FED_BAD_JSON, "not none");
    links_want(links, made_node(1), clock_utc_us() + HOUR_US);
    expect_link(&w, "{\"lane\":\"ctl\"}", FED_ROLE_DENIED, "of two that both would, we call");
    links_want(links, made_node(1), 0);
    links_allow(links, made_node(1), clock_utc_us() - 1);
    expect_link(&w, "{\"lane\":\"ctl\"}", FED_ROLE_DENIED, "its time has come");
    world_stop(&w);
}

static enum link_why judged(struct world *w, int peer, bool is_new, int64_t after_us)
{
    return link_fed_judge(federation_trust(w->federation), made_node(0), made_node(peer),
                          is_new, MADE_NOW + after_us);
}

T_CASE(fed_links_stand_by_the_registry)
{
    T_REQ("CARD-11");
    struct world w;
    struct trust *trust;
    struct registry_draft draft;
    struct span bytes, sigs;
    enum trust_verdict verdict = TRUST_VERDICT_N;

    world_start_as(&w, FED_ROLE_BIT(FED_ROLE_COORDINATOR));
    trust = federation_trust(w.federation);
    T_EQ(judged(&w, 1, false, MINUTE_US), LINK_WHY_N, "a member under contract");
    T_EQ(judged(&w, 1, true, MINUTE_US), LINK_UNWANTED, "nothing new without a timestamp");
    T_EQ(trust_time_make(trust, clock_utc_us(), w.store.arena, &bytes, &sigs, NULL), ERR_OK,
         "a timestamp");
    T_EQ(judged(&w, 1, true, MINUTE_US), LINK_WHY_N, "and with it");
    T_EQ(judged(&w, 2, false, MINUTE_US), LINK_CONTRACT, "no member");
    T_EQ(judged(&w, 1, false, 91 * DAY_US), LINK_CONTRACT,
         "the contract is over, by the clock");
    T_EQ(judged(&w, 1, false, 61 * DAY_US), LINK_REVOKED, "its keys have ended");
    draft = made_next(w.bytes, HOUR_US, w.store.arena);
    T_EQ(registry_draft_revoke(&draft, SPAN("town1-1"), 0, MADE_NOW + HOUR_US, NULL), ERR_OK,
         "revoked");
    bytes = made_end(&draft);
    clock_to(2 * HOUR_US);
    T_EQ(
        trust_take(trust, bytes, made_signed(bytes, 2, w.store.arena), ID_NONE, &verdict, NULL),
        ERR_OK, "judged");
    T_EQ(verdict, TRUST_TAKEN, "taken");
    T_EQ(judged(&w, 1, false, 2 * HOUR_US), LINK_REVOKED, "from that instant");
    world_stop(&w);
}
