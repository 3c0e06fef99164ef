#include "federation/frame_body.h"

#include "federation/frame_board.h"
#include "federation/frame_parts.h"
#include "federation/frame_voice.h"
#include "node/base/utf.h"

#define LOOK_STAFF    1u
#define LOOK_TEACHER  2u
#define LOOK_DISTANCE 1u
#define LOOK_AWAY     2u
#define LOOK_LOST     4u
#define LOOK_BYTES    26 /* and the name */
#define WALK_BYTES    9  /* and the points */
#define CHAT_BYTES    52 /* and the text */

static void put_spot(struct bytes_out *out, struct frame_spot spot)
{
    bytes_put_number(out, spot.x, 2);
    bytes_put_number(out, spot.y, 2);
}

static struct frame_spot get_spot(struct bytes_in *in)
{
    struct frame_spot spot;

    spot.x = (uint16_t)bytes_get_number(in, 2);
    spot.y = (uint16_t)bytes_get_number(in, 2);
    return spot;
}

static struct span get_text(struct bytes_in *in, size_t len)
{
    struct span text = span_cut(in->rest, 0, len);

    if (text.len < len)
        in->is_short = true;
    in->rest = span_from(in->rest, len);
    return text;
}

/* ---- how somebody is seen, where he is ---- */

enum err frame_look_write(const struct frame_look *look, struct bytes_out *out,
                          struct fail *why)
{
    const unsigned flags = (look->has_distance ? LOOK_DISTANCE : 0) |
                           (look->is_away ? LOOK_AWAY : 0) | (look->is_lost ? LOOK_LOST : 0);
    enum err rc = look->name.len > FRAME_NAME_MOST
                      ? fail_set(why, ERR_TOO_LARGE, "name of %zu bytes", look->name.len)
                      : need(out, LOOK_BYTES + look->name.len, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put_number(out, look->is_staff ? LOOK_STAFF : look->is_teacher ? LOOK_TEACHER : 0, 1);
    bytes_put_number(out, look->kind, 1);
    bytes_put_number(out, look->colour, 1);
    bytes_put_number(out, look->state, 1);
    bytes_put_number(out, flags, 1);
    put_spot(out, look->at);
    bytes_put(out, look->node.b, sizeof look->node.b);
    bytes_put_number(out, look->name.len, 1);
    bytes_put(out, look->name.p, look->name.len);
    return ERR_OK;
}

enum err frame_look_read(const struct frame *frame, struct frame_look *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);
    uint8_t staff = (uint8_t)bytes_get_number(&in, 1), flags;
    size_t len;

    *out = (struct frame_look){.is_staff = staff == LOOK_STAFF,
                               .is_teacher = staff == LOOK_TEACHER};
    out->kind = (uint8_t)bytes_get_number(&in, 1);
    out->colour = (uint8_t)bytes_get_number(&in, 1);
    out->state = (uint8_t)bytes_get_number(&in, 1);
    flags = (uint8_t)bytes_get_number(&in, 1);
    out->has_distance = (flags & LOOK_DISTANCE) != 0;
    out->is_away = (flags & LOOK_AWAY) != 0;
    out->is_lost = (flags & LOOK_LOST) != 0;
    out->at = get_spot(&in);
    out->node = get_id(&in);
    len = (size_t)bytes_get_number(&in, 1);
    out->name = get_text(&in, len);
    if (!is_whole(&in) || staff > LOOK_TEACHER || out->state >= FRAME_STATES_N ||
        (flags & ~(LOOK_DISTANCE | LOOK_AWAY | LOOK_LOST)) != 0 || len == 0 ||
        len > FRAME_NAME_MOST || id_is_none(out->node) || !utf_is_valid(out->name))
        return bad(frame, why);
    return ERR_OK;
}

enum err frame_pos_write(const struct frame_pos *pos, struct bytes_out *out, struct fail *why)
{
    const size_t len = pos->n == 0 ? 4 : WALK_BYTES + (size_t)pos->n * 4;
    enum err rc = pos->n > FRAME_POINTS_MOST
                      ? fail_set(why, ERR_TOO_LARGE, "a way of %d points", pos->n)
                      : need(out, len, why);

    if (rc != ERR_OK)
        return rc;
    put_spot(out, pos->at);
    if (pos->n == 0)
        return ERR_OK;
    bytes_put_number(out, pos->speed_cm_s, 2);
    bytes_put_number(out, pos->age_ms, 2);
    bytes_put_number(out, pos->n, 1);
    for (int i = 0; i < pos->n; i++)
        put_spot(out, pos->points[i]);
    return ERR_OK;
}

enum err frame_pos_read(const struct frame *frame, struct frame_pos *out, struct fail *why)
{
    const bool is_walk = (frame->flags & FRAME_WALK) != 0;
    struct bytes_in in = body_of(frame);

