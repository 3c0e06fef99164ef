#include "node/place/look.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/db/settings.h"
#include "node/place/look_store.h"
#include "tenants/people/account.h"
#include "tenants/people/admission_rows.h"
#include "tenants/rights/rights.h"
#include "tenants/signin/session_store.h"
#include "tenants/tenants.h"

#define CHUNK_BYTES 16384
#define REREAD_US   HOUR_US /* sessions far ahead come into sight */
#define NOTED_US    MINUTE_US

/* What the thread remembers of somebody from look to look. */
struct kept {
    struct look_watched who;
    uint64_t told_mark;   /* told as changed under this mark; 0: not */
    int64_t noted_utc_us; /* session noted as used */
    bool is_told_gone;
};

struct look {
    struct look_conf conf;
    pthread_t thread;
    pthread_mutex_t lock; /* guards from here ... */
    pthread_cond_t wake;
    bool is_poked, is_ending;
    struct look_watched *watched; /* newest list; NULL: taken already */
    size_t n_watched;
    bool is_watched_new; /* ... to here */
    /* The thread's. */
    struct db *db;
    struct arena *arena;
    struct place_facts *facts;
    int64_t read_utc_us;
    struct kept *kept;
    size_t n_kept;
    /* Marks are compared when this is another than it was, or somebody is new, or a pass could
     * not be made. */
    struct look_version people;
    bool is_marking_due;
    bool is_blind;
};

void look_news_free(struct look_news **news)
{
    struct look_news *n = *news;

    *news = NULL;
    if (n == NULL)
        return;
    facts_unref(&n->facts);
    for (size_t i = 0; i < n->n_changed; i++)
        place_pass_free(n->changed[i]);
    free(n->changed);
    free(n->gone);
    free(n);
}

/* ---- who is watched ---- */

static int kept_order(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;

    return memcmp(x->who.session.b, y->who.session.b, sizeof x->who.session.b);
}

/* The newest list becomes what is kept; what was told of a session goes along. */
static void take_watched(struct look *look)
{
    struct look_watched *watched;
    struct kept *kept;
    size_t n;
    bool is_new;

    pthread_mutex_lock(&look->lock);
    watched = look->watched;
    n = look->n_watched;
    is_new = look->is_watched_new;
    look->watched = NULL;
    look->is_watched_new = false;
    pthread_mutex_unlock(&look->lock);
    if (!is_new)
        return;
    kept = calloc(n + 1, sizeof *kept);
    for (size_t i = 0; kept != NULL && i < n; i++) {
        const struct kept key = {.who = watched[i]};
        const struct kept *old =
            look->n_kept == 0 ? NULL
                              : bsearch(&key, look->kept, look->n_kept, sizeof key, kept_order);

        kept[i] = old != NULL ? *old : key;
        kept[i].who = watched[i];
    }
    free(watched);
    if (kept == NULL)
        return; /* the list before stays; the next one is tried again */
    qsort(kept, n, sizeof *kept, kept_order);
    free(look->kept);
    look->kept = kept;
    look->n_kept = n;
    look->is_marking_due = true;
}

/* ---- one look ---- */

struct round {
    struct look *look;
    struct look_news *news;
    int64_t now_utc_us;
    struct fail why;
};

static void note_gone(struct round *r, struct kept *kept, enum look_gone_why why)
{
    struct look_news *news = r->news;

    if (kept->is_told_gone)
        return;
    news->gone[news->n_gone++] = (struct look_gone){kept->who.account, kept->who.session, why};
    kept->is_told_gone = true;
}

static int64_t idle_us(const struct settings *settings, enum role role)
{
    return MINUTE_US * settings_int(settings, role == ROLE_STUDENT
                                                  ? &setting_idle_minutes_student
                                                  : &setting_idle_minutes_adult);
}

/* The rules of tenants/signin/session.c, with the connection's own acts as use. */
static bool is_gone(const struct round *r, const struct kept *kept, const struct look_row *row,
                    enum look_gone_why *why_out)
{
    const struct settings *settings = r->look->conf.services->settings;
    int64_t now = r->now_utc_us, used = row->last_seen_utc_us;
    int64_t absolute = HOUR_US * settings_int(settings, &setting_absolute_hours);

    if (kept->who.active_utc_us > used)
        used = kept->who.active_utc_us;
    if (!row->has_account || !row->is_active ||
        (row->ends_utc_us != 0 && now >= row->ends_utc_us) ||
        (!row->takes_part && settings_bool(settings, &setting_cooperating_only)))
        *why_out = LOOK_ENDED;
    else if (!row->is_open || now >= row->expires_utc_us ||
             now >= row->created_utc_us + absolute)
        *why_out = LOOK_SIGNED_OUT;
    else if (kept->who.role != ROLE_ANONYMOUS && kept->who.role != row->role)
        *why_out = LOOK_ROLE;
    else if (now >= used + idle_us(settings, row->role))
        *why_out = LOOK_IDLE;
    else
        return false;
    return true;
}

