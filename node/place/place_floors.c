#include <stdlib.h>

#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/place/mirror_priv.h"
#include "node/place/place_priv.h"
#include "node/place/place_settings.h"

static const char floor_gone_ja[] =
    "このフロアは、いま使えません。ロビーからほかのフロアをえらんでください。";
static const char no_access_ja[] =
    "このフロアには、いまは入れません。ロビーからほかのフロアをえらんでください。";
static const char ended_ja[] = "この会はおわりました。来てくれて、ありがとう。";
static const char hides_ja[] =
    "これから、なまえをかくす会がはじまります。ロビーからもう一度入ってください。";

struct place_floor *place_floor_there(struct place *place, struct span id)
{
    for (struct place_floor *f = place->floors; f != NULL; f = f->next)
        if (f->is_there && span_eq(id, span_text(f->id)))
            return f;
    return NULL;
}

/* ---- access ---- */

static bool teaches(const struct place *place, const struct place_pass *pass,
                    const struct place_floor *floor, struct place_now now)
{
    return pass->caller.role == ROLE_GUEST_TEACHER && place->teaches != NULL &&
           place->teaches(place->teaches_arg, span_text(floor->id), pass->caller.account,
                          now.utc_us);
}

static bool may(struct place *place, const struct place_pass *pass,
                const struct place_floor *floor, struct place_now now)
{
    struct facts_answer answer =
        facts_access(place->facts, pass, span_text(floor->id), now.utc_us);

    if (answer.until_utc_us < place->access_until_utc_us)
        place->access_until_utc_us = answer.until_utc_us;
    return answer.may || (answer.why == FACTS_BY_DEFAULT && teaches(place, pass, floor, now));
}

bool place_may(struct place *place, const struct place_pass *pass,
               const struct place_floor *floor, struct place_now now)
{
    if (!floor->is_there || (!pass->look.is_staff && mirror_shuts(floor, pass->look.account)))
        return false;
    return floor->is_shared ? mirror_gate(place, pass, span_text(floor->id), now.utc_us) ||
                                  teaches(place, pass, floor, now)
                            : may(place, pass, floor, now);
}

void place_access_read(struct guest *guest, struct place_now now)
{
    struct place *place = guest->place;

    guest->access = 0;
    for (struct place_floor *f = place->floors; f != NULL; f = f->next)
        if (place_may(place, guest->pass, f, now))
            guest->access |= UINT64_C(1) << f->bit;
}

static void check_visit(struct visit *visit, struct place_now now)
{
    struct place *place = visit->place;
    struct place_floor *f = visit->floor != NULL ? visit->floor : visit->wants;

    if (f != NULL && !f->is_there)
        visit_out(&visit, PLACE_OUT_FLOOR, floor_gone_ja, now);
    else if (f != NULL && !place_may(place, &visit->pass, f, now))
        visit_out(&visit, PLACE_OUT_ACCESS, no_access_ja, now);
    else if (visit->wants != NULL && !place_may(place, &visit->pass, visit->wants, now))
        visit_wait_end(visit);
}

static void check_everybody(struct place *place, struct place_now now)
{
    struct visit *next;

    place->access_until_utc_us = INT64_MAX;
    for (struct guest *g = place->guests; g != NULL; g = g->next)
        place_access_read(g, now);
    for (struct visit *visit = place->visits; visit != NULL; visit = next) {
        next = visit->next;
        check_visit(visit, now);
    }
    place->is_queue_due = place->is_cards_due = true;
}

/* ---- sessions ---- */

/* The number of somebody in the session that runs; the next one along when it is taken. */
static unsigned alias_of(struct place_floor *floor, struct id account, struct id veil)
{
    unsigned number = place_alias_first(floor->session, veil);
    size_t cap = floor->aliases_cap == 0 ? 16 : floor->aliases_cap * 2;
    struct place_alias *aliases;

    for (size_t i = 0; i < floor->n_aliases; i++)
        if (id_eq(floor->aliases[i].account, account))
            return floor->aliases[i].number;
    for (size_t i = 0; i < floor->n_aliases; i++) {
        if (floor->aliases[i].number == number) {
            number++;
            i = (size_t)-1; /* all of them again */
        }
    }
    if (floor->n_aliases == floor->aliases_cap) {
        aliases = realloc(floor->aliases, cap * sizeof *aliases);
        if (aliases == NULL)
            return number; /* two may share it then: still nobody's name */
        floor->aliases = aliases;
        floor->aliases_cap = cap;
    }
    floor->aliases[floor->n_aliases++] = (struct place_alias){account, number};
    return number;
}

void place_alias_give(struct place_floor *floor, struct world_look *look)
{
    look->alias[0] = '\0';
    if (floor->is_anonymous && look->is_staff)
        memcpy(look->alias, look->name, sizeof look->alias);
    else if (floor->is_anonymous)
        place_alias_text(alias_of(floor, look->account, look->veil), look->alias);
}

