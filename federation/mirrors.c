/* Shared lessons: what links bring to the live thread, and the beat of what is on. */
#include "federation/mirrors_priv.h"

#include <errno.h>
#include <stdlib.h>

#include "federation/federation_priv.h"
#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/io/live.h"
#include "node/support/incident.h"
#include "node/support/support_say.h"

#define PACE_ON_MS   ((int)(ROOM_TICK_US / 1000))
#define PACE_SOON_MS 1000
#define ARENA_BYTES  16384

void mirror_town(struct mirrors *m, struct id node, char out[MIRROR_TOWN_MOST])
{
    struct registry *registry = trust_now(federation_trust(m->conf.federation));
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, node);
    /* Never empty: without a town he would pass for one of ours. */
    struct span name =
        member == NULL || member->name_ja.len == 0 ? SPAN("ほかの自治体") : member->name_ja;
    size_t len = utf_valid_len(span_cut(name, 0, MIRROR_TOWN_MOST - 1));

    memcpy(out, name.p, len);
    out[len] = 0;
    registry_unref(&registry);
}

struct mirrored *mirrored_find(struct mirrors *m, struct id lesson)
{
    struct mirrored *at = m->lessons;

    while (at != NULL && !id_eq(at->at.lesson, lesson))
        at = at->next;
    return at;
}

/* ---- links: live thread ---- */

struct mirror_link *mirror_link_of(struct mirrors *m, struct id peer, bool make)
{
    for (int i = 0; i < m->n_links; i++)
        if (id_eq(m->links[i].peer, peer))
            return &m->links[i];
    if (!make || m->n_links == LINK_PEERS_MOST)
        return NULL;
    m->links[m->n_links] = (struct mirror_link){.peer = peer};
    return &m->links[m->n_links++];
}

/* How long a link to that peer is of use: the latest end of what is on or about to be. */
static int64_t until_of(const struct mirrors *m, struct id peer, bool is_host,
                        int64_t now_utc_us)
{
    int64_t until = 0;

    for (size_t i = 0; i < m->n_plan; i++) {
        const struct shared_lesson *at = &m->plan[i];
        int64_t end = at->to_utc_us + MIRROR_AFTER_US;

        if (at->is_host != is_host || now_utc_us < at->from_utc_us - MIRROR_BEFORE_US ||
            now_utc_us >= end || end <= until)
            continue;
        for (int j = 0; j < at->n_peers; j++)
            if (id_eq(at->peers[j], peer))
                until = end;
    }
    return until;
}

static void set_link(struct mirrors *m, struct mirror_link *link, int64_t now_utc_us,
                     int64_t now_mono_us)
{
    bool is_punished = now_mono_us < link->punished_mono_us;
    int64_t want = is_punished ? 0 : until_of(m, link->peer, false, now_utc_us);
    int64_t allow = is_punished ? 0 : until_of(m, link->peer, true, now_utc_us);
    int64_t until = want > allow ? want : allow;
    /* Each holds a lesson in which the other takes part: one of them calls, for both. */
    bool is_caller =
        want > 0 && (allow == 0 || memcmp(&m->conf.self, &link->peer, sizeof link->peer) < 0);

    if (until == link->until_utc_us && is_caller == link->is_caller)
        return;
    if (is_caller != link->is_caller || until == 0) {
        links_allow(m->conf.links, link->peer, 0);
        links_want(m->conf.links, link->peer, 0);
    }
    link->until_utc_us = until;
    link->is_caller = is_caller;
    if (until > 0 && is_caller)
        links_want(m->conf.links, link->peer, until);
    else if (until > 0)
        links_allow(m->conf.links, link->peer, until);
}

void mirror_links_set(struct mirrors *m, int64_t now_utc_us, int64_t now_mono_us)
{
    for (size_t i = 0; i < m->n_plan; i++)
        for (int j = 0; j < m->plan[i].n_peers; j++)
            (void)mirror_link_of(m, m->plan[i].peers[j], true);
    for (int i = 0; i < m->n_links; i++)
        set_link(m, &m->links[i], now_utc_us, now_mono_us);
}

