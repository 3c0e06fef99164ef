#include "federation/series_rule.h"

#include "node/base/clock.h"
#include "node/place/floor_json.h"
#include "node/place/ready.h"
#include "tenants/hours/calendar.h"
#include "tests/t.h"

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;

    invariant(arena_create(65536, &arena, NULL) == ERR_OK, "memory");
    return arena;
}

static struct id id_of(const char *text)
{
    struct id id = ID_NONE;

    invariant(id_parse(span_text(text), &id, NULL) == ERR_OK, "id %s", text);
    return id;
}

/* 2026-12-01 10:00 in Japan. */
#define DAY  20788
#define NOON calendar_utc(DAY, 720)

T_CASE(series_names_are_base32)
{
    static const struct {
        const char *hex, *text;
    } rows[] = {
        /* RFC 4648, section 10, in small letters and of whole fives */
        {"666f6f6261", "mzxw6ytb"},
        {"0000000000", "aaaaaaaa"},
        {"ffffffffff", "77777777"},
        {"00443214c7ffffffffff", "abcdefgh77777777"},
    };
    char text[SERIES_PSEUD_TEXT_CAP], floor[SERIES_FLOOR_CAP];

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span bytes = t_hex(rows[i].hex);

        series_base32(bytes.p, bytes.len, text);
        T_TEXT(text, rows[i].text, rows[i].hex);
    }
    series_floor_name(id_of("666f6f62-6100-7000-8000-000000000000"), floor);
    T_TEXT(floor, "shared-mzxw6ytb", "a floor is called by its series");
    series_floor_name(id_of("666f6f62-61ff-7fff-8fff-ffffffffffff"), floor);
    T_TEXT(floor, "shared-mzxw6ytb", "the first forty bits alone");
}

/* ---- floors ---- */

T_CASE(series_floor_is_a_copy_that_others_take_in)
{
    static const struct {
        const char *ready, *title;
        enum err rc;
        enum series_floor_verdict verdict;
    } rows[] = {
        {"lounge", "えをかく", ERR_OK, SERIES_FLOOR_GOOD},
        {"classes", "ゆっくり呼吸《こきゅう》", ERR_OK, SERIES_FLOOR_GOOD}, /* its hours go */
        {"lounge",
         "とてもとてもとてもとてもとてもとてもとてもとてもとてもとても長《なが》い題《だい》",
         ERR_OK, SERIES_FLOOR_GOOD}, /* too long for a door: a plain name */
        {"counsel", "えをかく", ERR_INVALID, SERIES_FLOOR_CLOSED},
    };
    const struct id series = id_of("666f6f62-6100-7000-8000-000000000001");

    T_REQ("CARD-2");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct floor *from = ready_ground_find(span_text(rows[i].ready))->floor;
        enum series_floor_verdict verdict = SERIES_FLOOR_GOOD;
        struct arena *arena = arena_new();
        const struct floor *read = NULL;
        struct span file = SPAN_NONE, hash = SPAN_NONE;

        T_EQ(series_floor_copy(from, series, span_text(rows[i].title), arena, &file, &hash,
                               &verdict, NULL),
             rows[i].rc, rows[i].ready);
        T_EQ(verdict, rows[i].verdict, rows[i].ready);
        if (rows[i].rc == ERR_OK) {
            T_EQ(series_floor_read(file, hash, series, arena, &read, NULL), ERR_OK, "read");
            T_OK(read != NULL && span_eq(read->id, SPAN("shared-mzxw6ytb")), "its name");
            T_EQ(series_floor_read(file, hash, id_of("766f6f62-6100-7000-8000-000000000001"),
                                   arena, &read, NULL),
                 ERR_INVALID, "of another series it is none");
            T_EQ(series_floor_read(file, SPAN("00"), series, arena, &read, NULL), ERR_INVALID,
                 "another hash");
            T_EQ(series_floor_read(span_cut(file, 0, file.len - 1), hash, series, arena, &read,
                                   NULL),
                 ERR_INVALID, "cut");
        }
        arena_destroy(&arena);
    }
}

/* The i-th thing that may be wrong with a room. */
static void spoil(struct floor_area *area, size_t i)
{
    static struct span inside[] = {{(const uint8_t *)"inside", 6}};

    if (i == 1)
        area->see = (struct jx_texts){inside, 1};
    if (i == 2)
        area->enter = (struct jx_texts){inside, 1};
    if (i == 3)
        area->lock = LOCK_IN_USE;
    if (i == 4)
        area->kind = FLOOR_COUNSEL;
    area->has_hours = i == 5;
    if (i == 6) {
        area->has_to = true;
        area->to = SPAN("trap");
    }
}

