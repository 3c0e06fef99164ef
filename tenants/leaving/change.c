#include "tenants/leaving/change.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/io/live.h"
#include "tenants/hours/hours_now.h"
#include "tenants/leaving/change_settle.h"
#include "tenants/leaving/leaving.h"

#define CHUNK_BYTES 4096
#define TICK_MS     1000
#define REREAD_US   (5 * SECOND_US)  /* a change that another program of this node took in */
#define RETRY_US    (10 * SECOND_US) /* keys that could not be changed */

struct change_desk {
    struct change_conf conf;
    _Atomic int64_t waits_utc_us; /* INT64_MAX: nothing waits */
    pthread_mutex_t settling;     /* one at a time; the second finds it done */
    struct arena *arena;          /* under settling */
    pthread_mutex_t lock;         /* of what follows */
    pthread_cond_t woken;
    bool is_stopping;
    bool has_thread; /* the starter's */
    pthread_t thread;
    int64_t reread_mono_us, retry_mono_us; /* the thread's */
    bool has_open;                         /* the thread's: the half is still the old one */
};

/* ---- the minute ---- */

static void read_keys(const struct change_desk *desk, struct change_settle *s)
{
    struct keyring_status status;

    s->generation = 0;
    s->sheet_code[0] = '\0';
    if (keyring_status_read(desk->conf.services->keyring, &status, NULL) != ERR_OK)
        return;
    s->generation = status.generation;
    memcpy(s->sheet_code, status.sheet_code, sizeof s->sheet_code);
}

/* What the rest of the program must hear of. */
static void tell(const struct change_desk *desk, const struct change_settle *s)
{
    const struct services *services = desk->conf.services;

    for (size_t i = 0; i < s->n_accounts; i++)
        live_drop_account(services->live, s->accounts[i], ID_NONE);
    if (services->hours != NULL) /* the periods are the contract's dates */
        hours_refresh(services->hours);
    log_warn("contract.changed", L_ID("change", s->change.row.id),
             L_INT("accounts", s->n_accounts));
}

static enum err settle(struct change_desk *desk, int64_t now_utc_us, struct fail *why)
{
    struct change_settle s = {.now_utc_us = now_utc_us, .arena = desk->arena};
    enum err rc;

    pthread_mutex_lock(&desk->settling);
    read_keys(desk, &s);
    rc = writer_wait(desk->conf.services->writer, change_settle_run, &s, why);
    if (rc == ERR_OK) {
        atomic_store(&desk->waits_utc_us, s.waits_utc_us);
        if (s.is_done)
            tell(desk, &s);
    }
    pthread_mutex_unlock(&desk->settling);
    return rc;
}

void change_keep(struct change_desk *desk, int64_t now_utc_us)
{
    struct fail why = {.code = ERR_OK};

    if (desk == NULL || now_utc_us < atomic_load(&desk->waits_utc_us))
        return;
    if (settle(desk, now_utc_us, &why) != ERR_OK) /* nobody who ends is let in all the same */
        log_error("contract.unchanged", L_FAIL(&why));
}

void change_waits(struct change_desk *desk, int64_t ends_utc_us)
{
    if (desk != NULL)
        atomic_store(&desk->waits_utc_us, ends_utc_us);
}

/* ---- keys ---- */

static enum err key_step_run(struct tx *tx, void *step, struct fail *why)
{
    return change_store_step(tx, step, why);
}

static enum err add_key_step(struct change_desk *desk, const struct contract_change *change,
                             enum change_kind kind, const struct keyring_status *status,
                             struct fail *why)
{
    struct change_step step = {.id = id_new(),
                               .change = change->row.id,
                               .kind = kind,
                               .at_utc_us = clock_utc_us(),
                               .role = SPAN("operator"),
                               .generation = status->generation,
                               .sheet_code = span_text(status->sheet_code)};
    enum err rc = writer_wait(desk->conf.services->writer, key_step_run, &step, why);

