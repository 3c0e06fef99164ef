#include "federation/registry.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "federation/registry_doc.h"
#include "node/base/clock.h"
#include "node/base/hex.h"
#include "node/base/jx_scalar.h"
#include "node/base/unconst.h"

#define CHUNK_BYTES ((size_t)128 * 1024)

/* One kid of the registry: of a member, of a root (key NULL), or only among the revoked ones
 * because its member was taken out (key NULL as well). */
struct kid_at {
    char kid[FED_KID_CAP];
    const struct fed_member *member;
    struct fed_key *key;
};

struct endpoint_at {
    const struct fed_member *member;
};

struct registry {
    atomic_int n_refs;
    struct arena *arena;
    char federation[FED_FEDERATION_CAP];
    struct span name_ja;
    struct fed_head head;
    struct hash256 prev;
    int64_t issued_utc_us, expires_utc_us;
    struct fed_public roots[FED_ROOTS_N];
    struct fed_thresholds thresholds;
    struct fed_member *members; /* by node id */
    int n_members;
    struct kid_at *kids; /* by kid */
    int n_kids;
    struct endpoint_at *by_endpoint;
};

#define BAD(why, ...) fail_set((why), ERR_PROTO, __VA_ARGS__)

void fed_head_text(const struct fed_head *head, char text_out[FED_HEAD_TEXT_CAP])
{
    int n = snprintf(text_out, FED_HEAD_TEXT_CAP - 16, "%lld:", (long long)head->seq);

    *hex_write(head->sha256.b, 8, text_out + n) = '\0';
}

/* ---- from lines to members ---- */

static enum err take_kid(struct span text, char kid_out[FED_KID_CAP], struct fail *why)
{
    if (!fed_kid_is_good(text))
        return BAD(why, "a name that is not of a-z, 0-9 and hyphens");
    memcpy(kid_out, text.p, text.len);
    kid_out[text.len] = '\0';
    return ERR_OK;
}

static enum err take_thresholds(const struct registry_head_doc *doc, struct fed_thresholds *out,
                                struct fail *why)
{
    const struct registry_tier_doc *tiers = doc->thresholds.tiers.at;
    int n = (int)doc->thresholds.tiers.n;

    out->coordinator_k = (int)doc->thresholds.coordinator_k;
    out->round_to = (int)doc->thresholds.round_to;
    out->n_tiers = n;
    for (int i = 0; i < n; i++) {
        out->tiers[i] = (struct fed_tier){tiers[i].population_under, (int)tiers[i].hide_under};
        if ((i == n - 1) != (tiers[i].population_under == 0) ||
            (i > 0 && i < n - 1 && tiers[i].population_under <= tiers[i - 1].population_under))
            return BAD(why, "tiers rise, and the last one alone has no bound");
    }
    return ERR_OK;
}

static enum err take_roots(const struct registry_head_doc *doc, struct registry *r,
                           struct fail *why)
{
    const struct registry_root_doc *roots = doc->roots.at;

    for (int i = 0; i < FED_ROOTS_N; i++) {
        if (take_kid(roots[i].kid, r->roots[i].kid, why) != ERR_OK)
            return ERR_PROTO;
        memcpy(r->roots[i].ed25519, roots[i].ed25519.p, FED_PUBLIC_BYTES);
        for (int k = 0; k < i; k++)
            if (memcmp(r->roots[k].ed25519, r->roots[i].ed25519, FED_PUBLIC_BYTES) == 0)
                return BAD(why, "two roots with one key");
    }
    return ERR_OK;
}

static enum err take_head(const struct registry_head_doc *doc, struct registry *r,
                          struct fail *why)
{
    enum err rc = take_kid(doc->federation, r->federation, why);

    if (rc == ERR_OK && doc->min_client > FED_PROTOCOL)
        return fail_set(why, ERR_CONFLICT, "for protocol %d and later", (int)doc->min_client);
    if (rc == ERR_OK && doc->has_prev != (doc->seq > 1))
        return BAD(why, "the first registry has none before it, every other one has");
    if (rc == ERR_OK && (doc->expires_utc_us <= doc->issued_utc_us ||
                         doc->expires_utc_us - doc->issued_utc_us > FED_EXPIRES_MOST_US))
        return BAD(why, "it expires within seven days of its issue");
    if (rc == ERR_OK)
        rc = take_roots(doc, r, why);
    if (rc == ERR_OK)
        rc = take_thresholds(doc, &r->thresholds, why);
    if (rc != ERR_OK)
        return rc;
    r->name_ja = arena_copy(r->arena, doc->name_ja);
    if (r->name_ja.p == NULL)
        return fail_set(why, ERR_NOMEM, "a name");
    r->head.seq = doc->seq;
    r->issued_utc_us = doc->issued_utc_us;
    r->expires_utc_us = doc->expires_utc_us;
    if (doc->has_prev)
        memcpy(r->prev.b, doc->prev.p, sizeof r->prev.b);
    return ERR_OK;
}

