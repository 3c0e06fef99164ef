/* node/place/speech_events.h - what is told of speech: structs of the shapes; texts are
 * borrowed until the event is made. Threads: const data.  Owns: nothing. */
#ifndef NODE_PLACE_SPEECH_EVENTS_H
#define NODE_PLACE_SPEECH_EVENTS_H

#include "node/base/command.h"
#include "node/base/id.h"

struct speech_down {
    struct span title;
};
struct speech_ready {
    int way; /* enum voice_way */
};
#define SPEECH_READY_WAYS "udp|tcp|ws"
struct speech_mic {
    int to;     /* enum hub_mic */
    int by;     /* enum speech_by */
    int reason; /* enum speech_reason */
    bool has_title;
    struct span title;
};
/* Whom one hears now. The seat is left out where it is not seen. */
struct speech_speaks {
    int64_t number, seat;
    bool has_seat, is_on;
    struct span name;
    int to;
};
struct speech_yes {
    struct id talk;
    bool mine, theirs;
};

extern const struct live_event *const speech_event_up,
    *const speech_event_down, *const speech_event_ready, *const speech_event_gone,
                                                             *const speech_event_mic,
                                                                 *const speech_event_speaks,
                                                                     *const speech_event_yes;

/* Output of voice.open. */
struct speech_opened {
    struct span answer;
    int64_t number;
};
extern const struct jx_shape speech_opened_shape;

#endif
