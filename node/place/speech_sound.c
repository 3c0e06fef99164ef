/* Sound of a session over the place's own WebSocket (the last way: whoever may see the place
 * may hear it). In: one packet to the media program, which decides as of any other who hears
 * it. Out: one packet to a line, at once or never. */
#include "node/base/log.h"
#include "node/place/speech_frame.h"
#include "node/place/speech_priv.h"

/* Of 60 ms 17 come a second; those of 40 ms may, and some at once after a moment's stall. */
#define PACKETS_PER_S 25
#define PACKETS_BURST 10

static bool take_pace(struct speech_one *one, int64_t now_mono_us)
{
    const int64_t each_us = SECOND_US / PACKETS_PER_S;
    int64_t from =
        one->sound_paid_mono_us < now_mono_us ? now_mono_us : one->sound_paid_mono_us;

    if (from - now_mono_us > (PACKETS_BURST - 1) * each_us)
        return false;
    one->sound_paid_mono_us = from + each_us;
    return true;
}

void speech_sound_in(struct command_call *call, struct speech_one *one)
{
    struct voice_frame frame = {.op = VOICE_OP_PACKET};
    struct fail fail = {.code = ERR_INTERNAL};

    if (speech_frame_read(call->bytes, &frame.packet, &fail) != ERR_OK) {
        command_breach(call, "voice-packet", "");
        return;
    }
    /* What was on its way when a session or a microphone ended is nobody's fault. */
    if (one == NULL || !one->is_open || !one->is_ws || !speech_has_mic(one) ||
        one->said.mic != one->mic || !take_pace(one, call->now_mono_us))
        return;
    frame.who = one->number;
    speech_say(one->visit->place->speech, &frame); /* dropped alone when there is no room */
}

void speech_sound_out(const struct speech_one *one, const struct voice_frame *frame)
{
    const struct guest *guest = one->visit->guest;
    uint8_t bytes[SPEECH_FRAME_MOST];
    int n_samples = speech_frame_samples(frame->packet.opus);
    struct ws_shared *message = NULL;
    struct fail fail = {.code = ERR_INTERNAL};
    size_t len;

    if (!one->is_ws || guest == NULL || n_samples == 0)
        return;
    len = speech_frame_write(frame->slot, &frame->packet, bytes);
    if (ws_shared_create(WS_OP_BINARY, span_of(bytes, len), &message, &fail) == ERR_OK)
        live_sound(guest->conn, message, (unsigned)n_samples * 1000 / VOICE_CLOCK_RATE);
    else
        log_error("voice.sound", L_FAIL(&fail));
    ws_shared_unref(&message);
}
