#include "node/place/world_show.h"

#include "node/place/world_priv.h"

enum err world_show(const struct world_person *person, const struct live_event *event,
                    const void *of, struct fail *why)
{
    struct world_copy *copy = person->copy;
    struct ws_shared *frame = NULL;
    enum err rc = live_event_make(event, 0, of, copy->world->arena, &frame, why);

    if (rc == ERR_OK)
        world_send(copy, world_body_of(person)->channel, frame, WS_KEEP);
    arena_reset(copy->world->arena);
    ws_shared_unref(&frame);
    return rc;
}
