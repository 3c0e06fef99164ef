/* What staff decided about a line: it is shown, or not any more, to whoever could read it. */
#include <stdio.h>
#include <stdlib.h>

#include "node/base/log.h"
#include "node/place/chat_priv.h"
#include "node/place/mirror_priv.h"
#include "node/place/place_tell.h"

/* ---- a row as a line: any thread ---- */

static bool is_staff_role(struct span id)
{
    enum role role;

    return role_parse(id, &role, NULL) == ERR_OK &&
           (role == ROLE_SUPPORTER || role == ROLE_SCHOOL_STAFF || role == ROLE_COMMISSIONER ||
            role == ROLE_CONTRACTOR);
}

static bool is_teacher_role(struct span id)
{
    enum role role;

    return role_parse(id, &role, NULL) == ERR_OK &&
           (role == ROLE_INSTRUCTOR || role == ROLE_GUEST_TEACHER);
}

static enum err read_heard(struct span text, struct arena *arena, struct chat_line *line,
                           struct fail *why)
{
    size_t n = (text.len + 1) / ID_TEXT_CAP;
    struct id *ids = arena_alloc(arena, (n + 1) * sizeof *ids);
    enum err rc = ids == NULL ? fail_set(why, ERR_NOMEM, "%zu ids", n) : ERR_OK;

    for (size_t i = 0; i < n && rc == ERR_OK; i++)
        rc = id_parse(span_cut(text, i * ID_TEXT_CAP, ID_TEXT_CAP - 1), &ids[i], why);
    line->heard = ids;
    line->n_heard = n;
    return rc;
}

struct chat_where chat_where_of_row(const struct chat_line_row *row)
{
    struct chat_where where = {.copy = row->copy};

    snprintf(where.floor, sizeof where.floor, "%.*s", SPAN_ARG(row->floor));
    if (row->channel == CHAT_ROOM)
        snprintf(where.room, sizeof where.room, "%.*s", SPAN_ARG(row->room));
    if (row->is_anonymous)
        where.session = row->session;
    return where;
}

enum err chat_line_of_row(const struct chat_line_row *row, const struct chat_text *text,
                          struct arena *arena, struct chat_line *line_out, struct fail *why)
{
    struct chat_line line = {.id = row->id,
                             .author = row->account,
                             .to = row->channel == CHAT_TALK ? ID_NONE : row->to,
                             .at_utc_us = row->at_utc_us,
                             .state = row->state,
                             .categories = row->categories,
                             .is_staff = is_staff_role(row->role),
                             .is_teacher = is_teacher_role(row->role),
                             .name = text->name,
                             .text = text->masked,
                             .original = text->text};
    enum err rc = read_heard(row->heard, arena, &line, why);

    if (rc == ERR_OK)
        *line_out = line;
    return rc;
}

/* ---- live thread ---- */

static enum chat_state state_after(enum chat_act act)
{
    switch (act) {
    case CHAT_RELEASE:
        return CHAT_SAID;
    case CHAT_KEEP:
        return CHAT_KEPT;
    case CHAT_HIDE:
        return CHAT_HIDDEN;
    case CHAT_ACTS_N:
        break;
    }
    return CHAT_KEPT;
}

/* The one in memory; else what was read, put there. NULL: neither. */
static struct chat_line *line_of(struct chat *chat, struct chat_decided *d, struct talk *talk)
{
    struct chat_spot *spot = id_is_none(d->talk) ? chat_spot_need(chat, &d->where) : NULL;
    struct chat_lines *lines = talk != NULL ? &talk->lines : spot != NULL ? &spot->lines : NULL;
    struct chat_line *line = lines == NULL ? NULL : chat_lines_find(lines, d->line);

    if (line != NULL || lines == NULL || d->said == NULL)
        return line;
    chat_lines_put(lines, d->said);
    d->said = NULL;
    return chat_lines_find(lines, d->line);
}

/* False: it was shown so before, the decision was asked for again. */
static bool show(struct chat *chat, struct chat_decided *d, struct place_now now)
{
    struct talk *talk = id_is_none(d->talk) ? NULL : talk_find(chat, d->talk);
    bool had_said = d->said != NULL;
    struct chat_line *line;

    if (!id_is_none(d->talk) && talk == NULL)
        return true; /* over: nobody reads it any more */
    line = line_of(chat, d, talk);
    if (line == NULL)
        return true;
    if (had_said == (d->said != NULL) && line->state == state_after(d->act))
        return false;
    line->state = state_after(d->act);
    if (d->act == CHAT_RELEASE)
        chat_line_send(chat, &d->where, talk, line, now);
    else
        chat_gone_send(chat, &d->where, talk, line, now);
    if (d->act == CHAT_HIDE && talk == NULL)
        mirror_hid(chat->place, &d->where, line);
    return true;
}

static void decided_told(void *arg)
{
    struct chat_decided *d = arg;
    struct place *place = d->services->place;
    const struct chat_held_event held = {d->line, d->act == CHAT_RELEASE ? CHAT_RELEASED
                                                                         : CHAT_WAS_KEPT};

    if (place->chat != NULL) {
        if (show(place->chat, d, place_now()) && d->was_held)
            place_tell_account(place, d->author, chat_event_held, &held);
        arena_reset(place->arena);
    }
    free(d->said);
    free(d);
}

void chat_decided_post(struct chat_decided *decided)
{
    if (decided->services->live != NULL && decided->services->place != NULL &&
        live_post(decided->services->live, decided_told, decided, NULL) == ERR_OK)
        return;
    free(decided->said); /* it is committed: the next program shows it so */
    free(decided);
}
