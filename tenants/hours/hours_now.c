#include "tenants/hours/hours_now.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "tenants/hours/hours_rows.h"
#include "tenants/hours/hours_store.h"

#define CHUNK_BYTES 4096
#define SECOND_US   INT64_C(1000000)

struct hours {
    struct hours_conf conf;
    pthread_mutex_t lock;
    struct arena *arena; /* of plan */
    struct hours_plan plan;
    int64_t asked_mono_us;     /* when the last reading was posted */
    bool is_reading, is_stale; /* is_stale: asked for again meanwhile */
};

/* One reading on its way. */
struct reading {
    struct hours *hours;
    struct arena *arena;
    struct hours_plan plan;
};

enum err hours_open(const struct hours_conf *conf, struct db *db, struct hours **hours_out,
                    struct fail *why)
{
    struct hours *hours = calloc(1, sizeof *hours);
    enum err rc = ERR_NOMEM;

    *hours_out = NULL;
    if (hours == NULL)
        return fail_set(why, ERR_NOMEM, "hours");
    hours->conf = *conf;
    pthread_mutex_init(&hours->lock, NULL);
    rc = arena_create(CHUNK_BYTES, &hours->arena, why);
    if (rc == ERR_OK)
        rc = hours_store_plan(NULL, db, hours->arena, &hours->plan, why);
    hours->asked_mono_us = clock_mono_us();
    if (rc != ERR_OK)
        hours_close(&hours);
    *hours_out = hours;
    return rc;
}

void hours_close(struct hours **hours)
{
    if (*hours == NULL)
        return;
    pthread_mutex_destroy(&(*hours)->lock);
    arena_destroy(&(*hours)->arena);
    free(*hours);
    *hours = NULL;
}

static enum err read_run(struct tx *tx, void *arg, struct fail *why)
{
    struct reading *r = arg;

    arena_reset(r->arena);
    return hours_store_plan(tx, NULL, r->arena, &r->plan, why);
}

static void read_done(void *arg, enum err rc, const struct fail *why)
{
    struct reading *r = arg;
    struct hours *hours = r->hours;
    struct arena *old = r->arena;
    bool again;

    if (rc != ERR_OK)
        log_warn("hours.unread", L_FAIL(why));
    pthread_mutex_lock(&hours->lock);
    if (rc == ERR_OK) {
        old = hours->arena;
        hours->arena = r->arena;
        hours->plan = r->plan;
    }
    again = hours->is_stale;
    hours->is_reading = hours->is_stale = false;
    pthread_mutex_unlock(&hours->lock);
    arena_destroy(&old);
    free(r);
    if (again)
        hours_refresh(hours);
}

static void post_reading(struct hours *hours)
{
    struct reading *r = calloc(1, sizeof *r);
    struct writer_op op = {read_run, read_done, r};
    enum err rc = ERR_NOMEM;

    if (r != NULL) {
        r->hours = hours;
        rc = arena_create(CHUNK_BYTES, &r->arena, NULL);
    }
    if (rc == ERR_OK)
        rc = writer_post(hours->conf.writer, &op, NULL);
    if (rc == ERR_OK)
        return;
    if (r != NULL)
        arena_destroy(&r->arena);
    free(r);
    pthread_mutex_lock(&hours->lock);
    hours->is_reading = false;
    pthread_mutex_unlock(&hours->lock);
}

void hours_refresh(struct hours *hours)
{
    bool posts;

    pthread_mutex_lock(&hours->lock);
    posts = !hours->is_reading;
    hours->is_stale = hours->is_reading; /* the one under way may have read too early */
    hours->is_reading = true;
    hours->asked_mono_us = clock_mono_us();
    pthread_mutex_unlock(&hours->lock);
    if (posts)
        post_reading(hours);
}

static void refresh_if_old(struct hours *hours)
{
    bool is_old;

    pthread_mutex_lock(&hours->lock);
    is_old = !hours->is_reading &&
             clock_mono_us() - hours->asked_mono_us >= HOURS_REREAD_S * SECOND_US;
    pthread_mutex_unlock(&hours->lock);
    if (is_old)
        hours_refresh(hours);
}

/* Titles hold at most HOURS_TEXT_MOST graphemes; a longer one in bytes is cut between
 * characters. */
static struct span copy_title(struct span title, char text[HOURS_STATE_TEXT_CAP])
{
    size_t n = title.len;

    if (n > HOURS_STATE_TEXT_CAP - 1)
        for (n = HOURS_STATE_TEXT_CAP - 1; n > 0 && (title.p[n] & 0xC0) == 0x80; n--)
            ;
    if (n > 0)
        memcpy(text, title.p, n);
    text[n] = '\0';
    return span_of(text, n);
}

void hours_state(const struct services *services, int64_t utc_us, struct hours_state_copy *out)
{
    struct hours *hours = services->hours;
    int warn = (int)settings_int(hours->conf.settings, &setting_hours_warn_first);

    refresh_if_old(hours);
    pthread_mutex_lock(&hours->lock);
    hours_state_at(&hours->plan, utc_us, warn, &out->state);
    out->state.today.title = copy_title(out->state.today.title, out->today_title);
    out->state.next_title = copy_title(out->state.next_title, out->next_title);
    pthread_mutex_unlock(&hours->lock);
}

int hours_due(const struct services *services, int64_t after_utc_us, int64_t until_utc_us,
              struct hours_notice out[HOURS_NOTICES_MOST])
{
    struct hours *hours = services->hours;
    const int warn[] = {(int)settings_int(hours->conf.settings, &setting_hours_warn_first),
                        (int)settings_int(hours->conf.settings, &setting_hours_warn_last)};
    int n;

    refresh_if_old(hours);
    pthread_mutex_lock(&hours->lock);
    n = hours_notices(&hours->plan, after_utc_us, until_utc_us, warn, 2, out);
    pthread_mutex_unlock(&hours->lock);
    return n;
}
