#include "tests/t.h"
#include "node/server/ws_ticket.h"

#define S_US INT64_C(1000000)

static struct caller caller_of(struct id session)
{
    struct caller caller = {.session = session};

    return caller;
}

static struct ws_tickets *tickets_of(uint32_t cap)
{
    struct ws_tickets *tickets = NULL;

    T_EQ(ws_tickets_create(cap, &tickets, NULL), ERR_OK, "a table");
    return tickets;
}

static void draw(struct ws_tickets *tickets, struct id session, int64_t now_us,
                 char text_out[WS_TICKET_CHARS + 1])
{
    struct caller caller = caller_of(session);
    struct ws_ticket ticket;

    ws_ticket_make(&caller, &ticket, text_out);
    ws_tickets_put(tickets, &ticket, now_us);
}

static enum err take(struct ws_tickets *tickets, const char *text, int64_t now_us,
                     struct caller *caller)
{
    struct ws_ticket ticket;
    enum err rc = ws_tickets_take(tickets, span_text(text), now_us, &ticket, NULL);

    *caller = ticket.caller;
    return rc;
}

T_CASE(ws_ticket_is_good_once_and_for_thirty_seconds)
{
    struct ws_tickets *tickets = tickets_of(100);
    struct id session = id_new();
    char text[WS_TICKET_CHARS + 1];
    struct caller caller;

    draw(tickets, session, 5 * S_US, text);
    T_EQ(take(tickets, text, 6 * S_US, &caller), ERR_OK, "once");
    T_OK(id_eq(caller.session, session), "it says whose it is");
    T_EQ(take(tickets, text, 6 * S_US, &caller), ERR_DENIED, "not twice");
    draw(tickets, session, 10 * S_US, text);
    T_EQ(take(tickets, text, 40 * S_US - 1, &caller), ERR_OK, "to its last microsecond");
    draw(tickets, session, 50 * S_US, text);
    T_EQ(take(tickets, text, 80 * S_US, &caller), ERR_DENIED, "not after thirty seconds");
    ws_tickets_destroy(&tickets);
    T_OK(tickets == NULL, "destroy leaves NULL");
    ws_tickets_destroy(&tickets);
}

T_CASE(ws_ticket_text_is_what_the_handshake_takes)
{
    static const char head[] = "GET /ws HTTP/1.1\r\nhost: a\r\nx-forwarded-for: ::1\r\n"
                               "origin: https://a\r\nupgrade: websocket\r\n"
                               "connection: upgrade\r\nsec-websocket-version: 13\r\n"
                               "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                               "sec-websocket-protocol: ibasho.v1, ticket.";
    struct ws_tickets *tickets = tickets_of(300);

    for (int i = 0; i < 300; i++) {
        char text[sizeof head + WS_TICKET_CHARS + 8];
        struct ws_handshake handshake = {.n_seen = 0};
        struct ws_ticket ticket;

        memcpy(text, head, sizeof head);
        draw(tickets, id_new(), 0, text + sizeof head - 1);
        memcpy(text + sizeof head - 1 + WS_TICKET_CHARS, "\r\n\r\n", sizeof "\r\n\r\n");
        T_EQ(ws_handshake_read(&handshake, span_text(text), SPAN("https://a")), WS_HEAD_READY,
             "any drawn ticket passes");
        T_EQ(ws_tickets_take(tickets, handshake.ticket, 0, &ticket, NULL), ERR_OK,
             "and is found");
    }
    ws_tickets_destroy(&tickets);
}

T_CASE(ws_ticket_has_one_spelling)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    struct ws_tickets *tickets = tickets_of(10);
    char text[WS_TICKET_CHARS + 1], other[WS_TICKET_CHARS + 2];
    struct caller caller;
    struct ws_ticket ticket;

    draw(tickets, id_new(), 0, text);
    for (int at = 0; at < WS_TICKET_CHARS; at++)
        for (size_t c = 0; c < sizeof alphabet - 1; c++) {
            memcpy(other, text, sizeof text);
            other[at] = alphabet[c];
            if (text[at] != alphabet[c])
                T_EQ(take(tickets, other, 0, &caller), ERR_DENIED, "another character");
        }
    T_EQ(take(tickets, "", 0, &caller), ERR_DENIED, "none");
    memcpy(other, text, WS_TICKET_CHARS);
    memcpy(other + WS_TICKET_CHARS, "A", sizeof "A");
    T_EQ(take(tickets, other, 0, &caller), ERR_DENIED, "one more character");
    memcpy(other, text, sizeof text);
    other[7] = '=';
    T_EQ(take(tickets, other, 0, &caller), ERR_DENIED, "of another alphabet");
    T_EQ(ws_tickets_take(tickets, span_of("\0\0", 2), 0, &ticket, NULL), ERR_DENIED, "NUL");
    T_EQ(take(tickets, text, 0, &caller), ERR_OK, "as drawn");
    ws_tickets_destroy(&tickets);
}

