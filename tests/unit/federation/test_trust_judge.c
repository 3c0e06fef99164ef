#include "federation/trust_judge.h"

#include "tests/t.h"
#include "tests/unit/federation/made.h"

static struct arena *arena_new(void)
{
    struct arena *arena = NULL;

    invariant(arena_create(65536, &arena, NULL) == ERR_OK, "memory");
    return arena;
}

static struct trust_view view_pinned(void)
{
    struct made_key roots[FED_ROOTS_N];
    struct trust_view view = {.has_pins = true, .federation = "hinata", .least_seq = 1};

    made_roots(roots);
    for (int i = 0; i < FED_ROOTS_N; i++)
        view.pins[i] = roots[i].key;
    return view;
}

/* The view of a node that has this registry. */
static struct trust_view view_of(struct span bytes)
{
    struct trust_view view = view_pinned();

    invariant(registry_parse(bytes, &view.now, NULL) == ERR_OK, "a registry");
    return view;
}

static enum trust_verdict judge(const struct trust_view *view, struct span bytes,
                                struct span lines, int64_t now_utc_us)
{
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct registry *candidate = NULL;

    T_EQ(trust_judge(view, bytes, lines, now_utc_us, &verdict, &candidate, NULL), ERR_OK,
         "judged");
    T_EQ(candidate != NULL,
         verdict == TRUST_TAKEN || verdict == TRUST_SPLIT || verdict == TRUST_CHAIN ||
             verdict == TRUST_OLD,
         "a registry is given with what may be written");
    registry_unref(&candidate);
    return verdict;
}

T_CASE(two_of_three_roots_and_no_fewer)
{
    struct arena *arena = arena_new();
    struct span bytes = made_registry(2, arena);
    struct trust_view view = view_pinned(), nobody = {.has_pins = false};
    struct made_key roots[FED_ROOTS_N], stranger = made_key("hinata-root-9", 9);
    struct made_key impostor = made_key("hinata-root-2", 9);
    struct made_key *const stranger_too[] = {&roots[0], &stranger};
    struct made_key *const impostor_too[] = {&roots[0], &impostor, &roots[2]};
    struct made_key *const first_last[] = {&roots[2], &roots[0]};

    T_REQ("CARD-11");
    made_roots(roots);
    T_EQ(judge(&view, bytes, made_signed(bytes, 3, arena), MADE_NOW), TRUST_TAKEN, "three");
    T_EQ(judge(&view, bytes, made_signed(bytes, 2, arena), MADE_NOW), TRUST_TAKEN, "two");
    T_EQ(judge(&view, bytes, made_lines(FED_DOC_REGISTRY, bytes, first_last, 2, arena),
               MADE_NOW),
         TRUST_TAKEN, "any two in any order");
    T_EQ(judge(&view, bytes, made_signed(bytes, 1, arena), MADE_NOW), TRUST_SIGNATURES, "one");
    T_EQ(judge(&view, bytes, made_lines(FED_DOC_REGISTRY, bytes, stranger_too, 2, arena),
               MADE_NOW),
         TRUST_SIGNATURES, "one and a stranger");
    T_EQ(judge(&view, bytes, made_lines(FED_DOC_REGISTRY, bytes, impostor_too, 3, arena),
               MADE_NOW),
         TRUST_SIGNATURES, "two good and one false");
    T_EQ(judge(&view, bytes, made_lines(FED_DOC_TIMESTAMP, bytes, first_last, 2, arena),
               MADE_NOW),
         TRUST_SIGNATURES, "signed as something else");
    T_EQ(judge(&view, bytes, SPAN_NONE, MADE_NOW), TRUST_FORM, "no signature");
    T_EQ(judge(&view, bytes, SPAN("x\n"), MADE_NOW), TRUST_FORM, "no signature lines");
    T_EQ(judge(&nobody, bytes, made_signed(bytes, 3, arena), MADE_NOW), TRUST_NO_ROOTS,
         "nothing was pinned");
    arena_destroy(&arena);
}

T_CASE(every_bit_of_a_registry_is_signed)
{
    struct arena *arena = arena_new();
    struct span bytes = made_registry(1, arena), lines = made_signed(bytes, 2, arena);
    struct trust_view view = view_pinned();
    uint8_t *copy = arena_alloc(arena, bytes.len);
    int n_taken = 0;

    T_REQ("CARD-11");
    memcpy(copy, bytes.p, bytes.len);
    for (size_t i = 0; i < bytes.len; i++) {
        enum trust_verdict verdict = TRUST_TAKEN;
        struct registry *candidate = NULL;

        copy[i] ^= (uint8_t)(1u << (i % 8));
        T_EQ(trust_judge(&view, span_of(copy, bytes.len), lines, MADE_NOW, &verdict, &candidate,
                         NULL),
             ERR_OK, "judged");
        n_taken += verdict != TRUST_SIGNATURES;
        registry_unref(&candidate);
        copy[i] = bytes.p[i];
    }
    T_EQ(n_taken, 0, "none was anything but falsely signed");
    arena_destroy(&arena);
}

