/* covers: voice/sdp.c */
/* A browser's offer: what is taken is answered, and the answer holds nothing but lines. */
#include <stdlib.h>

#include "voice/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct sdp_local local = {
        .ufrag = "u", .pwd = "p", .addresses = {"192.0.2.1"}, .udp_port = 1, .tcp_port = 2};
    char answer[SDP_ANSWER_CAP];
    struct sdp_offer offer;
    struct fail why;
    size_t len;

    if (sdp_read_offer(span_of(data, size), &offer, &why) != ERR_OK)
        return 0;
    len = sdp_write_answer(&offer, &local, answer, sizeof answer);
    for (size_t i = 0; i < len; i++)
        if ((answer[i] < ' ' && answer[i] != '\r' && answer[i] != '\n') || answer[i] == 127)
            abort();
    for (int i = 0; i < SDP_SECTIONS; i++)
        if (offer.mids[i][0] == '\0' || offer.opus_type > 127 || offer.level_id > 14 ||
            offer.mid_id > 14)
            abort();
    return 0;
}
