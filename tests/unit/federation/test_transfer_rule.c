#include "federation/transfer_rule.h"

#include <stdarg.h>
#include <stdio.h>

#include "tests/t.h"

/* Good until the next one. */
static const char *said(const char *fmt, ...) PRINTF_LIKE(1, 2);
static const char *said(const char *fmt, ...)
{
    static char text[80];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return text;
}

#define NO TRANSFER_STATE_N

/* Every state and event, both ways: where it leads, NO: nowhere. */
static const struct {
    bool is_out;
    enum transfer_state from;
    enum transfer_state to[TRANSFER_EVENT_N]; /* confirm cancel accept decline bounce take miss
                                                 give arrive */
} table[] = {
    {true, TRANSFER_ASKED, {TRANSFER_OFFERED, TRANSFER_CANCELLED, NO, NO, NO, NO, NO, NO, NO}},
    {true,
     TRANSFER_OFFERED,
     {NO, TRANSFER_CANCELLED, TRANSFER_ACCEPTED, TRANSFER_DECLINED, TRANSFER_REFUSED, NO, NO,
      NO, NO}},
    {true,
     TRANSFER_ACCEPTED,
     {NO, TRANSFER_CANCELLED, NO, TRANSFER_DECLINED, NO, NO, NO, TRANSFER_GIVEN, NO}},
    {true, TRANSFER_TAKING, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {true,
     TRANSFER_GIVEN,
     {NO, TRANSFER_CANCELLED, NO, TRANSFER_DECLINED, NO, NO, NO, TRANSFER_GIVEN,
      TRANSFER_DONE}},
    {true, TRANSFER_DONE, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {true, TRANSFER_DECLINED, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {true, TRANSFER_CANCELLED, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {true, TRANSFER_REFUSED, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {false, TRANSFER_ASKED, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {false,
     TRANSFER_OFFERED,
     {NO, TRANSFER_CANCELLED, TRANSFER_ACCEPTED, TRANSFER_DECLINED, NO, NO, NO, NO, NO}},
    {false,
     TRANSFER_ACCEPTED,
     {NO, TRANSFER_CANCELLED, NO, TRANSFER_DECLINED, NO, TRANSFER_TAKING, NO, NO, NO}},
    {false,
     TRANSFER_TAKING,
     {NO, TRANSFER_CANCELLED, NO, TRANSFER_DECLINED, NO, NO, TRANSFER_ACCEPTED, NO,
      TRANSFER_DONE}},
    {false, TRANSFER_GIVEN, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {false, TRANSFER_DONE, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {false, TRANSFER_DECLINED, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {false, TRANSFER_CANCELLED, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
    {false, TRANSFER_REFUSED, {NO, NO, NO, NO, NO, NO, NO, NO, NO}},
};

T_CASE(transfer_follows_its_table) /* CARD-16 */
{
    T_EQ(T_COUNT(table), 2 * TRANSFER_STATE_N, "every state of both sides");
    for (size_t i = 0; i < T_COUNT(table); i++)
        for (int e = 0; e < TRANSFER_EVENT_N; e++) {
            enum transfer_state to = NO;
            bool may =
                transfer_follows(table[i].is_out, table[i].from, (enum transfer_event)e, &to);

            T_EQ(may, table[i].to[e] != NO, said("row %zu, event %d", i, e));
            T_EQ(to, table[i].to[e], said("row %zu, event %d", i, e));
        }
}

T_CASE(transfer_over_waits_for_nobody)
{
    for (size_t i = 0; i < T_COUNT(table); i++) {
        bool has_way = false;

        for (int e = 0; e < TRANSFER_EVENT_N; e++)
            has_way = has_way || table[i].to[e] != NO;
        if (has_way)
            T_OK(!transfer_is_over(table[i].from) &&
                     transfer_waits_for(table[i].is_out, table[i].from) != TRANSFER_FOR_NOBODY,
                 said("row %zu goes on", i));
    }
    for (int s = TRANSFER_DONE; s < TRANSFER_STATE_N; s++)
        T_OK(transfer_is_over((enum transfer_state)s), said("state %d", s));
    T_EQ(transfer_waits_for(true, TRANSFER_ASKED), TRANSFER_FOR_SECOND, "another person");
    T_EQ(transfer_waits_for(false, TRANSFER_OFFERED), TRANSFER_FOR_BOARD, "the board");
    T_EQ(transfer_waits_for(false, TRANSFER_ACCEPTED), TRANSFER_FOR_SECOND, "another person");
    T_EQ(transfer_waits_for(false, TRANSFER_TAKING), TRANSFER_FOR_NODE, "the node");
    T_EQ(transfer_waits_for(true, TRANSFER_GIVEN), TRANSFER_FOR_PEER, "the other town");
}