T_CASE(a_registry_follows_the_one_before)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(2, arena), second, third, other, other_third, b;
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct trust_view at1 = view_of(first), at2;

    T_REQ("CARD-11");
    made_admit(&draft, 2);
    second = made_end(&draft);
    draft = made_next(second, 2 * HOUR_US, arena);
    third = made_end(&draft);
    draft = made_next(first, HOUR_US, arena); /* another second one */
    other = made_end(&draft);
    draft = made_next(other, 2 * HOUR_US, arena);
    other_third = made_end(&draft);
    at2 = view_of(second);
#define JUDGE(view, doc, when) \
    (b = (doc), judge((view), b, made_signed(b, 2, arena), MADE_NOW + (when)))
    T_EQ(JUDGE(&at1, second, HOUR_US), TRUST_TAKEN, "the next");
    T_EQ(JUDGE(&at1, first, HOUR_US), TRUST_KNOWN, "the same");
    T_EQ(JUDGE(&at2, first, HOUR_US), TRUST_OLD, "rollback");
    T_EQ(JUDGE(&at1, third, 2 * HOUR_US), TRUST_GAP, "one is missing");
    T_EQ(JUDGE(&at2, other, 2 * HOUR_US), TRUST_SPLIT, "split view");
    T_EQ(JUDGE(&at2, other_third, 2 * HOUR_US), TRUST_CHAIN, "the next of another past");
    T_EQ(JUDGE(&at2, third, 2 * HOUR_US), TRUST_TAKEN, "the next of ours");
    T_EQ(JUDGE(&at1, second, 30 * DAY_US), TRUST_TAKEN, "a link of the chain may have expired");
    T_EQ(JUDGE(&at1, second, HOUR_US - FED_SKEW_MOST_US - 1), TRUST_TIME, "from the future");
    T_EQ(JUDGE(&at1, second, HOUR_US - FED_SKEW_MOST_US), TRUST_TAKEN, "a clock may lag");
    T_EQ(judge(&at2, other, made_signed(other, 1, arena), MADE_NOW + 2 * HOUR_US),
         TRUST_SIGNATURES, "one root alone cannot split");
    registry_unref(&at1.now);
    registry_unref(&at2.now);
    arena_destroy(&arena);
}

T_CASE(the_first_registry_is_good_now_and_not_older_than_the_invitation)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(2, arena), lines = made_signed(first, 2, arena);
    struct trust_view view = view_pinned();

    T_REQ("CARD-11");
    T_EQ(judge(&view, first, lines, MADE_NOW + FED_EXPIRES_MOST_US - 1), TRUST_TAKEN,
         "its last instant");
    T_EQ(judge(&view, first, lines, MADE_NOW + FED_EXPIRES_MOST_US), TRUST_TIME, "expired");
    T_EQ(judge(&view, first, lines, MADE_NOW - FED_SKEW_MOST_US - 1), TRUST_TIME,
         "from the future");
    view.least_seq = 2;
    T_EQ(judge(&view, first, lines, MADE_NOW), TRUST_OLD, "older than we were invited to");
    view.least_seq = 1;
    memcpy(view.federation, "kaede", 6);
    T_EQ(judge(&view, first, lines, MADE_NOW), TRUST_FEDERATION, "another federation");
    arena_destroy(&arena);
}

T_CASE(signed_nonsense_is_refused_by_its_form)
{
    struct arena *arena = arena_new();
    struct span bytes = made_registry(2, arena), bad;
    struct trust_view view = view_pinned();

    T_REQ("CARD-6 CARD-11");
    bad = made_edit(bytes, "\"v\":1", "\"v\":2", arena);
    T_EQ(judge(&view, bad, made_signed(bad, 2, arena), MADE_NOW), TRUST_VERSION, "version");
    bad = made_edit(bytes, "\"capacity\":30,", "\"capacity\":30,\"capacity\":31,", arena);
    T_EQ(judge(&view, bad, made_signed(bad, 2, arena), MADE_NOW), TRUST_FORM, "a key twice");
    bad = SPAN("hello\n");
    T_EQ(judge(&view, bad, made_signed(bad, 2, arena), MADE_NOW), TRUST_FORM, "no JSON");
    arena_destroy(&arena);
}

