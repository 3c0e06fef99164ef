#include "tenants/people/life_words.h"

#include <stdio.h>

#include "node/base/err.h"
#include "node/db/digest.h"

/* Plants, animals, weather, things at hand; at most eight letters. */
static const char *const words[] = {
    "kame",   "kuma",   "sakura", "yama",    "hana",     "tane",    "ume",      "natsu",
    "haru",   "fuyu",   "asa",    "sasa",    "take",     "matsu",   "kasa",     "fune",
    "ame",    "nara",   "buna",   "sakana",  "tama",     "mame",    "tsuru",    "taka",
    "suzume", "mura",   "hata",   "awa",     "tsubame",  "wakame",  "ayame",    "renge",
    "suna",   "kaze",   "yane",   "natsume", "yuzu",     "nasu",    "masu",     "uma",
    "uzura",  "hatake", "numa",   "sawa",    "makura",   "fude",    "kabu",     "karuta",
    "kaban",  "kurage", "sazae",  "hamabe",  "tsukue",   "tsurara", "nagare",   "magatama",
    "yugata", "banana", "panda",  "gakufu",  "mangetsu", "matsuba", "hanataba", "hayabusa",
};
static const char *const kana[] = {
    "そら", "ほし", "つき",   "かぜ",   "うみ",   "もり",   "やま", "かわ",
    "ゆき", "にじ", "くも",   "たね",   "みず",   "はる",   "なつ", "あき",
    "ふゆ", "あさ", "ひかり", "こだま", "しずく", "わかば",
};
static const char digits[] = "23456789";

/* Evenly one of n. */
static unsigned pick(unsigned n)
{
    uint8_t byte;

    invariant(n > 0 && n <= 256, "one of %u", n);
    do
        digest_random(&byte, 1);
    while (byte >= 256 / n * n);
    return byte % n;
}

static const char *word(void)
{
    return words[pick(sizeof words / sizeof words[0])];
}

static void put_digits(char *out, int n)
{
    for (int i = 0; i < n; i++)
        out[i] = digits[pick(sizeof digits - 1)];
    out[n] = '\0';
}

void life_login_make(char out[LIFE_LOGIN_CAP])
{
    char number[5];

    put_digits(number, 4);
    snprintf(out, LIFE_LOGIN_CAP, "%s%s", word(), number);
}

void life_password_make(char out[LIFE_PASSWORD_CAP])
{
    char first[5], last[3];

    put_digits(first, 4);
    put_digits(last, 2);
    snprintf(out, LIFE_PASSWORD_CAP, "%s%s%s%s", word(), first, word(), last);
}

void life_display_make(int n_tried, char out[LIFE_DISPLAY_CAP])
{
    unsigned number = 10 + pick(90);

    if (n_tried >= LIFE_DISPLAY_TRIES)
        number = number * 100 + pick(100);
    snprintf(out, LIFE_DISPLAY_CAP, "%s%u", kana[pick(sizeof kana / sizeof kana[0])], number);
}
