/* The realtime server over real sockets: who is let in, what commands are asked through, how
 * connections end. */
#include "node/server/text.h"
#include "tests/lib/live_fixture.h"

static uint8_t room[1 << 17];
static struct live_client a, b;

static const struct live_server_conf plain = {.n_connections_cap = 0};

/* The next text; "" when there is none. */
static struct span text_of(struct live_client *c)
{
    struct live_frame frame = live_client_next(c, room, false, LIVE_CLIENT_WAIT_MS);

    return frame.opcode == 1 ? frame.payload : SPAN("");
}

static int close_code_of(struct live_client *c)
{
    struct live_frame frame;

    do
        frame = live_client_next(c, room, false, LIVE_CLIENT_WAIT_MS);
    while (frame.opcode == 1 || frame.opcode == 2);
    if (frame.opcode != 8)
        return frame.opcode;
    return frame.payload.len < 2 ? 1005 : frame.payload.p[0] << 8 | frame.payload.p[1];
}

T_CASE(live_lets_in_whoever_brings_a_ticket_once)
{
    char ticket[LIVE_TICKET_CAP], wrong[LIVE_TICKET_CAP];

    T_REQ("AI-2.6-オ");
    live_fixture_start(&plain);
    live_fixture_ticket(ROLE_STUDENT, "a", ticket);
    memcpy(wrong, ticket, sizeof wrong);
    wrong[5] = wrong[5] == 'A' ? 'B' : 'A';
    T_EQ(live_client_open(&a, live_fixture.path, wrong), 401, "a ticket nobody drew");
    live_client_close(&a);
    T_EQ(live_client_open(&a, live_fixture.path, ticket), 101, "a good one");
    T_EQ(live_client_open(&b, live_fixture.path, ticket), 401, "used before");
    live_client_close(&b);
    T_OK(live_client_text(&a, "test.echo 7 {\"text\":\"やあ\"}"), "asked");
    T_SPAN(text_of(&a), SPAN("{\"re\":7,\"ok\":{\"text\":\"やあ\"}}"), "answered");
    T_EQ(atomic_load(&live_fixture.n_opened), 1, "one visitor");
    live_client_close(&a);
    T_OK(live_fixture_wait(&live_fixture.n_closed, 1), "the feature is told");
    T_EQ(atomic_load(&live_fixture.n_ended[LIVE_END_CUT]), 1, "cut");
    live_fixture_stop();
}

T_CASE(live_refuses_other_pages_and_other_forms)
{
    static const struct {
        const char *what, *origin, *ticket;
        int status;
    } rows[] = {
        {"another site", "https://evil.example", NULL, 403},
        {"another scheme", "http://aozora.localhost", NULL, 403},
        {"another port", "https://aozora.localhost:444", NULL, 403},
        {"a page without an origin", "null", NULL, 403},
        {"no ticket", LIVE_CLIENT_ORIGIN, "", 401},
        {"a short ticket", LIVE_CLIENT_ORIGIN, "AAAA", 401},
    };
    char ticket[LIVE_TICKET_CAP], head[1024];

    live_fixture_start(&plain);
    live_fixture_ticket(ROLE_STUDENT, "a", ticket);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        T_OK(live_client_connect(&a, live_fixture.path), "connected");
        live_client_head(head, sizeof head, rows[i].ticket != NULL ? rows[i].ticket : ticket,
                         rows[i].origin);
        T_OK(live_client_say(&a, head, strlen(head)), "said");
        T_EQ(live_client_status(&a), rows[i].status, rows[i].what);
        live_client_close(&a);
    }
    T_EQ(live_client_open(&a, live_fixture.path, ticket), 101, "none of them used it up");
    live_client_close(&a);
    live_fixture_stop();
}

T_CASE(live_takes_a_handshake_in_any_pieces_with_frames_behind_it)
{
    static const char early[] = "test.echo 1 {\"text\":\"early\"}";
    char ticket[LIVE_TICKET_CAP], bytes[2048];

    live_fixture_start(&plain);
    for (size_t piece = 1; piece < 2000; piece = piece * 3 + 1) {
        size_t len;

        live_fixture_ticket(ROLE_STUDENT, "a", ticket);
        len = (size_t)live_client_head(bytes, sizeof bytes, ticket, LIVE_CLIENT_ORIGIN);
        len += live_client_frame((uint8_t *)bytes + len, 0x81, true, span_text(early));
        T_OK(live_client_connect(&a, live_fixture.path), "connected");
        for (size_t at = 0; at < len; at += piece)
            T_OK(live_client_say(&a, bytes + at, at + piece < len ? piece : len - at), "said");
        T_EQ(live_client_status(&a), 101, "let in");
        T_SPAN(text_of(&a), SPAN("{\"re\":1,\"ok\":{\"text\":\"early\"}}"), "answered");
        live_client_close(&a);
    }
    live_fixture_stop();
}

