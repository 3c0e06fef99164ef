#include "federation/series.h"

#include <openssl/crypto.h>
#include <stdlib.h>

#include "federation/series_priv.h"
#include "federation/series_staff.h"
#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/mbox.h"
#include "node/classes/lesson_member.h"
#include "node/classes/lesson_rows.h"
#include "node/classes/lesson_store.h"
#include "node/classes/lessons.h"
#include "node/db/settings.h"
#include "node/io/live.h"

#define LOOK_MS     2000
#define UNNAMED_US  (10 * SECOND_US)
#define ARENA_BYTES 65536
/* A cut line is waited for (LESSON_HOLD_US), then its stay is written. */
#define COUNT_AFTER_US (3 * MINUTE_US)
#define UNMOVED_US     (10 * MINUTE_US)

struct watcher {
    void (*fn)(void *arg, const struct shared_lesson *at, size_t n);
    void *arg;
};
struct series {
    struct series_conf conf;
    struct db *db;       /* the thread's */
    struct arena *arena; /* of one look */
    struct mbox *wakes;
    pthread_t thread;
    bool has_thread, has_told, is_warm;
    uint64_t staff_mark;        /* who taught when it was looked at last */
    int64_t unnamed_mono_us;    /* when who had no name then is looked at again; 0: nobody */
    int64_t unmoved_mono_us;    /* when it is said again */
    struct shared_lesson *told; /* what was handed over last */
    size_t n_told;
    struct watcher watchers[SERIES_WATCHERS_MOST]; /* not changed once the thread runs */
    int n_watchers;
};

/* ---- what is on ---- */

static void put_peers(struct shared_lesson *lesson, int64_t places,
                      const struct series_node *nodes, size_t n_nodes)
{
    if (!lesson->is_host) {
        lesson->peers[0] = lesson->host;
        lesson->places[0] = (int)places;
        lesson->n_peers = 1;
        return;
    }
    for (size_t i = 0; i < n_nodes && lesson->n_peers < SERIES_PEERS_MOST; i++) {
        if (!id_eq(nodes[i].series, lesson->series) || nodes[i].state != SERIES_NODE_ACCEPTED)
            continue;
        lesson->peers[lesson->n_peers] = nodes[i].node;
        lesson->places[lesson->n_peers++] = (int)nodes[i].places;
    }
}

static enum err read_on(struct series *series, struct shared_lesson **out, size_t *n_out,
                        struct fail *why)
{
    int64_t now = clock_utc_us();
    struct series_node *nodes = NULL;
    struct series_on *on = NULL;
    struct shared_lesson *at = NULL;
    size_t n = 0, n_nodes = 0;
    enum err rc =
        series_store_on(series->db, now - SERIES_AFTER_MIN * MINUTE_US,
                        now + SERIES_AHEAD_MIN * MINUTE_US, series->arena, &on, &n, why);

    if (rc == ERR_OK && n > 0)
        rc =
            series_store_nodes(NULL, series->db, ID_NONE, series->arena, &nodes, &n_nodes, why);
    if (rc == ERR_OK)
        at = calloc(n + 1, sizeof *at);
    if (rc == ERR_OK && at == NULL)
        rc = fail_set(why, ERR_NOMEM, "%zu lessons", n);
    for (size_t i = 0; i < n && rc == ERR_OK && at != NULL; i++) {
        at[i] = on[i].lesson;
        put_peers(&at[i], on[i].places, nodes, n_nodes);
        rc = series_key_open(series->conf.services->keyring, at[i].series, on[i].key_sealed,
                             series->arena, at[i].evidence_key, why);
    }
    *out = at;
    *n_out = n;
    return rc;
}

static bool is_same_lesson(const struct shared_lesson *a, const struct shared_lesson *b)
{
    bool same = a->class == b->class && id_eq(a->series, b->series) &&
                id_eq(a->lesson, b->lesson) && a->from_utc_us == b->from_utc_us &&
                a->to_utc_us == b->to_utc_us && a->n_peers == b->n_peers &&
                memcmp(a->evidence_key, b->evidence_key, SERIES_KEY_BYTES) == 0;

    for (int i = 0; i < a->n_peers && same; i++)
        same = id_eq(a->peers[i], b->peers[i]) && a->places[i] == b->places[i];
    return same;
}