bool fed_endpoint_is_good(struct span text)
{
    const uint8_t *colon = text.len == 0 ? NULL : memchr(text.p, ':', text.len);
    struct span host, port;
    int64_t number;

    if (colon == NULL || text.len >= FED_ENDPOINT_CAP)
        return false;
    host = span_of(text.p, (size_t)(colon - text.p));
    port = span_from(text, host.len + 1);
    if (host.len == 0 || host.len > 253 || host.p[0] == '.' || host.p[0] == '-' ||
        !jx_i64_parse(port, &number) || number < 1 || number > 65535)
        return false;
    for (size_t i = 0; i < host.len; i++)
        if (!((host.p[i] >= 'a' && host.p[i] <= 'z') ||
              (host.p[i] >= '0' && host.p[i] <= '9') || host.p[i] == '-' ||
              (host.p[i] == '.' && host.p[i - 1] != '.')))
            return false;
    return true;
}

bool fed_code_is_good(struct span code)
{
    for (size_t i = 0; i < code.len; i++)
        if (code.p[i] < '0' || code.p[i] > '9')
            return false;
    return code.len == FED_CODE_CAP - 1;
}

/* Each once, in the order of FED_ROLES. */
static enum err take_roles(const struct jx_texts *texts, unsigned *roles_out, struct fail *why)
{
    int last = -1;

    if (texts->n == 0)
        return BAD(why, "no role");
    for (size_t i = 0; i < texts->n; i++) {
        int role = jx_choice_find(FED_ROLES, texts->at[i]);

        if (role <= last)
            return BAD(why, "a role that is none, or out of order");
        *roles_out |= FED_ROLE_BIT(role);
        last = role;
    }
    return ERR_OK;
}

static enum err take_keys(const struct registry_member_doc *doc, struct arena *arena,
                          struct fed_member *out, struct fail *why)
{
    const struct registry_key_doc *docs = doc->keys.at;
    struct fed_key *keys = arena_alloc(arena, doc->keys.n * sizeof *keys);

    if (keys == NULL)
        return fail_set(why, ERR_NOMEM, "keys of a member");
    for (size_t i = 0; i < doc->keys.n; i++) {
        if (take_kid(docs[i].kid, keys[i].kid, why) != ERR_OK)
            return ERR_PROTO;
        memcpy(keys[i].ed25519, docs[i].ed25519.p, FED_PUBLIC_BYTES);
        keys[i].not_before_utc_us = docs[i].not_before_utc_us;
        keys[i].not_after_utc_us = docs[i].not_after_utc_us;
        keys[i].use = (enum fed_key_use)docs[i].use;
        if (docs[i].not_before_utc_us >= docs[i].not_after_utc_us ||
            (i > 0 && docs[i].not_before_utc_us < docs[i - 1].not_before_utc_us))
            return BAD(why, "keys stand in the order in which they begin, and end later");
    }
    out->keys = keys;
    out->n_keys = (int)doc->keys.n;
    return ERR_OK;
}

static enum err take_member(const struct registry_member_doc *doc, const struct registry *r,
                            struct fed_member *out, struct fail *why)
{
    const struct registry_spki_doc *pins = doc->spki.at;
    enum err rc;

