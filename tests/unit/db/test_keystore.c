/* The keystore's file: what goes in comes out; a torn or forged one is refused. */
#include "node/db/keystore.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/t.h"

#define HEAD_BYTES 50

static struct keystore_record record_of(uint8_t n, enum key_kind kind, const char *name)
{
    struct keystore_record r = {.at_utc_us = 1000 + n};

    memset(r.key.key.b, n, 16);
    memset(r.key.subject.b, kind == KEY_MAC ? 0 : n, 16);
    memset(r.blob, n, sizeof r.blob);
    r.key.kind = (uint8_t)kind;
    memcpy(r.key.name, name, strlen(name) + 1);
    return r;
}

/* Three keys, one of them destroyed. */
static void store_fill(struct keystore *store)
{
    const struct keystore_record rows[] = {record_of(1, KEY_PERSON, ""),
                                           record_of(2, KEY_MAC, "blind.login"),
                                           record_of(3, KEY_CLASS, "")};

    keystore_init(store, (struct id){{7}});
    store->generation = 5;
    store->sequence = 9;
    for (size_t i = 0; i < T_COUNT(rows); i++)
        T_EQ(keystore_add(store, &rows[i], NULL), ERR_OK, "added");
    keystore_record_destroy(&store->records[2], 4242);
}

/* Puts the right checksum under changed bytes, so that the rules behind it are reached. */
static void rehash(uint8_t *bytes, size_t len)
{
    SHA256(bytes, len - 32, bytes + len - 32);
}

T_CASE(keystore_comes_back_from_its_file)
{
    struct keystore store, back;
    const struct keystore_record *r;
    uint8_t *bytes = NULL, *again = NULL;
    size_t len, again_len;

    store_fill(&store);
    T_EQ(keystore_print(&store, &bytes, &len, NULL), ERR_OK, "printed");
    T_EQ(keystore_parse(span_of(bytes, len), &back, NULL), ERR_OK, "parsed");
    T_EQ(back.generation, 5, "generation");
    T_EQ(back.sequence, 9, "sequence");
    T_EQ(back.n, 3, "records");
    r = keystore_find(&back, KEY_MAC, ID_NONE, "blind.login");
    T_OK(r != NULL && r->blob[0] == 2 && r->at_utc_us == 1002, "found by its name");
    r = keystore_find_key(&back, back.records[0].key.key);
    T_OK(r != NULL && r->key.kind == KEY_PERSON, "found by its id");
    r = &back.records[2];
    T_OK(r->destroyed && r->at_utc_us == 4242, "a destroyed one leaves its record");
    T_EQ(r->blob[0], 0, "and no bytes");
    T_EQ(keystore_print(&back, &again, &again_len, NULL), ERR_OK, "printed again");
    T_SPAN(span_of(again, again_len), span_of(bytes, len), "the same bytes");
    free(bytes);
    free(again);
    keystore_fini(&store);
    keystore_fini(&back);
}

T_CASE(keystore_refuses_every_torn_file)
{
    struct keystore store, back;
    uint8_t *bytes = NULL;
    size_t len;

    store_fill(&store);
    T_EQ(keystore_print(&store, &bytes, &len, NULL), ERR_OK, "printed");
    for (size_t cut = 0; cut < len; cut++) {
        T_EQ(keystore_parse(span_of(bytes, cut), &back, NULL), ERR_PROTO, "cut");
        keystore_fini(&back);
    }
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 0x10;
        T_EQ(keystore_parse(span_of(bytes, len), &back, NULL), ERR_PROTO, "one bit");
        keystore_fini(&back);
        bytes[i] ^= 0x10;
    }
    free(bytes);
    keystore_fini(&store);
}

T_CASE(keystore_refuses_records_that_break_a_rule)
{
    static const struct {
        const char *what;
        size_t at; /* from the file's start */
        uint8_t value;
    } rows[] = {
        {"another version", 16, '2'},
        {"more records than bytes", HEAD_BYTES - 4, 1},
        {"fewer records than bytes", HEAD_BYTES - 1, 2},
        {"a state that is none", HEAD_BYTES, 3},
        {"a kind that is none", HEAD_BYTES + 1, KEYSTORE_KIND_COUNT},
        {"a time before 1970", HEAD_BYTES + 34, 0x80},
        {"a name longer than the file", HEAD_BYTES + 42, 200},
        {"a name that runs into the blob", HEAD_BYTES + 42, 5},
        {"a capital in a name", HEAD_BYTES + 103 + 43, 'B'},
        {"generation 0", 37, 0},
    };
    struct keystore store, back;
    uint8_t *bytes = NULL;
    size_t len;

    store_fill(&store);
    T_EQ(keystore_print(&store, &bytes, &len, NULL), ERR_OK, "printed");
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        uint8_t was = bytes[rows[i].at];

        bytes[rows[i].at] = rows[i].value;
        rehash(bytes, len);
        T_EQ(keystore_parse(span_of(bytes, len), &back, NULL), ERR_PROTO, rows[i].what);
        keystore_fini(&back);
        bytes[rows[i].at] = was;
    }
    /* The second record becomes the first again: one id twice, one place twice. */
    memcpy(bytes + HEAD_BYTES + 103 + 2, bytes + HEAD_BYTES + 2, 16);
    rehash(bytes, len);
    T_EQ(keystore_parse(span_of(bytes, len), &back, NULL), ERR_PROTO, "one key id twice");
    keystore_fini(&back);
    memset(bytes + HEAD_BYTES + 2, 0, 16);
    rehash(bytes, len);
    T_EQ(keystore_parse(span_of(bytes, len), &back, NULL), ERR_PROTO, "a key without an id");
    keystore_fini(&back);
    free(bytes);
    keystore_fini(&store);
}

