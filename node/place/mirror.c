#include "node/place/mirror.h"

#include <stddef.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/place/measure.h"
#include "node/place/mirror_priv.h"
#include "node/place/speech_far.h"

static const char stopped_ja[] =
    "いまは、このへやをひらいているまちのスタッフが、おやすみにしています。";
static const char out_ja[] =
    "いまは、このへやをおやすみする時間です。わからないことは、スタッフに聞いてください。";

/* ---- event ---- */

struct out_item {
    struct span pseud, name, town;
};
static const struct jx_field out_fields[] = {
    {.name = "pseud", .type = JX_TEXT, .offset = offsetof(struct out_item, pseud)},
    {.name = "name", .type = JX_TEXT, .offset = offsetof(struct out_item, name)},
    {.name = "town", .type = JX_TEXT, .offset = offsetof(struct out_item, town)},
};
static const struct jx_shape out_shape = JX_SHAPE("MirrorOut", struct out_item, out_fields);

struct state_event {
    bool is_cut, has_since, has_out;
    int64_t since_utc_us;
    struct jx_list out;
};
static const struct jx_field state_fields[] = {
    {.name = "is_cut",
     .type = JX_BOOL,
     .offset = offsetof(struct state_event, is_cut),
     .title_ja = "ほかのまちと、つながっていない"},
    {.name = "since",
     .type = JX_TIME,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct state_event, since_utc_us),
     .has_offset = offsetof(struct state_event, has_since),
     .title_ja = "いつから"},
    {.name = "out",
     .type = JX_LIST,
     .flags = JX_OPTIONAL,
     .shape = &out_shape,
     .offset = offsetof(struct state_event, out),
     .has_offset = offsetof(struct state_event, has_out),
     .title_ja = "ここから出した、ほかのまちの人（職員だけ）"},
};
static const struct jx_shape state_shape =
    JX_SHAPE("MirrorState", struct state_event, state_fields);
const struct live_event mirror_events[MIRROR_EVENTS_N] = {
    {"mirror.state", &state_shape,
     "ほかのまちとの接続が切れた、またはもどった。フロアに着いたときは、切れていないことから始"
     "まる"}};

static void state_send(const struct mirror *mirror, struct visit *visit)
{
    struct out_item items[MIRROR_OUT_MOST];
    const struct state_event event = {.is_cut = mirror->is_cut,
                                      .has_since = mirror->is_cut,
                                      .since_utc_us = mirror->since_utc_us,
                                      .has_out = visit->pass.look.may_see_ids,
                                      .out = {items, (size_t)mirror->n_out}};

    for (int i = 0; i < mirror->n_out; i++)
        items[i] = (struct out_item){.pseud = span_text(mirror->out[i].pseud),
                                     .name = span_text(mirror->out[i].name),
                                     .town = span_text(mirror->out[i].town)};
    live_event_send(visit->guest->conn, &mirror_events[0], 0, &event, mirror->place->arena);
    visit->mirror_gen = mirror->gen;
}

/* ---- beginning, ending ---- */

enum err mirror_begin(struct place *place, struct span id, const struct mirror_feature *feature,
                      struct mirror **mirror_out, struct fail *why)
{
    struct place_floor *floor = place_floor_there(place, id);
    struct mirror *mirror;
    enum err rc;

    *mirror_out = NULL;
    if (floor == NULL)
        return fail_field(why, ERR_NOT_FOUND, "floor", "no such floor");
    if (floor->mirror != NULL)
        return fail_field(why, ERR_CONFLICT, "floor", "floor %s has a mirror", floor->id);
    rc = place_copy_open(place, floor, 1, place_now(), why);
    if (rc != ERR_OK)
        return rc;
    mirror = calloc(1, sizeof *mirror);
    if (mirror == NULL)
        return fail_set(why, ERR_NOMEM, "a mirror");
    *mirror = (struct mirror){
        .place = place,
        .floor = floor,
        .feature = feature,
        .watch = {feature->arg, feature->came, feature->look, feature->left, feature->moved}};
    floor->mirror = mirror;
    place->n_mirrors++;
    world_watch_set(floor->copies[0].world, &mirror->watch);
    log_info("mirror.begun", L_TEXT("floor", floor->id));
    *mirror_out = mirror;
    return ERR_OK;
}

static void stops_free(struct mirror *mirror)
{
    while (mirror->stops != NULL) {
        struct mirror_stopped *stop = mirror->stops;

        mirror->stops = stop->next;
        free(stop);
    }
}

static void drop(struct mirror_figure **at, struct mirror_figure *figure)
{
    while (*at != figure)
        at = &(*at)->next;
    *at = figure->next;
    speech_far_end(figure);
    world_leave(&figure->person, place_ms(place_now()));
    free(figure);
}