void mirror_punish(struct mirrors *m, struct id peer, const char *rule)
{
    struct mirror_link *link = mirror_link_of(m, peer, false);
    int64_t now = clock_mono_us();

    atomic_fetch_add(&m->n_faults, 1);
    log_warn("mirror.fault", L_ID("peer", peer), L_TEXT("rule", rule));
    if (link == NULL)
        return;
    link->punished_mono_us = now + MIRROR_PUNISHED_US;
    links_fault(m->conf.links, peer, rule);
    set_link(m, link, clock_utc_us(), now);
}

static struct mirrored *of_class(struct mirrors *m, struct id peer, uint32_t class)
{
    for (struct mirrored *at = m->lessons; at != NULL; at = at->next)
        if (at->at.class == class && at->room != NULL)
            for (int i = 0; i < at->at.n_peers; i++)
                if (id_eq(at->at.peers[i], peer))
                    return at;
    return NULL;
}

/* Not on here (yet): so that the other side says everything anew when it is. */
static void say_off(struct mirrors *m, const struct mirror_came *came, int64_t now_mono_us)
{
    struct mirror_link *link = mirror_link_of(m, came->peer, false);
    const uint8_t why = 1;
    const struct frame off = {
        .type = FRAME_OFF, .class = came->frame.class, .payload = span_of(&why, 1)};

    if (link == NULL || came->is_rt || came->frame.type == FRAME_OFF ||
        now_mono_us - link->off_mono_us < SECOND_US / 2)
        return;
    link->off_mono_us = now_mono_us;
    if (links_send(m->conf.links, came->peer, false, &off, NULL) != ERR_OK)
        link->off_mono_us = 0; /* the next frame is answered */
}

/* Nothing of it is shown, and still each takes its time of the thread on which everybody here
 * lives: an honest node has some refused, not thousands within a second. */
static void note_refused(struct mirrors *m, struct mirror_link *link, int64_t now_mono_us)
{
    if (now_mono_us - link->refused_mono_us >= SECOND_US) {
        link->refused_mono_us = now_mono_us;
        link->n_refused = 0;
    }
    if (++link->n_refused >= MIRROR_REFUSED_MOST)
        mirror_punish(m, link->peer, "flood");
}

static void take_frame(struct mirrors *m, const struct mirror_came *came)
{
    struct mirrored *lesson = of_class(m, came->peer, came->frame.class);
    struct mirror_link *link = mirror_link_of(m, came->peer, false);
    int64_t now = clock_mono_us();
    enum room_rule rule = ROOM_RULE_BODY;
    enum room_got got;

    if (link == NULL || now < link->punished_mono_us)
        return; /* what was on its way when it was cut off */
    if (came->frame.type == FRAME_VOICE &&
        now - came->at_mono_us > ROOM_VOICE_LATE_MS * INT64_C(1000)) {
        atomic_fetch_add(&m->n_dropped[ROOM_RULE_LATE], 1); /* by our fault, not by theirs */
        return;
    }
    if (lesson == NULL) {
        say_off(m, came, now);
        note_refused(m, link, now);
        return;
    }
    got = mirror_room_take(lesson->room, came->peer, &came->frame, now, &rule);
    if (got == ROOM_DROPPED || got == ROOM_FAULT)
        atomic_fetch_add(&m->n_dropped[rule], 1);
    if (got == ROOM_FAULT)
        mirror_punish(m, came->peer, room_rule_name(rule));
    else if (got != ROOM_TAKEN)
        note_refused(m, link, now);
}

static void take_up(struct mirrors *m, const struct mirror_came *came)
{
    struct mirror_link *link = mirror_link_of(m, came->peer, true);
    int64_t now = clock_mono_us();

    if (link == NULL)
        return;
    link->is_up = link->was_up = true;
    link->since_utc_us = clock_utc_us();
    for (struct mirrored *at = m->lessons; at != NULL; at = at->next) {
        if (at->room == NULL)
            continue;
        mirror_room_up(at->room, came->peer, came->is_whole, now);
        if (at->board != NULL)
            mirror_lesson_up(at->board, came->peer, came->is_whole);
    }
}

static void take_down(struct mirrors *m, const struct mirror_came *came)
{
    struct mirror_link *link = mirror_link_of(m, came->peer, true);

    if (link == NULL)
        return;
    link->is_up = false;
    link->since_utc_us = clock_utc_us();
    for (struct mirrored *at = m->lessons; at != NULL; at = at->next)
        if (at->room != NULL)
            mirror_room_down(at->room, came->peer, clock_mono_us());
}

