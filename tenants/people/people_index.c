#include "tenants/people/people_index.h"

#include <pthread.h>
#include <stdlib.h>

#include "tenants/people/people_look_store.h"
#include "tenants/people/people_priv.h"

/* lock guards `now`; build_lock lets one caller make a snapshot at a time. */
struct people_index {
    struct keyring *keyring;
    pthread_mutex_t lock, build_lock;
    struct people *now; /* NULL: none */
};

static void forget(void *arg)
{
    people_index_drop(arg);
}

enum err people_index_open(struct keyring *keyring, struct people_index **index_out,
                           struct fail *why)
{
    struct people_index *index = calloc(1, sizeof *index);

    *index_out = NULL;
    if (index == NULL)
        return fail_set(why, ERR_NOMEM, "index of names");
    index->keyring = keyring;
    pthread_mutex_init(&index->lock, NULL);
    pthread_mutex_init(&index->build_lock, NULL);
    keyring_on_forget(keyring, forget, index);
    *index_out = index;
    return ERR_OK;
}

void people_index_close(struct people_index **index)
{
    struct people_index *x = *index;

    if (x == NULL)
        return;
    keyring_off_forget(x->keyring, x);
    people_index_drop(x);
    pthread_mutex_destroy(&x->lock);
    pthread_mutex_destroy(&x->build_lock);
    free(x);
    *index = NULL;
}

void people_index_drop(struct people_index *index)
{
    struct people *before;

    pthread_mutex_lock(&index->lock);
    before = index->now;
    index->now = NULL;
    pthread_mutex_unlock(&index->lock);
    people_unref(&before);
}

/* ---- a snapshot ---- */

void people_unref(struct people **people)
{
    struct people *p = *people;

    *people = NULL;
    if (p == NULL || atomic_fetch_sub(&p->n_refs, 1) != 1)
        return;
    arena_destroy(&p->arena); /* marked secret: wiped */
    free(p);
}

size_t people_n(const struct people *people)
{
    return people->n;
}

const struct people_entry *people_find(const struct people *people, struct id person)
{
    for (size_t i = 0; i < people->n; i++)
        if (id_eq(people->at[i].place.person, person))
            return &people->at[i];
    return NULL;
}

bool people_has_display(const struct people *people, struct span folded, struct id but)
{
    for (size_t i = 0; i < people->n; i++) {
        const struct people_entry *e = &people->at[i];

        /* The first line of its hay, between two line feeds. */
        if (e->has_account && e->state != ACCOUNT_CLOSED && !id_eq(e->place.person, but) &&
            e->display_len > 2 && span_eq(span_cut(e->hay, 1, e->display_len - 2), folded))
            return true;
    }
    return false;
}

/* Letters of a look, the marks of が and ぱ not counted. */
static size_t n_letters(struct span look)
{
    size_t n = 0;

    for (size_t i = 0; i < look.len; i++)
        n += (look.p[i] & 0xc0) != 0x80 &&
             !span_has_prefix(span_from(look, i), SPAN("\xe3\x82\x99")) &&
             !span_has_prefix(span_from(look, i), SPAN("\xe3\x82\x9a"));
    return n;
}

/* A name long enough not to be part of a common word is somebody's with more around it too. */
static bool is_held(struct span look, struct span name, size_t least)
{
    return name.len > 0 &&
           (span_eq(look, name) || (n_letters(name) >= least && name.len < look.len &&
                                    memmem(look.p, look.len, name.p, name.len) != NULL));
}

static bool is_like_staff(const struct people_entry *e, const struct people_look *look)
{
    if ((ROLE_BIT(e->place.role) & ROLES_CHILD_SIDE) != 0)
        return false;
    for (size_t i = 0; i < PEOPLE_LOOKS_N; i++)
        if (is_held(look->seen, e->looks[i].seen, i == 0 ? 4 : 3) ||
            is_held(look->read, e->looks[i].read, i == 0 ? 4 : 3))
            return true;
    return false;
}

static bool is_same(struct span a, struct span b)
{
    return a.len > 0 && span_eq(a, b);
}

enum people_like people_like(const struct people *people, const struct people_look *look,
                             struct id but)
{
    enum people_like like = PEOPLE_LIKE_NOBODY;

    for (size_t i = 0; i < people->n; i++) {
        const struct people_entry *e = &people->at[i];

        if (!e->has_account || e->state == ACCOUNT_CLOSED || id_eq(e->place.person, but))
            continue;
        if (is_like_staff(e, look))
            return PEOPLE_LIKE_STAFF;
        if (is_same(e->looks[0].seen, look->seen) || is_same(e->looks[0].read, look->read))
            like = PEOPLE_LIKE_SOMEBODY;
    }
    return like;
}

/* Whether it still tells what stands in the database, under keys that are still there. */
static bool is_fresh(const struct people_index *index, const struct people *p, int64_t version)
{
    return p != NULL && p->version == version && p->epoch == keyring_epoch(index->keyring) &&
           p->day == people_today();
}

static struct people *take_fresh(struct people_index *index, int64_t version)
{
    struct people *p = NULL;

    pthread_mutex_lock(&index->lock);
    if (is_fresh(index, index->now, version)) {
        p = index->now;
        atomic_fetch_add(&p->n_refs, 1);
    }
    pthread_mutex_unlock(&index->lock);
    return p;
}

/* What was made from keys that were there when it began; if one has gone meanwhile it is not
 * kept, and not handed out either. */
static bool publish(struct people_index *index, struct people *made)
{
    struct people *before;
    bool is_good;

    pthread_mutex_lock(&index->lock);
    is_good = made->epoch == keyring_epoch(index->keyring);
    before = index->now;
    index->now = is_good ? made : NULL;
    if (is_good)
        atomic_fetch_add(&made->n_refs, 1);
    pthread_mutex_unlock(&index->lock);
    people_unref(&before);
    return is_good;
}

/* Under build_lock. */
static enum err make(struct people_index *index, struct db *db, struct people **people_out,
                     struct fail *why)
{
    struct people *made = NULL;

    for (int i = 0; i < 3; i++) {
        enum err rc = people_build(index->keyring, db, &made, why);
        if (rc != ERR_OK)
            return rc;
        if (publish(index, made)) {
            *people_out = made;
            return ERR_OK;
        }
        people_unref(&made);
    }
    return fail_set(why, ERR_UNAVAILABLE, "keys go away faster than names are read");
}

/* The version is read before the rows: a change that commits in between makes the next look
 * read again. */
enum err people_ref(struct people_index *index, struct db *db, struct people **people_out,
                    struct fail *why)
{
    int64_t version;
    enum err rc = people_look_version(db, &version, why);

    *people_out = NULL;
    if (rc != ERR_OK)
        return rc;
    *people_out = take_fresh(index, version);
    if (*people_out != NULL)
        return ERR_OK;
    pthread_mutex_lock(&index->build_lock);
    *people_out = take_fresh(index, version); /* another worker has made it meanwhile */
    if (*people_out == NULL)
        rc = make(index, db, people_out, why);
    pthread_mutex_unlock(&index->build_lock);
    return rc;
}