    if (id_is_none(doc->node) || !fed_endpoint_is_good(doc->endpoint) ||
        (doc->has_code && !fed_code_is_good(doc->code)) || doc->tier >= r->thresholds.n_tiers ||
        doc->contract.from_utc_us >= doc->contract.to_utc_us)
        return BAD(why, "node, endpoint, code, tier or contract");
    out->node = doc->node;
    out->name_ja = arena_copy(r->arena, doc->name_ja);
    if (out->name_ja.p == NULL)
        return fail_set(why, ERR_NOMEM, "a name");
    out->tier = (int)doc->tier;
    out->capacity = (int)doc->capacity;
    out->contract_from_utc_us = doc->contract.from_utc_us;
    out->contract_to_utc_us = doc->contract.to_utc_us;
    memcpy(out->endpoint, doc->endpoint.p, doc->endpoint.len);
    if (doc->has_code)
        memcpy(out->code, doc->code.p, doc->code.len);
    for (size_t i = 0; i < doc->spki.n; i++)
        memcpy(out->spki[i], pins[i].sha256.p, FED_SPKI_BYTES);
    out->n_spki = (int)doc->spki.n;
    rc = take_kid(doc->contract.id, out->contract, why);
    if (rc == ERR_OK)
        rc = take_roles(&doc->roles, &out->roles, why);
    return rc == ERR_OK ? take_keys(doc, r->arena, out, why) : rc;
}

static enum err take_members(const struct registry_doc *doc, struct registry *r,
                             struct fail *why)
{
    r->n_members = (int)doc->head.n_members;
    r->members = arena_alloc(r->arena, (size_t)r->n_members * sizeof *r->members + 1);
    if (r->members == NULL)
        return fail_set(why, ERR_NOMEM, "%d members", r->n_members);
    for (int i = 0; i < r->n_members; i++) {
        struct fail inner = {.code = ERR_OK};
        enum err rc = take_member(&doc->members[i], r, &r->members[i], &inner);

        if (rc != ERR_OK)
            return fail_set(why, rc, "line %d: %s", i + 3, inner.text);
        if (i > 0 && memcmp(r->members[i - 1].node.b, r->members[i].node.b, 16) >= 0)
            return BAD(why, "line %d: members stand once, in the order of their ids", i + 3);
    }
    return ERR_OK;
}

/* ---- indexes ---- */

static int kid_order(const void *a, const void *b)
{
    return strcmp(((const struct kid_at *)a)->kid, ((const struct kid_at *)b)->kid);
}

static int kid_find_order(const void *kid, const void *at)
{
    return strcmp(kid, ((const struct kid_at *)at)->kid);
}

static struct kid_at *kid_find(const struct registry *r, const char *kid)
{
    return bsearch(kid, r->kids, (size_t)r->n_kids, sizeof *r->kids, kid_find_order);
}

/* Every kid of roots and members once. */
static enum err index_kids(struct registry *r, int n_extra, struct fail *why)
{
    size_t most = FED_ROOTS_N + (size_t)n_extra;

    for (int i = 0; i < r->n_members; i++)
        most += (size_t)r->members[i].n_keys;
    r->kids = arena_alloc(r->arena, most * sizeof *r->kids);
    if (r->kids == NULL)
        return fail_set(why, ERR_NOMEM, "kids");
    for (int i = 0; i < FED_ROOTS_N; i++)
        memcpy(r->kids[r->n_kids++].kid, r->roots[i].kid, FED_KID_CAP);
    for (int i = 0; i < r->n_members; i++)
        for (int k = 0; k < r->members[i].n_keys; k++) {
            struct kid_at *at = &r->kids[r->n_kids++];
            const struct fed_key *key = &r->members[i].keys[k];

            memcpy(at->kid, key->kid, FED_KID_CAP);
            at->member = &r->members[i];
            at->key = unconst(key); /* of our own arena; take_revoked marks it */
        }
    qsort(r->kids, (size_t)r->n_kids, sizeof *r->kids, kid_order);
    for (int i = 1; i < r->n_kids; i++)
        if (kid_order(&r->kids[i - 1], &r->kids[i]) == 0)
            return BAD(why, "the kid %s twice", r->kids[i].kid);
    return ERR_OK;
}

static int key_order(const void *a, const void *b)
{
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, FED_PUBLIC_BYTES);
}

/* One key under two names would let one node speak as two. */
static enum err check_keys(const struct registry *r, struct fail *why)
{
    const uint8_t **keys = calloc((size_t)r->n_kids, sizeof *keys);
    enum err rc = ERR_OK;
    int n = 0;

    if (keys == NULL)
        return fail_set(why, ERR_NOMEM, "keys");
    for (int i = 0; i < FED_ROOTS_N; i++)
        keys[n++] = r->roots[i].ed25519;
    for (int i = 0; i < r->n_kids; i++)
        if (r->kids[i].key != NULL)
            keys[n++] = r->kids[i].key->ed25519;
    qsort(keys, (size_t)n, sizeof *keys, key_order);
    for (int i = 1; rc == ERR_OK && i < n; i++)
        if (key_order(&keys[i - 1], &keys[i]) == 0)
            rc = BAD(why, "one key under two kids");
    free(keys);
    return rc;
}

