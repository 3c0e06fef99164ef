#include "federation/outbox.h"

#include <stdlib.h>

#include "federation/call.h"
#include "federation/federation_priv.h"
#include "federation/op_store.h"
#include "federation/outbox_store.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/db/digest.h"

#define LOOK_EVERY_MS  30000 /* rows that nobody woke us for */
#define WAIT_FIRST_MS  1000
#define SETTLE_MS      1000 /* between tries to write an outcome down */
#define HEARD_MOST     64
#define TURN_MOST      64 /* rows of one peer before the others have their turn */
#define ARENA_BYTES    16384
#define SWEEP_EVERY_US (10 * MINUTE_US) /* of fed_op */

/* A peer that did not answer last. */
struct away {
    struct id peer;
    int n_times;
    int64_t next_us; /* monotonic */
};

/* All of it the thread's but the mailbox and what is atomic. */
struct outbox {
    struct federation *federation;
    struct mbox *heard; /* of struct id; ID_NONE: look at the rows */
    struct arena *arena;
    pthread_t thread;
    bool has_thread;
    struct away away[OUTBOX_PEERS_MOST];
    int n_away;
    struct id peers[OUTBOX_PEERS_MOST];
    int n_peers;
    int64_t swept_us;
};

/* ---- putting ---- */

enum err outbox_put(struct tx *tx, struct federation *f, struct id peer,
                    const struct fed_kind *kind, struct id op, struct span body,
                    int64_t now_utc_us, struct fail *why)
{
    const struct seal_place place = outbox_place(op);
    struct outbox_row row = {
        .peer = peer, .op = op, .kind = span_text(kind->name), .made_utc_us = now_utc_us};
    struct id key;
    enum err rc;

    invariant(kind->keep == FED_KEEP_MONTH, "%s is not kept as long as it is tried",
              kind->name);
    if (body.len > kind->body_most)
        return fail_set(why, ERR_TOO_LARGE, "%s of %zu bytes", kind->name, body.len);
    rc = fed_seal_key(f, &key, why);
    if (rc == ERR_OK)
        rc = seal(f->conf.services->keyring, key, &place, body, tx_arena(tx), &row.body_sealed,
                  why);
    return rc == ERR_OK ? outbox_store_add(tx, &row, OUTBOX_MOST, why) : rc;
}

void outbox_heard(struct federation *f, struct id peer)
{
    if (f->outbox == NULL || (!id_is_none(peer) && atomic_load(&f->n_away) == 0))
        return;
    /* Full: it looks at everything soon. */
    if (mbox_post(f->outbox->heard, &peer, NULL) != ERR_OK)
        return;
}

void outbox_wake(struct federation *f)
{
    if (f != NULL)
        outbox_heard(f, ID_NONE);
}

/* ---- who is away ---- */

static struct away *find_away(struct outbox *outbox, struct id peer)
{
    for (int i = 0; i < outbox->n_away; i++)
        if (id_eq(outbox->away[i].peer, peer))
            return &outbox->away[i];
    return NULL;
}

static void note_there(struct outbox *outbox, struct id peer)
{
    struct away *away = find_away(outbox, peer);

    if (away == NULL)
        return;
    *away = outbox->away[--outbox->n_away];
    atomic_store(&outbox->federation->n_away, outbox->n_away);
}

/* 1 s, 2 s, ... OUTBOX_WAIT_MOST_S, times 0.75 to 1.25, so that those who failed together do
 * not come back together. */
static void note_away(struct outbox *outbox, struct id peer)
{
    struct away *away = find_away(outbox, peer);
    int64_t wait_ms = OUTBOX_WAIT_MOST_S * 1000LL;
    uint16_t share;

    if (away == NULL && outbox->n_away == OUTBOX_PEERS_MOST)
        return; /* asked again at the next look */
    if (away == NULL) {
        away = &outbox->away[outbox->n_away++];
        *away = (struct away){.peer = peer};
        atomic_store(&outbox->federation->n_away, outbox->n_away);
    }
    if (away->n_times < 6)
        wait_ms = (int64_t)WAIT_FIRST_MS << away->n_times;
    away->n_times++;
    digest_random(&share, sizeof share);
    away->next_us = clock_mono_us() + wait_ms * 1000 / 131072 * (98304 + share);
}

static bool is_due(struct outbox *outbox, struct id peer)
{
    const struct away *away = find_away(outbox, peer);

    return away == NULL || clock_mono_us() >= away->next_us;
}

/* ---- one row ---- */

struct sending {
    struct federation *federation;
    struct arena *arena;
    struct outbox_row row;
    const struct fed_kind *kind;
    struct fed_settled settled;
    struct span why_code;
    bool is_ended; /* refused or given up */
};

static enum err head_run(struct tx *tx, void *arg, struct fail *why)
{
    struct sending *s = arg;

    return outbox_store_head(tx, s->row.peer, s->arena, &s->row, why);
}

