/* covers: federation/witness_rule.c node/db/cosign.c */
/* What another node offers to witness, and what a witness answers. The first byte says which. A
 * log is cosigned only if it is the one that was seen, or grew from it; a line is believed only
 * of the key that made it. */
#include <stdlib.h>

#include "tests/unit/federation/witness_made.h"

#define SEEN 21

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void want(bool ok)
{
    if (!ok)
        abort();
}

static struct arena *kept; /* for the fuzzer's life */
static struct witness_known known;
static struct note note;
static struct cosign_by by = {.name = {(const uint8_t *)"pref-1", 6}};

static void begin(void)
{
    struct made_key log = made_key("log", 1), pref = made_key("pref-1", 5);

    want(arena_create(65536, &kept, NULL) == ERR_OK);
    known = log_known(&log, SEEN, kept);
    want(note_parse(log_note(&log, SEEN, UINT64_MAX, kept), &note, NULL) == ERR_OK);
    memcpy(by.public_key, pref.key.ed25519, sizeof by.public_key);
}

static void try_offer(struct span bytes, struct arena *arena)
{
    static struct witness_offer offer;
    struct witness_body body;
    char key[NOTE_KEY_TEXT_CAP];

    if (jx_read(bytes, &witness_body_shape, arena, &body, NULL, NULL) != ERR_OK ||
        witness_offer_open(&body, &offer, NULL) != ERR_OK)
        return;
    want(offer.note.size > 0 && offer.from <= offer.note.size);
    note_key_text(&offer.key, key);
    want(span_eq(body.log_key, span_text(key)));
    want(witness_judge(NULL, SPAN("c-2026-1"), &offer) == WITNESS_COSIGNED);
    if (witness_judge(&known, SPAN("c-2026-1"), &offer) != WITNESS_COSIGNED)
        return;
    want(span_eq(known.log_key, span_text(key)) && offer.note.size >= SEEN);
    if (offer.note.size == SEEN)
        want(hash256_eq(&offer.note.root, &known.root));
}

static void try_answer(struct span bytes, struct arena *arena)
{
    struct witness_answer answer;
    char line[COSIGN_LINE_CAP];
    uint8_t signature[NOTE_SIGNATURE_BYTES] = {1};
    int64_t at_s = -1;

    if (jx_read(bytes, &witness_answer_shape, arena, &answer, NULL, NULL) != ERR_OK ||
        witness_answer_check(&answer, &by, &note, &at_s, NULL) != ERR_OK)
        return;
    want(at_s >= 0 && answer.has_line == (answer.state == WITNESS_COSIGNED));
    if (!answer.has_line)
        return;
    want(answer.size == SEEN);
    /* The same time with a signature of nobody's is not believed. */
    bytes = span_of(line, cosign_line_into(&by, at_s, signature, line));
    want(cosign_check(bytes, &by, note.text, &at_s, NULL) == ERR_DENIED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = NULL;

    if (kept == NULL)
        begin();
    if (size == 0 || arena_create(65536, &arena, NULL) != ERR_OK)
        return 0;
    if (data[0] % 2 == 0)
        try_offer(span_of(data + 1, size - 1), arena);
    else
        try_answer(span_of(data + 1, size - 1), arena);
    arena_destroy(&arena);
    return 0;
}
