#include "voice/srtp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "voice/mac.h"
#include "voice/srtp_window.h"

#define RTP_HEAD_BYTES   12
#define RTCP_HEAD_BYTES  8 /* stays readable: the first packet's head and its SSRC */
#define RTCP_SEALED_BIT  UINT32_C(0x80000000)
#define RTCP_NUMBER_MOST UINT32_C(0x7fffffff)
#define RTP_NUMBER_MOST  ((UINT64_C(1) << 48) - 1)
#define CM_TAG_BYTES     10
#define GCM_TAG_BYTES    16
#define CM_AUTH_BYTES    20
#define GCM_IV_BYTES     12
#define BLOCK_BYTES      16

/* RFC 3711 section 4.3.2; those of SRTCP follow by three. */
enum { LABEL_CIPHER, LABEL_AUTH, LABEL_SALT, LABEL_RTCP };

static const struct {
    const char *name;
    size_t salt_bytes, tag_bytes;
} profiles[SRTP_PROFILE_N] = {
    [SRTP_PROFILE_CM] = {"SRTP_AES128_CM_SHA1_80", 14, CM_TAG_BYTES},
    [SRTP_PROFILE_GCM] = {"SRTP_AEAD_AES_128_GCM", 12, GCM_TAG_BYTES},
};

/* Keys of one kind of packet: RTP or RTCP. */
struct keys {
    EVP_CIPHER_CTX *cipher;
    uint8_t salt[SRTP_SALT_CAP];
    struct mac mac; /* SRTP_PROFILE_CM only */
};

struct srtp {
    enum srtp_profile profile;
    int n_streams;
    uint32_t ssrc[SRTP_STREAMS]; /* together, so that looking one up reads one line */
    struct {
        struct srtp_window rtp, rtcp;
    } stream[SRTP_STREAMS];
    struct keys rtp, rtcp;
};

const char *srtp_profile_name(enum srtp_profile profile)
{
    return profiles[profile].name;
}

size_t srtp_salt_bytes(enum srtp_profile profile)
{
    return profiles[profile].salt_bytes;
}