const char *place_session_text(bool hides)
{
    return hides ? hides_ja : ended_ja;
}

static void put_out_of_session(struct place *place, const struct place_floor *floor, bool hides,
                               struct place_now now)
{
    enum place_out reason = hides ? PLACE_OUT_HIDES : PLACE_OUT_ENDED;
    struct visit *next;

    for (struct visit *visit = place->visits; visit != NULL; visit = next) {
        next = visit->next;
        if (visit->floor == floor && !visit->pass.look.is_staff)
            visit_out(&visit, reason, place_session_text(hides), now);
    }
}

/* Before the copies hear of it, so that no name is told as an alias or the other way. */
static void name_all(struct place *place, struct place_floor *floor, struct place_now now)
{
    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next) {
        if (visit->floor != floor)
            continue;
        place_alias_give(floor, &visit->pass.look);
        world_look_change(visit->person, &visit->pass.look, place_ms(now));
    }
}

/* Who is inside is of another session from now on (AI-2.5-ア). */
static void log_session(struct place *place, const struct place_floor *floor,
                        struct place_now now)
{
    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (visit->floor == floor)
            visit_log_here(visit, VISIT_MOVE, "session", now.utc_us);
}

static void tell_copies(struct place_floor *floor, struct place_now now)
{
    for (int i = 0; i < PLACE_COPIES_CAP; i++)
        if (floor->copies[i].world != NULL)
            world_session_change(floor->copies[i].world, floor->is_anonymous,
                                 span_text(floor->title), place_ms(now));
}

/* Cut between characters. */
static void set_title(struct place_floor *floor, struct span title)
{
    size_t len = title.len;

    if (len >= sizeof floor->title)
        len = utf_valid_len(span_cut(title, 0, sizeof floor->title - 1));
    if (len > 0)
        memcpy(floor->title, title.p, len);
    floor->title[len] = '\0';
}

static void set_session(struct place *place, struct place_floor *floor,
                        const struct facts_session *session, struct place_now now)
{
    bool hides = session != NULL && session->is_anonymous;

    /* To turn aliases into names before the others' eyes, or the other way, would undo them: so
     * its people are in the lobby before it ends (SE-4.1-イ-3), and before it begins: who has a
     * break, wishes distance, is away or cut off or in one room with others would be known by
     * that. Staff stay, their names are never hidden. */
    if (floor->is_anonymous || hides)
        put_out_of_session(place, floor, !floor->is_anonymous, now);
    floor->n_aliases = 0;
    floor->session = session == NULL ? ID_NONE : session->session;
    floor->is_anonymous = hides;
    floor->session_until_utc_us = session == NULL ? 0 : session->until_utc_us;
    set_title(floor, session == NULL ? SPAN_NONE : session->title);
    name_all(place, floor, now);
    tell_copies(floor, now);
    log_session(place, floor, now);
}

static void read_room(struct place *place, struct place_floor *floor, struct place_now now)
{
    const struct facts_floor *f = facts_floor(place->facts, span_text(floor->id));
    const struct facts_session *session;
    bool is_other, is_new_text;

    if (f == NULL)
        return;
    floor->room = facts_room(place->facts, f, now.utc_us,
                             (int)place_setting(place, &setting_place_floor_capacity));
    session = floor->room.session;
    is_other = !id_eq(floor->session, session == NULL ? ID_NONE : session->session) ||
               floor->is_anonymous != (session != NULL && session->is_anonymous);
    is_new_text = session != NULL && (!span_eq(session->title, span_text(floor->title)) ||
                                      session->until_utc_us != floor->session_until_utc_us);
    if (is_other) {
        set_session(place, floor, session, now);
    } else if (is_new_text) {
        set_title(floor, session->title);
        floor->session_until_utc_us = session->until_utc_us;
        tell_copies(floor, now);
    }
    floor->room.session = NULL; /* the facts may go before this is looked at */
    place->is_cards_due = place->is_cards_due || is_other || is_new_text;
    place->is_queue_due = true; /* a setting may have made room */
}

/* ---- copies ---- */

enum err place_copy_open(struct place *place, struct place_floor *floor, int copy,
                         struct place_now now, struct fail *why)
{
    struct place_copy *c = &floor->copies[copy - 1];
    enum err rc;

    if (c->world != NULL)
        return ERR_OK;
    rc = world_copy_open(place->world, floor->ground, copy, &c->world, why);
    if (rc == ERR_OK && !id_is_none(floor->session))
        world_session_change(c->world, floor->is_anonymous, span_text(floor->title),
                             place_ms(now));
    if (rc == ERR_OK)
        place_locks_apply(place, floor, c->world, now);
    return rc;
}

static void close_empty(struct place_floor *floor, int from)
{
    for (int i = from - 1; i < PLACE_COPIES_CAP; i++) {
        struct place_copy *c = &floor->copies[i];

        if (i == 0 && floor->mirror != NULL)
            continue;
        if (c->world != NULL && world_copy_n(c->world) == 0 && c->n_counted == 0)
            world_copy_close(&c->world);
    }
}