    *out = (struct frame_pos){.at = get_spot(&in)};
    if (is_walk) {
        out->speed_cm_s = (uint16_t)bytes_get_number(&in, 2);
        out->age_ms = (uint16_t)bytes_get_number(&in, 2);
        out->n = (uint8_t)bytes_get_number(&in, 1);
        for (int i = 0; i < out->n && i < FRAME_POINTS_MOST; i++)
            out->points[i] = get_spot(&in);
    }
    if (!is_whole(&in) || out->n > FRAME_POINTS_MOST || (out->n > 0) != is_walk ||
        ((frame->flags & FRAME_STEERED) != 0 && !is_walk))
        return bad(frame, why);
    return ERR_OK;
}

/* ---- words ---- */

enum err frame_chat_write(const struct frame_chat *chat, struct bytes_out *out,
                          struct fail *why)
{
    enum err rc = chat->text.len > FRAME_TEXT_MOST
                      ? fail_set(why, ERR_TOO_LARGE, "line of %zu bytes", chat->text.len)
                      : need(out, CHAT_BYTES + chat->text.len, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put(out, chat->node.b, sizeof chat->node.b);
    bytes_put_number(out, chat->number, 8);
    bytes_put(out, chat->line.b, sizeof chat->line.b);
    bytes_put(out, chat->to_pseud, sizeof chat->to_pseud);
    bytes_put_number(out, chat->text.len, 2);
    bytes_put(out, chat->text.p, chat->text.len);
    return ERR_OK;
}

enum err frame_chat_read(const struct frame *frame, struct frame_chat *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);
    size_t len;

    *out = (struct frame_chat){.node = get_id(&in)};
    out->number = bytes_get_number(&in, 8);
    out->line = get_id(&in);
    bytes_get(&in, out->to_pseud, sizeof out->to_pseud);
    len = (size_t)bytes_get_number(&in, 2);
    out->text = get_text(&in, len);
    if (!is_whole(&in) || len == 0 || len > FRAME_TEXT_MOST || id_is_none(out->node) ||
        id_is_none(out->line) || out->number == 0 || out->number > INT64_MAX ||
        !utf_is_valid(out->text))
        return bad(frame, why);
    return ERR_OK;
}

/* ---- short ones ---- */

enum err frame_byte_write(uint8_t byte, struct bytes_out *out, struct fail *why)
{
    enum err rc = need(out, 1, why);

    if (rc == ERR_OK)
        bytes_put_number(out, byte, 1);
    return rc;
}

enum err frame_byte_read(const struct frame *frame, uint8_t *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);

    *out = (uint8_t)bytes_get_number(&in, 1);
    return is_whole(&in) ? ERR_OK : bad(frame, why);
}

enum err frame_id_write(struct id id, struct bytes_out *out, struct fail *why)
{
    enum err rc = need(out, sizeof id.b, why);

    if (rc == ERR_OK)
        bytes_put(out, id.b, sizeof id.b);
    return rc;
}

enum err frame_id_read(const struct frame *frame, struct id *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);

    *out = get_id(&in);
    return is_whole(&in) && !id_is_none(*out) ? ERR_OK : bad(frame, why);
}

enum err frame_blocked_write(const struct frame_blocked *blocked, struct bytes_out *out,
                             struct fail *why)
{
    enum err rc = need(out, sizeof blocked->line.b + 1, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put(out, blocked->line.b, sizeof blocked->line.b);
    bytes_put_number(out, blocked->why, 1);
    return ERR_OK;
}

enum err frame_blocked_read(const struct frame *frame, struct frame_blocked *out,
                            struct fail *why)
{
    struct bytes_in in = body_of(frame);

    *out = (struct frame_blocked){.line = get_id(&in)};
    out->why = (uint8_t)bytes_get_number(&in, 1);
    return is_whole(&in) ? ERR_OK : bad(frame, why);
}

enum err frame_mute_write(const struct frame_mute *mute, struct bytes_out *out,
                          struct fail *why)
{
    enum err rc = need(out, sizeof mute->act.b + 2, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put(out, mute->act.b, sizeof mute->act.b);
    bytes_put_number(out, mute->what, 1);
    bytes_put_number(out, mute->on ? 1 : 0, 1);
    return ERR_OK;
}

enum err frame_mute_read(const struct frame *frame, struct frame_mute *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);
    uint8_t on;

