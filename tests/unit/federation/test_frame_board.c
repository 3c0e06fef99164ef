/* Payloads of a lesson's board: what is written is read again, what is over a bound is not. */
#include "federation/frame_board.h"

#include "tests/t.h"

static uint8_t room[FRAME_PAYLOAD_MOST];

static struct bytes_out out_of(void)
{
    return (struct bytes_out){room, 0, sizeof room};
}

static struct frame frame_of(enum frame_type type, const struct bytes_out *out)
{
    return (struct frame){.type = type, .class = 1, .payload = span_of(out->p, out->len)};
}

/* As it is; one byte short, one too many: refused. */
static void check(enum frame_type type, const struct bytes_out *out, const char *what)
{
    struct frame frame = frame_of(type, out);

    T_EQ(frame_board_check(&frame, NULL), ERR_OK, what);
    T_EQ(frame_body_check(&frame, NULL), ERR_OK, what);
    frame.payload.len--;
    T_EQ(frame_board_check(&frame, NULL), ERR_PROTO, "cut short");
    frame.payload.len += 2;
    T_EQ(frame_board_check(&frame, NULL), ERR_PROTO, "a byte behind it");
    frame.payload.len = 0;
    T_EQ(frame_body_check(&frame, NULL), ERR_PROTO, "empty");
}

T_CASE(pages_from_one)
{
    static const struct {
        uint16_t page;
        enum err want;
    } rows[] = {{1, ERR_OK}, {FRAME_PAGES_MOST, ERR_OK}, {0, ERR_PROTO}, {1001, ERR_PROTO}};

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct bytes_out out = out_of();
        struct frame frame;
        uint16_t page = 0;

        T_EQ(frame_page_write(rows[i].page, &out, NULL), ERR_OK, "written");
        frame = frame_of(FRAME_PAGE, &out);
        T_EQ(frame_page_read(&frame, &page, NULL), rows[i].want, "a page");
        if (rows[i].want == ERR_OK)
            check(FRAME_PAGE, &out, "page");
    }
}

static struct frame_poll poll_of(void)
{
    return (struct frame_poll){.poll = id_new(),
                               .n = 3,
                               .sums = {1, 0, 7},
                               .question = SPAN("わかった？"),
                               .answers = {SPAN("はい"), SPAN("まだ"), SPAN("すこし")}};
}

T_CASE(a_poll_is_read_as_it_was_written)
{
    struct frame_poll poll = poll_of(), got;
    struct bytes_out out = out_of();
    struct frame frame;

    T_EQ(frame_poll_write(&poll, &out, NULL), ERR_OK, "written");
    check(FRAME_POLL, &out, "poll");
    frame = frame_of(FRAME_POLL, &out);
    T_EQ(frame_poll_read(&frame, &got, NULL), ERR_OK, "read");
    T_OK(id_eq(got.poll, poll.poll) && got.n == 3 && got.sums[2] == 7, "numbers");
    T_OK(span_eq(got.question, poll.question) && span_eq(got.answers[2], poll.answers[2]),
         "texts");
}

T_CASE(a_poll_over_its_bounds_is_refused)
{
    static const char long_text[FRAME_QUESTION_MOST + 1] = {0};
    struct frame_poll poll = poll_of();
    struct bytes_out out = out_of();
    struct frame frame;

    poll.n = 1;
    T_EQ(frame_poll_write(&poll, &out, NULL), ERR_TOO_LARGE, "one answer");
    poll.n = 7;
    T_EQ(frame_poll_write(&poll, &out, NULL), ERR_TOO_LARGE, "seven answers");
    poll = poll_of();
    poll.question = span_of(long_text, sizeof long_text);
    T_EQ(frame_poll_write(&poll, &out, NULL), ERR_TOO_LARGE, "a long question");
    T_EQ(out.len, 0, "nothing was written");
    poll.question = span_of(long_text, 3);
    T_EQ(frame_poll_write(&poll, &out, NULL), ERR_OK, "NULs");
    frame = frame_of(FRAME_POLL, &out);
    T_EQ(frame_board_check(&frame, NULL), ERR_PROTO, "are no text");
    for (int n = 0; n < 256; n++) {
        poll = poll_of();
        out = out_of();
        T_EQ(frame_poll_write(&poll, &out, NULL), ERR_OK, "written");
        room[16] = (uint8_t)n;
        frame = frame_of(FRAME_POLL, &out);
        T_EQ(frame_board_check(&frame, NULL), n == 3 ? ERR_OK : ERR_PROTO, "another number");
    }
    out = out_of();
    poll = poll_of();
    T_EQ(frame_poll_write(&poll, &out, NULL), ERR_OK, "written");
    memset(room, 0, 16);
    frame = frame_of(FRAME_POLL, &out);
    T_EQ(frame_board_check(&frame, NULL), ERR_PROTO, "no id");
}