static int endpoint_order(const void *a, const void *b)
{
    return strcmp(((const struct endpoint_at *)a)->member->endpoint,
                  ((const struct endpoint_at *)b)->member->endpoint);
}

static enum err index_endpoints(struct registry *r, struct fail *why)
{
    r->by_endpoint = arena_alloc(r->arena, (size_t)r->n_members * sizeof *r->by_endpoint + 1);
    if (r->by_endpoint == NULL)
        return fail_set(why, ERR_NOMEM, "endpoints");
    for (int i = 0; i < r->n_members; i++)
        r->by_endpoint[i].member = &r->members[i];
    qsort(r->by_endpoint, (size_t)r->n_members, sizeof *r->by_endpoint, endpoint_order);
    for (int i = 1; i < r->n_members; i++)
        if (endpoint_order(&r->by_endpoint[i - 1], &r->by_endpoint[i]) == 0)
            return BAD(why, "two members at one endpoint");
    return ERR_OK;
}

/* Marks the keys; a kid whose member was taken out is kept so that it is told apart from one
 * that never was. */
static enum err take_revoked(const struct registry_doc *doc, struct registry *r,
                             struct fail *why)
{
    char last[FED_KID_CAP] = "", kid[FED_KID_CAP];
    int n_known = r->n_kids;

    for (int64_t i = 0; i < doc->head.n_revoked; i++) {
        const struct registry_revoked_doc *row = &doc->revoked[i];
        struct kid_at *at;

        if (take_kid(row->kid, kid, why) != ERR_OK)
            return ERR_PROTO;
        if (strcmp(last, kid) >= 0)
            return BAD(why, "revoked kids stand once, in their order");
        memcpy(last, kid, sizeof last);
        at = bsearch(kid, r->kids, (size_t)n_known, sizeof *r->kids, kid_find_order);
        if (at == NULL) {
            memcpy(r->kids[r->n_kids++].kid, kid, FED_KID_CAP);
            continue;
        }
        if (at->key == NULL || !id_eq(at->member->node, row->node))
            return BAD(why, "the revoked kid %s is another's", kid);
        at->key->is_revoked = true;
        at->key->revoked_utc_us = row->at_utc_us;
    }
    qsort(r->kids, (size_t)r->n_kids, sizeof *r->kids, kid_order);
    return ERR_OK;
}

enum err registry_parse(struct span bytes, struct registry **out, struct fail *why)
{
    struct registry *r = calloc(1, sizeof *r);
    struct arena *lines = NULL; /* what the lines are read into: gone when they are taken */
    struct registry_doc doc = {.members = NULL};
    enum err rc;

    *out = NULL;
    if (r == NULL)
        return fail_set(why, ERR_NOMEM, "a registry");
    atomic_init(&r->n_refs, 1);
    rc = bytes.len > FED_DOC_CAP ? fail_set(why, ERR_PROTO, "%zu bytes", bytes.len)
                                 : arena_create(CHUNK_BYTES, &r->arena, why);
    if (rc == ERR_OK)
        rc = arena_create(CHUNK_BYTES, &lines, why);
    if (rc == ERR_OK)
        rc = registry_doc_read(bytes, lines, &doc, why);
    if (rc == ERR_OK)
        rc = take_head(&doc.head, r, why);
    if (rc == ERR_OK)
        rc = take_members(&doc, r, why);
    if (rc == ERR_OK)
        rc = index_kids(r, (int)doc.head.n_revoked, why);
    if (rc == ERR_OK)
        rc = check_keys(r, why);
    if (rc == ERR_OK)
        rc = index_endpoints(r, why);
    if (rc == ERR_OK)
        rc = take_revoked(&doc, r, why);
    r->head.sha256 = hash256_of(bytes);
    arena_destroy(&lines);
    if (rc != ERR_OK)
        registry_unref(&r);
    *out = r;
    return rc;
}

struct registry *registry_ref(struct registry *registry)
{
    atomic_fetch_add(&registry->n_refs, 1);
    return registry;
}

void registry_unref(struct registry **registry)
{
    struct registry *r = *registry;

    *registry = NULL;
    if (r == NULL || atomic_fetch_sub(&r->n_refs, 1) != 1)
        return;
    arena_destroy(&r->arena);
    free(r);
}

