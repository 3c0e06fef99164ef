#include "node/place/place_alias.h"

#include <stdio.h>

#include "node/db/hash256.h"

/* Words every child reads; nothing that could be taken for a judgement or a sex. */
static const char *const colours[] = {
    "あかい",     "あおい",       "みどりの",   "きいろい",   "しろい",     "みずいろの",
    "そらいろの", "ももいろの",   "むらさきの", "だいだいの", "きんいろの", "ぎんいろの",
    "わかばの",   "あんずいろの", "すみれの",   "こはくの",   "るりいろの", "さんごの",
    "ゆうやけの", "あさやけの",   "にじいろの", "ゆきいろの", "うみいろの", "もりの",
};
static const char *const things[] = {
    "ほし",   "つき",     "くも", "かぜ",   "なみ",     "あめ",         "ゆき",   "にじ",
    "はな",   "はっぱ",   "たね", "きのみ", "どんぐり", "まつぼっくり", "いし",   "かい",
    "しま",   "やま",     "かわ", "いずみ", "ふね",     "ほん",         "ぺん",   "かさ",
    "ぼうし", "てぶくろ", "ふえ", "たいこ", "すず",     "こま",         "たこ",   "つみき",
    "はしご", "とびら",   "まど", "ランプ", "コップ",   "パン",         "りんご", "みかん",
};
#define COLOURS_N (sizeof colours / sizeof colours[0])
#define THINGS_N  (sizeof things / sizeof things[0])
_Static_assert(COLOURS_N *THINGS_N == PLACE_ALIASES_N, "as the header says");

unsigned place_alias_first(struct id session, struct id veil)
{
    uint8_t bytes[2 * sizeof session.b];
    struct hash256 hash;
    uint32_t n = 0;

    memcpy(bytes, session.b, sizeof session.b);
    memcpy(bytes + sizeof session.b, veil.b, sizeof veil.b);
    hash = hash256_of(span_of(bytes, sizeof bytes));
    memcpy(&n, hash.b, sizeof n);
    return n % PLACE_ALIASES_N;
}

void place_alias_text(unsigned number, char text_out[PLACE_ALIAS_CAP])
{
    unsigned i = number % PLACE_ALIASES_N, round = number / PLACE_ALIASES_N;

    if (round == 0)
        snprintf(text_out, PLACE_ALIAS_CAP, "%s%s", colours[i / THINGS_N],
                 things[i % THINGS_N]);
    else
        snprintf(text_out, PLACE_ALIAS_CAP, "%s%s%u", colours[i / THINGS_N],
                 things[i % THINGS_N], round + 1);
}