T_CASE(counts_are_bounded)
{
    struct frame_votes votes = {.poll = id_new(), .is_closed = true, .n = 2, .counts = {3, 4}};
    struct frame_votes got;
    struct bytes_out out = out_of();
    struct frame frame;

    T_EQ(frame_votes_write(&votes, &out, NULL), ERR_OK, "written");
    check(FRAME_VOTES, &out, "votes");
    frame = frame_of(FRAME_VOTES, &out);
    T_EQ(frame_votes_read(&frame, &got, NULL), ERR_OK, "read");
    T_OK(got.is_closed && got.n == 2 && got.counts[1] == 4, "as written");
    room[16] = 2;
    T_EQ(frame_votes_read(&frame, &got, NULL), ERR_PROTO, "neither open nor closed");
    room[16] = 0;
    votes.counts[0] = FRAME_COUNT_MOST + 1;
    out = out_of();
    T_EQ(frame_votes_write(&votes, &out, NULL), ERR_OK, "written");
    frame = frame_of(FRAME_VOTES, &out);
    T_EQ(frame_votes_read(&frame, &got, NULL), ERR_PROTO, "more than there are children");
    votes.n = 0;
    T_EQ(frame_votes_write(&votes, &out, NULL), ERR_TOO_LARGE, "no answers");
}

T_CASE(questions_and_their_ticks)
{
    static const uint8_t broken[] = {0xe3, 0x81};
    struct frame_ask ask = {
        .number = 9, .question = id_new(), .name = SPAN("りす"), .text = SPAN("どこですか")};
    struct frame_answered answered = {id_new(), true}, tick;
    struct frame_ask got;
    struct bytes_out out = out_of();
    struct frame frame;

    T_EQ(frame_ask_write(&ask, &out, NULL), ERR_OK, "written");
    check(FRAME_ASK, &out, "ask");
    frame = frame_of(FRAME_ASK, &out);
    T_EQ(frame_ask_read(&frame, &got, NULL), ERR_OK, "read");
    T_OK(got.number == 9 && span_eq(got.name, ask.name) && span_eq(got.text, ask.text), "same");
    ask.text = span_of(broken, sizeof broken);
    out = out_of();
    T_EQ(frame_ask_write(&ask, &out, NULL), ERR_OK, "written");
    frame = frame_of(FRAME_ASK, &out);
    T_EQ(frame_ask_read(&frame, &got, NULL), ERR_PROTO, "no UTF-8");
    ask.text = SPAN("どこですか");
    ask.number = 0;
    out = out_of();
    T_EQ(frame_ask_write(&ask, &out, NULL), ERR_OK, "written");
    frame = frame_of(FRAME_ASK, &out);
    T_EQ(frame_ask_read(&frame, &got, NULL), ERR_PROTO, "without its number");
    out = out_of();
    T_EQ(frame_answered_write(&answered, &out, NULL), ERR_OK, "written");
    check(FRAME_ANSWERED, &out, "answered");
    frame = frame_of(FRAME_ANSWERED, &out);
    T_EQ(frame_answered_read(&frame, &tick, NULL), ERR_OK, "read");
    T_OK(tick.is_gone && id_eq(tick.question, answered.question), "taken away");
    frame.type = FRAME_JOIN;
    T_EQ(frame_board_check(&frame, NULL), ERR_PROTO, "another type");
}
