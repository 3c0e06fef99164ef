#include "voice/zone.h"

#include "voice/source.h"

#define CLEARLY (6 * SOURCE_DB)

void zone_init(struct zone *z, int n_places)
{
    *z = (struct zone){.n_places = n_places};
    for (int i = 0; i < ZONE_PLACES; i++)
        z->at[i].source = ZONE_NOBODY;
}

int zone_find(const struct zone *z, int source)
{
    for (int i = 0; i < z->n_places; i++)
        if (z->at[i].source == source)
            return i;
    return -1;
}

bool zone_is_quiet(const struct zone *z)
{
    for (int i = 0; i < z->n_places; i++)
        if (z->at[i].source != ZONE_NOBODY)
            return false;
    return true;
}

/* Free, or to be had from the quietest; else -1. */
static int place_for(const struct zone *z, int32_t loud, int64_t now_ms)
{
    int quietest = 0;

    for (int i = 0; i < z->n_places; i++) {
        if (z->at[i].source == ZONE_NOBODY)
            return i;
        if (z->at[i].loud < z->at[quietest].loud)
            quietest = i;
    }
    for (int i = 0; i < z->n_places; i++)
        if (now_ms - z->at[i].spoke_ms >= ZONE_HOLD_MS) /* silent; the clock came late */
            return i;
    if (loud >= z->at[quietest].loud + CLEARLY &&
        now_ms - z->at[quietest].since_ms >= ZONE_HOLD_MS)
        return quietest;
    return -1;
}

struct zone_turn zone_offer(struct zone *z, int source, bool is_speech, int32_t loud,
                            int64_t now_ms)
{
    struct zone_turn turn = {.place = zone_find(z, source), .gone = ZONE_NOBODY};

    if (turn.place < 0 && is_speech) {
        turn.place = place_for(z, loud, now_ms);
        if (turn.place >= 0) {
            turn.gone = z->at[turn.place].source;
            turn.came = true;
            z->at[turn.place] = (struct zone_place){.source = source, .since_ms = now_ms};
        }
    }
    if (turn.place >= 0 && is_speech) {
        z->at[turn.place].loud = loud;
        z->at[turn.place].spoke_ms = now_ms;
    }
    return turn;
}

bool zone_leave(struct zone *z, int source)
{
    int place = zone_find(z, source);

    if (place >= 0)
        z->at[place].source = ZONE_NOBODY;
    return place >= 0;
}

int zone_expire(struct zone *z, int64_t now_ms)
{
    for (int i = 0; i < z->n_places; i++) {
        int source = z->at[i].source;

        if (source != ZONE_NOBODY && now_ms - z->at[i].spoke_ms >= ZONE_HOLD_MS) {
            z->at[i].source = ZONE_NOBODY;
            return source;
        }
    }
    return ZONE_NOBODY;
}