static enum err settle_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct sending *s = arg;
    enum err rc = ERR_OK;

    if (s->kind != NULL && s->kind->settled != NULL)
        rc = s->kind->settled(tx, s->federation, &s->settled, why);
    if (rc != ERR_OK)
        return rc;
    return s->is_ended ? outbox_store_end(tx, s->row.op, s->settled.is_given_up, s->why_code,
                                          clock_utc_us(), why)
                       : outbox_store_delete(tx, s->row.op, why);
}

static enum err tried_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct sending *s = arg;

    return outbox_store_tried(tx, s->row.op, s->why_code, why);
}

/* Until it is written or the program ends; then the row is sent again and its op makes that
 * harmless. */
static bool settle(struct sending *s)
{
    struct federation *f = s->federation;
    struct fail why = {.code = ERR_OK};

    do { /* once at the end, too */
        if (writer_wait(f->conf.services->writer, settle_run, s, &why) == ERR_OK)
            return true;
        log_warn("fed.unsettled", L_ID("op", s->row.op), L_FAIL(&why));
        mbox_take(f->outbox->heard, &(struct id){{0}}, 1, SETTLE_MS);
    } while (!atomic_load(&f->is_stopping));
    return false;
}

static void say_ended(const struct sending *s)
{
    log_warn("fed.undelivered", L_ID("op", s->row.op), L_ID("peer", s->row.peer),
             L_SPAN("kind", s->row.kind), L_SPAN("code", s->why_code),
             L_INT("n_tries", s->row.n_tries + 1));
}

/* True: the next row of this peer may follow. */
static bool end_row(struct sending *s, enum fed_code code, bool is_given_up)
{
    s->is_ended = code != FED_OK || is_given_up;
    s->settled.peer = s->row.peer;
    s->settled.op = s->row.op;
    s->settled.code = code;
    s->settled.is_given_up = is_given_up;
    if (s->is_ended)
        say_ended(s);
    else
        atomic_fetch_add(&s->federation->n_sent, 1);
    return settle(s);
}

/* It stays where it is, and the peer's others behind it. */
static void leave_row(struct outbox *outbox, struct sending *s)
{
    struct fail why = {.code = ERR_OK};

    if (writer_wait(s->federation->conf.services->writer, tried_run, s, &why) != ERR_OK)
        log_warn("fed.untold", L_ID("op", s->row.op), L_FAIL(&why));
    note_away(outbox, s->row.peer);
}

/* What a peer says of us by the registry it has: it may be behind ours (our key is a new one),
 * and a contract that ended is followed by the next. Refused it stays, all the same. */
static bool is_by_registry(enum fed_code code)
{
    return code == FED_UNKNOWN_KEY || code == FED_NOT_MEMBER || code == FED_CONTRACT_ENDED ||
           code == FED_REGISTRY_SPLIT;
}

static bool is_over(const struct sending *s)
{
    return clock_utc_us() - s->row.made_utc_us > FED_GIVE_UP_US;
}

/* True: sent or ended, go on. False: not now. */
static bool send_row(struct outbox *outbox, struct sending *s)
{
    struct federation *f = outbox->federation;
    const struct seal_place place = outbox_place(s->row.op);
    struct fail why = {.code = ERR_OK};
    struct fed_said said = {.code = FED_OK};
    struct fed_ask ask = {.peer = s->row.peer, .op = s->row.op};
    enum err rc;

    s->kind = fed_kind_find(s->row.kind);
    if (s->kind == NULL || is_over(s)) {
        s->why_code = s->kind == NULL ? SPAN("unknown-kind") : SPAN("too-old");
        return end_row(s, FED_OK, true);
    }
    ask.kind = s->kind;
    rc = unseal(f->conf.services->keyring, &place, s->row.body_sealed, s->arena, &ask.body,
                &why);
    if (rc == ERR_NOT_FOUND || rc == ERR_PROTO) {
        s->why_code = SPAN("key");
        return end_row(s, FED_OK, true);
    }
    if (rc == ERR_OK)
        rc = fed_call(f, &ask, s->arena, &said, &why);
    s->why_code = span_text(rc == ERR_OK ? fed_code_text(said.code) : err_code(rc));
    if (rc == ERR_OK && said.code == FED_OK) {
        s->settled.answer = said.body;
        note_there(outbox, s->row.peer);
        return end_row(s, FED_OK, false);
    }
    if (rc == ERR_OK && !fed_code_is_passing(said.code) && said.code != FED_REPLAYED &&
        !is_by_registry(said.code)) {
        note_there(outbox, s->row.peer);
        return end_row(s, said.code, false);
    }
    log_info("fed.later", L_ID("peer", s->row.peer), L_SPAN("why", s->why_code),
             L_TEXT("text", rc == ERR_OK ? "" : why.text));
    leave_row(outbox, s);
    return false;
}

static void send_to(struct outbox *outbox, struct id peer)
{
    struct federation *f = outbox->federation;

    for (int i = 0; i < TURN_MOST && !atomic_load(&f->is_stopping); i++) {
        struct sending s = {.federation = f, .arena = outbox->arena, .row = {.peer = peer}};
        struct fail why = {.code = ERR_OK};
        enum err rc;

        arena_reset(outbox->arena);
        arena_mark_secret(outbox->arena);
        rc = writer_wait(f->conf.services->writer, head_run, &s, &why);
        if (rc != ERR_OK || !send_row(outbox, &s))
            return;
    }
    outbox_heard(f, ID_NONE); /* more may wait */
}

