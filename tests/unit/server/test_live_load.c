/* The realtime server under those who do not behave: who floods, stalls or falls silent is the
 * only one that pays. Orders and counts, no times but the limits that are promised. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>

#include "node/io/ws_frame.h"
#include "tests/lib/live_fixture.h"

static uint8_t room[1 << 17];
static struct live_client a, b;
static struct live_client crowd[8];

static const struct live_server_conf plain = {.n_connections_cap = 0};

static struct span text_of(struct live_client *c)
{
    struct live_frame frame = live_client_next(c, room, false, LIVE_CLIENT_WAIT_MS);

    return frame.opcode == 1 ? frame.payload : SPAN("");
}

/* Reads on to the close. */
static int close_code_of(struct live_client *c)
{
    struct live_frame frame;

    do
        frame = live_client_next(c, room, false, LIVE_CLIENT_WAIT_MS);
    while (frame.opcode == 1 || frame.opcode == 2 || frame.opcode == 10);
    if (frame.opcode != 8)
        return frame.opcode;
    return frame.payload.len < 2 ? 1005 : frame.payload.p[0] << 8 | frame.payload.p[1];
}

/* n frames of first and payload in one piece; the caller frees it. */
static uint8_t *many(int n, int first, const char *payload, size_t *len_out)
{
    uint8_t *bytes = malloc((size_t)n * (strlen(payload) + 14));

    *len_out = 0;
    for (int i = 0; bytes != NULL && i < n; i++)
        *len_out += live_client_frame(bytes + *len_out, first, true, span_text(payload));
    return bytes;
}

/* What the socket takes at once; the rest is nobody's. */
static void stuff(struct live_client *c, const uint8_t *bytes, size_t len)
{
    ssize_t n = send(c->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);

    T_OK(n > 0, "some of it");
}

T_CASE(live_gives_each_a_fair_turn)
{
    size_t len;
    uint8_t *flood;
    int n_before = 0, n_all;

    T_REQ("AI-2.6-オ");
    live_fixture_start(&plain);
    for (int i = 0; i < 4; i++)
        live_fixture_join(&crowd[i], ROLE_STUDENT, "flood");
    live_fixture_join(&b, ROLE_STUDENT, "victim");
    /* Each has a turn waiting when the live thread goes on; the last to come is the victim. */
    live_fixture_hold();
    flood = many(LIVE_TEXTS_BURST, 0x81, "test.nothing 1 {}", &len);
    for (int i = 0; i < 4; i++)
        stuff(&crowd[i], flood, len);
    T_OK(live_client_text(&b, "test.nothing 2 {}"), "said");
    live_fixture_go();
    T_SPAN(text_of(&b), SPAN("{\"re\":2,\"ok\":{}}"), "answered");
    T_OK(live_fixture_wait(&live_fixture.n_handled, 4 * LIVE_TEXTS_BURST + 1),
         "the others after it");
    n_all = atomic_load(&live_fixture.n_handled);
    for (int i = 0; i < n_all; i++) {
        if (strcmp(atomic_load(&live_fixture.handled[i]), "victim") == 0)
            break;
        n_before++;
    }
    T_OK(n_before <= 4 * WS_TURN_FRAMES, "one turn of each at most went before it");
    T_EQ(n_all, 4 * LIVE_TEXTS_BURST + 1, "and everything is done in the end");
    free(flood);
    for (int i = 0; i < 4; i++)
        live_client_close(&crowd[i]);
    live_client_close(&b);
    live_fixture_stop();
}

T_CASE(live_closes_who_floods)
{
    static const struct {
        const char *what;
        int first, n;
        const char *payload;
        int code;
    } rows[] = {
        {"200,000 pings", 0x89, 200000, "", 1008},
        {"one-byte fragments", 0x01, 1, "x", 0},
        {"commands without a pause", 0x81, 5000, "test.nothing 1 {}", 1008},
        {"sticks without a pause", 0x82, 5000, "\x01\x01\x01", 1008},
        {"answers to beats without a pause", 0x8a, 5000, "", 1008},
    };
    struct live_stats stats;

    live_fixture_start(&plain);
    live_fixture_join(&b, ROLE_STUDENT, "victim");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        size_t len, rest_len;
        uint8_t *bytes;

        live_fixture_join(&a, ROLE_STUDENT, "flood");
        bytes = many(rows[i].n, rows[i].first, rows[i].payload, &len);
        live_client_say(&a, bytes, len); /* the server may have closed before all of it went */
        if (rows[i].code == 0) {
            uint8_t *rest = many(60000, 0x00, "y", &rest_len);
            live_client_say(&a, rest, rest_len);
            free(rest);
        }
        T_EQ(close_code_of(&a), 1008, rows[i].what);
        free(bytes);
        live_client_close(&a);
        T_OK(live_client_text(&b, "test.nothing 3 {}"), "said");
        T_SPAN(text_of(&b), SPAN("{\"re\":3,\"ok\":{}}"), "another is served as ever");
    }
    T_OK(atomic_load(&live_fixture.n_sticks) <= LIVE_STICKS_BURST + LIVE_STICKS_PER_S,
         "sticks beyond the rate were not looked at");
    live_server_stats_read(live_fixture.live, &stats);
    T_OK(stats.n_commands < 1000, "commands beyond the rate cost a line each, then the end");
    live_client_close(&b);
    live_fixture_stop();
}

