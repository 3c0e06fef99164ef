/* The browser's offer and the one answer (AI-2.4-ア, AI-2.4-イ). Offers are those that a
 * browser of each engine wrote, kept as seeds of the fuzz target. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"
#include "voice/sdp.h"

#define SEEDS "tests/fuzz/corpus/voice_sdp/"

static char text[SDP_OFFER_MAX + 2];

static struct span offer_of(const char *browser)
{
    char path[128];
    FILE *f;
    size_t n;

    snprintf(path, sizeof path, SEEDS "%s", browser);
    f = fopen(path, "rb");
    if (f == NULL)
        abort();
    n = fread(text, 1, SDP_OFFER_MAX, f);
    fclose(f);
    text[n] = '\0';
    return span_of(text, n);
}

/* The Chromium offer with the first `from` put in the place of `to`; all of them when is_all.
 */
static struct span offer_with(const char *from, const char *to, bool is_all)
{
    static char changed[SDP_OFFER_MAX * 2];
    char *rest = text, *at;
    size_t len = 0;

    offer_of("chromium");
    while ((at = strstr(rest, from)) != NULL) {
        len += (size_t)snprintf(changed + len, sizeof changed - len, "%.*s%s", (int)(at - rest),
                                rest, to);
        rest = at + strlen(from);
        if (!is_all)
            break;
    }
    len += (size_t)snprintf(changed + len, sizeof changed - len, "%s", rest);
    return span_of(changed, len);
}

T_CASE(voice_sdp_reads_what_browsers_offer)
{
    const struct {
        const char *browser;
        int type, mid_id;
        uint8_t first_byte;
    } rows[] = {{"chromium", 111, 4, 0x30},
                {"firefox", 109, 3, 0x00},
                {"firefox-bundled", 109, 3, 0xdd}};

    for (size_t i = 0; i < 3; i++) {
        struct sdp_offer offer;

        T_OK(sdp_read_offer(offer_of(rows[i].browser), &offer, NULL) == ERR_OK,
             "an offer is read");
        T_EQ(offer.opus_type, rows[i].type, rows[i].browser);
        T_EQ(offer.level_id, 1, "the level's id");
        T_EQ(offer.mid_id, rows[i].mid_id, "the mid's id");
        T_EQ(offer.fingerprint[0], rows[i].first_byte, "the fingerprint begins");
        for (int s = 0; s < SDP_SECTIONS; s++)
            T_EQ(offer.mids[s][0], '0' + s, "the mids in order");
    }
}

/* RFC 9143 section 6: no port of its own is no port at all, unless it goes by the first's. */
T_CASE(voice_sdp_reads_sections_that_go_by_the_first_ones_port)
{
    struct sdp_offer offer;

    offer_of("firefox-bundled");
    T_OK(strstr(text, "m=audio 0 ") != NULL, "the offer is such a one");
    for (char *at = text; (at = strstr(at, "a=bundle-only")) != NULL;)
        memcpy(at, "a=bundle-none", 13);
    T_EQ(sdp_read_offer(span_text(text), &offer, NULL), ERR_INVALID, "switched off");
    offer_of("firefox-bundled");
    memcpy(strstr(text, "m=audio 9 "), "m=audio 0 ", 10);
    memcpy(strstr(text, "a=extmap-allow-mixed"), "a=bundle-only\r\na=x:y", 20);
    T_EQ(sdp_read_offer(span_text(text), &offer, NULL), ERR_INVALID, "nor the first itself");
}