static void take_one(struct mirrors *m, const struct mirror_came *came)
{
    switch (came->kind) {
    case CAME_UP:
        take_up(m, came);
        break;
    case CAME_DOWN:
        take_down(m, came);
        break;
    case CAME_FRAME:
        take_frame(m, came);
        break;
    }
    arena_reset(m->arena);
}

/* Everything that is waiting; what comes meanwhile knocks again. */
static void take_all(void *arg)
{
    struct mirrors *m = arg;
    struct mirror_came *at;

    pthread_mutex_lock(&m->lock);
    at = m->first;
    m->first = m->last = NULL;
    m->n_came = 0;
    m->is_posted = false;
    pthread_mutex_unlock(&m->lock);
    while (at != NULL) {
        struct mirror_came *next = at->next;

        if (!m->is_ended)
            take_one(m, at);
        free(at);
        at = next;
    }
}

/* ---- links: their thread ---- */

/* A frame is lost: with that peer all begins anew. Once a second, for what comes meanwhile. */
static void overrun(struct mirrors *m, struct id peer)
{
    int64_t now = clock_mono_us();

    atomic_fetch_add(&m->n_overrun, 1);
    if (id_eq(peer, m->overrun_peer) && now - m->overrun_mono_us < SECOND_US)
        return;
    m->overrun_peer = peer;
    m->overrun_mono_us = now;
    links_fault(m->conf.links, peer, "overrun");
}

static void put(struct mirrors *m, struct mirror_came *came)
{
    bool must_post = false, is_full;

    pthread_mutex_lock(&m->lock);
    is_full = m->n_came >= MIRROR_QUEUE_MOST && came->kind == CAME_FRAME;
    if (!is_full) {
        if (m->last == NULL)
            m->first = came;
        else
            m->last->next = came;
        m->last = came;
        m->n_came++;
        must_post = !m->is_posted;
        m->is_posted = true;
    }
    pthread_mutex_unlock(&m->lock);
    if (is_full) {
        if (!came->is_rt)
            overrun(m, came->peer);
        free(came);
    } else if (must_post && live_post(m->conf.services->live, take_all, m, NULL) != ERR_OK) {
        pthread_mutex_lock(&m->lock);
        m->is_posted = false; /* the next one, or the beat, knocks again */
        pthread_mutex_unlock(&m->lock);
    }
}

static struct mirror_came *came_of(struct id peer, size_t n_payload)
{
    struct mirror_came *came = calloc(1, sizeof *came + n_payload);

    if (came != NULL)
        came->peer = peer;
    return came;
}

static void link_up(void *arg, struct id peer, bool is_whole)
{
    struct mirror_came *came = came_of(peer, 0);

    if (came == NULL)
        return;
    came->kind = CAME_UP;
    came->is_whole = is_whole;
    put(arg, came);
}

static void link_frame(void *arg, struct id peer, bool is_rt, const struct frame *frame)
{
    struct mirror_came *came = came_of(peer, frame->payload.len);

    if (came == NULL)
        return;
    came->kind = CAME_FRAME;
    came->is_rt = is_rt;
    came->at_mono_us = clock_mono_us();
    came->frame = *frame;
    if (frame->payload.len > 0)
        memcpy(came->payload, frame->payload.p, frame->payload.len);
    came->frame.payload = span_of(came->payload, frame->payload.len);
    put(arg, came);
}

static void link_down(void *arg, struct id peer, enum link_why why)
{
    struct mirror_came *came = came_of(peer, 0);

    (void)why;
    if (came == NULL)
        return;
    came->kind = CAME_DOWN;
    put(arg, came);
}

/* ---- the beat ---- */

static void set_pace(struct mirrors *m, int pace_ms)
{
    pthread_mutex_lock(&m->lock);
    if (m->pace_ms != pace_ms) {
        m->pace_ms = pace_ms;
        pthread_cond_signal(&m->wake);
    }
    pthread_mutex_unlock(&m->lock);
}

