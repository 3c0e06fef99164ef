#include "tests/t.h"
#include "tests/unit/voice/tones.h"
#include "voice/rtp.h"

/* Who hears whom, by tone. People are in seats; the speaker's tone is looked for in each ear.
 */

#define HEARS(t, listener, hz, what)      T_OK(tones_heard(t, listener, hz) > 3000, what)
#define HEARS_NONE(t, listener, hz, what) T_OK(tones_heard(t, listener, hz) < 60, what)

enum { ANN, BEN, CAN, DAN, EVE, FAY };
enum { LOW = 400, MID = 700, HIGH = 1000, TOP = 1900 };

static const struct hub_seat here = {.floor = 1, .zone = 10};
static const struct hub_seat there = {.floor = 1, .zone = 11};
static const struct hub_seat sealed = {.floor = 1, .zone = 12, .sealed = true};
static const struct hub_seat far = {.floor = 2, .zone = 20};

static struct tones *six(void)
{
    struct tones *t = tones_open(0, 0);

    tones_come(t, ANN, here, false);
    tones_come(t, BEN, here, false);
    tones_come(t, CAN, there, false);
    tones_come(t, DAN, sealed, false);
    tones_come(t, EVE, sealed, false);
    tones_come(t, FAY, far, false);
    return t;
}

static void kept_its_rules(struct tones **t)
{
    T_EQ((*t)->n_broken, 0, "each slot kept its rules");
    tones_close(t);
}

T_CASE(hub_a_zone_hears_its_own)
{
    struct tones *t = six();

    T_REQ("AI-2.4-ア");
    tones_say(t, ANN, MID);
    tones_run(t, 600);
    HEARS(t, BEN, MID, "in the same zone");
    HEARS_NONE(t, ANN, MID, "nobody hears himself");
    for (int i = CAN; i <= FAY; i++)
        T_EQ(tones_packets(t, i), 0, "nobody else gets a packet");
    kept_its_rules(&t);
}

T_CASE(hub_the_same_number_sealed_is_another_zone)
{
    struct tones *t = six();
    struct hub_seat seat = here;

    T_REQ("AI-2.3-オ");
    seat.sealed = true;
    T_EQ(hub_seat(t->hub, CAN, seat, t->now_ms, NULL), ERR_OK, "into the sealed one");
    tones_say(t, ANN, MID);
    tones_say(t, CAN, HIGH);
    tones_run(t, 600);
    T_EQ(tones_packets(t, CAN), 0, "nothing comes in");
    HEARS_NONE(t, BEN, HIGH, "nothing goes out");
    HEARS(t, BEN, MID, "the open one goes on");
    kept_its_rules(&t);
}

T_CASE(hub_an_announcement_reaches_the_floor_and_no_sealed_room)
{
    struct tones *t = six();

    T_REQ("AI-2.4-ウ");
    T_EQ(hub_mic(t->hub, ANN, HUB_MIC_ANNOUNCE, t->now_ms, NULL), ERR_OK, "to the floor");
    tones_say(t, ANN, MID);
    tones_run(t, 600);
    HEARS(t, BEN, MID, "near");
    HEARS(t, CAN, MID, "behind a wall");
    T_EQ(tones_packets(t, DAN) + tones_packets(t, EVE), 0, "not in a counselling room");
    T_EQ(tones_packets(t, FAY), 0, "not on another floor");
    T_OK(t->ear[CAN][VOICE_SLOT_ANNOUNCE]->n_packets > 0, "in the slot of announcements");
    T_EQ(hub_mic(t->hub, DAN, HUB_MIC_ANNOUNCE, t->now_ms, NULL), ERR_OK, "from a sealed room");
    tones_say(t, ANN, 0);
    tones_run(t, 600);
    tones_forget(t);
    tones_say(t, DAN, HIGH);
    tones_run(t, 600);
    for (int i = ANN; i <= FAY; i++)
        HEARS_NONE(t, i, HIGH, "nothing leaves a sealed room");
    kept_its_rules(&t);
}

