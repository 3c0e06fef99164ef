#include "voice/frame.h"

#include "node/base/bytes.h"

#define VERSION 1

/* Fields, in the order in which they travel. */
enum {
    F_WHO = 1,
    F_SEAT = 2,
    F_ON = 4,
    F_MIC = 8,
    F_NUMBER = 16,
    F_LEG = 32,
    F_FINGERPRINT = 64,
    F_LOGIN = 128,
    F_PORTS = 256,
    F_REFUSED = 512,
    F_WAY = 1024,
    F_MS = 2048,
    F_SLOT = 4096,
    F_COUNTS = 8192,
    F_HUSH = 16384,
    F_PACKET = 32768,
};

static const struct {
    bool is_op;
    unsigned fields;
} ops[VOICE_OP_N] = {
    [VOICE_OP_HELLO] = {true, 0},
    [VOICE_OP_OPEN] = {true, F_WHO | F_LEG | F_FINGERPRINT},
    [VOICE_OP_OPEN_WS] = {true, F_WHO},
    [VOICE_OP_CLOSE] = {true, F_WHO},
    [VOICE_OP_SEAT] = {true, F_WHO | F_SEAT},
    [VOICE_OP_MIC] = {true, F_WHO | F_MIC},
    [VOICE_OP_MUTE] = {true, F_WHO | F_ON},
    [VOICE_OP_TALK] = {true, F_WHO | F_NUMBER},
    [VOICE_OP_THIN] = {true, F_WHO | F_ON},
    [VOICE_OP_HUSH] = {true, F_WHO | F_HUSH},
    [VOICE_OP_FOREIGN_OPEN] = {true, F_WHO},
    [VOICE_OP_FOREIGN_CLOSE] = {true, F_WHO},
    [VOICE_OP_OUT] = {true, F_ON | F_MIC | F_NUMBER},
    [VOICE_OP_PACKET] = {true, F_WHO | F_PACKET},
    [VOICE_OP_COUNT] = {true, 0},
    [VOICE_OP_READY] = {true, F_FINGERPRINT | F_PORTS},
    [VOICE_OP_OPENED] = {true, F_WHO | F_LOGIN},
    [VOICE_OP_REFUSED] = {true, F_WHO | F_REFUSED},
    [VOICE_OP_UP] = {true, F_WHO | F_WAY},
    [VOICE_OP_GONE] = {true, F_WHO},
    [VOICE_OP_SPEAKS] = {true, F_WHO | F_ON | F_MIC | F_NUMBER},
    [VOICE_OP_SPOKE] = {true, F_WHO | F_MIC | F_NUMBER | F_MS},
    [VOICE_OP_TO] = {true, F_WHO | F_SLOT | F_PACKET},
    [VOICE_OP_SAID] = {true, F_WHO | F_MIC | F_NUMBER | F_PACKET},
    [VOICE_OP_COUNTED] = {true, F_COUNTS},
};

static uint64_t get_most(struct bytes_in *in, size_t n_bytes, uint64_t most)
{
    uint64_t number = bytes_get_number(in, n_bytes);

    if (number <= most)
        return number;
    in->is_short = true;
    return 0;
}

static bool get_bool(struct bytes_in *in)
{
    return get_most(in, 1, 1) == 1;
}

/* Text of cap - 1 bytes at most, zeros behind it: [-!-~] alone. */
static void get_text(struct bytes_in *in, char *into, size_t cap)
{
    size_t len;

    bytes_get(in, into, cap);
    len = strnlen(into, cap);
    if (len == cap)
        in->is_short = true;
    for (size_t i = 0; i < cap; i++)
        if (i < len ? into[i] < '!' || into[i] > '~' : into[i] != '\0')
            in->is_short = true;
    if (in->is_short)
        memset(into, 0, cap);
}

static void get_leg(struct bytes_in *in, struct hub_leg *leg)
{
    leg->payload_type = (uint8_t)get_most(in, 1, 127);
    leg->level_id = (uint8_t)get_most(in, 1, 14);
    leg->mid_id = (uint8_t)get_most(in, 1, 14);
    leg->thin = get_bool(in);
    for (int i = 0; i < VOICE_SLOT_N; i++)
        get_text(in, leg->mid[i], sizeof leg->mid[i]);
}

