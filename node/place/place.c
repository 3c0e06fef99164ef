#include "node/place/place.h"

#include <stdlib.h>
#include <unistd.h>

#include "node/base/clock.h"
#include "node/base/conf.h"
#include "node/base/log.h"
#include "node/place/chat.h"
#include "node/place/measure.h"
#include "node/place/mirror_priv.h"
#include "node/place/place_conf.h"
#include "node/place/place_priv.h"
#include "node/place/place_settings.h"
#include "node/place/react.h"
#include "node/place/speech.h"

#define ARENA_BYTES 65536
#define POST_US     20000 /* between two tries to hand news over */
#define LAST_TRIES  500   /* of POST_US: for what is under way at the end */
#define WATCH_US    (15 * SECOND_US)

const struct conf_row place_conf_rows[PLACE_CONF_N] = {
    /* Who stood still for a minute finds the place again: beside the minute, the time since the
     * last beat (live.ping_s) and a new line. */
    {"place.hold_s", CONF_INT, 1, 600, "s", NULL, "64", false,
     "通信が切れた人の場所をとっておく時間。最後に受け取ってから数える"},
    /* The record says so within a minute, whatever is still kept (AI-2.5-ア): beside these, a
     * second until it is looked at, another until it is written. */
    {"place.lost_s", CONF_INT, 1, 58, "s", NULL, "56", false,
     "通信が切れた人を記録に「切断」と書くまでの時間。最後に受け取ってから数える"},
    {"place.hold_away_s", CONF_INT, 1, 120, "s", NULL, "10", false,
     "ページを閉じた人の場所をとっておく時間（読み直しのため）"},
};

/* ---- guests ---- */

/* Some pages and devices are open at once; nobody takes the lines of all others. */
static void close_older(struct guest *guest)
{
    const struct id account = guest->pass->look.account;
    int n = 0;

    for (struct guest *g = guest; g != NULL; g = g->next) /* the newest first */
        if (id_eq(g->pass->look.account, account) && ++n > PLACE_LINES_MOST)
            live_close(g->conn, LIVE_CLOSE_ELSEWHERE, false);
}

static void *opened(void *arg, struct live_conn *conn, const struct caller *caller, void *pass,
                    int64_t now_mono_us)
{
    struct place *place = arg;
    struct guest *guest = calloc(1, sizeof *guest);
    const struct place_now now = {now_mono_us, clock_utc_us()};

    (void)caller;
    if (guest == NULL || pass == NULL) {
        place_pass_free(pass);
        free(guest);
        return NULL;
    }
    ghosts_begin(place, now); /* somebody may come before the first tick */
    *guest = (struct guest){.place = place,
                            .conn = conn,
                            .pass = pass,
                            .next = place->guests,
                            .acted_mono_us = now.mono_us,
                            .acted_utc_us = now.utc_us,
                            .came_utc_us = now.utc_us};
    if (guest->next != NULL)
        guest->next->prev = guest;
    place->guests = guest;
    place->n_guests++;
    place->is_watch_due = true;
    place_access_read(guest, now);
    place_hello_send(guest, now);
    measure_tell(guest, now);
    close_older(guest);
    arena_reset(place->arena);
    return guest;
}

static void closed(void *arg, void *visitor, enum live_end end, int64_t now_mono_us)
{
    struct place *place = arg;
    struct guest *guest = visitor;
    const struct place_now now = {now_mono_us, clock_utc_us()};

    if (guest->visit != NULL && end == LIVE_END_BYE)
        visit_end(&guest->visit, VISIT_EXIT, "closed", now.utc_us, now);
    else if (guest->visit != NULL)
        visit_hold(guest->visit, end, now);
    if (guest->prev != NULL)
        guest->prev->next = guest->next;
    else
        place->guests = guest->next;
    if (guest->next != NULL)
        guest->next->prev = guest->prev;
    place->n_guests--;
    place->is_watch_due = true;
    place_pass_free(guest->pass);
    free(guest);
    if (!place->is_ending)
        place_serve(place, now);
    arena_reset(place->arena);
}

static void refresh(void *arg, void *visitor, int64_t now_mono_us)
{
    const struct guest *guest = visitor;

    (void)arg;
    if (guest->visit != NULL && guest->visit->person != NULL)
        world_refresh(guest->visit->person, now_mono_us / 1000);
}

/* Of the world to one of its people. */
static void send_peer(void *peer, struct ws_shared *frame, enum ws_keep keep)
{
    const struct visit *visit = peer;

    if (visit->guest != NULL)
        live_send(visit->guest->conn, frame, keep);
}

/* ---- looking ---- */

static struct look_watched watched_of(const struct place_pass *pass, int64_t active_utc_us)
{
    return (struct look_watched){.account = pass->look.account,
                                 .session = pass->caller.session,
                                 .role = pass->look.role,
                                 .mark = pass->mark,
                                 .active_utc_us = active_utc_us};
}

/* Whom to look at: everybody connected, and those who are held. Who stands on a floor uses his
 * session by being there: only to watch is a whole visit (KP-1-2). */
