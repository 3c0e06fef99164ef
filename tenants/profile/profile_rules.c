#include "tenants/profile/profile_rules.h"

#include "node/base/utf.h"
#include "tenants/people/org_store.h"
#include "tenants/people/person_store.h"
#include "tenants/profile/profile.h"

/* Held anywhere in a name they make it somebody of the staff. かんり alone is no such word:
 * みかんりんご holds it. */
static const char *const staff_words[] = {
    "先生",       "せんせ",
    "しぇんせ",   "せんしぇ",
    "スタッフ",   "すたっふ",
    "相談員",     "そうだんいん",
    "支援員",     "しえんいん",
    "支援者",     "職員",
    "しょくいん", "運営",
    "うんえい",   "管理",
    "かんりにん", "かんりしゃ",
    "校長",       "こうちょう",
    "教頭",       "きょうとう",
    "教師",       "教育委員",
    "委員会",     "担任",
    "たんにん",   "カウンセラー",
    "サポーター", "モデレーター",
    "公式",       "システム",
    "staff",      "admin",
    "teacher",    "sensei",
    "supporter",  "moderator",
    "counselor",  "official",
    "unei",       "見守り",
    "みまもり",   "事務局",
    "じむきょく", "きょういくいいん",
};
/* These only when they are all of it. */
static const char *const staff_names[] = {"かんり", "うんえー", "いばしょ", "ibasho", "system"};
static const char *const titles[] = {"さん", "くん", "君", "ちゃん", "さま", "様", "たん"};

#define N_OF(array)   (sizeof(array) / sizeof((array)[0]))
#define PARTS_LEAST   2 /* code points of a name's part that may not stand alone */
#define SCHOOLS_LEAST 3 /* of a school's name: 光小 would forbid too much */

struct span profile_trim(struct span text)
{
    const struct span wide = SPAN("\xe3\x80\x80");

    for (;;) {
        if (text.len > 0 && text.p[0] == ' ')
            text = span_from(text, 1);
        else if (text.len > 0 && text.p[text.len - 1] == ' ')
            text.len--;
        else if (text.len >= wide.len && span_has_prefix(text, wide))
            text = span_from(text, wide.len);
        else if (text.len >= wide.len && span_eq(span_from(text, text.len - wide.len), wide))
            text.len -= wide.len;
        else
            return text;
    }
}

static enum err say(struct jx_defects *defects, struct arena *arena, const char *pointer,
                    const char *rule, const char *text_ja, struct fail *why)
{
    return jx_defect_add(defects, arena, pointer, rule, "%s", text_ja) == ERR_OK
               ? ERR_OK
               : fail_set(why, ERR_NOMEM, "a sentence");
}

struct text_rule {
    const char *pointer, *title_ja;
    size_t n_most, bytes_most;
};

/* Words that nobody may write are looked for by profile_http.c (tenants/words/words_refuse.h),
 * which knows the lists in force. */
static enum err check_text(const struct text_rule *rule, struct span text, struct arena *arena,
                           struct jx_defects *defects, struct fail *why)
{
    size_t n = 0;
    enum err rc = utf_n_graphemes(text, &n, why);

    if (rc == ERR_OK && n > rule->n_most)
        rc = jx_defect_add(defects, arena, rule->pointer, "most",
                           "「%s」は%zu文字までにしてください。いまは%zu文字です。",
                           rule->title_ja, rule->n_most, n);
    else if (rc == ERR_OK && text.len > rule->bytes_most)
        rc =
            jx_defect_add(defects, arena, rule->pointer, "most",
                          "「%s」に重ねる記号が多すぎます。へらしてください。", rule->title_ja);
    return rc;
}

/* ---- what a name may not hold ---- */

