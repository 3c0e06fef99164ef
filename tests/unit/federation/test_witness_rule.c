/* federation/witness_rule.h: what a witness makes of an offer, one thing wrong at a time; what
 * the node believes of an answer; whom it asks. */
#include "tests/t.h"
#include "tests/unit/federation/witness_made.h"

#define NO_FORK UINT64_MAX

static struct arena *memory(void)
{
    struct arena *arena = NULL;

    T_EQ(arena_create((size_t)1 << 20, &arena, NULL), ERR_OK, "memory");
    return arena;
}

/* As it comes: written, read, opened. */
static enum err opened(const struct witness_body *body, struct arena *arena,
                       struct witness_offer *out)
{
    struct witness_body again;
    struct span bytes;

    T_EQ(jx_write(&witness_body_shape, body, arena, &bytes, NULL), ERR_OK, "written");
    T_OK(bytes.len <= WITNESS_BODY_MOST, "within its bound");
    T_EQ(jx_read(bytes, &witness_body_shape, arena, &again, NULL, NULL), ERR_OK, "read");
    return witness_offer_open(&again, out, NULL);
}

T_CASE(witness_judges_by_what_it_saw_last)
{
    static const struct {
        const char *what;
        uint64_t seen, from, n, fork;
        int key; /* of the log */
        const char *contract;
        enum witness_state want;
    } rows[] = {
        {"it grew", 40, 40, 64, NO_FORK, 1, "c-2026-1", WITNESS_COSIGNED},
        {"the same again", 40, 40, 40, NO_FORK, 1, "c-2026-1", WITNESS_COSIGNED},
        {"the same, proved from before", 40, 7, 40, NO_FORK, 1, "c-2026-1", WITNESS_COSIGNED},
        {"it grew by one", 63, 63, 64, NO_FORK, 1, "c-2026-1", WITNESS_COSIGNED},
        {"proved from another size", 40, 32, 64, NO_FORK, 1, "c-2026-1", WITNESS_BEHIND},
        {"proved from nothing", 40, 0, 64, NO_FORK, 1, "c-2026-1", WITNESS_BEHIND},
        {"shorter", 40, 39, 39, NO_FORK, 1, "c-2026-1", WITNESS_SHRUNK},
        {"an old one again", 40, 1, 2, NO_FORK, 1, "c-2026-1", WITNESS_SHRUNK},
        {"another of that size", 40, 40, 40, 39, 1, "c-2026-1", WITNESS_FORKED},
        {"longer, forked below", 40, 40, 64, 39, 1, "c-2026-1", WITNESS_FORKED},
        {"forked at its first leaf", 40, 40, 64, 0, 1, "c-2026-1", WITNESS_FORKED},
        {"another from where it was seen on", 40, 40, 64, 40, 1, "c-2026-1", WITNESS_COSIGNED},
        {"another key", 40, 40, 64, NO_FORK, 2, "c-2026-1", WITNESS_OTHER_KEY},
        {"another key, shorter", 40, 0, 3, NO_FORK, 2, "c-2026-1", WITNESS_OTHER_KEY},
        {"another key and contract", 40, 0, 3, NO_FORK, 2, "c-2026-2", WITNESS_COSIGNED},
        {"the same key, another contract", 40, 40, 64, NO_FORK, 1, "c-2026-2",
         WITNESS_COSIGNED},
        {"shorter under another contract", 40, 3, 3, NO_FORK, 1, "c-2026-2", WITNESS_SHRUNK},
    };
    struct made_key first = made_key("log", 1);
    struct arena *arena = memory();

    T_REQ("NI-T3-8, CARD-14");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct made_key log = made_key("log", rows[i].key);
        const struct witness_body body =
            log_offer(&log, rows[i].from, rows[i].n, rows[i].fork, arena);
        const struct witness_known known = log_known(&first, rows[i].seen, arena);
        static struct witness_offer offer;

        T_EQ(opened(&body, arena, &offer), ERR_OK, rows[i].what);
        T_EQ(witness_judge(&known, span_text(rows[i].contract), &offer), rows[i].want,
             rows[i].what);
        T_EQ(witness_judge(NULL, span_text(rows[i].contract), &offer), WITNESS_COSIGNED,
             "what nobody saw before");
    }
    arena_destroy(&arena);
}