T_CASE(hub_a_private_talk_is_heard_by_its_members_alone)
{
    struct tones *t = six();

    T_REQ("AI-2.4-イ");
    for (int i = ANN; i <= CAN; i += 2) {
        T_EQ(hub_talk(t->hub, i, 7, t->now_ms, NULL), ERR_OK, "in the talk");
        T_EQ(hub_mic(t->hub, i, HUB_MIC_PRIVATE, t->now_ms, NULL), ERR_OK, "privately");
    }
    tones_say(t, ANN, MID);
    tones_say(t, CAN, HIGH);
    tones_run(t, 600);
    HEARS(t, CAN, MID, "one hears the other");
    HEARS(t, ANN, HIGH, "while he speaks himself");
    T_EQ(tones_packets(t, BEN), 0, "who stands beside them gets no packet");
    tones_forget(t);
    T_EQ(hub_talk(t->hub, CAN, 0, t->now_ms, NULL), ERR_OK, "he leaves");
    tones_run(t, 600);
    T_EQ(tones_packets(t, ANN), 3, "he is heard no more");
    T_EQ(tones_packets(t, CAN), 3, "nor does he hear");
    T_EQ(t->ear[ANN][VOICE_SLOT_PRIVATE]->n_silence, 3, "three packets of silence ended it");
    T_EQ(t->ear[CAN][VOICE_SLOT_PRIVATE]->n_silence, 3, "on both sides");
    kept_its_rules(&t);
}

T_CASE(hub_a_private_talk_does_not_go_through_a_sealed_wall)
{
    struct tones *t = six();

    for (int i = ANN; i <= EVE; i++)
        T_EQ(hub_talk(t->hub, i, 7, t->now_ms, NULL), ERR_OK, "all in one talk");
    T_EQ(hub_mic(t->hub, DAN, HUB_MIC_PRIVATE, t->now_ms, NULL), ERR_OK, "privately");
    T_EQ(hub_mic(t->hub, ANN, HUB_MIC_PRIVATE, t->now_ms, NULL), ERR_OK, "privately");
    tones_say(t, DAN, MID);
    tones_say(t, ANN, HIGH);
    tones_run(t, 600);
    HEARS(t, EVE, MID, "in the same room");
    HEARS_NONE(t, ANN, MID, "not outside");
    HEARS_NONE(t, BEN, MID, "not outside");
    HEARS(t, BEN, HIGH, "those outside hear each other");
    HEARS_NONE(t, EVE, HIGH, "and nothing comes in");
    tones_forget(t);
    T_EQ(hub_seat(t->hub, EVE, there, t->now_ms, NULL), ERR_OK, "she leaves the room");
    tones_run(t, 100);
    tones_forget(t);
    tones_run(t, 600);
    HEARS_NONE(t, EVE, MID, "and no longer hears it");
    kept_its_rules(&t);
}

T_CASE(hub_sealed_in_no_zone_is_alone)
{
    struct tones *t = six();
    struct hub_seat nowhere = {.floor = 1, .sealed = true};

    for (int i = ANN; i <= BEN; i++) {
        T_EQ(hub_seat(t->hub, i, nowhere, t->now_ms, NULL), ERR_OK, "in no zone");
        T_EQ(hub_talk(t->hub, i, 7, t->now_ms, NULL), ERR_OK, "in one talk");
        T_EQ(hub_mic(t->hub, i, HUB_MIC_PRIVATE, t->now_ms, NULL), ERR_OK, "privately");
    }
    tones_say(t, ANN, MID);
    tones_run(t, 200);
    T_EQ(tones_packets(t, BEN), 0, "no room is theirs together");
    kept_its_rules(&t);
}

T_CASE(hub_who_is_muted_is_not_heard_whatever_he_sends)
{
    struct tones *t = six();
    uint64_t dropped;

    T_REQ("AI-2.7-ウ-1");
    tones_say(t, ANN, MID);
    tones_run(t, 200);
    T_EQ(hub_mute(t->hub, ANN, true, t->now_ms, NULL), ERR_OK, "by staff");
    tones_run(t, 100);
    tones_forget(t);
    dropped = hub_counters(t->hub)->in_muted;
    tones_run(t, 600);
    T_EQ(tones_packets(t, BEN), 0, "nobody gets a packet");
    T_EQ(hub_counters(t->hub)->in_muted - dropped, 30, "each of his is counted");
    T_EQ(hub_mic(t->hub, ANN, HUB_MIC_ANNOUNCE, t->now_ms, NULL), ERR_OK, "another way");
    tones_run(t, 200);
    T_EQ(tones_packets(t, BEN) + tones_packets(t, CAN), 0, "is no way out");
    T_EQ(hub_mic(t->hub, ANN, HUB_MIC_ZONE, t->now_ms, NULL), ERR_OK, "back");
    T_EQ(hub_mute(t->hub, ANN, false, t->now_ms, NULL), ERR_OK, "he may speak again");
    tones_forget(t);
    tones_run(t, 600);
    HEARS(t, BEN, MID, "and is heard");
    T_EQ(hub_mic(t->hub, ANN, HUB_MIC_NONE, t->now_ms, NULL), ERR_OK, "he is off himself");
    tones_run(t, 100);
    tones_forget(t);
    tones_run(t, 400);
    T_EQ(tones_packets(t, BEN), 0, "nobody gets a packet");
    kept_its_rules(&t);
}

