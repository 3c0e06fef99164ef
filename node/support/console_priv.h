/* node/support/console_priv.h - between the files of the console. Threads: const data, but
 * where it is said otherwise.  Owns: nothing. */
#ifndef NODE_SUPPORT_CONSOLE_PRIV_H
#define NODE_SUPPORT_CONSOLE_PRIV_H

#include "node/base/services.h"
#include "node/base/span.h"
#include "node/place/presence.h"
#include "node/support/contact_desk.h"

struct console_said {
    int64_t at;
};
struct staffless_said {
    struct span floor;
    int64_t since;
};
extern const struct live_event *const console_event_changed, *const console_event_staffless;

/* What of the place a console would show otherwise now: equal as long as it looks the same, but
 * for minutes that pass. is_alone: the mark of who has been alone for alone_us. */
uint64_t console_print(const struct presence *presence, struct contact_desk *desk,
                       int64_t alone_us);

/* A floor on which children are without staff: since when it was alarmed. */
struct console_alarm {
    char floor[64];
    int64_t since_utc_us;
};
/* Floors of presence that are to be alarmed now and were not; alarms remembers it, and forgets
 * those that have staff again. Returns how many, as indexes of presence->floors. */
#define CONSOLE_ALARMS_CAP PRESENCE_FLOORS_CAP
size_t console_alarms(const struct presence *presence, int64_t after_us,
                      struct console_alarm alarms[CONSOLE_ALARMS_CAP],
                      size_t due_out[CONSOLE_ALARMS_CAP]);
/* It could not be raised: due again. */
void console_alarm_undo(struct console_alarm alarms[CONSOLE_ALARMS_CAP], struct span floor);

#endif
