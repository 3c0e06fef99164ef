/* The grants in force, kept in memory, and the questions that need them. */
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "tenants/people/account.h"
#include "tenants/people/admission_rows.h"
#include "tenants/rights/rights_look_store.h"
#include "tenants/rights/rights_priv.h"

#define ARENA_CHUNK_BYTES 1024

enum err rights_open(const struct rights_conf *conf, struct rights **rights_out,
                     struct fail *why)
{
    struct rights *r = calloc(1, sizeof *r);

    *rights_out = NULL;
    if (r == NULL)
        return fail_set(why, ERR_NOMEM, "rights");
    r->writer = conf->writer;
    r->settings = conf->settings;
    pthread_mutex_init(&r->lock, NULL);
    pthread_mutex_init(&r->load_lock, NULL);
    atomic_init(&r->epoch, 1);
    *rights_out = r;
    return ERR_OK;
}

void rights_close(struct rights **rights)
{
    struct rights *r = *rights;

    if (r == NULL)
        return;
    pthread_mutex_destroy(&r->lock);
    pthread_mutex_destroy(&r->load_lock);
    free(r->grants);
    free(r);
    *rights = NULL;
}

void rights_forget(struct rights *r)
{
    atomic_fetch_add(&r->epoch, 1);
}

void rights_settle(struct rights *r)
{
    rights_forget(r);
}

/* ---- what is in memory ---- */

static bool is_fresh(struct rights *r)
{
    bool fresh;

    pthread_mutex_lock(&r->lock);
    fresh = r->grants != NULL && r->read_epoch == atomic_load(&r->epoch);
    pthread_mutex_unlock(&r->lock);
    return fresh;
}

/* The epoch is taken before the rows are read: a change that commits meanwhile raises it, and
 * the next look reads again. While the program before us may still write (it holds the writer's
 * lock until it has finished), what is read is good for one look. */
static enum err load(struct rights *r, struct db *db, struct fail *why)
{
    uint64_t epoch = atomic_load(&r->epoch);
    struct rights_grant *grants = NULL, *before;
    struct writer_stats stats;
    size_t n = 0;
    enum err rc;

    writer_stats_read(r->writer, &stats);
    rc = rights_look_all(db, &grants, &n, why);
    if (rc != ERR_OK)
        return rc;
    pthread_mutex_lock(&r->lock);
    before = r->grants;
    r->grants = grants;
    r->n_grants = n;
    r->read_epoch = stats.is_ready ? epoch : 0;
    pthread_mutex_unlock(&r->lock);
    free(before);
    return ERR_OK;
}

static enum err refresh(struct rights *r, struct db *db, struct fail *why)
{
    enum err rc = ERR_OK;

    if (is_fresh(r))
        return ERR_OK;
    pthread_mutex_lock(&r->load_lock);
    if (!is_fresh(r)) /* another worker has not read them meanwhile */
        rc = load(r, db, why);
    pthread_mutex_unlock(&r->load_lock);
    return rc;
}