static bool is_told(const struct series *series, const struct shared_lesson *at, size_t n)
{
    bool same = series->has_told && series->n_told == n;

    for (size_t i = 0; i < n && same; i++)
        same = is_same_lesson(&series->told[i], &at[i]);
    return same;
}

struct news {
    struct series *series;
    struct shared_lesson *at;
    size_t n;
};

static void lessons_free(struct shared_lesson **at, size_t n)
{
    if (*at != NULL)
        OPENSSL_cleanse(*at, n * sizeof **at);
    free(*at);
    *at = NULL;
}

static void news_free(struct news *news)
{
    lessons_free(&news->at, news->n);
    free(news);
}

static void tell_on_live(void *arg)
{
    struct news *news = arg;

    for (int i = 0; i < news->series->n_watchers; i++)
        news->series->watchers[i].fn(news->series->watchers[i].arg, news->at, news->n);
    news_free(news);
}

/* Hands a copy over; what could not be handed over is told at the next look. */
static bool hand_over(struct series *series, const struct shared_lesson *at, size_t n)
{
    struct live *live = series->conf.services->live;
    struct news *news = calloc(1, sizeof *news);

    if (news == NULL)
        return false;
    news->series = series;
    news->n = n;
    news->at = calloc(n + 1, sizeof *news->at);
    if (news->at != NULL && live != NULL) {
        memcpy(news->at, at, n * sizeof *news->at);
        if (live_post(live, tell_on_live, news, NULL) == ERR_OK)
            return true;
    }
    news_free(news);
    return false;
}

/* The key of pseudonyms is asked for before anybody on the live thread wants one. */
static enum err warm(struct series *series, size_t n, struct fail *why)
{
    uint8_t pseud[SERIES_PSEUD_BYTES];
    enum err rc =
        series->is_warm || n == 0 ? ERR_OK : series_pseud(series, ID_NONE, ID_NONE, pseud, why);

    series->is_warm = series->is_warm || (rc == ERR_OK && n > 0);
    return rc;
}

static void look_on(struct series *series)
{
    struct shared_lesson *at = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = read_on(series, &at, &n, &why);

    if (rc == ERR_OK)
        rc = warm(series, n, &why);
    if (rc != ERR_OK) {
        if (rc != ERR_UNAVAILABLE && rc != ERR_LOCKED)
            log_warn("series.look", L_FAIL(&why));
    } else if (!is_told(series, at, n) && hand_over(series, at, n)) {
        lessons_free(&series->told, series->n_told);
        series->told = at;
        series->n_told = n;
        series->has_told = true;
        return;
    }
    lessons_free(&at, n);
}

/* ---- counts ---- */

struct counting {
    struct series *series;
    struct series_lesson date;
    struct series_count count;
    int64_t now_utc_us;
};

static enum err add_up(struct series *series, const struct series_lesson *date,
                       struct series_count *out, struct fail *why)
{
    int64_t least = settings_int(series->conf.services->settings, &setting_class_attended_min);
    struct lesson_stay *stays = NULL;
    size_t n = 0;
    enum err rc = lesson_store_stays(series->db, date->lesson, series->arena, &stays, &n, why);

    for (size_t i = 0, k; i < n && rc == ERR_OK; i = k) {
        struct attendance sum = {.us = 0};

        for (k = i; k < n && id_eq(stays[k].account, stays[i].account); k++)
            attendance_add(&sum, date->from_utc_us, date->to_utc_us, stays[k].joined_utc_us,
                           stays[k].left_utc_us, stays[k].why, stays[k].is_open);
        if (stays[i].is_trial || !span_eq(stays[i].role, span_text(role_id(ROLE_STUDENT))))
            continue;
        out->n_joined++;
        out->n_attended += attendance_counts(&sum, least);
    }
    return rc == ERR_OK ? series_store_chosen(series->db, date->lesson, &out->n_chosen, why)
                        : rc;
}

static int64_t at_most_1000(int64_t n)
{
    return n > 1000 ? 1000 : n;
}