T_CASE(roots_change_by_old_and_new_together)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(2, arena), second, third, rival;
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct made_key old[FED_ROOTS_N], fresh[FED_ROOTS_N];
    struct made_key *const both[] = {&old[0], &old[1], &fresh[0], &fresh[1]};
    struct made_key *const one_new[] = {&old[0], &old[1], &fresh[0]};
    struct made_key *const one_old[] = {&old[0], &fresh[0], &fresh[1], &fresh[2]};
    struct made_key *const news[] = {&fresh[0], &fresh[1]};
    struct fed_public keys[FED_ROOTS_N];
    struct trust_view at1 = view_of(first), at2;

    T_REQ("CARD-11");
    made_roots(old);
    for (int i = 0; i < FED_ROOTS_N; i++) {
        char kid[FED_KID_CAP];

        snprintf(kid, sizeof kid, "hinata-root-%d", i + 4);
        fresh[i] = made_key(kid, 20 + i);
        keys[i] = fresh[i].key;
    }
    T_EQ(registry_draft_roots(&draft, keys, NULL), ERR_OK, "new roots");
    second = made_end(&draft);
#define LINES(doc, of) made_lines(FED_DOC_REGISTRY, doc, of, (int)T_COUNT(of), arena)
    T_EQ(judge(&at1, second, LINES(second, both), MADE_NOW + HOUR_US), TRUST_TAKEN,
         "two of each");
    T_EQ(judge(&at1, second, LINES(second, one_new), MADE_NOW + HOUR_US), TRUST_SIGNATURES,
         "one of the new");
    T_EQ(judge(&at1, second, LINES(second, one_old), MADE_NOW + HOUR_US), TRUST_SIGNATURES,
         "one of the old");
    at2 = view_of(second);
    at2.has_roots_before = true;
    memcpy(at2.roots_before, registry_roots(at1.now), sizeof at2.roots_before);
    draft = made_next(second, 2 * HOUR_US, arena);
    third = made_end(&draft);
    T_EQ(judge(&at2, third, LINES(third, news), MADE_NOW + 2 * HOUR_US), TRUST_TAKEN,
         "from then on the new ones");
    T_EQ(judge(&at2, third, made_signed(third, 3, arena), MADE_NOW + 2 * HOUR_US),
         TRUST_SIGNATURES, "the old ones say nothing any more");
    draft = made_next(first, HOUR_US, arena);
    rival = made_end(&draft);
    T_EQ(judge(&at2, rival, made_signed(rival, 2, arena), MADE_NOW + 2 * HOUR_US), TRUST_SPLIT,
         "but what they signed beside it is a split");
    registry_unref(&at1.now);
    registry_unref(&at2.now);
    arena_destroy(&arena);
}

/* ---- timestamps ---- */

struct timed {
    struct arena *arena;
    struct registry *registry;
    struct trust_time time;
    struct made_key key; /* of member 0, the coordinator */
};

static struct timed timed_new(void)
{
    struct timed t = {.arena = arena_new(), .key = made_key("town0-1", 100)};

    invariant(registry_parse(made_registry(2, t.arena), &t.registry, NULL) == ERR_OK, "parses");
    t.time = (struct trust_time){.federation = "hinata",
                                 .head = registry_head(t.registry),
                                 .issued_utc_us = MADE_NOW,
                                 .expires_utc_us = MADE_NOW + HOUR_US};
    return t;
}

static enum trust_verdict time_judge(struct timed *t, const struct trust_time *time,
                                     const struct trust_time *last, struct made_key *key,
                                     int64_t now_utc_us)
{
    enum trust_verdict verdict = TRUST_VERDICT_N;
    struct made_key *const keys[] = {key};
    struct trust_time out;
    struct span bytes;

    invariant(trust_time_write(time, t->arena, &bytes, NULL) == ERR_OK, "written");
    T_EQ(trust_time_judge(t->registry, last, bytes,
                          made_lines(FED_DOC_TIMESTAMP, bytes, keys, 1, t->arena), now_utc_us,
                          &verdict, &out, NULL),
         ERR_OK, "judged");
    if (verdict == TRUST_TAKEN)
        T_OK(out.expires_utc_us == time->expires_utc_us && out.head.seq == time->head.seq,
             "what was written is read");
    return verdict;
}