T_CASE(hub_whom_a_listener_does_not_want_to_hear_he_does_not)
{
    struct tones *t = six();
    const uint16_t list[] = {FAY, ANN};

    T_REQ("AI-2.6-イ");
    T_EQ(hub_seat(t->hub, CAN, here, t->now_ms, NULL), ERR_OK, "three in a zone");
    tones_say(t, ANN, MID);
    tones_run(t, 200);
    T_EQ(hub_hush(t->hub, BEN, list, 2, t->now_ms, NULL), ERR_OK, "not her");
    tones_run(t, 100);
    tones_forget(t);
    tones_run(t, 600);
    T_EQ(tones_packets(t, BEN), 0, "he does not");
    HEARS(t, CAN, MID, "the other does");
    T_EQ(hub_hush(t->hub, BEN, NULL, 0, t->now_ms, NULL), ERR_OK, "again");
    tones_forget(t);
    tones_run(t, 600);
    HEARS(t, BEN, MID, "and hears her again");
    kept_its_rules(&t);
}

T_CASE(hub_three_voices_at_once_and_the_fourth_waits)
{
    static const int tone[] = {LOW, MID, HIGH, TOP};
    struct tones *t = tones_open(0, 0);

    for (int i = 0; i < 5; i++)
        tones_come(t, i, here, false);
    for (int i = 0; i < 4; i++)
        tones_say(t, i, tone[i]);
    tones_run(t, 600);
    for (int i = 0; i < 3; i++)
        HEARS(t, 4, tone[i], "the first three");
    HEARS_NONE(t, 4, TOP, "not the fourth");
    T_EQ(hub_counters(t->hub)->in_unheard, 30, "his packets are counted");
    tones_say(t, 1, 0);
    tones_run(t, 440);
    tones_forget(t);
    tones_run(t, 200);
    HEARS(t, 4, TOP, "when one has been silent for 400 ms");
    HEARS(t, 1, TOP, "who was silent hears him, too");
    kept_its_rules(&t);
}

T_CASE(hub_silence_sends_nothing)
{
    struct tones *t = six();

    T_OK(!hub_is_awake(t->hub), "nobody speaks");
    tones_say(t, ANN, MID);
    tones_run(t, 200);
    T_OK(hub_is_awake(t->hub), "somebody does");
    tones_say(t, ANN, 0);
    tones_forget(t);
    tones_run(t, 2000);
    T_EQ(tones_packets(t, BEN), 3, "three packets at the end");
    T_EQ(t->ear[BEN][VOICE_SLOT_ZONE_0]->n_silence, 3, "of silence");
    T_OK(!hub_is_awake(t->hub), "the clock may sleep");
    tones_forget(t);
    tones_run(t, 2000);
    T_EQ(tones_packets(t, BEN), 0, "and then nothing");
    kept_its_rules(&t);
}

T_CASE(hub_who_walks_away_hears_and_is_heard_no_more)
{
    struct tones *t = six();

    tones_say(t, ANN, MID);
    tones_run(t, 200);
    T_EQ(hub_seat(t->hub, ANN, there, t->now_ms, NULL), ERR_OK, "she walks while she speaks");
    tones_run(t, 100);
    T_OK(tones_packets(t, BEN) <= 10 + 1 + 3, "whom she left gets the silence alone");
    tones_forget(t);
    tones_run(t, 600);
    T_EQ(tones_packets(t, BEN), 0, "and then nothing");
    HEARS(t, CAN, MID, "those she comes to hear her");
    hub_close(t->hub, ANN, t->now_ms);
    tones_run(t, 100);
    tones_forget(t);
    tones_run(t, 200);
    T_EQ(tones_packets(t, CAN), 0, "after the end nothing");
    tones_come(t, ANN, here, false);
    tones_run(t, 600);
    HEARS(t, BEN, MID, "the number may be another's at once");
    kept_its_rules(&t);
}

