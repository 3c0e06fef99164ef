#include "federation/series_text.h"

#include "node/base/clock.h"
#include "node/place/ready.h"
#include "tenants/hours/calendar.h"
#include "tests/t.h"

#define DAY  20788
#define NOON calendar_utc(DAY, 720)

struct made {
    struct arena *arena;
    struct series_person staff[1];
    struct series_date dates[1];
    struct class_page pages[1];
    struct series_offer offer;
};

static void make(struct made *m)
{
    static const uint8_t key[SERIES_KEY_BYTES] = {1};
    enum series_floor_verdict verdict;

    *m = (struct made){.staff = {{SPAN("あおき")}},
                       .dates = {{1, 11, NOON + DAY_US, NOON + DAY_US + HOUR_US, false}},
                       .pages = {{.text = SPAN("みる")}}};
    invariant(arena_create(65536, &m->arena, NULL) == ERR_OK, "memory");
    m->offer = (struct series_offer){
        .series = {{1, 2, 3, 4, 5, 6, 7}},
        .text = {.title = SPAN("絵《え》をかく"),
                 .summary = SPAN("すきな色でかきます。"),
                 .rules = SPAN(""),
                 .has_hand = true,
                 .staff = {m->staff, 1}},
        .more = {.pages = {m->pages, 1}},
        .dates = {m->dates, 1},
        .places = 5,
        .key = span_of(key, sizeof key),
    };
    invariant(series_floor_copy(ready_ground_find(SPAN("lounge"))->floor, m->offer.series,
                                m->offer.text.title, m->arena, &m->offer.more.floor,
                                &m->offer.more.hash, &verdict, NULL) == ERR_OK,
              "a floor");
}

static bool is_good(struct made *m)
{
    bool good = false;
    struct fail why = {.code = ERR_OK};

    T_EQ(series_offer_check(NULL, &m->offer, 10, NOON, m->arena, &good, &why), ERR_OK,
         why.text);
    arena_destroy(&m->arena);
    return good;
}

T_CASE(series_offer_goes_out_and_comes_in)
{
    struct made m;
    struct series_offer read;
    struct jx_defects defects = {0};
    struct span text;

    T_REQ("CARD-2");
    make(&m);
    T_EQ(jx_write(&series_offer_shape, &m.offer, m.arena, &text, NULL), ERR_OK, "written");
    T_EQ(jx_read(text, &series_offer_shape, m.arena, &read, &defects, NULL), ERR_OK, "read");
    T_SPAN(read.text.title, m.offer.text.title, "title");
    T_SPAN(read.more.floor, m.offer.more.floor, "floor, byte for byte");
    T_EQ(read.dates.n, 1, "dates");
    T_OK(((struct series_date *)read.dates.at)->class == 11 && !read.has_until, "as they were");
    m.offer = read;
    T_OK(is_good(&m), "and is taken in");
}

T_CASE(series_offer_is_judged)
{
    static const struct {
        const char *what;
        bool want;
    } rows[] = {
        {"as it is", true},
        {"as many places as we may be given", true},
        {"one more", false},
        {"no means to take part", false},
        {"no reading", false},
        {"letters that pass for others", false},
        {"dates that are none", false},
        {"to be answered in years", false},
        {"a page with a bad link", false},
        {"no floor", false},
        {"no id", false},
        {"staff in letters of two alphabets", false},
        {"rules in letters of two alphabets", false},
    };
    struct class_link link = {SPAN("ここ"), SPAN("http://example.jp/")};

    T_REQ("CARD-2, CARD-11");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct made m;

        make(&m);
        if (i == 1 || i == 2)
            m.offer.places = i == 1 ? 10 : 11;
        if (i == 3)
            m.offer.text.has_hand = false;
        if (i == 4)
            m.offer.text.title = SPAN("絵をかく");
        if (i == 5)
            m.offer.text.summary = SPAN("st\xd0\xb0"
                                        "ff");
        if (i == 6)
            m.dates[0].to_utc_us = m.dates[0].from_utc_us;
        if (i == 7) {
            m.offer.has_until = true;
            m.offer.until_utc_us = NOON + 401 * DAY_US;
        }
        if (i == 8)
            m.pages[0].links = (struct jx_list){&link, 1};
        if (i == 9)
            m.offer.more.floor = SPAN("{}");
        if (i == 10)
            m.offer.series = ID_NONE;
        if (i == 11)
            m.staff[0].name = SPAN("st\xd0\xb0"
                                   "ff");
        if (i == 12)
            m.offer.text.rules = SPAN("st\xd0\xb0"
                                      "ff");
        T_EQ(is_good(&m), rows[i].want, rows[i].what);
    }
}