T_CASE(series_floor_has_no_closed_room)
{
    const struct floor *from = ready_ground_find(SPAN("lounge"))->floor;
    static const struct {
        const char *what;
        enum series_floor_verdict want;
    } rows[] = {
        {"as it is", SERIES_FLOOR_GOOD},      {"not seen by all", SERIES_FLOOR_CLOSED},
        {"not for all", SERIES_FLOOR_CLOSED}, {"locked", SERIES_FLOOR_CLOSED},
        {"counsel", SERIES_FLOOR_CLOSED},     {"hours", SERIES_FLOOR_HOURS},
        {"a way out", SERIES_FLOOR_PORTAL},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct floor_area areas[FLOOR_N_AREAS];
        struct floor floor = *from;

        memcpy(areas, floor_area_nth(from, 0), from->areas.n * sizeof *areas);
        floor.areas.at = areas;
        spoil(&areas[0], i);
        T_EQ(series_floor_judge(&floor), rows[i].want, rows[i].what);
    }
}

/* ---- dates ---- */

T_CASE(series_time_lies_in_one_day)
{
    static const struct {
        const char *what;
        int64_t from_s, to_s; /* from midnight of the day in Japan */
        bool is_right;
    } rows[] = {
        {"three quarters", 36000, 38700, true}, {"five minutes", 36000, 36300, true},
        {"four", 36000, 36240, false},          {"all day", 0, 86400, true},
        {"over midnight", 82800, 86460, false}, {"seconds", 36001, 38701, false},
        {"backwards", 38700, 36000, false},     {"none", 36000, 36000, false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(series_time_is_right(calendar_utc(DAY, 0) + rows[i].from_s * SECOND_US,
                                  calendar_utc(DAY, 0) + rows[i].to_s * SECOND_US),
             rows[i].is_right, rows[i].what);
}

static struct series_date date(int64_t n, int64_t class, int day, int minute)
{
    return (struct series_date){.n = n,
                                .class = class,
                                .from_utc_us = calendar_utc(DAY + day, minute),
                                .to_utc_us = calendar_utc(DAY + day, minute + 45)};
}

T_CASE(series_dates_from_outside_are_judged)
{
    struct series_date two[2] = {date(1, 11, 1, 600), date(2, 12, 2, 600)};
    struct series_date many[SERIES_LESSONS_MOST + 1];
    const struct {
        const char *what;
        struct series_date second;
        bool is_right, as_change;
    } rows[] = {
        {"as they are", date(2, 12, 2, 600), true, true},
        {"beside each other", date(2, 12, 1, 645), true, true},
        {"one over the other", date(2, 12, 1, 630), false, false},
        {"a number twice", date(1, 12, 2, 600), false, false},
        {"a class twice", date(2, 11, 2, 600), false, false},
        {"class 0", date(2, 0, 2, 600), false, false},
        {"class beyond 32 bits", date(2, INT64_C(1) << 32, 2, 600), false, false},
        {"the last class", date(2, UINT32_MAX, 2, 600), true, true},
        {"number 0", date(0, 12, 2, 600), false, false},
        {"number 61", date(61, 12, 2, 600), false, false},
        {"2099", date(2, 12, 26500, 600), false, false},
        {"in 399 days", date(2, 12, 399, 600), true, true},
        {"in 401", date(2, 12, 401, 600), false, false},
        {"a month ago", date(2, 12, -30, 600), true, true},
        {"longer", date(2, 12, -32, 600), false, false},
    };

    T_REQ("CARD-2, CARD-8");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        two[1] = rows[i].second;
        T_EQ(series_dates_are_right(two, 2, NOON, true), rows[i].is_right, rows[i].what);
        T_EQ(series_dates_are_right(two, 2, NOON, false), rows[i].as_change, rows[i].what);
    }
    two[1] = date(2, 12, 1, 630);
    two[1].is_cancelled = true;
    T_OK(series_dates_are_right(two, 2, NOON, true), "a cancelled one is in nobody's way");
    two[0] = date(1, 11, -2, 600);
    T_OK(!series_dates_are_right(two, 2, NOON, true), "an offer of nothing that is to come");
    T_OK(series_dates_are_right(two, 2, NOON, false), "is a change all the same");
    T_OK(!series_dates_are_right(two, 0, NOON, false), "no dates");
    for (int i = 0; i <= SERIES_LESSONS_MOST; i++)
        many[i] = date(i + 1, i + 1, i + 1, 600);
    T_OK(series_dates_are_right(many, SERIES_LESSONS_MOST, NOON, true), "sixty");
    T_OK(!series_dates_are_right(many, SERIES_LESSONS_MOST + 1, NOON, true), "sixty-one");
}

T_CASE(series_change_touches_what_is_to_come)
{
    const struct series_lesson rows[3] = {
        {.n = 1, .class = 11, .from_utc_us = NOON - HOUR_US, .to_utc_us = NOON},
        {.n = 2, .class = 12, .from_utc_us = NOON + HOUR_US, .to_utc_us = NOON + 2 * HOUR_US},
        {.n = 3,
         .class = 13,
         .from_utc_us = NOON + 3 * HOUR_US,
         .to_utc_us = NOON + 4 * HOUR_US},
    };
    struct series_date dates[3];
    struct series_lesson changed[3];
    size_t n = 9;

    for (int i = 0; i < 3; i++)
        dates[i] = (struct series_date){.n = rows[i].n,
                                        .class = rows[i].class,
                                        .from_utc_us = rows[i].from_utc_us,
                                        .to_utc_us = rows[i].to_utc_us};
    T_REQ("CARD-8");
    T_OK(series_dates_differ(rows, 3, dates, 3, NOON, changed, &n), "read");
    T_EQ(n, 0, "nothing is new");
    dates[0].is_cancelled = true;
    T_OK(series_dates_differ(rows, 3, dates, 3, NOON, changed, &n) && n == 0,
         "what is over at this instant is over");
    T_OK(series_dates_differ(rows, 3, dates, 3, NOON - 1, changed, &n) && n == 1,
         "a moment before it was not");
    dates[0].is_cancelled = false;
    dates[1].is_cancelled = true;
    dates[2].to_utc_us += HOUR_US;
    T_OK(series_dates_differ(rows, 3, dates, 3, NOON, changed, &n), "read");
    T_EQ(n, 2, "two changed");
    T_OK(changed[0].n == 2 && changed[0].is_cancelled && changed[1].n == 3 &&
             changed[1].to_utc_us == NOON + 5 * HOUR_US,
         "as they are now");
    T_OK(series_dates_differ(rows, 3, dates, 1, NOON, changed, &n) && n == 0,
         "who is not named stays");
    dates[1].n = 4;
    T_OK(!series_dates_differ(rows, 3, dates, 3, NOON, changed, &n), "a date there is not");
    dates[1].n = 2;
    dates[1].class = 13;
    T_OK(!series_dates_differ(rows, 3, dates, 3, NOON, changed, &n), "another class");
}

/* ---- slots ---- */

T_CASE(series_date_finds_a_slot)
{
    const struct class_slots slots = {2, {{600, 645}, {810, 855}}};
    static const struct {
        const char *what;
        int from, to, n_in[CLASS_SLOTS_MOST], most, want;
    } rows[] = {
        {"the slot itself", 600, 645, {0}, 6, 1},
        {"most of the second", 640, 840, {0}, 6, 2},
        {"beside all", 700, 745, {0}, 6, 3},
        {"beside all, three taken", 700, 745, {0, 0, 1}, 6, 4},
        {"full", 600, 645, {6}, 6, 3},
        {"room for one more", 600, 645, {5}, 6, 1},
        {"full, only the other is empty", 600, 645, {6, 0, 1, 1, 1, 1, 1, 1}, 6, 2},
        {"all taken", 600, 645, {6, 1, 1, 1, 1, 1, 1, 1}, 6, 0},
        {"beside all, all taken", 700, 745, {1, 1, 1, 1, 1, 1, 1, 1}, 6, 0},
    };
    const struct class_slots none = {.n = 0};
    static const int empty[CLASS_SLOTS_MOST];

    T_REQ("AI-4.4-キ-イ");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(series_slot_fit(&slots, rows[i].from, rows[i].to, rows[i].n_in, rows[i].most),
             rows[i].want, rows[i].what);
    T_EQ(series_slot_fit(&none, 600, 645, empty, 6), 1, "a day without slots");
}
