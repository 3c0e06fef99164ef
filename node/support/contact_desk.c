#include "node/support/contact_desk.h"

#include <pthread.h>
#include <stdlib.h>

#include "node/base/log.h"

#define BUCKETS_N   4096
#define BEGUN_MOST  20000 /* conversations nobody could write yet */
#define BEGUN_FIRST 64

struct tie {
    struct tie *next;
    struct contact_tie of;
};
struct child {
    struct child *next;
    struct id id;
    struct contact_times times;
};

struct contact_desk {
    pthread_mutex_t lock; /* over all below */
    struct tie *ties[BUCKETS_N];
    struct child *children[BUCKETS_N];
    size_t n_ties;
    struct contact_row *begun;
    size_t n_begun, begun_cap;
};

enum err contact_desk_create(struct contact_desk **desk_out, struct fail *why)
{
    struct contact_desk *desk = calloc(1, sizeof *desk);

    *desk_out = desk;
    if (desk == NULL)
        return fail_set(why, ERR_NOMEM, "contacts");
    pthread_mutex_init(&desk->lock, NULL);
    return ERR_OK;
}

void contact_desk_destroy(struct contact_desk **desk_at)
{
    struct contact_desk *desk = *desk_at;

    *desk_at = NULL;
    if (desk == NULL)
        return;
    for (size_t i = 0; i < BUCKETS_N; i++) {
        while (desk->ties[i] != NULL) {
            struct tie *tie = desk->ties[i];

            desk->ties[i] = tie->next;
            free(tie);
        }
        while (desk->children[i] != NULL) {
            struct child *child = desk->children[i];

            desk->children[i] = child->next;
            free(child);
        }
    }
    pthread_mutex_destroy(&desk->lock);
    free(desk->begun);
    free(desk);
}

/* The end of a UUID is random, also of those that are counted up by time. */
static size_t bucket_of(struct id a, struct id b)
{
    size_t n = 0;

    for (size_t i = sizeof a.b - 4; i < sizeof a.b; i++)
        n = n * 31 + (size_t)(a.b[i] ^ b.b[i]);
    return n % BUCKETS_N;
}

/* NULL: no memory. */
static struct tie *tie_between(struct contact_desk *desk, struct id one, struct id other)
{
    const struct contact_tie of = contact_tie_of(one, other);
    struct tie **first = &desk->ties[bucket_of(of.a, of.b)], *tie = *first;

    while (tie != NULL && !(id_eq(tie->of.a, of.a) && id_eq(tie->of.b, of.b)))
        tie = tie->next;
    if (tie != NULL)
        return tie;
    tie = malloc(sizeof *tie);
    if (tie == NULL)
        return NULL;
    *tie = (struct tie){*first, of};
    *first = tie;
    desk->n_ties++;
    return tie;
}

static struct child *child_find(const struct contact_desk *desk, struct id id)
{
    struct child *child = desk->children[bucket_of(id, ID_NONE)];

    while (child != NULL && !id_eq(child->id, id))
        child = child->next;
    return child;
}

static void note(struct contact_desk *desk, struct id id, bool is_peer, int64_t at_utc_us)
{
    struct child *child = child_find(desk, id);
    struct child **first = &desk->children[bucket_of(id, ID_NONE)];

    if (child == NULL) {
        child = calloc(1, sizeof *child);
        if (child == NULL)
            return;
        child->next = *first;
        child->id = id;
        *first = child;
    }
    if (at_utc_us > child->times.any_utc_us)
        child->times.any_utc_us = at_utc_us;
    if (!is_peer && at_utc_us > child->times.staff_utc_us)
        child->times.staff_utc_us = at_utc_us;
}

struct contact_row contact_row_of(struct id child, struct id other, bool is_peer,
                                  enum contact_sign sign, int64_t first_utc_us)
{
    enum contact_kind kind = CONTACT_AUTO;

    switch (sign) {
    case CONTACT_WORD:
        break;
    case CONTACT_SHARED:
        kind = CONTACT_CLASS;
        break;
    case CONTACT_SPEECH:
        kind = CONTACT_TALKED;
        break;
    }
    return (struct contact_row){.id = contact_id_of(child, other, first_utc_us),
                                .child = child,
                                .other = other,
                                .is_peer = is_peer,
                                .kind = kind,
                                .is_answered = true,
                                .who = {.at_utc_us = first_utc_us, .role = SPAN("")}};
}