T_CASE(keystore_never_gives_a_destroyed_place_away)
{
    struct keystore store, copy;
    struct keystore_record again = record_of(9, KEY_CLASS, "");

    store_fill(&store);
    again.key.subject = store.records[2].key.subject;
    T_EQ(keystore_add(&store, &again, NULL), ERR_CONFLICT, "the destroyed class");
    again = record_of(1, KEY_BACKUP, "");
    T_EQ(keystore_add(&store, &again, NULL), ERR_CONFLICT, "the key id of another");
    T_EQ(keystore_copy(&store, &copy, NULL), ERR_OK, "copied");
    keystore_record_destroy(&copy.records[0], 1);
    T_OK(!store.records[0].destroyed, "a copy is deep");
    keystore_fini(&copy);
    keystore_fini(&store);
}

T_CASE(keystore_finds_each_of_many)
{
    struct keystore store;

    keystore_init(&store, (struct id){{7}});
    T_OK(keystore_find_key(&store, (struct id){{1}}) == NULL, "nothing in an empty one");
    T_OK(keystore_find(&store, KEY_MAC, ID_NONE, "x") == NULL, "nothing in an empty one");
    for (int i = 1; i <= 3000; i++) {
        struct keystore_record r = record_of(0, KEY_PERSON, "");

        r.key.key.b[0] = r.key.subject.b[15] = (uint8_t)i;
        r.key.key.b[1] = r.key.subject.b[14] = (uint8_t)(i >> 8);
        T_EQ(keystore_add(&store, &r, NULL), ERR_OK, "added");
    }
    for (size_t i = 0; i < store.n; i++) {
        T_OK(keystore_find_key(&store, store.records[i].key.key) == &store.records[i], "by id");
        T_OK(keystore_find(&store, KEY_PERSON, store.records[i].key.subject, "") ==
                 &store.records[i],
             "by subject");
    }
    T_OK(keystore_find(&store, KEY_CLASS, store.records[0].key.subject, "") == NULL,
         "another kind");
    T_OK(keystore_find(&store, KEY_PERSON, store.records[0].key.subject, "a") == NULL,
         "another name");
    keystore_fini(&store);
}

/* Sanitizers bring heaps of their own, which are not the one looked through here. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#define WIPED_LEN 24

/* How often the wrapped bytes (masked, so that this is none of them) stand in the heap. */
static int heap_count(const uint8_t masked[WIPED_LEN])
{
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long from = 0, to = 0;
    char line[512];
    int n = 0;

    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        if (strstr(line, "[heap]") != NULL && sscanf(line, "%lx-%lx", &from, &to) == 2)
            break;
    if (maps != NULL)
        fclose(maps);
    for (const uint8_t *p = (const uint8_t *)from; from != 0 && p + WIPED_LEN <= (uint8_t *)to;
         p++) {
        size_t i = 0;

        while (i < WIPED_LEN && (p[i] ^ 0x5a) == masked[i])
            i++;
        n += i == WIPED_LEN;
    }
    return n;
}

T_CASE(keystore_leaves_no_wrapped_key_in_freed_memory)
{
    struct keystore store, copy;
    struct keystore_record r;
    uint8_t masked[WIPED_LEN];

    keystore_init(&store, (struct id){{7}});
    for (int i = 1; i <= 200; i++) { /* grows twice on its way */
        r = record_of((uint8_t)i, KEY_PERSON, "");
        for (size_t j = 0; j < sizeof r.blob; j++)
            r.blob[j] = (uint8_t)(0xa7 + 31 * j);
        T_EQ(keystore_add(&store, &r, NULL), ERR_OK, "added");
    }
    for (size_t j = 0; j < WIPED_LEN; j++)
        masked[j] = (uint8_t)(r.blob[j + 30] ^ 0x5a);
    T_EQ(keystore_copy(&store, &copy, NULL), ERR_OK, "copied");
    T_EQ(heap_count(masked), 400, "in the two stores, and nowhere that they grew out of");
    keystore_fini(&copy);
    keystore_fini(&store);
    T_EQ(heap_count(masked), 0, "and nowhere any more");
}

#endif