static enum err count_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct counting *c = arg;
    struct federation *f = c->series->conf.services->federation;
    const struct series_count_body body = {.series = c->date.series,
                                           .n = c->date.n,
                                           .class = c->date.class,
                                           .n_chosen = c->count.n_chosen,
                                           .n_joined = c->count.n_joined,
                                           .n_attended = c->count.n_attended};
    struct span bytes;
    enum err rc = series_store_count_put(tx, &c->count, why);

    if (rc == ERR_OK)
        rc = series_store_counted(tx, c->date.series, c->date.n, c->now_utc_us, why);
    if (rc != ERR_OK || id_eq(c->date.host, f->conf.node))
        return rc;
    rc = jx_write(&series_count_shape, &body, tx_arena(tx), &bytes, why);
    return rc == ERR_OK ? outbox_put(tx, f, c->date.host, series_kind_count, id_new(), bytes,
                                     c->now_utc_us, why)
                        : rc;
}

static enum err count_one(struct series *series, const struct series_lesson *date,
                          struct fail *why)
{
    struct counting c = {.series = series, .date = *date, .now_utc_us = clock_utc_us()};
    enum err rc;

    c.count = (struct series_count){.series = date->series,
                                    .n = date->n,
                                    .node = series->conf.services->federation->conf.node,
                                    .at_utc_us = c.now_utc_us};
    rc = add_up(series, date, &c.count, why);
    c.count.n_chosen = at_most_1000(c.count.n_chosen);
    c.count.n_joined = at_most_1000(c.count.n_joined);
    c.count.n_attended = at_most_1000(c.count.n_attended);
    if (rc == ERR_OK)
        rc = writer_wait(series->conf.services->writer, count_run, &c, why);
    if (rc == ERR_OK)
        outbox_wake(series->conf.services->federation);
    return rc;
}

