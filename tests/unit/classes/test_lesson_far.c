/* What other towns have in a lesson, and what was told to them. */
#include "node/classes/lesson_far.h"

#include <stdlib.h>

#include "tests/t.h"

static struct lesson_far_word word_of(uint8_t who, struct id node)
{
    struct lesson_far_word word = {.whose = {.node = node},
                                   .name = SPAN("りす"),
                                   .town = SPAN("みどり市"),
                                   .at_utc_us = who,
                                   .question = id_new(),
                                   .text = SPAN("どこですか")};

    word.whose.pseud[0] = who;
    return word;
}

static struct lesson_others *others_of(void)
{
    return calloc(1, sizeof(struct lesson_others));
}

static void drop(struct lesson_others **others)
{
    lesson_others_fini(*others);
    free(*others);
    *others = NULL;
}

T_CASE(a_hand_is_up_once_and_goes_with_its_pseudonym)
{
    struct lesson_others *o = others_of();
    struct id node = id_new();
    struct lesson_far_word a = word_of(1, node), b = word_of(2, node);

    T_OK(!lesson_others_hand(o, &a, false), "down already");
    T_OK(lesson_others_hand(o, &a, true) && lesson_others_hand(o, &b, true), "two go up");
    T_OK(!lesson_others_hand(o, &a, true), "again: nothing new");
    T_EQ(o->n_hands, 2, "each once");
    T_TEXT(o->hands[0].town, "みどり市", "with the town");
    a.whose.node = ID_NONE;
    T_OK(lesson_others_hand(o, &a, false), "whoever says it: the pseudonym tells whose");
    T_OK(o->n_hands == 1 && o->hands[0].whose.pseud[0] == 2, "the other stays");
    for (int i = 0; i < LESSON_FAR_HANDS_MOST + 5; i++) {
        struct lesson_far_word c = word_of((uint8_t)(i % 250 + 3), node);

        c.whose.pseud[1] = (uint8_t)(i / 250);
        (void)lesson_others_hand(o, &c, true);
    }
    T_EQ(o->n_hands, LESSON_FAR_HANDS_MOST, "no more than the bound");
    drop(&o);
}

T_CASE(a_question_is_asked_once_and_an_answered_one_is_remembered)
{
    struct lesson_others *o = others_of();
    struct id node = id_new(), other = id_new();
    struct lesson_far_word a = word_of(1, node), b = word_of(2, node), c = word_of(3, other);

    T_OK(lesson_others_ask(o, &a) && lesson_others_ask(o, &b) && lesson_others_ask(o, &c),
         "three are new");
    T_OK(!lesson_others_ask(o, &a), "the same again is none");
    lesson_others_find(o, b.question)->is_answered = true;
    lesson_others_forget(o, node);
    T_OK(lesson_others_find(o, a.question) == NULL, "an open one is said anew");
    T_OK(lesson_others_find(o, b.question) != NULL && lesson_others_find(o, c.question) != NULL,
         "an answered one stays, and the other town's");
    T_OK(lesson_others_unask(o, c.question) && !lesson_others_unask(o, c.question),
         "taken away once");
    T_OK(lesson_others_hand(o, &a, true) && lesson_others_hand(o, &c, true), "hands");
    lesson_others_forget(o, other);
    T_EQ(o->n_hands, 1, "hands of that town go");
    lesson_others_forget(o, ID_NONE);
    T_EQ(o->n_hands, 0, "of all");
    for (int i = 0; i < LESSON_QUESTIONS_MOST + 3; i++) {
        b.question = id_new();
        (void)lesson_others_ask(o, &b);
    }
    T_EQ(o->n_asked, LESSON_FAR_ASKED_MOST, "no town has more than its part");
    T_OK(lesson_others_ask(o, &c), "another is heard all the same");
    for (int i = 0; i < LESSON_QUESTIONS_MOST; i++) {
        c.question = id_new();
        c.whose.node = i % 2 == 0 ? other : id_new();
        (void)lesson_others_ask(o, &c);
    }
    T_EQ(o->n_asked, LESSON_QUESTIONS_MOST, "no more than the bound in all");
    drop(&o);
}

