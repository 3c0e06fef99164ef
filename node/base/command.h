/* node/base/command.h - one row per way in over the WebSocket: the same columns as a route.
 * The realtime server (node/server/live.h) dispatches by them, refuses what has no row, and
 * from them come wire.ts and the authorisation matrix. A handler is a static function beside
 * its table. Handlers run on the live thread and wait for nothing. */
#ifndef NODE_BASE_COMMAND_H
#define NODE_BASE_COMMAND_H

#include "node/base/route.h"

struct command_call; /* node/io/live.h */

struct command {
    const char *name; /* "floor.walk", unique; at most 32 bytes */
    /* Of a binary message: its first byte and its length with it; 0, 0: text. Such a row has
     * no input and no answer: call->bytes is the message. n_bytes_most: of one whose length
     * varies, n_bytes at least and so many at most; 0: it does not vary. */
    uint8_t code, n_bytes;
    uint16_t n_bytes_most;
    /* Of a text whose JSON may be longer than other commands': bytes; 0: it may not
     * (COMMAND_TEXT_CAP_BYTES). */
    unsigned n_json_most;
    unsigned roles; /* of ROLE_BIT */
    enum object_rule object;
    enum audit_class audit;                /* anything but AUDIT_NONE leaves an access record */
    const struct jx_shape *input, *output; /* NULL: {} */
    const char *summary_ja;
    void (*handle)(struct command_call *call);
};

struct command_table {
    const struct command *rows; /* a list of lists ends with n == 0 */
    int n;
};

/* What the server says of itself: {"ev":name,"of":{...}}. */
struct live_event {
    const char *name; /* "people.came", unique */
    const struct jx_shape *shape;
    const char *summary_ja;
};
struct live_event_table {
    const struct live_event *rows;
    int n;
};

#endif