static void change_ground(struct place *place, struct place_floor *floor, struct ground *ground,
                          struct place_now now)
{
    struct fail fail = {.code = ERR_INTERNAL};

    for (int i = 0; i < PLACE_COPIES_CAP; i++) {
        if (floor->copies[i].world == NULL)
            continue;
        if (world_ground_change(floor->copies[i].world, ground, place_ms(now), &fail) != ERR_OK)
            log_error("place.ground", L_TEXT("floor", floor->id), L_FAIL(&fail));
        place_locks_apply(place, floor, floor->copies[i].world, now);
    }
    ground_unref(&floor->ground);
    floor->ground = ground_ref(ground);
}

int place_floor_n(const struct place_floor *floor)
{
    int n = 0;

    for (int i = 0; i < PLACE_COPIES_CAP; i++)
        if (floor->copies[i].world != NULL)
            n += world_copy_n_public(floor->copies[i].world);
    return n;
}

/* Who goes into a closed room leaves the numbers, too. */
static void count_people(struct place *place, struct place_floor *floor)
{
    int n = place_floor_n(floor);

    if (n != floor->n_seen)
        place->is_cards_due = place->is_queue_due = true;
    floor->n_seen = n;
}

/* ---- facts ---- */

static struct place_floor *add_floor(struct place *place, const struct facts_floor *f)
{
    struct place_floor *floor, **last = &place->floors;

    if (place->n_floors == PLACE_FLOORS_CAP || f->id.len >= PLACE_FLOOR_CAP)
        return NULL;
    floor = calloc(1, sizeof *floor);
    if (floor == NULL)
        return NULL;
    memcpy(floor->id, f->id.p, f->id.len);
    floor->bit = (unsigned)place->n_floors++;
    floor->is_shared = mirror_is_shared(f->id);
    floor->ground = ground_ref(f->ground);
    while (*last != NULL)
        last = &(*last)->next;
    *last = floor;
    place_meter_add(place, floor);
    return floor;
}

static struct place_floor *any_floor(struct place *place, struct span id)
{
    for (struct place_floor *f = place->floors; f != NULL; f = f->next)
        if (span_eq(id, span_text(f->id)))
            return f;
    return NULL;
}

static void read_floor(struct place *place, const struct facts_floor *f, struct place_now now)
{
    struct place_floor *floor = any_floor(place, f->id);

    /* What is over with other towns takes the place of nothing that is on. */
    if (floor == NULL && f->plan.is_hidden && mirror_is_shared(f->id))
        return;
    if (floor == NULL)
        floor = add_floor(place, f);
    if (floor == NULL) {
        log_error("place.floor-left-out", L_SPAN("floor", f->id));
        return;
    }
    floor->is_there = !f->plan.is_hidden;
    if (floor->ground != f->ground)
        change_ground(place, floor, f->ground, now);
}

void place_facts_set(struct place *place, struct place_facts *facts, struct place_now now)
{
    facts_unref(&place->facts);
    place->facts = facts;
    for (struct place_floor *f = place->floors; f != NULL; f = f->next)
        f->is_there = false;
    for (size_t i = 0; i < facts_n_floors(facts); i++)
        read_floor(place, facts_floor_at(facts, i), now);
    for (struct place_floor *f = place->floors; f != NULL; f = f->next)
        read_room(place, f, now);
    check_everybody(place, now);
}

/* The gate's answer may be another by now: rights, cards, and who is there. */
static void check_shared(struct place *place, struct place_floor *floor, struct place_now now)
{
    uint64_t bit = UINT64_C(1) << floor->bit;
    struct visit *next;

    for (struct guest *g = place->guests; g != NULL; g = g->next) {
        if (place_may(place, g->pass, floor, now) == ((g->access & bit) != 0))
            continue;
        g->access ^= bit;
        place->is_cards_due = true;
    }
    for (struct visit *visit = place->visits; visit != NULL; visit = next) {
        next = visit->next;
        if (visit->floor == floor || visit->wants == floor)
            check_visit(visit, now);
    }
}

void place_floors_sweep(struct place *place, struct place_now now)
{
    world_distance_change(place->world,
                          (int32_t)place_setting(place, &setting_place_distance_cm));
    for (struct place_floor *f = place->floors; f != NULL; f = f->next) {
        read_room(place, f, now);
        count_people(place, f);
        close_empty(f, f->is_there ? 2 : 1);
        if (f->is_shared)
            check_shared(place, f, now);
    }
    if (now.utc_us >= place->access_until_utc_us)
        check_everybody(place, now);
}

void place_floors_close(struct place *place)
{
    struct place_floor *next;

    for (struct place_floor *f = place->floors; f != NULL; f = next) {
        next = f->next;
        ground_unref(&f->ground);
        free(f->aliases);
        free(f);
    }
    place->floors = NULL;
}
