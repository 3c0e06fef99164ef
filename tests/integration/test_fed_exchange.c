/* What waits for another node and what another node had done here, on a real database: bounded,
 * in order, once, sealed. Whole nodes: tests/integration/test_federation.py. */
#include "federation/federation_priv.h"
#include "federation/op_store.h"
#include "federation/outbox.h"
#include "federation/outbox_store.h"
#include "node/base/clock.h"
#include "tests/integration/store_fixture.h"
#include "tests/t.h"

#define NOW (INT64_C(1790000000) * 1000000)

struct place {
    struct store_fixture store;
    struct federation federation; /* as far as a put looks at it */
    struct arena *arena;
};

static void place_open(struct place *p)
{
    store_fixture_start(&p->store, NULL);
    p->federation = (struct federation){.conf = {.services = &p->store.services}};
    T_EQ(arena_create(4096, &p->arena, NULL), ERR_OK, "arena");
}

static void place_close(struct place *p)
{
    arena_destroy(&p->arena);
    store_fixture_stop(&p->store);
}

/* One act in a transaction of its own. */
struct act {
    struct place *p;
    struct id peer, op;
    struct span body, code;
    struct outbox_row row;
    struct op_row done;
    struct id peers[OUTBOX_PEERS_MOST];
    int n;
    bool is_given_up;
};

static enum err put_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;

    return outbox_put(tx, &a->p->federation, a->peer, fed_kind_ping, a->op, a->body, NOW, why);
}

static enum err cram_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct act *a = arg;
    enum err rc = ERR_OK;

    for (int i = 0; rc == ERR_OK && i < a->n; i++) {
        const struct outbox_row row = {.peer = a->peer,
                                       .op = id_new(),
                                       .kind = SPAN("fed.ping"),
                                       .body_sealed = SPAN("x"),
                                       .made_utc_us = NOW};

        rc = outbox_store_add(tx, &row, 3, why);
    }
    return rc;
}

static enum err head_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;

    return outbox_store_head(tx, a->peer, a->p->arena, &a->row, why);
}

static enum err peers_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;

    return outbox_store_peers(tx, a->peers, &a->n, why);
}

static enum err delete_run(struct tx *tx, void *arg, struct fail *why)
{
    return outbox_store_delete(tx, ((const struct act *)arg)->op, why);
}

static enum err end_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct act *a = arg;

    return outbox_store_end(tx, a->op, a->is_given_up, a->code, NOW, why);
}

static enum err tried_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct act *a = arg;

    return outbox_store_tried(tx, a->op, a->code, why);
}

static enum err op_add_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct act *a = arg;
    struct id key;
    enum err rc = fed_seal_key(&a->p->federation, &key, why);

    return rc == ERR_OK ? op_store_add(tx, a->p->store.services.keyring, key, &a->done, why)
                        : rc;
}

static enum err op_find_run(struct tx *tx, void *arg, struct fail *why)
{
    struct act *a = arg;

    return op_store_find(tx, a->p->store.services.keyring, a->peer, a->op, a->p->arena,
                         &a->done, why);
}

static enum err op_sweep_run(struct tx *tx, void *arg, struct fail *why)
{
    (void)arg;
    return op_store_sweep(tx, NOW, why);
}

static enum err run(struct act *a, enum err (*what)(struct tx *tx, void *arg, struct fail *why))
{
    return writer_wait(a->p->store.services.writer, what, a, NULL);
}

T_CASE(fed_outbox_keeps_order_and_bounds)
{
    T_REQ("CARD-12");
    struct place p;
    struct act a;
    struct id ops[3];

    place_open(&p);
    a = (struct act){.p = &p, .peer = id_new(), .body = SPAN("{\"n\":4711}")};
    for (int i = 0; i < 3; i++) {
        a.op = ops[i] = id_new();
        T_EQ(run(&a, put_run), ERR_OK, "put");
        T_EQ(run(&a, put_run), ERR_OK, "the same once more");
    }
    T_EQ(store_fixture_i64(&p.store, "SELECT count(*) FROM fed_outbox"), 3, "each once");
    T_EQ(store_fixture_i64(&p.store, "SELECT count(*) FROM fed_outbox WHERE"
                                     " position('4711'::bytea IN body_sealed) > 0"),
         0, "sealed");
    for (int i = 0; i < 3; i++) {
        T_EQ(run(&a, head_run), ERR_OK, "the head");
        T_OK(id_eq(a.row.op, ops[i]), "in the order put");
        a.op = ops[i];
        a.code = SPAN("unavailable");
        T_EQ(run(&a, tried_run), ERR_OK, "tried");
        T_EQ(run(&a, head_run), ERR_OK, "it stays the head");
        T_EQ(a.row.n_tries, 1, "tried once");
        T_EQ(run(&a, delete_run), ERR_OK, "answered");
    }
    T_EQ(run(&a, head_run), ERR_NOT_FOUND, "nothing is left");
    a.body = span_of(p.store.files_dir, JX_MAX_BYTES + 1);
    T_EQ(run(&a, put_run), ERR_TOO_LARGE, "a body over the kind's bound");
    a.n = 3;
    T_EQ(run(&a, cram_run), ERR_OK, "as many as may wait");
    a.n = 1;
    T_EQ(run(&a, cram_run), ERR_BUSY, "and no more");
    a.peer = id_new();
    T_EQ(run(&a, cram_run), ERR_OK, "of one peer; another has room");
    T_EQ(run(&a, peers_run), ERR_OK, "who is waited for");
    T_EQ(a.n, 2, "both");
    place_close(&p);
}

