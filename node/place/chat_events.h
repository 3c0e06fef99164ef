/* node/place/chat_events.h - what is told of written words: structs of the shapes; texts are
 * borrowed until the event is made. A line goes out in two variants: as others read it, and
 * (has_ids) as staff who may see IDs do. Threads: const data.  Owns: nothing. */
#ifndef NODE_PLACE_CHAT_EVENTS_H
#define NODE_PLACE_CHAT_EVENTS_H

#include "node/base/command.h"
#include "node/base/id.h"

/* Whom a line addresses. */
struct chat_to {
    int64_t seat;
    bool has_seat;
    struct span name;
};
struct chat_said {
    struct id line;
    int64_t at_utc_us;
    int channel; /* enum chat_channel */
    bool has_talk, has_seat, has_to;
    struct id talk;
    int64_t seat;
    struct span name, text;
    bool is_staff, is_teacher, has_town, has_pseud;
    struct span town, pseud; /* of somebody in another town; pseud: for staff with IDs */
    struct chat_to to;
    int state; /* enum chat_state; said or held */
    bool has_mine, is_mine;
    /* Staff who may see IDs. */
    bool has_ids, has_login, has_original;
    struct id account;
    struct span login, original;
    struct jx_texts categories; /* of what was found */
};
struct chat_lines_event {
    int channel;
    bool has_talk;
    struct id talk;
    struct jx_list lines; /* struct chat_said */
};
struct chat_one {
    struct id line;
};
enum chat_verdict { CHAT_RELEASED, CHAT_WAS_KEPT };
#define CHAT_VERDICTS "released|kept"
struct chat_held_event {
    struct id line;
    int state; /* enum chat_verdict */
};
extern const struct live_event *const chat_event_line,
    *const chat_event_lines, *const chat_event_gone, *const chat_event_held,
                                                         *const chat_event_held_new;

/* What is answered to whoever wrote one. */
struct chat_answer {
    struct id line;
    int64_t at_utc_us;
    int state;
    struct span text; /* as others read it */
};
extern const struct jx_shape chat_answer_shape;

/* ---- talks ---- */

struct talk_asked {
    struct id talk;
    int64_t seat;
    bool has_seat;
    struct span name;
    bool is_staff;
};
struct talk_person {
    int64_t seat;
    bool has_seat;
    struct span name;
    bool is_staff;
};
struct talk_opened {
    struct id talk;
    struct jx_list people; /* struct talk_person; the others */
    bool is_first;         /* of his life: then he is told who else may read it */
};
enum talk_end { TALK_LEFT, TALK_GONE, TALK_REFUSED, TALK_CLOSED };
#define TALK_ENDS "left|gone|refused|closed"
struct talk_over {
    struct id talk;
    int why; /* enum talk_end */
};
extern const struct live_event *const talk_event_asked, *const talk_event_open,
                                                            *const talk_event_over;

#endif