    *out = (struct frame_mute){.act = get_id(&in)};
    out->what = (uint8_t)bytes_get_number(&in, 1);
    on = (uint8_t)bytes_get_number(&in, 1);
    out->on = on == 1;
    if (!is_whole(&in) || on > 1 || out->what == 0 ||
        (out->what &
         ~(FRAME_MUTE_CHAT | FRAME_MUTE_REACT | FRAME_MUTE_OUT | FRAME_MUTE_VOICE)) != 0 ||
        ((out->what & FRAME_MUTE_OUT) != 0 && (out->on || out->what != FRAME_MUTE_OUT)) ||
        id_is_none(out->act))
        return bad(frame, why);
    return ERR_OK;
}

enum err frame_on_write(const struct frame_on *on, struct bytes_out *out, struct fail *why)
{
    enum err rc = need(out, 16, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put_number(out, (uint64_t)on->begins_ms, 8);
    bytes_put_number(out, (uint64_t)on->ends_ms, 8);
    return ERR_OK;
}

enum err frame_on_read(const struct frame *frame, struct frame_on *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);
    uint64_t begins = bytes_get_number(&in, 8), ends = bytes_get_number(&in, 8);

    *out = (struct frame_on){(int64_t)begins, (int64_t)ends};
    return is_whole(&in) && begins < ends && ends >> 62 == 0 ? ERR_OK : bad(frame, why);
}

/* ---- the link's own ---- */

enum err frame_hello_write(const struct frame_hello *hello, struct bytes_out *out,
                           struct fail *why)
{
    enum err rc = need(out, 1 + sizeof hello->node.b + sizeof hello->stream.b + 8, why);

    if (rc != ERR_OK)
        return rc;
    bytes_put_number(out, hello->version, 1);
    bytes_put(out, hello->node.b, sizeof hello->node.b);
    bytes_put(out, hello->stream.b, sizeof hello->stream.b);
    bytes_put_number(out, hello->heard, 8);
    return ERR_OK;
}

enum err frame_hello_read(const struct frame *frame, struct frame_hello *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);

    *out = (struct frame_hello){.version = (uint8_t)bytes_get_number(&in, 1)};
    out->node = get_id(&in);
    out->stream = get_id(&in);
    out->heard = bytes_get_number(&in, 8);
    if (!is_whole(&in) || out->version != FRAME_VERSION || id_is_none(out->node))
        return bad(frame, why);
    return ERR_OK;
}

enum err frame_credit_write(uint64_t heard, struct bytes_out *out, struct fail *why)
{
    enum err rc = need(out, 8, why);

    if (rc == ERR_OK)
        bytes_put_number(out, heard, 8);
    return rc;
}

enum err frame_credit_read(const struct frame *frame, uint64_t *out, struct fail *why)
{
    struct bytes_in in = body_of(frame);

    *out = bytes_get_number(&in, 8);
    return is_whole(&in) ? ERR_OK : bad(frame, why);
}

/* ---- all of them ---- */

union any_body {
    struct frame_look look;
    struct frame_pos pos;
    struct frame_chat chat;
    struct frame_blocked blocked;
    struct frame_mute mute;
    struct frame_on on;
    struct frame_voice voice;
    struct frame_hello hello;
    struct id id;
    uint64_t number;
    uint8_t byte;
};

enum err frame_body_check(const struct frame *frame, struct fail *why)
{
    union any_body body;

    switch (frame->type) {
    case FRAME_JOIN:
    case FRAME_LOOK:
        return frame_look_read(frame, &body.look, why);
    case FRAME_POS:
        return frame_pos_read(frame, &body.pos, why);
    case FRAME_CHAT:
        return frame_chat_read(frame, &body.chat, why);
    case FRAME_REACT:
    case FRAME_OFF:
        return frame_byte_read(frame, &body.byte, why);
    case FRAME_GONE:
    case FRAME_EJECT:
    case FRAME_ACK:
        return frame_id_read(frame, &body.id, why);
    case FRAME_BLOCKED:
        return frame_blocked_read(frame, &body.blocked, why);
    case FRAME_MUTE:
        return frame_mute_read(frame, &body.mute, why);
    case FRAME_ON:
        return frame_on_read(frame, &body.on, why);
    case FRAME_HELLO:
        return frame_hello_read(frame, &body.hello, why);
    case FRAME_CREDIT:
        return frame_credit_read(frame, &body.number, why);
    case FRAME_LEAVE:
    case FRAME_HAND:
        return frame->payload.len == 0 ? ERR_OK : bad(frame, why);
    case FRAME_VOICE:
        return frame_voice_read(frame, &body.voice, why);
    /* The lesson's board (node/classes) says what stands in these. */
    case FRAME_PAGE:
    case FRAME_POLL:
    case FRAME_VOTES:
    case FRAME_ASK:
    case FRAME_ANSWERED:
        return frame_board_check(frame, why);
    case FRAME_TYPES_N:
        break;
    }
    return bad(frame, why);
}
