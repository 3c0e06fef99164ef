/* Figures of other towns, and our own people as others see them. */
#include <stdlib.h>

#include "federation/mirror_room_priv.h"

static struct room_figure **bucket_of(struct mirror_room *room, const uint8_t *pseud)
{
    return &room->buckets[(pseud[0] ^ pseud[FRAME_PSEUD_BYTES - 1]) % ROOM_BUCKETS];
}

struct room_figure *mirror_room_find(struct mirror_room *room,
                                     const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    struct room_figure *figure = *bucket_of(room, pseud);

    while (figure != NULL && memcmp(figure->pseud, pseud, FRAME_PSEUD_BYTES) != 0)
        figure = figure->next;
    return figure;
}

struct room_figure *room_figure_add(struct mirror_room *room,
                                    const uint8_t pseud[FRAME_PSEUD_BYTES], struct id node)
{
    struct room_figure **bucket = bucket_of(room, pseud);
    struct room_figure *figure = calloc(1, sizeof *figure);

    if (figure == NULL)
        return NULL;
    memcpy(figure->pseud, pseud, FRAME_PSEUD_BYTES);
    figure->node = node;
    figure->next = *bucket;
    *bucket = figure;
    room->n_figures++;
    return figure;
}

void room_figure_show(struct mirror_room *room, struct room_figure *figure)
{
    const struct room_feature *feature = room->conf.feature;

    if (figure->is_shown)
        return;
    figure->is_shown = true;
    feature->put(feature->arg, figure);
    room_tell_look(room, FRAME_JOIN, figure);
}

void room_figure_hide(struct mirror_room *room, struct room_figure *figure)
{
    const struct room_feature *feature = room->conf.feature;

    if (!figure->is_shown)
        return;
    figure->is_shown = false;
    feature->taken(feature->arg, figure);
    figure->owner = NULL;
    if (room->conf.is_host)
        room_send_all(room, figure->node, false, FRAME_LEAVE, 0, figure->pseud, SPAN_NONE);
}

void room_figure_drop(struct mirror_room *room, struct room_figure *figure, bool is_quiet)
{
    struct room_figure **at = bucket_of(room, figure->pseud);
    const struct room_feature *feature = room->conf.feature;

    if (is_quiet && figure->is_shown) {
        feature->taken(feature->arg, figure);
        figure->is_shown = false;
    }
    room_figure_hide(room, figure);
    while (*at != figure)
        at = &(*at)->next;
    *at = figure->next;
    room->n_figures--;
    free(figure);
}

void room_each(struct mirror_room *room,
               void (*fn)(struct mirror_room *room, struct room_figure *figure, void *arg),
               void *arg)
{
    for (int i = 0; i < ROOM_BUCKETS; i++) {
        struct room_figure *next;

        for (struct room_figure *figure = room->buckets[i]; figure != NULL; figure = next) {
            next = figure->next;
            fn(room, figure, arg);
        }
    }
}

void mirror_room_figures(const struct mirror_room *room,
                         void (*fn)(void *arg, const struct room_figure *figure), void *arg)
{
    for (int i = 0; i < ROOM_BUCKETS; i++)
        for (const struct room_figure *f = room->buckets[i]; f != NULL; f = f->next)
            fn(arg, f);
}

int room_count_of(const struct mirror_room *room, struct id node, bool is_adult)
{
    int n = 0;

    for (int i = 0; i < ROOM_BUCKETS; i++)
        for (const struct room_figure *f = room->buckets[i]; f != NULL; f = f->next)
            n += id_eq(f->node, node) && (f->look.is_staff || f->look.is_teacher) == is_adult;
    return n;
}

/* ---- own ---- */

struct room_own *room_own_of(const struct mirror_room *room, struct id account)
{
    struct room_own *own = room->own;

    while (own != NULL && !id_eq(own->account, account))
        own = own->next;
    return own;
}

struct room_own *room_own_by(const struct mirror_room *room,
                             const uint8_t pseud[FRAME_PSEUD_BYTES])
{
    struct room_own *own = room->own;

    while (own != NULL && memcmp(own->pseud, pseud, FRAME_PSEUD_BYTES) != 0)
        own = own->next;
    return own;
}

static void tell_own(struct mirror_room *room, enum frame_type type, struct room_own *own)
{
    for (int i = 0; i < room->n_peers && !own->is_refused; i++)
        room_send_own(room, &room->peers[i], type, own);
}

