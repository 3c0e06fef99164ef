/* federation/trust_json.h - what the node says and is asked about its federation on the admin
 * socket; `ibasho federation` reads and writes by the same shapes.  Threads: const data. */
#ifndef FEDERATION_TRUST_JSON_H
#define FEDERATION_TRUST_JSON_H

#include "federation/trust.h"
#include "node/base/route.h"

/* GET /api/v1/admin/federation. Texts may be empty; times of what is not there are absent. */
struct federation_status {
    bool has_roots, has_registry, is_split, is_fresh, is_behind, is_spoilt;
    struct span federation, roots_code, sha256, own_kid, waiting_kid;
    int64_t seq, n_members, split_seq, n_claims;
    int64_t taken, expires, time_expires, own_not_after, contract_to;
    bool has_taken, has_expires, has_time_expires, has_own_not_after, has_contract_to;
};
extern const struct jx_shape federation_status_shape;

/* POST /api/v1/admin/federation/join */
#define FED_INVITATION_TEXT_MOST 8192
struct federation_join {
    struct span invitation; /* its one text */
    struct span endpoint, name_ja;
    struct span code, kid; /* kid without "-N"; by default of node.origin */
    bool has_code, has_kid;
    struct jx_list spki; /* struct federation_pin */
};
struct federation_pin {
    struct span sha256;
};
extern const struct jx_shape federation_join_shape;

/* POST /api/v1/admin/federation/registry */
struct federation_taken {
    struct span verdict;
    int64_t seq; /* in force now */
};
extern const struct jx_shape federation_taken_shape;

/* POST /api/v1/admin/federation/settlement */
struct federation_settle {
    int64_t seq;
};
extern const struct jx_shape federation_settle_shape;

#define TRUST_ROUTES_N 6
extern const struct route trust_routes[TRUST_ROUTES_N]; /* trust_http.c */

#endif
