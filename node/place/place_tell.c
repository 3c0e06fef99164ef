#include "node/place/place_tell.h"

#include "node/base/log.h"
#include "node/place/place_priv.h"

/* To lines in the lobby: one frame for all of them. account ID_NONE: who may see IDs, but for
 * `but`. */
static void tell_lobby(struct place *place, struct id account, struct id but,
                       const struct live_event *event, const void *of)
{
    struct ws_shared *frame = NULL;
    struct fail fail = {.code = ERR_INTERNAL};

    for (const struct guest *guest = place->guests; guest != NULL; guest = guest->next) {
        const struct world_look *look = &guest->pass->look;

        if (guest->visit != NULL ||
            (id_is_none(account) ? !look->may_see_ids || id_eq(look->account, but)
                                 : !id_eq(look->account, account)))
            continue;
        if (frame == NULL &&
            live_event_make(event, 0, of, place->arena, &frame, &fail) != ERR_OK) {
            log_error("place.event", L_TEXT("event", event->name), L_FAIL(&fail));
            return;
        }
        live_send(guest->conn, frame, WS_KEEP);
    }
    ws_shared_unref(&frame);
}

void place_tell_account(struct place *place, struct id account, const struct live_event *event,
                        const void *of)
{
    struct visit *visit = visit_find(place, account);

    if (id_is_none(account))
        return;
    if (visit != NULL)
        visit_tell(visit, event, of, place_now());
    tell_lobby(place, account, ID_NONE, event, of);
}

void place_tell_staff(struct place *place, const struct live_event *event, const void *of)
{
    place_tell_other_staff(place, ID_NONE, event, of);
}

void place_tell_other_staff(struct place *place, struct id account,
                            const struct live_event *event, const void *of)
{
    const struct place_now now = place_now();

    for (struct visit *visit = place->visits; visit != NULL; visit = visit->next)
        if (visit->pass.look.may_see_ids && !id_eq(visit->account, account))
            visit_tell(visit, event, of, now);
    tell_lobby(place, ID_NONE, account, event, of);
}

void place_tell_staff_now(struct place *place, const struct live_event *event, const void *of)
{
    struct ws_shared *frame = NULL;
    struct fail fail = {.code = ERR_INTERNAL};

    if (live_event_make(event, 0, of, place->arena, &frame, &fail) != ERR_OK) {
        log_error("place.event", L_TEXT("event", event->name), L_FAIL(&fail));
        return;
    }
    for (const struct guest *guest = place->guests; guest != NULL; guest = guest->next)
        if (guest->pass->look.may_see_ids)
            live_send(guest->conn, frame, WS_KEEP);
    ws_shared_unref(&frame);
}
