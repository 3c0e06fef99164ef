#include "federation/frame_board.h"

#include "federation/frame_parts.h"
#include "node/base/utf.h"

/* Length and text; is_short when one of them is not there, or not what it may be. */
static struct span get_text(struct bytes_in *in, size_t len_bytes, size_t least, size_t most)
{
    size_t len = (size_t)bytes_get_number(in, len_bytes);
    struct span text = span_cut(in->rest, 0, len);

    if (len < least || len > most || text.len < len || !utf_is_valid(text))
        in->is_short = true;
    in->rest = span_from(in->rest, text.len);
    return text;
}

static void put_text(struct bytes_out *out, size_t len_bytes, struct span text)
{
    bytes_put_number(out, text.len, len_bytes);
    bytes_put(out, text.p, text.len);
}

/* ---- page ---- */

enum err frame_page_write(uint16_t page, struct bytes_out *out, struct fail *why)
{
    enum err rc = need(out, 2, why);

    if (rc == ERR_OK)
        bytes_put_number(out, page, 2);
    return rc;
}

enum err frame_page_read(const struct frame *frame, uint16_t *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);

    *out = (uint16_t)bytes_get_number(&in, 2);
    return is_whole(&in) && *out >= 1 && *out <= FRAME_PAGES_MOST ? ERR_OK : bad(frame, why);
}

/* ---- poll ---- */

/* False: one of them is past its bound. */
static bool get_counts(struct bytes_in *in, uint8_t n, uint32_t counts[FRAME_ANSWERS_MOST])
{
    bool is_right = n >= FRAME_ANSWERS_LEAST && n <= FRAME_ANSWERS_MOST;

    for (int i = 0; i < n && i < FRAME_ANSWERS_MOST; i++) {
        counts[i] = (uint32_t)bytes_get_number(in, 4);
        is_right = is_right && counts[i] <= FRAME_COUNT_MOST;
    }
    return is_right;
}

enum err frame_poll_write(const struct frame_poll *poll, struct bytes_out *out,
                          struct fail *why)
{
    size_t len = sizeof poll->poll.b + 1 + 2 + poll->question.len;
    bool is_right = poll->n >= FRAME_ANSWERS_LEAST && poll->n <= FRAME_ANSWERS_MOST &&
                    poll->question.len <= FRAME_QUESTION_MOST;
    enum err rc;

    for (int i = 0; i < poll->n && is_right; i++) {
        is_right = poll->answers[i].len <= FRAME_ANSWER_MOST;
        len += 4 + 2 + poll->answers[i].len;
    }
    rc = is_right ? need(out, len, why) : fail_set(why, ERR_TOO_LARGE, "a poll's texts");
    if (rc != ERR_OK)
        return rc;
    bytes_put(out, poll->poll.b, sizeof poll->poll.b);
    bytes_put_number(out, poll->n, 1);
    for (int i = 0; i < poll->n; i++)
        bytes_put_number(out, poll->sums[i], 4);
    put_text(out, 2, poll->question);
    for (int i = 0; i < poll->n; i++)
        put_text(out, 2, poll->answers[i]);
    return ERR_OK;
}

enum err frame_poll_read(const struct frame *frame, struct frame_poll *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);
    bool is_right;

    *out = (struct frame_poll){.poll = get_id(&in)};
    out->n = (uint8_t)bytes_get_number(&in, 1);
    is_right = get_counts(&in, out->n, out->sums);
    if (!is_right)
        return bad(frame, why);
    out->question = get_text(&in, 2, 1, FRAME_QUESTION_MOST);
    for (int i = 0; i < out->n; i++)
        out->answers[i] = get_text(&in, 2, 1, FRAME_ANSWER_MOST);
    return is_whole(&in) && !id_is_none(out->poll) ? ERR_OK : bad(frame, why);
}

enum err frame_votes_write(const struct frame_votes *votes, struct bytes_out *out,
                           struct fail *why)
{
    bool is_right = votes->n >= FRAME_ANSWERS_LEAST && votes->n <= FRAME_ANSWERS_MOST;
    enum err rc = is_right ? need(out, sizeof votes->poll.b + 2 + 4 * (size_t)votes->n, why)
                           : fail_set(why, ERR_TOO_LARGE, "%d answers", votes->n);