/* ---- the thread ---- */

static enum err peers_run(struct tx *tx, void *arg, struct fail *why)
{
    struct outbox *outbox = arg;

    return outbox_store_peers(tx, outbox->peers, &outbox->n_peers, why);
}

static enum err sweep_run(struct tx *tx, void *arg, struct fail *why)
{
    (void)arg;
    return op_store_sweep(tx, clock_utc_us(), why);
}

static void sweep_when_due(struct outbox *outbox)
{
    int64_t now_us = clock_mono_us();
    struct fail why = {.code = ERR_OK};

    if (outbox->swept_us != 0 && now_us - outbox->swept_us < SWEEP_EVERY_US)
        return;
    outbox->swept_us = now_us;
    if (writer_wait(outbox->federation->conf.services->writer, sweep_run, NULL, &why) != ERR_OK)
        log_warn("fed.sweep", L_FAIL(&why));
}

/* One round over all peers that something waits for. */
static void look(struct outbox *outbox)
{
    struct federation *f = outbox->federation;
    struct fail why = {.code = ERR_OK};

    outbox->n_peers = 0;
    if (writer_wait(f->conf.services->writer, peers_run, outbox, &why) != ERR_OK)
        log_warn("fed.outbox", L_FAIL(&why));
    for (int i = 0; i < outbox->n_peers && !atomic_load(&f->is_stopping); i++)
        if (is_due(outbox, outbox->peers[i]))
            send_to(outbox, outbox->peers[i]);
}

static int next_wait_ms(const struct outbox *outbox)
{
    int64_t now_us = clock_mono_us(), least_ms = LOOK_EVERY_MS;

    if (atomic_load(&outbox->federation->is_stopping))
        return -1;

    for (int i = 0; i < outbox->n_away; i++) {
        int64_t ms = (outbox->away[i].next_us - now_us) / 1000 + 1;

        if (ms < least_ms)
            least_ms = ms < 1 ? 1 : ms;
    }
    return (int)least_ms;
}

/* A peer nothing waits for any more is not away: nobody asks it. */
static void forget_idle(struct outbox *outbox)
{
    for (int i = outbox->n_away - 1; i >= 0; i--) {
        bool is_waited_for = false;

        for (int k = 0; k < outbox->n_peers; k++)
            is_waited_for = is_waited_for || id_eq(outbox->peers[k], outbox->away[i].peer);
        if (!is_waited_for)
            note_there(outbox, outbox->away[i].peer);
    }
}

/* False: only peers that nothing waits for. */
static bool take_heard(struct outbox *outbox, const struct id *heard, size_t n)
{
    bool is_news = false;

    for (size_t i = 0; i < n; i++) {
        is_news = is_news || id_is_none(heard[i]) || find_away(outbox, heard[i]) != NULL;
        note_there(outbox, heard[i]);
    }
    return is_news;
}

static void *outbox_main(void *arg)
{
    struct outbox *outbox = arg;
    struct federation *f = outbox->federation;
    struct id heard[HEARD_MOST];

    pthread_setname_np(pthread_self(), "fed-outbox");
    while (!mbox_is_done(outbox->heard)) {
        size_t n;

        if (inbox_is_open(f) && !atomic_load(&f->is_stopping)) {
            sweep_when_due(outbox);
            look(outbox);
            forget_idle(outbox);
        }
        do {
            n = mbox_take(outbox->heard, heard, HEARD_MOST, next_wait_ms(outbox));
        } while (n > 0 && !take_heard(outbox, heard, n));
    }
    return NULL;
}

enum err outbox_open(struct federation *f, struct fail *why)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    enum err rc;

    if (outbox == NULL)
        return fail_set(why, ERR_NOMEM, "outbox");
    f->outbox = outbox;
    outbox->federation = f;
    rc = arena_create(ARENA_BYTES, &outbox->arena, why);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(struct id), HEARD_MOST, &outbox->heard, why);
    if (rc == ERR_OK)
        rc = fed_thread_start(&outbox->thread, outbox_main, outbox, why);
    outbox->has_thread = rc == ERR_OK;
    return rc;
}

void outbox_stop(struct federation *f)
{
    struct outbox *outbox = f->outbox;

    if (outbox == NULL)
        return;
    if (outbox->heard != NULL)
        mbox_close(outbox->heard);
    if (outbox->has_thread)
        pthread_join(outbox->thread, NULL);
    outbox->has_thread = false;
}

/* Only now: until the writer stopped, an operation's done may still wake it. */
void outbox_close(struct federation *f)
{
    if (f->outbox == NULL)
        return;
    mbox_destroy(&f->outbox->heard);
    arena_destroy(&f->outbox->arena);
    free(f->outbox);
    f->outbox = NULL;
}
