/* covers: federation/registry.c federation/registry_doc.c federation/fed_doc.c */
/* covers: federation/roots.c */
/* Documents of a federation as one text: a registry, an invitation, a request to join or to
 * change a key. What parses is written the same way again; what a parsed registry says can be
 * found again; nothing is believed that no key signed. */
#include <stdlib.h>

#include "tests/unit/federation/made.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void look(const struct registry *r)
{
    const struct fed_thresholds *t = registry_thresholds(r);
    struct fed_head head = registry_head(r);
    struct hash256 prev = registry_prev(r);
    char text[FED_HEAD_TEXT_CAP];

    fed_head_text(&head, text);
    check(strlen(text) >= 18 && t->n_tiers >= 1 &&
          t->tiers[t->n_tiers - 1].population_under == 0);
    check(head.seq > 1 || hash256_eq(&prev, &(struct hash256){{0}}));
    check(registry_expires_utc_us(r) > registry_issued_utc_us(r) &&
          registry_federation(r)[0] != '\0' && registry_name_ja(r).len > 0);
    for (int i = 0; i < registry_n_members(r); i++) {
        const struct fed_member *m = registry_member_at(r, i), *found;
        const struct fed_key *key;

        check(registry_member(r, m->node) == m);
        check(registry_member_by_endpoint(r, span_text(m->endpoint)) == m);
        for (int k = 0; k < m->n_keys; k++) {
            enum fed_code code =
                registry_key_find(r, span_text(m->keys[k].kid), MADE_NOW, &found, &key);

            check(code != FED_OK || (found == m && key == &m->keys[k] && !key->is_revoked));
        }
        (void)registry_key_find(r, span_text(m->contract), MADE_NOW, &found, &key);
    }
    for (int i = 0; i < FED_ROOTS_N; i++) {
        const struct fed_member *found;
        const struct fed_key *key;

        check(registry_key_at(r, span_text(registry_roots(r)[i].kid), MADE_NOW, &found, &key) !=
              FED_OK);
    }
    check(registry_member_by_endpoint(r, SPAN_NONE) == NULL);
}

static void try_registry(struct span bytes, struct arena *arena)
{
    struct registry *r = NULL, *again;
    struct registry_doc doc = {.members = NULL};
    struct span written;

    if (registry_parse(bytes, &r, NULL) != ERR_OK)
        return;
    check(registry_doc_read(bytes, arena, &doc, NULL) == ERR_OK);
    check(registry_doc_write(&doc, arena, &written, NULL) == ERR_OK && span_eq(written, bytes));
    look(r);
    again = registry_ref(r);
    registry_unref(&r);
    registry_unref(&again);
}

/* A node that knows nothing but its roots, and one that has a registry whose roots were others
 * before: made once. */
static struct trust_view pinned = {.has_pins = true, .federation = "hinata", .least_seq = 1};
static struct trust_view settled;
static struct trust_time last = {.issued_utc_us = MADE_NOW};

static void begin(void)
{
    static struct arena *arena;
    struct made_key roots[FED_ROOTS_N];

    if (arena != NULL)
        return;
    check(arena_create(65536, &arena, NULL) == ERR_OK);
    made_roots(roots);
    for (int i = 0; i < FED_ROOTS_N; i++)
        pinned.pins[i] = roots[i].key;
    settled = pinned;
    check(registry_parse(made_registry(2, arena), &settled.now, NULL) == ERR_OK);
    settled.has_roots_before = true;
    for (int i = 0; i < FED_ROOTS_N; i++) {
        char kid[FED_KID_CAP];

        snprintf(kid, sizeof kid, "hinata-root-%d", i + 7);
        settled.roots_before[i] = made_key(kid, 40 + i).key;
    }
    last.head = registry_head(settled.now);
}

