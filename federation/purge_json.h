/* federation/purge_json.h - what the admin socket says of the purge, for the route and the
 * command that reads it. Threads: const data. */
#ifndef FEDERATION_PURGE_JSON_H
#define FEDERATION_PURGE_JSON_H

#include "node/base/jx.h"

enum purge_peer_state { PURGE_HAS_RECEIPT, PURGE_OUTSTANDING, PURGE_UNREACHABLE };
struct purge_peer_shown {
    struct id node;
    int state; /* enum purge_peer_state */
    struct span name, code, code_ja, receipt, member, box;
    int64_t since_utc_us, n_asked, received_utc_us, next_utc_us, registry;
    bool has_receipt, has_next;
};
enum purge_shown_state { PURGE_SHOWN_NONE, PURGE_SHOWN_ASKED, PURGE_SHOWN_DONE };
struct purge_shown {
    int state; /* enum purge_shown_state; done: nobody is asked any more */
    int64_t begun_utc_us, until_utc_us, n_peers, n_receipts;
    struct id escrow;
    bool has_begun, has_escrow;
    struct jx_list peers; /* struct purge_peer_shown */
};
extern const struct jx_shape purge_shown_shape;

#endif
