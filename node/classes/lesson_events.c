#include <stddef.h>

#include "node/classes/lesson_rows.h"
#include "node/classes/lessons_priv.h"

#define F(type_, struct_, name_, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct struct_, name_), \
        .title_ja = (title) \
    }

static const struct jx_field hand_fields[] = {
    F(JX_ID, lesson_hand_seen, lesson, "授業"),
    F(JX_INT, lesson_hand_seen, seat, "席"),
    F(JX_BOOL, lesson_hand_seen, on, "あげているか"),
};
static const struct jx_shape hand_shape =
    JX_SHAPE("LessonHandSeen", struct lesson_hand_seen, hand_fields);

static const struct jx_field over_fields[] = {
    F(JX_ID, lesson_over, lesson, "授業"),
    {.name = "reason",
     .type = JX_ENUM,
     .choices = LESSON_WHYS,
     .offset = offsetof(struct lesson_over, reason),
     .title_ja = "わけ"},
};
static const struct jx_shape over_shape =
    JX_SHAPE("LessonOver", struct lesson_over, over_fields);

static const struct jx_field unstaffed_fields[] = {
    F(JX_ID, lesson_unstaffed, lesson, "授業"),
    F(JX_TEXT, lesson_unstaffed, title, "講座名"),
    F(JX_BOOL, lesson_unstaffed, no_main, "主の授業者がいないか"),
    F(JX_BOOL, lesson_unstaffed, no_supporter, "支援員がいないか"),
    F(JX_TIME, lesson_unstaffed, since, "いつから"),
};
static const struct jx_shape unstaffed_shape =
    JX_SHAPE("LessonUnstaffed", struct lesson_unstaffed, unstaffed_fields);

const struct live_event lesson_events[LESSON_LIVE_EVENTS_N] = {
    {"lesson.here", &lesson_state_shape, "参加している授業のようす"},
    {"lesson.hand", &hand_shape, "見えるところのだれかが授業で手をあげた、下げた"},
    {"lesson.over", &over_shape, "授業への参加がおわった"},
    {"lesson.unstaffed", &unstaffed_shape,
     "授業中の授業に、主の授業者か支援員がいない（職員へ）"},
};
const struct live_event *const lesson_event_here = &lesson_events[0],
                               *const lesson_event_hand = &lesson_events[1],
                               *const lesson_event_over = &lesson_events[2],
                               *const lesson_event_unstaffed = &lesson_events[3];
