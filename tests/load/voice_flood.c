/* Malformed packets of every kind that the media program drops, in turn (design section 5):
 * from sockets of strangers, and from a child who is there, muted, and whose client does not
 * care. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/load/voice_crowd.h"
#include "tests/unit/voice/stun_made.h"

enum {
    STRANGERS = 16,
    LARGEST = 8000,
    SSRCS = 64,
    SIDES = SSRCS / SRTP_STREAMS /* as many SSRCs as one direction keeps, each */
};

struct flood {
    int fds[STRANGERS];
    struct crowd_person *victim, *altered;
    struct srtp *sides[SIDES];
    uint64_t n;
    uint32_t random;
    uint16_t number; /* of the altered client's packets */
    size_t n_had;    /* his packet that was sent already */
    uint8_t had[VOICE_PACKET_MAX];
    uint8_t bytes[LARGEST];
};

static uint32_t any(struct flood *f)
{
    f->random = f->random * 1664525u + 1013904223u;
    return f->random >> 8;
}

static struct span noise(struct flood *f, size_t len)
{
    for (size_t i = 0; i < len; i++)
        f->bytes[i] = (uint8_t)any(f);
    return span_of(f->bytes, len);
}

/* ---- of strangers ---- */

static struct span random_bytes(struct flood *f)
{
    return noise(f, 1 + any(f) % (VOICE_PACKET_MAX - 1));
}

static struct span unknown_name(struct flood *f)
{
    struct made_wish wish = {.nominates = true, .username = "nobodyat:peer"};

    return made_request(&f->victim->name, &wish, f->bytes);
}

static struct span wrong_password(struct flood *f)
{
    struct made_wish wish = {.nominates = true, .password = "not the password at all"};

    return made_request(&f->victim->name, &wish, f->bytes);
}

static struct span broken_request(struct flood *f)
{
    struct span s = made_request(&f->victim->name, &(struct made_wish){0}, f->bytes);

    f->bytes[4 + any(f) % (s.len - 4)] ^= (uint8_t)(1 + any(f) % 255);
    return s;
}

static struct span strange_dtls(struct flood *f)
{
    struct span s = noise(f, 60 + any(f) % 400);

    memcpy(f->bytes, "\x16\xfe\xfd", 3);
    return s;
}

static struct span strange_rtp(struct flood *f)
{
    struct span s = noise(f, 40 + any(f) % 200);

    memcpy(f->bytes, "\x80\x6f", 2);
    return s;
}

static struct span strange_rtcp(struct flood *f)
{
    struct span s = noise(f, 28 + any(f) % 100);

    memcpy(f->bytes, "\x81\xc9", 2);
    return s;
}

static struct span oversized(struct flood *f)
{
    return noise(f, VOICE_PACKET_MAX + 1 + any(f) % (LARGEST - VOICE_PACKET_MAX - 1));
}

/* ---- of the altered client ---- */

static struct span forged_rtp(struct flood *f)
{
    return strange_rtp(f);
}

static struct span forged_rtcp(struct flood *f)
{
    return strange_rtcp(f);
}

/* He is muted; sealed as it should be. */
static struct span muted_speech(struct flood *f)
{
    f->number++;
    f->n_had = crowd_rtp(7, 0xffff, f->number, 0xff, 0, f->had);
    if (srtp_seal_rtp(f->altered->out, span_of(f->had, f->n_had), f->had, &f->n_had) !=
        SRTP_DONE)
        abort();
    return span_of(f->had, f->n_had);
}

static struct span replayed(struct flood *f)
{
    return f->n_had > 0 ? span_of(f->had, f->n_had) : muted_speech(f);
}

static struct span many_ssrcs(struct flood *f)
{
    uint32_t i = (uint32_t)(f->n / FLOOD_KINDS) % SSRCS;
    size_t len = crowd_rtp(1000 + i, 0xffff, f->number, 0xff, 0, f->bytes);

    if (srtp_seal_rtp(f->sides[i / SRTP_STREAMS], span_of(f->bytes, len), f->bytes, &len) !=
        SRTP_DONE)
        abort();
    return span_of(f->bytes, len);
}

static const struct {
    const char *name;
    bool is_altered;
    struct span (*make)(struct flood *f);
} kinds[FLOOD_KINDS] = {
    {"random bytes", false, random_bytes},
    {"STUN of a name that was not given out", false, unknown_name},
    {"STUN with a wrong password", false, wrong_password},
    {"STUN with a changed byte", false, broken_request},
    {"DTLS of a stranger", false, strange_dtls},
    {"RTP of a stranger", false, strange_rtp},
    {"RTCP of a stranger", false, strange_rtcp},
    {"an oversized packet", false, oversized},
    {"RTP with a wrong seal", true, forged_rtp},
    {"RTCP with a wrong seal", true, forged_rtcp},
    {"speech of one who is muted", true, muted_speech},
    {"the same again", true, replayed},
    {"64 SSRCs", true, many_ssrcs},
};

const char *flood_kind_name(int kind)
{
    return kinds[kind].name;
}

struct flood *flood_open(const struct sockaddr_in *port, struct crowd_person *victim,
                         struct crowd_person *altered)
{
    struct flood *f = calloc(1, sizeof *f);

    if (f == NULL)
        abort();
    f->victim = victim;
    f->altered = altered;
    f->random = 1;
    for (int i = 0; i < STRANGERS; i++) {
        f->fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (f->fds[i] < 0 ||
            connect(f->fds[i], (const struct sockaddr *)port, sizeof *port) != 0)
            abort();
    }
    for (int i = 0; i < SIDES; i++)
        if (srtp_side_create(altered->keys.profile, altered->keys.in.key, altered->keys.in.salt,
                             &f->sides[i], NULL) != ERR_OK)
            abort();
    return f;
}

void flood_close(struct flood *f)
{
    for (int i = 0; i < STRANGERS; i++)
        close(f->fds[i]);
    for (int i = 0; i < SIDES; i++)
        srtp_side_destroy(&f->sides[i]);
    free(f);
}

int flood_send(struct flood *f)
{
    int kind = (int)(f->n % FLOOD_KINDS);
    struct span s = kinds[kind].make(f);
    int fd = kinds[kind].is_altered ? f->altered->fd : f->fds[f->n / FLOOD_KINDS % STRANGERS];

    f->n++;
    if (send(fd, s.p, s.len, 0) != (ssize_t)s.len)
        abort();
    return kind;
}