/* Somebody whose link stood in this lesson is cut off. */
static void tell_cut(struct mirrored *lesson)
{
    const struct mirror_link *down = NULL;

    for (int i = 0; i < lesson->at.n_peers; i++) {
        const struct mirror_link *link =
            mirror_link_of(lesson->mirrors, lesson->at.peers[i], false);

        if (link != NULL && link->was_up && !link->is_up)
            down = link;
    }
    if (lesson->is_cut == (down != NULL) || lesson->mirror == NULL)
        return;
    lesson->is_cut = down != NULL;
    mirror_notice(lesson->mirror, lesson->is_cut,
                  down != NULL ? down->since_utc_us : clock_utc_us());
}

static void count(struct mirrors *m)
{
    struct mirrors_stats sum = {0};

    for (struct mirrored *at = m->lessons; at != NULL; at = at->next) {
        struct room_status status;

        sum.n_on++;
        sum.n_cut += at->is_cut;
        if (at->room == NULL)
            continue;
        mirror_room_status(at->room, &status);
        sum.n_own += status.n_own;
        sum.n_figures += status.n_figures;
        sum.n_waiting += status.n_waiting;
    }
    atomic_store(&m->n_on, sum.n_on);
    atomic_store(&m->n_cut, sum.n_cut);
    atomic_store(&m->n_own, sum.n_own);
    atomic_store(&m->n_figures, sum.n_figures);
    atomic_store(&m->n_waiting, sum.n_waiting);
}

static void tell_child(const struct mirrors *m, const struct mirror_told *told)
{
    const struct support_word word = {.event = SUPPORT_WARNED,
                                      .to = told->account,
                                      .subject = told->incident,
                                      .title = span_text(told->template->title_ja),
                                      .text = span_text(told->template->text_ja),
                                      .quoted = told->quoted == NULL ? SPAN_NONE
                                                                     : span_text(told->quoted)};

    support_say(m->conf.services, &word);
}

static void tell_incidents(struct mirrors *m)
{
    struct mirror_told told[sizeof m->told / sizeof m->told[0]];
    int n;

    pthread_mutex_lock(&m->lock);
    n = m->n_told;
    memcpy(told, m->told, (size_t)n * sizeof told[0]);
    m->n_told = 0;
    pthread_mutex_unlock(&m->lock);
    for (int i = 0; i < n; i++) {
        const struct incident_row row = {.id = told[i].incident,
                                         .account = told[i].account,
                                         .at_utc_us = clock_utc_us(),
                                         .kind = told[i].template != NULL ? INCIDENT_WARNING
                                                                          : INCIDENT_MANUAL,
                                         .urgency = 2,
                                         .severity = 2};

        incident_told(m->conf.services, &row);
        if (told[i].template != NULL)
            tell_child(m, &told[i]);
        free(told[i].quoted);
    }
}

struct telling {
    struct mirrored *lesson;
    struct mirror_pupil *pupils;
    size_t n, cap;
};

static void tell_pupil(void *arg, const struct room_figure *figure)
{
    struct telling *t = arg;
    struct mirror_pupil *pupil;

    if (figure->look.is_staff || figure->look.is_teacher || !figure->is_shown || t->n == t->cap)
        return;
    pupil = &t->pupils[t->n++];
    pupil->lesson = t->lesson->at.lesson;
    memcpy(pupil->name, figure->look.name, sizeof pupil->name);
    mirror_town(t->lesson->mirrors, figure->node, pupil->town);
}

static void tell_pupils(struct mirrors *m, int64_t now_mono_us)
{
    size_t cap = (size_t)atomic_load(&m->n_figures);
    struct telling t = {.cap = cap, .pupils = cap == 0 ? NULL : calloc(cap, sizeof *t.pupils)};

    if (now_mono_us - m->pupils_us < SECOND_US || (cap > 0 && t.pupils == NULL)) {
        free(t.pupils);
        return;
    }
    m->pupils_us = now_mono_us;
    for (struct mirrored *at = m->lessons; at != NULL; at = at->next) {
        t.lesson = at;
        if (at->room != NULL)
            mirror_room_figures(at->room, tell_pupil, &t);
    }
    pthread_mutex_lock(&m->lock);
    free(m->pupils);
    m->pupils = t.pupils;
    m->n_pupils = t.n;
    pthread_mutex_unlock(&m->lock);
}