T_CASE(live_says_come_again_while_nobody_is_at_home)
{
    struct live_server_conf conf;
    struct caller caller = live_fixture_caller(ROLE_STUDENT);
    char ticket[LIVE_TICKET_CAP];
    struct live *live = NULL;

    live_fixture_start(&plain);
    conf = live_fixture.conf;
    live_fixture_stop();
    T_EQ(live_server_open(&conf, &live, NULL), ERR_OK, "opened");
    T_EQ(live_server_publish(live, NULL), ERR_OK, "published");
    T_EQ(live_admit(live, &caller, NULL, NULL, ticket, NULL), ERR_UNAVAILABLE, "no ticket yet");
    memset(ticket, 'A', sizeof ticket - 1);
    ticket[sizeof ticket - 1] = '\0';
    T_EQ(live_client_open(&a, conf.path, ticket), 503, "nobody is let in");
    live_client_close(&a);
    live_server_close(&live);
    T_EQ(live_admit(NULL, &caller, NULL, NULL, ticket, NULL), ERR_UNAVAILABLE, "no server");
    live_drop_session(NULL, id_new());
}

T_CASE(live_refuses_whom_the_feature_refuses)
{
    char ticket[LIVE_TICKET_CAP];

    live_fixture_start(&plain);
    live_fixture.refuses = "not you";
    live_fixture_ticket(ROLE_STUDENT, "not you", ticket);
    T_EQ(live_client_open(&a, live_fixture.path, ticket), 503, "refused");
    live_client_close(&a);
    live_fixture_settle();
    T_EQ(atomic_load(&live_fixture.n_closed), 0, "nobody left who never came");
    live_fixture_stop();
}

T_CASE(live_answers_each_command_by_its_row)
{
    static const struct {
        const char *what, *said, *answer;
    } rows[] = {
        {"no input, no output", "test.nothing 1 {}", "{\"re\":1,\"ok\":{}}"},
        {"a name nobody knows", "test.unknown 2 {}",
         "{\"re\":2,\"no\":{\"code\":\"not-found\","},
        {"not for this role", "test.staff 3 {}", "{\"re\":3,\"no\":{\"code\":\"not-found\","},
        {"a field that is missing", "test.echo 4 {}",
         "{\"re\":4,\"no\":{\"code\":\"invalid\","},
        {"a field too many", "test.nothing 5 {\"x\":1}",
         "{\"re\":5,\"no\":{\"code\":\"invalid\","},
        {"not JSON", "test.echo 6 {\"text\":}", "{\"re\":6,\"no\":{\"code\":\"bad-request\","},
        {"the handler's own", "test.fails 7 {}", "{\"re\":7,\"no\":{\"code\":\"conflict\","},
        {"forgotten", "test.silent 8 {}", "{\"re\":8,\"no\":{\"code\":\"internal\","},
        {"a breach", "test.breaks 9 {}",
         "{\"re\":9,\"no\":{\"code\":\"watch-walk\",\"title\":"
         "\"見ているだけのときは歩けません。\"}}"},
        {"a binary row's name", "test.stick 10 {}",
         "{\"re\":10,\"no\":{\"code\":\"not-found\","},
    };
    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct span answer;

        T_OK(live_client_text(&a, rows[i].said), "said");
        answer = text_of(&a);
        T_OK(span_has_prefix(answer, span_text(rows[i].answer)), rows[i].what);
    }
    live_client_close(&a);
    live_fixture_stop();
}

T_CASE(live_refuses_a_role_in_the_bytes_of_a_missing_command)
{
    uint8_t first[1024];
    struct span missing;

    T_REQ("NI-T3-7");
    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    T_OK(live_client_text(&a, "test.unknown 3 {}"), "said");
    missing = text_of(&a);
    memcpy(first, missing.p, missing.len);
    missing.p = first;
    T_OK(live_client_text(&a, "test.staff 3 {}"), "said");
    T_SPAN(text_of(&a), missing, "the same bytes");
    live_client_close(&a);
    live_fixture_stop();
}

