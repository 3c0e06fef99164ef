/* What one of those in a lesson may know of it. */
#include "node/classes/lesson_state.h"

#include "tests/t.h"

static struct arena *arena_of(void)
{
    struct arena *arena = NULL;

    T_EQ(arena_create(65536, &arena, NULL), ERR_OK, "arena");
    return arena;
}

struct scene {
    struct id child, other, teacher;
    struct lesson_vote votes[2];
    struct lesson_asked asked[3];
    struct lesson_board board;
    struct lesson_raised raised[2];
};

static struct scene scene_of(bool is_open)
{
    struct scene s = {.child = id_new(), .other = id_new(), .teacher = id_new()};

    s.votes[0] = (struct lesson_vote){s.child, 1};
    s.votes[1] = (struct lesson_vote){s.other, 0};
    s.asked[0] = (struct lesson_asked){.line = id_new(),
                                       .author = s.child,
                                       .state = CHAT_HELD,
                                       .name = SPAN("うさぎ"),
                                       .text = SPAN("でんわばんごうは")};
    s.asked[1] = (struct lesson_asked){.line = id_new(),
                                       .author = s.other,
                                       .state = CHAT_SAID,
                                       .name = SPAN("くま"),
                                       .text = SPAN("もう一回おねがいします"),
                                       .answered_utc_us = 5};
    s.asked[2] = (struct lesson_asked){.line = id_new(),
                                       .author = s.other,
                                       .state = CHAT_HIDDEN,
                                       .name = SPAN("くま"),
                                       .text = SPAN("かくした")};
    s.board = (struct lesson_board){.page = 3,
                                    .has_poll = true,
                                    .poll = {.id = id_new(),
                                             .n_answers = 2,
                                             .counts = {1, 1},
                                             .closed_utc_us = is_open ? 0 : 7},
                                    .question = SPAN("わかった？"),
                                    .choices = {SPAN("はい"), SPAN("まだ")},
                                    .n_votes = is_open ? 2 : 0,
                                    .n_asked = 3};
    s.raised[0] = (struct lesson_raised){s.other, 1, 12, SPAN("くま"), SPAN_NONE};
    s.raised[1] = (struct lesson_raised){s.child, 3, 0, SPAN("うさぎ"), SPAN_NONE};
    return s;
}

static struct lesson_state fill(struct scene *s, struct lesson_viewer viewer,
                                struct arena *arena)
{
    struct lesson_state state = {.lesson = id_new(), .title = SPAN("国語")};

    s->board.votes = s->votes;
    s->board.asked = s->asked;
    T_OK(lesson_state_fill(&s->board, &viewer, s->raised, 2, arena, &state), "filled");
    return state;
}

static struct lesson_choice_out choice(const struct lesson_state *state, size_t i)
{
    return ((const struct lesson_choice_out *)state->poll.choices.at)[i];
}

T_CASE(a_child_sees_his_own_and_nobody_elses)
{
    struct arena *arena = arena_of();
    struct scene s = scene_of(true);
    const struct lesson_state state =
        fill(&s, (struct lesson_viewer){.account = s.child}, arena);
    const struct lesson_hand_out *hands = state.hands.at;
    const struct lesson_question_out *questions = state.questions.at;
    struct span text;

    T_REQ("AI-4.4-キ-エ");
    T_EQ(state.page, 3, "the page");
    T_OK(state.my_hand && state.n_hands == 2, "his hand, and how many");
    T_OK(!hands[0].has_account && !hands[0].has_name && hands[0].has_seat, "a seat, no name");
    T_OK(!hands[1].has_seat, "whose seat is not known");
    T_OK(state.poll.is_open && state.poll.has_my_choice && state.poll.my_choice == 1,
         "his answer");
    T_OK(!choice(&state, 0).has_n, "no counts while it is open");
    T_EQ(state.questions.n, 1, "his question alone");
    T_OK(questions[0].state == CHAT_HELD && !questions[0].has_name, "held, and his own");
    T_EQ(jx_write(&lesson_state_shape, &state, arena, &text, NULL), ERR_OK, "written");
    T_OK(memmem(text.p, text.len, "くま", strlen("くま")) == NULL,
         "no other's name in his bytes");
    arena_destroy(&arena);
}

