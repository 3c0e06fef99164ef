/* tenants/keys/sheet_words.h - the 2,048 words of a key sheet (BIP39's Japanese list, NFC),
 * generated from ops/data/sheet-words.ja.txt. Threads: const data. */
#ifndef TENANTS_KEYS_SHEET_WORDS_H
#define TENANTS_KEYS_SHEET_WORDS_H

#define SHEET_N_LIST 2048
extern const char *const sheet_words[SHEET_N_LIST];

#endif
