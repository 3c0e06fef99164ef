/* covers: node/io/ws_frame.c */
/* A client's bytes (a server's when the first byte is over 127), come at once and in parts,
 * with a clock: the first byte says how long a part is, the second how much time lies between
 * two things read (in sixtieths of a second). However they are cut, the same messages come out,
 * whole and within their bounds, up to the first fault; a text is UTF-8 as the project's other
 * reader of it sees it. */
#include "node/io/ws_frame.h"

#include <stdlib.h>

#include "node/base/utf.h"

#define CHECK(cond) ((cond) ? (void)0 : abort())
#define SAID_CAP    (4 << 20)

struct said {
    uint8_t *bytes;
    size_t len;
    bool is_over;
};

static void put(struct said *said, const void *p, size_t len)
{
    CHECK(said->len + len <= SAID_CAP);
    if (len > 0)
        memcpy(said->bytes + said->len, p, len);
    said->len += len;
}

static void note(struct said *said, enum ws_got got, const struct ws_message *message)
{
    uint32_t facts[4] = {got, (uint32_t)message->close_code, message->fault,
                         (uint32_t)message->payload.len};

    CHECK(!said->is_over);
    CHECK(message->payload.len <= WS_MESSAGE_CAP_BYTES);
    CHECK((got != WS_GOT_TEXT && got != WS_GOT_CLOSE) || utf_is_valid(message->payload));
    CHECK(got < WS_GOT_PING || message->payload.len <= WS_CONTROL_CAP_BYTES);
    CHECK(got != WS_GOT_CLOSE || message->close_code == 1005 ||
          ws_close_code_is_valid(message->close_code));
    CHECK(got != WS_GOT_FAULT || ws_fault_close_code(message->fault) >= 1002);
    said->is_over = got == WS_GOT_CLOSE || got == WS_GOT_FAULT;
    put(said, facts, sizeof facts);
    put(said, message->payload.p, message->payload.len);
}

/* step_us: how far the clock goes on with each thing read, so that it does not depend on how
 * the bytes are cut. */
static void read_in_parts(struct span bytes, bool is_of_server, size_t part, int64_t step_us,
                          struct said *said)
{
    uint8_t *copy = malloc(part);
    struct ws_reader reader;
    int64_t now_us = 0;

    CHECK(copy != NULL);
    if (is_of_server)
        ws_reader_init_of_server(&reader);
    else
        ws_reader_init(&reader);
    for (size_t at = 0; at < bytes.len || ws_reader_has_rest(&reader);) {
        struct ws_bytes some = ws_reader_begin(&reader);
        struct ws_message message;
        enum ws_got got;
        int n_got = 0;

        if (some.len == 0) {
            some = (struct ws_bytes){copy, bytes.len - at < part ? bytes.len - at : part};
            memcpy(copy, bytes.p + at, some.len);
            at += some.len;
        }
        while ((got = ws_reader_next(&reader, &some, now_us, &message)) != WS_GOT_NOTHING &&
               got != WS_GOT_ENOUGH) {
            note(said, got, &message);
            now_us += step_us;
            CHECK(++n_got <= WS_TURN_FRAMES + 1);
        }
        CHECK(ws_reader_end(&reader, some, NULL) == ERR_OK);
        CHECK(reader.message_cap <= WS_MESSAGE_CAP_BYTES && reader.kept_len <= part);
    }
    ws_reader_fini(&reader);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct said whole, cut;
    struct span bytes;

    if (size < 3 || size > 200000)
        return 0;
    if (whole.bytes == NULL) {
        whole.bytes = malloc(SAID_CAP);
        cut.bytes = malloc(SAID_CAP);
        CHECK(whole.bytes != NULL && cut.bytes != NULL);
    }
    whole = (struct said){.bytes = whole.bytes};
    cut = (struct said){.bytes = cut.bytes};
    bytes = span_of(data + 2, size - 2);
    read_in_parts(bytes, data[0] > 127, bytes.len, data[1] * (int64_t)16667, &whole);
    read_in_parts(bytes, data[0] > 127, data[0] + (size_t)1, data[1] * (int64_t)16667, &cut);
    CHECK(whole.len == cut.len && memcmp(whole.bytes, cut.bytes, whole.len) == 0);
    return 0;
}
