#include "voice/sdp.h"

#include <stdarg.h>
#include <stdio.h>

#define SDP_LINE_MAX  1024
#define EXTENSION_MAX 14 /* ids of the one-byte form (RFC 8285 section 4.2) */

static const char uri_level[] = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
static const char uri_mid[] = "urn:ietf:params:rtp-hdrext:sdes:mid";

/* What is known of one section when its last line was read; [-1] is the session's part. */
struct section {
    char mid[SDP_MID_CAP];
    struct span types; /* payload types of the m-line, in the browser's order */
    int opus_type;     /* -1: none */
    int level_id, mid_id;
    bool has_fingerprint, has_mux, sends, receives;
    bool has_port, is_bundled; /* without a port of its own it is off, or goes by the first's */
};

struct reader {
    struct span rest;
    int line;
    int n_sections; /* begun */
    bool has_fingerprint, has_version;
    struct span bundle;
    struct section section; /* the newest */
    struct sdp_offer *offer;
    struct fail *why;
};

static enum err refuse(struct reader *r, const char *what)
{
    return fail_set(r->why, ERR_INVALID, "SDP line %d: %s", r->line, what);
}

static bool line_next(struct reader *r, struct span *line_out)
{
    const uint8_t *end;
    size_t len;

    if (r->rest.len == 0)
        return false;
    end = memchr(r->rest.p, '\n', r->rest.len);
    len = end == NULL ? r->rest.len : (size_t)(end - r->rest.p);
    *line_out = span_cut(r->rest, 0, len);
    r->rest = span_from(r->rest, len + (end != NULL));
    if (line_out->len > 0 && line_out->p[line_out->len - 1] == '\r')
        line_out->len--;
    r->line++;
    return true;
}

/* The next word before a blank; "" at the end. */
static struct span word_next(struct span *rest)
{
    size_t len = 0;
    struct span word;

    while (rest->len > 0 && rest->p[0] == ' ')
        *rest = span_from(*rest, 1);
    while (len < rest->len && rest->p[len] != ' ')
        len++;
    word = span_cut(*rest, 0, len);
    *rest = span_from(*rest, len);
    return word;
}

/* -1 when it is no decimal number of at most most. */
static int number_read(struct span word, int most)
{
    int number = 0;

    if (word.len == 0 || word.len > 5)
        return -1;
    for (size_t i = 0; i < word.len; i++) {
        if (word.p[i] < '0' || word.p[i] > '9')
            return -1;
        number = number * 10 + (word.p[i] - '0');
    }
    return number <= most ? number : -1;
}