    if (rc == ERR_OK)
        log_info("contract.keys", L_ID("change", change->row.id),
                 L_TEXT("step", change_kind_id(kind)));
    return rc == ERR_CONFLICT ? ERR_OK : rc; /* it stands there already */
}

/* The contractor's half becomes another; NK is wrapped under the next generation. */
static enum err replace_half(struct change_desk *desk, const struct contract_change *change,
                             struct keyring_status *status, struct fail *why)
{
    struct keyring *keyring = desk->conf.services->keyring;
    enum err rc = ERR_OK;

    if ((int64_t)status->generation <= change->steps[CHANGE_IN_FORCE].generation)
        rc = keyring_rotate(keyring, NULL, why);
    if (rc == ERR_OK)
        rc = keyring_status_read(keyring, status, why);
    return rc == ERR_OK ? add_key_step(desk, change, CHANGE_HALF, status, why) : rc;
}

/* Both halves are new, and were made after nobody of the one before came onto the machine. */
static bool has_new_sheet(const struct contract_change *change,
                          const struct keyring_status *status)
{
    return change->has[CHANGE_OPERATOR] && change->has[CHANGE_HALF] &&
           (int64_t)status->generation > change->steps[CHANGE_OPERATOR].generation &&
           status->sheet_code[0] != '\0' &&
           !span_eq(change->steps[CHANGE_HALF].sheet_code, span_text(status->sheet_code));
}

static enum err look_at_keys(struct change_desk *desk, const struct contract_change *change,
                             struct fail *why)
{
    struct keyring_status status;
    enum err rc = keyring_status_read(desk->conf.services->keyring, &status, why);

    if (rc != ERR_OK || !status.unlocked || !status.initialised)
        return rc;
    if (!change->has[CHANGE_HALF])
        return replace_half(desk, change, &status, why);
    return has_new_sheet(change, &status)
               ? add_key_step(desk, change, CHANGE_SHEET, &status, why)
               : ERR_OK;
}

/* ---- the thread ---- */

/* The newest change, and the minute that waits. ERR_NOT_FOUND: there never was one. */
static enum err read_last(struct change_desk *desk, struct arena *arena,
                          struct contract_change *out, struct change_facts *facts_out,
                          struct fail *why)
{
    struct db *db = NULL;
    enum err rc = db_open(&desk->conf.db, desk->conf.stmts, &db, why);

    if (rc == ERR_OK)
        rc = change_store_last(NULL, db, arena, out, why);
    db_close(&db);
    if (rc != ERR_OK)
        return rc;
    *facts_out = change_facts_of(out, clock_utc_us());
    if (change_state_of(facts_out) == CHANGE_WAITING)
        atomic_store(&desk->waits_utc_us, out->row.ends_utc_us);
    return ERR_OK;
}

static enum err look(struct change_desk *desk, struct fail *why)
{
    struct contract_change change;
    struct change_facts facts;
    struct arena *arena = NULL;
    enum err rc = arena_create(CHUNK_BYTES, &arena, why);