T_CASE(live_bounds_the_size_of_a_command)
{
    struct span said;
    static const char head[] = "test.echo 5 {\"text\":\"", tail[] = "\"}";
    static char text[4096 + 2];
    size_t n = 4096 - (sizeof head - 1) - (sizeof tail - 1);

    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    for (size_t more = 0; more < 2; more++) {
        memcpy(text, head, sizeof head - 1);
        memset(text + sizeof head - 1, ' ', n + more);
        memcpy(text + sizeof head - 1 + n + more, tail, sizeof tail);
        T_OK(live_client_text(&a, text), "said");
        said = text_of(&a);
        T_OK(memmem(said.p, said.len, more == 0 ? "invalid" : "too-large", 7) != NULL,
             "4,096 bytes are read, one more is not");
    }
    live_client_close(&a);
    live_fixture_stop();
}

T_CASE(live_closes_what_has_no_form)
{
    static const struct {
        const char *what, *said;
        size_t len;
        int first, code;
    } rows[] = {
        {"no name", "{}", 2, 0x81, 1008},
        {"no number", "test.echo {}", 12, 0x81, 1008},
        {"number 0", "test.echo 0 {}", 14, 0x81, 1008},
        {"binary without a row", "\x07\x07", 2, 0x82, 1008},
        {"binary of another length", "\x01\x07", 2, 0x82, 1008},
        {"empty binary", "", 0, 0x82, 1008},
        {"a reserved bit", "x", 1, 0xc1, 1002},
        {"a reserved opcode", "x", 1, 0x83, 1002},
        {"not UTF-8", "\xff", 1, 0x81, 1007},
        {"goes on with nothing", "x", 1, 0x80, 1002},
        {"a close of one byte", "x", 1, 0x88, 1002},
    };

    live_fixture_start(&plain);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        live_fixture_join(&a, ROLE_STUDENT, "a");
        T_OK(live_client_send(&a, rows[i].first, span_of(rows[i].said, rows[i].len)), "said");
        T_EQ(close_code_of(&a), rows[i].code, rows[i].what);
        T_EQ(live_client_next(&a, room, true, LIVE_CLIENT_WAIT_MS).opcode, -1, "and the end");
        live_client_close(&a);
    }
    T_OK(live_fixture_wait(&live_fixture.n_closed, (int)T_COUNT(rows)), "all told");
    T_EQ(atomic_load(&live_fixture.n_ended[LIVE_END_FAULT]), (int)T_COUNT(rows), "as faults");
    live_fixture_stop();
}

T_CASE(live_answers_a_close_and_tells_why)
{
    static const struct {
        const char *said;
        size_t len;
        int code;
        enum live_end end;
    } rows[] = {
        {"\x03\xe8", 2, 1000, LIVE_END_BYE},
        {"\x03\xe9", 2, 1001, LIVE_END_AWAY},
        {"", 0, 1005, LIVE_END_CUT},
        {"\x13\x24", 2, 4900, LIVE_END_CUT}, /* given up for dead by the browser */
    };

    live_fixture_start(&plain);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int before = atomic_load(&live_fixture.n_ended[rows[i].end]);

        live_fixture_join(&a, ROLE_STUDENT, "a");
        T_OK(live_client_send(&a, 0x88, span_of(rows[i].said, rows[i].len)), "said");
        T_EQ(close_code_of(&a), rows[i].code, "the same code back");
        T_EQ(live_client_next(&a, room, true, LIVE_CLIENT_WAIT_MS).opcode, -1, "and the end");
        T_OK(live_fixture_wait(&live_fixture.n_ended[rows[i].end], before + 1), "told");
        live_client_close(&a);
    }
    live_fixture_stop();
}

static void push(void *arg)
{
    struct live_visitor *v = atomic_load(&live_fixture.last);
    struct span said = SPAN("いま");
    struct arena *arena = NULL;

    (void)arg;
    if (arena_create(1024, &arena, NULL) != ERR_OK)
        return;
    live_event_send(v->conn, &live_fixture_event, 0, &said, arena);
    live_event_send(v->conn, &live_fixture_event, 7, &said, arena);
    live_close(v->conn, LIVE_CLOSE_ELSEWHERE, false);
    live_event_send(v->conn, &live_fixture_event, 8, &said, arena); /* nothing goes behind */
    arena_destroy(&arena);
}

T_CASE(live_sends_events_then_closes)
{
    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    T_EQ(live_post(live_fixture.live, push, NULL, NULL), ERR_OK, "posted");
    T_SPAN(text_of(&a), SPAN("{\"ev\":\"words.said\",\"of\":{\"text\":\"いま\"}}"), "an event");
    T_SPAN(text_of(&a), SPAN("{\"ev\":\"words.said\",\"n\":7,\"of\":{\"text\":\"いま\"}}"),
           "a numbered one");
    T_EQ(close_code_of(&a), 4001, "closed");
    T_OK(live_client_send(&a, 0x88, SPAN("\x0f\xa1")), "the other side's close");
    T_EQ(live_client_next(&a, room, true, LIVE_CLIENT_WAIT_MS).opcode, -1, "and the end");
    T_EQ(atomic_load(&live_fixture.n_ended[LIVE_END_OURS]), 1, "ours");
    live_client_close(&a);
    live_fixture_stop();
}

