#include "federation/transfer_rule.h"

static const struct {
    bool is_out;
    enum transfer_state from;
    enum transfer_event event;
    enum transfer_state to;
} rows[] = {
    {true, TRANSFER_ASKED, TRANSFER_CONFIRM, TRANSFER_OFFERED},
    {true, TRANSFER_ASKED, TRANSFER_CANCEL, TRANSFER_CANCELLED},
    {true, TRANSFER_OFFERED, TRANSFER_CANCEL, TRANSFER_CANCELLED},
    {true, TRANSFER_OFFERED, TRANSFER_ACCEPT, TRANSFER_ACCEPTED},
    {true, TRANSFER_OFFERED, TRANSFER_DECLINE, TRANSFER_DECLINED},
    {true, TRANSFER_OFFERED, TRANSFER_BOUNCE, TRANSFER_REFUSED},
    {true, TRANSFER_ACCEPTED, TRANSFER_CANCEL, TRANSFER_CANCELLED},
    {true, TRANSFER_ACCEPTED, TRANSFER_DECLINE, TRANSFER_DECLINED},
    {true, TRANSFER_ACCEPTED, TRANSFER_GIVE, TRANSFER_GIVEN},
    /* What was given may be asked for again until it has arrived. */
    {true, TRANSFER_GIVEN, TRANSFER_GIVE, TRANSFER_GIVEN},
    {true, TRANSFER_GIVEN, TRANSFER_DECLINE, TRANSFER_DECLINED},
    {true, TRANSFER_GIVEN, TRANSFER_ARRIVE, TRANSFER_DONE},
    /* By two persons: the receipt may never come, and the child must not be bound by that. */
    {true, TRANSFER_GIVEN, TRANSFER_CANCEL, TRANSFER_CANCELLED},

    {false, TRANSFER_OFFERED, TRANSFER_ACCEPT, TRANSFER_ACCEPTED},
    {false, TRANSFER_OFFERED, TRANSFER_DECLINE, TRANSFER_DECLINED},
    {false, TRANSFER_OFFERED, TRANSFER_CANCEL, TRANSFER_CANCELLED},
    {false, TRANSFER_ACCEPTED, TRANSFER_DECLINE, TRANSFER_DECLINED},
    {false, TRANSFER_ACCEPTED, TRANSFER_CANCEL, TRANSFER_CANCELLED},
    {false, TRANSFER_ACCEPTED, TRANSFER_TAKE, TRANSFER_TAKING},
    {false, TRANSFER_TAKING, TRANSFER_CANCEL, TRANSFER_CANCELLED},
    {false, TRANSFER_TAKING, TRANSFER_DECLINE, TRANSFER_DECLINED},
    {false, TRANSFER_TAKING, TRANSFER_MISS, TRANSFER_ACCEPTED},
    {false, TRANSFER_TAKING, TRANSFER_ARRIVE, TRANSFER_DONE},
};

bool transfer_follows(bool is_out, enum transfer_state from, enum transfer_event event,
                      enum transfer_state *to_out)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].is_out != is_out || rows[i].from != from || rows[i].event != event)
            continue;
        *to_out = rows[i].to;
        return true;
    }
    return false;
}

bool transfer_is_over(enum transfer_state state)
{
    return transfer_waits_for(true, state) == TRANSFER_FOR_NOBODY;
}

enum transfer_waits transfer_waits_for(bool is_out, enum transfer_state state)
{
    switch (state) {
    case TRANSFER_ASKED:
        return TRANSFER_FOR_SECOND;
    case TRANSFER_OFFERED:
        return is_out ? TRANSFER_FOR_PEER : TRANSFER_FOR_BOARD;
    case TRANSFER_ACCEPTED:
        return is_out ? TRANSFER_FOR_PEER : TRANSFER_FOR_SECOND;
    case TRANSFER_TAKING:
        return TRANSFER_FOR_NODE;
    case TRANSFER_GIVEN:
        return TRANSFER_FOR_PEER;
    case TRANSFER_DONE:
    case TRANSFER_DECLINED:
    case TRANSFER_CANCELLED:
    case TRANSFER_REFUSED:
    case TRANSFER_STATE_N:
        break;
    }
    return TRANSFER_FOR_NOBODY;
}
