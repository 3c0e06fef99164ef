#include "federation/link_stream.h"

#include "tests/t.h"

#define HERE  ((struct id){{1}})
#define OTHER ((struct id){{2}})

static void put(struct link_stream *s, int n, int64_t at)
{
    const struct frame frame = {.type = FRAME_LEAVE};

    for (int i = 0; i < n; i++)
        T_EQ(link_stream_put(s, &frame, at, NULL), ERR_OK, "put");
}

/* The number of what goes out next; 0: nothing. */
static uint64_t next(const struct link_stream *s)
{
    struct span bytes = link_stream_peek(s);
    struct frame frame;

    return frame_read(&bytes, &frame) == FRAME_GOT_ONE ? frame.seq : 0;
}

static void send_all(struct link_stream *s)
{
    while (next(s) != 0)
        link_stream_sent(s);
}

static struct frame_hello hello(const struct link_stream *s)
{
    return (struct frame_hello){.stream = s->id, .heard = s->heard};
}

T_CASE(stream_numbers_from_one_and_keeps_until_acknowledged)
{
    T_REQ("CARD-6");
    struct link_stream s;
    const struct frame frame = {.type = FRAME_LEAVE};

    link_stream_init(&s);
    T_EQ(link_stream_put(&s, &frame, 0, NULL), ERR_NOT_FOUND, "no stream yet");
    link_stream_begin(&s, HERE);
    put(&s, 3, 0);
    T_EQ(next(&s), 1, "the first");
    T_OK(!link_stream_acknowledge(&s, 1), "nobody heard what did not go out");
    send_all(&s);
    T_EQ(link_stream_n_kept(&s), 3, "kept although they went");
    T_OK(!link_stream_acknowledge(&s, 4), "nor what is not there");
    T_OK(link_stream_acknowledge(&s, 2), "two were heard");
    T_EQ(link_stream_n_kept(&s), 1, "one is kept");
    T_OK(link_stream_acknowledge(&s, 1), "an older word changes nothing");
    T_EQ(link_stream_n_kept(&s), 1, "still one");
    link_stream_fini(&s);
}

T_CASE(stream_hears_each_number_once_and_in_order)
{
    static const struct {
        uint64_t seq;
        enum link_order want;
    } rows[] = {{1, LINK_NEXT}, {1, LINK_DOUBLE}, {2, LINK_NEXT},  {4, LINK_GAP},
                {3, LINK_NEXT}, {0, LINK_DOUBLE}, {2, LINK_DOUBLE}};
    struct link_stream s;

    link_stream_init(&s);
    link_stream_begin(&s, HERE);
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(link_stream_hear(&s, rows[i].seq), rows[i].want, "in this order");
    T_EQ(s.heard, 3, "how far");
    link_stream_fini(&s);
}

T_CASE(stream_goes_on_where_the_other_side_stopped_hearing)
{
    T_REQ("CARD-6");
    struct link_stream caller, host;
    struct frame_hello word;

    link_stream_init(&caller);
    link_stream_init(&host);
    link_stream_begin(&caller, HERE);
    link_stream_begin(&host, HERE);
    put(&caller, 5, 0);
    put(&host, 3, 0);
    send_all(&caller);
    send_all(&host);
    for (uint64_t i = 1; i <= 2; i++) /* the line was cut behind these */
        T_EQ(link_stream_hear(&host, i), LINK_NEXT, "the host heard two");
    T_EQ(link_stream_hear(&caller, 1), LINK_NEXT, "the caller one");
    put(&caller, 1, 0); /* while it was cut */

    word = hello(&caller);
    T_OK(link_stream_fits(&host, word.stream, word.heard), "the host has all it misses");
    word = hello(&host);
    T_EQ(link_stream_judge(&caller, &word, true), LINK_GOES_ON, "so has the caller");
    link_stream_go_on(&caller, host.heard);
    link_stream_go_on(&host, caller.heard);
    T_EQ(next(&caller), 3, "from the third on");
    T_EQ(next(&host), 2, "from the second on");
    T_EQ(link_stream_n_kept(&caller), 4, "3 to 6");
    link_stream_fini(&caller);
    link_stream_fini(&host);
}

T_CASE(stream_begins_anew_with_a_process_that_knows_none)
{
    struct link_stream caller, host;
    struct frame_hello word;

    link_stream_init(&caller);
    link_stream_init(&host);
    word = hello(&host);
    T_EQ(link_stream_judge(&caller, &word, false), LINK_BEGINS, "both are new");
    T_EQ(link_stream_judge(&caller, &word, true), LINK_BEGINS, "whatever it says");
    link_stream_begin(&caller, HERE);
    put(&caller, 2, 0);
    send_all(&caller);
    T_OK(link_stream_acknowledge(&caller, 1), "the host was in it");
    T_EQ(link_stream_judge(&caller, &word, false), LINK_BEGINS, "and began anew: kill -9");
    T_OK(!link_stream_fits(&caller, ID_NONE, 0), "no stream fits none");
    T_OK(!link_stream_fits(&host, ID_NONE, 0), "not even with none");
    link_stream_begin(&caller, OTHER);
    T_EQ(link_stream_n_kept(&caller), 0, "what was kept is let go");
    put(&caller, 1, 0);
    T_EQ(next(&caller), 1, "from one again");
    link_stream_fini(&caller);
}

