/* What the weekly report says, line by line, out of records made by hand. */
#include "reporting/weekly_facts.h"

#include <stdio.h>

#include "node/base/jx_scalar.h"
#include "reporting/weekly_week.h"
#include "tests/t.h"

#define MONDAY "2026-11-16T00:00:00+09:00"
#define MADE   "2026-11-23T06:00:00+09:00"

static int64_t at(const char *text)
{
    int64_t us = 0;

    T_OK(text == NULL || jx_time_parse(span_text(text), &us), text);
    return us;
}

static struct id id_of(uint8_t n)
{
    struct id id = ID_NONE;

    id.b[15] = n;
    return id;
}

static struct visit_event_row event(uint8_t visit, uint8_t account, enum visit_kind kind,
                                    const char *when)
{
    return (struct visit_event_row){.id = id_new(),
                                    .visit = id_of(visit),
                                    .account = id_of(account),
                                    .kind = kind,
                                    .at_utc_us = at(when),
                                    .floor = SPAN("plaza")};
}

static struct weekly_facts make(struct weekly_given given, struct arena *arena)
{
    struct weekly_facts facts = {NULL, 0, 0};

    given.week_utc_us = at(MONDAY);
    given.made_utc_us = at(MADE);
    T_EQ(weekly_facts_make(&given, arena, &facts, NULL), ERR_OK, "made");
    return facts;
}

static struct arena *arena_of(void)
{
    struct arena *arena = NULL;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    return arena;
}

T_CASE(weekly_counts_by_visit_not_by_entry)
{
    const struct visit_event_row events[] = {
        event(1, 7, VISIT_ENTRY, "2026-11-17T10:00:00+09:00"),
        event(1, 7, VISIT_MOVE, "2026-11-17T10:05:00+09:00"),
        event(1, 7, VISIT_LOST, "2026-11-17T10:30:00+09:00"),
        event(1, 7, VISIT_ENTRY, "2026-11-17T10:31:00+09:00"),
        event(1, 7, VISIT_EXIT, "2026-11-17T11:00:00+09:00"),
        event(2, 7, VISIT_ENTRY, "2026-11-17T13:00:00+09:00"),
        event(2, 7, VISIT_LOST, "2026-11-17T13:10:00+09:00"),
    };
    struct arena *arena = arena_of();
    struct weekly_facts facts =
        make((struct weekly_given){.events = events, .n_events = T_COUNT(events)}, arena);

    T_REQ("AI-4.6-ア-1");
    T_EQ(facts.n, 2, "two visits");
    T_EQ(facts.n_pupils, 1, "of one pupil");
    T_EQ(facts.lines[0].n_lost, 1, "cut once");
    T_EQ(facts.lines[0].seconds, 59 * 60, "the minute of the cut is no presence");
    T_EQ(facts.lines[0].begin_utc_us, at("2026-11-17T10:00:00+09:00"), "first entry");
    T_EQ(facts.lines[0].end_utc_us, at("2026-11-17T11:00:00+09:00"), "last exit");
    T_EQ(facts.lines[0].end, WEEKLY_EXIT, "went out");
    T_EQ(facts.lines[1].end, WEEKLY_LOST, "never came back");
    T_EQ(facts.lines[1].n_lost, 1, "marked");
    arena_destroy(&arena);
}

T_CASE(weekly_cuts_a_visit_at_midnight_in_tokyo)
{
    const struct visit_event_row events[] = {
        event(1, 7, VISIT_ENTRY, "2026-11-18T23:40:00+09:00"),
        event(1, 7, VISIT_EXIT, "2026-11-19T00:20:00+09:00"),
    };
    struct arena *arena = arena_of();
    struct weekly_facts facts =
        make((struct weekly_given){.events = events, .n_events = T_COUNT(events)}, arena);

    T_EQ(facts.n, 2, "a line a day");
    T_OK(!facts.lines[0].is_continued && facts.lines[1].is_continued, "one visit");
    T_EQ(facts.lines[0].end, WEEKLY_NEXT, "goes on");
    T_EQ(facts.lines[0].end_utc_us, at("2026-11-19T00:00:00+09:00"), "till midnight");
    T_EQ(facts.lines[0].seconds, 20 * 60, "before");
    T_EQ(facts.lines[1].begin_utc_us, at("2026-11-19T00:00:00+09:00"), "from midnight");
    T_EQ(facts.lines[1].seconds, 20 * 60, "after");
    T_EQ(facts.lines[1].end, WEEKLY_EXIT, "its end");
    arena_destroy(&arena);
}

