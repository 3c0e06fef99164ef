#include "node/place/floor_name.h"

/* As node/web/src/words/forbidden.ts; a test compares them. */
static const char *const forbidden[] = {"不登校", "欠席",   "遅刻",
                                        "問題",   "対象者", "ランキング"};
static const char *const forbidden_readings[] = {"ふとうこう", "けっせき", "ちこく",
                                                 "たいしょうしゃ"};

/* The text is valid UTF-8: jx has seen to it. */
static uint32_t point_next(struct span text, size_t *at)
{
    const uint8_t *p = text.p + *at;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t point = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));

    for (size_t i = 1; i < n; i++)
        point = point << 6 | (p[i] & 0x3fu);
    *at += n;
    return point;
}

static bool is_kanji(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff) || c == 0x3005 ||
           c == 0x3006 || c == 0x30f6;
}

static bool is_kana(uint32_t c)
{
    return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc;
}

static bool is_gap(uint32_t c)
{
    return c == ' ' || c == 0x3000 || c == 0x30fb;
}

enum { OPEN = 0x300a, CLOSE = 0x300b, MARK = 0xff5c };

struct split {
    struct span ja;
    uint8_t *seen, *read;
    size_t n_seen, n_read;
    size_t base_read; /* where the base of the next reading begins */
    bool has_base, is_marked, base_has_kanji;
};

static void put(uint8_t *to, size_t *n, const uint8_t *from, size_t len)
{
    memcpy(to + *n, from, len);
    *n += len;
}

/* What stands between 《 and 》 replaces its base in what is read aloud. */
static bool reading_take(struct split *s, size_t *at)
{
    size_t from = *at, end = from;
    uint32_t c = 0;

    if (!s->has_base || !s->base_has_kanji)
        return false;
    while (*at < s->ja.len) {
        end = *at;
        c = point_next(s->ja, at);
        if (!is_kana(c))
            break;
    }
    if (c != CLOSE || end == from)
        return false;
    s->n_read = s->base_read;
    put(s->read, &s->n_read, s->ja.p + from, end - from);
    s->has_base = s->is_marked = s->base_has_kanji = false;
    return true;
}

static bool plain_take(struct split *s, uint32_t c, size_t from, size_t len)
{
    if (!s->is_marked && is_kanji(c) && !s->has_base) {
        s->has_base = true;
        s->base_read = s->n_read;
    }
    if (s->has_base && !s->is_marked && !is_kanji(c))
        return false; /* a kanji whose reading did not come */
    s->base_has_kanji = s->base_has_kanji || is_kanji(c);
    put(s->seen, &s->n_seen, s->ja.p + from, len);
    put(s->read, &s->n_read, s->ja.p + from, len);
    return true;
}

static bool split_run(struct split *s)
{
    size_t at = 0;

    while (at < s->ja.len) {
        size_t from = at;
        uint32_t c = point_next(s->ja, &at);
        bool is_fine = true;

        if (c == OPEN) {
            is_fine = reading_take(s, &at);
        } else if (c == CLOSE || (c == MARK && s->has_base)) {
            is_fine = false;
        } else if (c == MARK) {
            s->has_base = s->is_marked = true;
            s->base_read = s->n_read;
        } else {
            is_fine = plain_take(s, c, from, at - from);
        }
        if (!is_fine)
            return false;
    }
    return !s->has_base;
}

enum err floor_name_split(struct span ja, struct arena *arena, struct span *seen_out,
                          struct span *read_out, struct fail *why)
{
    struct split s = {.ja = ja,
                      .seen = arena_alloc(arena, ja.len + 1),
                      .read = arena_alloc(arena, ja.len + 1)};

    *seen_out = *read_out = SPAN_NONE;
    if (s.seen == NULL || s.read == NULL)
        return fail_set(why, ERR_NOMEM, "name of %zu bytes", ja.len);
    if (!split_run(&s))
        return fail_set(why, ERR_INVALID, "broken notation");
    *seen_out = span_of(s.seen, s.n_seen);
    *read_out = span_of(s.read, s.n_read);
    return ERR_OK;
}

/* Without spaces and dots, in place. */
static struct span squeezed(struct span text, uint8_t *into)
{
    size_t n = 0;

    for (size_t at = 0; at < text.len;) {
        size_t from = at;

        if (!is_gap(point_next(text, &at)))
            put(into, &n, text.p + from, at - from);
    }
    return span_of(into, n);
}

static bool holds_one(struct span text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text.len > 0 && memmem(text.p, text.len, words[i], strlen(words[i])) != NULL)
            return true;
    return false;
}

static bool has_latin(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.p[i] | 0x20) >= 'a' && (text.p[i] | 0x20) <= 'z')
            return true;
    return false;
}

enum err floor_name_check(const struct floor_name *name, struct arena *arena,
                          const char **rule_out, const char **field_out, struct fail *why)
{
    struct span seen, read;
    uint8_t *room;
    enum err rc = floor_name_split(name->ja, arena, &seen, &read, why);

    *rule_out = NULL;
    *field_out = "ja";
    if (rc == ERR_INVALID) {
        *rule_out = "reading";
        return ERR_OK;
    }
    if (rc != ERR_OK)
        return rc;
    room = arena_alloc(arena, seen.len + read.len + 1);
    if (room == NULL)
        return fail_set(why, ERR_NOMEM, "name of %zu bytes", name->ja.len);
    seen = squeezed(seen, room);
    read = squeezed(read, room + seen.len);
    if (seen.len == 0) {
        *rule_out = "empty";
    } else if (holds_one(seen, forbidden, sizeof forbidden / sizeof forbidden[0]) ||
               holds_one(read, forbidden_readings,
                         sizeof forbidden_readings / sizeof forbidden_readings[0])) {
        *rule_out = "forbidden";
    } else if (!has_latin(name->en)) {
        *rule_out = "english";
        *field_out = "en";
    }
    return ERR_OK;
}
