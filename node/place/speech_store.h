/* node/place/speech_store.h - the rows of table voice_event, a leaf table: each microphone put
 * on or off, by whom, towards whom (AI-2.5-ウ). No sound is in it. Threads: as the tx that is
 * handed in. */
#ifndef NODE_PLACE_SPEECH_STORE_H
#define NODE_PLACE_SPEECH_STORE_H

#include "node/base/id.h"
#include "node/db/writer.h"

/* Where a microphone goes: the words of enum hub_mic (voice/hub.h), in its order. */
#define SPEECH_WAYS "none|zone|private|announce"

enum speech_by { SPEECH_BY_SELF, SPEECH_BY_STAFF, SPEECH_BY_PLACE };
#define SPEECH_BYS "self|staff|place"

/* Why it went on or off. */
enum speech_reason {
    SPEECH_TAP,     /* he did it himself */
    SPEECH_LEFT,    /* he left the floor */
    SPEECH_MOVED,   /* to another floor, into or out of a closed room, to where it starts off */
    SPEECH_SILENT,  /* where nobody talks aloud */
    SPEECH_STATE,   /* he wants to be alone, or rests */
    SPEECH_RUNG,    /* he went back to taking part without a voice */
    SPEECH_MUTED,   /* staff stopped it */
    SPEECH_TALK,    /* the talk of two ended, or one of them took his yes back */
    SPEECH_LINE,    /* his line was cut */
    SPEECH_RESTART, /* the media program or the node began anew */
    SPEECH_REASONS_N
};
#define SPEECH_REASONS "tap|left|moved|silent|state|rung|muted|talk|line|restart"

struct speech_row {
    struct id id;
    int64_t at_utc_us;
    struct id account, visit;
    struct span floor;
    int copy;
    struct span room;  /* empty: none */
    struct id session; /* place_session that ran; ID_NONE */
    bool is_on;
    int way; /* of SPEECH_WAYS, not none */
    enum speech_by by;
    enum speech_reason reason;
    struct id to_account, talk; /* of a private one; else ID_NONE */
    struct id began;            /* of off: the id of its on; else ID_NONE */
};
/* The row with its leaf. The same id again, another off of the same on, or an off whose on is
 * not there: nothing. */
NODISCARD enum err speech_store_add(struct tx *tx, const struct speech_row *row,
                                    struct fail *why);
/* Those that were on before at_utc_us and have no off go off then: at most n_cap, the oldest
 * first. */
NODISCARD enum err speech_store_end_left(struct tx *tx, int n_cap, int64_t at_utc_us,
                                         size_t *n_out, struct fail *why);

#endif