void mirror_end(struct mirror **mirror_at)
{
    struct mirror *mirror = *mirror_at;
    struct place_floor *floor;
    bool has_stops;

    if (mirror == NULL)
        return;
    *mirror_at = NULL;
    floor = mirror->floor;
    if (mirror->is_cut)
        mirror_notice(mirror, false, 0);
    if (mirror->n_out > 0)
        mirror_out_set(mirror, NULL, 0);
    for (struct visit *v = floor->visits; v != NULL && mirror->has_notice; v = v->floor_next)
        if (v->guest != NULL && v->mirror_gen != 0 && v->mirror_gen != mirror->gen)
            state_send(mirror, v);
    while (mirror->figures != NULL)
        drop(&mirror->figures, mirror->figures);
    world_watch_set(floor->copies[0].world, NULL);
    has_stops = mirror->stops != NULL;
    stops_free(mirror);
    floor->mirror = NULL;
    mirror->place->n_mirrors--;
    if (has_stops)
        measure_tell_all(mirror->place, place_now());
    mirror->place->access_until_utc_us = 0; /* who was put out may come again */
    log_info("mirror.ended", L_TEXT("floor", floor->id));
    free(mirror->out);
    free(mirror);
}

/* The world's part goes with the world. */
void mirrors_free(struct place *place)
{
    for (struct place_floor *f = place->floors; f != NULL; f = f->next) {
        if (f->mirror == NULL)
            continue;
        world_watch_set(f->copies[0].world, NULL);
        while (f->mirror->figures != NULL) {
            struct mirror_figure *figure = f->mirror->figures;

            f->mirror->figures = figure->next;
            speech_far_forget(figure);
            free(figure);
        }
        stops_free(f->mirror);
        free(f->mirror->out);
        free(f->mirror);
        f->mirror = NULL;
    }
}

/* ---- figures ---- */

enum err mirror_put(struct mirror *mirror, void *owner, const struct mirror_look *look,
                    struct floor_spot at, struct mirror_figure **figure_out, struct fail *why)
{
    struct mirror_figure *figure = calloc(1, sizeof *figure);
    enum err rc;

    *figure_out = NULL;
    if (figure == NULL)
        return fail_set(why, ERR_NOMEM, "a figure");
    rc = world_puppet_put(mirror->floor->copies[0].world, figure, look, at,
                          place_ms(place_now()), &figure->person, why);
    if (rc != ERR_OK) {
        free(figure);
        return rc;
    }
    figure->mirror = mirror;
    figure->owner = owner;
    figure->number = ++mirror->place->n_figures;
    figure->next = mirror->figures;
    mirror->figures = figure;
    *figure_out = figure;
    return ERR_OK;
}

void *mirror_owner(const struct mirror_figure *figure)
{
    return figure->owner;
}

void mirror_look_change(struct mirror_figure *figure, const struct mirror_look *look)
{
    world_puppet_look(figure->person, look);
    if (look->is_lost || (look->stops & MIRROR_STOPS_VOICE) != 0)
        speech_far_end(figure);
}

void mirror_move(struct mirror_figure *figure, const struct mirror_move *move)
{
    world_puppet_move(figure->person, move, place_ms(place_now()));
}

void mirror_take(struct mirror_figure **figure_at)
{
    struct mirror_figure *figure = *figure_at;

    *figure_at = NULL;
    if (figure != NULL)
        drop(&figure->mirror->figures, figure);
}

struct mirror_figure *mirror_at(const struct visit *viewer, uint16_t seat)
{
    struct world_person *person = NULL;

    if (viewer->floor->mirror == NULL ||
        world_seat_puppet(viewer->person, seat, &person, NULL) != ERR_OK)
        return NULL;
    return world_puppet_owner(person);
}

/* ---- what holds for our own people ---- */

static struct mirror_stopped *stop_find(const struct mirror *mirror, struct id account)
{
    struct mirror_stopped *stop = mirror->stops;

    while (stop != NULL && !id_eq(stop->account, account))
        stop = stop->next;
    return stop;
}

static void put_out(const struct mirror *mirror, struct id account)
{
    struct visit *visit = visit_find(mirror->place, account);

    if (visit == NULL)
        return;
    if (visit->floor == mirror->floor)
        visit_out(&visit, PLACE_OUT_ACCESS, out_ja, place_now());
    else if (visit->wants == mirror->floor)
        visit_wait_end(visit);
}

enum err mirror_stop(struct mirror *mirror, struct id account, unsigned what, bool on,
                     struct fail *why)
{
    struct mirror_stopped *stop = stop_find(mirror, account);
    const struct visit *visit = visit_find(mirror->place, account);

