/* Everyone's row opened, folded and put in order: a snapshot of the index of names. */
#include <stdlib.h>

#include "node/base/clock.h"
#include "node/base/log.h"
#include "node/base/utf.h"
#include "node/db/seal.h"
#include "tenants/people/people_look_store.h"
#include "tenants/people/people_priv.h"

#define CHUNK_BYTES   65536
#define SCRATCH_BYTES 16384
#define TOKYO_S       INT64_C(32400) /* ahead of UTC */
#define WIDE_SPACE    "\xe3\x80\x80" /* U+3000, between family and given name */

struct build {
    struct keyring *keyring;
    struct people *people;
    struct arena *scratch; /* of one person; wiped after each */
    size_t n_cap;
};

static enum err nomem(struct fail *why)
{
    return fail_set(why, ERR_NOMEM, "index of names");
}

static enum err keep(struct build *b, struct span text, struct span *out, struct fail *why)
{
    *out = arena_copy(b->people->arena, text);
    return out->p == NULL && text.len > 0 ? nomem(why) : ERR_OK;
}

/* A text that cannot be read back costs that text, not the whole index. */
static enum err open_text(struct build *b, const struct people_row *row, enum people_sealed k,
                          struct span *plain_out, struct fail *why)
{
    static const char *const places[PEOPLE_SEALED_N][2] = {
        {"person", "family_sealed"},        {"person", "given_sealed"},
        {"person", "family_kana_sealed"},   {"person", "given_kana_sealed"},
        {"account", "display_name_sealed"}, {"account", "login_sealed"}};
    const struct seal_place place = {places[k][0], places[k][1], row->place.person};
    struct fail fail = {.code = ERR_OK};
    enum err rc;

    *plain_out = SPAN("");
    if (row->sealed[k].len == 0)
        return ERR_OK;
    rc = unseal(b->keyring, &place, row->sealed[k], b->scratch, plain_out, &fail);
    if (rc == ERR_PROTO || (rc == ERR_OK && !utf_is_valid(*plain_out))) {
        log_error("people.unreadable", L_ID("person", place.row),
                  L_TEXT("column", place.column));
        *plain_out = SPAN("");
        return ERR_OK;
    }
    if (rc != ERR_OK && why != NULL)
        *why = fail;
    return rc;
}

/* The parts behind one another in the arena. Not by printf: that leaves text on the stack. */
static enum err concat(struct arena *arena, const struct span *parts, size_t n_parts,
                       struct span *out, struct fail *why)
{
    size_t len = 0, at = 0;
    uint8_t *p;

    for (size_t i = 0; i < n_parts; i++)
        len += parts[i].len;
    p = arena_alloc(arena, len + 1);
    if (p == NULL)
        return nomem(why);
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].len > 0)
            memcpy(p + at, parts[i].p, parts[i].len);
        at += parts[i].len;
    }
    *out = span_of(p, len);
    return ERR_OK;
}

static enum err join(struct build *b, struct span family, struct span given, struct span *out,
                     struct fail *why)
{
    bool both = family.len > 0 && given.len > 0;
    const struct span parts[] = {family, both ? SPAN(WIDE_SPACE) : SPAN_NONE, given};

    return concat(b->people->arena, parts, 3, out, why);
}

/* Folded for search, without spaces: how a name is typed depends on who types. */
enum err people_fold(struct span text, struct arena *arena, struct span *folded_out,
                     struct fail *why)
{
    struct fold fold;
    char *out;
    size_t n = 0;
    enum err rc = utf_fold(text, FOLD_SEARCH, arena, &fold, why);

    if (rc != ERR_OK)
        return rc;
    out = arena_alloc(arena, fold.text.len + 1);
    if (out == NULL)
        return nomem(why);
    for (size_t i = 0; i < fold.text.len; i++)
        if (fold.text.p[i] != ' ' && fold.text.p[i] != '\n')
            out[n++] = (char)fold.text.p[i];
    *folded_out = span_of(out, n);
    return ERR_OK;
}

static enum err put_hay(struct build *b, const struct span plain[PEOPLE_SEALED_N],
                        struct people_entry *e, struct fail *why)
{
    const struct span end = SPAN("\n");
    struct span f[PEOPLE_SEALED_N] = {{NULL, 0}};
    enum err rc = ERR_OK;

