/* The inbox on a real store and keyring, without a network: requests of many threads at once,
 * each answered once, signed and bound; an operation sent by all of them happens once. So the
 * sanitizers see it, too. Over the wire: tests/integration/test_federation.py. */
#include "federation/inbox.h"

#include <pthread.h>
#include <unistd.h>

#include "federation/federation.h"
#include "federation/federation_priv.h"
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

static const struct conf_table conf_tables[] = {{federation_conf_rows, FEDERATION_CONF_N},
                                                {NULL, 0}};

struct world {
    struct store_fixture store;
    struct conf *conf;
    struct federation *federation;
    struct registry *registry;
    struct made_key peer;
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

/* This node and one other town, no coordinator: nobody is asked for anything. */
static void join_federation(struct world *w)
{
    struct trust *trust = federation_trust(w->federation);
    struct registry_draft draft = made_first(w->store.arena);
    struct fed_join join = made_join(0, w->store.arena);
    struct registry_terms terms = made_terms();
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct span bytes;

    T_EQ(trust_pin(trust, invitation(w->store.arena), MADE_NOW, NULL), ERR_OK, "pinned");
    T_EQ(trust_key_make(trust, SPAN("town0"), &join.key, NULL), ERR_OK, "own key");
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
}

static void world_start(struct world *w)
{
    struct federation_conf conf;
    struct fail why = {.code = ERR_OK, .text = ""};

    memset(w, 0, sizeof *w);
    clock_to(0);
    store_fixture_start(&w->store, NULL);
    T_EQ(conf_read(SPAN(""), conf_tables, 0, NULL, NULL, &w->conf, NULL), ERR_OK, "conf");
    w->store.services.conf = w->conf;
    conf = (struct federation_conf){&w->store.services,
                                    store_fixture_conf(&w->store, "ibasho_app"), features_stmts,
                                    made_node(0)};
    T_EQ(federation_open(&conf, w->store.db, &w->federation, &why), ERR_OK, why.text);
    w->store.services.federation = w->federation;
    w->peer = made_key("town1-1", 101);
    join_federation(w);
    for (int i = 0; i < OPEN_STEPS && atomic_load(&w->federation->open_utc_us) == INT64_MAX;
         i++)
        usleep(5000);
    clock_to(MINUTE_US);
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
