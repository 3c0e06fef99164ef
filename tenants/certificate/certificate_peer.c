/* The receipts of other nodes inside a certificate (federation/purge_receipt.h makes them): by
 * a key of the registry's line about the peer, their leaf under a checkpoint of the peer's log.
 */
#include "tenants/certificate/certificate_priv.h"

#include "node/base/clock.h"
#include "node/db/merkle.h"
#include "node/db/note.h"

#define AHEAD_US MINUTE_US /* how far behind the town's clock a peer's may be */

struct peer_doc {
    struct jws jws;
    struct span member; /* the registry's line */
};

static enum err bad(size_t n, const char *what, struct fail *why)
{
    return fail_set(why, ERR_PROTO, "peer %zu: %s", n, what);
}

/* The key of that name among those the registry's line lists for requests. */
static enum err key_find(const struct peer_doc *doc, struct arena *arena, size_t n,
                         struct jws_key **key_out, struct fail *why)
{
    struct span rest = canon_member(doc->member, "keys"), item, raw;

    *key_out = NULL;
    while (canon_item(&rest, &item)) {
        if (!span_eq(canon_member_text(item, "use", arena), SPAN("request")) ||
            !canon_bytes(canon_member(item, "ed25519"), arena, &raw) || raw.len != 32 ||
            jws_key_open_ed25519(raw.p, key_out, NULL) != ERR_OK)
            continue;
        if (strcmp(jws_key_kid(*key_out), doc->jws.signatures[0].kid) == 0)
            return ERR_OK;
        jws_key_close(key_out);
    }
    return bad(n, "signed with a key that the registry does not list", why);
}

static bool proof_read(struct span receipt, struct arena *arena, struct merkle_proof *out)
{
    struct span rest = canon_member(receipt, "proof"), item, hash;

    *out = (struct merkle_proof){.n = 0};
    if (!canon_is_list(rest))
        return false;
    for (; canon_item(&rest, &item); out->n++) {
        if (out->n == MERKLE_PROOF_CAP ||
            !canon_bytes(canon_member(item, "hash"), arena, &hash) || hash.len != HASH256_BYTES)
            return false;
        memcpy(out->at[out->n].b, hash.p, HASH256_BYTES);
    }
    return true;
}

static bool leaf_is_there(struct span receipt, struct arena *arena)
{
    int64_t index = canon_member_int(receipt, "leaf");
    struct merkle_proof proof;
    struct note_key key;
    struct hash256 leaf;
    struct note note;
    struct span hash;

    if (index < 0 || !canon_bytes(canon_member(receipt, "leaf_hash"), arena, &hash) ||
        hash.len != HASH256_BYTES || !proof_read(receipt, arena, &proof))
        return false;
    memcpy(leaf.b, hash.p, HASH256_BYTES);
    return note_key_parse(canon_member_text(receipt, "log_key", arena), &key, NULL) == ERR_OK &&
           note_parse(canon_member_text(receipt, "checkpoint", arena), &note, NULL) == ERR_OK &&
           note_check(&note, &key, NULL) == ERR_OK && (uint64_t)index < note.size &&
           merkle_is_included(&leaf, (uint64_t)index, note.size, &proof, &note.root);
}

static enum err about(const struct certificate_facts *facts,
                      const struct certificate_peer *peer, struct span member, size_t n,
                      struct fail *why)
{
    struct id from, by, of;
    int64_t at_utc_us;

    if (!canon_time(canon_member(peer->receipt, "at"), &at_utc_us) ||
        at_utc_us < facts->steps[CERT_ORDERED].at_utc_us - AHEAD_US)
        return bad(n, "a receipt from before this order", why);
    if (canon_id(canon_member(peer->receipt, "from"), &from) &&
        canon_id(canon_member(peer->receipt, "by"), &by) &&
        canon_id(canon_member(member, "node"), &of) && id_eq(from, facts->paper.node) &&
        id_eq(by, peer->node) && id_eq(of, peer->node))
        return ERR_OK;
    return bad(n, "a receipt of another node or about another", why);
}