static void look_due(struct series *series)
{
    struct series_lesson *dates = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc = series_store_due(series->db, clock_utc_us() - COUNT_AFTER_US, series->arena,
                                   &dates, &n, &why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = count_one(series, &dates[i], &why);
    if (rc != ERR_OK && rc != ERR_UNAVAILABLE && rc != ERR_LOCKED)
        log_warn("series.count", L_FAIL(&why));
}

/* ---- the host's own plan, which others follow ---- */

struct moving {
    struct series *series;
    const struct series_lesson *to;
    int64_t now_utc_us;
};

static enum err move_run(struct tx *tx, void *arg, struct fail *why)
{
    const struct moving *m = arg;
    const struct place_decider who = series_home_peer(m->now_utc_us);
    struct series_act act = {
        .home = series_home_of(tx, m->series->conf.services, &who),
        .federation = m->series->conf.services->federation,
        .step = {.id = id_new(), .at_utc_us = m->now_utc_us, .by = ID_NONE, .role = SPAN("")}};
    enum err rc = series_act_read(&act, m->to->series, true, why);

    return rc == ERR_OK ? series_act_move(&act, m->to, -1, why) : rc;
}

/* No time for several towns: the plan here and what others were told differ, and that is said
 * again now and then until people mend it. */
static enum err note_unmoved(struct series *series, const struct series_lesson *date,
                             const struct fail *why)
{
    if (clock_mono_us() < series->unmoved_mono_us)
        return ERR_OK;
    log_warn("series.unmoved", L_ID("series", date->series), L_INT("n", date->n), L_FAIL(why));
    series->unmoved_mono_us = clock_mono_us() + UNMOVED_US;
    return ERR_OK;
}

static void look_moved(struct series *series)
{
    struct series_lesson *dates = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    enum err rc =
        series_store_moved(series->db, clock_utc_us(), series->arena, &dates, &n, &why);

    for (size_t i = 0; i < n && rc == ERR_OK; i++) {
        struct moving m = {series, &dates[i], clock_utc_us()};

        rc = writer_wait(series->conf.services->writer, move_run, &m, &why);
        if (rc == ERR_OK)
            outbox_wake(series->conf.services->federation);
        else if (rc == ERR_CONFLICT)
            rc = note_unmoved(series, &dates[i], &why);
    }
    if (rc != ERR_OK && rc != ERR_UNAVAILABLE && rc != ERR_LOCKED)
        log_warn("series.move", L_FAIL(&why));
}

/* ---- who teaches ---- */

static void look_staff(struct series *series)
{
    int64_t now = clock_utc_us();
    struct series_teaching *all = NULL;
    struct fail why = {.code = ERR_OK};
    size_t n = 0;
    uint64_t mark = 0;
    int64_t mono_us = clock_mono_us();
    bool is_one_unnamed = false;
    enum err rc = series_store_teaching(series->db, now, series->arena, &all, &n, &why);

    if (rc == ERR_OK)
        mark = series_staff_mark(all, n);
    if (rc == ERR_OK && (mark != series->staff_mark || (series->unnamed_mono_us != 0 &&
                                                        mono_us >= series->unnamed_mono_us))) {
        rc = series_staff_tell(series->conf.services, series->db, all, n, now, series->arena,
                               &is_one_unnamed, &why);
        series->unnamed_mono_us = is_one_unnamed ? mono_us + UNNAMED_US : 0;
    }
    if (rc == ERR_OK)
        series->staff_mark = mark;
    else if (rc != ERR_UNAVAILABLE && rc != ERR_LOCKED)
        log_warn("series.staff", L_FAIL(&why));
}

/* ---- the thread ---- */

static void *series_main(void *arg)
{
    struct series *series = arg;
    char wakes[16];

    pthread_setname_np(pthread_self(), "series");
    while (!mbox_is_done(series->wakes)) {
        (void)mbox_take(series->wakes, wakes, sizeof wakes, LOOK_MS);
        if (mbox_is_done(series->wakes))
            break;
        arena_reset(series->arena);
        look_moved(series);
        look_staff(series);
        look_on(series);
        look_due(series);
    }
    return NULL;
}

enum err series_open(const struct series_conf *conf, struct series **out, struct fail *why)
{
    struct series *series = calloc(1, sizeof *series);
    enum err rc;

    *out = NULL;
    if (series == NULL)
        return fail_set(why, ERR_NOMEM, "series");
    series->conf = *conf;
    rc = arena_create(ARENA_BYTES, &series->arena, why);
    if (rc == ERR_OK)
        rc = mbox_create(sizeof(char), 64, &series->wakes, why);
    if (rc != ERR_OK)
        series_close(&series);
    *out = series;
    return rc;
}

void series_watch(struct series *series,
                  void (*fn)(void *arg, const struct shared_lesson *at, size_t n), void *arg)
{
    invariant(!series->has_thread && series->n_watchers < SERIES_WATCHERS_MOST, "%d watchers",
              series->n_watchers);
    series->watchers[series->n_watchers++] = (struct watcher){fn, arg};
}

enum err series_start(struct series *series, struct fail *why)
{
    enum err rc;

    if (series->has_thread)
        return ERR_OK;
    rc = series->db != NULL ? ERR_OK
                            : db_open(&series->conf.db, series->conf.stmts, &series->db, why);
    if (rc == ERR_OK)
        rc = fed_thread_start(&series->thread, series_main, series, why);
    series->has_thread = rc == ERR_OK;
    return rc;
}

void series_stop(struct series *series)
{
    if (series == NULL)
        return;
    mbox_close(series->wakes);
    if (series->has_thread)
        pthread_join(series->thread, NULL);
    series->has_thread = false;
    db_close(&series->db);
}

void series_close(struct series **series_at)
{
    struct series *series = *series_at;

    if (series == NULL)
        return;
    *series_at = NULL;
    if (series->wakes != NULL)
        series_stop(series);
    mbox_destroy(&series->wakes);
    lessons_free(&series->told, series->n_told);
    arena_destroy(&series->arena);
    free(series);
}

void series_poke(struct series *series)
{
    const char wake = 0;

    if (series != NULL && mbox_post(series->wakes, &wake, NULL) != ERR_OK)
        return; /* full: it looks at once */
}

/* ---- names by which other towns know an account ---- */

enum err series_pseud(struct series *series, struct id series_id, struct id account,
                      uint8_t out[SERIES_PSEUD_BYTES], struct fail *why)
{
    uint8_t text[sizeof series_id.b + sizeof account.b], index[16];
    enum err rc;

    memcpy(text, series_id.b, sizeof series_id.b);
    memcpy(text + sizeof series_id.b, account.b, sizeof account.b);
    rc = keyring_blind(series->conf.services->keyring, SERIES_BLIND, span_of(text, sizeof text),
                       index, why);
    if (rc == ERR_OK)
        memcpy(out, index, SERIES_PSEUD_BYTES);
    return rc;
}

void series_pseud_text(const uint8_t pseud[SERIES_PSEUD_BYTES],
                       char text_out[SERIES_PSEUD_TEXT_CAP])
{
    series_base32(pseud, SERIES_PSEUD_BYTES, text_out);
}