T_CASE(hub_says_who_speaks_and_how_long)
{
    struct tones *t = six();
    int ms = 0;

    T_REQ("AI-2.5-ウ");
    tones_say(t, ANN, MID);
    tones_run(t, 1000);
    tones_say(t, ANN, 0);
    tones_run(t, 2000);
    T_EQ(t->n_events, 2, "one begin, one end");
    T_OK(t->event[0].on && t->event[0].source == ANN && t->event[0].to == HUB_MIC_ZONE &&
             t->event[0].number == 10,
         "she began, in her zone");
    T_OK(!t->event[1].on && t->event[1].source == ANN, "she ended");
    for (int i = 0; i < t->n_spoke; i++) {
        T_OK(t->spoke[i].source == ANN && t->spoke[i].to == HUB_MIC_ZONE &&
                 t->spoke[i].number == 10 && t->spoke[i].ms <= 1000,
             "her speech");
        ms += t->spoke[i].ms;
    }
    T_EQ(ms, 1000, "a second in all");
    kept_its_rules(&t);
}

T_CASE(hub_talkers_of_other_nodes_enter_and_ours_are_asked_out)
{
    struct tones *t = six(), *other = six();
    const int guest = HUB_FOREIGN_FIRST + 3;

    T_EQ(hub_out(t->hub, HUB_MIC_ZONE, 10, true, NULL), ERR_OK, "asked out");
    T_EQ(hub_foreign_open(other->hub, guest, other->now_ms, NULL), ERR_OK, "a guest");
    T_EQ(hub_seat(other->hub, guest, there, other->now_ms, NULL), ERR_OK, "in a zone");
    T_EQ(hub_mic(other->hub, guest, HUB_MIC_PRIVATE, other->now_ms, NULL), ERR_INVALID,
         "in no private talk");
    T_EQ(hub_mic(other->hub, guest, HUB_MIC_ZONE, other->now_ms, NULL), ERR_OK, "speaks there");
    T_EQ(hub_out(other->hub, HUB_MIC_ZONE, 11, true, NULL), ERR_OK, "asked out there, too");
    tones_say(t, ANN, MID);
    for (int i = 0; i < 30; i++) {
        tones_run(t, 20);
        T_EQ(t->n_out, i + 1, "each packet goes out once");
        hub_voice(other->hub, guest, &t->out, other->now_ms);
        tones_run(other, 20);
    }
    HEARS(other, CAN, MID, "who is in that zone hears her");
    T_EQ(tones_packets(other, BEN), 0, "nobody else");
    T_EQ(other->n_out, 0, "a guest's voice goes no further");
    T_EQ(hub_out(t->hub, HUB_MIC_ZONE, 10, false, NULL), ERR_OK, "no longer");
    tones_run(t, 100);
    T_EQ(t->n_out, 30, "nothing more goes out");
    hub_foreign_close(other->hub, guest, other->now_ms);
    kept_its_rules(&other);
    kept_its_rules(&t);
}

T_CASE(hub_nothing_of_a_sealed_room_is_asked_out)
{
    struct tones *t = six();

    T_EQ(hub_out(t->hub, HUB_MIC_ZONE, 12, true, NULL), ERR_OK, "that number");
    T_EQ(hub_out(t->hub, HUB_MIC_ANNOUNCE, 1, true, NULL), ERR_OK, "that floor");
    tones_say(t, DAN, MID);
    tones_run(t, 200);
    HEARS(t, EVE, MID, "inside");
    T_EQ(t->n_out, 0, "nothing goes out");
    kept_its_rules(&t);
}

T_CASE(hub_an_opus_packet_may_come_without_rtp)
{
    struct tones *t = six(), *source = six();

    T_EQ(hub_out(source->hub, HUB_MIC_ZONE, 10, true, NULL), ERR_OK, "a source of packets");
    tones_say(source, ANN, MID);
    for (int i = 0; i < 30; i++) {
        tones_run(source, 20);
        hub_voice(t->hub, ANN, &source->out, t->now_ms);
        tones_run(t, 20);
    }
    HEARS(t, BEN, MID, "as with RTP");
    kept_its_rules(&source);
    kept_its_rules(&t);
}

