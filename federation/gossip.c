/* The thread that asks for news of the registry, and whatever else may wait for a peer's
 * answer.
 *
 * News comes by three ways, so that one cut line keeps nobody in the dark: whoever asks us says
 * which registry it has (a newer one is fetched from there); the coordinator's timestamp is
 * asked for every federation.poll_s; and a coordinator hands a new registry to every member as
 * soon as it has taken it. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "federation/call.h"
#include "federation/federation_priv.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/base/route.h"

#define WAITING_MOST 64
#define ARENA_BYTES  16384
#define OPEN_WAIT_MS 200
#define STEPS_MOST   200 /* registries fetched one after another */
#define POLLS_MOST   8   /* coordinators asked in one round */

enum news_kind { NEWS_LOOK, NEWS_FETCH, NEWS_PING };

struct news {
    enum news_kind kind;
    struct id peer, op;
    int64_t seq;
    struct req *req;
};

/* The thread's own, but the mailbox. */
struct gossip {
    struct federation *federation;
    struct mbox *news;
    struct arena *arena;
    pthread_t thread;
    bool has_thread;
    int64_t poll_us, next_poll_us; /* monotonic */
    int64_t pushed_seq;            /* every member was handed it, as far as it could be */
    atomic_bool is_pinging;        /* one at a time: a person waits, and so would an end */
    int next_push;                 /* index of the member that is next; -1: none */
};

/* ---- fetching ---- */

static enum err fetch(struct federation *f, struct id peer, int64_t seq, struct arena *arena,
                      enum trust_verdict *verdict_out, struct fail *why)
{
    char query[32];
    const struct fed_ask ask = {.peer = peer, .kind = fed_kind_registry, .query = query};
    struct fed_said said;
    struct span bytes, sigs;
    enum err rc;

    snprintf(query, sizeof query, "seq=%lld", (long long)seq);
    rc = fed_call(f, &ask, arena, &said, why);
    if (rc == ERR_OK && said.code != FED_OK)
        rc = fail_set(why, said.code == FED_NOT_FOUND ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
                      "registry %lld: %s", (long long)seq, fed_code_text(said.code));
    if (rc == ERR_OK)
        rc = fed_doc_split(said.body, &bytes, &sigs, why);
    if (rc == ERR_OK)
        rc = trust_take(f->trust, bytes, sigs, peer, verdict_out, why);
    if (rc == ERR_OK && *verdict_out != TRUST_KNOWN)
        log_info("fed.registry", L_ID("peer", peer), L_INT("seq", seq),
                 L_TEXT("verdict", trust_verdict_id(*verdict_out)));
    return rc;
}

static int64_t own_seq(struct federation *f)
{
    struct registry *registry = trust_now(f->trust);
    int64_t seq = registry == NULL ? 0 : registry_head(registry).seq;

    registry_unref(&registry);
    return seq;
}

enum err gossip_catch_up(struct federation *f, struct id peer, struct fail *why)
{
    int64_t first = own_seq(f);
    struct arena *arena = NULL;
    enum err rc = arena_create(ARENA_BYTES, &arena, why);

    for (int i = 0; rc == ERR_OK && i < STEPS_MOST && !atomic_load(&f->is_stopping); i++) {
        enum trust_verdict verdict;

        arena_reset(arena); /* each may be a megabyte */
        rc = fetch(f, peer, own_seq(f) + 1, arena, &verdict, why);
        if (rc == ERR_OK && verdict != TRUST_TAKEN && verdict != TRUST_KNOWN)
            rc = fail_set(why, ERR_DENIED, "a registry that is not taken: %s",
                          trust_verdict_id(verdict));
    }
    arena_destroy(&arena);
    if (own_seq(f) == first)
        return rc;
    outbox_heard(f, ID_NONE);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc; /* it has nothing newer */
}