const char *srtp_verdict_name(enum srtp_verdict verdict)
{
    static const char *const names[SRTP_VERDICTS_N] = {
        [SRTP_DONE] = "done",     [SRTP_MALFORMED] = "malformed", [SRTP_REPLAYED] = "replayed",
        [SRTP_FORGED] = "forged", [SRTP_CROWDED] = "crowded",     [SRTP_SPENT] = "spent",
    };

    return names[verdict];
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* ---- keys ---- */

/* RFC 3711 section 4.3.3: the master key's counter stream from salt xor label. RFC 7714
 * section 11 pads its shorter salt with zeros. */
static bool derive(EVP_CIPHER_CTX *master, const uint8_t salt[SRTP_SALT_CAP], uint8_t label,
                   uint8_t *out, int len)
{
    static const uint8_t zeros[2 * BLOCK_BYTES];
    uint8_t iv[BLOCK_BYTES] = {0};
    int n;

    memcpy(iv, salt, SRTP_SALT_CAP);
    iv[7] ^= label;
    return EVP_EncryptInit_ex(master, NULL, NULL, NULL, iv) == 1 &&
           EVP_EncryptUpdate(master, out, &n, zeros, len) == 1 && n == len;
}

static bool keys_set_up(struct keys *keys, enum srtp_profile profile, EVP_CIPHER_CTX *master,
                        const uint8_t salt[SRTP_SALT_CAP], uint8_t first_label)
{
    uint8_t key[SRTP_KEY_BYTES], auth[CM_AUTH_BYTES];
    bool ok = derive(master, salt, first_label + LABEL_CIPHER, key, sizeof key) &&
              derive(master, salt, first_label + LABEL_AUTH, auth, sizeof auth) &&
              derive(master, salt, first_label + LABEL_SALT, keys->salt,
                     (int)profiles[profile].salt_bytes);

    keys->cipher = EVP_CIPHER_CTX_new();
    ok = ok && keys->cipher != NULL;
    /* Which way GCM goes is said with each IV; the key is the same. */
    if (ok && profile == SRTP_PROFILE_GCM)
        ok = EVP_CipherInit_ex(keys->cipher, EVP_aes_128_gcm(), NULL, key, NULL, 1) == 1;
    if (ok && profile == SRTP_PROFILE_CM) {
        ok = EVP_EncryptInit_ex(keys->cipher, EVP_aes_128_ctr(), NULL, key, NULL) == 1;
        mac_init(&keys->mac, span_of(auth, sizeof auth));
    }
    OPENSSL_cleanse(key, sizeof key);
    OPENSSL_cleanse(auth, sizeof auth);
    return ok;
}

enum err srtp_side_create(enum srtp_profile profile, const uint8_t key[SRTP_KEY_BYTES],
                          const uint8_t *salt, struct srtp **srtp_out, struct fail *why)
{
    uint8_t padded[SRTP_SALT_CAP] = {0};
    struct srtp *srtp = calloc(1, sizeof *srtp);
    EVP_CIPHER_CTX *master = EVP_CIPHER_CTX_new();
    bool ok = srtp != NULL && master != NULL &&
              EVP_EncryptInit_ex(master, EVP_aes_128_ctr(), NULL, key, NULL) == 1;

    memcpy(padded, salt, profiles[profile].salt_bytes);
    if (ok) {
        srtp->profile = profile;
        ok = keys_set_up(&srtp->rtp, profile, master, padded, 0) &&
             keys_set_up(&srtp->rtcp, profile, master, padded, LABEL_RTCP);
    }
    EVP_CIPHER_CTX_free(master);
    OPENSSL_cleanse(padded, sizeof padded);
    if (!ok)
        srtp_side_destroy(&srtp);
    *srtp_out = srtp;
    return ok ? ERR_OK : fail_set(why, ERR_NOMEM, "SRTP keys");
}

void srtp_side_destroy(struct srtp **srtp)
{
    if (*srtp == NULL)
        return;
    EVP_CIPHER_CTX_free((*srtp)->rtp.cipher);
    EVP_CIPHER_CTX_free((*srtp)->rtcp.cipher);
    OPENSSL_cleanse(*srtp, sizeof **srtp);
    free(*srtp);
    *srtp = NULL;
}

/* ---- streams and their numbers ---- */

/* The place of ssrc, which is n_streams when it is new; -1: it is new and there is no room. */
static int stream_find(const struct srtp *srtp, uint32_t ssrc)
{
    for (int i = 0; i < srtp->n_streams; i++)
        if (srtp->ssrc[i] == ssrc)
            return i;
    return srtp->n_streams < SRTP_STREAMS ? srtp->n_streams : -1;
}

/* After the first packet that counts. */
static void stream_keep(struct srtp *srtp, int at, uint32_t ssrc)
{
    if (at < srtp->n_streams)
        return;
    srtp->ssrc[at] = ssrc;
    srtp->n_streams++;
}

/* RFC 3711 section 3.3.1: the 48 bits that a sequence number most likely stands for, the one
 * nearest to the newest. False: it would lie before the beginning or behind the end. */
static bool rtp_number(const struct srtp_window *window, uint16_t sequence,
                       uint64_t *number_out)
{
    int16_t ahead;

    *number_out = sequence;
    if (!window->is_begun)
        return true;
    ahead = (int16_t)(uint16_t)(sequence - (uint16_t)window->newest);
    if (ahead < 0 && (uint64_t)-ahead > window->newest)
        return false;
    *number_out = window->newest + (uint64_t)(int64_t)ahead;
    return *number_out <= RTP_NUMBER_MOST;
}

/* ---- the two ciphers ---- */

/* One packet on its way through: what both directions and both kinds need to know of it. */
struct job {
    const struct keys *keys;
    uint32_t ssrc;
    int at; /* its stream */
    uint64_t number;
    size_t head_bytes; /* readable, but authentic */
    size_t plain_len;
    uint8_t extra[4]; /* authentic too: the number's upper half, which RTP does not send, or
                         the number of RTCP as it is sent */
    bool is_rtcp;
};

/* RFC 3711 section 4.1.1. */
static bool cm_crypt(const struct job *job, const uint8_t *in, uint8_t *out)
{
    uint8_t iv[BLOCK_BYTES] = {0};
    int n;

    memcpy(iv, job->keys->salt, SRTP_SALT_CAP);
    for (int i = 0; i < 4; i++)
        iv[4 + i] ^= (uint8_t)(job->ssrc >> (24 - 8 * i));
    for (int i = 0; i < 6; i++)
        iv[8 + i] ^= (uint8_t)(job->number >> (40 - 8 * i));
    return EVP_EncryptInit_ex(job->keys->cipher, NULL, NULL, NULL, iv) == 1 &&
           EVP_EncryptUpdate(job->keys->cipher, out + job->head_bytes, &n, in + job->head_bytes,
                             (int)(job->plain_len - job->head_bytes)) == 1;
}

static void cm_tag(const struct job *job, const uint8_t *sealed, uint8_t sum_out[MAC_BYTES])
{
    mac_sum(&job->keys->mac, span_of(sealed, job->plain_len),
            span_of(job->extra, sizeof job->extra), sum_out);
}

/* RFC 7714 sections 8.1 and 9.1: both IVs are zeros, SSRC and six bytes of number, xor salt.
 * Only RTCP's number is authentic by itself (9.3); RTP's is by the IV alone. */
static bool gcm_crypt(const struct job *job, const uint8_t *in, uint8_t *out, int is_sealing)
{
    EVP_CIPHER_CTX *cipher = job->keys->cipher;
    uint8_t iv[GCM_IV_BYTES];
    int n;

    memcpy(iv, job->keys->salt, GCM_IV_BYTES);
    for (int i = 0; i < 4; i++)
        iv[2 + i] ^= (uint8_t)(job->ssrc >> (24 - 8 * i));
    for (int i = 0; i < 6; i++)
        iv[6 + i] ^= (uint8_t)(job->number >> (40 - 8 * i));
    return EVP_CipherInit_ex(cipher, NULL, NULL, NULL, iv, is_sealing) == 1 &&
           EVP_CipherUpdate(cipher, NULL, &n, in, (int)job->head_bytes) == 1 &&
           (!job->is_rtcp ||
            EVP_CipherUpdate(cipher, NULL, &n, job->extra, sizeof job->extra) == 1) &&
           (job->plain_len == job->head_bytes ||
            EVP_CipherUpdate(cipher, out + job->head_bytes, &n, in + job->head_bytes,
                             (int)(job->plain_len - job->head_bytes)) == 1);
}

static bool gcm_seal(const struct job *job, const uint8_t *plain, uint8_t *out)
{
    uint8_t *tag = out + job->plain_len;
    int n;

    return gcm_crypt(job, plain, out, 1) &&
           EVP_CipherFinal_ex(job->keys->cipher, tag, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(job->keys->cipher, EVP_CTRL_GCM_GET_TAG, GCM_TAG_BYTES, tag) ==
               1;
}

static bool gcm_open(const struct job *job, const uint8_t *sealed, uint8_t *out)
{
    uint8_t tag[GCM_TAG_BYTES], rest[BLOCK_BYTES];
    int n;

    memcpy(tag, sealed + job->plain_len, sizeof tag);
    return gcm_crypt(job, sealed, out, 0) &&
           EVP_CIPHER_CTX_ctrl(job->keys->cipher, EVP_CTRL_GCM_SET_TAG, sizeof tag, tag) == 1 &&
           EVP_CipherFinal_ex(job->keys->cipher, rest, &n) == 1;
}

static bool cm_seal(const struct job *job, const uint8_t *plain, uint8_t *out)
{
    uint8_t sum[MAC_BYTES];
    size_t tag_at = job->plain_len + (job->is_rtcp ? sizeof job->extra : 0);

    if (!cm_crypt(job, plain, out))
        return false;
    cm_tag(job, out, sum);
    memcpy(out + tag_at, sum, CM_TAG_BYTES);
    return true;
}

static bool cm_open(const struct job *job, const uint8_t *sealed, uint8_t *out)
{
    uint8_t sum[MAC_BYTES];
    size_t tag_at = job->plain_len + (job->is_rtcp ? sizeof job->extra : 0);

    cm_tag(job, sealed, sum);
    return CRYPTO_memcmp(sum, sealed + tag_at, CM_TAG_BYTES) == 0 && cm_crypt(job, sealed, out);
}

static void seal(const struct srtp *srtp, const struct job *job, const uint8_t *plain,
                 uint8_t *out)
{
    bool ok;

    if (out != plain)
        memcpy(out, plain, job->head_bytes);
    ok = srtp->profile == SRTP_PROFILE_GCM ? gcm_seal(job, plain, out)
                                           : cm_seal(job, plain, out);
    invariant(ok, "sealing %zu bytes", job->plain_len);
}

static bool open_sealed(const struct srtp *srtp, const struct job *job, const uint8_t *sealed,
                        uint8_t *out)
{
    if (out != sealed)
        memcpy(out, sealed, job->head_bytes);
    return srtp->profile == SRTP_PROFILE_GCM ? gcm_open(job, sealed, out)
                                             : cm_open(job, sealed, out);
}

/* ---- RTP ---- */

/* 0: these are not the bytes of an RTP packet. */
static size_t rtp_head_bytes(struct span packet)
{
    size_t len = RTP_HEAD_BYTES;

    if (packet.len < len || packet.p[0] >> 6 != 2)
        return 0;
    len += (size_t)4 * (packet.p[0] & 0x0f);
    if ((packet.p[0] & 0x10) != 0) {
        if (packet.len < len + 4)
            return 0;
        len += 4 + (size_t)4 * (size_t)(packet.p[len + 2] << 8 | packet.p[len + 3]);
    }
    return packet.len < len ? 0 : len;
}

static enum srtp_verdict rtp_job(const struct srtp *srtp, struct span packet, size_t tag_bytes,
                                 struct job *job)
{
    const struct srtp_window *window;

    job->keys = &srtp->rtp;
    job->is_rtcp = false;
    job->head_bytes = rtp_head_bytes(packet);
    if (job->head_bytes == 0 || packet.len < job->head_bytes + tag_bytes)
        return SRTP_MALFORMED;
    job->plain_len = packet.len - tag_bytes;
    job->ssrc = get32(packet.p + 8);
    job->at = stream_find(srtp, job->ssrc);
    if (job->at < 0)
        return SRTP_CROWDED;
    window = &srtp->stream[job->at].rtp;
    if (!rtp_number(window, (uint16_t)(packet.p[2] << 8 | packet.p[3]), &job->number) ||
        !srtp_window_is_new(window, job->number))
        return SRTP_REPLAYED;
    put32(job->extra, (uint32_t)(job->number >> 16));
    return SRTP_DONE;
}

static void rtp_keep(struct srtp *srtp, const struct job *job)
{
    stream_keep(srtp, job->at, job->ssrc);
    srtp_window_take(&srtp->stream[job->at].rtp, job->number);
}

enum srtp_verdict srtp_seal_rtp(struct srtp *srtp, struct span plain, uint8_t *out,
                                size_t *len_out)
{
    struct job job;
    enum srtp_verdict verdict = rtp_job(srtp, plain, 0, &job);

    if (verdict != SRTP_DONE)
        return verdict;
    seal(srtp, &job, plain.p, out);
    rtp_keep(srtp, &job);
    *len_out = plain.len + profiles[srtp->profile].tag_bytes;
    return SRTP_DONE;
}

enum srtp_verdict srtp_open_rtp(struct srtp *srtp, struct span sealed, uint8_t *out,
                                size_t *len_out)
{
    struct job job;
    enum srtp_verdict verdict = rtp_job(srtp, sealed, profiles[srtp->profile].tag_bytes, &job);

    if (verdict != SRTP_DONE)
        return verdict;
    if (!open_sealed(srtp, &job, sealed.p, out))
        return SRTP_FORGED;
    rtp_keep(srtp, &job);
    *len_out = job.plain_len;
    return SRTP_DONE;
}

/* ---- RTCP ---- */

static enum srtp_verdict rtcp_job(const struct srtp *srtp, struct span packet, size_t behind,
                                  struct job *job)
{
    job->keys = &srtp->rtcp;
    job->is_rtcp = true;
    job->head_bytes = RTCP_HEAD_BYTES;
    if (packet.len < RTCP_HEAD_BYTES + behind || packet.p[0] >> 6 != 2)
        return SRTP_MALFORMED;
    job->plain_len = packet.len - behind;
    job->ssrc = get32(packet.p + 4);
    job->at = stream_find(srtp, job->ssrc);
    return job->at < 0 ? SRTP_CROWDED : SRTP_DONE;
}

static void rtcp_keep(struct srtp *srtp, const struct job *job)
{
    stream_keep(srtp, job->at, job->ssrc);
    srtp_window_take(&srtp->stream[job->at].rtcp, job->number);
}

/* Where the number lies: behind the tag (RFC 7714 section 9.2), before it (RFC 3711 section
 * 3.4). */
static size_t rtcp_number_at(const struct srtp *srtp, const struct job *job)
{
    return job->plain_len + (srtp->profile == SRTP_PROFILE_GCM ? GCM_TAG_BYTES : 0);
}

enum srtp_verdict srtp_seal_rtcp(struct srtp *srtp, struct span plain, uint8_t *out,
                                 size_t *len_out)
{
    struct job job;
    enum srtp_verdict verdict = rtcp_job(srtp, plain, 0, &job);
    const struct srtp_window *window;

    if (verdict != SRTP_DONE)
        return verdict;
    window = &srtp->stream[job.at].rtcp;
    job.number = window->is_begun ? window->newest + 1 : 0;
    if (job.number > RTCP_NUMBER_MOST)
        return SRTP_SPENT;
    put32(job.extra, (uint32_t)job.number | RTCP_SEALED_BIT);
    seal(srtp, &job, plain.p, out);
    memcpy(out + rtcp_number_at(srtp, &job), job.extra, sizeof job.extra);
    rtcp_keep(srtp, &job);
    *len_out = plain.len + sizeof job.extra + profiles[srtp->profile].tag_bytes;
    return SRTP_DONE;
}

enum srtp_verdict srtp_open_rtcp(struct srtp *srtp, struct span sealed, uint8_t *out,
                                 size_t *len_out)
{
    struct job job;
    enum srtp_verdict verdict =
        rtcp_job(srtp, sealed, sizeof job.extra + profiles[srtp->profile].tag_bytes, &job);

    if (verdict != SRTP_DONE)
        return verdict;
    memcpy(job.extra, sealed.p + rtcp_number_at(srtp, &job), sizeof job.extra);
    if ((job.extra[0] & 0x80) == 0) /* readable RTCP: WebRTC has none (RFC 8827 section 6.5) */
        return SRTP_MALFORMED;
    job.number = get32(job.extra) & RTCP_NUMBER_MOST;
    if (!srtp_window_is_new(&srtp->stream[job.at].rtcp, job.number))
        return SRTP_REPLAYED;
    if (!open_sealed(srtp, &job, sealed.p, out))
        return SRTP_FORGED;
    rtcp_keep(srtp, &job);
    *len_out = job.plain_len;
    return SRTP_DONE;
}
