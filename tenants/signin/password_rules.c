#include "tenants/signin/password_rules.h"

#include "node/base/utf.h"

#define N_PICTURES 12

/* Without digits and signs at the end, in small letters: "Password123!" is "password". Those of
 * eight and more letters, of what leaks show again and again, and Japanese ones beside them. */
static const char *const common[] = {
    "password",   "passw0rd",      "p@ssword",   "p@ssw0rd",   "qwerty",       "qwertyui",
    "qwertyuiop", "asdfghjk",      "asdfghjkl",  "zxcvbnm",    "qazwsx",       "qazwsxedc",
    "1q2w3e4r",   "1qaz2wsx",      "q1w2e3r4",   "1q2w3e4r5t", "1qaz2wsx3edc", "zaq12wsx",
    "iloveyou",   "princess",      "sunshine",   "football",   "baseball",     "superman",
    "pokemon",    "pikachu",       "minecraft",  "nintendo",   "doraemon",     "letmein",
    "welcome",    "administrator", "admin",      "master",     "login",        "dragon",
    "monkey",     "michael",       "charlie",    "jordan",     "shadow",       "trustno",
    "starwars",   "whatever",      "freedom",    "secret",     "changeme",     "default",
    "guest",      "user",          "test",       "testtest",   "abcdefgh",     "abcd",
    "sakura",     "himawari",      "nippon",     "nihon",      "japan",        "tokyo",
    "yokohama",   "arigatou",      "konnichiwa", "ohayou",     "sayonara",     "pasuwado",
    "pasuwaado",  "aiueo",         "aiueoaiueo", "kakikukeko", "gakkou",       "shougakkou",
    "chuugakkou", "sensei",        "tomodachi",  "ibasho",     "ibashoibasho", "tablet",
    "kodomo",     "hirakegoma",    "takahashi",  "tanaka",     "suzuki",       "watanabe",
    "yamamoto",   "nakamura",      "kobayashi",  "school",     "student",      "teacher",
    "computer",   "internet",      "samsung",    "google",     "yahoo",        "amazon",
    "facebook",   "instagram",     "youtube",    "tiktok",     "loveyou",      "lovelove",
    "babygirl",   "ashley",        "jessica",    "andrew",     "daniel",       "hello",
    "hellohello", "helloworld",    "openopen",   "soccer",     "hockey",       "killer",
    "pepper",     "cookie",        "chocolate",  "banana",     "orange",       "purple",
    "ginger",     "summer",        "winter",     "spring",     "autumn",       "flower",
    "mustang",    "corvette",      "ferrari",    "porsche",    "toyota",       "honda",
    "yamaha",     "suzuka",        "hanshin",    "tigers",     "giants",       "dodgers",
};

/* Forwards and, read the other way, backwards. */
static const char *const runs[] = {"01234567890123456789",
                                   "abcdefghijklmnopqrstuvwxyz",
                                   "qwertyuiopasdfghjklzxcvbnm",
                                   "qwertyuiop",
                                   "asdfghjkl",
                                   "zxcvbnm"};

struct small {
    uint8_t text[160];
    size_t len;
};

static struct small small_of(struct span s)
{
    struct small out = {.len = s.len < sizeof out.text ? s.len : sizeof out.text};

    for (size_t i = 0; i < out.len; i++) {
        uint8_t c = s.p[i];

        out.text[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
    }
    return out;
}

/* The first `period` bytes over and over. */
static bool is_repeat(const struct small *s, size_t period)
{
    for (size_t i = period; i < s->len; i++)
        if (s->text[i] != s->text[i - period])
            return false;
    return s->len > period;
}

static bool is_run(const struct small *s)
{
    uint8_t back[sizeof s->text];

    for (size_t i = 0; i < s->len; i++)
        back[i] = s->text[s->len - 1 - i];
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
        if (memmem(runs[i], strlen(runs[i]), s->text, s->len) != NULL ||
            memmem(runs[i], strlen(runs[i]), back, s->len) != NULL)
            return true;
    return false;
}

static bool is_trivial(const struct small *s)
{
    for (size_t period = 1; period <= 4; period++)
        if (s->len >= 2 * period && is_repeat(s, period))
            return true;
    return is_run(s);
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || c >= 0x80;
}

static bool is_common(const struct small *s)
{
    size_t len = s->len;

    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (strlen(common[i]) == s->len && memcmp(common[i], s->text, s->len) == 0)
            return true;
    while (len > 0 && !is_letter(s->text[len - 1]))
        len--;
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        if (strlen(common[i]) == len && memcmp(common[i], s->text, len) == 0)
            return true;
    return false;
}

static enum err add(struct jx_defects *defects, struct arena *arena, const char *pointer,
                    const char *rule, const char *text_ja)
{
    return jx_defect_add(defects, arena, pointer, rule, "%s", text_ja);
}

enum err password_rules_check(struct span password, struct span login, int least,
                              const char *pointer, struct arena *arena,
                              struct jx_defects *defects, struct fail *why)
{
    struct small s = small_of(password);
    size_t n = 0;
    enum err rc = utf_n_graphemes(password, &n, why);

    if (rc == ERR_OK && n < (size_t)least)
        rc = jx_defect_add(defects, arena, pointer, "least",
                           "パスワードは%d文字以上にしてください。", least);
    if (rc == ERR_OK && login.len > 0 && memmem(s.text, s.len, login.p, login.len) != NULL)
        rc = add(defects, arena, pointer, "login-inside",
                 "パスワードにログインIDを入れないでください。");
    if (rc == ERR_OK && is_trivial(&s))
        rc = add(defects, arena, pointer, "trivial",
                 "同じ文字のくり返しや、順にならんだ文字は使えません。");
    else if (rc == ERR_OK && is_common(&s))
        rc = add(defects, arena, pointer, "common",
                 "よく使われるパスワードなので、ほかの人にあてられます。別のものにしてくださ"
                 "い。");
    return rc == ERR_OK ? rc : fail_set(why, rc, "password rules");
}

bool step_is_pin(struct span step)
{
    struct small s = small_of(step);

    if (step.len < 4 || step.len > 8)
        return false;
    for (size_t i = 0; i < step.len; i++)
        if (step.p[i] < '0' || step.p[i] > '9')
            return false;
    return !is_repeat(&s, 1) && !is_run(&s);
}

bool step_is_picture(struct span step)
{
    unsigned seen = 0, number = 0;
    int n_pictures = 0, n_digits = 0;

    for (size_t i = 0; i <= step.len; i++) {
        uint8_t c = i < step.len ? step.p[i] : '-';

        if (c >= '0' && c <= '9' && n_digits < 2 && (c != '0' || n_digits > 0)) {
            number = number * 10 + (unsigned)(c - '0');
            n_digits++;
            continue;
        }
        if (c != '-' || n_digits == 0 || number > N_PICTURES || seen & 1u << number)
            return false;
        seen |= 1u << number;
        n_pictures++;
        number = 0;
        n_digits = 0;
    }
    return n_pictures >= 3 && n_pictures <= 6;
}