    if (rc == ERR_OK)
        rc = read_last(desk, arena, &change, &facts, why);
    if (rc == ERR_OK) {
        desk->has_open = change_state_of(&facts) == CHANGE_DONE && !change.has[CHANGE_HALF];
        if (change_state_of(&facts) == CHANGE_DONE && !change.has[CHANGE_SHEET] &&
            !leaving_is_on(desk->conf.services->leaving))
            rc = look_at_keys(desk, &change, why);
    }
    arena_destroy(&arena);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static void tick(struct change_desk *desk)
{
    int64_t now_us = clock_mono_us();
    struct fail why = {.code = ERR_OK};
    bool was_due = clock_utc_us() >= atomic_load(&desk->waits_utc_us);

    change_keep(desk, clock_utc_us());
    if (now_us < desk->retry_mono_us ||
        (!was_due && !desk->has_open && now_us < desk->reread_mono_us))
        return;
    desk->reread_mono_us = now_us + REREAD_US;
    if (look(desk, &why) == ERR_OK)
        return;
    desk->retry_mono_us = now_us + RETRY_US;
    log_warn("contract.keys", L_FAIL(&why));
}

/* Until the minute, at most a tick; the wall clock may be set meanwhile. */
static void rest(struct change_desk *desk)
{
    int64_t left_us = atomic_load(&desk->waits_utc_us) - clock_utc_us();
    int64_t until_us = clock_mono_us();
    struct timespec until;

    if (left_us < 0) /* what could not be done is tried again */
        left_us = TICK_MS * INT64_C(1000);
    until_us += left_us < TICK_MS * INT64_C(1000) ? left_us : TICK_MS * INT64_C(1000);
    until = (struct timespec){until_us / SECOND_US, (long)(until_us % SECOND_US) * 1000};
    pthread_cond_timedwait(&desk->woken, &desk->lock, &until);
}

static void *thread_main(void *arg)
{
    struct change_desk *desk = arg;

    pthread_setname_np(pthread_self(), "change");
    pthread_mutex_lock(&desk->lock);
    while (!desk->is_stopping) {
        pthread_mutex_unlock(&desk->lock);
        tick(desk);
        pthread_mutex_lock(&desk->lock);
        if (!desk->is_stopping)
            rest(desk);
    }
    pthread_mutex_unlock(&desk->lock);
    return NULL;
}

/* ---- life ---- */

/* The writer is asked only when the minute has passed: beside a program that we take over from
 * it is that program's until it goes, and there the minute is its own to keep. */
static enum err catch_up(struct change_desk *desk, struct fail *why)
{
    struct contract_change change;
    struct change_facts facts;
    enum err rc = read_last(desk, desk->arena, &change, &facts, why);

    if (rc == ERR_OK && clock_utc_us() >= atomic_load(&desk->waits_utc_us))
        return settle(desk, clock_utc_us(), why);
    return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

enum err change_open(const struct change_conf *conf, struct change_desk **desk_out,
                     struct fail *why)
{
    struct change_desk *desk = calloc(1, sizeof *desk);
    pthread_condattr_t attr;
    enum err rc;

    *desk_out = NULL;
    if (desk == NULL)
        return fail_set(why, ERR_NOMEM, "change of contractor");
    desk->conf = *conf;
    atomic_init(&desk->waits_utc_us, INT64_MAX);
    pthread_mutex_init(&desk->settling, NULL);
    pthread_mutex_init(&desk->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&desk->woken, &attr);
    pthread_condattr_destroy(&attr);
    rc = arena_create(CHUNK_BYTES, &desk->arena, why);
    if (rc == ERR_OK)
        rc = catch_up(desk, why);
    if (rc != ERR_OK)
        change_close(&desk);
    *desk_out = desk;
    return rc;
}

enum err change_start(struct change_desk *desk, struct fail *why)
{
    if (desk->has_thread)
        return ERR_OK;
    if (pthread_create(&desk->thread, NULL, thread_main, desk) != 0)
        return fail_set(why, ERR_NOMEM, "the change's thread");
    desk->has_thread = true;
    return ERR_OK;
}

void change_stop(struct change_desk *desk)
{
    if (desk == NULL || !desk->has_thread)
        return;
    pthread_mutex_lock(&desk->lock);
    desk->is_stopping = true;
    pthread_cond_signal(&desk->woken);
    pthread_mutex_unlock(&desk->lock);
    pthread_join(desk->thread, NULL);
    desk->has_thread = false;
}

void change_close(struct change_desk **desk)
{
    struct change_desk *d = *desk;

    if (d == NULL)
        return;
    change_stop(d);
    pthread_mutex_destroy(&d->settling);
    pthread_mutex_destroy(&d->lock);
    pthread_cond_destroy(&d->woken);
    arena_destroy(&d->arena);
    free(d);
    *desk = NULL;
}