/* ---- looking ---- */

const char *registry_federation(const struct registry *registry)
{
    return registry->federation;
}

struct span registry_name_ja(const struct registry *registry)
{
    return registry->name_ja;
}

struct fed_head registry_head(const struct registry *registry)
{
    return registry->head;
}

struct hash256 registry_prev(const struct registry *registry)
{
    return registry->prev;
}

int64_t registry_issued_utc_us(const struct registry *registry)
{
    return registry->issued_utc_us;
}

int64_t registry_expires_utc_us(const struct registry *registry)
{
    return registry->expires_utc_us;
}

const struct fed_public *registry_roots(const struct registry *registry)
{
    return registry->roots;
}

const struct fed_thresholds *registry_thresholds(const struct registry *registry)
{
    return &registry->thresholds;
}

int registry_n_members(const struct registry *registry)
{
    return registry->n_members;
}

const struct fed_member *registry_member_at(const struct registry *registry, int i)
{
    invariant(i >= 0 && i < registry->n_members, "member %d", i);
    return &registry->members[i];
}

static int node_find_order(const void *node, const void *member)
{
    return memcmp(((const struct id *)node)->b, ((const struct fed_member *)member)->node.b,
                  sizeof(struct id));
}

const struct fed_member *registry_member(const struct registry *registry, struct id node)
{
    return bsearch(&node, registry->members, (size_t)registry->n_members,
                   sizeof *registry->members, node_find_order);
}

static int endpoint_find_order(const void *endpoint, const void *at)
{
    return strcmp(endpoint, ((const struct endpoint_at *)at)->member->endpoint);
}

const struct fed_member *registry_member_by_endpoint(const struct registry *registry,
                                                     struct span endpoint)
{
    char text[FED_ENDPOINT_CAP] = "";
    const struct endpoint_at *at;

    if (endpoint.len == 0 || endpoint.len >= sizeof text)
        return NULL;
    memcpy(text, endpoint.p, endpoint.len);
    at = bsearch(text, registry->by_endpoint, (size_t)registry->n_members,
                 sizeof *registry->by_endpoint, endpoint_find_order);
    return at == NULL ? NULL : at->member;
}

enum fed_code registry_key_at(const struct registry *registry, struct span kid, int64_t utc_us,
                              const struct fed_member **member_out,
                              const struct fed_key **key_out)
{
    char text[FED_KID_CAP] = "";
    const struct kid_at *at;

    *member_out = NULL;
    *key_out = NULL;
    if (!fed_kid_is_good(kid))
        return FED_UNKNOWN_KEY;
    memcpy(text, kid.p, kid.len);
    at = kid_find(registry, text);
    if (at == NULL)
        return FED_UNKNOWN_KEY;
    if (at->key == NULL) {
        for (int i = 0; i < FED_ROOTS_N; i++)
            if (strcmp(registry->roots[i].kid, text) == 0)
                return FED_UNKNOWN_KEY; /* roots sign documents, not requests */
        return FED_NOT_MEMBER;
    }
    if (at->key->use != FED_KEY_REQUEST || utc_us < at->key->not_before_utc_us ||
        utc_us >= at->key->not_after_utc_us ||
        (at->key->is_revoked && utc_us >= at->key->revoked_utc_us))
        return FED_UNKNOWN_KEY;
    *member_out = at->member;
    *key_out = at->key;
    return FED_OK;
}

bool fed_member_is_in_contract(const struct fed_member *member, int64_t utc_us)
{
    return utc_us >= member->contract_from_utc_us && utc_us < member->contract_to_utc_us;
}

enum fed_code registry_key_find(const struct registry *registry, struct span kid,
                                int64_t now_utc_us, const struct fed_member **member_out,
                                const struct fed_key **key_out)
{
    enum fed_code code = registry_key_at(registry, kid, now_utc_us, member_out, key_out);

    if (code == FED_OK && !fed_member_is_in_contract(*member_out, now_utc_us)) {
        *member_out = NULL;
        *key_out = NULL;
        return FED_CONTRACT_ENDED;
    }
    /* A kid stays revoked in the eyes of requests even if its time of revocation lies ahead of
     * our clock: the clock may be the one that is wrong. */
    if (code == FED_OK && (*key_out)->is_revoked) {
        *member_out = NULL;
        *key_out = NULL;
        return FED_UNKNOWN_KEY;
    }
    return code;
}
