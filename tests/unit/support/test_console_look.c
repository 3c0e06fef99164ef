/* What the console's thread makes of a snapshot: when consoles are told, when floors without
 * staff are alarmed, who stands in the record of access. */
#include <stdlib.h>

#include "node/support/console_priv.h"
#include "node/support/console_seen.h"
#include "tests/t.h"

#define S INT64_C(1000000)
#define M (60 * S)

static struct id who(int n)
{
    struct id id = {{0}};

    id.b[0] = (uint8_t)n;
    return id;
}

T_CASE(a_console_is_told_of_what_it_shows_and_of_no_minute_that_passes)
{
    struct contact_desk *desk = NULL;
    struct presence_person people[2] = {
        {.account = who(1), .role = ROLE_STUDENT, .name = SPAN("あ"), .floor = SPAN("plaza")},
        {.account = who(2), .role = ROLE_SUPPORTER, .name = SPAN("い"), .floor = SPAN("plaza")},
    };
    struct presence_floor floor = {.id = SPAN("plaza"), .n_people = 2, .n_staff = 1};
    struct presence now = {1000 * M, people, 2, &floor, 1, 1};
    uint64_t print;

    T_REQ("AI-4.4-カ-ハ-2");
    T_EQ(contact_desk_create(&desk, NULL), ERR_OK, "desk");
    people[0].since_utc_us = 995 * M;
    print = console_print(&now, desk, 10 * M);
    now.at_utc_us += 2 * M;
    T_OK(console_print(&now, desk, 10 * M) == print, "minutes pass");
    people[1].room = SPAN("nook");
    T_OK(console_print(&now, desk, 10 * M) == print, "staff go about");
    now.at_utc_us = 1006 * M;
    T_OK(console_print(&now, desk, 10 * M) != print, "ten minutes alone");
    now.at_utc_us = 1000 * M;
    people[0].state = WORLD_ALONE;
    T_OK(console_print(&now, desk, 10 * M) != print, "a wish");
    people[0].state = WORLD_TALK;
    people[0].stops = 1;
    T_OK(console_print(&now, desk, 10 * M) != print, "a switch");
    people[0].stops = 0;
    people[0].n_talks = 1;
    people[0].talks[0] = who(2);
    T_OK(console_print(&now, desk, 10 * M) != print, "a talk");
    people[0].n_talks = 0;
    T_OK(console_print(&now, desk, 10 * M) == print, "all as before");
    contact_desk_note(desk, who(1), false, 999 * M);
    T_OK(console_print(&now, desk, 10 * M) != print, "a contact");
    contact_desk_destroy(&desk);
}

T_CASE(a_floor_without_staff_is_alarmed_once_a_stretch)
{
    struct presence_floor floors[2] = {{.id = SPAN("plaza"), .staffless_utc_us = 100 * M},
                                       {.id = SPAN("quiet")}};
    struct presence now = {102 * M, NULL, 0, floors, 2, 0};
    struct console_alarm alarms[CONSOLE_ALARMS_CAP] = {{.floor = ""}};
    size_t due[CONSOLE_ALARMS_CAP];

    T_REQ("AI-4.4-カ-ア");
    T_EQ(console_alarms(&now, 3 * M, alarms, due), 0, "two minutes");
    now.at_utc_us = 103 * M;
    T_EQ(console_alarms(&now, 3 * M, alarms, due), 1, "three");
    T_EQ(due[0], 0, "that floor");
    T_EQ(console_alarms(&now, 3 * M, alarms, due), 0, "once");
    console_alarm_undo(alarms, SPAN("plaza"));
    T_EQ(console_alarms(&now, 3 * M, alarms, due), 1, "what was not written is due again");
    floors[0].staffless_utc_us = 0;
    now.at_utc_us = 110 * M;
    T_EQ(console_alarms(&now, 3 * M, alarms, due), 0, "staff came");
    floors[0].staffless_utc_us = 110 * M;
    floors[1].staffless_utc_us = 112 * M;
    now.at_utc_us = 120 * M;
    T_EQ(console_alarms(&now, 3 * M, alarms, due), 2, "another stretch, another floor");
}

T_CASE(a_child_stands_in_the_record_once_an_hour_and_reader)
{
    struct console_seen *seen = NULL;
    struct id ids[3] = {who(1), who(2), who(3)}, again[3] = {who(3), who(4), who(1)};
    bool is_first = false;
    const int64_t hour = CONSOLE_SEEN_US;

    T_EQ(console_seen_create(&seen, NULL), ERR_OK, "list");
    T_EQ(console_seen_new(seen, who(9), 10 * hour, ids, 3, &is_first), 3, "all new");
    T_OK(is_first, "the first look");
    T_EQ(console_seen_new(seen, who(9), 10 * hour, ids, 3, &is_first), 3, "not on record yet");
    T_OK(is_first, "nor the look");
    console_seen_keep(seen, who(9), 10 * hour, ids, 3);
    T_EQ(console_seen_new(seen, who(9), 10 * hour + 1, again, 3, &is_first), 1, "one new");
    T_OK(!is_first && id_eq(again[0], who(4)), "it stands in front");
    T_EQ(console_seen_new(seen, who(8), 10 * hour + 2, ids, 3, &is_first), 3, "another reader");
    T_EQ(console_seen_new(seen, who(9), 11 * hour, ids, 0, &is_first), 0, "nobody there");
    T_OK(is_first, "but an hour's first look");
    console_seen_keep(seen, who(9), 11 * hour, ids, 0);
    T_EQ(console_seen_new(seen, who(9), 11 * hour, ids, 0, &is_first), 0, "nobody there");
    T_OK(!is_first, "that look is on record");
    T_EQ(console_seen_new(seen, who(9), 11 * hour + 1, ids, 3, &is_first), 3, "a new hour");
    console_seen_destroy(&seen);
}

T_CASE(of_more_readers_than_are_kept_the_oldest_looks_anew)
{
    struct console_seen *seen = NULL;
    bool is_first;

    T_EQ(console_seen_create(&seen, NULL), ERR_OK, "list");
    for (int i = 0; i <= CONSOLE_SEEN_READERS; i++) {
        struct id by = who(i % 200), id = who(1);

        by.b[1] = (uint8_t)(1 + i / 200);
        T_EQ(console_seen_new(seen, by, 1000 + i, &id, 1, &is_first), 1, "new to him");
        console_seen_keep(seen, by, 1000 + i, &id, 1);
    }
    for (int i = 0; i < 2; i++) {
        struct id by = who(i == 0 ? 5 : 0), id = who(1);

        by.b[1] = 1;
        T_EQ(console_seen_new(seen, by, 5000, &id, 1, &is_first), i == 0 ? 0 : 1,
             i == 0 ? "remembered" : "forgotten");
    }
    console_seen_destroy(&seen);
}
