#include "tests/t.h"
#include "voice/send_cost.h"

T_CASE(voice_send_cost_is_what_a_system_call_may_cost)
{
    uint32_t ns = send_cost_ns();

    T_OK(ns > 400 && ns < 1000000, "more than our own part, less than a millisecond");
}