static void try_judge(const struct trust_view *view, struct span bytes, struct span lines,
                      const struct fed_sigs *sigs, struct arena *arena)
{
    const struct fed_public *roots = view->now == NULL ? view->pins : registry_roots(view->now);
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct registry *candidate = NULL;
    int n = 0;

    check(trust_judge(view, bytes, lines, MADE_NOW, &verdict, &candidate, NULL) == ERR_OK);
    check(trust_verdict_id(verdict)[0] != '\0' && trust_verdict_ja(verdict)[0] != '\0');
    check((trust_verdict_code(verdict) == FED_OK) ==
          (verdict == TRUST_TAKEN || verdict == TRUST_KNOWN));
    if (verdict == TRUST_TAKEN)
        check(fed_doc_signers(FED_DOC_REGISTRY, bytes, sigs, roots, FED_ROOTS_N, arena, &n,
                              NULL) == ERR_OK &&
              n >= FED_ROOTS_NEEDED);
    registry_unref(&candidate);
}

static void try_time(struct span bytes, struct span lines, struct arena *arena)
{
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct trust_time time;
    struct span written;

    check(trust_time_judge(settled.now, NULL, bytes, lines, MADE_NOW, &verdict, &time, NULL) ==
          ERR_OK);
    if (verdict == TRUST_TAKEN)
        check(trust_time_write(&time, arena, &written, NULL) == ERR_OK &&
              span_eq(written, bytes) && time.expires_utc_us > MADE_NOW);
    check(trust_time_judge(settled.now, &last, bytes, lines, MADE_NOW, &verdict, &time, NULL) ==
          ERR_OK);
}

static void try_asked(struct span whole, struct arena *arena)
{
    struct fed_invitation invitation;
    struct fed_join join;
    struct fed_rotation rotation;
    struct fed_sigs sigs;
    struct span bytes, written, doc, lines;
    char code[FED_CHECK_CODE_CAP];

    check(fed_doc_split(whole, &doc, &lines, NULL) == ERR_OK);
    if (fed_invitation_read(whole, FED_ANY_TIME, arena, &invitation, NULL) == ERR_OK) {
        check(fed_invitation_write(&invitation, arena, &written, NULL) == ERR_OK &&
              span_eq(written, doc));
        fed_roots_code(invitation.federation, invitation.roots, code);
        check(strlen(code) == FED_CHECK_CODE_CAP - 1);
        (void)!fed_invitation_read(whole, MADE_NOW, arena, &invitation, NULL);
    }
    if (fed_join_read(whole, MADE_NOW, arena, &join, NULL) == ERR_OK)
        check(fed_join_write(&join, arena, &written, NULL) == ERR_OK && span_eq(written, doc));
    if (fed_rotation_read(whole, MADE_NOW, arena, &rotation, &sigs, &bytes, NULL) == ERR_OK)
        check(fed_rotation_write(&rotation, arena, &written, NULL) == ERR_OK &&
              span_eq(written, doc));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span whole = span_of(data, size), bytes, lines, again;
    struct arena *arena = NULL;
    struct fed_sigs sigs;

    begin();
    check(arena_create(65536, &arena, NULL) == ERR_OK);
    try_registry(whole, arena);
    if (fed_doc_split(whole, &bytes, &lines, NULL) == ERR_OK) {
        check(fed_doc_join(bytes, lines, arena, &again, NULL) == ERR_OK &&
              span_eq(again, whole));
        try_registry(bytes, arena);
        if (fed_sigs_read(lines, &sigs, NULL) == ERR_OK) {
            struct span line, text = SPAN_NONE;

            for (int i = 0; i < sigs.n; i++) {
                check(fed_sig_line(&sigs.at[i], arena, &line, NULL) == ERR_OK);
                text =
                    span_text(arena_printf(arena, "%.*s%.*s", SPAN_ARG(text), SPAN_ARG(line)));
            }
            check(span_eq(text, lines));
            try_judge(&pinned, bytes, lines, &sigs, arena);
            try_judge(&settled, bytes, lines, &sigs, arena);
        }
        try_time(bytes, lines, arena);
        try_asked(whole, arena);
    }
    arena_destroy(&arena);
    return 0;
}