T_CASE(counts_stay_within_places_and_never_go_back)
{
    struct id node = id_new(), poll = id_new(), next = id_new();
    static const struct {
        const char *what;
        bool is_next, is_closed;
        int64_t counts[LESSON_ANSWERS_MOST];
        enum err want;
        bool is_new;
    } rows[] = {
        {"none yet", false, false, {0}, ERR_OK, true},
        {"two", false, false, {1, 1}, ERR_OK, true},
        {"the same again", false, false, {1, 1}, ERR_OK, false},
        {"one changed his mind", false, false, {2, 0}, ERR_OK, true},
        {"fewer than before", false, false, {1, 0}, ERR_DENIED, false},
        {"more than its places", false, false, {2, 3}, ERR_DENIED, false},
        {"a count past all places", false, false, {5, INT64_MAX}, ERR_DENIED, false},
        {"less than nothing", false, false, {5, -3}, ERR_DENIED, false},
        {"closed", false, true, {2, 2}, ERR_OK, true},
        {"closed again", false, true, {2, 2}, ERR_OK, false},
        {"changed after that", false, false, {1, 3}, ERR_DENIED, false},
        {"another poll begins low", true, false, {1}, ERR_OK, true},
    };
    struct lesson_others *o = others_of();
    int64_t sums[LESSON_ANSWERS_MOST];
    bool is_new = true;

    T_REQ("AI-4.4-キ-エ");
    T_EQ(lesson_others_count(o, node, poll, false, rows[1].counts, &is_new, NULL), ERR_DENIED,
         "nobody of this lesson");
    lesson_others_join(o, node, 3);
    lesson_others_join(o, node, 4);
    T_EQ(o->n_votes, 1, "one town, its newest places");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_EQ(lesson_others_count(o, node, rows[i].is_next ? next : poll, rows[i].is_closed,
                                 rows[i].counts, &is_new, NULL),
             rows[i].want, rows[i].what);
        T_EQ(is_new, rows[i].is_new, rows[i].what);
    }
    lesson_others_join(o, id_new(), 2);
    T_EQ(lesson_others_count(o, o->votes[1].node, next, false, rows[1].counts, &is_new, NULL),
         ERR_OK, "another town");
    lesson_others_sum(o, next, sums);
    T_OK(sums[0] == 2 && sums[1] == 1 && sums[2] == 0, "all towns together");
    lesson_others_sum(o, poll, sums);
    T_EQ(sums[0], 0, "of that poll alone");
    drop(&o);
}

T_CASE(each_thing_is_told_once)
{
    struct lesson_told *t = calloc(1, sizeof *t);
    const int64_t none[LESSON_ANSWERS_MOST] = {0}, two[LESSON_ANSWERS_MOST] = {2};
    struct id poll = id_new(), a = id_new(), b = id_new();

    T_OK(!lesson_told_page(t, 0), "no page yet");
    T_OK(lesson_told_page(t, 2) && !lesson_told_page(t, 2) && lesson_told_page(t, 1), "pages");
    T_OK(lesson_told_poll(t, poll, true, none) && !lesson_told_poll(t, poll, true, none) &&
             lesson_told_poll(t, poll, false, none) && lesson_told_poll(t, poll, false, two) &&
             !lesson_told_poll(t, poll, false, two),
         "opened, closed, other sums");
    T_OK(lesson_told_votes(t, poll, false, none) && !lesson_told_votes(t, poll, false, none) &&
             lesson_told_votes(t, poll, false, two) && lesson_told_votes(t, poll, true, two),
         "counts");
    lesson_told_hands_begin(t);
    T_OK(lesson_told_hand_up(t, a, 1) && lesson_told_hand_up(t, b, 2), "two hands");
    T_OK(id_is_none(lesson_told_hand_down(t)), "none went down");
    lesson_told_hand_undo(t, b);
    lesson_told_hands_begin(t);
    T_OK(lesson_told_hand_up(t, b, 2), "what could not be told is news again");
    T_OK(id_eq(lesson_told_hand_down(t), a) && id_is_none(lesson_told_hand_down(t)),
         "and the one that went down");
    free(t);
}

T_CASE(a_question_is_told_when_it_is_said_and_ticked_or_gone_when_known)
{
    struct lesson_told *t = calloc(1, sizeof *t);
    struct lesson_asked held = {.line = id_new(), .state = CHAT_HELD};
    struct lesson_asked said = {.line = id_new(), .state = CHAT_SAID};
    struct lesson_asked done = {.line = id_new(), .state = CHAT_SAID, .answered_utc_us = 1};

    T_EQ(lesson_told_question(t, &held), LESSON_NEWS_NONE, "held: not told");
    T_EQ(lesson_told_question(t, &done), LESSON_NEWS_NONE, "answered before: not told");
    T_EQ(lesson_told_question(t, &said), LESSON_NEWS_ASKED, "said");
    lesson_told_put(t, said.line, LESSON_NEWS_ASKED);
    T_EQ(lesson_told_question(t, &said), LESSON_NEWS_NONE, "once");
    held.state = CHAT_SAID;
    T_EQ(lesson_told_question(t, &held), LESSON_NEWS_ASKED, "let through: told later");
    lesson_told_put(t, held.line, LESSON_NEWS_ASKED);
    said.answered_utc_us = 3;
    T_EQ(lesson_told_question(t, &said), LESSON_NEWS_ANSWERED, "answered here");
    lesson_told_put(t, said.line, LESSON_NEWS_ANSWERED);
    T_EQ(lesson_told_question(t, &said), LESSON_NEWS_NONE, "once");
    held.state = CHAT_HIDDEN;
    T_EQ(lesson_told_question(t, &held), LESSON_NEWS_GONE, "taken away by staff");
    T_OK(id_is_none(lesson_told_lost(t, &held, 1)), "nothing is lost");
    T_OK(id_eq(lesson_told_lost(t, &said, 1), held.line), "its author was erased");
    lesson_told_put(t, held.line, LESSON_NEWS_GONE);
    T_OK(id_is_none(lesson_told_lost(t, &said, 1)), "told once");
    free(t);
}
