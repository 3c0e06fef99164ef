/* What is stopped for whom, until when, and what each line is told of it. */
#include "node/place/measure.h"

#include <stdlib.h>

#include "node/base/clock.h"
#include "tests/t.h"

#define NOW_US INT64_C(1800000000000000)

/* A line that counts what it was told and keeps the last of it. */
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

/* One child on the plaza, another in the lobby. */
struct yard {
    struct place place;
    struct place_floor plaza;
    struct place_pass passes[2];
    struct guest guests[2];
    struct line lines[2];
    struct visit visit;
};

static struct yard *yard_create(void)
{
    struct yard *y = calloc(1, sizeof *y);

    T_EQ(arena_create(65536, &y->place.arena, NULL), ERR_OK, "arena");
    memcpy(y->plaza.id, "plaza", 6);
    for (int i = 0; i < 2; i++) {
        y->lines[i].head.ops = &ops;
        y->passes[i].look.role = ROLE_STUDENT;
        y->passes[i].look.account = id_new();
        y->guests[i] = (struct guest){.place = &y->place,
                                      .conn = (struct live_conn *)(void *)&y->lines[i],
                                      .pass = &y->passes[i],
                                      .next = y->place.guests};
        y->place.guests = &y->guests[i];
    }
    y->visit = (struct visit){.place = &y->place,
                              .account = y->passes[0].look.account,
                              .guest = &y->guests[0],
                              .pass = y->passes[0],
                              .floor = &y->plaza};
    y->guests[0].visit = &y->visit;
    return y;
}

static void yard_destroy(struct yard *y)
{
    for (int i = 0; i < 2; i++)
        ws_shared_unref(&y->lines[i].last);
    measures_free(&y->place.measures);
    arena_destroy(&y->place.arena);
    free(y);
}

static struct place_now at(int64_t us)
{
    return (struct place_now){us, NOW_US + us};
}

static struct measure of_account(struct id account, enum measure_kind kind, int64_t until_us)
{
    return (struct measure){.id = id_new(),
                            .account = account,
                            .kind = kind,
                            .until_utc_us = until_us == 0 ? 0 : NOW_US + until_us};
}

static struct measure of_floor(const char *floor, enum measure_kind kind)
{
    struct measure m = {.id = id_new(), .kind = kind};

    memcpy(m.floor, floor, strlen(floor) + 1);
    return m;
}

static void put(struct yard *y, struct measure m)
{
    T_OK(measure_put(&y->place.measures, &m) != NULL, "put");
}

static bool has(const struct line *line, const char *text)
{
    return line->last != NULL &&
           memmem(ws_shared_bytes(line->last).p, ws_shared_bytes(line->last).len, text,
                  strlen(text)) != NULL;
}

T_CASE(a_measure_stops_its_kind_for_its_account_until_its_time)
{
    struct yard *y = yard_create();
    int64_t until = -1;

    T_REQ("AI-2.7-ウ-2");
    T_OK(!measure_stops(&y->place, &y->visit, MEASURE_CHAT, at(0), NULL), "nothing holds");
    put(y, of_account(y->visit.account, MEASURE_CHAT, SECOND_US));
    T_OK(measure_stops(&y->place, &y->visit, MEASURE_CHAT, at(0), &until), "it holds");
    T_EQ(until, NOW_US + SECOND_US, "until then");
    T_OK(!measure_stops(&y->place, &y->visit, MEASURE_REACT, at(0), NULL), "its kind alone");
    T_OK(
        !measure_stops_account(&y->place, y->passes[1].look.account, MEASURE_CHAT, at(0), NULL),
        "nobody else");
    T_OK(measure_stops(&y->place, &y->visit, MEASURE_CHAT, at(SECOND_US - 1), NULL), "still");
    T_OK(!measure_stops(&y->place, &y->visit, MEASURE_CHAT, at(SECOND_US), NULL), "over");
    yard_destroy(y);
}

T_CASE(of_several_the_longest_is_told)
{
    struct yard *y = yard_create();
    int64_t until = -1;

    put(y, of_account(y->visit.account, MEASURE_MUTE, 9 * SECOND_US));
    put(y, of_account(y->visit.account, MEASURE_MUTE, 3 * SECOND_US));
    T_OK(measure_stops(&y->place, &y->visit, MEASURE_MUTE, at(0), &until), "stopped");
    T_EQ(until, NOW_US + 9 * SECOND_US, "the later end");
    put(y, of_account(y->visit.account, MEASURE_MUTE, 0));
    T_OK(measure_stops(&y->place, &y->visit, MEASURE_MUTE, at(0), &until), "stopped");
    T_EQ(until, 0, "without an end");
    yard_destroy(y);
}