static void put_begun(struct contact_desk *desk, const struct contact_row *row)
{
    size_t cap = desk->begun_cap == 0 ? BEGUN_FIRST : desk->begun_cap * 2;
    struct contact_row *begun = desk->begun;

    if (desk->n_begun == desk->begun_cap) {
        begun = desk->n_begun >= BEGUN_MOST ? NULL : realloc(begun, cap * sizeof *begun);
        if (begun == NULL) { /* the record of lines has the words: after the next start */
            log_warn("contact.unwritten", L_ID("account", row->child));
            return;
        }
        desk->begun = begun;
        desk->begun_cap = cap;
    }
    desk->begun[desk->n_begun++] = *row;
}

static void heard_of(struct contact_desk *desk, struct id child, struct id other, bool is_peer,
                     const struct contact_tie *tie, enum contact_sign sign, bool is_begun)
{
    const struct contact_row row =
        contact_row_of(child, other, is_peer, sign, tie->contact_utc_us);

    note(desk, child, is_peer, tie->contact_utc_us);
    if (is_begun)
        put_begun(desk, &row);
}

void contact_desk_hear(struct contact_desk *desk, const struct contact_rules *rules,
                       const struct contact_event *event, enum role from, enum role to)
{
    bool is_from = from == ROLE_STUDENT, is_to = to == ROLE_STUDENT;
    enum contact_step step = CONTACT_NONE;
    struct tie *tie;

    if ((!is_from && !is_to) || id_eq(event->from, event->to))
        return;
    pthread_mutex_lock(&desk->lock);
    tie = tie_between(desk, event->from, event->to);
    if (tie != NULL)
        step = contact_hear(&tie->of, rules, event);
    if (step != CONTACT_NONE && is_from)
        heard_of(desk, event->from, event->to, is_to, &tie->of, event->sign,
                 step == CONTACT_BEGUN);
    if (step != CONTACT_NONE && is_to)
        heard_of(desk, event->to, event->from, is_from, &tie->of, event->sign,
                 step == CONTACT_BEGUN);
    pthread_mutex_unlock(&desk->lock);
}

void contact_desk_note(struct contact_desk *desk, struct id child, bool is_peer,
                       int64_t at_utc_us)
{
    pthread_mutex_lock(&desk->lock);
    note(desk, child, is_peer, at_utc_us);
    pthread_mutex_unlock(&desk->lock);
}

struct contact_times contact_desk_times(struct contact_desk *desk, struct id id)
{
    struct contact_times times = {0, 0};
    const struct child *child;

    pthread_mutex_lock(&desk->lock);
    child = child_find(desk, id);
    if (child != NULL)
        times = child->times;
    pthread_mutex_unlock(&desk->lock);
    return times;
}

size_t contact_desk_take(struct contact_desk *desk, struct contact_row **rows_out)
{
    size_t n;

    pthread_mutex_lock(&desk->lock);
    n = desk->n_begun;
    *rows_out = desk->begun;
    desk->begun = NULL;
    desk->n_begun = desk->begun_cap = 0;
    pthread_mutex_unlock(&desk->lock);
    return n;
}

void contact_desk_put_back(struct contact_desk *desk, struct contact_row *rows, size_t n)
{
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < n; i++)
        put_begun(desk, &rows[i]);
    pthread_mutex_unlock(&desk->lock);
    free(rows);
}

void contact_desk_sweep(struct contact_desk *desk, const struct contact_rules *rules,
                        int64_t now_utc_us)
{
    pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < BUCKETS_N; i++)
        for (struct tie **at = &desk->ties[i]; *at != NULL;) {
            struct tie *tie = *at;

            if (contact_is_over(&tie->of, rules, now_utc_us)) {
                *at = tie->next;
                free(tie);
                desk->n_ties--;
            } else {
                at = &tie->next;
            }
        }
    pthread_mutex_unlock(&desk->lock);
}

size_t contact_desk_n_ties(struct contact_desk *desk)
{
    size_t n;

    pthread_mutex_lock(&desk->lock);
    n = desk->n_ties;
    pthread_mutex_unlock(&desk->lock);
    return n;
}