T_CASE(voice_sdp_refuses_an_offer_of_another_form)
{
    const struct {
        const char *name, *from, *to;
        bool is_all;
    } rows[] = {
        {"version", "v=0", "v=1", false},
        {"no line", "s=-", "hello", false},
        {"a hash we do not know", "sha-256", "sha-1", true},
        {"two certificates", "sha-256 30:6B", "sha-256 31:6B", false},
        {"a short fingerprint", ":F0:F0\r", ":F0\r", false},
        {"no hex", "sha-256 30", "sha-256 3G", false},
        {"not bundled", "BUNDLE 0 1 2", "BUNDLE 0 1", false},
        {"one mid twice", "a=mid:2", "a=mid:1", false},
        {"a mid with a quote", "a=mid:2", "a=mid:\"", false},
        {"a mid over 16 letters", "a=mid:2", "a=mid:12345678901234567", false},
        {"no mid", "a=mid:3\r\n", "", false},
        {"no Opus", "opus/48000/2", "opus/8000/1", true},
        {"another type in one section", "rtpmap:111 opus", "rtpmap:63 opus", false},
        {"a type that is not listed", "rtpmap:111 opus", "rtpmap:77 opus", true},
        {"a type over 127", "rtpmap:111 opus", "rtpmap:411 opus", true},
        {"no rtcp-mux", "a=rtcp-mux\r\n", "", false},
        {"a microphone that hears", "a=sendonly", "a=recvonly", false},
        {"a slot that sends", "a=recvonly", "a=sendrecv", false},
        {"video", "m=audio", "m=video", false},
        {"switched off", "m=audio 9", "m=audio 0", false},
        {"no port", "m=audio 9", "m=audio x", false},
        {"no DTLS", "UDP/TLS/RTP/SAVPF", "RTP/AVP", false},
        {"will not call", "setup:actpass", "setup:passive", false},
        {"an extension of no number", "extmap:1 urn", "extmap:x urn", false},
        {"another mid extension", "extmap:4 urn", "extmap:5 urn", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static const struct sdp_offer zero;
        struct sdp_offer offer;
        enum err rc =
            sdp_read_offer(offer_with(rows[i].from, rows[i].to, rows[i].is_all), &offer, NULL);

        T_EQ(rc, ERR_INVALID, rows[i].name);
        T_OK(memcmp(&offer, &zero, sizeof zero) == 0, rows[i].name);
    }
}

T_CASE(voice_sdp_refuses_too_few_too_many_and_too_much)
{
    static char more[SDP_OFFER_MAX * 2 + 4];
    struct span whole = offer_of("chromium");
    const char *last = text;
    struct sdp_offer offer;

    for (const char *at = strstr(text, "m=audio"); at != NULL; at = strstr(at + 1, "m=audio"))
        last = at;
    T_OK(sdp_read_offer(whole, &offer, NULL) == ERR_OK, "six sections");
    T_EQ(sdp_read_offer(span_of(text, (size_t)(last - text)), &offer, NULL), ERR_INVALID,
         "five");
    snprintf(more, sizeof more, "%s%s", text, last);
    T_EQ(sdp_read_offer(span_text(more), &offer, NULL), ERR_INVALID, "seven");
    T_EQ(sdp_read_offer(SPAN_NONE, &offer, NULL), ERR_INVALID, "nothing");
    memset(more, 'a', sizeof more);
    T_EQ(sdp_read_offer(span_of(more, SDP_OFFER_MAX + 1), &offer, NULL), ERR_TOO_LARGE, "much");
    memcpy(more, "v=0\n", 4);
    T_EQ(sdp_read_offer(span_of(more, 2000), &offer, NULL), ERR_INVALID, "one long line");
}

static int count_of(const char *in, const char *what)
{
    int n = 0;

    for (const char *at = strstr(in, what); at != NULL; at = strstr(at + 1, what))
        n++;
    return n;
}

T_CASE(voice_sdp_answers_every_section_and_nothing_of_the_offer)
{
    const struct sdp_local local = {.ufrag = "ufragufr",
                                    .pwd = "pwdpwdpwdpwdpwdpwdpwdpwd",
                                    .fingerprint = {0xAB, 0xCD},
                                    .addresses = {"192.0.2.7", "2001:db8::7"},
                                    .udp_port = 3478,
                                    .tcp_port = 443,
                                    .ssrcs = {11, 12, 13, 14, 15}};
    const struct {
        const char *what;
        int n;
    } rows[] = {
        {"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", SDP_SECTIONS},
        {"a=setup:passive\r\n", SDP_SECTIONS},
        {"a=recvonly\r\n", 1},
        {"a=sendonly\r\n", VOICE_SLOT_N},
        {"a=ice-lite\r\n", 1},
        {"usedtx=1", SDP_SECTIONS},
        {"a=group:BUNDLE 0 1 2 3 4 5\r\n", 1},
        {"udp 2130706431 192.0.2.7 3478 typ host\r\n", 1},
        {"2001:db8::7 443 typ host tcptype passive\r\n", 1},
        {"a=ssrc:15 cname:", 1},
        {"sha-256 AB:CD:00:", SDP_SECTIONS},
        {"VcEe", 0}, /* the browser's ufrag */
        {"G722", 0}, /* another codec */
        {"transport-wide-cc", 0},
    };
    char answer[SDP_ANSWER_CAP];
    struct sdp_offer offer;
    size_t len;

    T_OK(sdp_read_offer(offer_of("chromium"), &offer, NULL) == ERR_OK, "an offer is read");
    len = sdp_write_answer(&offer, &local, answer, sizeof answer);
    T_EQ(len, strlen(answer), "its length");
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(count_of(answer, rows[i].what), rows[i].n, rows[i].what);
}

T_CASE(voice_sdp_answers_the_longest_values)
{
    struct sdp_local local = {.udp_port = 65535, .tcp_port = 65535};
    struct sdp_offer offer = {.opus_type = 127, .level_id = 14, .mid_id = 13};
    char answer[SDP_ANSWER_CAP];

    memset(local.ufrag, 'u', sizeof local.ufrag - 1);
    memset(local.pwd, 'p', sizeof local.pwd - 1);
    for (int i = 0; i < SDP_ADDRESSES; i++)
        memset(local.addresses[i], 'f', SDP_ADDRESS_CAP - 1);
    for (int i = 0; i < VOICE_SLOT_N; i++)
        local.ssrcs[i] = UINT32_MAX;
    for (int i = 0; i < SDP_SECTIONS; i++)
        memset(offer.mids[i], 'm', SDP_MID_CAP - 1);
    T_OK(sdp_write_answer(&offer, &local, answer, sizeof answer) < SDP_ANSWER_CAP - 512,
         "there is room left");
}