enum err mirrors_pupils(struct mirrors *m, struct id lesson, struct arena *arena,
                        struct mirrors_pupil **out, size_t *n_out, struct fail *why)
{
    struct mirrors_pupil *pupils = NULL;
    size_t n = 0;
    bool is_short = false;

    *out = NULL;
    *n_out = 0;
    if (m == NULL)
        return ERR_OK;
    pthread_mutex_lock(&m->lock);
    pupils = arena_alloc(arena, (m->n_pupils + 1) * sizeof *pupils);
    for (size_t i = 0; i < m->n_pupils && pupils != NULL; i++) {
        struct mirrors_pupil *one = &pupils[n];

        if (!id_eq(m->pupils[i].lesson, lesson))
            continue;
        one->name = arena_copy(arena, span_text(m->pupils[i].name));
        one->town = arena_copy(arena, span_text(m->pupils[i].town));
        is_short = is_short || one->name.p == NULL || one->town.p == NULL;
        n++;
    }
    pthread_mutex_unlock(&m->lock);
    if (pupils == NULL || is_short)
        return fail_set(why, ERR_NOMEM, "pupils of other towns");
    *out = pupils;
    *n_out = n;
    return ERR_OK;
}

static void note_on(struct mirrors *m)
{
    pthread_mutex_lock(&m->lock);
    m->n_on_ids = 0;
    for (struct mirrored *at = m->lessons; at != NULL && m->n_on_ids < MIRROR_ON_MOST;
         at = at->next)
        m->on_ids[m->n_on_ids++] = at->at.lesson;
    pthread_mutex_unlock(&m->lock);
}

static void beat(void *arg)
{
    struct mirrors *m = arg;
    int64_t now_utc_us = clock_utc_us(), now_mono_us = clock_mono_us();

    if (m->is_ended)
        return;
    take_all(m);
    tell_incidents(m);
    mirror_on_look(m, now_utc_us);
    mirror_links_set(m, now_utc_us, now_mono_us);
    for (struct mirrored *at = m->lessons; at != NULL; at = at->next) {
        if (at->room != NULL)
            mirror_room_tick(at->room, now_mono_us);
        tell_cut(at);
    }
    count(m);
    note_on(m);
    tell_pupils(m, now_mono_us);
    arena_reset(m->arena);
    set_pace(m, m->lessons != NULL ? PACE_ON_MS : m->n_plan > 0 ? PACE_SOON_MS : 0);
}

static void *run(void *arg)
{
    struct mirrors *m = arg;
    int64_t gate_us = 0;

    pthread_setname_np(pthread_self(), "fed-mirrors");
    pthread_mutex_lock(&m->lock);
    while (!m->is_stopping) {
        int64_t now = clock_mono_us();
        struct timespec until;
        int pace_ms = m->pace_ms;
        bool is_due = false;

        if (pace_ms == 0 && m->n_told == 0) {
            pthread_cond_wait(&m->wake, &m->lock);
            continue;
        }
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += (pace_ms == 0 ? PACE_ON_MS : pace_ms) % 1000 * 1000000L;
        until.tv_sec +=
            (pace_ms == 0 ? PACE_ON_MS : pace_ms) / 1000 + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        is_due = pthread_cond_timedwait(&m->wake, &m->lock, &until) == ETIMEDOUT;
        pthread_mutex_unlock(&m->lock);
        if (is_due && live_post(m->conf.services->live, beat, m, NULL) != ERR_OK)
            log_debug("mirror.busy", L_INT("pace_ms", pace_ms)); /* the next beat does it */
        if (pace_ms > 0 && now >= gate_us) {
            mirror_gate_read(m);
            gate_us = now + MIRROR_GATE_US;
        }
        pthread_mutex_lock(&m->lock);
    }
    pthread_mutex_unlock(&m->lock);
    db_close(&m->db);
    return NULL;
}

void mirror_told_later(struct mirrors *m, struct id incident, struct id account)
{
    mirror_warned_later(m, incident, account, NULL, SPAN_NONE);
}

void mirror_warned_later(struct mirrors *m, struct id incident, struct id account,
                         const struct warning_template *template, struct span quoted)
{
    char *copy = quoted.len == 0 ? NULL : strndup((const char *)quoted.p, quoted.len);

    pthread_mutex_lock(&m->lock);
    if (m->n_told < (int)(sizeof m->told / sizeof m->told[0])) {
        m->told[m->n_told++] = (struct mirror_told){incident, account, template, copy};
        copy = NULL;
    }
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
    free(copy); /* what it is about stands in its row */
}

