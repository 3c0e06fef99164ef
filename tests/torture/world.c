/* node/place's world while memory fails: no crash, no leak, nobody half there, counts that stay
 * the truth; and what could not be told is told when memory is back. */
#include "node/base/wholefile.h"
#include "node/place/world_priv.h"
#include "tests/torture/torture.h"

#define N_PEOPLE 4

static struct ground *ground;
static size_t n_here; /* floor.here received by the first */

/* Before any allocation fails: reading floors is not this file's question. */
__attribute__((constructor)) static void ground_make(void)
{
    static uint8_t bytes[JX_MAX_BYTES];
    size_t len = 0;

    must(wholefile_read("tests/unit/place/world_lab.json", bytes, sizeof bytes, &len, NULL) ==
         ERR_OK);
    must(ground_create(span_of(bytes, len), &ground, NULL) == ERR_OK);
}

static void receive(void *peer, struct ws_shared *frame, enum ws_keep keep)
{
    static const char here[] = "{\"ev\":\"floor.here\"";
    struct span bytes = ws_shared_bytes(frame);

    must(bytes.len > 8 && (keep == WS_KEEP) == ((bytes.p[0] & 0xf) == WS_OP_TEXT));
    if (peer == &n_here && memmem(bytes.p, bytes.len, here, sizeof here - 1) != NULL)
        n_here++;
}

static void call(void *owner, const struct live_event *event, const void *of)
{
    must(owner != NULL && event != NULL && of != NULL);
}

static void counts_check(const struct world_copy *copy)
{
    int n_public = 0;

    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];

        must(copy->people[i]->at == i);
        if (copy->people[i]->puppet != NULL)
            continue;
        n_public += body->channel == CHANNEL_PUBLIC;
        must(floor_is_free(world_map(copy), body->x, body->y));
        must(body->areas == floor_areas_at(world_map(copy), body->x, body->y));
    }
    must(n_public == world_copy_n_public(copy));
}

static void note(enum err rc, enum err *worst)
{
    must(rc == ERR_OK || rc == ERR_NOMEM);
    if (rc != ERR_OK)
        *worst = rc;
}

static void told(void *arg, struct id account, const struct mirror_look *look,
                 struct floor_spot at)
{
    must(arg != NULL && !id_is_none(account) && look->name[0] != '\0' && at.x >= 0);
}

static void left(void *arg, struct id account)
{
    must(arg != NULL && !id_is_none(account));
}

static void moved(void *arg, struct id account, const struct mirror_move *move)
{
    must(arg != NULL && !id_is_none(account) && move->n <= PATH_POINTS_CAP);
}

static const struct world_watch watch = {&n_here, told, told, left, moved};

/* Somebody of another node, who goes about. */
static enum err figure_live(struct world_copy *copy, int64_t now_ms)
{
    const struct mirror_look look = {.name = "n", .town = "t", .pseud = "p"};
    const struct mirror_move move = {.at = {300, 300}};
    struct world_person *puppet = NULL;
    enum err rc = world_puppet_put(copy, &n_here, &look, (struct floor_spot){100, 100}, now_ms,
                                   &puppet, NULL);

    must((rc == ERR_OK) == (puppet != NULL));
    if (rc == ERR_OK)
        world_puppet_move(puppet, &move, now_ms);
    return rc;
}

/* Everything that may allocate; the first person alone is asked what he got. */
static enum err live(struct world_copy *copy)
{
    struct world_look look = {
        .account = {.b = {1}}, .role = ROLE_STUDENT, .name = "n", .login = "l", .alias = "a"};
    struct world_entry entry = {.rung = RUNG_TEXT, .state = WORLD_TALK};
    struct world_person *people[N_PEOPLE] = {NULL};
    enum err worst = ERR_OK;
    int64_t now_ms = 1000;

    world_watch_set(copy, &watch);
    note(figure_live(copy, now_ms), &worst);
    for (int i = 0; i < N_PEOPLE; i++) {
        enum err rc;

        look.may_see_ids = i == 1;
        rc = world_enter(copy, &look, &entry, i == 0 ? (void *)&n_here : (void *)copy, now_ms,
                         &people[i], NULL);
        must((rc == ERR_OK) == (people[i] != NULL));
        note(rc, &worst);
        world_tick(copy->world, now_ms += WORLD_TICK_MS);
    }
    if (people[0] != NULL) {
        note(world_walk(people[0], 700, 700, now_ms, NULL), &worst);
        world_tick(copy->world, now_ms += WORLD_TICK_MS);
        note(world_area_enter(people[0], SPAN("cell"), now_ms, NULL), &worst);
        world_tick(copy->world, now_ms += WORLD_TICK_MS);
        note(world_area_leave(people[0], now_ms, NULL), &worst);
        world_refresh(people[0], now_ms);
    }
    world_session_change(copy, true, SPAN("t"), now_ms);
    note(world_ground_change(copy, ground, now_ms, NULL), &worst);
    counts_check(copy);
    world_leave(&people[1], now_ms);
    world_tick(copy->world, now_ms += WORLD_TICK_MS);
    counts_check(copy);
    return worst;
}

TORTURE(world_lives)
{
    struct world_conf conf = {
        .send = receive, .call = call, .distance_cm = 150, .n_people_cap = 10};
    struct world *world = NULL;
    struct world_copy *copy = NULL;
    enum err rc = world_create(&conf, &world, NULL);

    must((rc == ERR_OK) == (world != NULL));
    if (rc == ERR_OK)
        rc = world_copy_open(world, ground, 1, &copy, NULL);
    must((rc == ERR_OK) == (copy != NULL));
    if (rc == ERR_OK)
        rc = live(copy);
    world_destroy(&world);
    return rc;
}

/* Of the events of one person's coming none is lost: whoever could not be told gets all anew.
 */
TORTURE(world_tells_when_memory_is_back)
{
    struct world_conf conf = {
        .send = receive, .call = call, .distance_cm = 150, .n_people_cap = 10};
    struct world_look look = {.role = ROLE_STUDENT, .name = "n", .login = "l", .alias = "a"};
    struct world_entry entry = {.rung = RUNG_TEXT, .state = WORLD_TALK};
    struct world_person *person = NULL;
    struct world *world = NULL;
    struct world_copy *copy = NULL;
    enum err rc = world_create(&conf, &world, NULL);
    int64_t now_ms = 1000;

    n_here = 0;
    if (rc == ERR_OK)
        rc = world_copy_open(world, ground, 1, &copy, NULL);
    if (rc == ERR_OK)
        rc = world_enter(copy, &look, &entry, &n_here, now_ms, &person, NULL);
    must(rc != ERR_OK || n_here > 0 || (world_body_of(person)->flags & BODY_HERE) != 0);
    if (rc == ERR_OK && (world_body_of(person)->flags & BODY_HERE) != 0) {
        world_tick(world, now_ms + WORLD_TICK_MS);
        /* Memory that fails for good ends this run as out of memory. */
        if ((world_body_of(person)->flags & BODY_HERE) != 0)
            rc = ERR_NOMEM;
        else
            must(n_here > 0);
    }
    world_destroy(&world);
    return rc;
}