/* First of the account's grants; under the lock. */
static size_t find_account(const struct rights *r, struct id account)
{
    size_t low = 0, high = r->n_grants;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (memcmp(r->grants[mid].account.b, account.b, sizeof account.b) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool is_in_force(const struct rights_grant *g, enum role role, int64_t now_utc_us)
{
    return g->role == role && (g->until_utc_us == 0 || now_utc_us < g->until_utc_us);
}

enum err rights_duties(struct rights *r, struct db *db, struct id account, enum role role,
                       int64_t now_utc_us, unsigned *duties_out, struct fail *why)
{
    enum err rc = refresh(r, db, why);
    unsigned duties = 0;

    if (rc != ERR_OK)
        return rc;
    pthread_mutex_lock(&r->lock);
    for (size_t i = find_account(r, account);
         i < r->n_grants && id_eq(r->grants[i].account, account); i++)
        if (is_in_force(&r->grants[i], role, now_utc_us))
            duties |= RIGHT_BIT(r->grants[i].right);
    pthread_mutex_unlock(&r->lock);
    *duties_out = duties;
    return ERR_OK;
}

static size_t n_of(const struct rights *r, size_t first, struct id account)
{
    size_t n = 0;

    while (first + n < r->n_grants && id_eq(r->grants[first + n].account, account))
        n++;
    return n;
}

enum err rights_view_make(struct rights *r, struct db *db, const struct caller *caller,
                          int64_t now_utc_us, struct arena *arena, struct rights_view *view_out,
                          struct fail *why)
{
    struct rights_grant *mine;
    size_t first, n, kept = 0;
    enum err rc = refresh(r, db, why);

    if (rc != ERR_OK)
        return rc;
    pthread_mutex_lock(&r->lock);
    first = find_account(r, caller->account);
    n = n_of(r, first, caller->account);
    mine = arena_alloc(arena, (n + 1) * sizeof *mine);
    for (size_t i = first; mine != NULL && i < first + n; i++)
        if (is_in_force(&r->grants[i], caller->role, now_utc_us))
            mine[kept++] = r->grants[i];
    pthread_mutex_unlock(&r->lock);
    if (mine == NULL)
        return fail_set(why, ERR_NOMEM, "rights");
    *view_out = (struct rights_view){
        .caller = *caller,
        .grants = mine,
        .n_grants = kept,
        .is_open_only = settings_bool(r->settings, &setting_cooperating_only),
    };
    return ERR_OK;
}

/* ---- noting the use ---- */

struct use {
    struct id grant;
    int64_t now_utc_us;
};

static enum err use_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct use *use = arg;

    return rights_look_used(tx, use->grant, use->now_utc_us, why);
}

static void use_done(void *arg, enum err rc, const struct fail *why)
{
    if (rc != ERR_OK)
        log_warn("rights.use_not_noted", L_FAIL(why));
    free(arg);
}

/* True when today's use was not noted yet; from now on it counts as noted. */
static bool claim_use(struct rights *r, const struct rights_grant *grant, int64_t now_utc_us)
{
    bool claimed = false;

    pthread_mutex_lock(&r->lock);
    for (size_t i = find_account(r, grant->account);
         i < r->n_grants && id_eq(r->grants[i].account, grant->account); i++) {
        struct rights_grant *g = &r->grants[i];

        if (id_eq(g->id, grant->id) && now_utc_us - g->used_utc_us >= DAY_US) {
            g->used_utc_us = now_utc_us;
            claimed = true;
        }
    }
    pthread_mutex_unlock(&r->lock);
    return claimed;
}

/* Lost when the writer is busy or the commit fails: tomorrow's use is noted. */
void rights_note_use(struct rights *r, const struct rights_grant *grant, int64_t now_utc_us)
{
    struct use *use;

    if (grant == NULL || !claim_use(r, grant, now_utc_us))
        return;
    use = malloc(sizeof *use);
    if (use == NULL)
        return;
    *use = (struct use){grant->id, now_utc_us};
    if (writer_post(r->writer, &(struct writer_op){use_run, use_done, use}, NULL) != ERR_OK)
        free(use);
}

/* ---- the questions ---- */

enum err rights_person(struct rights *r, struct db *db, const struct caller *caller,
                       struct id person, unsigned need, int64_t now_utc_us,
                       struct rights_found *found_out, struct fail *why)
{
    const struct rights_grant *grant = NULL;
    struct rights_found found = {.shows = 0};
    struct rights_view view;
    struct arena *arena = NULL;
    enum err rc = arena_create(ARENA_CHUNK_BYTES, &arena, why);

    if (rc == ERR_OK)
        rc = rights_view_make(r, db, caller, now_utc_us, arena, &view, why);
    if (rc == ERR_OK)
        rc = rights_look_place(db, person, caller->account, &found.place, why);
    if (rc == ERR_OK) {
        found.shows = rights_shows(&view, &found.place, &grant);
        if (found.shows == 0 || (found.shows & need) != need)
            rc = fail_set(why, ERR_DENIED, "hidden from a %s", role_id(caller->role));
    }
    if (rc == ERR_OK) {
        rights_note_use(r, grant, now_utc_us);
        *found_out = found;
    }
    arena_destroy(&arena);
    return rc;
}

enum err rights_of_path(struct req *req, unsigned need, struct rights_found *found_out,
                        struct fail *why)
{
    struct id person;

    if (id_parse(req_param(req, "id"), &person, NULL) != ERR_OK)
        return fail_set(why, ERR_NOT_FOUND, "not an id");
    req->object = req->person = person;
    return rights_person(accounts_rights(req->services->accounts), req->db, &req->caller,
                         person, need, req->now_utc_us, found_out, why);
}

/* Notes the use of each duty of ID work in that school; ERR_DENIED: there is none. */
static enum err use_duties(struct rights *r, const struct rights_view *view, struct id school,
                           int64_t now_utc_us, struct fail *why)
{
    size_t n = 0;

    for (size_t i = 0; i < view->n_grants; i++) {
        if (!id_eq(view->grants[i].school, school) || !right_is_work(view->grants[i].right))
            continue;
        rights_note_use(r, &view->grants[i], now_utc_us);
        n++;
    }
    return n > 0 ? ERR_OK : fail_set(why, ERR_DENIED, "no duty in that school");
}

enum err rights_school(struct rights *r, struct db *db, const struct caller *caller,
                       struct id school, int64_t now_utc_us, struct fail *why)
{
    struct rights_view view;
    struct arena *arena = NULL;
    bool is_open = true;
    enum err rc;

    if (caller->role == ROLE_COMMISSIONER || caller->role == ROLE_CONTRACTOR)
        return ERR_OK;
    if (caller->role != ROLE_SCHOOL_STAFF || id_is_none(school) ||
        !id_eq(school, caller->school))
        return fail_set(why, ERR_DENIED, "not the school of a %s", role_id(caller->role));
    rc = arena_create(ARENA_CHUNK_BYTES, &arena, why);
    if (rc == ERR_OK)
        rc = rights_view_make(r, db, caller, now_utc_us, arena, &view, why);
    if (rc == ERR_OK && view.is_open_only)
        rc = rights_look_is_open(db, school, &is_open, why);
    if (rc == ERR_OK && !is_open)
        rc = fail_set(why, ERR_DENIED, "the school does not take part");
    if (rc == ERR_OK)
        rc = use_duties(r, &view, school, now_utc_us, why);
    arena_destroy(&arena);
    return rc;
}

enum err rights_purpose(struct rights *r, struct db *db, const struct caller *caller,
                        enum right right, int64_t now_utc_us, struct arena *arena,
                        struct span *purpose_out, struct fail *why)
{
    struct rights_view view = {.n_grants = 0};
    enum err rc = rights_view_make(r, db, caller, now_utc_us, arena, &view, why);

    for (size_t i = 0; rc == ERR_OK && i < view.n_grants; i++) {
        if (view.grants[i].right != right)
            continue;
        rights_note_use(r, &view.grants[i], now_utc_us);
        *purpose_out = span_text(view.grants[i].purpose);
        return ERR_OK;
    }
    return rc == ERR_OK ? fail_set(why, ERR_DENIED, "no %s in force", right_id(right)) : rc;
}