T_CASE(weekly_takes_what_lies_in_the_week_alone)
{
    const struct visit_event_row events[] = {
        event(1, 7, VISIT_ENTRY, "2026-11-15T23:50:00+09:00"),
        event(1, 7, VISIT_EXIT, "2026-11-16T00:10:00+09:00"),
        event(2, 8, VISIT_ENTRY, "2026-11-22T23:50:00+09:00"),
        event(2, 8, VISIT_EXIT, "2026-11-23T00:10:00+09:00"),
        event(3, 9, VISIT_ENTRY, "2026-11-15T23:50:00+09:00"),
        event(3, 9, VISIT_EXIT, "2026-11-16T00:00:00+09:00"),
        event(4, 10, VISIT_ENTRY, "2026-11-22T23:00:00+09:00"),
        event(5, 11, VISIT_ENTRY, "2026-11-20T10:00:00+09:00"),
        event(5, 11, VISIT_EXIT, "2026-11-20T10:00:00+09:00"),
    };
    struct arena *arena = arena_of();
    struct weekly_facts facts =
        make((struct weekly_given){.events = events, .n_events = T_COUNT(events)}, arena);

    T_EQ(facts.n, 4, "one each, but for who left at midnight");
    T_OK(facts.lines[0].is_continued && facts.lines[0].seconds == 600, "from the week before");
    T_OK(facts.lines[1].end == WEEKLY_NEXT && facts.lines[1].seconds == 600, "into the next");
    T_OK(facts.lines[2].end == WEEKLY_NEXT && facts.lines[2].seconds == 3600, "still there");
    T_OK(facts.lines[3].end == WEEKLY_EXIT && facts.lines[3].seconds == 0, "a moment");
    arena_destroy(&arena);
}

T_CASE(weekly_logins_end_in_their_ways)
{
    static const struct {
        const char *what, *begin, *seen, *closed;
        bool is_out;
        int want; /* -1: not in the report */
    } rows[] = {
        {"logged out", "2026-11-17T09:00:00+09:00", "2026-11-17T09:30:00+09:00",
         "2026-11-17T09:31:00+09:00", true, WEEKLY_OUT},
        {"ended by a rule", "2026-11-17T09:00:00+09:00", "2026-11-17T09:30:00+09:00",
         "2026-11-17T09:31:00+09:00", false, WEEKLY_ENDED},
        {"left alone", "2026-11-17T09:00:00+09:00", "2026-11-17T09:30:00+09:00", NULL, false,
         WEEKLY_UNUSED},
        {"from the week before", "2026-11-15T23:00:00+09:00", "2026-11-16T00:30:00+09:00", NULL,
         false, WEEKLY_UNUSED},
        {"going on", "2026-11-22T23:00:00+09:00", "2026-11-23T05:59:00+09:00", NULL, false,
         WEEKLY_OPEN},
        {"over before", "2026-11-15T09:00:00+09:00", "2026-11-15T09:30:00+09:00", NULL, false,
         -1},
        {"of the next week", "2026-11-23T00:00:00+09:00", "2026-11-23T00:30:00+09:00", NULL,
         false, -1},
    };
    struct arena *arena = arena_of();

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        const struct weekly_login login = {.account = id_of(7),
                                           .begin_utc_us = at(rows[i].begin),
                                           .seen_utc_us = at(rows[i].seen),
                                           .closed_utc_us = at(rows[i].closed),
                                           .expires_utc_us = at(rows[i].begin) + DAY_US,
                                           .is_out = rows[i].is_out};
        struct weekly_facts facts =
            make((struct weekly_given){.logins = &login, .n_logins = 1}, arena);

        T_EQ(facts.n, rows[i].want >= 0, rows[i].what);
        if (facts.n == 1) {
            T_EQ((int)facts.lines[0].end, rows[i].want, rows[i].what);
            T_EQ(facts.lines[0].is_continued, i == 3, "marked when it began before");
        }
    }
    arena_destroy(&arena);
}

