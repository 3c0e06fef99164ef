#include "voice/zone.h"

#include "tests/t.h"
#include "voice/source.h"

enum { LOUD = 100 * SOURCE_DB, LOW = 80 * SOURCE_DB };

static struct zone three_talk(int64_t now_ms)
{
    struct zone z;

    zone_init(&z, ZONE_PLACES);
    for (int i = 0; i < 3; i++)
        (void)zone_offer(&z, i, true, LOUD, now_ms);
    return z;
}

T_CASE(zone_a_free_place_is_had_at_once_by_speech_alone)
{
    struct zone z;
    struct zone_turn turn;

    zone_init(&z, ZONE_PLACES);
    turn = zone_offer(&z, 7, false, LOUD, 0);
    T_EQ(turn.place, -1, "no speech");
    T_OK(zone_is_quiet(&z), "nobody");
    turn = zone_offer(&z, 7, true, LOW, 20);
    T_OK(turn.place == 0 && turn.came && turn.gone == ZONE_NOBODY, "his first packet");
    turn = zone_offer(&z, 7, false, LOW, 40);
    T_OK(turn.place == 0 && !turn.came, "a pause keeps the place");
    turn = zone_offer(&z, 8, true, LOW, 40);
    T_EQ(turn.place, 1, "the next place");
}

T_CASE(zone_a_place_is_kept_400_ms_after_the_last_word)
{
    struct zone z;

    zone_init(&z, ZONE_PLACES);
    (void)zone_offer(&z, 7, true, LOUD, 1000);
    (void)zone_offer(&z, 7, false, LOUD, 1300);
    T_EQ(zone_expire(&z, 1399), ZONE_NOBODY, "not yet");
    T_EQ(zone_expire(&z, 1400), 7, "now");
    T_EQ(zone_expire(&z, 1400), ZONE_NOBODY, "once");
    T_OK(zone_is_quiet(&z), "nobody");
}

T_CASE(zone_the_fourth_must_be_clearly_louder_than_the_quietest)
{
    static const struct {
        const char *what;
        int64_t at_ms;
        int32_t loud;
        int place;
    } rows[] = {
        {"as loud", 2000, LOUD, -1},
        {"hardly louder", 2000, LOUD + 5 * SOURCE_DB, -1},
        {"clearly louder, right after he began", 1399, LOUD + 6 * SOURCE_DB, -1},
        {"clearly louder", 1400, LOUD + 6 * SOURCE_DB, 1},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct zone z = three_talk(1000);
        struct zone_turn turn;

        for (int64_t t = 1020; t <= rows[i].at_ms; t += 20)
            for (int s = 0; s < 3; s++)
                (void)zone_offer(&z, s, true, s == 1 ? LOUD : LOUD + SOURCE_DB, t);
        turn = zone_offer(&z, 9, true, rows[i].loud, rows[i].at_ms);
        T_EQ(turn.place, rows[i].place, rows[i].what);
        T_EQ(turn.gone, rows[i].place < 0 ? ZONE_NOBODY : 1, rows[i].what);
    }
}

T_CASE(zone_one_who_lies_about_his_level_has_one_place_and_no_more)
{
    struct zone z;
    struct source liar;
    int heard = 0, gone = 0;

    source_init(&liar);
    zone_init(&z, ZONE_PLACES);
    for (int i = 0; i < 1500; i++) {
        int64_t now_ms = (int64_t)i * 20;
        struct source_packet p = {.ssrc = 1,
                                  .number = (uint16_t)i,
                                  .time = (uint32_t)i * 960,
                                  .has_level = true,
                                  .level = 0,
                                  .n_bytes = 60};
        struct source_taken taken;

        T_EQ(source_take(&liar, &p, now_ms, &taken), SOURCE_FRESH, "the liar's packet");
        (void)zone_offer(&z, 99, taken.is_speech, source_loudness(&liar), now_ms);
        /* Two others take turns of a second. */
        if (i % 100 < 50)
            heard += zone_offer(&z, i / 100 % 2, true, LOW, now_ms).place >= 0;
        gone += zone_expire(&z, now_ms) != ZONE_NOBODY;
    }
    T_EQ(heard, 750, "the others are heard in each of their packets");
    T_OK(gone > 0, "and each goes when he is silent");
}

T_CASE(zone_leaving_frees_the_place)
{
    struct zone z = three_talk(0);

    T_OK(zone_leave(&z, 1), "he had one");
    T_OK(!zone_leave(&z, 1), "no longer");
    T_EQ(zone_find(&z, 2), 2, "the others stay where they are");
    T_EQ(zone_offer(&z, 5, true, LOW, 20).place, 1, "it is free");
}

T_CASE(zone_who_is_silent_gives_way_though_the_clock_is_late)
{
    struct zone z = three_talk(0);
    struct zone_turn turn = zone_offer(&z, 5, true, LOW, 5000);

    T_OK(turn.place == 0 && turn.gone == 0 && turn.came, "nobody spoke for five seconds");
}
