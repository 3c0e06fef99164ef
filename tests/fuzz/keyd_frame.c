/* covers: node/base/keyd_frame.c */
/* Whatever is read as a frame is written as the same bytes again. */
#include "node/base/keyd_frame.h"

#include <stdlib.h>

static void same(struct span frame, const uint8_t *out, size_t len)
{
    if (!span_eq(frame, span_of(out, len)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span frame = span_of(data, size);
    struct keyd_request request;
    struct keyd_reply reply;
    uint8_t out[KEYD_FRAME_CAP];
    size_t len;
    enum err rc = keyd_frame_len(frame, &len, NULL);

    if (rc == ERR_OK && (len > KEYD_FRAME_CAP || (len == 0 && size > 1)))
        abort();
    if (keyd_request_read(frame, &request, NULL) == ERR_OK) {
        if (rc != ERR_OK || len != size)
            abort();
        same(frame, out, keyd_request_write(&request, out));
    }
    if (keyd_reply_read(frame, &reply, NULL) == ERR_OK) {
        if (rc != ERR_OK || len != size || keyd_boot_name(reply.status.boot)[0] == '\0')
            abort();
        same(frame, out, keyd_reply_write(&reply, out));
    }
    return 0;
}
