#include "federation/registry_next.h"

#include "node/base/jx_scalar.h"

static const struct registry_tier_doc public_tiers[] = {{2000, 0}, {25000, 20}, {0, 10}};
#define PUBLIC_TIERS_N (sizeof public_tiers / sizeof public_tiers[0])
#define ROUND_TO       5

static enum err no_memory(struct fail *why)
{
    return fail_set(why, ERR_NOMEM, "a registry");
}

static struct span public_span(struct arena *arena, const struct fed_public *key)
{
    return arena_copy(arena, span_of(key->ed25519, FED_PUBLIC_BYTES));
}

static enum err set_roots(struct registry_draft *draft, const struct fed_public *roots,
                          const struct span *holders_ja, struct fail *why)
{
    struct registry_root_doc *docs = arena_alloc(draft->arena, FED_ROOTS_N * sizeof *docs);

    if (docs == NULL)
        return no_memory(why);
    for (int i = 0; i < FED_ROOTS_N; i++) {
        docs[i] =
            (struct registry_root_doc){arena_copy(draft->arena, span_text(roots[i].kid)),
                                       public_span(draft->arena, &roots[i]), holders_ja[i]};
        if (docs[i].kid.p == NULL || docs[i].ed25519.p == NULL)
            return no_memory(why);
    }
    draft->doc.head.roots = (struct jx_list){docs, FED_ROOTS_N};
    return ERR_OK;
}

enum err registry_draft_first(const struct registry_first *first, int64_t now_utc_us,
                              int64_t life_us, struct arena *arena, struct registry_draft *out,
                              struct fail *why)
{
    struct registry_tier_doc *tiers = arena_alloc(arena, sizeof public_tiers);
    struct registry_head_doc *head = &out->doc.head;

    if (tiers == NULL)
        return no_memory(why);
    memcpy(tiers, public_tiers, sizeof public_tiers);
    *out =
        (struct registry_draft){.arena = arena, .now_utc_us = now_utc_us, .is_changed = true};
    head->federation = first->federation;
    head->name_ja = first->name_ja;
    head->seq = 1;
    head->issued_utc_us = now_utc_us;
    head->expires_utc_us = now_utc_us + life_us;
    head->threshold = FED_ROOTS_NEEDED;
    head->min_client = FED_PROTOCOL;
    head->thresholds.coordinator_k = first->coordinator_k;
    head->thresholds.round_to = ROUND_TO;
    head->thresholds.tiers = (struct jx_list){tiers, PUBLIC_TIERS_N};
    return set_roots(out, first->roots, first->holders_ja, why);
}

enum err registry_draft_begin(struct span bytes, int64_t now_utc_us, int64_t life_us,
                              struct arena *arena, struct registry_draft *out, struct fail *why)
{
    struct registry *before = NULL;
    struct registry_head_doc *head = &out->doc.head;
    struct hash256 hash = hash256_of(bytes);
    struct span prev = arena_copy(arena, hash256_span(&hash));
    enum err rc = prev.p == NULL ? no_memory(why) : registry_parse(bytes, &before, why);

    registry_unref(&before);
    *out = (struct registry_draft){.arena = arena, .now_utc_us = now_utc_us};
    if (rc == ERR_OK)
        rc = registry_doc_read(bytes, arena, &out->doc, why);
    if (rc != ERR_OK)
        return rc;
    if (now_utc_us <= head->issued_utc_us)
        return fail_set(why, ERR_INVALID, "the one before was issued later than now");
    head->seq++;
    head->prev = prev;
    head->has_prev = true;
    head->issued_utc_us = now_utc_us;
    head->expires_utc_us = now_utc_us + life_us;
    return ERR_OK;
}

enum err registry_draft_end(struct registry_draft *draft, struct span *bytes_out,
                            struct fail *why)
{
    struct registry *registry = NULL;
    struct span bytes;
    enum err rc = registry_doc_write(&draft->doc, draft->arena, &bytes, why);

    if (rc == ERR_OK)
        rc = registry_parse(bytes, &registry, why);
    registry_unref(&registry);
    if (rc == ERR_OK)
        *bytes_out = bytes;
    return rc;
}

/* ---- looking ---- */

static struct registry_member_doc *find_member(struct registry_draft *draft, struct id node)
{
    for (int64_t i = 0; i < draft->doc.head.n_members; i++)
        if (id_eq(draft->doc.members[i].node, node))
            return &draft->doc.members[i];
    return NULL;
}

static struct registry_key_doc *find_key(struct registry_member_doc *member, struct span kid)
{
    struct registry_key_doc *keys = member->keys.at;

    for (size_t i = 0; i < member->keys.n; i++)
        if (span_eq(keys[i].kid, kid))
            return &keys[i];
    return NULL;
}

