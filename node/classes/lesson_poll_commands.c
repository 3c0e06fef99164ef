/* Polls of a lesson: its instructors open and close them, children answer (AI-4.4-キ-エ). */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/classes/lesson_command.h"
#include "node/classes/lesson_rows.h"
#include "node/db/seal.h"
#include "tenants/words/words_now.h"

#define QUESTION_MOST 200
#define CHOICE_MOST   40

#define F(type_, struct_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }

/* ---- opening ---- */

struct open_input {
    struct id lesson, poll;
    struct span question;
    struct jx_texts choices;
};
static const struct jx_field open_fields[] = {
    F(JX_ID, open_input, lesson, "授業"),
    F(JX_ID, open_input, poll, "アンケートのID"),
    {.name = "question",
     .type = JX_TEXT,
     .least = 1,
     .most = QUESTION_MOST,
     .offset = offsetof(struct open_input, question),
     .title_ja = "質問"},
    {.name = "choices",
     .type = JX_TEXTS,
     .least = 1,
     .most = CHOICE_MOST,
     .offset = offsetof(struct open_input, choices),
     .title_ja = "答え"},
};
const struct jx_shape lesson_poll_open_shape =
    JX_SHAPE("LessonPollOpen", struct open_input, open_fields);

static enum err seal_text(struct tx *tx, const struct lesson_act *act, const char *column,
                          const char *text, struct span *out, struct fail *why)
{
    struct keyring *keyring = act->lessons->conf.services->keyring;
    const struct seal_place at = {"lesson_poll", column, act->object};
    struct id key;
    enum err rc = keyring_find_key(keyring, KEY_PERSON, act->account, NULL, &key, why);

    return rc == ERR_OK ? seal(keyring, key, &at, span_text(text), tx_arena(tx), out, why) : rc;
}

static enum err open_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    struct lesson_poll poll = {.id = act->object,
                               .act = {act->lesson, act->account, act->at_utc_us},
                               .n_answers = act->number};
    enum err rc =
        seal_text(tx, act, "question_sealed", act->question, &poll.question_sealed, why);

    if (rc == ERR_OK)
        rc = seal_text(tx, act, "answers_sealed", act->answers, &poll.answers_sealed, why);
    return rc == ERR_OK ? lesson_store_poll_open(tx, &poll, why) : rc;
}

char *lesson_masked(const struct services *services, struct span text, struct arena *arena,
                    struct fail *why)
{
    struct words *words = words_now(services->words);
    struct words_verdict verdict;
    char *copy = NULL;

    if (words_look(words, WORDS_SURFACE_CHAT, text, arena, &verdict, why) == ERR_OK)
        copy = strndup((const char *)verdict.masked.p, verdict.masked.len);
    words_unref(&words);
    return copy;
}

static bool fill_poll(struct command_call *call, const struct open_input *input,
                      struct lesson_act *act, struct fail *why)
{
    const char *all = "";

    for (size_t i = 0; i < input->choices.n && all != NULL; i++)
        all = arena_printf(call->arena, "%s%s%.*s", all, i > 0 ? "\n" : "",
                           SPAN_ARG(input->choices.at[i]));
    (void)fail_set(why, ERR_NOMEM, "a poll");
    act->question = lesson_masked(call->services, input->question, call->arena, why);
    act->answers =
        all == NULL ? NULL : lesson_masked(call->services, span_text(all), call->arena, why);
    return act->question != NULL && act->answers != NULL;
}

void lesson_poll_open(struct command_call *call)
{
    const struct open_input *input = call->input;
    struct lesson_room *room = lesson_room_taught(call, input->lesson);
    struct fail why = {.code = ERR_OK};
    struct lesson_act *act;

    if (room == NULL || !lesson_has_means(call, room, LESSON_MEANS_POLL))
        return;
    if (input->choices.n < 2 || input->choices.n > LESSON_ANSWERS_MOST) {
        (void)fail_field(&why, ERR_INVALID, "/choices", "two to six");
        command_fail(call, &why);
        return;
    }
    act = lesson_act_in(call, room);
    if (act == NULL)
        return;
    act->object = input->poll;
    act->number = (int64_t)input->choices.n;
    if (!fill_poll(call, input, act, &why)) {
        command_later_fail(call->services->live, &act->later, &why);
        lesson_act_free(act);
        return;
    }
    lesson_act_go(act, open_run, lesson_told_touch);
}

/* ---- answering, closing ---- */

struct answer_input {
    struct id poll;
    int64_t choice;
};
static const struct jx_field answer_fields[] = {
    F(JX_ID, answer_input, poll, "アンケートのID"),
    {.name = "choice",
     .type = JX_INT,
     .least = 0,
     .most = LESSON_ANSWERS_MOST - 1,
     .offset = offsetof(struct answer_input, choice),
     .title_ja = "答え（0から）"},
};
const struct jx_shape lesson_poll_answer_shape =
    JX_SHAPE("LessonPollAnswer", struct answer_input, answer_fields);

static enum err answer_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    return lesson_store_vote(tx, act->object, act->lesson, act->account, act->number,
                             act->at_utc_us, why);
}

void lesson_poll_answer(struct command_call *call)
{
    const struct answer_input *input = call->input;
    struct lesson_in *in = NULL;
    struct lesson_room *room = lesson_room_in(call, ID_NONE, &in);
    struct lesson_act *act = lesson_act_in(call, room);

    if (act == NULL)
        return;
    act->object = input->poll;
    act->number = input->choice;
    lesson_act_go(act, answer_run, lesson_told_touch);
}

struct close_input {
    struct id poll;
};
static const struct jx_field close_fields[] = {F(JX_ID, close_input, poll, "アンケートのID")};
const struct jx_shape lesson_poll_close_shape =
    JX_SHAPE("LessonPollClose", struct close_input, close_fields);

static enum err close_run(struct tx *tx, struct lesson_act *act, struct fail *why)
{
    return lesson_store_poll_close(tx, act->object, act->lesson, act->at_utc_us, act->counts,
                                   &act->n_counts, why);
}

void lesson_poll_close(struct command_call *call)
{
    const struct close_input *input = call->input;
    struct lesson_room *room = lesson_room_taught(call, ID_NONE);
    struct lesson_act *act = lesson_act_in(call, room);

    if (act == NULL)
        return;
    act->object = input->poll;
    lesson_act_go(act, close_run, lesson_told_touch);
}
