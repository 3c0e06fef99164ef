#include "voice/hub_priv.h"

#include "node/base/clock.h"
#include "voice/rtcp.h"

#define A_SECOND_OF 50                  /* ticks: so many take a part of the sessions each */
#define NTP_EPOCH_S INT64_C(2208988800) /* 1900 to 1970 */

/* ---- what browsers report ---- */

static bool is_ours(uint32_t ssrc)
{
    return ssrc - HUB_SSRC(0) < VOICE_SLOT_N;
}

void hub_rtcp(struct hub *hub, int session, struct span rtcp, int64_t now_ms)
{
    struct rtcp_report report;
    struct leg *l;
    int lost = -1;

    if (session < 0 || session >= VOICE_SESSIONS || !hub->legs[session].is_open) {
        hub->counters.in_strange++;
        return;
    }
    l = &hub->legs[session];
    while (rtcp_next(&rtcp, &report)) {
        if (report.has_sr && report.sr.ssrc == l->source.ssrc && l->source.is_begun) {
            l->source.sr_middle = (uint32_t)(report.sr.ntp >> 16);
            l->source.sr_ms = now_ms;
        }
        for (int i = 0; i < report.n_blocks; i++)
            if (is_ours(report.block[i].ssrc) && report.block[i].lost_of_256 > lost)
                lost = report.block[i].lost_of_256;
    }
    if (rtcp.len > 0)
        hub->counters.rtcp_malformed++;
    if (lost >= 0)
        l->down_lost = (uint8_t)lost;
}

/* What nine of ten of the room's listeners lose less than. */
static uint8_t down_lost_of(const struct hub *hub, const struct room *r)
{
    int n_with[256] = {0}, n_below = 0, lost = 0;

    for (int32_t at = r->first; at != NO_LEG; at = hub->legs[at].next[r->kind])
        n_with[hub->legs[at].down_lost]++;
    while (lost < 255 && (n_below += n_with[lost]) * 10 < r->n_listeners * 9)
        lost++;
    return (uint8_t)lost;
}

/* ---- what we report ---- */

/* His microphone's loss, or that of those who hear him, if it is worse: his browser's
 * redundancy goes by it. */
static void write_block(struct hub *hub, struct leg *l, int64_t now_ms, struct rtcp_block *b)
{
    int32_t room = room_of_mic(hub, l);
    struct source_report report;

    source_report(&l->source, &report);
    *b = (struct rtcp_block){.ssrc = l->source.ssrc,
                             .lost_of_256 = report.lost_of_256,
                             .lost = report.lost,
                             .highest = report.highest - 0x10000, /* see source.c: begin */
                             .jitter = report.jitter,
                             .sr_middle = l->source.sr_middle};
    if (room != NO_ROOM && hub->rooms[room].down_lost > b->lost_of_256)
        b->lost_of_256 = hub->rooms[room].down_lost;
    if (b->sr_middle != 0)
        b->sr_delay = (uint32_t)((uint64_t)(now_ms - l->source.sr_ms) * 65536 / 1000);
}

static uint64_t ntp_now(void)
{
    int64_t us = clock_utc_us();

    return (uint64_t)(us / SECOND_US + NTP_EPOCH_S) << 32 |
           (uint64_t)(us % SECOND_US) * UINT64_C(4294967296) / SECOND_US;
}

static void report_to(struct hub *hub, int session, int64_t now_ms)
{
    struct leg *l = &hub->legs[session];
    uint8_t bytes[RTCP_OWN_CAP];
    struct rtcp_block block;
    bool has_block = l->source.is_begun && l->source.n_came != l->source.came_then;
    size_t len = 0;

    l->has_report = false;
    if (has_block)
        write_block(hub, l, now_ms, &block);
    for (int i = 0; i < VOICE_SLOT_N; i++) {
        struct slot *s = &l->slot[i];
        struct rtcp_sr sr = {.ssrc = HUB_SSRC(i),
                             .ntp = ntp_now(),
                             .time = slot_time(s, now_ms),
                             .n_packets = s->n_packets,
                             .n_bytes = s->n_bytes};

        if (s->source != SLOT_NOBODY)
            len += rtcp_write_sr(&sr, NULL, bytes + len);
    }
    if (has_block)
        len += rtcp_write_rr(HUB_SSRC(0), &block, bytes + len);
    if (len > 0)
        hub->conf.send_rtcp(hub->conf.arg, session, span_of(bytes, len));
}

void reports_tick(struct hub *hub, int64_t now_ms)
{
    int n = (VOICE_SESSIONS + A_SECOND_OF - 1) / A_SECOND_OF;

    if (hub->conf.send_rtcp == NULL)
        return;
    if (hub->report_at == 0)
        for (int i = 0; i < hub->n_awake; i++) {
            struct room *r = &hub->rooms[hub->awake[i]];

            r->down_lost = down_lost_of(hub, r);
        }
    for (int i = 0; i < n; i++) {
        if (hub->legs[hub->report_at].is_open && hub->legs[hub->report_at].has_report)
            report_to(hub, hub->report_at, now_ms);
        hub->report_at++;
        if (hub->report_at == VOICE_SESSIONS) {
            hub->report_at = 0;
            break;
        }
    }
}
