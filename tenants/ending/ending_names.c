#include "tenants/ending/ending_names.h"

#include "node/base/utf.h"
#include "node/db/seal.h"
#include "tenants/ending/ending_look_store.h"
#include "tenants/people/account.h"
#include "tenants/people/people_index.h"

#define MASKS_MOST   10000 /* a name that is itself made of it would never end */
#define POINTS_LEAST 2

static size_t points_of(struct span text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += (text.p[i] & 0xc0) != 0x80;
    return n;
}

enum err ending_names_add(struct ending_names *names, struct span name, bool is_whole,
                          struct arena *arena, struct fail *why)
{
    struct span folded;
    enum err rc = people_fold(name, arena, &folded, why);

    if (rc != ERR_OK || points_of(folded) < POINTS_LEAST)
        return rc;
    for (size_t i = 0; i < names->n; i++)
        if (span_eq(names->at[i].folded, folded)) {
            names->at[i].is_whole = names->at[i].is_whole || is_whole;
            return ERR_OK;
        }
    if (names->n == ENDING_NAMES_CAP)
        return fail_set(why, ERR_TOO_LARGE, "more than %d names", ENDING_NAMES_CAP);
    names->at[names->n].folded = folded;
    names->at[names->n++].is_whole = is_whole;
    return ERR_OK;
}

/* "family U+3000 given" whole and in parts. */
static enum err add_both(struct ending_names *names, struct span both, struct arena *arena,
                         struct fail *why)
{
    const struct span gap = SPAN("\xe3\x80\x80");
    enum err rc = ending_names_add(names, both, true, arena, why);

    for (size_t i = 0; rc == ERR_OK && i < both.len; i++) {
        if (!span_has_prefix(span_from(both, i), gap))
            continue;
        rc = ending_names_add(names, span_cut(both, 0, i), false, arena, why);
        if (rc == ERR_OK)
            rc = ending_names_add(names, span_from(both, i + gap.len), false, arena, why);
        break;
    }
    return rc;
}

struct past {
    struct ending_names *names;
    struct keyring *keyring;
    struct arena *arena;
};

static enum err add_past(const struct ending_text *text, void *arg, struct fail *why)
{
    const struct past *p = arg;
    const struct seal_place place = {"profile_version", "name_sealed", text->row};
    struct span plain;
    enum err rc = unseal(p->keyring, &place, text->sealed, p->arena, &plain, why);

    if (rc == ERR_NOT_FOUND)
        return ERR_OK;
    return rc == ERR_OK ? ending_names_add(p->names, plain, true, p->arena, why) : rc;
}

enum err ending_names_read(const struct services *services, struct db *db, struct id person,
                           struct arena *arena, struct ending_names *out, struct fail *why)
{
    struct past past = {out, services->keyring, arena};
    struct people *people = NULL;
    const struct people_entry *e;
    enum err rc = people_ref(accounts_people(services->accounts), db, &people, why);

    out->n = 0;
    if (rc != ERR_OK)
        return rc;
    e = people_find(people, person);
    if (e != NULL) {
        rc = add_both(out, e->name, arena, why);
        if (rc == ERR_OK)
            rc = add_both(out, e->kana, arena, why);
        if (rc == ERR_OK)
            rc = ending_names_add(out, e->display, true, arena, why);
        if (rc == ERR_OK)
            rc = ending_names_add(out, e->login, true, arena, why);
    }
    people_unref(&people);
    return rc == ERR_OK ? ending_look_names(db, person, add_past, &past, why) : rc;
}

/* The folded text without spaces, and of each byte which point of the fold it is. */
struct bare {
    struct fold fold;
    uint8_t *text;
    uint32_t *point_of;
    size_t len;
};

static enum err bare_make(struct span text, struct arena *arena, struct bare *out,
                          struct fail *why)
{
    enum err rc = utf_fold(text, FOLD_SEARCH, arena, &out->fold, why);
    uint32_t point = 0;

    out->len = 0;
    if (rc != ERR_OK)
        return rc;
    out->text = arena_alloc(arena, out->fold.text.len + 1);
    out->point_of = arena_alloc(arena, (out->fold.text.len + 1) * sizeof *out->point_of);
    if (out->text == NULL || out->point_of == NULL)
        return fail_set(why, ERR_NOMEM, "a text");
    for (size_t i = 0; i < out->fold.text.len; i++) {
        const uint8_t c = out->fold.text.p[i];

        if (i > 0 && (c & 0xc0) != 0x80)
            point++;
        if (c == ' ' || c == '\n')
            continue;
        out->text[out->len] = c;
        out->point_of[out->len++] = point;
    }
    return ERR_OK;
}

enum err ending_names_find(const struct ending_names *names, struct span text,
                           struct arena *arena, bool *is_there_out, struct ending_hit *hit_out,
                           struct fail *why)
{
    struct bare bare;
    size_t best = 0, best_len = 0;
    enum err rc = bare_make(text, arena, &bare, why);

    *is_there_out = false;
    hit_out->is_whole = false;
    for (size_t i = 0; rc == ERR_OK && i < names->n; i++) {
        const struct span name = names->at[i].folded;
        const uint8_t *found =
            bare.len < name.len ? NULL : memmem(bare.text, bare.len, name.p, name.len);
        size_t at = found == NULL ? 0 : (size_t)(found - bare.text);

        if (found == NULL)
            continue;
        hit_out->is_whole = hit_out->is_whole || names->at[i].is_whole;
        if (!*is_there_out || at < best || (at == best && name.len > best_len)) {
            best = at;
            best_len = name.len;
        }
        *is_there_out = true;
    }
    if (rc == ERR_OK && *is_there_out) {
        const struct fold *f = &bare.fold;
        uint32_t from = f->grapheme_of[bare.point_of[best]];
        uint32_t end = f->grapheme_end[bare.point_of[best + best_len - 1]];

        hit_out->at = f->grapheme_at[from];
        hit_out->len = f->grapheme_at[end] - f->grapheme_at[from];
    }
    return rc;
}

enum err ending_names_mask(const struct ending_names *names, struct span text,
                           struct arena *arena, struct span *masked_out, struct fail *why)
{
    struct span now = text;

    for (int n = 0; n < MASKS_MOST; n++) {
        struct ending_hit hit;
        bool is_there;
        uint8_t *next;
        enum err rc = ending_names_find(names, now, arena, &is_there, &hit, why);

        *masked_out = now;
        if (rc != ERR_OK || !is_there)
            return rc;
        next = arena_alloc(arena, now.len + ENDING_HIDDEN.len);
        if (next == NULL)
            return fail_set(why, ERR_NOMEM, "a text");
        memcpy(next, now.p, hit.at);
        memcpy(next + hit.at, ENDING_HIDDEN.p, ENDING_HIDDEN.len);
        memcpy(next + hit.at + ENDING_HIDDEN.len, now.p + hit.at + hit.len,
               now.len - hit.at - hit.len);
        now = span_of(next, now.len - hit.len + ENDING_HIDDEN.len);
    }
    return fail_set(why, ERR_INVALID, "the name cannot be hidden");
}