static size_t n_points(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

static bool holds(struct span text, struct span part)
{
    return part.len > 0 && memmem(text.p, text.len, part.p, part.len) != NULL;
}

static bool ends_with(struct span text, struct span end)
{
    return text.len > end.len && span_eq(span_from(text, text.len - end.len), end);
}

static enum err fold_words(struct span text, struct arena *arena, struct span *out,
                           struct fail *why)
{
    struct fold fold;
    enum err rc = utf_fold(text, FOLD_WORDS, arena, &fold, why);

    if (rc == ERR_OK)
        *out = fold.text;
    return rc;
}

/* A word as it sounds, as it looks, as it is spelt with digits and signs for letters, and as
 * children write it who know some of its kanji. */
enum { SOUND, LOOK, SPELLING, MIXED, WAYS_N };

/* 5ta77 is staff; 1 and 0 look like l and o already. */
static char spelt(char c)
{
    static const char signs[] = "345789@$!+", letters[] = "eastbgaslt";
    const char *at = memchr(signs, c, sizeof signs - 1);

    return at == NULL ? c : letters[at - signs];
}

/* One of ン and ソ, ツ and シ, whose strokes but slant in another way, is the look of both: the
 * hiragana of words have to follow. */
static void merge_slants(char *text, size_t len)
{
    static const char from[][4] = {"そ", "つ"}, to[][4] = {"ん", "し"};

    for (size_t i = 0; i + 3 <= len; i++)
        for (size_t k = 0; k < N_OF(from); k++)
            if (memcmp(text + i, from[k], 3) == 0)
                memcpy(text + i, to[k], 3);
}

/* 先せい and しえん員 in kana; of the kanji of the words above, each as it is read there. NULL:
 * no memory. */
static const char *unmixed(struct span text, struct arena *arena)
{
    static const char *const kanji[][2] = {
        {"先", "せん"},   {"生", "せい"},   {"支", "し"},   {"援", "えん"},   {"員", "いん"},
        {"者", "しゃ"},   {"相", "そう"},   {"談", "だん"}, {"職", "しょく"}, {"運", "うん"},
        {"営", "えい"},   {"管", "かん"},   {"理", "り"},   {"人", "にん"},   {"校", "こう"},
        {"長", "ちょう"}, {"教", "きょう"}, {"頭", "とう"}, {"担", "たん"},   {"任", "にん"},
    };
    char *out = arena_alloc(arena, text.len * 3 + 1); /* of 3 bytes at most 9 */
    size_t n = 0;

    for (size_t at = 0; out != NULL && at < text.len;) {
        size_t k = 0;

        while (k < N_OF(kanji) && !span_has_prefix(span_from(text, at), span_text(kanji[k][0])))
            k++;
        if (k == N_OF(kanji)) {
            out[n++] = (char)text.p[at++];
        } else {
            memcpy(out + n, kanji[k][1], strlen(kanji[k][1]));
            n += strlen(kanji[k][1]);
            at += 3;
        }
    }
    if (out != NULL)
        out[n] = '\0';
    return out;
}

/* is_word: one of the lists, which hold what is read as well; read here, 教師 would be in
 * きょうしつ. */
static enum err read_ways(struct span text, bool is_word, struct arena *arena,
                          struct span ways[WAYS_N], struct fail *why)
{
    const char *mixed = is_word ? "" : unmixed(text, arena);
    struct span look = SPAN_NONE;
    char *room = NULL;
    enum err rc = fold_words(text, arena, &ways[SOUND], why);

    if (rc == ERR_OK && mixed == NULL)
        rc = fail_set(why, ERR_NOMEM, "a name");
    ways[MIXED] = ways[SOUND];
    if (rc == ERR_OK && !is_word)
        rc = fold_words(span_text(mixed), arena, &ways[MIXED], why);

    if (rc == ERR_OK)
        rc = utf_look(text, arena, &look, why);
    if (rc == ERR_OK)
        room = arena_alloc(arena, look.len + 1);
    if (rc != ERR_OK || room == NULL)
        return rc != ERR_OK ? rc : fail_set(why, ERR_NOMEM, "a name");
    if (look.len > 0)
        memcpy(room, look.p, look.len);
    merge_slants(room, look.len);
    rc = fold_words(span_of(room, look.len), arena, &ways[LOOK], why);
    for (size_t i = 0; i < look.len; i++)
        room[i] = spelt(room[i]);
    return rc == ERR_OK ? fold_words(span_of(room, look.len), arena, &ways[SPELLING], why) : rc;
}

/* part: it is enough when the name holds the word. */
static enum err is_one_of(const struct span name[WAYS_N], const char *const *words, size_t n,
                          bool part, struct arena *arena, bool *yes, struct fail *why)
{
    struct span word[WAYS_N];
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && !*yes && i < n; i++) {
        rc = read_ways(span_text(words[i]), true, arena, word, why);
        for (int k = 0; rc == ERR_OK && !*yes && k < WAYS_N; k++)
            *yes = part ? holds(name[k], word[k]) : span_eq(name[k], word[k]);
    }
    return rc;
}

static enum err is_staffs(struct span text, struct arena *arena, bool *yes, struct fail *why)
{
    struct span name[WAYS_N];
    enum err rc = read_ways(text, false, arena, name, why);

