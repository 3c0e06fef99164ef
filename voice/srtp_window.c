#include "voice/srtp_window.h"

bool srtp_window_is_new(const struct srtp_window *window, uint64_t number)
{
    uint64_t behind;

    if (!window->is_begun || number > window->newest)
        return true;
    behind = window->newest - number;
    return behind < SRTP_WINDOW && (window->seen[behind / 64] >> (behind % 64) & 1) == 0;
}

static void move_on(struct srtp_window *window, uint64_t ahead)
{
    uint64_t *seen = window->seen;

    if (ahead >= SRTP_WINDOW) {
        seen[0] = seen[1] = 0;
    } else if (ahead >= 64) {
        seen[1] = seen[0] << (ahead - 64);
        seen[0] = 0;
    } else if (ahead > 0) {
        seen[1] = seen[1] << ahead | seen[0] >> (64 - ahead);
        seen[0] <<= ahead;
    }
}

void srtp_window_take(struct srtp_window *window, uint64_t number)
{
    if (!window->is_begun || number > window->newest) {
        move_on(window, window->is_begun ? number - window->newest : SRTP_WINDOW);
        window->newest = number;
        window->is_begun = true;
    }
    window->seen[(window->newest - number) / 64] |= UINT64_C(1)
                                                    << ((window->newest - number) % 64);
}
