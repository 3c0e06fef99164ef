#include "federation/escrow.h"

#include <stdio.h>
#include <stdlib.h>

#include "federation/call.h"
#include "federation/escrow_priv.h"
#include "federation/outbox.h"
#include "federation/tell_board.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "tenants/notify/notify.h"

#define ARENA_BYTES ((size_t)256 * 1024)
#define LOOK_MS     1000
#define ASK_MOST_S  30               /* between requests that nobody answered */
#define ASK_AGAIN_S 600              /* after a refusal */
#define DEPOSIT_US  (30 * SECOND_US) /* between looks whether a deposit is due */

/* The thread's, but for what the lock guards: read by doctor and routes, which must not wait
 * for a peer. */
struct escrow {
    struct federation *federation;
    pthread_t thread;
    bool has_thread;
    struct mbox *end; /* closed: the end */
    struct arena *arena;
    int64_t ask_next_us, deposit_next_us; /* monotonic */
    /* As looked at last; another is looked at at once. */
    struct id seen_coordinator;
    int64_t seen_until_utc_us;
    uint32_t seen_generation;
    int wait_s;
    pthread_mutex_t lock;
    char asked_code[ESCROW_CODE_CAP];
};

static void note_asked(struct escrow *e, const char *code)
{
    pthread_mutex_lock(&e->lock);
    snprintf(e->asked_code, sizeof e->asked_code, "%s", code);
    pthread_mutex_unlock(&e->lock);
}

/* ---- depositing ---- */

/* The first coordinator that is not this node. */
static const struct fed_member *find_coordinator(const struct registry *registry,
                                                 struct id self)
{
    for (int i = 0; i < registry_n_members(registry); i++) {
        const struct fed_member *member = registry_member_at(registry, i);

        if ((member->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0 &&
            !id_eq(member->node, self))
            return member;
    }
    return NULL;
}

/* Who keeps it and until when. False: nobody. */
static bool find_place(struct federation *f, int64_t now_utc_us, struct id *coordinator_out,
                       int64_t *until_out)
{
    struct registry *registry = trust_now(f->trust);
    const struct fed_member *self, *there;
    bool is_there = false;

    if (registry == NULL)
        return false;
    self = registry_member(registry, f->conf.node);
    there = find_coordinator(registry, f->conf.node);
    if (self != NULL && there != NULL && fed_member_is_in_contract(self, now_utc_us)) {
        *coordinator_out = there->node;
        *until_out = self->contract_to_utc_us;
        is_there = true;
    }
    registry_unref(&registry);
    return is_there;
}

enum err escrow_prepare(struct federation *f, int64_t now_utc_us, struct escrow_sending *out,
                        struct fail *why)
{
    enum err rc;

    *out = (struct escrow_sending){.federation = f, .op = id_new(), .now_utc_us = now_utc_us};
    if (!find_place(f, now_utc_us, &out->coordinator, &out->until_utc_us))
        return fail_set(why, ERR_NOT_FOUND, "no coordinator keeps it for this node");
    rc = keyring_boot_seal(f->conf.services->keyring, &out->deposit, why);
    out->generation = out->deposit.generation;
    return rc;
}

static enum err write_body(const struct escrow_sending *s, struct arena *arena,
                           struct span *body_out, struct fail *why)
{
    const struct escrow_deposit_body deposit = {
        .generation = s->generation,
        .boot_key = span_of(s->deposit.boot_key, sizeof s->deposit.boot_key),
        .box = span_of(s->deposit.box, sizeof s->deposit.box),
        .until_utc_us = s->until_utc_us,
    };
    const struct escrow_revoke_body revoke = {s->generation};

    return s->is_stop ? jx_write(&escrow_revoke_shape, &revoke, arena, body_out, why)
                      : jx_write(&escrow_deposit_shape, &deposit, arena, body_out, why);
}

enum err escrow_send_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct escrow_sending *s = arg;
    const struct escrow_step step = {
        .id = id_new(),
        .at_utc_us = s->now_utc_us,
        .kind = s->is_stop ? ESCROW_STOP : ESCROW_SEND,
        .peer = s->coordinator,
        .op = s->op,
        .generation = s->generation,
        .until_utc_us = s->is_stop ? 0 : s->until_utc_us,
        .code = SPAN(""),
    };
    struct span body;
    enum err rc = write_body(s, tx_arena(tx), &body, why);

    if (rc == ERR_OK)
        rc = outbox_put(tx, s->federation, s->coordinator,
                        s->is_stop ? escrow_kind_revoke : escrow_kind_deposit, s->op, body,
                        s->now_utc_us, why);
    return rc == ERR_OK ? escrow_step_add(tx, &step, why) : rc;
}

/* Is what was deposited last what would be deposited now? After `stop` people decide; what was
 * refused is not offered again until something changed. */
static bool is_due(const struct escrow_step *last, uint32_t generation, struct id coordinator,
                   int64_t until_utc_us)
{
    if (last->kind == ESCROW_STOP)
        return false;
    /* The coordinator ended it: a new sheet goes there again, the same one does not. */
    if (last->kind == ESCROW_REFUSED &&
        span_eq(last->code, span_text(fed_code_text(FED_ESCROW_REVOKED))))
        return last->generation != (int64_t)generation;
    return last->generation != (int64_t)generation || last->until_utc_us != until_utc_us ||
           !id_eq(last->peer, coordinator);
}