    *yes = false;
    if (rc == ERR_OK)
        rc = is_one_of(name, staff_words, N_OF(staff_words), true, arena, yes, why);
    if (rc == ERR_OK)
        rc = is_one_of(name, staff_names, N_OF(staff_names), false, arena, yes, why);
    return rc;
}

/* name, folded, is that, with or without さん behind it. */
static enum err is_called(struct span name, struct span real, struct arena *arena, bool *yes,
                          struct fail *why)
{
    struct span title = SPAN_NONE;
    enum err rc = ERR_OK;

    *yes = *yes || span_eq(name, real);
    for (size_t i = 0; rc == ERR_OK && !*yes && i < N_OF(titles); i++) {
        rc = people_fold(span_text(titles[i]), arena, &title, why);
        if (rc == ERR_OK && ends_with(name, title))
            *yes = span_eq(span_cut(name, 0, name.len - title.len), real);
    }
    return rc;
}

static enum err fold_pair(struct span a, struct span b, struct arena *arena, struct span *out,
                          struct fail *why)
{
    const char *text = arena_printf(arena, "%.*s%.*s", SPAN_ARG(a), SPAN_ARG(b));

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "a name");
    return people_fold(span_text(text), arena, out, why);
}

/* One way of writing the real name: whole, in either order, or one part alone. */
static enum err is_written(struct span name, struct span family, struct span given,
                           struct arena *arena, bool *yes, struct fail *why)
{
    const struct span pairs[][2] = {
        {family, given}, {given, family}, {family, SPAN_NONE}, {given, SPAN_NONE}};
    enum err rc = ERR_OK;

    for (size_t i = 0; rc == ERR_OK && !*yes && i < N_OF(pairs); i++) {
        bool is_whole = i < 2 && family.len > 0 && given.len > 0;
        struct span real = SPAN_NONE;

        rc = fold_pair(pairs[i][0], pairs[i][1], arena, &real, why);
        if (rc != ERR_OK || n_points(real) < PARTS_LEAST)
            continue;
        *yes = is_whole && holds(name, real);
        rc = is_called(name, real, arena, yes, why);
    }
    return rc;
}

static enum err is_real(struct span name, const struct profile_names *names,
                        struct arena *arena, bool *yes, struct fail *why)
{
    enum err rc;

    *yes = false;
    rc = is_written(name, names->family, names->given, arena, yes, why);
    return rc == ERR_OK && !*yes
               ? is_written(name, names->family_kana, names->given_kana, arena, yes, why)
               : rc;
}

/* あおぞら市立みどり小学校 is also みどり小学校 and みどり小. */
static enum err is_of_school(struct span name, struct span school, struct arena *arena,
                             bool *yes, struct fail *why)
{
    const struct span founded = SPAN("立"), school_end = SPAN("学校");
    struct span folded = SPAN_NONE, parts[3];
    enum err rc = people_fold(school, arena, &folded, why);

    if (rc != ERR_OK)
        return rc;
    parts[0] = parts[1] = folded;
    for (size_t i = 0; i + founded.len < folded.len; i++)
        if (span_eq(span_cut(folded, i, founded.len), founded))
            parts[1] = span_from(folded, i + founded.len);
    parts[2] = parts[1];
    if (ends_with(parts[2], school_end))
        parts[2].len -= school_end.len;
    for (size_t i = 0; i < N_OF(parts) && !*yes; i++)
        *yes = n_points(parts[i]) >= SCHOOLS_LEAST && holds(name, parts[i]);
    return ERR_OK;
}

static enum err is_school(struct span name, const struct profile_names *names,
                          struct arena *arena, bool *yes, struct fail *why)
{
    enum err rc = ERR_OK;

    *yes = false;
    for (size_t i = 0; rc == ERR_OK && !*yes && i < names->n_schools; i++)
        rc = is_of_school(name, names->schools[i], arena, yes, why);
    return rc;
}

static enum err check_child(struct span name, const struct profile_names *names,
                            struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    struct span folded = SPAN_NONE;
    bool yes = false;
    enum err rc = people_fold(name, arena, &folded, why);

    if (rc == ERR_OK)
        rc = is_real(folded, names, arena, &yes, why);
    if (rc == ERR_OK && yes)
        return say(defects, arena, "/name", "real-name",
                   "「なまえ」に本当の名前は使えません。べつのなまえにしてください。", why);
    if (rc == ERR_OK)
        rc = is_school(folded, names, arena, &yes, why);
    if (rc == ERR_OK && yes)
        return say(defects, arena, "/name", "school",
                   "「なまえ」に学校の名前は使えません。べつのなまえにしてください。", why);
    return rc;
}

