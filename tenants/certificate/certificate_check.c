#include <stdlib.h>

#include "node/base/hex.h"
#include "tenants/certificate/certificate_priv.h"

static enum err check_signer(const struct jws *jws, const struct certificate_facts *facts,
                             struct fail *why)
{
    struct jws_key *key = NULL;
    enum err rc = jws_key_open_ed25519(facts->erasure_key, &key, why);

    if (rc == ERR_OK)
        rc = jws_check_only(jws, key, why);
    jws_key_close(&key);
    return rc;
}

static enum err town_open(struct span pem, struct span wanted, struct certificate_facts *facts,
                          struct jws_key **town_out, struct fail *why)
{
    struct jws_key *other = NULL;
    enum err rc = jws_key_open_certificate(pem, town_out, why);

    if (rc == ERR_OK && jws_key_alg(*town_out) != JWS_RS256)
        rc = fail_set(why, ERR_PROTO, "the municipality's key is no RSA key");
    if (rc == ERR_OK)
        *hex_write(jws_key_certificate_sha256(*town_out), HASH256_BYTES, facts->town_sha256) =
            '\0';
    if (rc == ERR_OK && wanted.len > 0)
        rc = jws_key_open_certificate(wanted, &other, why);
    if (rc == ERR_OK && wanted.len > 0 &&
        memcmp(jws_key_certificate_sha256(other), jws_key_certificate_sha256(*town_out),
               HASH256_BYTES) != 0)
        rc = fail_set(why, ERR_DENIED, "another municipality's certificate than that at hand");
    jws_key_close(&other);
    return rc;
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, HASH256_BYTES);
}

/* The names that were looked for and found nowhere, as hashes, sorted. */
static enum err scanned_read(struct span hits, struct arena *arena, struct hash256 **at_out,
                             size_t *n_out, struct fail *why)
{
    struct span rest = hits, item;
    struct hash256 *at;
    size_t n = 0;

    while (canon_item(&rest, &item))
        n++;
    at = arena_alloc(arena, (n + 1) * sizeof *at);
    if (at == NULL)
        return fail_set(why, ERR_NOMEM, "%zu names", n);
    n = 0;
    for (rest = hits; canon_item(&rest, &item); n++)
        if (canon_member_int(item, "hits") != 0 ||
            !canon_hex(canon_member(item, "name_sha256"), at[n].b, HASH256_BYTES))
            return fail_set(why, ERR_PROTO, "scanned: entry %zu is no name without hits", n);
    if (n > 1)
        qsort(at, n, sizeof *at, by_hash);
    for (size_t i = 1; i < n; i++)
        if (hash256_eq(&at[i - 1], &at[i]))
            return fail_set(why, ERR_PROTO, "scanned: a name stands twice");
    *at_out = at;
    *n_out = n;
    return ERR_OK;
}

static enum err check_scan(const struct certificate_facts *facts, struct arena *arena,
                           struct fail *why)
{
    struct span scan = facts->steps[CERT_SCANNED].facts, hits = canon_member(scan, "hits");
    const struct town_canary *names = facts->order.canaries.at;
    struct hash256 *at = NULL;
    size_t n = 0;
    enum err rc;

    if (!canon_is_list(hits) || canon_member_int(scan, "n_hits") != 0)
        return fail_set(why, ERR_PROTO, "scanned: something was found, or nothing is said");
    rc = scanned_read(hits, arena, &at, &n, why);
    if (rc == ERR_OK && canon_member_int(scan, "n_names") != (int64_t)n)
        rc = fail_set(why, ERR_PROTO, "scanned: the number of names is not that of the list");
    for (size_t i = 0; i < facts->order.canaries.n && rc == ERR_OK; i++) {
        struct hash256 hash = hash256_of(names[i].name);

        if (n == 0 || bsearch(&hash, at, n, sizeof *at, by_hash) == NULL)
            rc = fail_set(why, ERR_PROTO, "scanned: canary %zu was not looked for", i);
    }
    return rc;
}

static enum err check_claims(const struct certificate_facts *facts, struct fail *why)
{
    const struct certificate_claim *at = facts->paper.claims.at;
    struct certificate_claim want[CERT_N_CLAIMS];
    size_t n = cert_claims(facts, want);

    if (facts->paper.claims.n != n)
        return fail_set(why, ERR_PROTO, "%zu claims, %zu are wanted", facts->paper.claims.n, n);
    for (size_t i = 0; i < n; i++)
        if (at[i].class != want[i].class || !span_eq(at[i].code, want[i].code))
            return fail_set(why, ERR_PROTO, "claim %zu is not what the journal gives", i);
    return ERR_OK;
}

static enum err check_within(const struct jws *jws, struct span town_pem, struct arena *arena,
                             struct certificate_facts *facts, struct fail *why)
{
    struct jws_key *town = NULL;
    int64_t last_utc_us = 0;
    enum err rc = cert_journal_read(facts, arena, &last_utc_us, why);

    if (rc == ERR_OK)
        rc = check_signer(jws, facts, why);
    if (rc == ERR_OK && facts->paper.issued_utc_us < last_utc_us)
        rc = fail_set(why, ERR_PROTO, "issued before its last step");
    if (rc == ERR_OK)
        rc = town_open(facts->paper.town_certificate, town_pem, facts, &town, why);
    if (rc == ERR_OK)
        rc = cert_town_read(facts, town, arena, why);
    jws_key_close(&town);
    if (rc == ERR_OK)
        rc = cert_peers_read(facts, arena, why);
    if (rc == ERR_OK)
        rc = check_scan(facts, arena, why);
    return rc == ERR_OK ? check_claims(facts, why) : rc;
}

enum err certificate_check(struct span text, struct span town, struct arena *arena,
                           struct certificate_facts *facts_out, struct fail *why)
{
    struct hash256 hash = hash256_of(text);
    struct jws jws;
    enum err rc = jws_read(text, arena, &jws, why);

    memset(facts_out, 0, sizeof *facts_out);
    if (rc == ERR_OK)
        rc = jws_read_shape(&jws, CERTIFICATE_TYPE, &certificate_shape, arena,
                            &facts_out->paper, why);
    if (rc == ERR_OK)
        rc = check_within(&jws, town, arena, facts_out, why);
    *hex_write(hash.b, sizeof hash.b, facts_out->sha256) = '\0';
    return rc;
}
