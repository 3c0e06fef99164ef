#include <stddef.h>

#include "node/support/console_priv.h"
#include "node/support/console_rows.h"

static const struct jx_field console_fields[] = {
    {.name = "at", .type = JX_TIME, .offset = offsetof(struct console_said, at)},
};
static const struct jx_shape console_shape =
    JX_SHAPE("ConsoleChanged", struct console_said, console_fields);
static const struct jx_field staffless_fields[] = {
    {.name = "floor", .type = JX_TEXT, .offset = offsetof(struct staffless_said, floor)},
    {.name = "since", .type = JX_TIME, .offset = offsetof(struct staffless_said, since)},
};
static const struct jx_shape staffless_shape =
    JX_SHAPE("Staffless", struct staffless_said, staffless_fields);

const struct live_event console_events[CONSOLE_EVENTS_N] = {
    {"console", &console_shape, "見守りの画面に新しいことがある（職員へ）"},
    {"staffless", &staffless_shape, "児童生徒のいるフロアに職員がいない（職員へ）"},
};
const struct live_event *const console_event_changed = &console_events[0],
                               *const console_event_staffless = &console_events[1];
