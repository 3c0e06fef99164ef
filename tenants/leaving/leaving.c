#include "tenants/leaving/leaving.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/base/log.h"
#include "node/base/wholefile.h"
#include "tenants/leaving/leaving_key.h"
#include "tenants/leaving/leaving_store.h"

#define ARENA_BYTES 65536

struct leaving {
    atomic_int state;
    struct id node;
    char journal[WHOLEFILE_PATH_CAP], key[WHOLEFILE_PATH_CAP];
    pthread_mutex_t lock; /* the file */
    _Atomic(struct change_desk *) change;
};

const char leaving_sentence_ja[] =
    "いばしょは、契約の終わりの作業をしています。今までの記録は自治体に大切に返されます。"
    "今は教育委員会と事業者の人だけが使えます。こまったことがあるときは、学校か教育委員会に"
    "話してください。";

static enum err begin(struct leaving *leaving, struct fail *why)
{
    struct arena *arena = NULL;
    struct leaving_journal journal;
    enum err rc = arena_create(ARENA_BYTES, &arena, why);

    if (rc != ERR_OK)
        return rc;
    rc = leaving_journal_read(leaving->journal, NULL, arena, &journal, why);
    if (rc == ERR_OK && journal.was_torn) {
        log_warn("leaving.torn", L_INT("whole_bytes", journal.whole_bytes));
        rc = leaving_journal_mend(leaving->journal, &journal, why);
    }
    if (rc == ERR_OK && journal.n > 0 && !id_eq(journal.at[0].node, leaving->node))
        rc = fail_set(why, ERR_DENIED, "%s is another node's", leaving->journal);
    if (rc == ERR_OK && journal.state >= LEAVING_KEYS_DESTROYED)
        rc = fail_set(why, ERR_CONFLICT, "this node was erased (%s): it never starts again",
                      leaving_state_id(journal.state));
    if (rc == ERR_OK) {
        atomic_store(&leaving->state, (int)journal.state);
        if (journal.n > 0)
            log_info("leaving.state", L_TEXT("state", leaving_state_id(journal.state)));
    }
    arena_destroy(&arena);
    return rc;
}

enum err leaving_open(const char *data_dir, struct id node, struct leaving **leaving_out,
                      struct fail *why)
{
    struct leaving *leaving = calloc(1, sizeof *leaving);
    enum err rc;

    *leaving_out = NULL;
    if (leaving == NULL)
        return fail_set(why, ERR_NOMEM, "leaving");
    leaving->node = node;
    pthread_mutex_init(&leaving->lock, NULL);
    if (snprintf(leaving->journal, sizeof leaving->journal, "%s/%s", data_dir,
                 LEAVING_JOURNAL) >= (int)sizeof leaving->journal)
        rc = fail_set(why, ERR_INVALID, "node.data_dir is too long");
    else
        rc = begin(leaving, why);
    snprintf(leaving->key, sizeof leaving->key, "%s/%s", data_dir, LEAVING_KEY);
    if (rc != ERR_OK)
        leaving_close(&leaving);
    *leaving_out = leaving;
    return rc;
}

void leaving_close(struct leaving **leaving)
{
    if (*leaving == NULL)
        return;
    pthread_mutex_destroy(&(*leaving)->lock);
    free(*leaving);
    *leaving = NULL;
}

enum leaving_state leaving_state_now(const struct leaving *leaving)
{
    return leaving == NULL ? LEAVING_ACTIVE : (enum leaving_state)atomic_load(&leaving->state);
}

bool leaving_admits_role(const struct leaving *leaving, enum role role)
{
    return !leaving_is_on(leaving) || role == ROLE_ANONYMOUS ||
           (LEAVING_ROLES & ROLE_BIT(role)) != 0;
}

bool leaving_admits_route(const struct leaving *leaving, const struct route *route)
{
    /* Once ordered there is nothing more to keep as it is: the operator carries it out. */
    bool is_carrying_out =
        leaving_state_now(leaving) >= LEAVING_ORDERED && route->listeners == LISTENER_ADMIN;

    return !leaving_is_on(leaving) || route->method == HTTP_GET || route->while_leaving ||
           is_carrying_out;
}

