/* voice.memory: what the process grows by for each session that has shaken hands and spoken, of
 * 2,000. Clients live here too while they connect; what they leave is given back before. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/bench.h"
#include "tests/unit/voice/peer.h"

#define N_WARM     100 /* pages that are taken once are not counted */
#define N_SESSIONS 2000

static enum err resident_bytes(double *bytes_out, struct fail *why)
{
    char line[128] = "", *second;
    FILE *f = fopen("/proc/self/statm", "r");

    malloc_trim(0);
    if (f != NULL) {
        if (fgets(line, sizeof line, f) == NULL)
            line[0] = '\0';
        fclose(f);
    }
    second = strchr(line, ' '); /* pages: of all, then resident */
    if (second == NULL)
        return fail_set(why, ERR_IO, "/proc/self/statm");
    *bytes_out = strtod(second, NULL) * (double)sysconf(_SC_PAGESIZE);
    return ERR_OK;
}

static bool come_one(struct peers *peers, int session)
{
    static const struct dtls_client_wish wish = {0};
    static struct peer peer;
    bool ok = peer_init(&peer, peers, session, &wish, true) && peer_connect(&peer, peers);

    if (ok) {
        uint8_t packet[VOICE_PACKET_MAX];

        endpoint_feed(peers->endpoint, &peer.way,
                      span_of(packet, peer_rtp(&peer, 1, 1, 60, packet)), 0);
    }
    endpoint_send(peers->endpoint, session, SPAN("\x80\x6f\0\1\0\0\0\0\0\0\0\1speech"));
    peer_run(&peer, peers);
    ok = ok && peer.n_heard == 1 && peers->n_packets == session + 1;
    peer_fini(&peer);
    return ok;
}

static enum err come(struct peers *peers, int first, int n, struct fail *why)
{
    for (int i = first; i < first + n; i++)
        if (!come_one(peers, i))
            return fail_set(why, ERR_INTERNAL, "session %d", i);
    return ERR_OK;
}

BENCH(voice_memory, "voice.memory", "bytes a session", 65536, true)
{
    static struct peers peers;
    double before = 0, after = 0;
    enum err rc = peers_init(&peers) ? ERR_OK : fail_set(why, ERR_INTERNAL, "an endpoint");

    if (rc == ERR_OK)
        rc = come(&peers, 0, N_WARM, why);
    if (rc == ERR_OK)
        rc = resident_bytes(&before, why);
    if (rc == ERR_OK)
        rc = come(&peers, N_WARM, N_SESSIONS - N_WARM, why);
    if (rc == ERR_OK)
        rc = resident_bytes(&after, why);
    *value_out = (after - before) / (N_SESSIONS - N_WARM);
    peers_fini(&peers);
    return rc;
}