static struct registry_member_doc *member_of_kid(struct registry_draft *draft, struct span kid)
{
    for (int64_t i = 0; i < draft->doc.head.n_members; i++)
        if (find_key(&draft->doc.members[i], kid) != NULL)
            return &draft->doc.members[i];
    return NULL;
}

static const struct registry_revoked_doc *find_revoked(const struct registry_draft *draft,
                                                       struct span kid)
{
    for (int64_t i = 0; i < draft->doc.head.n_revoked; i++)
        if (span_eq(draft->doc.revoked[i].kid, kid))
            return &draft->doc.revoked[i];
    return NULL;
}

/* A kid or a key that anybody has, or that was revoked once, is nobody else's. */
static bool is_taken(struct registry_draft *draft, const struct fed_public *key)
{
    const struct registry_root_doc *roots = draft->doc.head.roots.at;
    struct span kid = span_text(key->kid), bytes = span_of(key->ed25519, FED_PUBLIC_BYTES);

    for (int i = 0; i < FED_ROOTS_N; i++)
        if (span_eq(roots[i].kid, kid) || span_eq(roots[i].ed25519, bytes))
            return true;
    for (int64_t i = 0; i < draft->doc.head.n_members; i++) {
        const struct registry_key_doc *keys = draft->doc.members[i].keys.at;

        for (size_t k = 0; k < draft->doc.members[i].keys.n; k++)
            if (span_eq(keys[k].kid, kid) || span_eq(keys[k].ed25519, bytes))
                return true;
    }
    return find_revoked(draft, kid) != NULL;
}

/* ---- keys ---- */

/* Behind the keys there are; the oldest goes when there is no more room: evidence it signed is
 * checked by the registries of its time. */
static enum err add_key(struct registry_draft *draft, struct registry_member_doc *member,
                        const struct fed_public *key, int64_t life_us, struct fail *why)
{
    const struct registry_key_doc *old = member->keys.at;
    size_t n = member->keys.n, skip = n == FED_KEYS_MOST ? 1 : 0;
    struct registry_key_doc *keys = arena_alloc(draft->arena, (n + 1) * sizeof *keys);
    struct registry_key_doc *last;

    if (keys == NULL)
        return no_memory(why);
    for (size_t i = skip; i < n; i++)
        keys[i - skip] = old[i];
    n -= skip;
    last = &keys[n];
    *last = (struct registry_key_doc){
        .kid = arena_copy(draft->arena, span_text(key->kid)),
        .ed25519 = public_span(draft->arena, key),
        .not_before_utc_us = draft->now_utc_us,
        .not_after_utc_us = draft->now_utc_us + life_us,
        .use = FED_KEY_REQUEST,
    };
    if (last->kid.p == NULL || last->ed25519.p == NULL)
        return no_memory(why);
    member->keys = (struct jx_list){keys, n + 1};
    draft->is_changed = true;
    return ERR_OK;
}

enum err registry_draft_rotate(struct registry_draft *draft,
                               const struct fed_rotation *rotation, const struct fed_sigs *sigs,
                               struct span bytes, int64_t overlap_us, int64_t key_life_us,
                               struct fail *why)
{
    struct registry_member_doc *member = find_member(draft, rotation->node);
    struct registry_key_doc *old =
        member == NULL ? NULL : find_key(member, span_text(rotation->old_kid));
    struct fed_public old_key = {.kid = ""};
    int n = 0;
    enum err rc;

    if (old == NULL || !span_eq(rotation->federation, draft->doc.head.federation))
        return fail_set(why, ERR_NOT_FOUND, "no such member or key");
    if (overlap_us < FED_OVERLAP_LEAST_US || key_life_us <= overlap_us)
        return fail_set(why, ERR_INVALID, "an old key is good a day longer at least");
    if (old->use != FED_KEY_REQUEST || find_revoked(draft, old->kid) != NULL ||
        draft->now_utc_us < old->not_before_utc_us ||
        draft->now_utc_us >= old->not_after_utc_us)
        return fail_set(why, ERR_DENIED, "the old key may not sign");
    memcpy(old_key.kid, rotation->old_kid, sizeof old_key.kid);
    memcpy(old_key.ed25519, old->ed25519.p, FED_PUBLIC_BYTES);
    rc = fed_doc_signers(FED_DOC_ROTATION, bytes, sigs, &old_key, 1, draft->arena, &n, why);
    if (rc == ERR_OK && n != 1)
        return fail_set(why, ERR_DENIED, "the old key did not sign");
    if (rc == ERR_OK && is_taken(draft, &rotation->key))
        return fail_set(why, ERR_CONFLICT, "the new kid or key is there already");
    if (rc != ERR_OK)
        return rc;
    rc = add_key(draft, member, &rotation->key, key_life_us, why);
    old = rc == ERR_OK ? find_key(member, span_text(rotation->old_kid)) : NULL;
    if (old != NULL && old->not_after_utc_us > draft->now_utc_us + overlap_us)
        old->not_after_utc_us = draft->now_utc_us + overlap_us;
    return rc;
}

