#include "node/base/log.h"
#include "node/db/settings.h"
#include "node/place/chat_rows.h"
#include "node/place/place_priv.h"

#define LOBBY_US  1000000  /* how often the lobby hears of numbers */
#define FLOORS_US 10000000 /* and those on floors, who see the people themselves */
/* Different lists made in one sweep, whoever may go where: with a list for each guest a round
 * of 500 takes 3 s and no sweep more than these. */
#define VARIANTS_N 16

static const char shut_hours_ja[] = "いまは、しまっています。";
static const char shut_access_ja[] = "いまは入れません。";

/* Whom the same cards suit: which floors are open to him, and whether the hours shut all. */
struct variant {
    uint64_t access;
    bool is_shut, is_counted;
};

static struct variant variant_of(const struct guest *guest, bool is_open)
{
    return (struct variant){guest->access, place_is_bound(guest->pass->look.role) && !is_open,
                            !guest->pass->look.is_staff};
}

static struct place_card card_of(const struct place *place, const struct place_floor *floor,
                                 const struct variant *v)
{
    const struct floor *f = floor->ground->floor;
    bool may = (v->access >> floor->bit & 1) != 0;
    struct place_card card = {
        .id = span_text(floor->id),
        .name_ja = f->name.ja,
        .name_en = f->name.en,
        .theme = f->theme,
        .n_people = place_floor_n(floor),
        .is_full =
            v->is_counted && (place_room_for(floor, true) < 0 || place_is_at_ceiling(place)),
        .is_waiting = floor->n_waiting > 0,
        .is_open = may && !v->is_shut,
        .has_why = !may || v->is_shut,
        .has_session = !id_is_none(floor->session),
        .session = {span_text(floor->title), floor->session_until_utc_us, floor->is_anonymous},
    };

    card.why_shut = span_text(v->is_shut ? shut_hours_ja : shut_access_ja);
    return card;
}

static struct jx_list cards_of(const struct place *place, const struct variant *v)
{
    struct place_card *cards =
        arena_alloc(place->arena, PLACE_FLOORS_CAP * sizeof(struct place_card));
    struct jx_list list = {cards, 0};

    for (const struct place_floor *f = place->floors; f != NULL && cards != NULL; f = f->next)
        if (f->is_there)
            cards[list.n++] = card_of(place, f, v);
    return list;
}

void place_hello_send(struct guest *guest, struct place_now now)
{
    struct place *place = guest->place;
    const struct world_look *look = &guest->pass->look;
    const struct settings *settings = place->conf.services->settings;
    struct variant v = variant_of(guest, place_is_open(place, now));
    struct hours_state_copy copy;
    struct place_hello hello = {
        .now_utc_us = now.utc_us,
        .me = {.name = span_text(look->name),
               .note = span_text(look->note),
               .login = span_text(look->login),
               .has_note = look->note[0] != '\0',
               .kind = look->kind,
               .colour = look->colour,
               .role = (int)look->role - 1,
               .is_staff = look->is_staff,
               .sees_ids = look->may_see_ids},
        .floors = cards_of(place, &v),
        .ping_s = place->ping_s,
        .text_most = settings_int(settings, &setting_chat_text_most),
        .may_ask_pupils = settings_bool(settings, &setting_chat_pupil_talk),
    };

    place_hours_fill(place, guest, now, &copy, &hello.hours);
    live_event_send(guest->conn, place_event_hello, 0, &hello, place->arena);
}

/* ---- news for those who are there ---- */

struct made {
    struct variant v;
    struct ws_shared *frame;
};

/* False: the lists of this sweep are made, the next goes on. *frame_out NULL: none could be. */
static bool frame_of(struct place *place, const struct variant *v, struct made made[VARIANTS_N],
                     size_t *n, struct ws_shared **frame_out)
{
    struct place_floors_event event;
    struct fail fail = {.code = ERR_INTERNAL};

    for (size_t i = 0; i < *n; i++)
        if (made[i].v.access == v->access && made[i].v.is_shut == v->is_shut &&
            made[i].v.is_counted == v->is_counted) {
            *frame_out = ws_shared_ref(made[i].frame);
            return true;
        }
    *frame_out = NULL;
    if (*n == VARIANTS_N)
        return false;
    event.floors = cards_of(place, v);
    if (live_event_make(place_event_floors, 0, &event, place->arena, frame_out, &fail) !=
        ERR_OK)
        log_error("place.cards", L_FAIL(&fail));
    else
        made[(*n)++] = (struct made){*v, ws_shared_ref(*frame_out)};
    return true;
}

/* Whom a round of news is for. */
static void owe_cards(struct place *place, bool to_lobby, bool to_floors)
{
    for (struct guest *guest = place->guests; guest != NULL; guest = guest->next) {
        bool is_on_floor = guest->visit != NULL && guest->visit->person != NULL;

        guest->is_owed_cards = is_on_floor ? to_floors : to_lobby;
    }
}

bool place_cards_serve(struct place *place, bool is_open)
{
    struct made made[VARIANTS_N];
    bool is_all = true;
    size_t n = 0;

    for (struct guest *guest = place->guests; guest != NULL; guest = guest->next) {
        struct variant v = variant_of(guest, is_open);
        struct ws_shared *frame;

        if (!guest->is_owed_cards)
            continue;
        guest->is_owed_cards = !frame_of(place, &v, made, &n, &frame);
        is_all = is_all && !guest->is_owed_cards;
        if (frame != NULL)
            live_send(guest->conn, frame, WS_KEEP);
        ws_shared_unref(&frame);
    }
    for (size_t i = 0; i < n; i++)
        ws_shared_unref(&made[i].frame);
    return is_all;
}

void place_cards_sweep(struct place *place, struct place_now now)
{
    bool to_lobby = place->is_cards_due && now.mono_us - place->cards_mono_us >= LOBBY_US;
    bool to_floors;

    if (!place->is_cards_round) {
        place->is_floors_due = place->is_floors_due || to_lobby;
        to_floors = place->is_floors_due && now.mono_us - place->cards_all_mono_us >= FLOORS_US;
        if (!to_lobby && !to_floors)
            return;
        owe_cards(place, to_lobby, to_floors);
        if (to_lobby) {
            place->is_cards_due = false;
            place->cards_mono_us = now.mono_us;
        }
        if (to_floors) {
            place->is_floors_due = false;
            place->cards_all_mono_us = now.mono_us;
        }
    }
    place->is_cards_round = !place_cards_serve(place, place_is_open(place, now));
}
