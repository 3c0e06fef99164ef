#include "voice/service_priv.h"

#include <stdio.h>

/* ---- sessions ---- */

static void session_close(struct service *s, int session)
{
    if (s->kinds[session] == SESSION_NONE)
        return;
    hub_close(s->hub, session, s->now_ms);
    if (s->kinds[session] == SESSION_RTC)
        endpoint_close(s->endpoint, session);
    s->kinds[session] = SESSION_NONE;
    s->n_sessions--;
}

/* What is asked out is kept here too: the hub forgets none by itself. */
static enum err out_set(struct service *s, enum hub_mic what, uint32_t number, bool is_asked,
                        struct fail *why)
{
    enum err rc = hub_out(s->hub, what, number, is_asked, why);
    int i = 0;

    while (i < s->n_asked && (s->asked[i].what != what || s->asked[i].number != number))
        i++;
    if (rc == ERR_OK && is_asked && i == s->n_asked)
        s->asked[s->n_asked++] = (struct asked){what, number};
    if (!is_asked && i < s->n_asked)
        s->asked[i] = s->asked[--s->n_asked];
    return rc;
}

void service_close_everybody(struct service *s)
{
    for (int i = 0; i < VOICE_SESSIONS; i++)
        session_close(s, i);
    for (int i = HUB_FOREIGN_FIRST; i < HUB_SOURCES; i++)
        hub_foreign_close(s->hub, i, s->now_ms);
    while (s->n_asked > 0)
        (void)out_set(s, s->asked[0].what, s->asked[0].number, false, NULL);
}

/* ---- what the node says ---- */

static void tell_refused(struct service *s, const struct voice_frame *said, enum err code)
{
    const struct voice_frame frame = {
        .op = VOICE_OP_REFUSED, .who = said->who, .refused = said->op, .code = code};

    control_tell(s->control, &frame);
}

static enum err said_hello(struct service *s, const struct voice_frame *said, struct fail *why)
{
    struct voice_frame ready = {.op = VOICE_OP_READY,
                                .udp_port = ports_udp_port(s->ports),
                                .tcp_port = ports_tcp_port(s->ports)};

    (void)said;
    (void)why;
    service_close_everybody(s);
    memcpy(ready.fingerprint, endpoint_fingerprint(s->endpoint), sizeof ready.fingerprint);
    control_tell(s->control, &ready);
    return ERR_OK;
}

static enum err session_is_free(const struct service *s, int session, struct fail *why)
{
    if (session >= VOICE_SESSIONS)
        return fail_set(why, ERR_INVALID, "session %d", session);
    if (s->kinds[session] != SESSION_NONE)
        return fail_set(why, ERR_CONFLICT, "session %d is open", session);
    return ERR_OK;
}

static void session_opened(struct service *s, struct voice_frame *opened,
                           enum session_kind kind)
{
    s->kinds[opened->who] = (uint8_t)kind;
    s->n_sessions++;
    control_tell(s->control, opened);
}

static enum err said_open(struct service *s, const struct voice_frame *said, struct fail *why)
{
    struct voice_frame opened = {.op = VOICE_OP_OPENED, .who = said->who};
    struct ice_name name;
    enum err rc = session_is_free(s, said->who, why);

    if (rc == ERR_OK)
        rc = endpoint_open(s->endpoint, said->who, said->fingerprint, s->now_ms, &name, why);
    if (rc != ERR_OK)
        return rc;
    rc = hub_open(s->hub, said->who, &said->leg, s->now_ms, why);
    if (rc != ERR_OK) {
        endpoint_close(s->endpoint, said->who);
        return rc;
    }
    snprintf(opened.ufrag, sizeof opened.ufrag, "%s", name.ufrag);
    snprintf(opened.pwd, sizeof opened.pwd, "%s", name.password);
    session_opened(s, &opened, SESSION_RTC);
    return ERR_OK;
}

/* Over the WebSocket a listener gets one mix: everything of it waits in one queue of TCP. */
static enum err said_open_ws(struct service *s, const struct voice_frame *said,
                             struct fail *why)
{
    const struct hub_leg leg = {.payload_type = 111, .thin = true};
    struct voice_frame opened = {.op = VOICE_OP_OPENED, .who = said->who};
    enum err rc = session_is_free(s, said->who, why);

    if (rc == ERR_OK)
        rc = hub_open(s->hub, said->who, &leg, s->now_ms, why);
    if (rc == ERR_OK)
        session_opened(s, &opened, SESSION_WS);
    return rc;
}

static enum err said_close(struct service *s, const struct voice_frame *said, struct fail *why)
{
    if (said->who >= VOICE_SESSIONS)
        return fail_set(why, ERR_INVALID, "session %d", said->who);
    session_close(s, said->who);
    return ERR_OK;
}

static enum err said_seat(struct service *s, const struct voice_frame *said, struct fail *why)
{
    const struct hub_seat seat = {said->floor, said->zone, said->sealed};

    return hub_seat(s->hub, said->who, seat, s->now_ms, why);
}

