/* federation/registry.h - who belongs to a federation: its nodes, their keys, endpoints, pins
 * and contracts, and how small a number may be told (CARD-5, CARD-6, CARD-11; design section
 * 6). A struct registry is immutable and comes from bytes whose signatures held; it is shared
 * by reference count.
 * Threads: any; look-ups only read.  Owns: its own arena with everything it points to. */
#ifndef FEDERATION_REGISTRY_H
#define FEDERATION_REGISTRY_H

#include "federation/fed_code.h"
#include "federation/fed_doc.h"
#include "node/base/clock.h"
#include "node/base/id.h"
#include "node/db/hash256.h"

#define FED_MEMBERS_MOST     2000 /* 1,741 municipalities and 47 prefectures */
#define FED_KEYS_MOST        8    /* of a member, old ones too */
#define FED_SPKI_MOST        4
#define FED_SPKI_BYTES       32 /* SHA-256 of the certificate's SubjectPublicKeyInfo */
#define FED_REVOKED_MOST     4000
#define FED_ENDPOINT_CAP     262 /* "host:port", lower case, and a NUL */
#define FED_CODE_CAP         7   /* municipality code of JIS X 0402 with its check digit */
#define FED_TIERS_MOST       8
#define FED_ROOTS_N          3
#define FED_ROOTS_NEEDED     2
#define FED_FEDERATION_CAP   41 /* name of the federation: as a kid */
#define FED_EXPIRES_MOST_US  (7 * DAY_US)
#define FED_OVERLAP_LEAST_US DAY_US /* of an old key and the new one */
#define FED_PROTOCOL \
    1 /* what this program speaks; a registry may ask for more (min_client) \
       */

enum fed_key_use { FED_KEY_REQUEST, FED_KEY_ESCROW };

struct fed_key {
    char kid[FED_KID_CAP];
    uint8_t ed25519[FED_PUBLIC_BYTES];
    int64_t not_before_utc_us, not_after_utc_us; /* good from .. until before */
    enum fed_key_use use;
    bool is_revoked;
    int64_t revoked_utc_us; /* what it signed from then on is void */
};

enum fed_role {
    FED_ROLE_HOST,
    FED_ROLE_GUEST,
    FED_ROLE_KPI,
    FED_ROLE_COORDINATOR,
    FED_ROLE_WITNESS,
    FED_ROLE_N
};
#define FED_ROLES          "host|guest|kpi|coordinator|witness"
#define FED_ROLE_BIT(role) (1u << (role))

struct fed_member {
    struct id node;
    char code[FED_CODE_CAP]; /* "" for a prefecture's node */
    struct span name_ja;
    int tier;       /* index into registry_thresholds()->tiers */
    unsigned roles; /* of FED_ROLE_BIT */
    char endpoint[FED_ENDPOINT_CAP];
    uint8_t spki[FED_SPKI_MOST][FED_SPKI_BYTES];
    int n_spki;
    char contract[FED_KID_CAP];                       /* number of the contract */
    int64_t contract_from_utc_us, contract_to_utc_us; /* from .. until before */
    int capacity;                                     /* seats it may be given in one class */
    const struct fed_key *keys;
    int n_keys;
};

/* The two threshold profiles (design section 6, CARD-5). coordinator: under contract, cells
 * under k are hidden. public: by the municipality's population; a cell of 1 to hide_under - 1
 * is hidden, 0 means that no cell of the tier is released; what is released is rounded. */
struct fed_tier {
    int64_t population_under; /* 0: no bound (the last one) */
    int hide_under;
};
struct fed_thresholds {
    int coordinator_k;
    struct fed_tier tiers[FED_TIERS_MOST];
    int n_tiers;
    int round_to;
};

struct fed_head {
    int64_t seq;
    struct hash256 sha256; /* of the document's bytes, signatures not included */
};
#define FED_HEAD_TEXT_CAP 40
/* "SEQ:16 hex digits" as in the header ibasho-reg. */
void fed_head_text(const struct fed_head *head, char text_out[FED_HEAD_TEXT_CAP]);

/* "host:port": a name or IPv4 address in lower case, a port without zeros in front. */
bool fed_endpoint_is_good(struct span endpoint);
bool fed_code_is_good(struct span code); /* six digits */

struct registry;

/* Reads a document that verified (trust.h does that; the caller answers for it). Everything the
 * header says is checked: one federation, sequence, previous hash from the second on, expiry at
 * most seven days after issue, three roots, unique nodes, kids and endpoints, keys in order,
 * tiers rising, revoked kids. ERR_PROTO: not so, why says where; ERR_CONFLICT: another major
 * version or a newer protocol. The caller owns one reference. */
NODISCARD enum err registry_parse(struct span bytes, struct registry **out, struct fail *why);
struct registry *registry_ref(struct registry *registry);
void registry_unref(struct registry **registry); /* NULL is fine; leaves NULL */

const char *registry_federation(const struct registry *registry);
struct span registry_name_ja(const struct registry *registry); /* of the federation */
struct fed_head registry_head(const struct registry *registry);
struct hash256 registry_prev(const struct registry *registry); /* zeros for sequence 1 */
int64_t registry_issued_utc_us(const struct registry *registry);
int64_t registry_expires_utc_us(const struct registry *registry);
const struct fed_public *registry_roots(const struct registry *registry); /* FED_ROOTS_N */
const struct fed_thresholds *registry_thresholds(const struct registry *registry);
int registry_n_members(const struct registry *registry);
const struct fed_member *registry_member_at(const struct registry *registry, int i);
/* Borrowed from the registry. NULL: none. */
const struct fed_member *registry_member(const struct registry *registry, struct id node);
/* By "host:port". */
const struct fed_member *registry_member_by_endpoint(const struct registry *registry,
                                                     struct span endpoint);

/* Who may speak now with this kid, by the caller's own clock (a contract ends without any
 * message). FED_OK: both are set. FED_UNKNOWN_KEY: no such kid, not yet or no longer good,
 * revoked, or not for requests. FED_NOT_MEMBER: its member was taken out. FED_CONTRACT_ENDED:
 * before the contract's first instant or from its last on. */
enum fed_code registry_key_find(const struct registry *registry, struct span kid,
                                int64_t now_utc_us, const struct fed_member **member_out,
                                const struct fed_key **key_out);
/* For evidence: who could sign with it at that instant, contract or not. Same answers. */
enum fed_code registry_key_at(const struct registry *registry, struct span kid, int64_t utc_us,
                              const struct fed_member **member_out,
                              const struct fed_key **key_out);
/* Is this member under contract at that instant? */
bool fed_member_is_in_contract(const struct fed_member *member, int64_t utc_us);

#endif
