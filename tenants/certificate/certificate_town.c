/* The municipality's papers inside a certificate: all signed with its key, all about one bag.
 */
#include "tenants/certificate/certificate_priv.h"

#include "node/base/hex.h"

/* A document that stands in a step's facts. */
static enum err paper_of(struct span facts, const char *name, struct arena *arena,
                         struct span *text_out, struct fail *why)
{
    struct span value = canon_member(facts, name);
    uint8_t *line = canon_is_object(value) ? arena_alloc(arena, value.len + 1) : NULL;

    if (line == NULL)
        return fail_set(why, ERR_PROTO, "no %s stands in the journal", name);
    memcpy(line, value.p, value.len);
    line[value.len] = '\n';
    *text_out = span_of(line, value.len + 1);
    return ERR_OK;
}

static enum err receipt_read(struct certificate_facts *f, const struct jws_key *town,
                             struct arena *arena, struct fail *why)
{
    struct span text, exported = f->steps[CERT_EXPORTED].facts;
    const struct town_receipt *r = &f->receipt;
    enum err rc = paper_of(f->steps[CERT_RECEIPTED].facts, "receipt", arena, &text, why);

    if (rc == ERR_OK)
        rc = town_receipt_open(text, town, arena, &f->receipt, why);
    if (rc != ERR_OK)
        return rc;
    if (f->paper.origin.len == 0) /* while one is made */
        f->paper.origin = r->origin;
    if (!span_eq(r->bag, f->paper.bag) || !id_eq(r->node, f->paper.node) ||
        !id_eq(r->contract, f->paper.contract) || !span_eq(r->origin, f->paper.origin))
        return fail_set(why, ERR_PROTO, "the receipt is of another bag");
    if (!span_eq(canon_member_text(exported, "bag", arena), r->bag) ||
        !span_eq(canon_member_text(exported, "log_root", arena), r->log_root) ||
        canon_member_int(exported, "log_size") != r->log_size ||
        canon_member_int(exported, "n_files") != r->n_files ||
        canon_member_int(exported, "n_bytes") != r->n_bytes)
        return fail_set(why, ERR_PROTO, "receipt and export differ");
    return ERR_OK;
}

static enum err order_read(struct certificate_facts *f, const struct jws_key *town,
                           struct arena *arena, struct fail *why)
{
    struct span text;
    enum err rc = paper_of(f->steps[CERT_ORDERED].facts, "order", arena, &text, why);

    if (rc == ERR_OK)
        rc = town_order_open(text, town, arena, &f->order, why);
    if (rc == ERR_OK &&
        (!span_eq(f->order.bag, f->paper.bag) || !id_eq(f->order.node, f->paper.node) ||
         !id_eq(f->order.contract, f->paper.contract)))
        rc = fail_set(why, ERR_PROTO, "the order is of another bag");
    return rc;
}

static enum err registered(const struct certificate_facts *f, enum certificate_step step,
                           struct arena *arena, struct fail *why)
{
    struct span facts = f->steps[step].facts;

    if (span_eq(canon_member_text(facts, "town_key", arena), span_text(f->town_sha256)) &&
        span_eq(canon_member_text(facts, "bag", arena), f->paper.bag))
        return ERR_OK;
    return fail_set(why, ERR_PROTO, "%s: another certificate or bag than registered",
                    cert_step_id(step));
}

/* Was this name committed to by any of the papers? */
static enum err commitments_read(const struct certificate_facts *f, const struct jws_key *town,
                                 struct arena *arena, struct town_canaries *all,
                                 struct fail *why)
{
    const struct jws_packed *at = f->paper.canaries.at;
    enum err rc = ERR_OK;

    for (size_t i = 0; i < f->paper.canaries.n && rc == ERR_OK; i++) {
        struct span text;

        rc = jws_unpack(&at[i], arena, &text, why);
        if (rc == ERR_OK)
            rc = town_canaries_open(text, town, arena, &all[i], why);
        if (rc == ERR_OK &&
            (!id_eq(all[i].node, f->paper.node) || !id_eq(all[i].contract, f->paper.contract)))
            rc = fail_set(why, ERR_PROTO, "canaries of another contract");
    }
    return rc;
}

static enum err canaries_read(const struct certificate_facts *f, const struct jws_key *town,
                              struct arena *arena, struct fail *why)
{
    const struct town_canary *names = f->order.canaries.at;
    size_t n = f->paper.canaries.n;
    struct town_canaries *all = arena_alloc(arena, (n + 1) * sizeof *all);
    enum err rc = all == NULL ? fail_set(why, ERR_NOMEM, "%zu canary papers", n)
                              : commitments_read(f, town, arena, all, why);

    for (size_t i = 0; i < f->order.canaries.n && rc == ERR_OK; i++) {
        bool is_known = false;

        for (size_t j = 0; j < n && !is_known; j++)
            is_known = town_canary_is_of(&names[i], &all[j]);
        if (!is_known)
            rc = fail_set(why, ERR_PROTO, "canary %zu of the order was never committed to", i);
    }
    return rc;
}

enum err cert_town_read(struct certificate_facts *facts, const struct jws_key *town,
                        struct arena *arena, struct fail *why)
{
    enum err rc = receipt_read(facts, town, arena, why);

    if (rc == ERR_OK)
        rc = order_read(facts, town, arena, why);
    if (rc == ERR_OK)
        rc = registered(facts, CERT_RECEIPTED, arena, why);
    if (rc == ERR_OK)
        rc = registered(facts, CERT_ORDERED, arena, why);
    return rc == ERR_OK ? canaries_read(facts, town, arena, why) : rc;
}