    for (int k = 0; rc == ERR_OK && k < PEOPLE_SEALED_N; k++)
        rc = people_fold(plain[k], b->scratch, &f[k], why);
    if (rc != ERR_OK)
        return rc;
    e->display_len = 2 + f[PEOPLE_DISPLAY].len;
    e->id_len = e->display_len + 1 + f[PEOPLE_LOGIN].len;
    return concat(b->people->arena,
                  (const struct span[]){end, f[PEOPLE_DISPLAY], end, f[PEOPLE_LOGIN], end,
                                        f[PEOPLE_FAMILY], f[PEOPLE_GIVEN], end, f[PEOPLE_GIVEN],
                                        end, f[PEOPLE_FAMILY_KANA], f[PEOPLE_GIVEN_KANA], end,
                                        f[PEOPLE_GIVEN_KANA], end},
                  15, &e->hay, why);
}

enum err people_look_of(struct span name, struct arena *arena, struct people_look *look_out,
                        struct fail *why)
{
    struct span folded = SPAN_NONE;
    enum err rc = utf_look(name, arena, &look_out->seen, why);

    if (rc == ERR_OK)
        rc = people_fold(name, arena, &folded, why);
    return rc == ERR_OK ? utf_look(folded, arena, &look_out->read, why) : rc;
}

/* names: family, given and their kana. What is empty looks like nobody. */
enum err people_put_looks(struct people_entry *e, const struct span names[4],
                          struct arena *arena, struct fail *why)
{
    const bool is_adult = (ROLE_BIT(e->place.role) & ROLES_CHILD_SIDE) == 0;
    enum err rc = people_look_of(e->display, arena, &e->looks[0], why);

    for (int i = 1; rc == ERR_OK && i < PEOPLE_LOOKS_N && is_adult; i++) {
        const struct span *name = &names[i <= 2 ? 0 : 2];
        struct span both = SPAN_NONE;

        if (name[0].len == 0 || name[1].len == 0)
            continue;
        rc = concat(arena, (const struct span[]){name[i % 2], name[1 - i % 2]}, 2, &both, why);
        if (rc == ERR_OK)
            rc = people_look_of(both, arena, &e->looks[i], why);
    }
    return rc;
}

/* What stands where a name is missing, so that nobody is lost at an end of the list. */
static struct span first_of(struct span a, struct span b, struct span c)
{
    return a.len > 0 ? a : b.len > 0 ? b : c;
}

static enum err put(struct build *b, const struct people_row *row,
                    const struct span plain[PEOPLE_SEALED_N], struct fail *why)
{
    struct people_entry *e = &b->people->at[b->people->n];
    struct people_keys *keys = &b->people->keys[b->people->n];
    enum err rc;

    *e = (struct people_entry){.place = row->place,
                               .has_account = row->has_account,
                               .state = row->state,
                               .is_trial = row->is_trial,
                               .ends_utc_us = row->ends_utc_us};
    rc = join(b, plain[PEOPLE_FAMILY], plain[PEOPLE_GIVEN], &e->name, why);
    if (rc == ERR_OK)
        rc = join(b, plain[PEOPLE_FAMILY_KANA], plain[PEOPLE_GIVEN_KANA], &e->kana, why);
    if (rc == ERR_OK)
        rc = keep(b, plain[PEOPLE_DISPLAY], &e->display, why);
    if (rc == ERR_OK)
        rc = keep(b, plain[PEOPLE_LOGIN], &e->login, why);
    if (rc == ERR_OK)
        rc = keep(b, row->school_name, &e->school_name, why);
    if (rc == ERR_OK)
        rc = put_hay(b, plain, e, why);
    if (rc == ERR_OK && row->has_account)
        rc = people_put_looks(e, &plain[PEOPLE_FAMILY], b->scratch, why);
    for (size_t i = 0; rc == ERR_OK && i < PEOPLE_LOOKS_N; i++) {
        rc = keep(b, e->looks[i].seen, &e->looks[i].seen, why);
        if (rc == ERR_OK)
            rc = keep(b, e->looks[i].read, &e->looks[i].read, why);
    }
    if (rc == ERR_OK)
        rc = keep(b, first_of(plain[PEOPLE_FAMILY_KANA], plain[PEOPLE_FAMILY], e->display),
                  &keys->family, why);
    if (rc == ERR_OK)
        rc = keep(b, first_of(plain[PEOPLE_GIVEN_KANA], plain[PEOPLE_GIVEN], SPAN("")),
                  &keys->given, why);
    if (rc == ERR_OK)
        b->people->n++;
    return rc;
}