T_CASE(witness_takes_no_proof_that_was_changed)
{
    struct made_key log = made_key("log", 1);
    struct arena *arena = memory();
    const struct witness_known known = log_known(&log, 21, arena);
    struct witness_body body = log_offer(&log, 21, 50, NO_FORK, arena);
    static struct witness_offer offer;

    T_EQ(opened(&body, arena, &offer), ERR_OK, "an offer");
    for (size_t i = 0; i < offer.proof.n; i++) {
        offer.proof.at[i].b[31] ^= 1;
        T_EQ(witness_judge(&known, SPAN("c-2026-1"), &offer), WITNESS_FORKED, "changed");
        offer.proof.at[i].b[31] ^= 1;
    }
    offer.proof.n--;
    T_EQ(witness_judge(&known, SPAN("c-2026-1"), &offer), WITNESS_FORKED, "cut");
    offer.proof.n++;
    T_EQ(witness_judge(&known, SPAN("c-2026-1"), &offer), WITNESS_COSIGNED, "and as it was");
    arena_destroy(&arena);
}

T_CASE(witness_opens_a_checkpoint_of_that_key_alone)
{
    struct made_key log = made_key("log", 1), other = made_key("log", 2);
    struct arena *arena = memory();
    const struct witness_body good = log_offer(&log, 4, 9, NO_FORK, arena);
    struct witness_body body = good;
    static struct witness_offer offer;

    T_EQ(opened(&body, arena, &offer), ERR_OK, "as it is sent");
    T_EQ(offer.note.size, 9, "its size");
    T_EQ(offer.from, 4, "from where it is proved");
    body.log_key = log_key_text(&other, arena);
    T_EQ(opened(&body, arena, &offer), ERR_DENIED, "signed by another key");
    body.log_key = SPAN("town1.ibasho+00000000+AA==");
    T_EQ(opened(&body, arena, &offer), ERR_PROTO, "no key");
    body = good;
    body.checkpoint = made_edit(good.checkpoint, "town1.ibasho\n9", "town2.ibasho\n9", arena);
    T_EQ(opened(&body, arena, &offer), ERR_PROTO, "of another log");
    body.checkpoint = made_edit(good.checkpoint, "ibasho\n9\n", "ibasho\n8\n", arena);
    T_EQ(opened(&body, arena, &offer), ERR_DENIED, "of another size");
    body.checkpoint = SPAN("town1.ibasho\n9\n");
    T_EQ(opened(&body, arena, &offer), ERR_PROTO, "no note");
    body = good;
    body.from = 10;
    T_EQ(opened(&body, arena, &offer), ERR_PROTO, "proved from beyond its end");
    body = log_offer(&log, 0, 0, NO_FORK, arena);
    T_EQ(opened(&body, arena, &offer), ERR_PROTO, "an empty log");
    arena_destroy(&arena);
}