T_CASE(fed_outbox_shows_what_ended_badly)
{
    T_REQ("CARD-12");
    struct federation_stats stats = {.n_waiting = -1};
    struct outbox_peer *peers = NULL;
    struct place p;
    struct act a;
    size_t n = 0;

    place_open(&p);
    a = (struct act){
        .p = &p, .peer = id_new(), .body = SPAN("{}"), .code = SPAN("role-denied")};
    for (int i = 0; i < 3; i++) {
        a.op = id_new();
        a.is_given_up = i == 1;
        T_EQ(run(&a, put_run), ERR_OK, "put");
        if (i < 2)
            T_EQ(run(&a, end_run), ERR_OK, "ended");
    }
    T_EQ(outbox_store_count(p.store.db, &stats, NULL), ERR_OK, "counted");
    T_EQ(stats.n_waiting, 1, "waits");
    T_EQ(stats.n_refused_rows, 1, "refused");
    T_EQ(stats.n_given_up, 1, "given up");
    T_EQ(stats.oldest_utc_us, NOW, "since when");
    T_EQ(outbox_store_by_peer(p.store.db, p.arena, &peers, &n, NULL), ERR_OK, "by peer");
    T_EQ(n, 1, "one peer");
    T_EQ(n == 1 ? peers[0].n_waiting : -1, 1, "waits there");
    T_EQ(n == 1 ? peers[0].n_ended : -1, 2, "ended there");
    T_EQ(run(&a, head_run), ERR_OK, "what ended holds nobody up");
    T_OK(id_eq(a.row.op, a.op), "the one that waits");
    T_EQ(store_fixture_i64(&p.store, "SELECT count(*) FROM fed_outbox WHERE state <> 'waiting'"
                                     " AND body_sealed IS NOT NULL"),
         0, "the bodies of the others are gone");
    place_close(&p);
}

T_CASE(fed_op_is_remembered_for_its_time)
{
    T_REQ("CARD-12");
    static const uint8_t digest[32] = {7};
    struct place p;
    struct act a;

    place_open(&p);
    a = (struct act){.p = &p, .peer = id_new(), .op = id_new()};
    a.done = (struct op_row){.peer = a.peer,
                             .op = a.op,
                             .kind = SPAN("fed.ping"),
                             .digest = span_of(digest, sizeof digest),
                             .status = 200,
                             .answer = SPAN("{\"name\":\"canary\"}"),
                             .at_utc_us = NOW,
                             .kept_until_utc_us = NOW + 1};
    T_EQ(run(&a, op_find_run), ERR_NOT_FOUND, "not done yet");
    T_EQ(run(&a, op_add_run), ERR_OK, "done");
    T_EQ(run(&a, op_add_run), ERR_CONFLICT, "nothing is done twice under one id");
    a.done = (struct op_row){.status = 0};
    T_EQ(run(&a, op_find_run), ERR_OK, "remembered");
    T_SPAN(a.done.answer, SPAN("{\"name\":\"canary\"}"), "with its answer");
    T_SPAN(a.done.digest, span_of(digest, sizeof digest), "and what was asked");
    T_EQ(a.done.status, 200, "and how it went");
    T_EQ(store_fixture_i64(&p.store, "SELECT count(*) FROM fed_op WHERE"
                                     " position('canary'::bytea IN answer_sealed) > 0"),
         0, "sealed");
    a.peer = id_new();
    T_EQ(run(&a, op_find_run), ERR_NOT_FOUND, "another node's same id is another's");
    T_EQ(run(&a, op_sweep_run), ERR_OK, "swept");
    T_EQ(store_fixture_i64(&p.store, "SELECT count(*) FROM fed_op"), 1, "its time is not over");
    T_EQ(store_fixture_i64(&p.store,
                           "WITH gone AS (UPDATE fed_op SET kept_until = kept_until -"
                           " interval '1 hour' RETURNING 1) SELECT count(*) FROM gone"),
         1, "an hour later");
    T_EQ(run(&a, op_sweep_run), ERR_OK, "swept");
    T_EQ(store_fixture_i64(&p.store, "SELECT count(*) FROM fed_op"), 0, "forgotten");
    place_close(&p);
}