static void put_leg(struct bytes_out *out, const struct hub_leg *leg)
{
    bytes_put_number(out, leg->payload_type, 1);
    bytes_put_number(out, leg->level_id, 1);
    bytes_put_number(out, leg->mid_id, 1);
    bytes_put_number(out, leg->thin, 1);
    for (int i = 0; i < VOICE_SLOT_N; i++)
        bytes_put(out, leg->mid[i], sizeof leg->mid[i]);
}

static void get_hush(struct bytes_in *in, struct voice_frame *frame)
{
    frame->n_hush = (int)get_most(in, 1, HUB_HUSH_MAX);
    for (int i = 0; i < frame->n_hush; i++)
        frame->hush[i] = (uint16_t)bytes_get_number(in, 2);
}

static void put_hush(struct bytes_out *out, const struct voice_frame *frame)
{
    bytes_put_number(out, (uint64_t)frame->n_hush, 1);
    for (int i = 0; i < frame->n_hush; i++)
        bytes_put_number(out, frame->hush[i], 2);
}

static void get_packet(struct bytes_in *in, struct hub_voice *packet)
{
    packet->time = (uint32_t)bytes_get_number(in, 4);
    packet->number = (uint16_t)bytes_get_number(in, 2);
    packet->has_level = get_bool(in);
    packet->level = (uint8_t)get_most(in, 1, 127);
    if (in->rest.len == 0 || in->rest.len > HUB_OPUS_MAX) {
        in->is_short = true;
        return;
    }
    packet->opus = in->rest;
    in->rest = SPAN_NONE;
}

static void put_packet(struct bytes_out *out, const struct hub_voice *packet)
{
    bytes_put_number(out, packet->time, 4);
    bytes_put_number(out, packet->number, 2);
    bytes_put_number(out, packet->has_level, 1);
    bytes_put_number(out, packet->level, 1);
    bytes_put(out, packet->opus.p, packet->opus.len);
}

/* The fields of one state of somebody. */
static void get_state(struct bytes_in *in, unsigned fields, struct voice_frame *f)
{
    if (fields & F_WHO)
        f->who = (uint16_t)get_most(in, 2, HUB_SOURCES - 1);
    if (fields & F_SEAT) {
        f->floor = (uint32_t)bytes_get_number(in, 4);
        f->zone = (uint32_t)bytes_get_number(in, 4);
        f->sealed = get_bool(in);
    }
    if (fields & F_ON)
        f->on = get_bool(in);
    if (fields & F_MIC)
        f->mic = (enum hub_mic)get_most(in, 1, HUB_MIC_ANNOUNCE);
    if (fields & F_NUMBER)
        f->number = (uint32_t)bytes_get_number(in, 4);
}

static void put_state(struct bytes_out *out, unsigned fields, const struct voice_frame *f)
{
    if (fields & F_WHO)
        bytes_put_number(out, f->who, 2);
    if (fields & F_SEAT) {
        bytes_put_number(out, f->floor, 4);
        bytes_put_number(out, f->zone, 4);
        bytes_put_number(out, f->sealed, 1);
    }
    if (fields & F_ON)
        bytes_put_number(out, f->on, 1);
    if (fields & F_MIC)
        bytes_put_number(out, f->mic, 1);
    if (fields & F_NUMBER)
        bytes_put_number(out, f->number, 4);
}

/* The fields of one line to a browser. */
static void get_line(struct bytes_in *in, unsigned fields, struct voice_frame *f)
{
    if (fields & F_LEG)
        get_leg(in, &f->leg);
    if (fields & F_FINGERPRINT)
        bytes_get(in, f->fingerprint, sizeof f->fingerprint);
    if (fields & F_LOGIN) {
        get_text(in, f->ufrag, sizeof f->ufrag);
        get_text(in, f->pwd, sizeof f->pwd);
    }
    if (fields & F_PORTS) {
        f->udp_port = (uint16_t)bytes_get_number(in, 2);
        f->tcp_port = (uint16_t)bytes_get_number(in, 2);
    }
}