static enum err last_step(struct escrow *e, struct escrow_step *out, struct fail *why)
{
    struct federation *f = e->federation;
    struct db *db = NULL;
    enum err rc = db_open(&f->conf.db, f->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = escrow_step_last(NULL, db, e->arena, out, why);
    db_close(&db);
    return rc;
}

/* The database is asked when something changed here, else now and then. */
static bool is_to_look(struct escrow *e, struct id coordinator, int64_t until_utc_us,
                       uint32_t generation)
{
    bool is_new = !id_eq(coordinator, e->seen_coordinator) ||
                  until_utc_us != e->seen_until_utc_us || generation != e->seen_generation;

    if (!is_new && clock_mono_us() < e->deposit_next_us)
        return false;
    e->seen_coordinator = coordinator;
    e->seen_until_utc_us = until_utc_us;
    e->seen_generation = generation;
    e->deposit_next_us = clock_mono_us() + DEPOSIT_US;
    return true;
}

static void deposit_if_due(struct escrow *e, uint32_t generation)
{
    struct federation *f = e->federation;
    int64_t now_utc_us = clock_utc_us(), until = 0;
    struct fail why = {.code = ERR_OK};
    struct escrow_sending sending;
    struct escrow_step last;
    struct id coordinator;
    enum err rc;

    if (!find_place(f, now_utc_us, &coordinator, &until) ||
        !is_to_look(e, coordinator, until, generation))
        return;
    rc = last_step(e, &last, &why);
    if (rc == ERR_OK && !is_due(&last, generation, coordinator, until))
        return;
    if (rc == ERR_OK || rc == ERR_NOT_FOUND)
        rc = escrow_prepare(f, now_utc_us, &sending, &why);
    if (rc == ERR_OK)
        rc = writer_wait(f->conf.services->writer, escrow_send_run, &sending, &why);
    if (rc == ERR_OK) {
        outbox_wake(f);
        log_info("escrow.sent", L_ID("to", sending.coordinator),
                 L_INT("generation", sending.generation));
    } else {
        log_warn("escrow.unsent", L_FAIL(&why));
    }
}

/* ---- having it back ---- */

struct asking {
    struct federation *federation;
    struct id coordinator, op;
    char kid[FED_KID_CAP];
    uint8_t point[HALF_POINT_BYTES];
    struct fed_said said;
    int64_t generation;
};

static enum err sign(void *arg, struct span bytes, uint8_t out[PROFILE_SIGNATURE_BYTES],
                     struct fail *why)
{
    const struct asking *a = arg;

    return keyring_boot_sign(a->federation->conf.services->keyring, bytes, out, why);
}

static enum err ask_there(struct asking *a, struct arena *arena, struct fail *why)
{
    const struct fed_signer signer = {.kid = a->kid, .sign = sign, .arg = a};
    const struct escrow_release_body body = {span_of(a->point, sizeof a->point)};
    struct fed_ask ask = {
        .peer = a->coordinator, .kind = escrow_kind_release, .op = a->op, .signer = &signer};
    uint8_t boot_key[32];
    enum err rc =
        keyring_boot_ask(a->federation->conf.services->keyring, a->point, boot_key, why);

    if (rc != ERR_OK)
        return rc;
    escrow_kid(boot_key, a->kid);
    rc = jx_write(&escrow_release_shape, &body, arena, &ask.body, why);
    return rc == ERR_OK ? fed_call(a->federation, &ask, arena, &a->said, why) : rc;
}

static enum err open_with(struct asking *a, struct arena *arena, struct fail *why)
{
    struct escrow_released released;
    enum err rc = fed_said_read(&a->said, &escrow_released_shape, arena, &released, why);

    if (rc != ERR_OK)
        return rc;
    a->generation = released.generation;
    return keyring_boot_open(a->federation->conf.services->keyring, released.from.p,
                             released.sealed.p, why);
}

static enum err opened_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct asking *a = arg;
    const struct escrow_step step = {
        .id = id_new(),
        .at_utc_us = clock_utc_us(),
        .kind = ESCROW_OPEN,
        .peer = a->coordinator,
        .op = a->op,
        .generation = a->generation,
        .code = SPAN(""),
    };
    enum err rc = escrow_step_add(tx, &step, why);

    return rc == ERR_OK ? tell_board(tx, a->op, "federation", step.at_utc_us, why) : rc;
}

/* The next try, after nobody answered: soon at first. */
static void wait_longer(struct escrow *e)
{
    e->wait_s = e->wait_s == 0 ? 1 : e->wait_s * 2;
    if (e->wait_s > ASK_MOST_S)
        e->wait_s = ASK_MOST_S;
    e->ask_next_us = clock_mono_us() + e->wait_s * SECOND_US;
}

