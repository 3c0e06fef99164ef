/* Lines: heard once, kept a while, told on. */
#include <stdlib.h>

#include "federation/mirror_room_priv.h"

bool room_pace(int64_t *at_us, int64_t now_us, int64_t cost_us, int64_t burst_us,
               int64_t slack_us)
{
    int64_t at = *at_us > now_us - slack_us ? *at_us : now_us - slack_us;

    if (at + cost_us - now_us > burst_us)
        return false;
    *at_us = at + cost_us;
    return true;
}

/* ---- numbers ---- */

static bool bit_get(const struct room_numbers *numbers, uint64_t number)
{
    uint64_t at = number % ROOM_NUMBERS;

    return (numbers->bits[at / 64] >> (at % 64) & 1) != 0;
}

static void bit_set(struct room_numbers *numbers, uint64_t number, bool on)
{
    uint64_t at = number % ROOM_NUMBERS, bit = UINT64_C(1) << (at % 64);

    numbers->bits[at / 64] = on ? numbers->bits[at / 64] | bit : numbers->bits[at / 64] & ~bit;
}

bool room_numbers_put(struct room_numbers *numbers, uint64_t number)
{
    if (number > numbers->highest) {
        uint64_t n = number - numbers->highest;

        for (uint64_t i = 1; i <= n && i <= ROOM_NUMBERS; i++)
            bit_set(numbers, numbers->highest + i, false);
        numbers->highest = number;
    } else if (numbers->highest - number >= ROOM_NUMBERS || bit_get(numbers, number)) {
        return false;
    }
    bit_set(numbers, number, true);
    return true;
}

void room_numbers_drop(struct room_numbers *numbers, uint64_t number)
{
    if (number <= numbers->highest && numbers->highest - number < ROOM_NUMBERS)
        bit_set(numbers, number, false);
}

struct room_numbers *room_numbers_of(struct mirror_room *room, struct id node)
{
    for (int i = 0; i < room->n_numbers; i++)
        if (id_eq(room->numbers[i].node, node))
            return &room->numbers[i];
    if (room->n_numbers == ROOM_PEERS_MOST + 1)
        return NULL;
    room->numbers[room->n_numbers] = (struct room_numbers){.node = node};
    return &room->numbers[room->n_numbers++];
}

/* ---- kept ---- */

enum err room_keep(struct mirror_room *room, const struct room_line *line, struct fail *why)
{
    struct room_kept *kept = &room->kept[room->kept_next];
    uint8_t *text = malloc(line->text.len + 1);

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a line");
    memcpy(text, line->text.p, line->text.len);
    free(kept->text);
    *kept = (struct room_kept){*line, text};
    kept->line.text.p = text;
    room->kept_next = (room->kept_next + 1) % ROOM_LINES_KEPT;
    return ERR_OK;
}

void room_kept_clear(struct mirror_room *room)
{
    for (int i = 0; i < ROOM_LINES_KEPT; i++) {
        free(room->kept[i].text);
        room->kept[i] = (struct room_kept){.text = NULL};
    }
}

const struct room_kept *room_kept_find(const struct mirror_room *room, struct id line)
{
    for (int i = 0; i < ROOM_LINES_KEPT; i++)
        if (room->kept[i].text != NULL && id_eq(room->kept[i].line.line, line))
            return &room->kept[i];
    return NULL;
}

struct id room_kept_drop(struct mirror_room *room, struct id line)
{
    for (int i = 0; i < ROOM_LINES_KEPT; i++) {
        struct room_kept *kept = &room->kept[i];
        struct id node = kept->line.node;

        if (kept->text == NULL || !id_eq(kept->line.line, line))
            continue;
        free(kept->text);
        *kept = (struct room_kept){.text = NULL};
        return node;
    }
    return ID_NONE;
}

void room_gone_note(struct mirror_room *room, struct id line)
{
    room->gone[room->gone_next] = line;
    room->gone_next = (room->gone_next + 1) % ROOM_GONE_KEPT;
}

static bool is_gone(const struct mirror_room *room, struct id line)
{
    for (int i = 0; i < ROOM_GONE_KEPT; i++)
        if (id_eq(room->gone[i], line))
            return true;
    return false;
}

/* ---- own ---- */

enum err mirror_room_say(struct mirror_room *room, const struct room_line *line,
                         struct fail *why)
{
    struct room_numbers *numbers = room_numbers_of(room, line->node);
    enum err rc;

    if (numbers == NULL || !room_numbers_put(numbers, line->number))
        return fail_set(why, ERR_CONFLICT, "a line's number");
    rc = room_keep(room, line, why);
    for (int i = 0; i < room->n_peers; i++)
        room_send_line(room, &room->peers[i], line);
    return rc;
}

static void tell_gone(struct mirror_room *room, struct id but, struct id line)
{
    room_send_all(room, but, false, FRAME_GONE, 0, NULL, span_of(line.b, sizeof line.b));
}

void mirror_room_gone(struct mirror_room *room, struct id line)
{
    (void)room_kept_drop(room, line);
    room_gone_note(room, line);
    tell_gone(room, ID_NONE, line);
}

enum err mirror_room_restore(struct mirror_room *room, const struct room_line *line,
                             struct fail *why)
{
    struct room_numbers *numbers = room_numbers_of(room, line->node);

    if (numbers == NULL)
        return fail_set(why, ERR_BUSY, "homes of lines");
    if (!room_numbers_put(numbers, line->number) || line->text.len == 0)
        return ERR_OK;
    return room_keep(room, line, why);
}

/* ---- others' ---- */

enum err mirror_room_pass(struct mirror_room *room, const struct room_line *line,
                          struct room_figure **figure_out, struct fail *why)
{
    struct room_figure *figure = mirror_room_find(room, line->pseud);
    bool is_heard = (mirror_room_stops(room, line->pseud) & (ROOM_CHAT | ROOM_EJECT)) == 0 &&
                    !is_gone(room, line->line);
    enum err rc = ERR_OK;

    *figure_out = NULL;
    if (figure != NULL && figure->n_pending > 0)
        figure->n_pending--;
    if (figure == NULL || !is_heard)
        return ERR_OK;
    if (room->conf.is_host)
        for (int i = 0; i < room->n_peers; i++)
            if (!id_eq(room->peers[i].node, line->node))
                room_send_line(room, &room->peers[i], line);
    rc = room_keep(room, line, why);
    if (rc == ERR_OK)
        *figure_out = figure;
    return rc;
}

void mirror_room_unheard(struct mirror_room *room, const struct room_line *line, uint8_t why,
                         bool is_again)
{
    struct room_numbers *numbers = room_numbers_of(room, line->node);
    struct room_peer *home = room_peer_find(room, line->node);
    struct room_figure *figure = mirror_room_find(room, line->pseud);

    if (figure != NULL && figure->n_pending > 0)
        figure->n_pending--;
    if (is_again && numbers != NULL)
        room_numbers_drop(numbers, line->number);
    /* At a guest the figure's home is no peer; that its words are not shown is nobody's to
     * know there but ours. */
    if (why != 0 && home != NULL)
        room_send_blocked(room, home, line->pseud, line->line, why, INT64_MIN);
}