enum err mirror_room_here(struct mirror_room *room, struct id account,
                          const uint8_t pseud[FRAME_PSEUD_BYTES], const struct room_look *look,
                          struct fail *why)
{
    struct room_own *own = room_own_of(room, account);
    bool is_new = own == NULL;

    if (is_new) {
        own = calloc(1, sizeof *own);
        if (own == NULL)
            return fail_set(why, ERR_NOMEM, "somebody of ours");
        own->account = account;
        memcpy(own->pseud, pseud, sizeof own->pseud);
        own->next = room->own;
        room->own = own;
    }
    room->is_name_due = room->is_name_due ||
                        (is_new && mirror_room_find(room, pseud) != NULL) ||
                        ((look->is_staff || look->is_teacher) &&
                         (is_new || strcmp(own->look.name, look->name) != 0));
    own->look = *look;
    tell_own(room, is_new ? FRAME_JOIN : FRAME_LOOK, own);
    return ERR_OK;
}

static void judge_name(struct mirror_room *room, struct room_figure *figure, void *arg)
{
    const struct room_feature *feature = room->conf.feature;

    struct room_own *own = room_own_by(room, figure->pseud);

    (void)arg;
    if (own != NULL) { /* another town passed for ours */
        room_figure_drop(room, figure, false);
        tell_own(room, FRAME_JOIN, own);
        return;
    }
    if (!feature->name(feature->arg, figure->node, &figure->look) || !figure->is_shown)
        return;
    feature->changed(feature->arg, figure);
    room_tell_look(room, FRAME_LOOK, figure);
}

void room_names_tick(struct mirror_room *room)
{
    if (room->is_name_due)
        room_each(room, judge_name, NULL);
    room->is_name_due = false;
}

/* A seat is free again: who was refused asks anew. */
static void ask_again(struct mirror_room *room)
{
    for (struct room_own *own = room->own; own != NULL; own = own->next)
        if (own->is_refused) {
            own->is_refused = false;
            tell_own(room, FRAME_JOIN, own);
        }
}

void mirror_room_left(struct mirror_room *room, struct id account)
{
    struct room_own **at = &room->own, *own;

    while (*at != NULL && !id_eq((*at)->account, account))
        at = &(*at)->next;
    own = *at;
    if (own == NULL)
        return;
    *at = own->next;
    if (!own->is_refused) {
        room_send_all(room, ID_NONE, false, FRAME_LEAVE, 0, own->pseud, SPAN_NONE);
        ask_again(room);
    }
    free(own);
}

void mirror_room_moved(struct mirror_room *room, struct id account, const struct frame_pos *pos,
                       bool is_steered)
{
    struct room_own *own = room_own_of(room, account);
    uint8_t bytes[FRAME_PAYLOAD_MOST], flags = 0;
    struct bytes_out out = {bytes, 0, sizeof bytes};

    if (own == NULL)
        return;
    own->look.at = pos->n > 0 ? pos->points[pos->n - 1] : pos->at;
    if (pos->n > 0)
        flags = (uint8_t)(FRAME_WALK | (is_steered ? FRAME_STEERED : 0));
    if (!own->is_refused && frame_pos_write(pos, &out, NULL) == ERR_OK)
        room_send_all(room, ID_NONE, true, FRAME_POS, flags, own->pseud,
                      span_of(out.p, out.len));
}

void mirror_room_reacted(struct mirror_room *room, struct id account, uint8_t kind)
{
    struct room_own *own = room_own_of(room, account);

    if (own != NULL && !own->is_refused)
        room_send_all(room, ID_NONE, false, FRAME_REACT, 0, own->pseud, span_of(&kind, 1));
}

bool mirror_room_account_of(const struct mirror_room *room,
                            const uint8_t pseud[FRAME_PSEUD_BYTES], struct id *account_out)
{
    const struct room_own *own = room_own_by(room, pseud);

    if (own != NULL)
        *account_out = own->account;
    return own != NULL;
}

bool mirror_room_pseud_of(const struct mirror_room *room, struct id account,
                          uint8_t pseud_out[FRAME_PSEUD_BYTES])
{
    const struct room_own *own = room_own_of(room, account);

    if (own != NULL)
        memcpy(pseud_out, own->pseud, FRAME_PSEUD_BYTES);
    return own != NULL;
}

const struct room_look *mirror_room_staff(const struct mirror_room *room, int i)
{
    for (const struct room_own *own = room->own; own != NULL; own = own->next)
        if ((own->look.is_staff || own->look.is_teacher) && i-- == 0)
            return &own->look;
    return NULL;
}
