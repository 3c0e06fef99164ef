#include "node/classes/lesson_state.h"

#include <stddef.h>

#include "node/db/seal.h"

/* ---- the board ---- */

static enum err open_text(struct keyring *keyring, struct id poll, const char *column,
                          struct span sealed, struct arena *arena, struct span *out,
                          struct fail *why)
{
    const struct seal_place at = {"lesson_poll", column, poll};
    enum err rc = unseal(keyring, &at, sealed, arena, out, why);

    if (rc != ERR_NOT_FOUND)
        return rc;
    *out = SPAN_NONE; /* whoever wrote it was erased */
    return ERR_OK;
}

/* A line each. */
static void split(struct span text, int64_t n, struct span *out)
{
    for (int64_t i = 0; i < n; i++) {
        const uint8_t *end = text.len == 0 ? NULL : memchr(text.p, '\n', text.len);
        size_t len = end == NULL ? text.len : (size_t)(end - text.p);

        out[i] = span_cut(text, 0, len);
        text = end == NULL ? SPAN_NONE : span_from(text, len + 1);
    }
}

static enum err read_poll(struct keyring *keyring, struct db *db, struct id lesson,
                          struct arena *arena, struct lesson_board *out, struct fail *why)
{
    struct lesson_poll *polls = NULL;
    struct span answers = SPAN_NONE;
    struct lesson_vote *votes = NULL;
    size_t n = 0;
    enum err rc = lesson_store_polls(db, lesson, 1, arena, &polls, &n, why);

    if (rc != ERR_OK || n == 0)
        return rc;
    out->has_poll = true;
    out->poll = polls[0];
    rc = open_text(keyring, polls[0].id, "question_sealed", polls[0].question_sealed, arena,
                   &out->question, why);
    if (rc == ERR_OK)
        rc = open_text(keyring, polls[0].id, "answers_sealed", polls[0].answers_sealed, arena,
                       &answers, why);
    if (rc == ERR_OK && polls[0].closed_utc_us == 0)
        rc = lesson_store_votes(db, polls[0].id, LESSON_VOTES_MOST, arena, &votes,
                                &out->n_votes, why);
    out->votes = votes;
    split(answers, polls[0].n_answers, out->choices);
    return rc;
}

/* One whose author's key is gone says nothing any more. */
static enum err read_asked(struct keyring *keyring, struct db *db,
                           const struct lesson_question *question, struct arena *arena,
                           struct lesson_asked *out, struct fail *why)
{
    struct chat_line_row row;
    struct chat_text text = {SPAN_NONE, SPAN_NONE, SPAN_NONE};
    enum err rc = chat_line_read(NULL, db, question->line, arena, &row, why);

    if (rc == ERR_OK)
        rc = chat_line_open(keyring, &row, arena, &text, why);
    if (rc != ERR_OK && rc != ERR_NOT_FOUND)
        return rc;
    *out = (struct lesson_asked){.line = question->line,
                                 .author = row.account,
                                 .at_utc_us = row.at_utc_us,
                                 .answered_utc_us = question->answered_utc_us,
                                 .state = row.state,
                                 .name = text.name,
                                 .text = text.masked};
    return ERR_OK;
}

static enum err read_questions(struct keyring *keyring, struct db *db, struct id lesson,
                               struct id author, struct arena *arena, struct lesson_board *out,
                               struct fail *why)
{
    struct lesson_question *all = NULL;
    struct lesson_asked *asked;
    size_t n = 0;
    enum err rc =
        lesson_store_questions(db, lesson, author, LESSON_QUESTIONS_MOST, arena, &all, &n, why);

    if (rc != ERR_OK)
        return rc;
    asked = arena_alloc(arena, (n + 1) * sizeof *asked);
    if (asked == NULL)
        return fail_set(why, ERR_NOMEM, "questions");
    arena_mark_secret(arena);
    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = read_asked(keyring, db, &all[i], arena, &asked[i], why);
    out->asked = asked;
    out->n_asked = n;
    return rc;
}

enum err lesson_board_read(struct keyring *keyring, struct db *db, struct id lesson,
                           struct id author, struct arena *arena, struct lesson_board *out,
                           struct fail *why)
{
    enum err rc;

    *out = (struct lesson_board){.page = 0};
    rc = lesson_store_page_now(db, lesson, &out->page, why);
    if (rc == ERR_OK)
        rc = read_poll(keyring, db, lesson, arena, out, why);
    return rc == ERR_OK ? read_questions(keyring, db, lesson, author, arena, out, why) : rc;
}

/* ---- shapes ---- */

#define F(type_, struct_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }
#define MAYBE(type_, struct_, name_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, name_), \
        .has_offset = offsetof(struct struct_, has_), .title_ja = (title) \
    }