T_CASE(a_floors_measures_hold_for_those_whom_measures_bind)
{
    static const struct {
        enum role role;
        bool is_stopped;
    } rows[] = {
        {ROLE_STUDENT, true},       {ROLE_GUARDIAN, true},    {ROLE_GUEST_TEACHER, true},
        {ROLE_SUPPORTER, false},    {ROLE_INSTRUCTOR, false}, {ROLE_SCHOOL_STAFF, false},
        {ROLE_COMMISSIONER, false}, {ROLE_CONTRACTOR, false},
    };
    struct yard *y = yard_create();
    struct measure slow = of_floor("plaza", MEASURE_SLOW), slower = slow;

    T_REQ("HI-3.3-4");
    slow.seconds = 10;
    slower.id = id_new();
    slower.seconds = 30;
    put(y, of_floor("plaza", MEASURE_CHAT));
    put(y, slow);
    put(y, slower);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        y->visit.pass.look.role = rows[i].role;
        T_EQ(measure_stops(&y->place, &y->visit, MEASURE_CHAT, at(0), NULL), rows[i].is_stopped,
             role_id(rows[i].role));
        T_EQ(measure_slow_ms(&y->place, &y->visit, at(0)), rows[i].is_stopped ? 30000 : 0,
             "the slowest counts");
    }
    y->visit.pass.look.role = ROLE_STUDENT;
    memcpy(y->plaza.id, "quiet", 6);
    T_OK(!measure_stops(&y->place, &y->visit, MEASURE_CHAT, at(0), NULL),
         "on that floor alone");
    y->visit.floor = NULL;
    T_OK(!measure_stops(&y->place, &y->visit, MEASURE_CHAT, at(0), NULL), "nor on none");
    yard_destroy(y);
}

T_CASE(a_measure_by_its_id_is_there_once)
{
    struct yard *y = yard_create();
    struct measure m = of_account(y->visit.account, MEASURE_CHAT, 0);

    put(y, m);
    m.until_utc_us = NOW_US + SECOND_US;
    put(y, m);
    T_EQ(y->place.measures->until_utc_us, NOW_US + SECOND_US, "the later word");
    T_OK(measure_drop(&y->place.measures, m.id), "lifted");
    T_OK(y->place.measures == NULL, "and gone");
    T_OK(!measure_drop(&y->place.measures, m.id), "once");
    yard_destroy(y);
}

T_CASE(each_line_is_told_what_became_different)
{
    struct yard *y = yard_create();
    struct measure chat = of_account(y->visit.account, MEASURE_CHAT, 0);
    struct measure both = of_account(y->visit.account, MEASURE_CHAT, 0);
    struct measure floor = of_floor("plaza", MEASURE_REACT);
    struct fail fail = {.code = ERR_OK};

    T_REQ("AI-2.7-ウ-2");
    T_EQ(measure_begin(&y->place, &chat, at(0), &fail), ERR_OK, "begun");
    T_EQ(y->lines[0].n, 1, "told");
    T_OK(has(&y->lines[0], "\"kind\":\"chat\"") && has(&y->lines[0], "\"is_on\":true") &&
             has(&y->lines[0], "SOS"),
         "what, and who listens");
    T_EQ(y->lines[1].n, 0, "nobody else");
    T_EQ(measure_begin(&y->place, &both, at(1), &fail), ERR_OK, "a second one");
    T_EQ(y->lines[0].n, 1, "is nothing new to him");
    measure_end(&y->place, chat.id, at(2));
    T_EQ(y->lines[0].n, 1, "the other one holds");
    measure_end(&y->place, both.id, at(3));
    T_EQ(y->lines[0].n, 2, "told");
    T_OK(has(&y->lines[0], "\"is_on\":false"), "that it is over");
    T_EQ(measure_begin(&y->place, &floor, at(4), &fail), ERR_OK, "on the floor");
    T_EQ(y->lines[0].n + y->lines[1].n, 3, "who is there is told");
    yard_destroy(y);
}

T_CASE(what_is_over_goes_and_is_told)
{
    struct yard *y = yard_create();
    struct measure m = of_account(y->passes[1].look.account, MEASURE_EJECT, 5 * SECOND_US);
    struct fail fail = {.code = ERR_OK};

    T_REQ("AI-2.7-ウ-4");
    T_OK(measure_put(&y->place.measures, &m) != NULL, "as read after a start");
    measure_tell(&y->guests[1], at(0));
    T_EQ(y->lines[1].n, 1, "told when he comes");
    T_OK(has(&y->lines[1], "\"kind\":\"eject\"") && has(&y->lines[1], "\"until\":"),
         "until when");
    measures_sweep(&y->place, at(5 * SECOND_US - 1));
    T_EQ(y->lines[1].n, 1, "not yet");
    measures_sweep(&y->place, at(5 * SECOND_US));
    T_OK(y->place.measures == NULL, "gone by itself");
    T_OK(has(&y->lines[1], "\"is_on\":false"), "and told");
    T_EQ(measure_begin(&y->place, &m, at(6 * SECOND_US), &fail), ERR_OK, "over already");
    T_EQ(y->lines[1].n, 2 + 1, "its out, and no stop: it holds no more");
    yard_destroy(y);
}

T_CASE(the_sentence_of_an_ejection_says_when)
{
    /* 2026-01-05 15:29:30 in Japan, a Monday. */
    const struct place_now now = {0, INT64_C(1767594570) * SECOND_US};
    char text[PLACE_TEXT_CAP];

    T_REQ("AI-2.7-ウ-4");
    measure_eject_text(now.utc_us + 30 * MINUTE_US, now, text);
    T_OK(strstr(text, "きょうの16:00から") != NULL || strstr(text, "きょうの16時") != NULL,
         text);
    measure_eject_text(now.utc_us + 24 * 60 * MINUTE_US, now, text);
    T_OK(strstr(text, "1月6日") != NULL && strstr(text, "SOS") != NULL, text);
    measure_eject_text(now.utc_us + 8 * 60 * MINUTE_US + 30 * MINUTE_US + 10 * SECOND_US, now,
                       text);
    T_OK(strstr(text, "1月6日の0") != NULL, text);
}
