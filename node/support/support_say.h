/* node/support/support_say.h - the live words of this folder: to staff, and to one child.
 * Threads: support_say any; the words reach people on the live thread.  Owns: nothing. */
#ifndef NODE_SUPPORT_SUPPORT_SAY_H
#define NODE_SUPPORT_SUPPORT_SAY_H

#include "node/base/services.h"
#include "node/base/span.h"
#include "node/support/sos_store.h"

enum support_event {
    SUPPORT_SOS_NEW,      /* staff */
    SUPPORT_SOS_CHANGED,  /* staff */
    SUPPORT_SOS_STATE,    /* the child */
    SUPPORT_INCIDENT_NEW, /* staff */
    SUPPORT_WARNED,       /* the child */
    SUPPORT_CARD,         /* the child */
    SUPPORT_EVENT_N
};

/* One word; what an event does not say is left empty. Texts are copied. */
struct support_word {
    enum support_event event;
    struct id to;      /* the child; of words to staff: whom it is about */
    struct id subject; /* the SOS or incident */
    struct span kind, name, login, title, text, quoted;
    int state, urgency, severity;
    int64_t at_utc_us, undo_until_utc_us;
    bool is_open_hours;
};
/* Where nobody listens (no live server) nothing happens. A word that cannot be said is logged:
 * what it is about stands in its rows, and pages fetch it again. */
void support_say(const struct services *services, const struct support_word *word);

/* What the child is told of its call: honest, also when nobody has seen it yet. */
const char *support_sos_title_ja(const struct sos_facts *facts);
/* Both words after something happened to a call: staff, and the child. */
void support_say_sos(const struct services *services, const struct sos_listed *sos);

#endif