#define LIST(struct_, name_, shape_, title) \
    { \
        .name = #name_, .type = JX_LIST, .shape = &(shape_), \
        .offset = offsetof(struct struct_, name_), .title_ja = (title) \
    }

static const struct jx_field hand_fields[] = {
    MAYBE(JX_INT, lesson_hand_out, seat, has_seat, "席"),
    MAYBE(JX_ID, lesson_hand_out, account, has_account, "だれが"),
    MAYBE(JX_TEXT, lesson_hand_out, name, has_name, "表示名"),
    MAYBE(JX_TEXT, lesson_hand_out, town, has_town, "ほかの自治体の人なら、その名前"),
    F(JX_TIME, lesson_hand_out, at, "いつから"),
};
static const struct jx_shape hand_shape =
    JX_SHAPE("LessonHand", struct lesson_hand_out, hand_fields);

static const struct jx_field choice_fields[] = {
    F(JX_TEXT, lesson_choice_out, text, "答え"),
    MAYBE(JX_INT, lesson_choice_out, n, has_n, "えらんだ人数"),
};
static const struct jx_shape choice_shape =
    JX_SHAPE("LessonPollChoice", struct lesson_choice_out, choice_fields);
static const struct jx_field poll_fields[] = {
    F(JX_ID, lesson_poll_out, poll, "アンケートのID"),
    F(JX_TEXT, lesson_poll_out, question, "質問"),
    LIST(lesson_poll_out, choices, choice_shape, "答え"),
    F(JX_BOOL, lesson_poll_out, is_open, "答えられるか"),
    MAYBE(JX_INT, lesson_poll_out, my_choice, has_my_choice, "自分の答え（0から）"),
};
static const struct jx_shape poll_shape =
    JX_SHAPE("LessonPoll", struct lesson_poll_out, poll_fields);

static const struct jx_field question_fields[] = {
    F(JX_ID, lesson_question_out, question, "質問のID"),
    MAYBE(JX_TEXT, lesson_question_out, name, has_name, "表示名"),
    MAYBE(JX_TEXT, lesson_question_out, town, has_town, "ほかの自治体の人なら、その名前"),
    F(JX_TEXT, lesson_question_out, text, "質問"),
    F(JX_TIME, lesson_question_out, at, "いつ"),
    F(JX_BOOL, lesson_question_out, is_answered, "答えたか"),
    {.name = "state",
     .type = JX_ENUM,
     .choices = CHAT_STATES,
     .offset = offsetof(struct lesson_question_out, state),
     .title_ja = "どうなったか"},
};
static const struct jx_shape question_shape =
    JX_SHAPE("LessonQuestion", struct lesson_question_out, question_fields);

static const struct jx_field state_fields[] = {
    F(JX_ID, lesson_state, lesson, "授業のID"),
    F(JX_TEXT, lesson_state, title, "講座名"),
    F(JX_INT, lesson_state, page, "見せているページ（0はまだ）"),
    F(JX_INT, lesson_state, n_pages, "ページの数"),
    F(JX_INT, lesson_state, n_here, "参加している児童生徒の数"),
    F(JX_BOOL, lesson_state, takes_hands, "手をあげられるか"),
    F(JX_BOOL, lesson_state, takes_polls, "アンケートを使うか"),
    F(JX_BOOL, lesson_state, takes_questions, "質問できるか"),
    F(JX_BOOL, lesson_state, is_shared, "ほかの自治体といっしょの授業か"),
    F(JX_BOOL, lesson_state, is_instructor, "自分が授業者か"),
    F(JX_BOOL, lesson_state, my_hand, "自分が手をあげているか"),
    F(JX_INT, lesson_state, n_hands, "あがっている手の数"),
    LIST(lesson_state, hands, hand_shape, "あがっている手（早い順）"),
    {.name = "poll",
     .type = JX_OBJECT,
     .flags = JX_OPTIONAL,
     .shape = &poll_shape,
     .offset = offsetof(struct lesson_state, poll),
     .has_offset = offsetof(struct lesson_state, has_poll),
     .title_ja = "アンケート"},
    LIST(lesson_state, questions, question_shape, "質問（古い順）"),
};
const struct jx_shape lesson_state_shape =
    JX_SHAPE("LessonState", struct lesson_state, state_fields);

/* ---- what one of them may know ---- */

static struct lesson_hand_out hand_of(const struct lesson_raised *r,
                                      const struct lesson_viewer *viewer)
{
    bool is_team = viewer->is_team;

    return (struct lesson_hand_out){.account = r->account,
                                    .has_account = is_team && !viewer->hides_ids &&
                                                   !id_is_none(r->account),
                                    .seat = r->seat,
                                    .has_seat = r->seat != 0,
                                    .name = r->name,
                                    .has_name = is_team && r->name.len > 0,
                                    .town = r->town,
                                    .has_town = is_team && r->town.len > 0,
                                    .at = r->at_utc_us};
}

