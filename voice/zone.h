/* voice/zone.h - whose voices a zone hears now: the loudest that speak, at most as many as it
 * has places, each kept for a while after his last word. A private talk and a floor's
 * announcements choose alike.
 * Threads: the media thread.  Owns: nothing. */
#ifndef VOICE_ZONE_H
#define VOICE_ZONE_H

#include <stdbool.h>
#include <stdint.h>

enum {
    ZONE_PLACES = 3,
    ZONE_NOBODY = -1,
    ZONE_HOLD_MS = 400 /* "un, un" must not cost a change of voice each time */
};

struct zone_place {
    int source;       /* ZONE_NOBODY: free */
    int32_t loud;     /* when he last spoke (source.h) */
    int64_t since_ms; /* he has it */
    int64_t spoke_ms; /* he last spoke */
};

struct zone {
    int n_places; /* 1 to ZONE_PLACES */
    struct zone_place at[ZONE_PLACES];
};

struct zone_turn {
    int place; /* his, from now on; -1: he is not heard */
    int gone;  /* who had it until now; ZONE_NOBODY: he himself, or nobody */
    bool came; /* he had none before */
};

void zone_init(struct zone *z, int n_places);
int zone_find(const struct zone *z, int source); /* his place, or -1 */
bool zone_is_quiet(const struct zone *z);        /* nobody has a place */

/* A packet of `source` came. One that is no speech keeps a place and never wins one. Speech
 * wins a free place at once; else that of the quietest who is clearly quieter and has had it
 * for ZONE_HOLD_MS. */
struct zone_turn zone_offer(struct zone *z, int source, bool is_speech, int32_t loud,
                            int64_t now_ms);
/* His place is free at once; false: he had none. */
bool zone_leave(struct zone *z, int source);
/* Frees one place whose owner has not spoken for ZONE_HOLD_MS: who it was, or ZONE_NOBODY when
 * there is none. */
int zone_expire(struct zone *z, int64_t now_ms);

#endif