static enum err reserve(struct build *b, struct fail *why)
{
    struct people *p = b->people;

    if (p->at != NULL)
        return ERR_OK;
    p->at = arena_alloc(p->arena, b->n_cap * sizeof *p->at);
    p->keys = arena_alloc(p->arena, b->n_cap * sizeof *p->keys);
    return p->at == NULL || p->keys == NULL ? nomem(why) : ERR_OK;
}

static enum err add(const struct people_row *row, void *arg, struct fail *why)
{
    struct build *b = arg;
    struct span plain[PEOPLE_SEALED_N];
    struct fail fail = {.code = ERR_OK};
    enum err rc = reserve(b, &fail);

    arena_mark_secret(b->scratch);
    for (int k = 0; rc == ERR_OK && k < PEOPLE_SEALED_N; k++)
        rc = open_text(b, row, (enum people_sealed)k, &plain[k], &fail);
    if (rc == ERR_OK)
        rc = put(b, row, plain, &fail);
    arena_reset(b->scratch);
    if (rc == ERR_NOT_FOUND) /* the key is destroyed, the row goes next: nobody */
        return ERR_OK;
    if (rc != ERR_OK && why != NULL)
        *why = fail;
    return rc;
}

/* ---- order ---- */

static int by_id(const struct people *p, uint32_t a, uint32_t b)
{
    return memcmp(p->at[a].place.person.b, p->at[b].place.person.b, sizeof(struct id));
}

static int by_name(const void *a, const void *b, void *arg)
{
    const struct people *p = arg;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = utf_collate_ja(p->keys[x].family, p->keys[y].family);

    if (order == 0)
        order = utf_collate_ja(p->keys[x].given, p->keys[y].given);
    return order != 0 ? order : by_id(p, x, y);
}

static int by_display(const void *a, const void *b, void *arg)
{
    const struct people *p = arg;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = utf_collate_ja(p->at[x].display, p->at[y].display);

    return order != 0 ? order : by_id(p, x, y);
}

static enum err sort(struct people *p, struct fail *why)
{
    p->by_name = arena_alloc(p->arena, (p->n + 1) * sizeof *p->by_name);
    p->by_display = arena_alloc(p->arena, (p->n + 1) * sizeof *p->by_display);
    if (p->by_name == NULL || p->by_display == NULL)
        return nomem(why);
    for (uint32_t i = 0; i < p->n; i++)
        p->by_name[i] = p->by_display[i] = i;
    qsort_r(p->by_name, p->n, sizeof *p->by_name, by_name, p);
    qsort_r(p->by_display, p->n, sizeof *p->by_display, by_display, p);
    return ERR_OK;
}

int64_t people_today(void)
{
    return (clock_utc_us() / 1000000 + TOKYO_S) / 86400;
}

enum err people_build(struct keyring *keyring, struct db *db, struct people **people_out,
                      struct fail *why)
{
    struct build b = {.keyring = keyring};
    enum err rc;

    *people_out = NULL;
    b.people = calloc(1, sizeof *b.people);
    if (b.people == NULL)
        return nomem(why);
    atomic_init(&b.people->n_refs, 1);
    b.people->epoch = keyring_epoch(keyring); /* before the first key is used */
    b.people->day = people_today();
    rc = arena_create(CHUNK_BYTES, &b.people->arena, why);
    if (rc == ERR_OK) {
        arena_mark_secret(b.people->arena);
        rc = arena_create(SCRATCH_BYTES, &b.scratch, why);
    }
    if (rc == ERR_OK)
        rc = people_look_version(db, &b.people->version, why);
    if (rc == ERR_OK)
        rc = people_look_all(db, &b.n_cap, add, &b, why);
    if (rc == ERR_OK)
        rc = sort(b.people, why);
    arena_destroy(&b.scratch);
    if (rc == ERR_OK)
        *people_out = b.people;
    else
        people_unref(&b.people);
    return rc;
}