static enum err said_mic(struct service *s, const struct voice_frame *said, struct fail *why)
{
    return hub_mic(s->hub, said->who, said->mic, s->now_ms, why);
}

static enum err said_mute(struct service *s, const struct voice_frame *said, struct fail *why)
{
    return hub_mute(s->hub, said->who, said->on, s->now_ms, why);
}

static enum err said_talk(struct service *s, const struct voice_frame *said, struct fail *why)
{
    return hub_talk(s->hub, said->who, said->number, s->now_ms, why);
}

static enum err said_thin(struct service *s, const struct voice_frame *said, struct fail *why)
{
    return hub_thin(s->hub, said->who, said->on, s->now_ms, why);
}

static enum err said_hush(struct service *s, const struct voice_frame *said, struct fail *why)
{
    return hub_hush(s->hub, said->who, said->hush, said->n_hush, s->now_ms, why);
}

static enum err said_foreign_open(struct service *s, const struct voice_frame *said,
                                  struct fail *why)
{
    return hub_foreign_open(s->hub, said->who, s->now_ms, why);
}

static enum err said_foreign_close(struct service *s, const struct voice_frame *said,
                                   struct fail *why)
{
    (void)why;
    hub_foreign_close(s->hub, said->who, s->now_ms);
    return ERR_OK;
}

static enum err said_out(struct service *s, const struct voice_frame *said, struct fail *why)
{
    return out_set(s, said->mic, said->number, said->on, why);
}

/* Of a session over WebRTC nothing comes this way. */
static enum err said_packet(struct service *s, const struct voice_frame *said, struct fail *why)
{
    if (said->who < VOICE_SESSIONS && s->kinds[said->who] != SESSION_WS)
        return fail_set(why, ERR_CONFLICT, "session %d is not over WebSocket", said->who);
    hub_voice(s->hub, said->who, &said->packet, s->now_ms);
    return ERR_OK;
}

static uint64_t sum(const uint64_t *counts, int first, int last)
{
    uint64_t n = 0;

    for (int i = first; i <= last; i++)
        n += counts[i];
    return n;
}

static enum err said_count(struct service *s, const struct voice_frame *said, struct fail *why)
{
    const uint64_t *end = endpoint_counters(s->endpoint)->n;
    const struct hub_counters *hub = hub_counters(s->hub);
    struct voice_frame frame = {.op = VOICE_OP_COUNTED};

    (void)said;
    (void)why;
    frame.counts[VOICE_COUNT_SESSIONS] = (uint64_t)s->n_sessions;
    frame.counts[VOICE_COUNT_IN] = hub->in;
    frame.counts[VOICE_COUNT_OUT] = hub->out;
    frame.counts[VOICE_COUNT_MUTED] = hub->in_muted;
    frame.counts[VOICE_COUNT_REPLAYED] = end[ENDPOINT_REPLAYED];
    frame.counts[VOICE_COUNT_STRANGE] = sum(end, ENDPOINT_STUN_NAME, ENDPOINT_NOBODY) +
                                        end[ENDPOINT_FORGED] + end[ENDPOINT_STRANGERS];
    frame.counts[VOICE_COUNT_UNTOLD] = control_untold(s->control);
    frame.counts[VOICE_COUNT_DROPPED] = ports_dropped(s->ports) +
                                        sum(end, ENDPOINT_OVERSIZED, ENDPOINT_CROWDED) +
                                        hub->in_malformed + hub->in_strange + hub->in_muted +
                                        hub->in_late + hub->in_stream + hub->rtcp_malformed;
    control_tell(s->control, &frame);
    return ERR_OK;
}

static enum err (*const sayings[VOICE_OP_N])(struct service *s, const struct voice_frame *said,
                                             struct fail *why) = {
    [VOICE_OP_HELLO] = said_hello,
    [VOICE_OP_OPEN] = said_open,
    [VOICE_OP_OPEN_WS] = said_open_ws,
    [VOICE_OP_CLOSE] = said_close,
    [VOICE_OP_SEAT] = said_seat,
    [VOICE_OP_MIC] = said_mic,
    [VOICE_OP_MUTE] = said_mute,
    [VOICE_OP_TALK] = said_talk,
    [VOICE_OP_THIN] = said_thin,
    [VOICE_OP_HUSH] = said_hush,
    [VOICE_OP_FOREIGN_OPEN] = said_foreign_open,
    [VOICE_OP_FOREIGN_CLOSE] = said_foreign_close,
    [VOICE_OP_OUT] = said_out,
    [VOICE_OP_PACKET] = said_packet,
    [VOICE_OP_COUNT] = said_count,
};

void service_said(void *arg, const struct voice_frame *said, int64_t now_ms)
{
    struct service *s = arg;
    struct fail why;
    enum err rc;

    (void)now_ms;
    if (sayings[said->op] == NULL) {
        tell_refused(s, said, ERR_PROTO); /* it says what is ours to say */
        return;
    }
    rc = sayings[said->op](s, said, &why);
    if (rc != ERR_OK)
        tell_refused(s, said, rc);
}