T_CASE(weekly_names_who_never_came_and_sums_the_same)
{
    const struct weekly_pupil pupils[] = {
        {id_of(3), false}, {id_of(7), true}, {id_of(9), false}};
    const struct weekly_login login = {.account = id_of(7),
                                       .begin_utc_us = at("2026-11-17T09:00:00+09:00"),
                                       .seen_utc_us = at("2026-11-17T09:00:00+09:00"),
                                       .expires_utc_us = at("2026-11-18T09:00:00+09:00")};
    struct arena *arena = arena_of();
    struct weekly_facts facts = make(
        (struct weekly_given){.pupils = pupils, .n_pupils = 3, .logins = &login, .n_logins = 1},
        arena);
    struct weekly_facts empty =
        make((struct weekly_given){.pupils = pupils, .n_pupils = 3}, arena);
    struct hash256 one, again, other;
    struct span text;

    T_EQ(facts.n, 3, "everybody");
    T_EQ(facts.lines[0].kind, WEEKLY_NONE, "nothing all week");
    T_EQ(facts.lines[1].kind, WEEKLY_LOGIN, "in the order of ids");
    T_EQ(empty.n, 3, "an empty week has its pupils");
    T_OK(empty.lines[1].is_trial, "with their marks");
    T_EQ(weekly_facts_text(facts.lines, facts.n, arena, &text, &one, NULL), ERR_OK, "text");
    T_EQ(weekly_facts_text(facts.lines, facts.n, arena, &text, &again, NULL), ERR_OK, "again");
    facts.lines[1].seconds = 1;
    T_EQ(weekly_facts_text(facts.lines, facts.n, arena, &text, &other, NULL), ERR_OK, "other");
    T_OK(hash256_eq(&one, &again) && !hash256_eq(&one, &other), "the sum tells");
    T_EQ(weekly_facts_text(NULL, 0, arena, &text, &one, NULL), ERR_OK, "no pupil at all");
    T_SPAN(text, SPAN("{\"lines\":[]}"), "an empty list");
    arena_destroy(&arena);
}

static struct weekly_lesson lesson(uint8_t account, uint8_t key, const char *joined,
                                   const char *left, enum lesson_why why)
{
    return (struct weekly_lesson){.account = id_of(account),
                                  .lesson = id_of(key),
                                  .course = id_of(99),
                                  .course_version = 2,
                                  .course_kind = SPAN("relax"),
                                  .joined_utc_us = at(joined),
                                  .left_utc_us = at(left),
                                  .from_utc_us = at("2026-11-17T10:15:00+09:00"),
                                  .to_utc_us = at("2026-11-17T11:00:00+09:00"),
                                  .why = why};
}

T_CASE(weekly_adds_up_the_stays_of_one_lesson)
{
    const struct weekly_lesson lessons[] = {
        lesson(7, 1, "2026-11-17T10:16:00+09:00", "2026-11-17T10:26:00+09:00", LESSON_LOST),
        lesson(7, 1, "2026-11-17T10:40:00+09:00", "2026-11-17T10:46:00+09:00", LESSON_SELF),
        lesson(7, 2, "2026-11-17T10:50:00+09:00", "2026-11-17T11:00:00+09:00", LESSON_END),
        lesson(8, 1, "2026-11-17T10:15:00+09:00", "2026-11-17T10:20:00+09:00", LESSON_LOST),
    };
    struct arena *arena = arena_of();
    const struct weekly_facts facts =
        make((struct weekly_given){.lessons = lessons, .n_lessons = 4, .attended_minutes = 15},
             arena);
    struct hash256 sum;
    struct span text;

    T_REQ("AI-4.6-ア-3");
    T_EQ(facts.n, 3, "a line a pupil and lesson");
    T_EQ(facts.lines[0].kind, WEEKLY_LESSON, "a lesson");
    T_EQ(facts.lines[0].seconds, 16 * 60, "both stays");
    T_OK(facts.lines[0].is_attended && !facts.lines[1].is_attended, "long enough, and not");
    T_EQ(facts.lines[0].n_lost, 1, "one cut");
    T_EQ((int)facts.lines[0].end, WEEKLY_EXIT, "left by himself in the end");
    T_EQ((int)facts.lines[2].end, WEEKLY_LOST, "another by a cut");
    T_EQ(weekly_facts_text(facts.lines, 1, arena, &text, &sum, NULL), ERR_OK, "text");
    T_OK(memmem(text.p, text.len, "\"course_kind\":\"relax\"", 21) != NULL, "its content");
    arena_destroy(&arena);
}

/* Reports that were made before lessons were in them keep their sums. */
T_CASE(weekly_lines_of_before_read_as_before)
{
    const struct weekly_line line = {.account = id_of(1), .kind = WEEKLY_NONE};
    struct arena *arena = arena_of();
    struct hash256 sum;
    struct span text;

    T_EQ(weekly_facts_text(&line, 1, arena, &text, &sum, NULL), ERR_OK, "text");
    T_SPAN(text,
           SPAN("{\"lines\":[{\"account\":\"00000000-0000-0000-0000-000000000001\",\"end_how\":"
                "\"open\",\"is_continued\":false,\"is_trial\":false,\"kind\":\"none\",\"n\":0,"
                "\"n_lost\":0,\"seconds\":0}]}"),
           "byte for byte");
    arena_destroy(&arena);
}