struct seen {
    struct id session;
    int64_t now_utc_us;
};

static enum err seen_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct seen *seen = arg;

    return session_store_seen(tx, seen->session, seen->now_utc_us, why);
}

static void seen_done(void *arg, enum err rc, const struct fail *why)
{
    if (rc != ERR_OK)
        log_warn("place.session_not_noted", L_FAIL(why));
    free(arg);
}

/* Somebody who walks about uses his session, at most once a minute as with requests. */
static void note_use(struct round *r, struct kept *kept, const struct look_row *row)
{
    int64_t active = kept->who.active_utc_us;
    const struct writer_op op = {seen_run, seen_done, malloc(sizeof(struct seen))};
    struct seen *seen = op.arg;

    if (seen == NULL || active < row->last_seen_utc_us + NOTED_US ||
        active < kept->noted_utc_us + NOTED_US) {
        free(seen);
        return;
    }
    *seen = (struct seen){kept->who.session, active};
    kept->noted_utc_us = active;
    if (writer_post(r->look->conf.services->writer, &op, NULL) != ERR_OK)
        free(seen);
}

/* A new pass for somebody whose mark is another now. When it cannot be made (the keys are away)
 * the next look tries again. */
static void note_changed(struct round *r, struct kept *kept, const struct look_row *row)
{
    const struct services *services = r->look->conf.services;
    struct caller caller = {.role = row->role,
                            .stage = STAGE_FULL,
                            .account = kept->who.account,
                            .session = kept->who.session,
                            .school = row->school};
    struct place_pass *pass = NULL;
    struct fail why = {.code = ERR_OK};
    enum err rc =
        rights_duties(accounts_rights(services->accounts), r->look->db, caller.account,
                      caller.role, r->now_utc_us, &caller.duties, &why);

    if (rc == ERR_OK)
        rc = place_pass_make(services, r->look->db, &caller, r->now_utc_us, &pass, &why);
    if (rc != ERR_OK) {
        log_warn("place.pass_not_made", L_ID("account", caller.account), L_FAIL(&why));
        r->look->is_marking_due = true;
        return;
    }
    kept->told_mark = row->mark;
    r->news->changed[r->news->n_changed++] = pass;
}

static void look_at(struct round *r, struct kept *kept, const struct look_row *row)
{
    enum look_gone_why why;

    if (is_gone(r, kept, row, &why)) {
        note_gone(r, kept, why);
        return;
    }
    note_use(r, kept, row);
    if (row->mark != 0 && row->mark != kept->who.mark && row->mark != kept->told_mark)
        note_changed(r, kept, row);
}

static enum err look_at_all(struct round *r)
{
    struct look *look = r->look;
    size_t n = look->n_kept;
    struct id *accounts = arena_alloc(look->arena, (n + 1) * sizeof *accounts);
    struct id *sessions = arena_alloc(look->arena, (n + 1) * sizeof *sessions);
    struct look_row *rows = NULL;
    bool is_marking = look->is_marking_due;
    enum err rc;

    r->news->gone = calloc(n + 1, sizeof *r->news->gone);
    r->news->changed = calloc(n + 1, sizeof(void *));
    if (accounts == NULL || sessions == NULL || r->news->gone == NULL ||
        r->news->changed == NULL)
        return fail_set(&r->why, ERR_NOMEM, "%zu watched", n);
    for (size_t i = 0; i < n; i++) {
        accounts[i] = look->kept[i].who.account;
        sessions[i] = look->kept[i].who.session;
    }
    if (n == 0)
        return ERR_OK;
    rc = look_store_watched(look->db, accounts, sessions, n, is_marking, look->arena, &rows,
                            &r->why);
    if (rc == ERR_OK)
        look->is_marking_due = false;
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        look_at(r, &look->kept[i], &rows[i]);
    return rc;
}

static enum err look_at_facts(struct round *r)
{
    struct look *look = r->look;
    struct facts_version now, before = facts_version_of(look->facts);
    struct look_version people;
    struct place_facts *facts = NULL;
    enum err rc = look_store_version(look->db, &now, &people, &r->why);

