/* Who hears a word to one account, and one to all staff who may see IDs: in the lobby here; on
 * a floor it goes through the visit (test_visit_ring.c, whole nodes). */
#include "node/place/place_tell.h"

#include <stdlib.h>

#include "node/place/place_priv.h"
#include "tests/t.h"

enum { CHILD, OTHER_LINE_OF_CHILD, SUPPORTER, SCHOOL_STAFF, COMMISSIONER, LINES_N };

struct line {
    struct live_head head;
    struct ws_shared *last;
    int n;
};

static void keep(struct live_conn *conn, struct ws_shared *frame, enum ws_keep how)
{
    struct line *line = (struct line *)(void *)conn;

    T_EQ(how, WS_KEEP, "never dropped");
    ws_shared_unref(&line->last);
    line->last = ws_shared_ref(frame);
    line->n++;
}

static const struct live_ops ops = {.send = keep};

struct lobby {
    struct place place;
    struct place_pass passes[LINES_N];
    struct guest guests[LINES_N];
    struct line lines[LINES_N];
};

static struct lobby *lobby_create(void)
{
    struct lobby *lobby = calloc(1, sizeof *lobby);

    T_EQ(arena_create(65536, &lobby->place.arena, NULL), ERR_OK, "arena");
    for (int i = 0; i < LINES_N; i++) {
        lobby->lines[i].head.ops = &ops;
        lobby->passes[i].look.account = id_new();
        lobby->passes[i].look.may_see_ids = i == SUPPORTER || i == COMMISSIONER;
        lobby->guests[i] = (struct guest){.place = &lobby->place,
                                          .conn = (struct live_conn *)(void *)&lobby->lines[i],
                                          .pass = &lobby->passes[i],
                                          .next = lobby->place.guests};
        lobby->place.guests = &lobby->guests[i];
    }
    lobby->passes[OTHER_LINE_OF_CHILD].look.account = lobby->passes[CHILD].look.account;
    return lobby;
}

static void lobby_destroy(struct lobby *lobby)
{
    for (int i = 0; i < LINES_N; i++)
        ws_shared_unref(&lobby->lines[i].last);
    arena_destroy(&lobby->place.arena);
    free(lobby);
}

static void told(const struct lobby *lobby, const int want[LINES_N], const char *what)
{
    for (int i = 0; i < LINES_N; i++)
        T_EQ(lobby->lines[i].n, want[i], what);
}

T_CASE(a_word_to_one_reaches_every_line_of_his_and_no_other)
{
    struct lobby *lobby = lobby_create();
    const struct place_closing of = {5};

    place_tell_account(&lobby->place, lobby->passes[CHILD].look.account, place_event_closing,
                       &of);
    told(lobby, (const int[LINES_N]){1, 1, 0, 0, 0}, "both of his");
    T_OK(lobby->lines[CHILD].last == lobby->lines[OTHER_LINE_OF_CHILD].last, "made once");
    place_tell_account(&lobby->place, id_new(), place_event_closing, &of);
    place_tell_account(&lobby->place, ID_NONE, place_event_closing, &of);
    told(lobby, (const int[LINES_N]){1, 1, 0, 0, 0}, "nobody of that account");
    lobby_destroy(lobby);
}

T_CASE(a_word_to_staff_reaches_those_who_may_see_ids_alone)
{
    struct lobby *lobby = lobby_create();
    const struct place_closing of = {5};

    T_REQ("AI-2.7-エ");
    place_tell_staff(&lobby->place, place_event_closing, &of);
    told(lobby, (const int[LINES_N]){0, 0, 1, 0, 1}, "no child, no school staff");
    lobby_destroy(lobby);
}
