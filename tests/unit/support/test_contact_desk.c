/* Contacts in memory: who was in touch with whom last, and which rows come of it. */
#include <stdlib.h>

#include "node/support/alone.h"
#include "node/support/contact_desk.h"
#include "tests/t.h"

#define S INT64_C(1000000)
#define M (60 * S)

static const struct contact_rules rules = {5 * M, 30 * S};

static struct id who(int n)
{
    struct id id = {{0}};

    id.b[0] = (uint8_t)(200 - n);
    id.b[15] = (uint8_t)n;
    return id;
}

#define CHILD  1
#define OTHER  2 /* a child, too */
#define STAFF  3
#define BOARD  4
#define NOBODY 5

static enum role role_of(int n)
{
    return n == CHILD || n == OTHER ? ROLE_STUDENT
           : n == STAFF             ? ROLE_SUPPORTER
                                    : ROLE_COMMISSIONER;
}

static void say(struct contact_desk *desk, int from, int to, int64_t at)
{
    const struct contact_event event = {who(from), who(to), 1000 * M + at, CONTACT_WORD, 0};

    contact_desk_hear(desk, &rules, &event, role_of(from), role_of(to));
}

T_CASE(a_contact_with_staff_is_one_row_a_conversation)
{
    struct contact_desk *desk = NULL;
    struct contact_row *rows = NULL;

    T_REQ("AI-4.4-カ-ハ-2");
    T_EQ(contact_desk_create(&desk, NULL), ERR_OK, "desk");
    T_EQ(contact_desk_take(desk, &rows), 0, "nothing yet");
    say(desk, CHILD, STAFF, 0);
    T_EQ(contact_desk_times(desk, who(CHILD)).any_utc_us, 0, "a word alone is none");
    say(desk, STAFF, CHILD, S);
    say(desk, CHILD, STAFF, 2 * S);
    T_EQ(contact_desk_times(desk, who(CHILD)).staff_utc_us, 1000 * M + 2 * S, "the newest");
    T_EQ(contact_desk_times(desk, who(STAFF)).any_utc_us, 0, "staff have none");
    say(desk, CHILD, STAFF, 60 * M);
    say(desk, STAFF, CHILD, 61 * M);
    T_EQ(contact_desk_take(desk, &rows), 2, "two conversations");
    T_OK(id_eq(rows[0].child, who(CHILD)) && id_eq(rows[0].other, who(STAFF)), "whose");
    T_OK(!rows[0].is_peer && rows[0].is_answered && rows[0].kind == CONTACT_AUTO, "what");
    T_EQ(rows[0].who.at_utc_us, 1000 * M + S, "the first answer");
    T_OK(id_eq(rows[0].id, contact_id_of(who(CHILD), who(STAFF), 1000 * M + S)),
         "the same id whenever it is found");
    T_OK(!id_eq(rows[0].id, rows[1].id), "each its own");
    contact_desk_put_back(desk, rows, 2);
    T_EQ(contact_desk_take(desk, &rows), 2, "what was not written is there again");
    free(rows);
    contact_desk_destroy(&desk);
}

T_CASE(two_children_in_touch_are_a_row_for_each_and_adults_none)
{
    struct contact_desk *desk = NULL;
    struct contact_row *rows = NULL;

    T_REQ("KP-2-1");
    T_EQ(contact_desk_create(&desk, NULL), ERR_OK, "desk");
    say(desk, CHILD, OTHER, 0);
    say(desk, OTHER, CHILD, S);
    say(desk, STAFF, BOARD, 0);
    say(desk, BOARD, STAFF, S);
    say(desk, CHILD, CHILD, 0);
    say(desk, CHILD, CHILD, S);
    T_EQ(contact_desk_take(desk, &rows), 2, "one for each child");
    T_OK(rows[0].is_peer && rows[1].is_peer, "of peers");
    T_OK(id_eq(rows[0].child, rows[1].other), "seen from both");
    T_EQ(contact_desk_times(desk, who(CHILD)).any_utc_us, 1000 * M + S, "in touch");
    T_EQ(contact_desk_times(desk, who(CHILD)).staff_utc_us, 0, "not with staff");
    T_EQ(contact_desk_times(desk, who(NOBODY)).any_utc_us, 0, "nobody");
    free(rows);
    contact_desk_destroy(&desk);
}

T_CASE(conversations_that_are_over_are_forgotten_times_are_not)
{
    struct contact_desk *desk = NULL;
    struct contact_row *rows = NULL;

    T_EQ(contact_desk_create(&desk, NULL), ERR_OK, "desk");
    say(desk, CHILD, STAFF, 0);
    say(desk, STAFF, CHILD, S);
    say(desk, OTHER, STAFF, 4 * M);
    contact_desk_sweep(desk, &rules, 1000 * M + 6 * M);
    T_EQ(contact_desk_n_ties(desk), 1, "the one under way stays");
    say(desk, STAFF, OTHER, 8 * M);
    T_EQ(contact_desk_times(desk, who(OTHER)).staff_utc_us, 1000 * M + 8 * M, "and goes on");
    T_EQ(contact_desk_times(desk, who(CHILD)).staff_utc_us, 1000 * M + S, "time");
    contact_desk_note(desk, who(CHILD), false, 500 * M);
    T_EQ(contact_desk_times(desk, who(CHILD)).staff_utc_us, 1000 * M + S, "never older");
    contact_desk_note(desk, who(CHILD), false, 2000 * M);
    T_EQ(contact_desk_times(desk, who(CHILD)).staff_utc_us, 2000 * M, "staff noted one");
    T_EQ(contact_desk_take(desk, &rows), 2, "rows of what was heard alone");
    free(rows);
    contact_desk_destroy(&desk);
}

T_CASE(alone_counts_from_coming_in_or_from_the_last_contact)
{
    static const struct {
        const char *what;
        int64_t since, contact, now, want;
    } rows[] = {
        {"just came", 100 * M, 0, 100 * M, 0},
        {"nobody spoke with him", 100 * M, 0, 110 * M, 10},
        {"a moment short of it", 100 * M, 0, 110 * M - 1, 9},
        {"in touch since", 100 * M, 105 * M, 110 * M, 5},
        {"in touch yesterday", 100 * M, 3 * M, 110 * M, 10},
        {"a clock set back", 100 * M, 0, 50 * M, 0},
        {"a contact that lies ahead", 100 * M, 120 * M, 110 * M, 0},
    };

    T_REQ("AI-4.4-カ-ハ-2");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(alone_minutes(rows[i].since, rows[i].contact, rows[i].now), rows[i].want,
             rows[i].what);
}