T_CASE(hub_bad_packets_are_dropped_and_counted)
{
    struct tones *t = six();
    const struct hub_counters *c = hub_counters(t->hub);
    uint8_t big[VOICE_PACKET_MAX + 1] = {0x80, TONES_PAYLOAD_TYPE};
    uint8_t large[RTP_LEAST + HUB_OPUS_MAX + 1] = {0x80, TONES_PAYLOAD_TYPE};
    struct hub_voice voice = {.opus = SPAN("\xff\xff\xff")};

    hub_rtp(t->hub, ANN, SPAN("no RTP"), t->now_ms);
    hub_rtp(t->hub, ANN, span_of(big, sizeof big), t->now_ms);
    hub_rtp(t->hub, ANN, t_hex("806f0001000003c0aabbccdd"), t->now_ms);
    hub_voice(t->hub, ANN, &voice, t->now_ms);
    large[RTP_LEAST] = 0x78;
    hub_rtp(t->hub, ANN, span_of(large, sizeof large), t->now_ms);
    T_EQ(c->in_malformed, 5, "no RTP, too large, empty, no Opus, too much Opus");
    hub_rtp(t->hub, ANN, t_hex("80600001000003c0aabbccdd7801"), t->now_ms);
    hub_rtp(t->hub, 77, t_hex("806f0001000003c0aabbccdd7801"), t->now_ms);
    hub_rtp(t->hub, -1, t_hex("806f0001000003c0aabbccdd7801"), t->now_ms);
    hub_voice(t->hub, HUB_SOURCES, &voice, t->now_ms);
    T_EQ(c->in_strange, 4, "another payload type, nobody's session");
    hub_rtcp(t->hub, ANN, SPAN("no RTCP"), t->now_ms);
    T_EQ(c->rtcp_malformed, 1, "no RTCP");
    tones_say(t, ANN, MID);
    tones_run(t, 40);
    for (uint32_t ssrc = 0; ssrc < 64; ssrc++) {
        t->mouth[ANN].ssrc = 50000 + ssrc;
        tones_speak_once(t, ANN);
    }
    T_EQ(c->in_stream, 64, "64 SSRCs");
    t->mouth[ANN].ssrc = 1000 + ANN;
    t->mouth[ANN].number -= 1;
    tones_speak_once(t, ANN);
    T_EQ(c->in_late, 1, "the same number again");
    T_EQ(c->in, 2 + 64 + 1 + 9, "all were counted");
    tones_forget(t);
    tones_run(t, 600);
    HEARS(t, BEN, MID, "and she is heard as before");
    kept_its_rules(&t);
}

T_CASE(hub_refuses_what_cannot_be)
{
    struct tones *t = six();
    struct hub *hub = t->hub, *none;
    struct hub_leg leg = {.payload_type = 111}, odd = {.payload_type = 200};
    struct hub_conf conf = {.n_mixers = 1};
    uint16_t many[HUB_HUSH_MAX + 1] = {0};
    uint16_t strange = HUB_SOURCES;
    int64_t now = t->now_ms;

    T_EQ(hub_create(&conf, &none, NULL), ERR_INVALID, "nobody to send to");
    T_EQ(hub_open(hub, ANN, &leg, now, NULL), ERR_CONFLICT, "it is open");
    T_EQ(hub_open(hub, VOICE_SESSIONS, &leg, now, NULL), ERR_INVALID, "no such number");
    T_EQ(hub_open(hub, 40, &odd, now, NULL), ERR_INVALID, "no payload type");
    memset(leg.mid, 'x', sizeof leg.mid);
    T_EQ(hub_open(hub, 40, &leg, now, NULL), ERR_INVALID, "a mid without end");
    T_EQ(hub_seat(hub, 40, here, now, NULL), ERR_NOT_FOUND, "not open");
    T_EQ(hub_seat(hub, -1, here, now, NULL), ERR_INVALID, "no number");
    T_EQ(hub_talk(hub, HUB_FOREIGN_FIRST, 7, now, NULL), ERR_INVALID, "no session");
    T_EQ(hub_mic(hub, ANN, (enum hub_mic)9, now, NULL), ERR_INVALID, "nowhere");
    T_EQ(hub_mute(hub, 40, true, now, NULL), ERR_NOT_FOUND, "not open");
    T_EQ(hub_thin(hub, 40, true, now, NULL), ERR_NOT_FOUND, "not open");
    T_EQ(hub_hush(hub, ANN, many, HUB_HUSH_MAX + 1, now, NULL), ERR_TOO_LARGE, "too many");
    T_EQ(hub_hush(hub, ANN, &strange, 1, now, NULL), ERR_INVALID, "no source");
    T_EQ(hub_out(hub, HUB_MIC_PRIVATE, 1, true, NULL), ERR_INVALID, "never a talk");
    T_EQ(hub_out(hub, HUB_MIC_ZONE, 0, true, NULL), ERR_INVALID, "no zone");
    for (uint32_t i = 0; i < HUB_OUT; i++)
        T_EQ(hub_out(hub, HUB_MIC_ZONE, 1000 + i, true, NULL), ERR_OK, "one more");
    T_EQ(hub_out(hub, HUB_MIC_ZONE, 5, true, NULL), ERR_NOSPACE, "one too many");
    T_EQ(hub_foreign_open(hub, 5, now, NULL), ERR_INVALID, "no foreign number");
    hub_close(hub, 40, now);
    hub_close(hub, -1, now);
    kept_its_rules(&t);
}
