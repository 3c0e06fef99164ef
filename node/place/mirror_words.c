/* What is written and shown on a mirrored floor: of our own people to the feature, of figures
 * to our own people. A figure's line lies with today's in memory, and nowhere else. */
#include <stdlib.h>

#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/place/mirror_priv.h"
#include "node/place/react.h"
#include "node/place/react_kinds.h"
#include "node/place/world_show.h"

/* ---- of our own people ---- */

static struct place_floor *floor_of(const struct place *place, const struct chat_where *where)
{
    struct place_floor *floor = place->floors;

    while (floor != NULL && strcmp(floor->id, where->floor) != 0)
        floor = floor->next;
    return floor;
}

/* NULL: what is said there stays here. */
static struct mirror *mirror_of(const struct place *place, const struct chat_where *where)
{
    const struct place_floor *floor =
        place->n_mirrors == 0 || where->copy != 1 || where->room[0] != '\0'
            ? NULL
            : floor_of(place, where);

    return floor == NULL ? NULL : floor->mirror;
}

/* It may have gone since. */
struct mirror_figure *mirror_figure_find(const struct mirror *mirror, uint64_t number)
{
    struct mirror_figure *figure = number == 0 ? NULL : mirror->figures;

    while (figure != NULL && figure->number != number)
        figure = figure->next;
    return figure;
}

void mirror_said(struct place *place, const struct chat_where *where,
                 const struct chat_line *line)
{
    const struct mirror *mirror = line->is_figure ? NULL : mirror_of(place, where);
    struct mirror_line of;

    if (mirror == NULL)
        return;
    of = (struct mirror_line){.line = line->id,
                              .author = line->author,
                              .at_utc_us = line->at_utc_us,
                              .name = line->name,
                              .text = line->text,
                              .is_staff = line->is_staff,
                              .to_account = line->to,
                              .to = mirror_figure_find(mirror, line->to_figure)};
    mirror->feature->said(mirror->feature->arg, &of);
}

void mirror_hid(struct place *place, const struct chat_where *where,
                const struct chat_line *line)
{
    const struct mirror *mirror = line->is_figure ? NULL : mirror_of(place, where);

    if (mirror != NULL)
        mirror->feature->gone(mirror->feature->arg, line->id);
}

void mirror_reacted(const struct visit *visit, int kind)
{
    const struct mirror *mirror = visit->floor->mirror;
    struct world_where where;

    if (mirror == NULL || visit->copy != 1)
        return;
    world_where(visit->person, &where);
    if (where.room.len == 0)
        mirror->feature->reacted(mirror->feature->arg, visit->account, kind);
}

/* ---- of figures ---- */

static struct chat_where where_of(const struct mirror *mirror)
{
    struct chat_where where = {.copy = 1};

    memcpy(where.floor, mirror->floor->id, sizeof where.floor);
    if (mirror->floor->is_anonymous)
        where.session = mirror->floor->session;
    return where;
}

static struct chat_line *line_find(const struct mirror *mirror, struct id id,
                                   const struct chat_spot **spot_out)
{
    for (const struct chat_spot *s = mirror->place->chat->spots; s != NULL; s = s->next) {
        struct chat_line *line;

        if (s->where.copy != 1 || s->where.room[0] != '\0' ||
            strcmp(s->where.floor, mirror->floor->id) != 0)
            continue;
        line = chat_lines_find(&s->lines, id);
        *spot_out = s;
        if (line != NULL)
            return line;
    }
    *spot_out = NULL;
    return NULL;
}

static enum err check(const struct mirror *mirror, const struct mirror_line *line,
                      struct fail *why)
{
    const struct chat_spot *spot;

    if (id_is_none(line->line) || line->text.len == 0 || line->text.len > MIRROR_TEXT_MOST ||
        utf_valid_len(line->text) != line->text.len)
        return fail_field(why, ERR_INVALID, "text", "%zu bytes", line->text.len);
    if (line_find(mirror, line->line, &spot) != NULL)
        return fail_field(why, ERR_CONFLICT, "line", "it is there");
    return ERR_OK;
}

/* Whom it addresses: as others, and as staff who may see IDs, read his name. */
static void to_fill(const struct mirror *mirror, const struct mirror_line *from,
                    struct chat_line *line)
{
    const struct visit *visit =
        id_is_none(from->to_account) ? NULL : visit_find(mirror->place, from->to_account);
    const struct world_person *person =
        from->to != NULL                                                     ? from->to->person
        : visit != NULL && visit->floor == mirror->floor && visit->copy == 1 ? visit->person
                                                                             : NULL;
    struct world_where where;

    if (person == NULL)
        return;
    world_where(person, &where);
    line->to_seat = where.seat;
    line->to_name = world_name(person, false);
    line->to_real = world_name(person, true);
}

enum err mirror_say(struct mirror *mirror, struct mirror_figure *figure,
                    const struct mirror_line *from, struct fail *why)
{
    struct chat *chat = mirror->place->chat;
    const struct place_now now = place_now();
    const struct chat_where where = where_of(mirror);
    const struct mirror_look *look = world_puppet_seen(figure->person);
    struct chat_line line = {.id = from->line,
                             .state = CHAT_SAID,
                             .is_figure = true,
                             .is_staff = look->is_staff,
                             .is_teacher = look->is_teacher,
                             .name = span_text(look->name),
                             .town = span_text(look->town),
                             .pseud = span_text(look->pseud),
                             .text = from->text,
                             .original = from->text};
    struct chat_spot *spot;
    struct chat_line *kept;
    struct world_where at;
    enum err rc = check(mirror, from, why);

    if (rc != ERR_OK)
        return rc;
    world_where(figure->person, &at);
    line.seat = at.seat;
    line.at_utc_us = chat_at(chat, now);
    to_fill(mirror, from, &line);
    spot = chat_spot_need(chat, &where);
    kept = spot == NULL ? NULL : chat_line_create(&line);
    if (kept == NULL)
        return fail_set(why, ERR_NOMEM, "a line");
    chat_lines_put(&spot->lines, kept);
    chat_line_send(chat, &where, NULL, kept, now);
    return ERR_OK;
}

void mirror_gone(struct mirror *mirror, struct id id)
{
    const struct chat_spot *spot;
    struct chat_line *line = line_find(mirror, id, &spot);

    if (line == NULL || line->state != CHAT_SAID)
        return;
    line->state = CHAT_HIDDEN;
    chat_gone_send(mirror->place->chat, &spot->where, NULL, line, place_now());
}

bool mirror_has_line(const struct mirror *mirror, struct id id)
{
    const struct chat_spot *spot;
    const struct chat_line *line = line_find(mirror, id, &spot);

    return line != NULL && line->is_figure && line->state == CHAT_SAID;
}

void mirror_react(struct mirror_figure *figure, int kind)
{
    if (kind >= 0 && kind < REACT_KINDS_N)
        react_show(figure->person, kind);
}

uint16_t mirror_seat(const struct mirror_figure *figure)
{
    struct world_where where;

    world_where(figure->person, &where);
    return where.seat;
}

void mirror_show(struct mirror_figure *figure, const struct live_event *event, const void *of)
{
    struct fail why = {.code = ERR_INTERNAL};

    if (world_show(figure->person, event, of, &why) != ERR_OK)
        log_warn("mirror.unshown", L_TEXT("event", event->name), L_FAIL(&why));
}
