/* Our SRTP beside libsrtp2 2.5.0, both profiles, both directions, over the roll-over of the
 * sequence number; and what is refused. The master key is that of RFC 3711 B.3. */
#include "tests/t.h"
#include "voice/srtp.h"

#include <srtp2/srtp.h>
#include <stdio.h>

#include "voice/mac.h"
#include "voice/srtp_window.h"

#define N_PACKETS    1000
#define PACKET_CAP   1500
#define FIRST_NUMBER 65000 /* rolls over after 536 packets */
#define SSRC         0x1badd00dU

static const uint8_t key[SRTP_KEY_BYTES] = {0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0,
                                            0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41, 0x39};
static const uint8_t salt[SRTP_SALT_CAP] = {0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe,
                                            0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6};

static uint32_t dice_state = 1;
static uint32_t dice(uint32_t n)
{
    dice_state = dice_state * 1664525 + 1013904223;
    return (dice_state >> 8) % n;
}

static struct srtp *ours_new(enum srtp_profile profile)
{
    struct srtp *srtp = NULL;

    T_EQ(srtp_side_create(profile, key, salt, &srtp, NULL), ERR_OK, "keys are taken");
    return srtp;
}

static srtp_t theirs_new(enum srtp_profile profile, bool is_out)
{
    static bool is_ready;
    uint8_t master[SRTP_KEY_BYTES + SRTP_SALT_CAP];
    srtp_policy_t policy;
    srtp_t theirs = NULL;

    if (!is_ready)
        is_ready = srtp_init() == srtp_err_status_ok;
    memset(&policy, 0, sizeof policy);
    memcpy(master, key, sizeof key);
    memcpy(master + sizeof key, salt, sizeof salt);
    if (profile == SRTP_PROFILE_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
    } else {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtp_default(&policy.rtcp);
    }
    policy.ssrc.type = is_out ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = master;
    policy.window_size = SRTP_WINDOW;
    T_EQ(srtp_create(&theirs, &policy), srtp_err_status_ok, "libsrtp2 takes the same keys");
    return theirs;
}