static void note_refused(struct escrow *e, enum fed_code code)
{
    note_asked(e, fed_code_text(code));
    log_error("escrow.refused", L_TEXT("code", fed_code_text(code)),
              L_TEXT("text", fed_code_title_ja(code)), L_TEXT("next", "ibasho key unlock"));
    if (fed_code_is_passing(code) && code != FED_RATE)
        wait_longer(e);
    else
        e->ask_next_us = clock_mono_us() + ASK_AGAIN_S * SECOND_US;
}

static void note_opened(struct escrow *e, struct asking *a)
{
    struct fail why = {.code = ERR_OK};

    note_asked(e, "ok");
    e->wait_s = 0;
    log_warn("escrow.opened", L_ID("by", a->coordinator), L_ID("op", a->op));
    if (writer_wait(e->federation->conf.services->writer, opened_run, a, &why) != ERR_OK)
        log_error("escrow.unrecorded", L_FAIL(&why));
    notify_wake(e->federation->conf.services->notify);
}

static void ask_back(struct escrow *e)
{
    struct asking a = {.federation = e->federation, .op = id_new()};
    struct fail why = {.code = ERR_OK};
    int64_t until;
    enum err rc = ERR_OK;

    if (clock_mono_us() < e->ask_next_us)
        return;
    if (!find_place(e->federation, clock_utc_us(), &a.coordinator, &until)) {
        note_refused(e, FED_CONTRACT_ENDED);
        return;
    }
    rc = ask_there(&a, e->arena, &why);
    if (rc == ERR_OK && a.said.code != FED_OK) {
        note_refused(e, a.said.code);
        return;
    }
    if (rc == ERR_OK)
        rc = open_with(&a, e->arena, &why);
    if (rc == ERR_OK) {
        note_opened(e, &a);
        return;
    }
    note_asked(e, err_code(rc));
    log_warn("escrow.unanswered", L_FAIL(&why));
    if (rc == ERR_DENIED || rc == ERR_PROTO) /* the box is not of this sheet or agent */
        e->ask_next_us = clock_mono_us() + ASK_AGAIN_S * SECOND_US;
    else
        wait_longer(e);
}

/* ---- the thread ---- */

static void look(struct escrow *e)
{
    struct keyring *keyring = e->federation->conf.services->keyring;
    struct keyring_status status;

    if (keyring_status_read(keyring, &status, NULL) != ERR_OK ||
        strcmp(status.boot, "escrow") != 0 || !status.initialised)
        return;
    arena_reset(e->arena);
    if (status.may_ask) {
        ask_back(e);
    } else if (status.unlocked) {
        deposit_if_due(e, status.generation);
    }
}

static void *escrow_main(void *arg)
{
    struct escrow *e = arg;
    char none;

    pthread_setname_np(pthread_self(), "fed-escrow");
    while (!mbox_is_done(e->end)) {
        (void)mbox_take(e->end, &none, 1, LOOK_MS);
        if (!atomic_load(&e->federation->is_stopping))
            look(e);
    }
    return NULL;
}

enum err escrow_open(struct federation *f, struct fail *why)
{
    struct escrow *e = calloc(1, sizeof *e);
    enum err rc;

    if (e == NULL)
        return fail_set(why, ERR_NOMEM, "escrow");
    f->escrow = e;
    e->federation = f;
    pthread_mutex_init(&e->lock, NULL);
    rc = arena_create(ARENA_BYTES, &e->arena, why);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(char), 4, &e->end, why);
    if (rc == ERR_OK)
        rc = fed_thread_start(&e->thread, escrow_main, e, why);
    e->has_thread = rc == ERR_OK;
    return rc;
}

void escrow_stop(struct federation *f)
{
    struct escrow *e = f->escrow;

    if (e == NULL)
        return;
    if (e->end != NULL)
        mbox_close(e->end);
    if (e->has_thread)
        pthread_join(e->thread, NULL);
    e->has_thread = false;
}

void escrow_close(struct federation *f)
{
    if (f->escrow == NULL)
        return;
    mbox_destroy(&f->escrow->end);
    arena_destroy(&f->escrow->arena);
    pthread_mutex_destroy(&f->escrow->lock);
    free(f->escrow);
    f->escrow = NULL;
}

enum err escrow_state_read(struct federation *f, struct db *db, struct arena *arena,
                           struct escrow_state *out, struct fail *why)
{
    struct keyring_status status;
    struct escrow_step last;
    enum err rc = keyring_status_read(f->conf.services->keyring, &status, why);

    if (rc != ERR_OK)
        return rc;
    *out = (struct escrow_state){
        .is_chosen = strcmp(status.boot, "escrow") == 0,
        .is_locked = status.initialised && !status.unlocked,
    };
    pthread_mutex_lock(&f->escrow->lock);
    memcpy(out->asked_code, f->escrow->asked_code, sizeof out->asked_code);
    pthread_mutex_unlock(&f->escrow->lock);
    rc = escrow_step_last(NULL, db, arena, &last, why);
    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    if (rc != ERR_OK)
        return rc;
    out->has_last = true;
    out->last_kind = last.kind;
    out->coordinator = last.peer;
    out->at_utc_us = last.at_utc_us;
    out->generation = last.generation;
    out->until_utc_us = last.until_utc_us;
    return ERR_OK;
}