static void watch(struct place *place, struct place_now now)
{
    size_t cap = (size_t)place->n_guests + (size_t)place->n_visits + 1, n = 0;
    struct look_watched *all = calloc(cap, sizeof *all);

    if (all == NULL)
        return;
    for (const struct guest *g = place->guests; g != NULL; g = g->next) {
        bool is_here = g->visit != NULL && g->visit->person != NULL;

        all[n++] = watched_of(g->pass, is_here ? now.utc_us : g->acted_utc_us);
    }
    for (const struct visit *v = place->visits; v != NULL; v = v->next)
        if (v->guest == NULL)
            all[n++] = watched_of(&v->pass, v->heard_utc_us);
    look_watch(place->look, all, n);
    place->is_watch_due = false;
    place->watch_mono_us = now.mono_us;
    free(all);
}

static void put_out(struct place *place, const struct look_gone *gone, struct place_now now)
{
    static const char ended_ja[] = "ログインがおわりました。もう一度ログインしてください。";
    struct visit *visit = visit_find(place, gone->account);

    if (visit != NULL && id_eq(visit->pass.caller.session, gone->session))
        visit_out(&visit, PLACE_OUT_SIGNIN, ended_ja, now);
    live_drop_session(place->live, gone->session);
}

static void change_person(struct place *place, const struct place_pass *pass,
                          struct place_now now)
{
    struct visit *visit = visit_find(place, pass->look.account);

    for (struct guest *g = place->guests; g != NULL; g = g->next) {
        struct caller caller = g->pass->caller;

        if (!id_eq(g->pass->look.account, pass->look.account))
            continue;
        *g->pass = *pass;
        g->pass->caller = caller; /* of its own session */
        place_access_read(g, now);
    }
    if (visit != NULL) {
        struct caller caller = visit->pass.caller;

        visit->pass = *pass;
        visit->pass.caller = caller;
        if (visit->person != NULL) {
            place_alias_give(visit->floor, &visit->pass.look);
            world_look_change(visit->person, &visit->pass.look, place_ms(now));
        }
    }
    place->access_until_utc_us = 0; /* what he may enter is looked at in this sweep */
    place->is_watch_due = place->is_cards_due = true;
}

struct told {
    struct place *place;
    struct look_news *news;
};

static void take_news(void *arg)
{
    struct told *told = arg;
    struct place *place = told->place;
    struct look_news *news = told->news;
    const struct place_now now = place_now();

    if (news->is_blind)
        log_warn("place.blind", L_NONE);
    for (size_t i = 0; i < news->n_gone; i++)
        put_out(place, &news->gone[i], now);
    for (size_t i = 0; i < news->n_changed; i++)
        change_person(place, news->changed[i], now);
    if (news->facts != NULL)
        place_facts_set(place, news->facts, now);
    else if (news->n_changed > 0)
        place_floors_sweep(place, now);
    news->facts = NULL;
    look_news_free(&told->news);
    free(told);
    place_serve(place, now);
    arena_reset(place->arena);
}

/* Looking thread. */
static void each_look(void *arg)
{
    ghosts_look(arg);
}

/* Looking thread: tries until it is handed over, for facts are told once. */
static void hear(void *arg, struct look_news *news)
{
    struct place *place = arg;
    struct told *told = calloc(1, sizeof *told);

    while (told == NULL && !atomic_load(&place->is_closing)) {
        usleep(POST_US);
        told = calloc(1, sizeof *told);
    }
    if (told != NULL)
        *told = (struct told){place, news};
    while (told != NULL && !atomic_load(&place->is_closing)) {
        /* begun: the live server is known (ghosts_open). */
        if (atomic_load(&place->begun) == 2 &&
            live_post(place->live, take_news, told, NULL) == ERR_OK)
            return;
        usleep(POST_US);
    }
    free(told);
    look_news_free(&news);
}

void place_poke(struct place *place)
{
    if (place != NULL)
        look_poke(place->look);
}

/* ---- time ---- */

static void each_second(struct place *place, struct place_now now)
{
    place->second_mono_us = now.mono_us;
    place_hours_sweep(place, now);
    place_floors_sweep(place, now);
    visits_sweep(place, now);
    measures_sweep(place, now);
    ghosts_sweep(place, now);
    place_meter_sweep(place);
    if (place->is_watch_due || now.mono_us - place->watch_mono_us >= WATCH_US)
        watch(place, now);
    place_serve(place, now);
    presence_sweep(place, now);
}

static void tick(void *arg, int64_t now_mono_us, int64_t now_utc_us)
{
    struct place *place = arg;
    const struct place_now now = {now_mono_us, now_utc_us};

    ghosts_begin(place, now);
    if (now.mono_us - place->second_mono_us >= SECOND_US)
        each_second(place, now);
    place_serve(place, now);
    world_tick(place->world, place_ms(now));
    reacts_sweep(place);
    speech_sweep(place, now);
    place_entries_sweep(place, now);
    mirrors_sweep(place, now);
    chat_sweep(place, now);
    place_cards_sweep(place, now);
    visit_seats_sweep(place, false, now);
    arena_reset(place->arena);
}