/* A packet of RTP with, by the throw of a die, contributors and an extension. */
static size_t rtp_make(uint8_t *p, uint32_t ssrc, uint16_t sequence, size_t body_len)
{
    size_t len = 12;
    uint32_t n_csrc = dice(3);
    bool has_extension = dice(2) == 0;

    memset(p, 0, 12);
    p[0] = (uint8_t)(0x80 | n_csrc | (has_extension ? 0x10 : 0));
    p[1] = 111;
    p[2] = (uint8_t)(sequence >> 8);
    p[3] = (uint8_t)sequence;
    for (int i = 0; i < 4; i++)
        p[8 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    for (uint32_t i = 0; i < n_csrc * 4; i++)
        p[len++] = (uint8_t)dice(256);
    if (has_extension) {
        static const uint8_t level[] = {0xbe, 0xde, 0, 1, 0x10, 0x85, 0, 0};

        memcpy(p + len, level, sizeof level);
        len += sizeof level;
    }
    for (size_t i = 0; i < body_len; i++)
        p[len++] = (uint8_t)dice(256);
    return len;
}

static size_t rtcp_make(uint8_t *p, uint32_t ssrc, size_t n_words)
{
    memset(p, 0, 8);
    p[0] = 0x80;
    p[1] = 200;
    p[3] = (uint8_t)(n_words + 1);
    for (int i = 0; i < 4; i++)
        p[4 + i] = (uint8_t)(ssrc >> (24 - 8 * i));
    for (size_t i = 0; i < n_words * 4; i++)
        p[8 + i] = (uint8_t)dice(256);
    return 8 + n_words * 4;
}

/* ---- beside libsrtp2 ---- */

static void seal_rtp_beside(enum srtp_profile profile)
{
    struct srtp *ours = ours_new(profile);
    srtp_t theirs = theirs_new(profile, true);
    int n_same = 0;

    for (int i = 0; i < N_PACKETS; i++) {
        uint8_t plain[PACKET_CAP], a[PACKET_CAP], b[PACKET_CAP];
        size_t len = rtp_make(plain, SSRC, (uint16_t)(FIRST_NUMBER + i), dice(400)), a_len = 0;
        int b_len = (int)len;

        memcpy(b, plain, len);
        n_same += srtp_seal_rtp(ours, span_of(plain, len), a, &a_len) == SRTP_DONE &&
                  srtp_protect(theirs, b, &b_len) == srtp_err_status_ok &&
                  a_len <= len + SRTP_GROWTH_CAP &&
                  span_eq(span_of(a, a_len), span_of(b, (size_t)b_len));
    }
    T_EQ(n_same, N_PACKETS, srtp_profile_name(profile));
    srtp_dealloc(theirs);
    srtp_side_destroy(&ours);
}

static void open_rtp_beside(enum srtp_profile profile)
{
    struct srtp *ours = ours_new(profile);
    srtp_t theirs = theirs_new(profile, true);
    int n_same = 0;

    for (int i = 0; i < N_PACKETS; i++) {
        uint8_t plain[PACKET_CAP], sealed[PACKET_CAP];
        size_t len = rtp_make(plain, SSRC, (uint16_t)(FIRST_NUMBER + i), dice(400)), a_len = 0;
        int b_len = (int)len;

        memcpy(sealed, plain, len);
        n_same +=
            srtp_protect(theirs, sealed, &b_len) == srtp_err_status_ok &&
            srtp_open_rtp(ours, span_of(sealed, (size_t)b_len), sealed, &a_len) == SRTP_DONE &&
            span_eq(span_of(sealed, a_len), span_of(plain, len));
    }
    T_EQ(n_same, N_PACKETS, srtp_profile_name(profile));
    srtp_dealloc(theirs);
    srtp_side_destroy(&ours);
}

/* libsrtp2's first SRTCP packet has the number 1, where RFC 3711 section 3.4 says 0: ours is
 * one packet ahead when the comparison begins. */
static void rtcp_beside(enum srtp_profile profile)
{
    struct srtp *out = ours_new(profile), *in = ours_new(profile);
    srtp_t theirs = theirs_new(profile, true), theirs_in = theirs_new(profile, false);
    uint8_t plain[PACKET_CAP], a[PACKET_CAP], b[PACKET_CAP];
    size_t len = rtcp_make(plain, SSRC, 5), a_len = 0;
    int n_same = 0, n_opened = 0;

    T_EQ(srtp_seal_rtcp(out, span_of(plain, len), a, &a_len), SRTP_DONE, "number 0");
    for (int i = 0; i < N_PACKETS; i++) {
        int b_len;

        len = rtcp_make(plain, SSRC, dice(60));
        b_len = (int)len;
        memcpy(b, plain, len);
        n_same += srtp_seal_rtcp(out, span_of(plain, len), a, &a_len) == SRTP_DONE &&
                  srtp_protect_rtcp(theirs, b, &b_len) == srtp_err_status_ok &&
                  a_len <= len + SRTP_GROWTH_CAP &&
                  span_eq(span_of(a, a_len), span_of(b, (size_t)b_len));
        n_opened += srtp_open_rtcp(in, span_of(b, (size_t)b_len), b, &a_len) == SRTP_DONE &&
                    span_eq(span_of(b, a_len), span_of(plain, len));
        b_len = (int)(len + SRTP_GROWTH_CAP - (profile == SRTP_PROFILE_CM ? 6 : 0));
        n_opened += srtp_unprotect_rtcp(theirs_in, a, &b_len) == srtp_err_status_ok &&
                    span_eq(span_of(a, (size_t)b_len), span_of(plain, len));
    }
    T_EQ(n_same, N_PACKETS, srtp_profile_name(profile));
    T_EQ(n_opened, 2 * N_PACKETS, srtp_profile_name(profile));
    srtp_dealloc(theirs);
    srtp_dealloc(theirs_in);
    srtp_side_destroy(&out);
    srtp_side_destroy(&in);
}

T_CASE(srtp_seals_rtp_byte_for_byte_as_libsrtp2_does_across_a_roll_over)
{
    seal_rtp_beside(SRTP_PROFILE_CM);
    seal_rtp_beside(SRTP_PROFILE_GCM);
}

T_CASE(srtp_opens_what_libsrtp2_sealed_across_a_roll_over_in_place)
{
    open_rtp_beside(SRTP_PROFILE_CM);
    open_rtp_beside(SRTP_PROFILE_GCM);
}

T_CASE(srtp_and_libsrtp2_agree_over_rtcp)
{
    rtcp_beside(SRTP_PROFILE_CM);
    rtcp_beside(SRTP_PROFILE_GCM);
}

T_CASE(srtp_opened_by_libsrtp2_when_packets_are_lost_and_swapped)
{
    for (enum srtp_profile profile = 0; profile < SRTP_PROFILE_N; profile++) {
        struct srtp *ours = ours_new(profile);
        srtp_t theirs = theirs_new(profile, false);
        int n_sent = 0, n_opened = 0;

        for (int i = 0; i < N_PACKETS; i++) {
            uint8_t p[PACKET_CAP];
            size_t len = 0;
            int b_len;

            /* pairs swapped, each fifth pair lost */
            len = rtp_make(p, SSRC, (uint16_t)(FIRST_NUMBER + (i ^ 1)), 80);
            if (srtp_seal_rtp(ours, span_of(p, len), p, &len) != SRTP_DONE || i / 2 % 5 == 4)
                continue;
            n_sent++;
            b_len = (int)len;
            n_opened += srtp_unprotect(theirs, p, &b_len) == srtp_err_status_ok;
        }
        T_EQ(n_sent, N_PACKETS * 4 / 5, "all were sealed");
        T_EQ(n_opened, n_sent, srtp_profile_name(profile));
        srtp_dealloc(theirs);
        srtp_side_destroy(&ours);
    }
}

/* ---- what is refused ---- */

static struct span sealed_rtp(struct srtp *out, uint32_t ssrc, uint16_t sequence, uint8_t *into)
{
    size_t len = rtp_make(into, ssrc, sequence, 60);

    if (srtp_seal_rtp(out, span_of(into, len), into, &len) != SRTP_DONE)
        return SPAN_NONE;
    return span_of(into, len);
}

T_CASE(srtp_refuses_what_it_had_and_what_is_too_old)
{
    for (enum srtp_profile profile = 0; profile < SRTP_PROFILE_N; profile++) {
        struct srtp *out = ours_new(profile), *in = ours_new(profile);
        uint8_t bytes[300][PACKET_CAP], plain[PACKET_CAP];
        struct span packet[300];
        size_t len;

        for (int i = 0; i < 300; i++)
            packet[i] = sealed_rtp(out, SSRC, (uint16_t)(65400 + i), bytes[i]);
        T_EQ(srtp_open_rtp(in, packet[0], plain, &len), SRTP_DONE, "the first");
        T_EQ(srtp_open_rtp(in, packet[0], plain, &len), SRTP_REPLAYED, "again");
        T_EQ(srtp_open_rtp(in, packet[299], plain, &len), SRTP_DONE, "far ahead, rolled over");
        T_EQ(srtp_open_rtp(in, packet[299 - 127], plain, &len), SRTP_DONE,
             "just in the window");
        T_EQ(srtp_open_rtp(in, packet[299 - 128], plain, &len), SRTP_REPLAYED,
             "just behind it");
        T_EQ(srtp_open_rtp(in, packet[100], plain, &len), SRTP_REPLAYED, "before roll-over");
        T_EQ(srtp_open_rtp(in, packet[290], plain, &len), SRTP_DONE, "late but new");
        T_EQ(srtp_open_rtp(in, packet[290], plain, &len), SRTP_REPLAYED, "late and had");
        srtp_side_destroy(&out);
        srtp_side_destroy(&in);
    }
}

T_CASE(srtp_a_number_before_the_first_roll_over_is_too_old)
{
    struct srtp *out = ours_new(SRTP_PROFILE_GCM);
    uint8_t p[PACKET_CAP];

    T_OK(sealed_rtp(out, SSRC, 3, p).len > 0, "sequence 3");
    T_EQ(sealed_rtp(out, SSRC, 65530, p).len, 0, "65530 would lie before the beginning");
    T_OK(sealed_rtp(out, SSRC, 0, p).len > 0, "sequence 0 is late");
    T_EQ(sealed_rtp(out, SSRC, 3, p).len, 0, "a number is never sealed twice");
    srtp_side_destroy(&out);
}

/* packet with one bit of the byte at changed, in into */
static struct span bent(struct span packet, size_t at, uint8_t *into)
{
    memcpy(into, packet.p, packet.len);
    into[at] ^= 0x10;
    return span_of(into, packet.len);
}

T_CASE(srtp_refuses_each_changed_byte)
{
    for (enum srtp_profile profile = 0; profile < SRTP_PROFILE_N; profile++) {
        struct srtp *out = ours_new(profile), *in = ours_new(profile);
        uint8_t rtp[PACKET_CAP], rtcp[PACKET_CAP], plain[PACKET_CAP], other[PACKET_CAP];
        struct span packet = sealed_rtp(out, SSRC, 7, rtp);
        size_t len = rtcp_make(rtcp, SSRC, 6), plain_len, n_opened = 0;

        for (size_t i = 0; i < packet.len; i++)
            n_opened +=
                srtp_open_rtp(in, bent(packet, i, other), plain, &plain_len) == SRTP_DONE;
        T_EQ(n_opened, 0, "no changed RTP passes");
        T_EQ(srtp_open_rtp(in, packet, plain, &plain_len), SRTP_DONE,
             "and none has spoilt the right one");
        T_EQ(srtp_seal_rtcp(out, span_of(rtcp, len), rtcp, &len), SRTP_DONE, "RTCP");
        for (size_t i = 0; i < len; i++)
            n_opened += srtp_open_rtcp(in, bent(span_of(rtcp, len), i, other), plain,
                                       &plain_len) == SRTP_DONE;
        T_EQ(n_opened, 0, "no changed RTCP passes");
        T_EQ(srtp_open_rtcp(in, span_of(rtcp, len), plain, &plain_len), SRTP_DONE, "the right");
        T_EQ(srtp_open_rtcp(in, span_of(rtcp, len), plain, &plain_len), SRTP_REPLAYED, "again");
        srtp_side_destroy(&out);
        srtp_side_destroy(&in);
    }
}

T_CASE(srtp_refuses_readable_rtcp_and_short_packets)
{
    for (enum srtp_profile profile = 0; profile < SRTP_PROFILE_N; profile++) {
        struct srtp *out = ours_new(profile), *in = ours_new(profile);
        uint8_t p[PACKET_CAP], plain[PACKET_CAP];
        struct span packet = sealed_rtp(out, SSRC, 7, p);
        size_t len = rtcp_make(plain, SSRC, 6),
               number_at = profile == SRTP_PROFILE_GCM ? 48 : 32;
        size_t n_done = 0;

        for (size_t cut = 0; cut < packet.len; cut++)
            n_done += srtp_open_rtp(in, span_of(p, cut), plain, &len) == SRTP_DONE;
        T_EQ(n_done, 0, "no beginning of RTP passes");
        p[0] = 0x9f; /* more contributors and extension than there are bytes */
        T_EQ(srtp_open_rtp(in, packet, plain, &len), SRTP_MALFORMED, "a head beyond the end");
        T_EQ(srtp_seal_rtp(out, packet, plain, &len), SRTP_MALFORMED, "out as well");
        T_EQ(srtp_seal_rtp(out, span_of(p, 11), plain, &len), SRTP_MALFORMED, "half a head");
        T_EQ(srtp_seal_rtcp(out, span_of(p, 7), plain, &len), SRTP_MALFORMED, "half of RTCP's");

        len = rtcp_make(p, SSRC, 6);
        T_EQ(srtp_seal_rtcp(out, span_of(p, len), p, &len), SRTP_DONE, "RTCP");
        for (size_t cut = 0; cut < len; cut++)
            n_done += srtp_open_rtcp(in, span_of(p, cut), plain, &packet.len) == SRTP_DONE;
        T_EQ(n_done, 0, "no beginning of RTCP passes");
        p[number_at] &= 0x7f;
        T_EQ(srtp_open_rtcp(in, span_of(p, len), plain, &packet.len), SRTP_MALFORMED,
             "the bit that says: not encrypted");
        srtp_side_destroy(&out);
        srtp_side_destroy(&in);
    }
}

T_CASE(srtp_one_sender_with_64_ssrcs_spends_only_his_own)
{
    struct srtp *in = ours_new(SRTP_PROFILE_GCM);
    int n_done = 0, n_crowded = 0, n_forged = 0;
    uint8_t p[PACKET_CAP];
    size_t len;

    for (uint32_t i = 0; i < 64; i++) { /* a sender of its own each: they can count to 64 */
        struct srtp *out = ours_new(SRTP_PROFILE_GCM);
        struct span packet = sealed_rtp(out, 1000 + i, 1, p);

        p[20] ^= 1;
        n_forged += srtp_open_rtp(in, packet, p, &len) == SRTP_FORGED;
        srtp_side_destroy(&out);
    }
    T_EQ(n_forged, 64, "what is not authentic takes no room");
    for (uint32_t i = 0; i < 64; i++) {
        struct srtp *out = ours_new(SRTP_PROFILE_GCM);
        enum srtp_verdict verdict = srtp_open_rtp(in, sealed_rtp(out, 1000 + i, 1, p), p, &len);

        n_done += verdict == SRTP_DONE;
        n_crowded += verdict == SRTP_CROWDED;
        srtp_side_destroy(&out);
    }
    T_EQ(n_done, SRTP_STREAMS, "as many as there is room for");
    T_EQ(n_crowded, 64 - SRTP_STREAMS, "the others are dropped");
    srtp_side_destroy(&in);
}

T_CASE(srtp_other_keys_open_nothing)
{
    static const uint8_t other_salt[SRTP_SALT_CAP] = {1};
    uint8_t other_key[SRTP_KEY_BYTES], p[PACKET_CAP];
    size_t len;

    memcpy(other_key, key, sizeof key);
    other_key[0] ^= 1;
    for (enum srtp_profile profile = 0; profile < SRTP_PROFILE_N; profile++) {
        struct srtp *out = ours_new(profile), *a = NULL, *b = NULL;
        struct span packet = sealed_rtp(out, SSRC, 1, p);
        uint8_t plain[PACKET_CAP];

        T_EQ(srtp_side_create(profile, other_key, salt, &a, NULL), ERR_OK, "another key");
        T_EQ(srtp_side_create(profile, key, other_salt, &b, NULL), ERR_OK, "another salt");
        T_EQ(srtp_open_rtp(a, packet, plain, &len), SRTP_FORGED, "another key");
        T_EQ(srtp_open_rtp(b, packet, plain, &len), SRTP_FORGED, "another salt");
        srtp_side_destroy(&out);
        srtp_side_destroy(&a);
        srtp_side_destroy(&b);
        srtp_side_destroy(&b);
    }
    T_TEXT(srtp_verdict_name(SRTP_CROWDED), "crowded", "verdicts have names");
}

/* ---- the parts ---- */

T_CASE(srtp_window_keeps_128_numbers)
{
    struct srtp_window window = {0};
    static const struct {
        const char *what;
        uint64_t number;
        bool is_new;
    } rows[] = {
        {"the first, whatever it is", 500, true},
        {"again", 500, false},
        {"one back", 499, true},
        {"one on", 501, true},
        {"a step of 63", 564, true},
        {"back to 500", 500, false},
        {"back to 502", 502, true},
        {"a step of 64", 628, true},
        {"at the edge, had", 501, false},
        {"behind it, had", 500, false},
        {"back to 503", 503, true},
        {"a step of 100", 728, true},
        {"628 was had", 628, false},
        {"601 was not", 601, true},
        {"600 is behind the edge", 600, false},
        {"a step of 128", 856, true},
        {"728 is behind", 728, false},
        {"729 is at the edge", 729, true},
        {"a long step", UINT64_C(1) << 40, true},
        {"855 is far behind", 855, false},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        bool is_new = srtp_window_is_new(&window, rows[i].number);

        T_EQ(is_new, rows[i].is_new, rows[i].what);
        if (is_new)
            srtp_window_take(&window, rows[i].number);
    }
}

T_CASE(mac_is_hmac_sha1) /* RFC 2202 section 3, cases 1, 2 and 6; mac of two parts */
{
    uint8_t long_key[80], sum[MAC_BYTES];
    struct mac mac;

    memset(long_key, 0xaa, sizeof long_key);
    mac_init(&mac, t_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"));
    mac_sum(&mac, SPAN("Hi There"), SPAN_NONE, sum);
    T_SPAN(span_of(sum, sizeof sum), t_hex("b617318655057264e28bc0b6fb378c8ef146be00"), "1");
    mac_init(&mac, SPAN("Jefe"));
    mac_sum(&mac, SPAN("what do ya want "), SPAN("for nothing?"), sum);
    T_SPAN(span_of(sum, sizeof sum), t_hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"), "2");
    mac_init(&mac, span_of(long_key, sizeof long_key));
    mac_sum(&mac, SPAN("Test Using Larger Than Block-Size Key - Hash Key First"), SPAN_NONE,
            sum);
    T_SPAN(span_of(sum, sizeof sum), t_hex("aa4ae5e15272d00e95705637ce8a3b55ed402112"), "6");
    mac_wipe(&mac);
}
