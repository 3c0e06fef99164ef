#include "federation/link_ticket.h"

#include "tests/t.h"

#define A ((struct id){{1}})
#define B ((struct id){{2}})

static struct link_tickets tickets;

static bool take(const char *text, int64_t now, struct id *peer, bool *is_rt)
{
    return link_ticket_take(&tickets, span_text(text), now, peer, is_rt);
}

T_CASE(link_ticket_is_good_once_for_30_s)
{
    T_REQ("CARD-11");
    char first[LINK_TICKET_CHARS + 1], second[LINK_TICKET_CHARS + 1];
    struct id peer = ID_NONE;
    bool is_rt = true;

    memset(&tickets, 0, sizeof tickets);
    link_ticket_make(&tickets, A, false, 0, first);
    link_ticket_make(&tickets, B, true, 0, second);
    T_EQ(strlen(first), LINK_TICKET_CHARS, "43 characters");
    T_EQ(strspn(first, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
         LINK_TICKET_CHARS, "of base64url");
    T_OK(strcmp(first, second) != 0, "two are two");
    T_OK(take(first, LINK_TICKET_US - 1, &peer, &is_rt), "at the last instant");
    T_OK(id_eq(peer, A) && !is_rt, "whose, which lane");
    T_OK(!take(first, 1, &peer, &is_rt), "not twice");
    T_OK(!take(second, LINK_TICKET_US, &peer, &is_rt), "too late");
    T_OK(!take(second, 1, &peer, &is_rt), "and used up by it");
    T_OK(!take("", 1, &peer, &is_rt), "none");
    T_OK(!take("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1, &peer, &is_rt), "made up");
}

T_CASE(link_tickets_of_a_peer_go_with_its_leave)
{
    char of_a[LINK_TICKET_CHARS + 1], of_b[LINK_TICKET_CHARS + 1];
    struct id peer;
    bool is_rt;

    memset(&tickets, 0, sizeof tickets);
    link_ticket_make(&tickets, A, false, 0, of_a);
    link_ticket_make(&tickets, B, true, 0, of_b);
    link_ticket_drop(&tickets, A);
    T_OK(!take(of_a, 1, &peer, &is_rt), "A's is gone");
    T_OK(take(of_b, 1, &peer, &is_rt) && is_rt, "B's is not");
}

T_CASE(link_ticket_table_lets_the_oldest_go)
{
    char first[LINK_TICKET_CHARS + 1], text[LINK_TICKET_CHARS + 1];
    struct id peer;
    bool is_rt;

    memset(&tickets, 0, sizeof tickets);
    link_ticket_make(&tickets, A, false, 0, first);
    for (int i = 1; i <= LINK_TICKETS_MOST; i++)
        link_ticket_make(&tickets, B, false, i, text);
    T_OK(!take(first, 10, &peer, &is_rt), "the oldest gave way");
    T_OK(take(text, 10, &peer, &is_rt), "the newest is there");
}