static bool is_coordinator(const struct fed_member *member)
{
    return member != NULL && (member->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0;
}

/* ---- one round ---- */

static void poll_one(struct gossip *g, const struct fed_member *member)
{
    struct federation *f = g->federation;
    const struct fed_ask ask = {.peer = member->node, .kind = fed_kind_timestamp};
    struct fail why = {.code = ERR_OK};
    struct fed_said said;
    struct span bytes, sigs;
    enum trust_verdict verdict = TRUST_FORM;

    arena_reset(g->arena);
    if (fed_call(f, &ask, g->arena, &said, &why) != ERR_OK || said.code != FED_OK ||
        fed_doc_split(said.body, &bytes, &sigs, &why) != ERR_OK ||
        trust_time_take(f->trust, bytes, sigs, clock_utc_us(), &verdict, &why) != ERR_OK) {
        log_debug("fed.no-timestamp", L_ID("peer", member->node), L_TEXT("why", why.text));
        return;
    }
    if (verdict == TRUST_GAP && gossip_catch_up(f, member->node, &why) != ERR_OK)
        log_warn("fed.behind", L_ID("peer", member->node), L_FAIL(&why));
    if (verdict != TRUST_TAKEN && verdict != TRUST_KNOWN && verdict != TRUST_GAP)
        log_warn("fed.timestamp", L_ID("peer", member->node),
                 L_TEXT("verdict", trust_verdict_id(verdict)));
}

static void poll_all(struct gossip *g)
{
    struct federation *f = g->federation;
    struct registry *registry = trust_now(f->trust);
    struct fail why = {.code = ERR_OK};
    struct span bytes, sigs;
    int n_asked = 0;

    arena_reset(g->arena);
    if (registry == NULL) {
        gossip_ask_first(f, g->arena);
        return;
    }
    if (is_coordinator(registry_member(registry, f->conf.node)) &&
        trust_time_make(f->trust, clock_utc_us(), g->arena, &bytes, &sigs, &why) != ERR_OK)
        log_warn("fed.time", L_FAIL(&why));
    for (int i = 0; i < registry_n_members(registry) && n_asked < POLLS_MOST; i++) {
        const struct fed_member *member = registry_member_at(registry, i);

        if (!is_coordinator(member) || id_eq(member->node, f->conf.node) ||
            atomic_load(&f->is_stopping))
            continue;
        poll_one(g, member);
        n_asked++;
    }
    registry_unref(&registry);
}

/* ---- handing a new registry out ---- */

static void push_to(struct gossip *g, const struct fed_member *member)
{
    struct federation *f = g->federation;
    struct fed_ask ask = {.peer = member->node, .kind = fed_kind_push};
    struct fail why = {.code = ERR_OK};
    struct fed_said said = {.code = FED_OK};
    struct span bytes, sigs;
    struct db *db = NULL;
    enum err rc;

    arena_reset(g->arena);
    rc = db_open(&f->conf.db, f->conf.stmts, &db, &why);
    if (rc == ERR_OK)
        rc = trust_document(f->trust, db, 0, g->arena, &bytes, &sigs, &why);
    db_close(&db);
    if (rc == ERR_OK)
        rc = fed_doc_join(bytes, sigs, g->arena, &ask.body, &why);
    if (rc == ERR_OK && ask.body.len <= fed_kind_push->body_most)
        rc = fed_call(f, &ask, g->arena, &said, &why);
    if (rc != ERR_OK || said.code != FED_OK)
        log_debug("fed.unpushed", L_ID("peer", member->node),
                  L_TEXT("why", rc == ERR_OK ? fed_code_text(said.code) : why.text));
}

/* One member a turn, so that what comes in between does not wait for those who are away. */
static void push_step(struct gossip *g)
{
    struct federation *f = g->federation;
    struct registry *registry = trust_now(f->trust);
    int64_t seq = registry == NULL ? 0 : registry_head(registry).seq;

    if (registry == NULL || !is_coordinator(registry_member(registry, f->conf.node))) {
        g->pushed_seq = seq;
        g->next_push = -1;
    } else if (seq > g->pushed_seq) {
        g->pushed_seq = seq;
        g->next_push = 0;
    }
    if (g->next_push >= 0) {
        const struct fed_member *member = g->next_push < registry_n_members(registry)
                                              ? registry_member_at(registry, g->next_push)
                                              : NULL;

        g->next_push = member == NULL ? -1 : g->next_push + 1;
        if (member != NULL && !id_eq(member->node, f->conf.node))
            push_to(g, member);
    }
    registry_unref(&registry);
}

/* ---- pinging for a person ---- */

static void ping(struct gossip *g, const struct news *news)
{
    struct federation *f = g->federation;
    const struct fed_ping body = {.n = 0};
    struct fed_ask ask = {.peer = news->peer, .kind = fed_kind_ping, .op = news->op};
    struct fail why = {.code = ERR_OK};
    struct fed_said said = {.code = FED_OK};
    struct fed_ping_said out = {.op = news->op, .code = SPAN(""), .trouble = SPAN("")};
    int64_t began_us = clock_mono_us();
    enum err rc;

    arena_reset(g->arena);
    rc = jx_write(&fed_ping_shape, &body, g->arena, &ask.body, &why);
    if (rc == ERR_OK)
        rc = fed_call(f, &ask, g->arena, &said, &why);
    out.took_ms = (clock_mono_us() - began_us) / 1000;
    out.is_answered = rc == ERR_OK;
    if (rc == ERR_OK)
        out.code = span_text(fed_code_text(said.code));
    else
        out.trouble = span_text(why.text);
    atomic_store(&g->is_pinging, false);
    reply_json(news->req, 200, &out);
}

/* ---- the thread ---- */

static void take(struct gossip *g, const struct news *news)
{
    struct federation *f = g->federation;
    struct fail why = {.code = ERR_OK};
    enum trust_verdict verdict;
    enum err rc = ERR_OK;

    switch (news->kind) {
    case NEWS_LOOK:
        g->next_poll_us = 0;
        return;
    case NEWS_PING:
        ping(g, news);
        return;
    case NEWS_FETCH:
        break;
    }
    arena_reset(g->arena);
    if (news->seq > 0)
        rc = fetch(f, news->peer, news->seq, g->arena, &verdict, &why);
    else
        rc = gossip_catch_up(f, news->peer, &why);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        log_warn("fed.fetch", L_ID("peer", news->peer), L_FAIL(&why));
}

static enum err nothing_run(struct tx *tx, void *arg, struct fail *why)
{
    (void)tx;
    (void)arg;
    (void)why;
    return ERR_OK;
}

/* Once our writer writes, the program before us has ended, its last requests too: what was
 * signed before that it may have accepted, so we do not. */
static void wait_until_alone(struct gossip *g)
{
    struct federation *f = g->federation;

    while (!atomic_load(&f->is_stopping)) {
        if (writer_wait(f->conf.services->writer, nothing_run, NULL, NULL) == ERR_OK) {
            atomic_store(&f->open_utc_us, clock_utc_us());
            return;
        }
        usleep(OPEN_WAIT_MS * 1000);
    }
}

static int wait_ms(const struct gossip *g)
{
    int64_t us = g->next_poll_us - clock_mono_us();

    if (atomic_load(&g->federation->is_stopping))
        return -1;
    if (g->next_push >= 0 || us <= 0)
        return 0;
    return (int)(us / 1000 + 1);
}

static void *gossip_main(void *arg)
{
    struct gossip *g = arg;
    struct news news;

    pthread_setname_np(pthread_self(), "fed-gossip");
    wait_until_alone(g);
    while (!mbox_is_done(g->news)) {
        if (mbox_take(g->news, &news, 1, wait_ms(g)) == 1)
            take(g, &news);
        if (atomic_load(&g->federation->is_stopping))
            continue; /* what still waits is told so */
        if (clock_mono_us() >= g->next_poll_us) {
            poll_all(g);
            g->next_poll_us = clock_mono_us() + g->poll_us;
        }
        push_step(g);
    }
    return NULL;
}

static void post(struct federation *f, const struct news *news)
{
    /* Full: the next poll brings what this would have. */
    if (f->gossip == NULL || mbox_post(f->gossip->news, news, NULL) != ERR_OK)
        return;
}

void gossip_fetch(struct federation *f, struct id peer, int64_t seq)
{
    post(f, &(struct news){.kind = NEWS_FETCH, .peer = peer, .seq = seq});
}

void gossip_wake(struct federation *f)
{
    post(f, &(struct news){.kind = NEWS_LOOK});
}

enum err gossip_ping(struct federation *f, struct id peer, struct id op, struct req *req,
                     struct fail *why)
{
    const struct news news = {.kind = NEWS_PING, .peer = peer, .op = op, .req = req};

    enum err rc;

    if (atomic_exchange(&f->gossip->is_pinging, true))
        return fail_set(why, ERR_BUSY, "another ping is under way");
    rc = mbox_post(f->gossip->news, &news, why);
    if (rc != ERR_OK)
        atomic_store(&f->gossip->is_pinging, false);
    return rc;
}

enum err gossip_open(struct federation *f, struct fail *why)
{
    struct gossip *g = calloc(1, sizeof *g);
    enum err rc;

    if (g == NULL)
        return fail_set(why, ERR_NOMEM, "gossip");
    f->gossip = g;
    g->federation = f;
    g->next_push = -1;
    g->pushed_seq = own_seq(f);
    g->poll_us = conf_int(f->conf.services->conf, "federation.poll_s") * SECOND_US;
    rc = arena_create(ARENA_BYTES, &g->arena, why);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(struct news), WAITING_MOST, &g->news, why);
    if (rc == ERR_OK)
        rc = fed_thread_start(&g->thread, gossip_main, g, why);
    g->has_thread = rc == ERR_OK;
    return rc;
}

void gossip_stop(struct federation *f)
{
    struct gossip *g = f->gossip;

    if (g == NULL)
        return;
    if (g->news != NULL)
        mbox_close(g->news);
    if (g->has_thread)
        pthread_join(g->thread, NULL);
    g->has_thread = false;
}

void gossip_close(struct federation *f)
{
    if (f->gossip == NULL)
        return;
    mbox_destroy(&f->gossip->news);
    arena_destroy(&f->gossip->arena);
    free(f->gossip);
    f->gossip = NULL;
}
