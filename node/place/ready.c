#include "node/place/ready.h"

#include <pthread.h>

#include "node/base/log.h"

#define READY_MOST 16

/* Made when first asked for, never thrown away: there are five. */
static struct ground *grounds[READY_MOST];
static pthread_once_t grounds_once = PTHREAD_ONCE_INIT;

static struct span text_of(size_t i)
{
    return span_of(ready_floors[i].text, ready_floors[i].len);
}

static void make_grounds(void)
{
    struct fail why = {.code = ERR_OK};

    for (size_t i = 0; i < ready_floors_n && i < READY_MOST; i++)
        if (ground_create(text_of(i), &grounds[i], &why) != ERR_OK)
            log_error("place.ready_floor", L_TEXT("floor", ready_floors[i].id), L_FAIL(&why));
}

static struct ground *ground_at(size_t i)
{
    pthread_once(&grounds_once, make_grounds);
    return i < READY_MOST ? grounds[i] : NULL;
}

struct ground *ready_ground(size_t i)
{
    return ground_at(i);
}

struct ground *ready_ground_find(struct span id)
{
    for (size_t i = 0; i < ready_floors_n; i++)
        if (span_eq(span_text(ready_floors[i].id), id))
            return ground_at(i);
    return NULL;
}
