/* What is asked for without a word that is signed: a registry, of a coordinator. Its roots
 * signed it, so it needs nobody else's word; and a node whose registry is older than the
 * coordinator's newest key could believe no answer of it, ever. */
#include "federation/call.h"
#include "federation/federation_priv.h"
#include "node/base/log.h"

#define ARENA_BYTES 16384
#define STEPS_MOST  200 /* registries fetched one after another */

void gossip_ask_first(struct federation *f, struct arena *arena)
{
    struct fed_member at = {.n_spki = 1}; /* that much is known of it */
    struct fail why = {.code = ERR_OK};
    enum trust_verdict verdict = TRUST_FORM;
    struct span document, bytes, sigs;

    if (!trust_first_place(f->trust, at.endpoint, at.spki[0]))
        return;
    if (fed_call_openly(f, &at, 0, arena, &document, &why) != ERR_OK ||
        fed_doc_split(document, &bytes, &sigs, &why) != ERR_OK ||
        trust_take(f->trust, bytes, sigs, ID_NONE, &verdict, &why) != ERR_OK)
        log_info("fed.no-first", L_TEXT("why", why.text));
    else
        log_info("fed.first", L_TEXT("verdict", trust_verdict_id(verdict)));
}

static int64_t own_seq(struct federation *f)
{
    struct registry *registry = trust_now(f->trust);
    int64_t seq = registry == NULL ? 0 : registry_head(registry).seq;

    registry_unref(&registry);
    return seq;
}

/* The one after ours. */
static enum err fetch_openly(struct federation *f, const struct fed_member *from,
                             struct arena *arena, struct fail *why)
{
    enum trust_verdict verdict = TRUST_FORM;
    struct span document, bytes, sigs;
    int64_t seq = own_seq(f) + 1;
    enum err rc = fed_call_openly(f, from, seq, arena, &document, why);

    if (rc == ERR_OK)
        rc = fed_doc_split(document, &bytes, &sigs, why);
    if (rc == ERR_OK)
        rc = trust_take(f->trust, bytes, sigs, from->node, &verdict, why);
    if (rc == ERR_OK)
        log_info("fed.openly", L_ID("peer", from->node), L_INT("seq", seq),
                 L_TEXT("verdict", trust_verdict_id(verdict)));
    return rc == ERR_OK && verdict != TRUST_TAKEN
               ? fail_set(why, ERR_DENIED, "a registry that is not taken: %s",
                          trust_verdict_id(verdict))
               : rc;
}

enum err gossip_ask_openly(struct federation *f, struct id peer, struct fail *why)
{
    struct registry *registry = trust_now(f->trust);
    const struct fed_member *from = registry == NULL ? NULL : registry_member(registry, peer);
    int64_t first = own_seq(f);
    struct arena *arena = NULL;
    bool is_there = from != NULL && (from->roles & FED_ROLE_BIT(FED_ROLE_COORDINATOR)) != 0;
    enum err rc = is_there ? arena_create(ARENA_BYTES, &arena, why)
                           : fail_set(why, ERR_NOT_FOUND, "no coordinator");

    for (int i = 0; rc == ERR_OK && i < STEPS_MOST && !atomic_load(&f->is_stopping); i++) {
        arena_reset(arena);
        rc = fetch_openly(f, from, arena, why);
    }
    arena_destroy(&arena);
    registry_unref(&registry);
    if (own_seq(f) == first)
        return rc;
    outbox_heard(f, ID_NONE);
    return ERR_OK;
}