/* Bytewise, the shorter of two that begin alike first: as strcmp orders kids. */
static int span_order(struct span a, struct span b)
{
    int order = memcmp(a.p, b.p, a.len < b.len ? a.len : b.len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

enum err registry_draft_revoke(struct registry_draft *draft, struct span kid, int reason,
                               int64_t at_utc_us, struct fail *why)
{
    const struct registry_member_doc *member = member_of_kid(draft, kid);
    int64_t n = draft->doc.head.n_revoked, at = 0;
    struct registry_revoked_doc *rows =
        arena_alloc(draft->arena, (size_t)(n + 1) * sizeof *rows);
    struct span own = arena_copy(draft->arena, kid);

    if (rows == NULL || own.p == NULL)
        return no_memory(why);
    if (member == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such key");
    if (find_revoked(draft, kid) != NULL)
        return fail_set(why, ERR_CONFLICT, "it was revoked before");
    if (reason < 0 || jx_choice_at(REGISTRY_REASONS, reason).len == 0)
        return fail_set(why, ERR_INVALID, "no such reason");
    while (at < n && span_order(draft->doc.revoked[at].kid, own) < 0)
        at++;
    if (n > 0) {
        memcpy(rows, draft->doc.revoked, (size_t)at * sizeof *rows);
        memcpy(rows + at + 1, draft->doc.revoked + at, (size_t)(n - at) * sizeof *rows);
    }
    rows[at] = (struct registry_revoked_doc){own, member->node, at_utc_us, reason};
    draft->doc.revoked = rows;
    draft->doc.head.n_revoked = n + 1;
    draft->is_changed = true;
    return ERR_OK;
}

/* ---- members ---- */

static enum err set_roles(struct registry_draft *draft, unsigned roles, struct jx_texts *out,
                          struct fail *why)
{
    struct span *texts = arena_alloc(draft->arena, FED_ROLE_N * sizeof *texts);

    if (texts == NULL)
        return no_memory(why);
    *out = (struct jx_texts){texts, 0};
    for (int role = 0; role < FED_ROLE_N; role++)
        if ((roles & FED_ROLE_BIT(role)) != 0)
            texts[out->n++] = jx_choice_at(FED_ROLES, role);
    return out->n > 0 ? ERR_OK : fail_set(why, ERR_INVALID, "no role");
}

static enum err set_pins(struct registry_draft *draft, const struct fed_join *join,
                         struct jx_list *out, struct fail *why)
{
    struct registry_spki_doc *pins = arena_alloc(draft->arena, FED_SPKI_MOST * sizeof *pins);

    if (pins == NULL)
        return no_memory(why);
    for (int i = 0; i < join->n_spki; i++) {
        pins[i].sha256 = arena_copy(draft->arena, span_of(join->spki[i], FED_SPKI_BYTES));
        if (pins[i].sha256.p == NULL)
            return no_memory(why);
    }
    *out = (struct jx_list){pins, (size_t)join->n_spki};
    return ERR_OK;
}

static enum err check_invitation(const struct registry_draft *draft,
                                 const struct fed_invitation *invitation, struct fail *why)
{
    const struct registry_root_doc *roots = draft->doc.head.roots.at;

    if (!span_eq(invitation->federation, draft->doc.head.federation))
        return fail_set(why, ERR_DENIED, "an invitation to another federation");
    for (int i = 0; i < FED_ROOTS_N; i++)
        if (!span_eq(roots[i].ed25519, span_of(invitation->roots[i].ed25519, FED_PUBLIC_BYTES)))
            return fail_set(why, ERR_DENIED, "an invitation by other roots");
    return ERR_OK;
}

static enum err check_terms(const struct registry_draft *draft,
                            const struct registry_terms *terms, struct fail *why)
{
    if (!fed_kid_is_good(terms->contract) || terms->from_utc_us >= terms->to_utc_us ||
        terms->to_utc_us <= draft->now_utc_us)
        return fail_field(why, ERR_INVALID, "contract", "its number or its dates");
    if (terms->tier < 0 || terms->tier >= (int)draft->doc.head.thresholds.tiers.n)
        return fail_field(why, ERR_INVALID, "tier", "no such tier");
    if (terms->capacity < 0 || terms->capacity > 10000)
        return fail_field(why, ERR_INVALID, "capacity", "0 to 10,000");
    return ERR_OK;
}

static bool endpoint_is_taken(struct registry_draft *draft, const struct fed_join *join)
{
    for (int64_t i = 0; i < draft->doc.head.n_members; i++)
        if (span_eq(draft->doc.members[i].endpoint, join->endpoint) &&
            !id_eq(draft->doc.members[i].node, join->node))
            return true;
    return false;
}

/* Room for one more; it doubles, so that a nation can be put together one by one. */
static enum err make_room(struct registry_draft *draft, struct fail *why)
{
    int64_t n = draft->doc.head.n_members;
    struct registry_member_doc *all;

    if (n < draft->n_room)
        return ERR_OK;
    all = arena_alloc(draft->arena, (size_t)(2 * n + 8) * sizeof *all);
    if (all == NULL)
        return no_memory(why);
    if (n > 0)
        memcpy(all, draft->doc.members, (size_t)n * sizeof *all);
    draft->doc.members = all;
    draft->n_room = 2 * n + 8;
    return ERR_OK;
}

/* Its place among the others, by id. */
static enum err put_member(struct registry_draft *draft,
                           const struct registry_member_doc *member, struct fail *why)
{
    struct registry_member_doc *there = find_member(draft, member->node), *all;
    int64_t n = draft->doc.head.n_members, at = n;
    enum err rc;

    if (there != NULL) {
        *there = *member;
        return ERR_OK;
    }
    rc = make_room(draft, why);
    if (rc != ERR_OK)
        return rc;
    all = draft->doc.members;
    for (; at > 0 && memcmp(all[at - 1].node.b, member->node.b, 16) > 0; at--)
        all[at] = all[at - 1];
    all[at] = *member;
    draft->doc.head.n_members = n + 1;
    return ERR_OK;
}

enum err registry_draft_admit(struct registry_draft *draft, const struct fed_join *join,
                              const struct registry_terms *terms, struct fail *why)
{
    const struct registry_member_doc *there = find_member(draft, join->node);
    struct registry_member_doc member = {.node = join->node};
    enum err rc = check_invitation(draft, &join->invitation, why);

    if (rc == ERR_OK)
        rc = check_terms(draft, terms, why);
    if (rc == ERR_OK && is_taken(draft, &join->key))
        return fail_set(why, ERR_CONFLICT, "the kid or key is there already");
    if (rc == ERR_OK && endpoint_is_taken(draft, join))
        return fail_set(why, ERR_CONFLICT, "another member has this endpoint");
    if (rc != ERR_OK)
        return rc;
    if (there != NULL)
        member.keys = there->keys;
    member.code = join->code;
    member.has_code = join->code.len > 0;
    member.name_ja = join->name_ja;
    member.endpoint = join->endpoint;
    member.tier = terms->tier;
    member.capacity = terms->capacity;
    member.contract.id = terms->contract;
    member.contract.from_utc_us = terms->from_utc_us;
    member.contract.to_utc_us = terms->to_utc_us;
    rc = set_roles(draft, terms->roles, &member.roles, why);
    if (rc == ERR_OK)
        rc = set_pins(draft, join, &member.spki, why);
    if (rc == ERR_OK)
        rc = add_key(draft, &member, &join->key, terms->key_life_us, why);
    return rc == ERR_OK ? put_member(draft, &member, why) : rc;
}

enum err registry_draft_leave(struct registry_draft *draft, struct id node, struct fail *why)
{
    struct registry_member_doc *member = find_member(draft, node);

    if (member == NULL)
        return fail_set(why, ERR_NOT_FOUND, "no such member");
    if (member->contract.to_utc_us <= draft->now_utc_us)
        return fail_set(why, ERR_CONFLICT, "its contract has ended");
    member->contract.to_utc_us = draft->now_utc_us;
    if (member->contract.from_utc_us >= draft->now_utc_us) /* it had not even begun */
        member->contract.from_utc_us = draft->now_utc_us - SECOND_US;
    draft->is_changed = true;
    return ERR_OK;
}

enum err registry_draft_roots(struct registry_draft *draft,
                              const struct fed_public roots[FED_ROOTS_N], struct fail *why)
{
    const struct registry_root_doc *old = draft->doc.head.roots.at;
    struct span holders[FED_ROOTS_N];

    for (int i = 0; i < FED_ROOTS_N; i++)
        holders[i] = old[i].holder_ja;
    for (int i = 0; i < FED_ROOTS_N; i++)
        if (is_taken(draft, &roots[i]))
            return fail_set(why, ERR_CONFLICT, "a root's kid or key is there already");
    draft->is_changed = true;
    return set_roots(draft, roots, holders, why);
}