static void answer_later(void *arg)
{
    struct span said = SPAN("あとで");

    (void)arg;
    command_later_ok(live_fixture.live, &live_fixture.later, &said);
}

T_CASE(live_answers_later_whoever_is_still_there)
{
    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    T_OK(live_client_text(&a, "test.waits 9 {}"), "said");
    T_OK(live_client_text(&a, "test.nothing 10 {}"), "said");
    T_SPAN(text_of(&a), SPAN("{\"re\":10,\"ok\":{}}"), "another goes on meanwhile");
    T_EQ(live_post(live_fixture.live, answer_later, NULL, NULL), ERR_OK, "posted");
    T_SPAN(text_of(&a), SPAN("{\"re\":9,\"ok\":{\"text\":\"あとで\"}}"), "answered");
    live_client_close(&a);
    T_OK(live_fixture_wait(&live_fixture.n_closed, 1), "gone");
    live_fixture_join(&b, ROLE_STUDENT, "b"); /* takes the same slot */
    T_EQ(live_post(live_fixture.live, answer_later, NULL, NULL), ERR_OK, "posted");
    T_OK(live_client_text(&b, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":1,\"ok\":{}}"), "it reaches nobody else");
    live_client_close(&b);
    live_fixture_stop();
}

T_CASE(live_ends_what_a_session_opened)
{
    struct caller caller = live_fixture_caller(ROLE_STUDENT), other = caller;
    char text[3][LIVE_TICKET_CAP];

    T_REQ("AI-2.6-オ");
    live_fixture_start(&plain);
    other.session = id_new();
    for (int i = 0; i < 3; i++)
        T_EQ(
            live_admit(live_fixture.live, i == 1 ? &other : &caller, NULL, NULL, text[i], NULL),
            ERR_OK, "a ticket");
    T_EQ(live_client_open(&a, live_fixture.path, text[0]), 101, "let in");
    T_EQ(live_client_open(&b, live_fixture.path, text[1]), 101, "another device");
    live_drop_session(live_fixture.live, caller.session);
    T_EQ(close_code_of(&a), 4003, "closed");
    live_client_close(&a);
    T_EQ(live_client_open(&a, live_fixture.path, text[2]), 401, "its other ticket too");
    live_client_close(&a);
    T_OK(live_client_text(&b, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":1,\"ok\":{}}"), "the other session goes on");
    live_drop_account(live_fixture.live, other.account, other.session);
    T_OK(live_client_text(&b, "test.nothing 2 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":2,\"ok\":{}}"), "the one that is kept");
    live_drop_account(live_fixture.live, other.account, ID_NONE);
    T_EQ(close_code_of(&b), 4003, "every one");
    live_client_close(&b);
    live_fixture_stop();
}

T_CASE(live_does_not_answer_what_cannot_be_recorded)
{
    struct span said;

    live_fixture_start(&plain); /* without a writer */
    live_fixture_join(&a, ROLE_STUDENT, "a");
    T_OK(live_client_text(&a, "test.changes 4 {\"text\":\"x\"}"), "said");
    said = text_of(&a);
    T_OK(span_has_prefix(said, SPAN("{\"re\":4,\"no\":{\"code\":\"unavailable\",")), "refused");
    live_client_close(&a);
    live_fixture_stop();
}