    if (rc != ERR_OK)
        return rc;
    bytes_put(out, votes->poll.b, sizeof votes->poll.b);
    bytes_put_number(out, votes->is_closed ? 1 : 0, 1);
    bytes_put_number(out, votes->n, 1);
    for (int i = 0; i < votes->n; i++)
        bytes_put_number(out, votes->counts[i], 4);
    return ERR_OK;
}

enum err frame_votes_read(const struct frame *frame, struct frame_votes *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);
    uint8_t closed;
    bool is_right;

    *out = (struct frame_votes){.poll = get_id(&in)};
    closed = (uint8_t)bytes_get_number(&in, 1);
    out->is_closed = closed == 1;
    out->n = (uint8_t)bytes_get_number(&in, 1);
    is_right = get_counts(&in, out->n, out->counts);
    return is_right && is_whole(&in) && closed <= 1 && !id_is_none(out->poll) ? ERR_OK
                                                                              : bad(frame, why);
}

/* ---- questions ---- */

enum err frame_ask_write(const struct frame_ask *ask, struct bytes_out *out, struct fail *why)
{
    bool is_right = ask->name.len <= FRAME_NAME_MOST && ask->text.len <= FRAME_TEXT_MOST;
    enum err rc =
        is_right
            ? need(out, 8 + sizeof ask->question.b + 3 + ask->name.len + ask->text.len, why)
            : fail_set(why, ERR_TOO_LARGE, "a question of %zu bytes", ask->text.len);

    if (rc != ERR_OK)
        return rc;
    bytes_put_number(out, ask->number, 8);
    bytes_put(out, ask->question.b, sizeof ask->question.b);
    put_text(out, 1, ask->name);
    put_text(out, 2, ask->text);
    return ERR_OK;
}

enum err frame_ask_read(const struct frame *frame, struct frame_ask *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);

    *out = (struct frame_ask){.number = bytes_get_number(&in, 8)};
    out->question = get_id(&in);
    out->name = get_text(&in, 1, 0, FRAME_NAME_MOST);
    out->text = get_text(&in, 2, 1, FRAME_TEXT_MOST);
    return is_whole(&in) && out->number >= 1 && out->number <= INT64_MAX &&
                   !id_is_none(out->question)
               ? ERR_OK
               : bad(frame, why);
}

enum err frame_answered_write(const struct frame_answered *answered, struct bytes_out *out,
                              struct fail *why)
{
    enum err rc = need(out, sizeof answered->question.b + 1, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put(out, answered->question.b, sizeof answered->question.b);
    bytes_put_number(out, answered->is_gone ? 1 : 0, 1);
    return ERR_OK;
}

enum err frame_answered_read(const struct frame *frame, struct frame_answered *out,
                             struct fail *why)
{
    struct bytes_in in = body_of(frame);
    uint8_t gone;

    *out = (struct frame_answered){.question = get_id(&in)};
    gone = (uint8_t)bytes_get_number(&in, 1);
    out->is_gone = gone == 1;
    return is_whole(&in) && gone <= 1 && !id_is_none(out->question) ? ERR_OK : bad(frame, why);
}

/* ---- all of them ---- */

union any_board {
    uint16_t page;
    struct frame_poll poll;
    struct frame_votes votes;
    struct frame_ask ask;
    struct frame_answered answered;
};

enum err frame_board_check(const struct frame *frame, struct fail *why)
{
    union any_board body;

    if (frame->type == FRAME_PAGE)
        return frame_page_read(frame, &body.page, why);
    if (frame->type == FRAME_POLL)
        return frame_poll_read(frame, &body.poll, why);
    if (frame->type == FRAME_VOTES)
        return frame_votes_read(frame, &body.votes, why);
    if (frame->type == FRAME_ASK)
        return frame_ask_read(frame, &body.ask, why);
    if (frame->type == FRAME_ANSWERED)
        return frame_answered_read(frame, &body.answered, why);
    return bad(frame, why);
}