enum err profile_check_name(enum role role, struct span name, const struct profile_names *names,
                            struct arena *arena, struct jx_defects *defects, struct fail *why)
{
    static const struct text_rule rule = {"/name", "なまえ", PROFILE_NAME_MOST,
                                          PROFILE_NAME_BYTES};
    size_t n_before = defects->n;
    struct span folded = SPAN_NONE;
    bool is_staff = false;
    enum err rc = people_fold(name, arena, &folded, why);

    if (rc == ERR_OK && folded.len == 0)
        return say(defects, arena, "/name", "required", "「なまえ」を入れてください。", why);
    if (rc == ERR_OK)
        rc = check_text(&rule, name, arena, defects, why);
    if (rc == ERR_OK && defects->n == n_before && utf_is_deceiving(name))
        return say(defects, arena, "/name", "alike",
                   "「なまえ」に、見まちがえやすい文字や見えない文字は使えません。", why);
    if (rc == ERR_OK && defects->n == n_before && role == ROLE_STUDENT)
        rc = check_child(name, names, arena, defects, why);
    if (rc != ERR_OK || defects->n > n_before || (ROLE_BIT(role) & ROLES_CHILD_SIDE) == 0)
        return rc;
    rc = is_staffs(name, arena, &is_staff, why);
    return rc == ERR_OK && is_staff
               ? say(defects, arena, "/name", "staff",
                     "「なまえ」に、先生やスタッフとまちがえられる言葉は使えません。", why)
               : rc;
}

/* Cuts title off the look's end; false: it does not end so. */
static bool untitled(struct span *look, struct span title)
{
    if (!ends_with(*look, title))
        return false;
    look->len -= title.len;
    return true;
}

enum err profile_name_like(const struct people *people, struct span name, struct id but,
                           struct arena *arena, enum people_like *like_out, struct fail *why)
{
    struct people_look look, title;
    enum people_like like = PEOPLE_LIKE_NOBODY;
    enum err rc = people_look_of(name, arena, &look, why);

    if (rc == ERR_OK)
        like = people_like(people, &look, but);
    for (size_t i = 0; rc == ERR_OK && like == PEOPLE_LIKE_NOBODY && i < N_OF(titles); i++) {
        struct people_look rest = look;

        rc = people_look_of(span_text(titles[i]), arena, &title, why);
        if (rc == ERR_OK && untitled(&rest.seen, title.seen) &&
            untitled(&rest.read, title.read) &&
            people_like(people, &rest, but) == PEOPLE_LIKE_STAFF)
            like = PEOPLE_LIKE_STAFF;
    }
    if (rc == ERR_OK)
        *like_out = like;
    return rc;
}

enum err profile_check_note(struct span note, struct arena *arena, struct jx_defects *defects,
                            struct fail *why)
{
    static const struct text_rule rule = {"/note", "ひとこと", PROFILE_NOTE_MOST,
                                          PROFILE_NOTE_BYTES};

    return check_text(&rule, note, arena, defects, why);
}

/* ---- reading what a name may not be ---- */

static enum err read_schools(struct db *db, struct arena *arena, struct profile_names *out,
                             struct fail *why)
{
    struct org_row *orgs = NULL;
    struct span *schools;
    size_t n = 0;
    enum err rc = org_store_all(NULL, db, arena, &orgs, &n, why);

    if (rc != ERR_OK)
        return rc;
    schools = arena_alloc(arena, (n + 1) * sizeof *schools);
    if (schools == NULL)
        return fail_set(why, ERR_NOMEM, "schools");
    out->schools = schools;
    out->n_schools = 0;
    for (size_t i = 0; i < n; i++)
        if (orgs[i].kind == ORG_SCHOOL)
            schools[out->n_schools++] = orgs[i].name;
    return ERR_OK;
}

enum err profile_names_read(const struct services *services, struct db *db, struct id person,
                            struct arena *arena, struct profile_names *names_out,
                            struct fail *why)
{
    struct profile_names names = {.n_schools = 0};
    struct span *const out[] = {&names.family, &names.given, &names.family_kana,
                                &names.given_kana};
    struct person_row row;
    enum err rc = person_store_find(NULL, db, person, arena, &row, why);

    arena_mark_secret(arena);
    for (int i = 0; rc == ERR_OK && i <= PERSON_GIVEN_KANA; i++)
        rc = person_unseal(services->keyring, &row, (enum person_column)i, arena, out[i], why);
    if (rc == ERR_OK)
        rc = read_schools(db, arena, &names, why);
    if (rc == ERR_OK)
        *names_out = names;
    return rc;
}
