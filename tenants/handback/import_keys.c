/* Which keys a bag's sealed columns were under, and theirs here. */
#include <stdlib.h>

#include "tenants/handback/import_priv.h"

static size_t slot_of(const struct import *im, enum key_kind kind, struct id of,
                      struct span name)
{
    uint64_t h = 1469598103934665603u + (unsigned)kind;

    for (size_t i = 0; i < sizeof of.b; i++)
        h = (h ^ of.b[i]) * 1099511628211u;
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ name.p[i]) * 1099511628211u;
    return (size_t)(h % im->n_slots);
}

static struct import_key *find(const struct import *im, enum key_kind kind, struct id of,
                               struct span name)
{
    size_t at = slot_of(im, kind, of, name);

    while (im->keys[at].is_used && !(im->keys[at].kind == kind && id_eq(im->keys[at].of, of) &&
                                     span_eq(span_text(im->keys[at].name), name)))
        at = (at + 1) % im->n_slots;
    return &im->keys[at];
}

static enum err grow(struct import *im, struct fail *why)
{
    struct import_key *old = im->keys;
    size_t n_old = im->n_slots;

    if (2 * im->n_keys < im->n_slots)
        return ERR_OK;
    im->n_slots = n_old == 0 ? 4096 : 2 * n_old;
    im->keys = arena_alloc(im->arena, im->n_slots * sizeof *im->keys);
    if (im->keys == NULL)
        return fail_set(why, ERR_NOMEM, "%zu keys", im->n_slots);
    for (size_t i = 0; i < n_old; i++)
        if (old[i].is_used)
            *find(im, old[i].kind, old[i].of, span_text(old[i].name)) = old[i];
    return ERR_OK;
}

static enum err meet(struct import *im, const struct read_seal *s, struct fail *why)
{
    struct import_key *k;
    enum err rc = grow(im, why);

    if (rc != ERR_OK)
        return rc;
    if (s->name.len >= sizeof k->name || (s->is_closed && !s->has_of))
        return fail_set(why, ERR_PROTO, "a key's name");
    k = find(im, s->kind, s->of, s->name);
    if (k->is_used)
        return k->is_closed == s->is_closed
                   ? ERR_OK
                   : fail_set(why, ERR_PROTO, "one key is open and closed at once");
    *k = (struct import_key){
        .kind = s->kind, .is_used = true, .is_closed = s->is_closed, .of = s->of};
    if (s->name.len > 0)
        memcpy(k->name, s->name.p, s->name.len);
    im->n_keys++;
    return ERR_OK;
}

static enum err meet_record(struct import *im, const struct read_table *table,
                            const struct read_record *record, void *arg, struct fail *why)
{
    enum err rc = ERR_OK;

    (void)arg;
    for (int i = 0; i < table->n && rc == ERR_OK; i++) {
        struct read_seal s;

        if (table->columns[i].type != READ_SEALED || record->values[i].is_null)
            continue;
        read_seal(record->values[i].raw, &s);
        if (!s.is_empty)
            rc = meet(im, &s, why);
    }
    return rc;
}

/* Those of one kind that have a subject and are (not) closed, in batches. */
static enum err make(struct import *im, enum key_kind kind, bool is_closed, struct fail *why)
{
    struct keyring *keyring = im->services->keyring;
    struct id *subjects = malloc(KEYRING_BATCH_MOST * sizeof *subjects);
    struct id *keys = malloc(KEYRING_BATCH_MOST * sizeof *keys);
    struct import_key **of = malloc(KEYRING_BATCH_MOST * sizeof(struct import_key *));
    size_t n = 0;
    enum err rc = subjects == NULL || keys == NULL || of == NULL
                      ? fail_set(why, ERR_NOMEM, "keys")
                      : ERR_OK;

    for (size_t i = 0; i <= im->n_slots && rc == ERR_OK; i++) {
        struct import_key *k = i < im->n_slots ? &im->keys[i] : NULL;
        bool is_one = k != NULL && k->is_used && k->kind == kind && k->is_closed == is_closed &&
                      k->name[0] == '\0';

        if (is_one) {
            of[n] = k;
            subjects[n++] = k->of;
        }
        if (n < KEYRING_BATCH_MOST && k != NULL)
            continue;
        rc = is_closed ? keyring_bury_keys(keyring, kind, subjects, n, keys, why)
                       : keyring_need_keys(keyring, kind, subjects, n, keys, why);
        for (size_t j = 0; j < n && rc == ERR_OK; j++)
            of[j]->key = keys[j];
        n = 0;
    }
    free(subjects);
    free(keys);
    free(of);
    return rc;
}

enum err import_keys(struct import *im, struct fail *why)
{
    enum err rc = grow(im, why);

    for (size_t i = 0; i < im->tables.n && rc == ERR_OK; i++)
        if (!import_is_kept(im->tables.at[i].table))
            rc = import_each(im, &im->tables.at[i], meet_record, NULL, why);
    for (int kind = 0; kind < KEY_KIND_N && rc == ERR_OK; kind++)
        rc = make(im, (enum key_kind)kind, false, why);
    for (size_t i = 0; i < im->n_slots && rc == ERR_OK; i++) {
        struct import_key *k = &im->keys[i];

        if (k->is_used && k->name[0] != '\0')
            rc = k->is_closed ? fail_set(why, ERR_PROTO, "a closed key of a name")
                              : keyring_need_key(im->services->keyring, k->kind, k->of, k->name,
                                                 &k->key, why);
        im->result->n_closed += k->is_used && k->is_closed;
    }
    /* Last: what was closed cannot be taken back. */
    for (int kind = 0; kind < KEY_KIND_N && rc == ERR_OK; kind++)
        rc = make(im, (enum key_kind)kind, true, why);
    im->result->n_keys = im->n_keys;
    return rc;
}

enum err import_key_find(const struct import *im, const struct read_seal *seal,
                         struct id *key_out, struct fail *why)
{
    const struct import_key *k = find(im, seal->kind, seal->of, seal->name);

    if (!k->is_used || k->is_closed != seal->is_closed)
        return fail_set(why, ERR_PROTO, "the bag changed while it was read");
    *key_out = k->key;
    return ERR_OK;
}