T_CASE(live_counts_for_the_operator)
{
    static const char *const lines[] = {
        "ibasho_live_connections{state=\"open\"} 1\n",
        "ibasho_live_opened_total 2\n",
        "ibasho_live_ended_total{end=\"bye\"} 1\n",
        "ibasho_live_refused_total{code=\"sign-in-needed\"} 1\n",
        "ibasho_live_breaches_total{rule=\"role\"} 2\n",
        "ibasho_live_breaches_total{rule=\"watch-walk\"} 1\n",
        "ibasho_live_commands_total{command=\"test.nothing\",answer=\"ok\"} 1\n",
        "ibasho_live_commands_total{command=\"test.fails\",answer=\"no\"} 1\n",
    };
    static const char *const said[] = {"test.nothing 1 {}", "test.fails 2 {}",
                                       "test.staff 3 {}", "test.staff 4 {}",
                                       "test.breaks 5 {}"};
    struct text text = {.arena = NULL};

    live_fixture_start(&plain);
    live_fixture_join(&b, ROLE_STUDENT, "b");
    T_OK(live_client_send(&b, 0x88, SPAN("\x03\xe8")), "bye");
    T_EQ(close_code_of(&b), 1000, "bye");
    live_client_close(&b);
    T_EQ(live_client_open(&b, live_fixture.path, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
         401, "a ticket nobody drew");
    live_client_close(&b);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    for (size_t i = 0; i < T_COUNT(said); i++) {
        T_OK(live_client_text(&a, said[i]), "said");
        T_OK(text_of(&a).len > 0, "answered");
    }
    T_EQ(arena_create(4096, &text.arena, NULL), ERR_OK, "arena");
    live_server_metrics(live_fixture.live, &text);
    for (size_t i = 0; i < T_COUNT(lines); i++)
        T_OK(strstr(text.p, lines[i]) != NULL, lines[i]);
    arena_destroy(&text.arena);
    live_client_close(&a);
    live_fixture_stop();
}

T_CASE(live_lets_a_handler_close_its_own_connection)
{
    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    T_OK(live_client_text(&a, "test.leaves 1 {}"), "said");
    T_EQ(close_code_of(&a), 4001, "closed");
    live_client_close(&a);
    T_OK(live_fixture_wait(&live_fixture.n_closed, 1), "told once");
    live_fixture_stop();
    T_EQ(atomic_load(&live_fixture.n_closed), 1, "once");
}

T_CASE(live_tells_everyone_when_it_ends)
{
    char ticket[LIVE_TICKET_CAP], unused[LIVE_TICKET_CAP];
    struct caller caller = live_fixture_caller(ROLE_STUDENT);

    live_fixture_start(&plain);
    live_fixture_join(&a, ROLE_STUDENT, "a");
    live_fixture_join(&b, ROLE_CONTRACTOR, "b");
    live_fixture_ticket(ROLE_STUDENT, "unused", unused);
    live_server_drain(live_fixture.live);
    T_EQ(close_code_of(&a), 1012, "come again");
    T_EQ(close_code_of(&b), 1012, "come again");
    T_EQ(live_admit(live_fixture.live, &caller, NULL, NULL, ticket, NULL), ERR_UNAVAILABLE,
         "no more tickets");
    live_client_close(&a);
    live_client_close(&b);
    live_server_stop(live_fixture.live, 2000);
    T_EQ(atomic_load(&live_fixture.n_ending), 1, "told once");
    T_EQ(atomic_load(&live_fixture.n_ended[LIVE_END_OURS]), 2, "for both");
    T_OK(access(live_fixture.path, F_OK) != 0, "its name is gone");
    T_EQ(live_post(live_fixture.live, push, NULL, NULL), ERR_UNAVAILABLE, "no more posts");
    live_fixture_stop();
    T_EQ(atomic_load(&live_fixture.n_passes_freed), 1, "the pass nobody used is freed");
}

T_CASE(live_gives_its_place_to_its_successor)
{
    struct live_server_conf conf;
    struct live *next = NULL;
    struct caller caller = live_fixture_caller(ROLE_STUDENT);
    char ticket[LIVE_TICKET_CAP];

    live_fixture_start(&plain);
    conf = live_fixture.conf;
    live_fixture_join(&a, ROLE_STUDENT, "a");
    T_EQ(live_server_open(&conf, &next, NULL), ERR_OK, "beside the first");
    T_OK(live_client_text(&a, "test.nothing 1 {}"), "said");
    T_SPAN(text_of(&a), SPAN("{\"re\":1,\"ok\":{}}"), "the first still serves");
    live_serve(next, &live_fixture.feature);
    T_EQ(live_server_publish(next, NULL), ERR_OK, "published");
    live_server_drain(live_fixture.live);
    T_EQ(close_code_of(&a), 1012, "come again");
    live_client_close(&a);
    T_EQ(live_admit(next, &caller, NULL, NULL, ticket, NULL), ERR_OK, "a ticket of the second");
    T_EQ(live_client_open(&b, live_fixture.path, ticket), 101, "the second lets in");
    live_server_stop(live_fixture.live, 2000);
    T_OK(access(live_fixture.path, F_OK) == 0, "the first leaves the second's name alone");
    T_OK(live_client_text(&b, "test.nothing 2 {}"), "said");
    T_SPAN(text_of(&b), SPAN("{\"re\":2,\"ok\":{}}"), "and serves");
    live_client_close(&b);
    live_server_close(&next);
    live_fixture_stop();
}
