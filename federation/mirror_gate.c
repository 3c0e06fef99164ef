/* Who may come to the floor of a shared lesson: staff, who teaches, and the children who chose
 * it. Places are counted when they choose, so nobody finds the floor full. The live thread asks
 * of everybody once a second; who chose is read by the thread of this part. */
#include <stdlib.h>

#include "federation/mirrors_priv.h"
#include "node/base/log.h"

struct choices {
    struct mirrors *mirrors;
    struct id lesson;
    size_t n;
    struct id accounts[];
};

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct id));
}

/* ---- live thread ---- */

static void take(void *arg)
{
    struct choices *c = arg;
    struct mirrors *m = c->mirrors;
    struct mirrored *lesson = m->is_ended ? NULL : mirrored_find(m, c->lesson);

    if (lesson == NULL) {
        free(c);
        return;
    }
    free(lesson->chosen);
    lesson->chosen = c;
}

bool mirror_gate_may(void *arg, struct span floor, const struct place_pass *pass,
                     int64_t now_utc_us)
{
    struct mirrors *m = arg;
    struct mirrored *at = m->lessons;

    (void)now_utc_us; /* what is not on is not in the list */
    if (pass->look.is_staff || pass->caller.role == ROLE_INSTRUCTOR)
        return true;
    if (pass->caller.role != ROLE_STUDENT)
        return false;
    for (; at != NULL; at = at->next)
        if (span_eq(span_text(at->at.floor), floor) && at->chosen != NULL &&
            bsearch(&pass->caller.account, at->chosen->accounts, at->chosen->n,
                    sizeof at->chosen->accounts[0], compare) != NULL)
            return true;
    return false;
}

/* ---- the thread of this part ---- */

static void read_one(struct mirrors *m, struct id lesson, struct arena *arena)
{
    struct id *accounts = NULL;
    size_t n = 0;
    struct choices *c;
    struct fail why;

    if (mirror_chosen(m->db, lesson, arena, &accounts, &n, &why) != ERR_OK) {
        log_warn("mirror.chosen", L_ID("lesson", lesson), L_FAIL(&why));
        db_close(&m->db); /* a new one next time */
        return;
    }
    c = malloc(sizeof *c + n * sizeof accounts[0]);
    if (c == NULL)
        return;
    *c = (struct choices){.mirrors = m, .lesson = lesson, .n = n};
    if (n > 0)
        memcpy(c->accounts, accounts, n * sizeof accounts[0]);
    qsort(c->accounts, n, sizeof c->accounts[0], compare);
    if (live_post(m->conf.services->live, take, c, NULL) != ERR_OK)
        free(c);
}

void mirror_gate_read(struct mirrors *m)
{
    struct id lessons[MIRROR_ON_MOST];
    struct arena *arena = NULL;
    struct fail why;
    int n;

    pthread_mutex_lock(&m->lock);
    n = m->n_on_ids;
    memcpy(lessons, m->on_ids, (size_t)n * sizeof lessons[0]);
    pthread_mutex_unlock(&m->lock);
    if (n == 0 || arena_create(4096, &arena, NULL) != ERR_OK)
        return;
    if (m->db == NULL && db_open(&m->conf.db, m->conf.stmts, &m->db, &why) != ERR_OK)
        log_warn("mirror.chosen", L_FAIL(&why));
    for (int i = 0; i < n && m->db != NULL; i++)
        read_one(m, lessons[i], arena);
    arena_destroy(&arena);
}