static enum err receipt_read(const struct certificate_facts *facts, struct span value,
                             struct span text, struct certificate_peer *peer, size_t n,
                             struct arena *arena, struct fail *why)
{
    struct peer_doc doc;
    struct jws_key *key = NULL;
    char *line;
    enum err rc;

    while (text.len > 0 && text.p[text.len - 1] == '\n')
        text.len--;
    line = arena_printf(arena, "%.*s\n", SPAN_ARG(text));
    doc.member = canon_member_text(value, "member", arena);
    if (line == NULL || doc.member.len == 0)
        return bad(n, "without the registry's line", why);
    rc = jws_read(span_text(line), arena, &doc.jws, why);
    if (rc == ERR_OK &&
        (strcmp(doc.jws.type, CERT_PURGE_TYPE) != 0 || !canon_is(doc.jws.payload)))
        rc = bad(n, "no receipt of a purge", why);
    if (rc == ERR_OK && (jx_check(doc.member, NULL) != ERR_OK || !canon_is(doc.member)))
        rc = bad(n, "the registry's line cannot be read", why);
    peer->receipt = doc.jws.payload;
    if (rc == ERR_OK)
        rc = key_find(&doc, arena, n, &key, why);
    if (rc == ERR_OK)
        rc = jws_check_only(&doc.jws, key, why);
    jws_key_close(&key);
    if (rc == ERR_OK)
        rc = about(facts, peer, doc.member, n, why);
    if (rc == ERR_OK && !leaf_is_there(peer->receipt, arena))
        rc = bad(n, "its leaf is not under its checkpoint", why);
    return rc;
}

static enum err peer_read(struct certificate_facts *facts, struct span value, size_t n,
                          struct arena *arena, struct fail *why)
{
    struct certificate_peer *peer = &facts->peers[n - 1];
    struct span state = canon_member_text(value, "state", arena);
    struct span receipt = canon_member_text(value, "receipt", arena);

    if (!canon_id(canon_member(value, "node"), &peer->node))
        return bad(n, "without an id", why);
    for (size_t i = 0; i + 1 < n; i++)
        if (id_eq(facts->peers[i].node, peer->node))
            return bad(n, "listed twice", why);
    peer->name = canon_member_text(value, "name", arena);
    peer->reason = canon_member_text(value, "text", arena);
    if (canon_member(value, "receipt").len == 0 && span_eq(state, SPAN("unreachable"))) {
        facts->n_missing++;
        return ERR_OK;
    }
    peer->has_receipt = true;
    if (receipt.len == 0 || !span_eq(state, SPAN("receipt")))
        return bad(n, "its receipt is still waited for", why);
    return receipt_read(facts, value, receipt, peer, n, arena, why);
}

enum err cert_peers_read(struct certificate_facts *facts, struct arena *arena, struct fail *why)
{
    struct span purge = canon_member(facts->steps[CERT_PEERS_PURGED].facts, "purge"), rest,
                item;
    enum err rc = ERR_OK;
    size_t n = 0;

    rest = canon_member(purge, "peers");
    if (!canon_is_list(rest))
        return fail_set(why, ERR_PROTO, "peers_purged: no list of peers");
    while (canon_item(&rest, &item))
        n++;
    if (n > CERTIFICATE_PEERS)
        return fail_set(why, ERR_TOO_LARGE, "%zu peers", n);
    facts->peers = arena_alloc(arena, (n + 1) * sizeof *facts->peers);
    if (facts->peers == NULL)
        return fail_set(why, ERR_NOMEM, "%zu peers", n);
    facts->n_peers = n;
    n = 0;
    rest = canon_member(purge, "peers");
    while (rc == ERR_OK && canon_item(&rest, &item))
        rc = peer_read(facts, item, ++n, arena, why);
    if (rc == ERR_OK &&
        (canon_member_int(purge, "n_peers") != (int64_t)facts->n_peers ||
         canon_member_int(purge, "n_receipts") != (int64_t)(facts->n_peers - facts->n_missing)))
        rc = fail_set(why, ERR_PROTO, "peers_purged: the numbers are not those of the list");
    return rc;
}
