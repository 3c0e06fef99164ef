#include "tests/t.h"
#include "tests/unit/voice/tones.h"
#include "voice/rtcp.h"

static const struct hub_seat here = {.floor = 1, .zone = 10};

enum { ANN, BEN, CAN };

/* What this listener's browser says it loses of slot 0. */
static void say_loss(struct tones *t, int listener, uint8_t lost_of_256)
{
    struct rtcp_block block = {.ssrc = HUB_SSRC(0), .lost_of_256 = lost_of_256};
    uint8_t bytes[RTCP_OWN_CAP];
    size_t len = rtcp_write_rr(99, &block, bytes);

    hub_rtcp(t->hub, listener, span_of(bytes, len), t->now_ms);
}

/* Runs until this session is reported to; false: it is not within two seconds. */
static bool run_to_report(struct tones *t, int session, struct rtcp_report *sr_out,
                          struct rtcp_report *rr_out)
{
    *sr_out = *rr_out = (struct rtcp_report){.n_blocks = 0};
    for (int i = 0; i < 110; i++) {
        struct rtcp_report report;
        struct span rest;

        t->rtcp_to = session;
        t->rtcp_len = 0;
        tones_run(t, 20);
        rest = span_of(t->rtcp, t->rtcp_len);
        if (t->rtcp_len == 0)
            continue;
        while (rtcp_next(&rest, &report))
            *(report.has_sr ? sr_out : rr_out) = report;
        return true;
    }
    return false;
}

static struct tones *three(void)
{
    struct tones *t = tones_open(0, 0);

    for (int i = CAN; i >= ANN; i--)
        tones_come(t, i, here, false);
    return t;
}

T_CASE(report_tells_a_listener_the_time_of_each_voice)
{
    struct tones *t = three();
    struct rtcp_report sr, rr;

    tones_say(t, ANN, 700);
    tones_run(t, 1000);
    T_OK(run_to_report(t, CAN, &sr, &rr), "within a second or two");
    T_OK(sr.has_sr && sr.sr.ssrc == HUB_SSRC(0), "of the slot that carries a voice");
    T_EQ(sr.sr.n_packets, t->ear[CAN][0]->n_packets, "all packets that were sent");
    T_OK((int32_t)(sr.sr.time - t->ear[CAN][0]->time) >= -2 * 960 &&
             (int32_t)(sr.sr.time - t->ear[CAN][0]->time) <= 3 * 960,
         "the clock of that slot");
    T_EQ(rr.n_blocks, 0, "nothing of a microphone that sent nothing");
    tones_say(t, ANN, 0);
    tones_run(t, 3000);
    tones_forget(t);
    tones_run(t, 3000);
    T_EQ(t->n_rtcp, 0, "in silence nothing is reported");
    tones_close(&t);
}

T_CASE(report_tells_a_talker_the_worse_of_both_ways)
{
    static const struct {
        const char *what;
        uint8_t ben, can;
        int want;
    } rows[] = {
        {"nothing is lost", 0, 0, 0},
        {"one of two listeners loses a fifth", 51, 0, 51},
        {"both do", 51, 60, 60},
    };
    struct tones *t = three();
    struct rtcp_report sr, rr;

    tones_say(t, ANN, 700);
    tones_run(t, 200);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        say_loss(t, BEN, rows[i].ben);
        say_loss(t, CAN, rows[i].can);
        tones_run(t, 1200); /* the zone's is taken once a second */
        T_OK(run_to_report(t, ANN, &sr, &rr), rows[i].what);
        T_EQ(rr.n_blocks, 1, rows[i].what);
        T_EQ(rr.block[0].ssrc, 1000 + ANN, "of her microphone");
        T_EQ(rr.block[0].lost_of_256, rows[i].want, rows[i].what);
    }
    tones_close(&t);
}

T_CASE(report_counts_what_a_microphone_lost)
{
    struct tones *t = three();
    struct rtcp_report sr, rr;

    tones_say(t, ANN, 700);
    T_OK(run_to_report(t, ANN, &sr, &rr), "a first report");
    for (int i = 0; i < 40; i++) {
        t->mouth[ANN].hz = i % 4 == 3 ? 0 : 700; /* one of four never comes */
        tones_run(t, 20);
    }
    t->mouth[ANN].hz = 700;
    T_OK(run_to_report(t, ANN, &sr, &rr), "a second");
    T_EQ(rr.block[0].lost, 10, "ten are missing");
    T_OK(rr.block[0].lost_of_256 >= 45 && rr.block[0].lost_of_256 <= 64, "of some fifty");
    T_EQ(rr.block[0].highest & 0xffff, t->mouth[ANN].number, "the highest number");
    tones_close(&t);
}

T_CASE(report_gives_back_the_time_of_the_senders_own)
{
    struct tones *t = three();
    struct rtcp_report got_sr, got_rr;
    struct rtcp_sr sr = {.ssrc = 1000 + ANN, .ntp = UINT64_C(0x1111222233334444)};
    uint8_t bytes[RTCP_OWN_CAP];
    size_t len = rtcp_write_sr(&sr, NULL, bytes);

    tones_say(t, ANN, 700);
    tones_run(t, 100);
    hub_rtcp(t->hub, ANN, span_of(bytes, len), t->now_ms);
    T_OK(run_to_report(t, ANN, &got_sr, &got_rr), "a report");
    T_EQ(got_rr.block[0].sr_middle, 0x22223333, "the middle of her time");
    T_OK(got_rr.block[0].sr_delay > 0 && got_rr.block[0].sr_delay < 2 * 65536,
         "and since when");
    hub_rtcp(t->hub, 40, span_of(bytes, len), t->now_ms);
    T_EQ(hub_counters(t->hub)->in_strange, 1, "nobody's session");
    tones_close(&t);
}