void leaving_change_set(struct leaving *leaving, struct change_desk *desk)
{
    if (leaving != NULL)
        atomic_store(&leaving->change, desk);
}

struct change_desk *leaving_change(const struct leaving *leaving)
{
    return leaving == NULL ? NULL : atomic_load(&leaving->change);
}

struct id leaving_node(const struct leaving *leaving)
{
    return leaving->node;
}

/* ---- the file ---- */

/* Under the lock. */
static enum err catch_up(struct leaving *leaving, struct db *db, struct arena *arena,
                         struct leaving_journal *journal, struct fail *why)
{
    struct leaving_step_row *rows = NULL;
    size_t n = 0;
    enum err rc =
        leaving_step_store_after(db, leaving->node, (int64_t)journal->n, arena, &rows, &n, why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        log_warn("leaving.caught-up", L_INT("n", rows[i].n));
        rc = leaving_journal_append(leaving->journal, rows[i].line, why);
    }
    if (rc == ERR_OK && n > 0)
        rc = leaving_journal_read(leaving->journal, NULL, arena, journal, why);
    return rc;
}

enum err leaving_read(struct leaving *leaving, struct db *db, struct arena *arena,
                      struct leaving_journal *journal_out, struct fail *why)
{
    struct leaving_journal journal;
    enum err rc;

    pthread_mutex_lock(&leaving->lock);
    rc = leaving_journal_read(leaving->journal, NULL, arena, &journal, why);
    if (rc == ERR_OK)
        rc = leaving_journal_mend(leaving->journal, &journal, why);
    if (rc == ERR_OK && db != NULL && journal.state < LEAVING_ORDERED)
        rc = catch_up(leaving, db, arena, &journal, why);
    if (rc == ERR_OK) {
        atomic_store(&leaving->state, (int)journal.state);
        *journal_out = journal;
    }
    pthread_mutex_unlock(&leaving->lock);
    return rc;
}

enum err leaving_prove(struct leaving *leaving, const uint8_t log_key[LEAVING_PUBLIC_BYTES],
                       struct arena *arena, enum leaving_state *state_out, struct fail *why)
{
    struct leaving_journal journal;
    enum err rc;

    pthread_mutex_lock(&leaving->lock);
    rc = leaving_journal_read(leaving->journal, log_key, arena, &journal, why);
    pthread_mutex_unlock(&leaving->lock);
    if (rc == ERR_OK && journal.n > 0 && !id_eq(journal.at[0].node, leaving->node))
        rc = fail_set(why, ERR_DENIED, "%s is another node's", leaving->journal);
    if (rc == ERR_OK)
        *state_out = journal.state;
    return rc;
}

enum err leaving_add(struct leaving *leaving, struct span line, enum leaving_state state,
                     struct fail *why)
{
    enum err rc;

    pthread_mutex_lock(&leaving->lock);
    rc = leaving_journal_append(leaving->journal, line, why);
    atomic_store(&leaving->state, (int)state); /* it is committed */
    pthread_mutex_unlock(&leaving->lock);
    if (rc != ERR_OK)
        log_error("leaving.unwritten", L_TEXT("state", leaving_state_id(state)), L_FAIL(why));
    else
        log_info("leaving.state", L_TEXT("state", leaving_state_id(state)));
    return rc;
}

enum err leaving_need_key(struct leaving *leaving, uint8_t public_out[LEAVING_PUBLIC_BYTES],
                          struct fail *why)
{
    enum err rc;

    pthread_mutex_lock(&leaving->lock);
    rc = leaving_key_need(leaving->key, public_out, why);
    pthread_mutex_unlock(&leaving->lock);
    return rc;
}

void leaving_drop_key(struct leaving *leaving)
{
    pthread_mutex_lock(&leaving->lock);
    if (wholefile_replace(leaving->key, SPAN("-\n"), NULL) == ERR_OK)
        unlink(leaving->key);
    pthread_mutex_unlock(&leaving->lock);
}