T_CASE(live_says_too_many_before_it_closes)
{
    int n_ok = 0, n_many = 0;

    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    for (int i = 0; i < LIVE_TEXTS_BURST + 20; i++)
        T_OK(live_client_text(&a, "test.nothing 1 {}"), "said");
    for (int i = 0; i < LIVE_TEXTS_BURST + 20; i++) {
        struct span said = text_of(&a);

        n_ok += span_eq(said, SPAN("{\"re\":1,\"ok\":{}}"));
        n_many += memmem(said.p, said.len, "\"too-many\"", 10) != NULL;
    }
    T_OK(n_ok >= LIVE_TEXTS_BURST && n_many > 0 && n_ok + n_many == LIVE_TEXTS_BURST + 20,
         "the burst is served, the rest is told");
    live_client_close(&a);
    live_fixture_stop();
}

/* ---- who does not read ---- */

static void send_all(const char *payload, size_t len, enum ws_keep keep, int n)
{
    struct live_visitor *v = atomic_load(&live_fixture.last);

    for (int i = 0; i < n; i++) {
        struct ws_shared *frame = NULL;

        if (ws_shared_create(WS_OP_TEXT, span_of(payload, len), &frame, NULL) == ERR_OK)
            live_send(v->conn, frame, keep);
        ws_shared_unref(&frame);
    }
}

static char payload[4000];

static void send_movement(void *arg)
{
    send_all(payload, sizeof payload, WS_MAY_DROP, *(int *)arg);
}

static void send_notices(void *arg)
{
    send_all(payload, sizeof payload, WS_KEEP, *(int *)arg);
}

T_CASE(live_drops_movement_of_a_slow_reader_then_gives_it_a_picture)
{
    struct live_stats stats;
    int n = 200, n_frames = 0;
    bool has_picture = false;

    live_fixture_start(&plain);
    live_fixture_join(&b, ROLE_STUDENT, "reads");
    live_fixture_join(&a, ROLE_STUDENT, "slow");
    memset(payload, 'm', sizeof payload);
    T_EQ(live_post(live_fixture.live, send_movement, &n, NULL), ERR_OK, "posted");
    live_fixture_settle();
    live_server_stats_read(live_fixture.live, &stats);
    T_OK(stats.n_frames_dropped > 0, "some had no room");
    T_EQ(atomic_load(&live_fixture.n_refreshed), 0, "it has not read yet");
    T_OK(live_client_text(&b, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":1,\"ok\":{}}"), "others are served");
    while (!has_picture) {
        struct live_frame frame = live_client_next(&a, room, false, LIVE_CLIENT_WAIT_MS);

        if (frame.opcode != 1)
            break;
        n_frames++;
        has_picture = span_eq(frame.payload, SPAN("picture"));
    }
    T_OK(has_picture, "a picture once it reads again");
    T_EQ(atomic_load(&live_fixture.n_refreshed), 1, "one");
    T_EQ(n_frames, n - (int)stats.n_frames_dropped + 1, "all that was not dropped came whole");
    live_client_close(&a);
    live_client_close(&b);
    live_fixture_stop();
}

static void wait_for_beats(struct live_client *c, int n, bool answers)
{
    while (n > 0) {
        struct live_frame frame = live_client_next(c, room, true, LIVE_CLIENT_WAIT_MS);

        if (!t_case_ok() || frame.opcode == -1)
            break;
        if (frame.opcode == 9)
            T_OK(live_client_send(c, 0x8a, SPAN("")), "pong");
        if (frame.opcode != 2)
            continue;
        n--;
        if (answers)
            T_OK(live_client_send(c, 0x82, SPAN("\0")), "beat");
    }
    T_EQ(n, 0, "beats came");
}