T_CASE(witness_answer_is_believed_over_what_was_sent)
{
    struct made_key log = made_key("log", 1), pref = made_key("pref-1", 5);
    struct arena *arena = memory();
    struct cosign_by by = {.name = SPAN("pref-1")};
    struct span text = log_note(&log, 9, NO_FORK, arena);
    struct note note;
    char bytes[COSIGN_TEXT_CAP], line[COSIGN_LINE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES];
    struct witness_answer answer = {.state = WITNESS_COSIGNED, .size = 9, .has_line = true};
    int64_t at_s;

    T_EQ(note_parse(text, &note, NULL), ERR_OK, "a note");
    memcpy(by.public_key, pref.key.ed25519, sizeof by.public_key);
    T_EQ(made_sign(&pref, "", span_of(bytes, cosign_text_into(1795348800, note.text, bytes)),
                   signature, NULL),
         ERR_OK, "signed");
    answer.line = span_of(line, cosign_line_into(&by, 1795348800, signature, line));
    T_EQ(witness_answer_check(&answer, &by, &note, &at_s, NULL), ERR_OK, "cosigned");
    T_EQ(at_s, 1795348800, "at that time");
    answer.size = 8;
    T_EQ(witness_answer_check(&answer, &by, &note, &at_s, NULL), ERR_PROTO, "of another size");
    answer.size = 9;
    T_EQ(note_parse(log_note(&log, 9, 3, arena), &note, NULL), ERR_OK, "another tree");
    T_EQ(witness_answer_check(&answer, &by, &note, &at_s, NULL), ERR_DENIED, "of that size");
    answer.state = WITNESS_SHRUNK;
    T_EQ(witness_answer_check(&answer, &by, &note, &at_s, NULL), ERR_PROTO,
         "a refusal with a cosignature");
    answer.has_line = false;
    T_EQ(witness_answer_check(&answer, &by, &note, &at_s, NULL), ERR_OK, "a refusal");
    T_EQ(at_s, 0, "vouches for nothing");
    answer.state = WITNESS_COSIGNED;
    T_EQ(witness_answer_check(&answer, &by, &note, &at_s, NULL), ERR_PROTO, "no cosignature");
    arena_destroy(&arena);
}

/* Member 0 is the coordinator; those of `bits` have the role witness, too. */
static struct registry *registry_of(int n, unsigned bits, struct arena *arena)
{
    struct registry_draft draft = made_first(arena);
    struct registry *registry = NULL;

    for (int i = 0; i < n; i++) {
        struct fed_join join = made_join(i, arena);
        struct registry_terms terms = made_terms();

        if (i == 0)
            terms.roles |= FED_ROLE_BIT(FED_ROLE_COORDINATOR);
        if ((bits >> i & 1) != 0)
            terms.roles |= FED_ROLE_BIT(FED_ROLE_WITNESS);
        if (i == 5) /* it ended */
            terms.to_utc_us = MADE_NOW + HOUR_US;
        T_EQ(registry_draft_admit(&draft, &join, &terms, NULL), ERR_OK, "admitted");
    }
    T_EQ(registry_parse(made_end(&draft), &registry, NULL), ERR_OK, "a registry");
    return registry;
}

T_CASE(witnesses_are_the_coordinator_and_two_of_the_role)
{
    struct arena *arena = memory();
    struct registry *registry = registry_of(8, 0xfe, arena);
    const int64_t now = MADE_NOW + DAY_US;
    int n_times[8] = {0};

    for (int self = 0; self < 8; self++) {
        struct id got[WITNESS_MOST], again[WITNESS_MOST];
        int n = witness_choose(registry, made_node(self), now, got);

        T_EQ(n, self == 0 ? 2 : 3, "so many");
        T_EQ(witness_choose(registry, made_node(self), now, again), n, "and again");
        T_OK(memcmp(got, again, (size_t)n * sizeof got[0]) == 0, "the same ones");
        T_OK(self == 0 || id_eq(got[0], made_node(0)), "the coordinator first");
        for (int i = 0; i < n; i++) {
            T_OK(!id_eq(got[i], made_node(self)), "never itself");
            T_OK(!id_eq(got[i], made_node(5)), "nobody whose contract ended");
            for (int j = 0; j < i; j++)
                T_OK(!id_eq(got[i], got[j]), "nobody twice");
            n_times[got[i].b[15]]++;
        }
    }
    T_EQ(n_times[0], 7, "every town asks the coordinator");
    registry_unref(&registry);
    registry = registry_of(4, 0x4, arena);
    {
        struct id got[WITNESS_MOST];

        T_EQ(witness_choose(registry, made_node(1), now, got), 2, "one has the role");
        T_OK(id_eq(got[1], made_node(2)), "that one");
        T_EQ(witness_choose(registry, made_node(2), now, got), 1, "it asks the coordinator");
        T_OK(!witness_is_one(registry_member(registry, made_node(1))), "who has it not");
        T_OK(!witness_is_one(NULL), "or is no member");
    }
    registry_unref(&registry);
    arena_destroy(&arena);
}
