/* tenants/keys/sheet.h - the municipality's half of the node key as a person holds it: 24
 * Japanese words on paper and a check code. The words are BIP39's: 256 bits and the first 8
 * bits of their SHA-256, cut into 24 numbers of 11 bits (any BIP39 tool with the Japanese list
 * reads them). What a person types is taken generously (spaces of any kind, numbers in front,
 * katakana, also half-width, large letters for small ones) and judged strictly: one wrong word
 * is named by its number. Threads: reentrant.  Owns: nothing; the caller wipes halves and
 * texts. */
#ifndef TENANTS_KEYS_SHEET_H
#define TENANTS_KEYS_SHEET_H

#include "node/db/keyring.h"
#include "tenants/keys/sheet_words.h"

#define SHEET_N_WORDS 24

/* The 24 words; constants. */
NODISCARD enum err sheet_words_of(const uint8_t half[KEY_HALF_BYTES],
                                  const char *words_out[SHEET_N_WORDS], struct fail *why);

enum sheet_trouble_kind {
    SHEET_FINE,
    SHEET_COUNT,    /* not 24 words */
    SHEET_UNKNOWN,  /* word number `word` is not in the list */
    SHEET_CHECKSUM, /* 24 words of the list, but not these together: one was mistaken */
    SHEET_TROUBLE_N
};
struct sheet_trouble {
    enum sheet_trouble_kind kind;
    int word;    /* SHEET_UNKNOWN: 1.. */
    int n_words; /* SHEET_COUNT: how many there were */
};

/* Reads typed words; half_out is set only on ERR_OK. ERR_INVALID: *trouble_out says what a
 * person should look at. ERR_PROTO: not UTF-8. */
NODISCARD enum err sheet_read(struct span text, uint8_t half_out[KEY_HALF_BYTES],
                              struct sheet_trouble *trouble_out, struct fail *why);
#define SHEET_SENTENCE_CAP 256
/* One Japanese sentence with the next step. */
void sheet_trouble_ja(const struct sheet_trouble *trouble,
                      char sentence_out[SHEET_SENTENCE_CAP]);

/* Does a typed check code (any case, with or without the hyphen, full-width too) belong to this
 * half of this node? ERR_INVALID: it does not, or is no code. */
NODISCARD enum err sheet_code_check(struct id node, const uint8_t half[KEY_HALF_BYTES],
                                    struct span code, struct fail *why);

#endif