    if (rc == ERR_OK && memcmp(&people, &look->people, sizeof people) != 0) {
        look->people = people;
        look->is_marking_due = true;
    }
    if (rc != ERR_OK ||
        (facts_version_eq(&now, &before) && r->now_utc_us < look->read_utc_us + REREAD_US))
        return rc;
    rc = facts_read(look->db, look->facts, r->now_utc_us, &facts, &r->why);
    if (rc != ERR_OK)
        return rc;
    look->read_utc_us = r->now_utc_us;
    facts_unref(&look->facts);
    look->facts = facts;
    r->news->facts = facts_ref(facts);
    return ERR_OK;
}

static enum err look_once(struct round *r)
{
    struct look *look = r->look;
    enum err rc = ERR_OK;

    if (look->db == NULL)
        rc = db_open(&look->conf.db, look->conf.stmts, &look->db, &r->why);
    if (rc == ERR_OK)
        rc = look_at_facts(r);
    return rc == ERR_OK ? look_at_all(r) : rc;
}

/* Tells what there is to tell: also that the database went away, or came back. */
static void tell(struct round *r, enum err rc)
{
    struct look *look = r->look;
    bool is_blind = rc != ERR_OK;

    if (is_blind != look->is_blind) {
        if (is_blind)
            log_warn("place.blind", L_FAIL(&r->why));
        else
            log_info("place.sees_again", L_NONE);
    } else if (r->news->facts == NULL && r->news->n_gone == 0 && r->news->n_changed == 0) {
        look_news_free(&r->news);
        return;
    }
    look->is_blind = r->news->is_blind = is_blind;
    look->conf.told(look->conf.arg, r->news);
}

static void look_now(struct look *look)
{
    struct round r = {.look = look,
                      .news = calloc(1, sizeof(struct look_news)),
                      .now_utc_us = clock_utc_us(),
                      .why = {.code = ERR_OK}};

    take_watched(look);
    if (r.news != NULL)
        tell(&r, look_once(&r));
    arena_reset(look->arena);
}

/* ---- the thread ---- */

/* False: the end. */
static bool wait_for_it(struct look *look)
{
    struct timespec until;
    bool goes_on;
    int rc = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PLACE_LOOK_MS / 1000;
    until.tv_nsec += PLACE_LOOK_MS % 1000 * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&look->lock);
    while (!look->is_poked && !look->is_ending && rc == 0)
        rc = pthread_cond_timedwait(&look->wake, &look->lock, &until);
    look->is_poked = false;
    goes_on = !look->is_ending;
    pthread_mutex_unlock(&look->lock);
    return goes_on;
}

static void *look_run(void *arg)
{
    struct look *look = arg;

    while (wait_for_it(look)) {
        if (look->conf.each != NULL)
            look->conf.each(look->conf.arg);
        look_now(look);
    }
    return NULL;
}

static void look_free(struct look *look)
{
    db_close(&look->db);
    facts_unref(&look->facts);
    arena_destroy(&look->arena);
    pthread_cond_destroy(&look->wake);
    pthread_mutex_destroy(&look->lock);
    free(look->watched);
    free(look->kept);
    free(look);
}

enum err look_open(const struct look_conf *conf, struct place_facts *facts,
                   struct look **look_out, struct fail *why)
{
    struct look *look = calloc(1, sizeof *look);
    pthread_condattr_t attr;
    enum err rc;

    *look_out = NULL;
    if (look == NULL)
        return fail_set(why, ERR_NOMEM, "look");
    look->conf = *conf;
    look->facts = facts_ref(facts);
    look->read_utc_us = clock_utc_us();
    pthread_mutex_init(&look->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&look->wake, &attr);
    pthread_condattr_destroy(&attr);
    rc = arena_create(CHUNK_BYTES, &look->arena, why);
    if (rc == ERR_OK && pthread_create(&look->thread, NULL, look_run, look) != 0)
        rc = fail_set(why, ERR_NOMEM, "the looking thread");
    if (rc != ERR_OK) {
        look_free(look);
        return rc;
    }
    *look_out = look;
    return ERR_OK;
}

void look_close(struct look **look)
{
    struct look *l = *look;

    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->is_ending = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    look_free(l);
    *look = NULL;
}

void look_poke(struct look *look)
{
    pthread_mutex_lock(&look->lock);
    look->is_poked = true;
    pthread_cond_signal(&look->wake);
    pthread_mutex_unlock(&look->lock);
}

void look_watch(struct look *look, const struct look_watched *watched, size_t n)
{
    struct look_watched *copy = calloc(n + 1, sizeof *copy);

    if (copy == NULL)
        return; /* the list before holds until the next call */
    if (n > 0)
        memcpy(copy, watched, n * sizeof *copy);
    pthread_mutex_lock(&look->lock);
    free(look->watched);
    look->watched = copy;
    look->n_watched = n;
    look->is_watched_new = true;
    pthread_mutex_unlock(&look->lock);
}
