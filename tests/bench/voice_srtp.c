/* voice.srtp.out, .in: CPU time of one packet of speech sealed, opened, in turn over 2,000
 * sessions, so that no session's keys are warm when its packet comes. */
#include <stdlib.h>

#include "tests/bench/bench.h"
#include "voice/srtp.h"

#define N_SESSIONS   2000
#define N_ROUNDS     25 /* packets of a session: half a second of speech */
#define HEAD_BYTES   12
#define BODY_BYTES   80 /* 20 ms at 32 kbit/s */
#define PACKET_BYTES (HEAD_BYTES + BODY_BYTES)
#define SEALED_BYTES (PACKET_BYTES + SRTP_GROWTH_CAP)

struct work {
    struct srtp *out[N_SESSIONS], *in[N_SESSIONS];
    uint8_t sealed[N_ROUNDS][N_SESSIONS][SEALED_BYTES];
    size_t len;
};

static enum err make(enum srtp_profile profile, struct work **work_out, struct fail *why)
{
    struct work *w = calloc(1, sizeof *w);
    enum err rc = w == NULL ? fail_set(why, ERR_NOMEM, "the packets") : ERR_OK;

    for (int i = 0; rc == ERR_OK && i < N_SESSIONS; i++) {
        uint8_t key[SRTP_KEY_BYTES] = {(uint8_t)i, (uint8_t)(i >> 8), 1};
        uint8_t salt[SRTP_SALT_CAP] = {(uint8_t)i, (uint8_t)(i >> 8), 2};

        rc = srtp_side_create(profile, key, salt, &w->out[i], why);
        if (rc == ERR_OK)
            rc = srtp_side_create(profile, key, salt, &w->in[i], why);
    }
    *work_out = w;
    return rc;
}

static void drop(struct work *w)
{
    for (int i = 0; w != NULL && i < N_SESSIONS; i++) {
        srtp_side_destroy(&w->out[i]);
        srtp_side_destroy(&w->in[i]);
    }
    free(w);
}

/* Round r: one packet of each session. */
static enum err seal_round(struct work *w, int r, struct fail *why)
{
    uint8_t packet[PACKET_BYTES] = {0x80, 111, 0, (uint8_t)r};

    for (int i = 0; i < N_SESSIONS; i++)
        if (srtp_seal_rtp(w->out[i], span_of(packet, sizeof packet), w->sealed[r][i],
                          &w->len) != SRTP_DONE)
            return fail_set(why, ERR_INTERNAL, "a packet was not sealed");
    return ERR_OK;
}

static enum err open_round(struct work *w, int r, struct fail *why)
{
    uint8_t packet[SEALED_BYTES];
    size_t len;

    for (int i = 0; i < N_SESSIONS; i++)
        if (srtp_open_rtp(w->in[i], span_of(w->sealed[r][i], w->len), packet, &len) !=
            SRTP_DONE)
            return fail_set(why, ERR_INTERNAL, "a packet was not opened");
    return ERR_OK;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The median round, so that a neighbour's burst on the machine does not count. */
static enum err rounds(struct work *w, enum err (*one)(struct work *, int, struct fail *),
                       double *us_out, struct fail *why)
{
    double us[N_ROUNDS];
    enum err rc = ERR_OK;

    for (int r = 0; rc == ERR_OK && r < N_ROUNDS; r++) {
        double start = bench_thread_cpu_us();

        rc = one(w, r, why);
        us[r] = (bench_thread_cpu_us() - start) / N_SESSIONS;
    }
    if (rc == ERR_OK) {
        qsort(us, N_ROUNDS, sizeof *us, by_value);
        *us_out = us[N_ROUNDS / 2];
    }
    return rc;
}

/* The CPU time of both, in us a packet. */
static enum err measure(enum srtp_profile profile, double *out_us, double *in_us,
                        struct fail *why)
{
    struct work *w = NULL;
    enum err rc = make(profile, &w, why);

    if (rc == ERR_OK) {
        memset(w->sealed, 1, sizeof w->sealed); /* its pages are there before the clock runs */
        rc = rounds(w, seal_round, out_us, why);
    }
    if (rc == ERR_OK)
        rc = rounds(w, open_round, in_us, why);
    drop(w);
    return rc;
}

BENCH(voice_srtp_out, "voice.srtp.out", "us CPU a packet", 0.5, true)
{
    double in_us;

    return measure(SRTP_PROFILE_GCM, value_out, &in_us, why);
}

BENCH(voice_srtp_in, "voice.srtp.in", "us CPU a packet", 0.5, true)
{
    double out_us;

    return measure(SRTP_PROFILE_GCM, &out_us, value_out, why);
}

/* The profile of browsers that do not know GCM. */
BENCH(voice_srtp_cm_out, "voice.srtp.cm.out", "us CPU a packet", 0.5, true)
{
    double in_us;

    return measure(SRTP_PROFILE_CM, value_out, &in_us, why);
}

BENCH(voice_srtp_cm_in, "voice.srtp.cm.in", "us CPU a packet", 0.5, true)
{
    double out_us;

    return measure(SRTP_PROFILE_CM, &out_us, value_out, why);
}