    if (visit != NULL && visit->pass.look.is_staff)
        return fail_set(why, ERR_DENIED, "staff of ours stay with their children");
    if (stop == NULL) {
        stop = calloc(1, sizeof *stop);
        if (stop == NULL)
            return fail_set(why, ERR_NOMEM, "a stop");
        stop->account = account;
        stop->next = mirror->stops;
        mirror->stops = stop;
    }
    stop->what = on ? stop->what | what : stop->what & ~what;
    if (visit != NULL && visit->guest != NULL)
        measure_tell(visit->guest, place_now());
    if ((what & MIRROR_EJECT) == 0)
        return ERR_OK;
    if (on)
        put_out(mirror, account);
    mirror->place->access_until_utc_us = 0; /* cards and rights: with the next second */
    return ERR_OK;
}

bool mirror_shuts(const struct place_floor *floor, struct id account)
{
    const struct mirror_stopped *stop =
        floor->mirror == NULL ? NULL : stop_find(floor->mirror, account);

    return stop != NULL && (stop->what & MIRROR_EJECT) != 0;
}

bool mirror_holds(const struct visit *visit, enum mirror_what what)
{
    const struct mirror *mirror = visit->floor == NULL ? NULL : visit->floor->mirror;
    const struct mirror_stopped *stop =
        mirror == NULL || visit->pass.look.is_staff ? NULL : stop_find(mirror, visit->account);

    return stop != NULL && (stop->what & (unsigned)what) != 0;
}

bool mirror_refuses(struct command_call *call, const struct visit *visit, enum mirror_what what)
{
    if (!mirror_holds(visit, what))
        return false;
    command_refuse(call, "stopped", stopped_ja);
    return true;
}

/* ---- the line to the other towns ---- */

static void tell_anew(struct mirror *mirror)
{
    mirror->has_notice = true;
    mirror->gen = ++mirror->place->mirror_gen;
    if (mirror->gen == 0) /* of who was told nothing */
        mirror->gen = ++mirror->place->mirror_gen;
}

void mirror_notice(struct mirror *mirror, bool is_cut, int64_t since_utc_us)
{
    if (is_cut ? mirror->is_cut && mirror->since_utc_us == since_utc_us : !mirror->is_cut)
        return;
    mirror->is_cut = is_cut;
    mirror->since_utc_us = since_utc_us;
    tell_anew(mirror);
}

/* Without memory the list is what it was: it is set again with the next act. */
void mirror_out_set(struct mirror *mirror, const struct mirror_out *out, int n)
{
    struct mirror_out *copy = NULL;

    n = n > MIRROR_OUT_MOST ? MIRROR_OUT_MOST : n;
    if (n == 0 && mirror->n_out == 0)
        return;
    if (n > 0) {
        copy = calloc((size_t)n, sizeof *copy);
        if (copy == NULL)
            return;
        memcpy(copy, out, (size_t)n * sizeof *copy);
    }
    free(mirror->out);
    mirror->out = copy;
    mirror->n_out = n;
    tell_anew(mirror);
}

bool mirror_is_out(const struct mirror *mirror, struct span pseud)
{
    for (int i = 0; i < mirror->n_out; i++)
        if (span_eq(pseud, span_text(mirror->out[i].pseud)))
            return true;
    return false;
}

/* Who comes to a floor whose line holds need not be told so. */
static bool is_owed(const struct mirror *mirror, const struct visit *visit)
{
    return visit->guest != NULL && visit->copy == 1 && visit->mirror_gen != mirror->gen &&
           (mirror->is_cut || visit->mirror_gen != 0 ||
            (mirror->n_out > 0 && visit->pass.look.may_see_ids));
}

void mirrors_sweep(struct place *place, struct place_now now)
{
    (void)now;
    for (struct place_floor *f = place->floors; f != NULL && place->n_mirrors > 0; f = f->next)
        if (f->mirror != NULL && f->mirror->has_notice)
            for (struct visit *v = f->visits; v != NULL; v = v->floor_next)
                if (is_owed(f->mirror, v))
                    state_send(f->mirror, v);
}

/* ---- who may come ---- */

bool mirror_is_shared(struct span floor)
{
    return span_has_prefix(floor, SPAN(MIRROR_FLOOR_PREFIX));
}

bool mirror_gate(const struct place *place, const struct place_pass *pass, struct span floor,
                 int64_t now_utc_us)
{
    if (place->gate == NULL)
        return pass->look.is_staff;
    return place->gate(place->gate_arg, floor, pass, now_utc_us);
}

void place_shared_gate_set(struct place *place,
                           bool (*may)(void *arg, struct span floor,
                                       const struct place_pass *pass, int64_t now_utc_us),
                           void *arg)
{
    place->gate = may;
    place->gate_arg = arg;
    place->access_until_utc_us = 0;
}