static bool mid_is_good(struct span mid)
{
    for (size_t i = 0; i < mid.len; i++) {
        uint8_t c = mid.p[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!is_letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.')
            return false;
    }
    return mid.len > 0 && mid.len < SDP_MID_CAP;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* "AB:CD:..." (RFC 8122 section 5). */
static bool fingerprint_read(struct span hex, uint8_t into[SDP_FINGERPRINT_LEN])
{
    if (hex.len != SDP_FINGERPRINT_LEN * 3 - 1)
        return false;
    for (size_t i = 0; i < SDP_FINGERPRINT_LEN; i++) {
        int high = hex_digit(hex.p[i * 3]), low = hex_digit(hex.p[i * 3 + 1]);

        if (high < 0 || low < 0 || (i + 1 < SDP_FINGERPRINT_LEN && hex.p[i * 3 + 2] != ':'))
            return false;
        into[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Every fingerprint of an offer is of one certificate: this product's page makes one. */
static enum err take_fingerprint(struct reader *r, struct span value)
{
    uint8_t bytes[SDP_FINGERPRINT_LEN];
    struct span hash = word_next(&value);

    if (!span_eq(hash, SPAN("sha-256")))
        return ERR_OK; /* a browser may offer others beside it */
    if (!fingerprint_read(word_next(&value), bytes))
        return refuse(r, "not a SHA-256 fingerprint");
    if (r->has_fingerprint && memcmp(bytes, r->offer->fingerprint, sizeof bytes) != 0)
        return refuse(r, "two fingerprints");
    memcpy(r->offer->fingerprint, bytes, sizeof bytes);
    r->has_fingerprint = true;
    return ERR_OK;
}

static enum err take_mid(struct reader *r, struct span value)
{
    if (r->section.mid[0] != '\0' || !mid_is_good(value))
        return refuse(r, "not a mid");
    memcpy(r->section.mid, value.p, value.len);
    r->section.mid[value.len] = '\0';
    return ERR_OK;
}

static bool type_is_listed(struct span types, struct span type)
{
    for (struct span word = word_next(&types); word.len > 0; word = word_next(&types))
        if (span_eq(word, type))
            return true;
    return false;
}

static enum err take_rtpmap(struct reader *r, struct span value)
{
    struct span type = word_next(&value);
    int number = number_read(type, 127);

    if (!span_eq(word_next(&value), SPAN("opus/48000/2")) || r->section.opus_type >= 0)
        return ERR_OK;
    if (number < 0 || !type_is_listed(r->section.types, type))
        return refuse(r, "Opus under a payload type that is not of its section");
    r->section.opus_type = number;
    return ERR_OK;
}

/* "3 uri" or "3/recvonly uri". */
static enum err take_extmap(struct reader *r, struct span value)
{
    struct span id = word_next(&value), uri = word_next(&value);
    const uint8_t *slash = id.len == 0 ? NULL : memchr(id.p, '/', id.len);
    int number;

    if (slash != NULL)
        id.len = (size_t)(slash - id.p);
    number = number_read(id, 255);
    if (number < 1)
        return refuse(r, "an extension without a number");
    if (number > EXTENSION_MAX)
        return ERR_OK;
    if (span_eq(uri, span_text(uri_level)))
        r->section.level_id = number;
    if (span_eq(uri, span_text(uri_mid)))
        r->section.mid_id = number;
    return ERR_OK;
}

static enum err take_bundle(struct reader *r, struct span value)
{
    if (span_eq(word_next(&value), SPAN("BUNDLE")) && r->n_sections == 0)
        r->bundle = value;
    return ERR_OK;
}

static enum err take_mux(struct reader *r, struct span value)
{
    (void)value;
    r->section.has_mux = true;
    return ERR_OK;
}

static enum err take_bundle_only(struct reader *r, struct span value)
{
    (void)value;
    r->section.is_bundled = true;
    return ERR_OK;
}

static enum err take_sendonly(struct reader *r, struct span value)
{
    (void)value;
    r->section.sends = true;
    return ERR_OK;
}

static enum err take_recvonly(struct reader *r, struct span value)
{
    (void)value;
    r->section.receives = true;
    return ERR_OK;
}

/* We are the passive side, so the browser must be able to be the active one. */
static enum err take_setup(struct reader *r, struct span value)
{
    if (span_eq(value, SPAN("actpass")) || span_eq(value, SPAN("active")))
        return ERR_OK;
    return refuse(r, "a side that will not call");
}

static const struct attribute {
    const char *name; /* with its colon, when it has a value */
    enum err (*take)(struct reader *r, struct span value);
} attributes[] = {
    {"group:", take_bundle},     {"fingerprint:", take_fingerprint},
    {"setup:", take_setup},      {"mid:", take_mid},
    {"extmap:", take_extmap},    {"rtpmap:", take_rtpmap},
    {"rtcp-mux", take_mux},      {"bundle-only", take_bundle_only},
    {"sendonly", take_sendonly}, {"recvonly", take_recvonly},
};

static enum err take_attribute(struct reader *r, struct span line)
{
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
        struct span name = span_text(attributes[i].name);
        bool has_value = name.p[name.len - 1] == ':';

        if (has_value ? span_has_prefix(line, name) : span_eq(line, name))
            return attributes[i].take(r, span_from(line, name.len));
    }
    return ERR_OK;
}

/* The same id and type everywhere: a BUNDLE has one table of each (RFC 8843 section 9.1). */
static enum err same(struct reader *r, uint8_t *known, int now, const char *what)
{
    if (r->n_sections > 1 && *known != now)
        return refuse(r, what);
    *known = (uint8_t)now;
    return ERR_OK;
}

static enum err section_end(struct reader *r)
{
    const struct section *s = &r->section;
    bool is_mic = r->n_sections == 1;
    enum err rc;

    if (r->n_sections == 0)
        return ERR_OK;
    /* Firefox says so of all but the first (RFC 9143 section 6). */
    if (!s->has_port && (is_mic || !s->is_bundled))
        return refuse(r, "a section that is switched off");
    if (s->mid[0] == '\0')
        return refuse(r, "a section without a mid");
    if (!type_is_listed(r->bundle, span_text(s->mid)))
        return refuse(r, "a section outside the BUNDLE");
    if (s->opus_type < 0)
        return refuse(r, "a section without Opus");
    if (!s->has_mux)
        return refuse(r, "a section without rtcp-mux");
    if (is_mic ? s->receives : !s->receives)
        return refuse(r, is_mic ? "a microphone that receives" : "a slot that sends");
    for (int i = 0; i < r->n_sections - 1; i++)
        if (strcmp(r->offer->mids[i], s->mid) == 0)
            return refuse(r, "one mid for two sections");
    memcpy(r->offer->mids[r->n_sections - 1], s->mid, sizeof s->mid);
    rc = same(r, &r->offer->opus_type, s->opus_type, "two payload types of Opus");
    if (rc == ERR_OK && s->level_id > 0 && is_mic)
        r->offer->level_id = (uint8_t)s->level_id;
    if (rc == ERR_OK)
        rc = same(r, &r->offer->mid_id, s->mid_id, "two ids of the mid extension");
    return rc;
}

/* "audio 9 UDP/TLS/RTP/SAVPF 111 63" */
static enum err section_begin(struct reader *r, struct span line)
{
    enum err rc = section_end(r);
    int port;

    if (rc != ERR_OK)
        return rc;
    if (r->n_sections == SDP_SECTIONS)
        return refuse(r, "more sections than six");
    if (!span_eq(word_next(&line), SPAN("audio")))
        return refuse(r, "a section that is not audio");
    port = number_read(word_next(&line), 65535);
    if (port < 0)
        return refuse(r, "a section without a port");
    if (!span_eq(word_next(&line), SPAN("UDP/TLS/RTP/SAVPF")))
        return refuse(r, "a section without DTLS and feedback");
    r->section = (struct section){.types = line, .opus_type = -1, .has_port = port > 0};
    r->n_sections++;
    return ERR_OK;
}

static enum err take_line(struct reader *r, struct span line)
{
    if (line.len > SDP_LINE_MAX)
        return refuse(r, "too long");
    if (line.len < 2 || line.p[1] != '=')
        return line.len == 0 ? ERR_OK : refuse(r, "not a line of SDP");
    if (r->line == 1 && !span_eq(line, SPAN("v=0")))
        return refuse(r, "not version 0");
    if (line.p[0] == 'm')
        return section_begin(r, span_from(line, 2));
    return line.p[0] == 'a' ? take_attribute(r, span_from(line, 2)) : ERR_OK;
}

static enum err offer_read(struct reader *r)
{
    enum err rc = ERR_OK;
    struct span line;

    while (rc == ERR_OK && line_next(r, &line))
        rc = take_line(r, line);
    if (rc == ERR_OK)
        rc = section_end(r);
    if (rc == ERR_OK && r->n_sections != SDP_SECTIONS)
        rc = refuse(r, "fewer sections than six");
    if (rc == ERR_OK && !r->has_fingerprint)
        rc = refuse(r, "no SHA-256 fingerprint");
    return rc;
}

enum err sdp_read_offer(struct span text, struct sdp_offer *offer_out, struct fail *why)
{
    struct reader reader = {.rest = text, .offer = offer_out, .why = why};
    enum err rc;

    memset(offer_out, 0, sizeof *offer_out);
    if (text.len > SDP_OFFER_MAX)
        return fail_set(why, ERR_TOO_LARGE, "an offer of %zu bytes", text.len);
    rc = offer_read(&reader);
    if (rc != ERR_OK)
        memset(offer_out, 0, sizeof *offer_out);
    return rc;
}

struct writer {
    char *into;
    size_t len, room;
};

static void put(struct writer *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void put(struct writer *w, const char *fmt, ...)
{
    va_list args;
    int n;

    va_start(args, fmt);
    n = vsnprintf(w->into + w->len, w->room - w->len, fmt, args);
    va_end(args);
    invariant(n >= 0 && (size_t)n < w->room - w->len, "an answer over %zu bytes", w->room);
    w->len += (size_t)n;
}

static void put_fingerprint(struct writer *w, const uint8_t bytes[SDP_FINGERPRINT_LEN])
{
    put(w, "a=fingerprint:sha-256 ");
    for (size_t i = 0; i < SDP_FINGERPRINT_LEN; i++)
        put(w, "%s%02X", i == 0 ? "" : ":", bytes[i]);
    put(w, "\r\n");
}

/* UDP before TCP, the first address before the second (RFC 8445 section 5.1.2.1, RFC 6544
 * section 4.2): type preference 126, local preference by order. */
static void put_candidates(struct writer *w, const struct sdp_local *local)
{
    for (unsigned i = 0; i < SDP_ADDRESSES && local->addresses[i][0] != '\0'; i++) {
        if (local->udp_port != 0)
            put(w, "a=candidate:%u 1 udp %u %s %u typ host\r\n", i + 1,
                126u << 24 | (65535u - i) << 8 | 255u, local->addresses[i], local->udp_port);
        if (local->tcp_port != 0)
            put(w, "a=candidate:%u 1 tcp %u %s %u typ host tcptype passive\r\n", i + 11,
                90u << 24 | (65535u - i) << 8 | 255u, local->addresses[i], local->tcp_port);
    }
    put(w, "a=end-of-candidates\r\n");
}

static void put_section(struct writer *w, const struct sdp_offer *offer,
                        const struct sdp_local *local, int i)
{
    put(w, "m=audio 9 UDP/TLS/RTP/SAVPF %u\r\nc=IN IP4 0.0.0.0\r\n", offer->opus_type);
    put(w, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", local->ufrag, local->pwd);
    put_fingerprint(w, local->fingerprint);
    put(w, "a=setup:passive\r\na=mid:%s\r\n", offer->mids[i]);
    if (i == 0 && offer->level_id != 0)
        put(w, "a=extmap:%u %s\r\n", offer->level_id, uri_level);
    if (offer->mid_id != 0)
        put(w, "a=extmap:%u %s\r\n", offer->mid_id, uri_mid);
    put(w, "a=%s\r\na=rtcp-mux\r\na=rtcp-rsize\r\n", i == 0 ? "recvonly" : "sendonly");
    put(w, "a=rtpmap:%u opus/48000/2\r\n", offer->opus_type);
    /* What we ask of the microphone: mono speech, FEC, and nothing while nobody speaks. */
    put(w, "a=fmtp:%u minptime=10;useinbandfec=1;usedtx=1;stereo=0;maxaveragebitrate=32000\r\n",
        offer->opus_type);
    if (i > 0)
        put(w, "a=msid:slot%d slot%d\r\na=ssrc:%u cname:ibasho\r\n", i - 1, i - 1,
            local->ssrcs[i - 1]);
    if (i == 0)
        put_candidates(w, local);
}

size_t sdp_write_answer(const struct sdp_offer *offer, const struct sdp_local *local,
                        char *into, size_t room)
{
    struct writer w = {.into = into, .room = room};

    put(&w, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=ice-lite\r\na=group:BUNDLE");
    for (int i = 0; i < SDP_SECTIONS; i++)
        put(&w, " %s", offer->mids[i]);
    put(&w, "\r\na=msid-semantic: WMS *\r\n");
    for (int i = 0; i < SDP_SECTIONS; i++)
        put_section(&w, offer, local, i);
    return w.len;
}