T_CASE(ws_ticket_table_lets_the_oldest_go)
{
    enum { CAP = 7, N = 40 };
    struct ws_tickets *tickets = tickets_of(CAP);
    char text[N][WS_TICKET_CHARS + 1];
    struct caller caller;

    for (int i = 0; i < N; i++) {
        draw(tickets, id_new(), i, text[i]);
        if (i % 3 == 0)
            T_EQ(take(tickets, text[i], i, &caller), ERR_OK, "the newest is always there");
    }
    for (int i = 0; i < N; i++)
        T_EQ(take(tickets, text[i], N, &caller),
             i % 3 != 0 && i >= N - CAP ? ERR_OK : ERR_DENIED, "the last seven, unused");
    ws_tickets_destroy(&tickets);
}

T_CASE(ws_ticket_ends_with_its_session)
{
    struct ws_tickets *tickets = tickets_of(10);
    struct id gone = id_new(), stays = id_new();
    char of_gone[WS_TICKET_CHARS + 1], of_stays[WS_TICKET_CHARS + 1];
    struct caller caller;

    draw(tickets, gone, 0, of_gone);
    draw(tickets, stays, 0, of_stays);
    ws_tickets_drop_session(tickets, gone);
    T_EQ(take(tickets, of_gone, 1, &caller), ERR_DENIED, "signed out");
    T_EQ(take(tickets, of_stays, 1, &caller), ERR_OK, "another session's is still good");
    ws_tickets_destroy(&tickets);
}

static void count_free(void *pass)
{
    ++*(int *)pass;
}

static void draw_pass(struct ws_tickets *tickets, const struct caller *caller, int64_t now_us,
                      int *n_freed, char text_out[WS_TICKET_CHARS + 1])
{
    struct ws_ticket ticket;

    ws_ticket_make(caller, &ticket, text_out);
    ticket.pass = n_freed;
    ticket.pass_free = count_free;
    ws_tickets_put(tickets, &ticket, now_us);
}

T_CASE(ws_ticket_hands_its_pass_on_or_frees_it_once)
{
    enum { GAVE_WAY, TAKEN, SESSION, SWEPT, ACCOUNT, KEPT, N };
    struct caller callers[N];
    char text[N][WS_TICKET_CHARS + 1];
    struct ws_tickets *tickets = tickets_of(N - 1);
    struct ws_ticket got;
    int n_freed[N] = {0};

    for (int i = 0; i < N; i++) {
        callers[i] = (struct caller){.account = id_new(), .session = id_new()};
        if (i == KEPT)
            callers[i].account = callers[ACCOUNT].account;
        draw_pass(tickets, &callers[i], i, &n_freed[i], text[i]);
    }
    T_EQ(n_freed[GAVE_WAY], 1, "the oldest gave way");
    T_EQ(ws_tickets_take(tickets, span_text(text[TAKEN]), N, &got, NULL), ERR_OK, "taken");
    T_OK(got.pass == &n_freed[TAKEN], "with its pass");
    ws_tickets_drop_session(tickets, callers[SESSION].session);
    T_EQ(n_freed[SESSION], 1, "its session ended");
    ws_tickets_drop_account(tickets, callers[ACCOUNT].account, callers[KEPT].session);
    T_EQ(n_freed[ACCOUNT], 1, "its account's other sessions ended");
    T_EQ(n_freed[KEPT], 0, "not the one that is kept");
    ws_tickets_sweep(tickets, WS_TICKET_LIFE_US + SWEPT);
    T_EQ(n_freed[SWEPT], 1, "over");
    ws_tickets_destroy(&tickets);
    for (int i = 0; i < N; i++)
        T_EQ(n_freed[i], i == TAKEN ? 0 : 1, "once, but for the one that was taken");
    ws_ticket_fini(&got);
    ws_ticket_fini(&got);
    T_EQ(n_freed[TAKEN], 1, "which is the taker's");
}

T_CASE(ws_tickets_are_never_alike)
{
    struct caller caller = caller_of(id_new());
    struct ws_ticket a, b;
    char text_a[WS_TICKET_CHARS + 1], text_b[WS_TICKET_CHARS + 1];

    ws_ticket_make(&caller, &a, text_a);
    ws_ticket_make(&caller, &b, text_b);
    T_OK(strcmp(text_a, text_b) != 0 && strlen(text_a) == WS_TICKET_CHARS, "two draws");
    T_OK(id_eq(a.caller.session, caller.session), "the caller goes along");
}