/* Both are by time, and so is what comes of them. */
static bool fill_hands(const struct lesson_board *board, const struct lesson_viewer *viewer,
                       const struct lesson_raised *raised, size_t n, struct arena *arena,
                       struct lesson_state *state)
{
    const struct lesson_raised *far = board->beside == NULL ? NULL : board->beside->raised;
    size_t n_far = board->beside == NULL ? 0 : board->beside->n_raised, i = 0, k = 0;
    struct lesson_hand_out *hands = arena_alloc(arena, (n + n_far + 1) * sizeof *hands);

    while (hands != NULL && i + k < n + n_far) {
        bool is_far = i == n || (k < n_far && far[k].at_utc_us < raised[i].at_utc_us);

        if (!is_far && id_eq(raised[i].account, viewer->account))
            state->my_hand = true;
        hands[i + k] = hand_of(is_far ? &far[k] : &raised[i], viewer);
        if (is_far)
            k++;
        else
            i++;
    }
    state->hands = (struct jx_list){hands, n + n_far};
    state->n_hands = (int64_t)(n + n_far);
    return hands != NULL;
}

/* Of an open one the team hears how all towns stand as far as they have said; of a closed one
 * everybody the sums that were written, or our own until then. */
static int64_t count_of(const struct lesson_board *board, bool is_open, size_t answer)
{
    const struct lesson_poll *poll = &board->poll;

    if (!is_open)
        return poll->has_all ? poll->all[answer] : poll->counts[answer];
    return poll->counts[answer] + (board->beside == NULL ? 0 : board->beside->counts[answer]);
}

static bool fill_poll(const struct lesson_board *board, const struct lesson_viewer *viewer,
                      struct arena *arena, struct lesson_state *state)
{
    size_t n = (size_t)board->poll.n_answers;
    bool is_open = board->poll.closed_utc_us == 0;
    struct lesson_choice_out *choices = arena_alloc(arena, (n + 1) * sizeof *choices);

    if (choices == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        choices[i] = (struct lesson_choice_out){.text = board->choices[i],
                                                .n = count_of(board, is_open, i),
                                                .has_n = !is_open || viewer->is_team};
    state->has_poll = true;
    state->poll = (struct lesson_poll_out){.poll = board->poll.id,
                                           .question = board->question,
                                           .choices = {choices, n},
                                           .is_open = is_open};
    for (size_t i = 0; i < board->n_votes; i++)
        if (id_eq(board->votes[i].account, viewer->account)) {
            state->poll.my_choice = board->votes[i].answer;
            state->poll.has_my_choice = true;
        }
    return true;
}

static bool may_read(const struct lesson_asked *asked, const struct lesson_viewer *viewer)
{
    return id_eq(asked->author, viewer->account) ||
           (viewer->is_team && asked->state == CHAT_SAID);
}

static struct lesson_question_out question_of(const struct lesson_asked *asked, bool is_team)
{
    return (struct lesson_question_out){.question = asked->line,
                                        .name = asked->name,
                                        .has_name = is_team,
                                        .town = asked->town,
                                        .has_town = is_team && asked->town.len > 0,
                                        .text = asked->text,
                                        .at = asked->at_utc_us,
                                        .is_answered = asked->answered_utc_us != 0,
                                        .state = (int)asked->state};
}

static bool fill_questions(const struct lesson_board *board, const struct lesson_viewer *viewer,
                           struct arena *arena, struct lesson_state *state)
{
    const struct lesson_asked *far = board->beside == NULL ? NULL : board->beside->asked;
    size_t n_far = board->beside == NULL ? 0 : board->beside->n_asked, n = 0, i = 0, k = 0;
    struct lesson_question_out *out =
        arena_alloc(arena, (board->n_asked + n_far + 1) * sizeof *out);

    while (out != NULL && i + k < board->n_asked + n_far) {
        bool is_far =
            i == board->n_asked || (k < n_far && far[k].at_utc_us < board->asked[i].at_utc_us);
        const struct lesson_asked *asked = is_far ? &far[k++] : &board->asked[i++];

        if (may_read(asked, viewer))
            out[n++] = question_of(asked, viewer->is_team);
    }
    state->questions = (struct jx_list){out, n};
    return out != NULL;
}

bool lesson_state_fill(const struct lesson_board *board, const struct lesson_viewer *viewer,
                       const struct lesson_raised *raised, size_t n_raised, struct arena *arena,
                       struct lesson_state *state)
{
    state->page = board->page;
    state->is_shared = board->beside != NULL && board->beside->is_shared;
    state->is_instructor = viewer->is_instructor;
    state->my_hand = state->has_poll = false;
    return fill_hands(board, viewer, raised, n_raised, arena, state) &&
           (!board->has_poll || fill_poll(board, viewer, arena, state)) &&
           fill_questions(board, viewer, arena, state);
}