T_CASE(timestamp_lives_an_hour_and_is_a_coordinators)
{
    struct timed t = timed_new();
    struct trust_time time, last = t.time;
    struct made_key other = made_key("town1-1", 101), stranger = made_key("town0-1", 77);

    T_REQ("CARD-11");
    T_EQ(time_judge(&t, &t.time, NULL, &t.key, MADE_NOW), TRUST_TAKEN, "now");
    T_EQ(time_judge(&t, &t.time, NULL, &t.key, MADE_NOW + HOUR_US - 1), TRUST_TAKEN,
         "its last instant");
    T_EQ(time_judge(&t, &t.time, NULL, &t.key, MADE_NOW + HOUR_US), TRUST_TIME, "expired");
    T_EQ(time_judge(&t, &t.time, NULL, &t.key, MADE_NOW - FED_SKEW_MOST_US - 1),
         TRUST_SIGNATURES, "before its key began");
    T_EQ(time_judge(&t, &t.time, NULL, &other, MADE_NOW), TRUST_SIGNATURES, "no coordinator");
    T_EQ(time_judge(&t, &t.time, NULL, &stranger, MADE_NOW), TRUST_SIGNATURES,
         "another key by that name");
    time = t.time;
    time.expires_utc_us = MADE_NOW + HOUR_US + 1;
    T_EQ(time_judge(&t, &time, NULL, &t.key, MADE_NOW), TRUST_TIME, "over an hour");
    time = t.time;
    time.issued_utc_us = MADE_NOW + FED_SKEW_MOST_US + 1;
    T_EQ(time_judge(&t, &time, NULL, &t.key, MADE_NOW), TRUST_TIME, "from the future");
    time = t.time;
    time.head.seq = 2;
    T_EQ(time_judge(&t, &time, NULL, &t.key, MADE_NOW), TRUST_GAP, "of a later registry");
    time = t.time;
    time.head.sha256.b[0] ^= 1;
    T_EQ(time_judge(&t, &time, NULL, &t.key, MADE_NOW), TRUST_SPLIT, "of another one");
    time = t.time;
    memcpy(time.federation, "kaede", 6);
    T_EQ(time_judge(&t, &time, NULL, &t.key, MADE_NOW), TRUST_FEDERATION, "of others");
    T_EQ(time_judge(&t, &t.time, &last, &t.key, MADE_NOW), TRUST_KNOWN, "the same again");
    last.issued_utc_us++;
    T_EQ(time_judge(&t, &t.time, &last, &t.key, MADE_NOW), TRUST_OLD, "an earlier one");
    registry_unref(&t.registry);
    arena_destroy(&t.arena);
}

T_CASE(timestamp_of_an_ended_contract_or_a_revoked_key_is_none)
{
    struct arena *arena = arena_new();
    struct span first = made_registry(2, arena);
    struct registry_draft draft = made_next(first, HOUR_US, arena);
    struct timed t = timed_new();

    T_REQ("CARD-11");
    registry_unref(&t.registry);
    T_EQ(registry_draft_revoke(&draft, SPAN("town0-1"), 1, MADE_NOW, NULL), ERR_OK, "revoked");
    T_EQ(registry_parse(made_end(&draft), &t.registry, NULL), ERR_OK, "parses");
    t.time.head = registry_head(t.registry);
    T_EQ(time_judge(&t, &t.time, NULL, &t.key, MADE_NOW), TRUST_SIGNATURES, "revoked key");
    registry_unref(&t.registry);
    draft = made_next(first, HOUR_US, arena);
    T_EQ(registry_draft_leave(&draft, made_node(0), NULL), ERR_OK, "left");
    T_EQ(registry_parse(made_end(&draft), &t.registry, NULL), ERR_OK, "parses");
    t.time.head = registry_head(t.registry);
    t.time.issued_utc_us += HOUR_US;
    t.time.expires_utc_us += HOUR_US;
    T_EQ(time_judge(&t, &t.time, NULL, &t.key, MADE_NOW + HOUR_US), TRUST_SIGNATURES,
         "ended contract");
    registry_unref(&t.registry);
    arena_destroy(&t.arena);
    arena_destroy(&arena);
}

T_CASE(every_verdict_has_words)
{
    for (int v = 0; v < TRUST_VERDICT_N; v++) {
        T_OK(trust_verdict_id((enum trust_verdict)v)[0] != '\0', "an id");
        T_OK(strlen(trust_verdict_ja((enum trust_verdict)v)) > 20, "a sentence");
    }
    T_EQ(trust_verdict_code(TRUST_SPLIT), FED_REGISTRY_SPLIT, "a split is told as one");
}