T_CASE(live_holds_movement_back_from_whom_it_would_reach_too_late)
{
    const struct live_server_conf quick = {.ping_s = 1, .dead_s = 5};
    int n = 5;

    live_fixture_start(&quick);
    live_fixture_join(&a, ROLE_STUDENT, "far away");
    memset(payload, 'm', sizeof payload);
    wait_for_beats(&a, 1, true);
    T_EQ(live_post(live_fixture.live, send_movement, &n, NULL), ERR_OK, "posted");
    for (int i = 0; i < n; i++)
        T_EQ(text_of(&a).len, sizeof payload, "movement comes while beats are answered");
    wait_for_beats(&a, LIVE_BEHIND_BEATS + 1, false);
    T_EQ(live_post(live_fixture.live, send_movement, &n, NULL), ERR_OK, "posted");
    T_OK(live_client_text(&a, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&a), SPAN("{\"re\":1,\"ok\":{}}"), "answers come, movement does not");
    T_EQ(atomic_load(&live_fixture.n_refreshed), 0, "nor a picture");
    for (int i = 0; i < LIVE_BEHIND_BEATS + 1; i++)
        T_OK(live_client_send(&a, 0x82, SPAN("\0")), "the beats are seen at last");
    T_SPAN(text_of(&a), SPAN("picture"), "then all of it at once");
    T_EQ(live_post(live_fixture.live, send_movement, &n, NULL), ERR_OK, "posted");
    T_EQ(text_of(&a).len, sizeof payload, "and movement again");
    live_client_close(&a);
    live_fixture_stop();
}

T_CASE(live_closes_with_1013_who_does_not_read)
{
    struct live_stats stats;
    int n = 200;

    live_fixture_start(&plain);
    live_fixture_join(&b, ROLE_STUDENT, "reads");
    live_fixture_join(&a, ROLE_STUDENT, "slow");
    T_EQ(live_post(live_fixture.live, send_notices, &n, NULL), ERR_OK, "posted");
    live_fixture_settle();
    live_server_stats_read(live_fixture.live, &stats);
    T_EQ(stats.n_too_slow, 1, "too slow");
    T_EQ(atomic_load(&live_fixture.n_ended[LIVE_END_OURS]), 1, "the feature is told");
    T_OK(live_client_text(&b, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":1,\"ok\":{}}"), "others are served");
    T_EQ(close_code_of(&a), 1013, "what was begun ends, then the close");
    live_client_close(&a);
    live_client_close(&b);
    live_fixture_stop();
}

/* ---- who says nothing ---- */

T_CASE(live_pings_everyone_and_hears_who_is_dead)
{
    const struct live_server_conf quick = {.ping_s = 1, .dead_s = 3};
    int64_t since_us = clock_mono_us();
    struct live_stats stats;
    int n_pings = 0, n_beats = 0;

    live_fixture_start(&quick);
    live_fixture_join(&a, ROLE_STUDENT, "dead"); /* reads nothing, says nothing */
    live_fixture_join(&b, ROLE_STUDENT, "lives");
    while (atomic_load(&live_fixture.n_closed) == 0 &&
           clock_mono_us() - since_us < 20 * SECOND_US) {
        struct live_frame frame = live_client_next(&b, room, true, 200);

        n_pings += frame.opcode == 9;
        n_beats += frame.opcode == 2;
        if (frame.opcode == 9)
            T_OK(live_client_send(&b, 0x8a, SPAN("")), "pong");
        if (frame.opcode == 2)
            T_OK(live_client_send(&b, 0x82, SPAN("\0")), "beat");
    }
    since_us = clock_mono_us() - since_us;
    live_server_stats_read(live_fixture.live, &stats);
    T_EQ(stats.n_dead, 1, "the silent one is cut");
    T_EQ(stats.n_open, 1, "the other lives");
    T_EQ(atomic_load(&live_fixture.n_ended[LIVE_END_CUT]), 1, "told as cut");
    T_OK(since_us > 2 * SECOND_US, "not before its time");
    T_OK(n_pings >= 2 && n_beats == n_pings, "a ping and a beat each second");
    live_client_close(&a);
    live_client_close(&b);
    live_fixture_stop();
}

T_CASE(live_lets_half_a_handshake_go)
{
    struct live_stats stats;

    live_fixture_start(&plain);
    T_OK(live_client_connect(&a, live_fixture.path), "connected");
    T_OK(live_client_say(&a, "GET /ws HTT", 11), "half a line");
    T_OK(live_client_connect(&b, live_fixture.path), "connected");
    live_fixture_settle();
    live_server_stats_read(live_fixture.live, &stats);
    T_EQ(stats.n_opening, 2, "both are awaited");
    clock_test_shift(LIVE_OPENING_S * SECOND_US, 0);
    T_OK(!live_client_more(&a, LIVE_CLIENT_WAIT_MS) && !live_client_more(&b, 1000), "not long");
    live_server_stats_read(live_fixture.live, &stats);
    T_EQ(stats.n_opening, 0, "both are gone");
    live_client_close(&a);
    live_client_close(&b);
    live_fixture_stop();
    clock_test_shift(0, 0);
}