static void ending(void *arg, int64_t now_mono_us)
{
    struct place *place = arg;
    const struct place_now now = {now_mono_us, clock_utc_us()};

    place->is_ending = true;
    speech_ending(place, now);
    visit_seats_sweep(place, true, now);
    arena_reset(place->arena);
}

/* ---- opening ---- */

static enum err open_world(struct place *place, struct db *db, struct fail *why)
{
    const struct world_conf world = {
        .send = send_peer,
        .call = visit_call,
        .distance_cm = (int32_t)place_setting(place, &setting_place_distance_cm),
        .n_people_cap = PLACE_PEOPLE_CAP,
    };
    const struct look_conf look = {
        place->conf.services, place->conf.db, place->conf.stmts, hear, each_look, place};
    struct place_facts *facts = place->facts;
    enum err rc = world_create(&world, &place->world, why);

    if (rc == ERR_OK)
        rc = visit_log_open(place->conf.services->writer, &place->log, why);
    if (rc != ERR_OK)
        return rc;
    place->facts = NULL;
    place_facts_set(place, facts, place_now());
    rc = ghosts_open(place, why);
    if (rc == ERR_OK)
        rc = chat_open(place, db, why);
    return rc == ERR_OK ? look_open(&look, facts, &place->look, why) : rc;
}

enum err place_open(const struct place_conf *conf, struct db *db, struct place **place_out,
                    struct fail *why)
{
    struct place *place = calloc(1, sizeof *place);
    const struct conf *values = conf->services->conf;
    enum err rc;

    *place_out = NULL;
    if (place == NULL)
        return fail_set(why, ERR_NOMEM, "place");
    place->conf = *conf;
    place->hours_kind = -1;
    atomic_store(&place->is_read, true); /* until ghosts_open has posted */
    place->hold_ms = (int32_t)conf_int(values, "place.hold_s") * 1000;
    place->lost_ms = (int32_t)conf_int(values, "place.lost_s") * 1000;
    place->hold_away_ms = (int32_t)conf_int(values, "place.hold_away_s") * 1000;
    place->dead_ms = (int32_t)conf_int(values, "live.dead_s") * 1000;
    place->ping_s = (int32_t)conf_int(values, "live.ping_s");
    place->feature = (struct live_feature){place, opened, closed, refresh, tick, ending};
    rc = arena_create(ARENA_BYTES, &place->arena, why);
    if (rc == ERR_OK)
        rc = presence_open(place, why);
    if (rc == ERR_OK)
        rc = reacts_open(place, why);
    if (rc == ERR_OK)
        rc = speech_open(place, why);
    if (rc == ERR_OK)
        rc = facts_read(db, NULL, clock_utc_us(), &place->facts, why);
    if (rc == ERR_OK)
        rc = open_world(place, db, why);
    if (rc != ERR_OK)
        place_close(&place);
    *place_out = place;
    return rc;
}

void place_live_set(struct place *place, struct live *live)
{
    place->live = live;
    if (atomic_fetch_add(&place->begun, 1) == 1)
        live_serve(live, &place->feature);
}

/* The last word: everybody's seat, for the program that comes after. */
static void write_last(struct place *place)
{
    if (place->log == NULL)
        return;
    for (int i = 0; i < LAST_TRIES; i++) {
        bool failed; /* its rows wait again, and everybody's seat is given again below */

        visit_log_hurry(place->log);
        if (visit_log_is_free(place->log, place_ms(place_now()), &failed))
            break;
        usleep(POST_US);
    }
    visit_seats_sweep(place, true, place_now());
    visit_log_close(&place->log);
}

static void free_visits(struct place *place)
{
    while (place->guests != NULL) {
        struct guest *guest = place->guests;

        place->guests = guest->next;
        place_pass_free(guest->pass);
        free(guest);
    }
    visits_forget(place);
    place_locks_free(&place->locks);
    measures_free(&place->measures);
    while (place->ghosts != NULL) {
        struct ghost *ghost = place->ghosts;

        place->ghosts = ghost->next;
        free(ghost);
    }
}

void place_close(struct place **place_at)
{
    struct place *place = *place_at;

    if (place == NULL)
        return;
    *place_at = NULL;
    atomic_store(&place->is_closing, true);
    look_close(&place->look);
    write_last(place);
    /* A program that never got the writer's lock: what waits for it still knows this place. */
    if (!atomic_load(&place->is_read)) {
        log_warn("place.left", L_NONE);
        return;
    }
    if (!speech_close(place))
        return;
    ghosts_close(place);
    chat_close(place);
    mirrors_free(place);
    free_visits(place);
    place_paces_free(place);
    place_floors_close(place);
    world_destroy(&place->world);
    facts_unref(&place->facts);
    arena_destroy(&place->arena);
    free(place->entries);
    presence_close(place);
    reacts_close(place);
    free(place);
}