T_CASE(the_team_sees_names_counts_and_what_staff_let_through)
{
    struct arena *arena = arena_of();
    struct scene s = scene_of(true);
    const struct lesson_state state = fill(
        &s,
        (struct lesson_viewer){.account = s.teacher, .is_team = true, .is_instructor = true},
        arena);
    const struct lesson_hand_out *hands = state.hands.at;
    const struct lesson_question_out *questions = state.questions.at;

    T_OK(state.is_instructor && !state.my_hand, "teaches");
    T_OK(hands[0].has_name && hands[0].has_account, "whose hand it is");
    T_OK(choice(&state, 0).has_n && choice(&state, 0).n == 1, "counts");
    T_OK(!state.poll.has_my_choice, "who gave which answer is not in it");
    T_EQ(state.questions.n, 1, "held and hidden ones are not");
    T_OK(questions[0].is_answered && questions[0].has_name, "whose, and that it was answered");
    arena_destroy(&arena);
}

T_CASE(a_closed_poll_is_counts_for_everybody)
{
    struct arena *arena = arena_of();
    struct scene s = scene_of(false);
    const struct lesson_state state =
        fill(&s, (struct lesson_viewer){.account = s.child}, arena);

    T_OK(!state.poll.is_open && !state.poll.has_my_choice, "over, and who is forgotten");
    T_OK(choice(&state, 1).has_n && choice(&state, 1).n == 1, "counts");
    arena_destroy(&arena);
}

/* ---- held with other towns ---- */

static struct lesson_beside beside_of(struct lesson_asked *asked, struct lesson_raised *raised)
{
    *asked = (struct lesson_asked){.line = id_new(),
                                   .at_utc_us = 1,
                                   .state = CHAT_SAID,
                                   .name = SPAN("りす"),
                                   .town = SPAN("みどり市"),
                                   .text = SPAN("どこにありますか")};
    *raised = (struct lesson_raised){
        .at_utc_us = 2, .seat = 40, .name = SPAN("りす"), .town = SPAN("みどり市")};
    return (struct lesson_beside){.is_shared = true,
                                  .counts = {3, 4},
                                  .asked = asked,
                                  .n_asked = 1,
                                  .raised = raised,
                                  .n_raised = 1};
}

T_CASE(the_team_sees_of_other_towns_whose_and_where_from)
{
    struct arena *arena = arena_of();
    struct scene s = scene_of(true);
    struct lesson_asked asked;
    struct lesson_raised raised;
    struct lesson_beside beside = beside_of(&asked, &raised);
    struct lesson_state state;
    const struct lesson_hand_out *hands;
    const struct lesson_question_out *questions;

    s.board.beside = &beside;
    state = fill(
        &s,
        (struct lesson_viewer){.account = s.teacher, .is_team = true, .is_instructor = true},
        arena);
    hands = state.hands.at;
    questions = state.questions.at;
    T_EQ(state.n_hands, 3, "all hands");
    T_OK(state.is_shared, "with other towns");
    T_OK(hands[1].has_town && !hands[1].has_account && hands[1].seat == 40,
         "by time, with the town, without an account");
    T_OK(!hands[0].has_town && !hands[2].has_town, "ours have none");
    T_EQ(choice(&state, 1).n, 5, "all towns' counts while it is open");
    T_EQ(state.questions.n, 2, "questions of both");
    T_OK(questions[1].has_town != questions[0].has_town, "one of them of another town");
    arena_destroy(&arena);
}

T_CASE(a_child_sees_of_other_towns_a_seat_and_the_sums)
{
    struct arena *arena = arena_of();
    struct scene s = scene_of(false);
    struct lesson_asked asked;
    struct lesson_raised raised;
    struct lesson_beside beside = beside_of(&asked, &raised);
    struct lesson_state state;
    struct span text;

    s.board.beside = &beside;
    state = fill(&s, (struct lesson_viewer){.account = s.child}, arena);
    T_EQ(choice(&state, 1).n, 1, "until the sums are written our own");
    s.board.poll.has_all = true;
    s.board.poll.all[1] = 5;
    state = fill(&s, (struct lesson_viewer){.account = s.child}, arena);
    T_EQ(choice(&state, 1).n, 5, "then those of all towns");
    T_EQ(state.n_hands, 3, "hands");
    T_EQ(jx_write(&lesson_state_shape, &state, arena, &text, NULL), ERR_OK, "written");
    T_OK(memmem(text.p, text.len, "りす", strlen("りす")) == NULL &&
             memmem(text.p, text.len, "どこに", strlen("どこに")) == NULL,
         "no name, no question of another town");
    arena_destroy(&arena);
}
