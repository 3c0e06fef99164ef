#include "node/place/chat_ask.h"

#include "node/place/chat_priv.h"
#include "node/place/mirror_priv.h"

void chat_ask(struct command_call *call, struct id lesson, struct id teacher, struct id line,
              struct span text,
              void (*told)(const struct services *services, const struct chat_asked *asked))
{
    struct visit *visit = chat_acted(call);
    struct chat_target target = {.told = told};
    struct chat_where where;
    struct talk talk;

    if (visit == NULL || chat_is_stopped(call, visit) ||
        mirror_refuses(call, visit, MIRROR_CHAT))
        return;
    where = chat_where_of(visit);
    talk =
        (struct talk){.id = lesson, .kind = TALK_STAFF, .members = {visit->account, teacher}};
    target.where = &where;
    target.talk = &talk;
    chat_put(call, visit, &target, line, text);
}