T_CASE(live_ticks_on_time_and_catches_up_once)
{
    struct live_stats before, after;
    int n_ticks;

    live_fixture_start(&plain);
    live_fixture_join(&b, ROLE_STUDENT, "waits");
    T_OK(live_fixture_wait(&live_fixture.n_ticks, 3), "ticks");
    live_fixture_hold();
    n_ticks = atomic_load(&live_fixture.n_ticks);
    live_server_stats_read(live_fixture.live, &before);
    clock_test_shift(60 * SECOND_US, 0); /* 600 ticks are missed */
    live_fixture_go();
    live_fixture_settle();
    T_OK(live_fixture_wait(&live_fixture.n_ticks, n_ticks + 1), "one for all of them");
    live_server_stats_read(live_fixture.live, &after);
    T_OK(after.n_ticks - before.n_ticks < 50, "not 600");
    T_OK(after.n_ticks_late > before.n_ticks_late, "counted as late");
    T_EQ(after.n_dead, 0, "the silence was ours: nobody is cut for it");
    T_OK(live_client_text(&b, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":1,\"ok\":{}}"), "who waited is served");
    live_client_close(&b);
    live_fixture_stop();
    clock_test_shift(0, 0);
}

/* ---- more than there is room for ---- */

T_CASE(live_tells_who_comes_beyond_the_cap)
{
    const struct live_server_conf small = {.n_connections_cap = 3};
    char ticket[LIVE_TICKET_CAP];

    live_fixture_start(&small);
    for (int i = 0; i < 3; i++)
        live_fixture_join(&crowd[i], ROLE_STUDENT, "c");
    live_fixture_ticket(ROLE_STUDENT, "late", ticket);
    T_EQ(live_client_open(&a, live_fixture.path, ticket), 503, "come again");
    live_client_close(&a);
    live_client_close(&crowd[0]);
    T_OK(live_fixture_wait(&live_fixture.n_closed, 1), "one leaves");
    T_EQ(live_client_open(&a, live_fixture.path, ticket), 101, "then there is room");
    live_client_close(&a);
    for (int i = 1; i < 3; i++)
        live_client_close(&crowd[i]);
    live_fixture_stop();
}

T_CASE(live_survives_without_descriptors)
{
    struct rlimit was, tight;
    int fds[64], n = 0;
    char ticket[LIVE_TICKET_CAP];

    live_fixture_start(&plain);
    live_fixture_ticket(ROLE_STUDENT, "late", ticket);
    live_fixture_join(&b, ROLE_STUDENT, "b");
    T_EQ(getrlimit(RLIMIT_NOFILE, &was), 0, "limit");
    a.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); /* what the other side will need */
    tight = was;
    tight.rlim_cur = (rlim_t)a.fd + 20;
    T_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0, "few");
    while (n < 64 && (fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
        n++;
    T_OK(n < 64, "none is left");
    {
        struct sockaddr_un name = {.sun_family = AF_UNIX};

        snprintf(name.sun_path, sizeof name.sun_path, "%s", live_fixture.path);
        T_EQ(connect(a.fd, (const struct sockaddr *)&name, sizeof name), 0, "it waits");
    }
    T_OK(!live_client_more(&a, LIVE_CLIENT_WAIT_MS), "it is let go, not kept waiting");
    T_OK(live_client_text(&b, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":1,\"ok\":{}}"), "who is there is served");
    while (n > 0)
        close(fds[--n]);
    setrlimit(RLIMIT_NOFILE, &was);
    live_client_close(&a);
    T_EQ(live_client_open(&a, live_fixture.path, ticket), 101, "and it takes more again");
    live_client_close(&a);
    live_client_close(&b);
    live_fixture_stop();
}

/* ---- any thread ---- */

static void *draw_many(void *arg)
{
    char ticket[LIVE_TICKET_CAP];
    struct live_client *c = arg;

    for (int i = 0; i < 30; i++) {
        struct caller caller = live_fixture_caller(ROLE_STUDENT);

        if (live_admit(live_fixture.live, &caller, NULL, NULL, ticket, NULL) != ERR_OK ||
            live_client_open(c, live_fixture.path, ticket) != 101)
            return c;
        if (i % 3 == 0)
            live_drop_session(live_fixture.live, caller.session);
        live_client_close(c);
    }
    return NULL;
}

T_CASE(live_takes_tickets_and_drops_from_any_thread)
{
    pthread_t threads[4];

    live_fixture_start(&plain);
    for (int i = 0; i < 4; i++)
        T_EQ(pthread_create(&threads[i], NULL, draw_many, &crowd[i]), 0, "a thread");
    for (int i = 0; i < 4; i++) {
        void *failed = NULL;

        pthread_join(threads[i], &failed);
        T_OK(failed == NULL, "all of its were let in");
    }
    T_OK(live_fixture_wait(&live_fixture.n_closed, 120), "and left");
    T_EQ(atomic_load(&live_fixture.n_opened), 120, "each once");
    live_fixture_stop();
}