/* The caller's last word was lost: the host never learned of the new stream. */
T_CASE(stream_that_the_host_never_heard_of_is_offered_again)
{
    struct link_stream caller;
    struct frame_hello word = {.stream = OTHER, .heard = 7};

    link_stream_init(&caller);
    link_stream_begin(&caller, HERE);
    put(&caller, 2, 0);
    send_all(&caller);
    T_EQ(link_stream_judge(&caller, &word, false), LINK_OFFER_AGAIN, "nothing was lost by it");
    link_stream_again(&caller);
    T_EQ(next(&caller), 1, "all of it");
    word.stream = HERE; /* it did hear, but has let go what we miss */
    T_EQ(link_stream_judge(&caller, &word, false), LINK_BEGINS, "else a new one");
    word.stream = OTHER;
    T_EQ(link_stream_hear(&caller, 1), LINK_NEXT, "the host is in it");
    T_EQ(link_stream_judge(&caller, &word, false), LINK_BEGINS, "then it is known");
    link_stream_fini(&caller);
}

T_CASE(stream_keeps_4096_frames)
{
    struct link_stream s;

    link_stream_init(&s);
    link_stream_begin(&s, HERE);
    put(&s, LINK_RING_FRAMES, 0);
    send_all(&s);
    T_EQ(s.lost, 0, "all of them");
    T_OK(link_stream_fits(&s, HERE, 0), "who heard none can go on");
    put(&s, 1, 0);
    T_EQ(link_stream_n_kept(&s), LINK_RING_FRAMES, "one more: the oldest went");
    T_OK(!link_stream_fits(&s, HERE, 0), "it is missing now");
    T_OK(link_stream_fits(&s, HERE, 1), "to who had not heard it");
    T_OK(!link_stream_is_broken(&s), "it had gone out");
    T_OK(!link_stream_fits(&s, OTHER, 1), "another stream");
    T_OK(!link_stream_fits(&s, HERE, LINK_RING_FRAMES + 2), "more than there is");
    link_stream_fini(&s);
    T_EQ(s.n_bytes, 0, "nothing is left");
}

T_CASE(stream_that_loses_what_did_not_go_out_is_broken)
{
    struct link_stream s;

    link_stream_init(&s);
    link_stream_begin(&s, HERE);
    put(&s, LINK_RING_FRAMES, 0);
    T_OK(!link_stream_is_broken(&s), "full");
    put(&s, 1, 0);
    T_OK(link_stream_is_broken(&s), "over");
    T_EQ(next(&s), 0, "nothing goes out");
    T_OK(link_stream_fits(&s, HERE, 1), "but who has heard it, by a wonder, goes on");
    link_stream_go_on(&s, 1);
    T_OK(!link_stream_is_broken(&s), "then it is whole");
    link_stream_fini(&s);
}

T_CASE(stream_keeps_eight_mebibytes)
{
    static uint8_t payload[FRAME_PAYLOAD_MOST + 1];
    struct frame frame = {.type = FRAME_CHAT, .payload = {payload, FRAME_PAYLOAD_MOST}};
    struct link_stream s;

    link_stream_init(&s);
    link_stream_begin(&s, HERE);
    for (int i = 0; i < 1100; i++)
        T_EQ(link_stream_put(&s, &frame, 0, NULL), ERR_OK, "put");
    T_OK(s.n_bytes <= LINK_RING_BYTES && s.n_bytes > LINK_RING_BYTES - FRAME_MOST, "bytes");
    T_EQ(s.lost, 1100 - LINK_RING_BYTES / FRAME_MOST, "the oldest went");
    frame.payload.len++;
    T_EQ(link_stream_put(&s, &frame, 0, NULL), ERR_TOO_LARGE, "larger than any");
    link_stream_fini(&s);
}

T_CASE(stream_keeps_ten_minutes)
{
    struct link_stream s;

    link_stream_init(&s);
    link_stream_begin(&s, HERE);
    put(&s, 2, 0);
    put(&s, 1, 5);
    link_stream_age(&s, LINK_RING_US);
    T_EQ(link_stream_n_kept(&s), 3, "ten minutes");
    link_stream_age(&s, LINK_RING_US + 1);
    T_EQ(link_stream_n_kept(&s), 1, "and one microsecond");
    T_EQ(s.lost, 2, "lost");
    link_stream_fini(&s);
}