/* ---- the plan: live thread ---- */

static void watched(void *arg, const struct shared_lesson *at, size_t n)
{
    struct mirrors *m = arg;
    struct shared_lesson *plan = n == 0 ? NULL : calloc(n, sizeof *plan);

    if (m->is_ended || (n > 0 && plan == NULL)) {
        free(plan);
        return;
    }
    if (n > 0)
        memcpy(plan, at, n * sizeof *plan);
    free(m->plan);
    m->plan = plan;
    m->n_plan = n;
    beat(m);
}

/* ---- life ---- */

enum err mirrors_open(const struct mirrors_conf *conf, struct mirrors **out, struct fail *why)
{
    struct mirrors *m = calloc(1, sizeof *m);
    pthread_condattr_t attr;
    enum err rc;

    *out = NULL;
    if (m == NULL)
        return fail_set(why, ERR_NOMEM, "mirrors");
    m->conf = *conf;
    rc = arena_create(ARENA_BYTES, &m->arena, why);
    if (rc != ERR_OK) {
        free(m);
        return rc;
    }
    pthread_mutex_init(&m->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&m->wake, &attr);
    pthread_condattr_destroy(&attr);
    series_watch(conf->series, watched, m);
    *out = m;
    return ERR_OK;
}

enum err mirrors_start(struct mirrors *m, struct fail *why)
{
    const struct link_feature feature = {m, link_up, link_frame, link_down};
    enum err rc = ERR_OK;

    if (m->is_started)
        return ERR_OK;
    if (!m->is_thread)
        rc = fed_thread_start(&m->thread, run, m, why);
    m->is_thread = m->is_thread || rc == ERR_OK;
    if (rc == ERR_OK)
        rc = links_start(m->conf.links, &feature, why);
    if (rc == ERR_OK)
        place_shared_gate_set(m->conf.services->place, mirror_gate_may, m);
    m->is_started = rc == ERR_OK;
    return rc;
}

void mirrors_stop(struct mirrors *m)
{
    if (m == NULL)
        return;
    pthread_mutex_lock(&m->lock);
    m->is_stopping = true;
    pthread_cond_signal(&m->wake);
    pthread_mutex_unlock(&m->lock);
    if (m->is_thread)
        pthread_join(m->thread, NULL);
    m->is_thread = false;
}

void mirrors_end(struct mirrors *m)
{
    if (m == NULL)
        return;
    m->is_ended = true;
    while (m->lessons != NULL)
        mirror_on_end(&m->lessons);
}

void mirrors_close(struct mirrors **mirrors)
{
    struct mirrors *m = *mirrors;

    if (m == NULL)
        return;
    mirrors_stop(m);
    mirrors_end(m);
    take_all(m); /* freed, not taken */
    free(m->plan);
    free(m->pupils);
    pthread_cond_destroy(&m->wake);
    pthread_mutex_destroy(&m->lock);
    arena_destroy(&m->arena);
    free(m);
    *mirrors = NULL;
}

void mirrors_stats_read(struct mirrors *m, struct mirrors_stats *out)
{
    *out = (struct mirrors_stats){
        .n_on = atomic_load(&m->n_on),
        .n_own = atomic_load(&m->n_own),
        .n_figures = atomic_load(&m->n_figures),
        .n_cut = atomic_load(&m->n_cut),
        .n_waiting = atomic_load(&m->n_waiting),
        .n_said = atomic_load(&m->n_said),
        .n_heard = atomic_load(&m->n_heard),
        .n_blocked = atomic_load(&m->n_blocked),
        .n_unwritten = atomic_load(&m->n_unwritten),
        .n_faults = atomic_load(&m->n_faults),
        .n_overrun = atomic_load(&m->n_overrun),
        .n_voiced = atomic_load(&m->n_voiced),
        .n_voices = atomic_load(&m->n_voices),
    };
    for (int i = 0; i < ROOM_RULES_N; i++)
        out->n_dropped[i] = atomic_load(&m->n_dropped[i]);
}