static void put_line(struct bytes_out *out, unsigned fields, const struct voice_frame *f)
{
    if (fields & F_LEG)
        put_leg(out, &f->leg);
    if (fields & F_FINGERPRINT)
        bytes_put(out, f->fingerprint, sizeof f->fingerprint);
    if (fields & F_LOGIN) {
        bytes_put(out, f->ufrag, sizeof f->ufrag);
        bytes_put(out, f->pwd, sizeof f->pwd);
    }
    if (fields & F_PORTS) {
        bytes_put_number(out, f->udp_port, 2);
        bytes_put_number(out, f->tcp_port, 2);
    }
}

/* What happened, and sound. */
static void get_event(struct bytes_in *in, unsigned fields, struct voice_frame *f)
{
    if (fields & F_REFUSED) {
        f->refused = (enum voice_op)get_most(in, 1, VOICE_OP_N - 1);
        f->code = (enum err)get_most(in, 1, ERR_N - 1);
    }
    if (fields & F_WAY)
        f->way = (enum voice_way)get_most(in, 1, VOICE_WAY_N - 1);
    if (fields & F_MS)
        f->ms = (uint16_t)bytes_get_number(in, 2);
    if (fields & F_SLOT)
        f->slot = (enum voice_slot)get_most(in, 1, VOICE_SLOT_N - 1);
    for (int i = 0; (fields & F_COUNTS) && i < VOICE_COUNT_N; i++)
        f->counts[i] = bytes_get_number(in, 8);
    if (fields & F_HUSH)
        get_hush(in, f);
    if (fields & F_PACKET)
        get_packet(in, &f->packet);
}

static void put_event(struct bytes_out *out, unsigned fields, const struct voice_frame *f)
{
    if (fields & F_REFUSED) {
        bytes_put_number(out, f->refused, 1);
        bytes_put_number(out, f->code, 1);
    }
    if (fields & F_WAY)
        bytes_put_number(out, f->way, 1);
    if (fields & F_MS)
        bytes_put_number(out, f->ms, 2);
    if (fields & F_SLOT)
        bytes_put_number(out, f->slot, 1);
    for (int i = 0; (fields & F_COUNTS) && i < VOICE_COUNT_N; i++)
        bytes_put_number(out, f->counts[i], 8);
    if (fields & F_HUSH)
        put_hush(out, f);
    if (fields & F_PACKET)
        put_packet(out, &f->packet);
}

enum err voice_frame_read(struct span message, struct voice_frame *frame_out, struct fail *why)
{
    struct bytes_in in = {.rest = message};
    uint64_t version = bytes_get_number(&in, 1), op = bytes_get_number(&in, 1);

    memset(frame_out, 0, sizeof *frame_out);
    if (version != VERSION || op >= VOICE_OP_N || !ops[op].is_op)
        return fail_set(why, ERR_PROTO, "version %d, op %d", (int)version, (int)op);
    frame_out->op = (enum voice_op)op;
    get_state(&in, ops[op].fields, frame_out);
    get_line(&in, ops[op].fields, frame_out);
    get_event(&in, ops[op].fields, frame_out);
    if (!in.is_short && in.rest.len == 0)
        return ERR_OK;
    memset(frame_out, 0, sizeof *frame_out);
    return fail_set(why, ERR_PROTO, "op %d of %zu bytes", (int)op, message.len);
}

size_t voice_frame_write(const struct voice_frame *frame, uint8_t *into)
{
    struct bytes_out out = {.p = into, .cap = VOICE_FRAME_CAP};
    unsigned fields;

    invariant(frame->op < VOICE_OP_N && ops[frame->op].is_op, "op %d", (int)frame->op);
    fields = ops[frame->op].fields;
    bytes_put_number(&out, VERSION, 1);
    bytes_put_number(&out, frame->op, 1);
    put_state(&out, fields, frame);
    put_line(&out, fields, frame);
    put_event(&out, fields, frame);
    return out.len;
}
