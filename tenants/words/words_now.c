#include "tenants/words/words_now.h"

#include <pthread.h>
#include <stdlib.h>

#include "tenants/words/words_store.h"

struct words_desk {
    pthread_mutex_t lock;
    struct words *now;
    int64_t version;
};

static enum err read_held(struct db *db, struct words **words_out, int64_t *version_out,
                          struct fail *why)
{
    struct arena *arena = NULL;
    struct words_held held = {.version = 0};
    enum err rc = arena_create(65536, &arena, why);

    if (rc == ERR_OK)
        rc = words_store_held(NULL, db, arena, &held, why);
    if (rc == ERR_OK) {
        const struct words_lists lists = {held.terms[WORDS_LIST_OWN],
                                          held.terms[WORDS_LIST_ALLOWED],
                                          held.n[WORDS_LIST_OWN], held.n[WORDS_LIST_ALLOWED]};

        rc = words_create(&lists, words_out, why);
        *version_out = held.version;
    }
    arena_destroy(&arena);
    return rc;
}

enum err words_open(struct db *db, struct words_desk **desk_out, struct fail *why)
{
    struct words_desk *desk = calloc(1, sizeof *desk);
    enum err rc;

    *desk_out = NULL;
    if (desk == NULL)
        return fail_set(why, ERR_NOMEM, "words");
    pthread_mutex_init(&desk->lock, NULL);
    rc = read_held(db, &desk->now, &desk->version, why);
    if (rc != ERR_OK)
        words_close(&desk);
    *desk_out = desk;
    return rc;
}

void words_close(struct words_desk **desk)
{
    if (*desk == NULL)
        return;
    words_unref(&(*desk)->now);
    pthread_mutex_destroy(&(*desk)->lock);
    free(*desk);
    *desk = NULL;
}

struct words *words_now(struct words_desk *desk)
{
    struct words *words;

    pthread_mutex_lock(&desk->lock);
    words = words_ref(desk->now);
    pthread_mutex_unlock(&desk->lock);
    return words;
}

void words_set(struct words_desk *desk, struct words **words, int64_t version)
{
    struct words *old = *words;

    *words = NULL;
    pthread_mutex_lock(&desk->lock);
    if (version > desk->version) {
        struct words *next = old;

        old = desk->now;
        desk->now = next;
        desk->version = version;
    }
    pthread_mutex_unlock(&desk->lock);
    words_unref(&old);
}
