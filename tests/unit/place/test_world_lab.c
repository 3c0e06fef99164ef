/* The lab of the world's tests (world_lab.h): a reader of what browsers get, and invariants. */
#include "tests/unit/place/world_lab.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/base/wholefile.h"
#include "tests/t.h"

static struct lab_peer *peers[LAB_PEERS];

struct ground *lab_ground(struct span text)
{
    struct ground *ground = NULL;
    struct fail why = {0};

    T_EQ(ground_create(text, &ground, &why), ERR_OK, why.field);
    return ground;
}

struct ground *lab_ground_file(const char *path)
{
    static uint8_t bytes[JX_MAX_BYTES];
    size_t len = 0;

    T_EQ(wholefile_read(path, bytes, sizeof bytes, &len, NULL), ERR_OK, path);
    return lab_ground(span_of(bytes, len));
}

struct ground *lab_ground_with(const struct lab_swap *swaps, size_t n)
{
    static uint8_t bytes[JX_MAX_BYTES + 1];
    size_t len = 0;

    T_EQ(wholefile_read(LAB_FLOOR, bytes, JX_MAX_BYTES, &len, NULL), ERR_OK, LAB_FLOOR);
    bytes[len] = '\0';
    for (size_t i = 0; i < n; i++) {
        char *at = strstr((char *)bytes, swaps[i].was);
        size_t was = strlen(swaps[i].was), is = strlen(swaps[i].is);

        T_OK(at != NULL && len + is < JX_MAX_BYTES, swaps[i].was);
        if (at == NULL)
            return NULL;
        memmove(at + is, at + was, strlen(at + was) + 1);
        memcpy(at, swaps[i].is, is);
        len += is - was;
    }
    return lab_ground(span_of(bytes, len));
}

uint32_t lab_random(uint32_t *state, uint32_t n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % n;
}

/* ---- the receiver ---- */

static void text_put(struct lab_peer *peer, const char *text, size_t len)
{
    if (peer->len + len + 1 > peer->cap) {
        peer->cap = 2 * (peer->len + len + 1);
        peer->text = realloc(peer->text, peer->cap);
    }
    if (peer->text == NULL)
        abort();
    if (len > 0)
        memcpy(peer->text + peer->len, text, len);
    peer->len += len;
    peer->text[peer->len] = '\0';
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static size_t read_moves(struct lab_peer *peer, struct span b, size_t n_moves)
{
    size_t at = 8;

    for (size_t i = 0; i < n_moves && at + 6 <= b.len; i++, at += 6) {
        struct lab_mark *mark = &peer->marks[get16(b.p + at)];

        peer->saw[get16(b.p + at)] = true;
        peer->n_unknown += !mark->is_known;
        mark->walks = false;
        mark->x = get16(b.p + at + 2);
        mark->y = get16(b.p + at + 4);
    }
    return at;
}

static size_t read_runs(struct lab_peer *peer, struct span b, size_t at)
{
    size_t n_runs = at + 2 <= b.len ? get16(b.p + at) : 0;

    for (at += 2; n_runs > 0 && at + 3 <= b.len; n_runs--) {
        size_t seat = get16(b.p + at), n = b.p[at + 2];

        peer->n_bad += n == 0 || seat + n > WORLD_SEATS + 1;
        for (at += 3; n > 0 && seat <= WORLD_SEATS && at + 2 <= b.len; n--, seat++, at += 2) {
            struct lab_mark *mark = &peer->marks[seat];

            peer->saw[seat] = true;
            peer->n_steps++;
            peer->n_unknown += !mark->is_known;
            peer->n_bad += mark->walks; /* from where? */
            mark->x += (int8_t)b.p[at];
            mark->y += (int8_t)b.p[at + 1];
        }
    }
    return n_runs == 0 ? at : b.len + 1;
}

static size_t read_walk(struct lab_peer *peer, struct span b, size_t at, int64_t floor_ms)
{
    struct lab_mark *mark = &peer->marks[get16(b.p + at)];
    size_t n = b.p[at + 2], speed = get16(b.p + at + 4);
    bool is_steered = b.p[at + 3] == 1;

    peer->n_bad += b.p[at + 3] > 1 || speed == 0 || speed > WORLD_SPEED_CM_S ||
                   (!is_steered && speed != WORLD_SPEED_CM_S) || (is_steered && n != 2);
    if (n == 0 || n > PATH_POINTS_CAP || at + 8 + 4 * n > b.len)
        return b.len + 1;
    peer->saw[get16(b.p + at)] = true;
    peer->n_unknown += !mark->is_known;
    mark->walks = true;
    mark->is_steered = is_steered;
    mark->speed_cm_s = (int32_t)speed;
    mark->began_ms = floor_ms - get16(b.p + at + 6);
    mark->from_x = get16(b.p + at + 8);
    mark->from_y = get16(b.p + at + 10);
    mark->x = get16(b.p + at + 4 + 4 * n); /* where it will end */
    mark->y = get16(b.p + at + 6 + 4 * n);
    return at + 8 + 4 * n;
}

static void read_tick(struct lab_peer *peer, struct span b)
{
    size_t at;
    int64_t floor_ms;

    if (b.len < 10 || b.p[0] != 1 || b.p[1] > 1) {
        peer->n_bad++;
        return;
    }
    floor_ms = get16(b.p + 4) | (int64_t)get16(b.p + 6) << 16;
    peer->n_pictures += b.p[1];
    at = read_moves(peer, b, get16(b.p + 2));
    for (at = read_runs(peer, b, at); at + 8 <= b.len;)
        at = read_walk(peer, b, at, floor_ms);
    peer->n_bad += at != b.len;
}

static long number_after(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at == NULL ? -1 : strtol(at + strlen(name), NULL, 10);
}

static void read_event(struct lab_peer *peer, const char *text)
{
    bool is_here = strstr(text, "{\"ev\":\"floor.here\"") == text;
    bool is_left = strstr(text, "{\"ev\":\"people.left\"") == text;
    bool has_people = is_here || strstr(text, "{\"ev\":\"people.") == text;
    const char *list = strstr(text, is_left ? "\"seats\":[" : "\"people\":[");

    snprintf(peer->last, sizeof peer->last, "%s", text);
    if (is_here) {
        memset(peer->marks, 0, sizeof peer->marks);
        peer->n_known = 0;
        peer->me = (uint16_t)number_after(text, "\"seat\":");
    }
    if (!has_people || list == NULL)
        return;
    for (const char *at = strstr(list, "{\"seat\":"); at != NULL;
         at = strstr(at + 1, "{\"seat\":")) {
        struct lab_mark *mark = &peer->marks[(uint16_t)strtol(at + 8, NULL, 10)];

        if (is_left) {
            peer->n_known -= mark->is_known;
            mark->is_known = false;
        } else if (!mark->is_known) {
            peer->n_known++;
            mark->is_known = true;
            mark->walks = false;
            mark->x = (int32_t)number_after(at, "\"x\":");
            mark->y = (int32_t)number_after(at, "\"y\":");
        }
    }
}

static void receive(void *arg, struct ws_shared *frame, enum ws_keep keep)
{
    struct lab_peer *peer = arg;
    struct span b = ws_shared_bytes(frame);
    size_t head = b.len < 2 ? b.len : b.p[1] == 126 ? 4 : b.p[1] == 127 ? 10 : 2;
    bool is_text = b.len > 0 && (b.p[0] & 0xf) == WS_OP_TEXT;
    struct span payload = span_from(b, head);

    peer->n_frames++;
    peer->most_bytes = b.len > peer->most_bytes ? b.len : peer->most_bytes;
    peer->n_bad += (keep == WS_KEEP) != is_text;
    if (is_text) {
        text_put(peer, (const char *)payload.p, payload.len);
        text_put(peer, "\n", 1);
        read_event(peer, peer->text + peer->len - payload.len - 1);
        return;
    }
    read_tick(peer, payload);
    text_put(peer, "#", 1);
    for (size_t i = 0; i < payload.len; i++) {
        char two[3];

        snprintf(two, sizeof two, "%02x", payload.p[i]);
        text_put(peer, two, 2);
    }
    text_put(peer, "\n", 1);
}

/* As a visit does, but without numbers. */
static void call(void *owner, const struct live_event *event, const void *of)
{
    struct ws_shared *frame = NULL;
    struct arena *arena = NULL;

    T_EQ(arena_create(4096, &arena, NULL), ERR_OK, "an arena");
    T_EQ(live_event_make(event, 0, of, arena, &frame, NULL), ERR_OK, event->name);
    receive(owner, frame, WS_KEEP);
    ws_shared_unref(&frame);
    arena_destroy(&arena);
}

struct lab_peer *lab_peer(size_t i)
{
    if (peers[i] == NULL)
        peers[i] = calloc(1, sizeof *peers[i]);
    if (peers[i] == NULL)
        abort();
    return peers[i];
}

void lab_peers_fini(void)
{
    for (size_t i = 0; i < LAB_PEERS; i++) {
        if (peers[i] != NULL)
            free(peers[i]->text);
        free(peers[i]);
        peers[i] = NULL;
    }
}

void lab_forget(struct lab_peer *peer)
{
    memset(peer->saw, 0, sizeof peer->saw);
    peer->len = 0;
    if (peer->text != NULL)
        peer->text[0] = '\0';
}

size_t lab_count(const struct lab_peer *peer, const char *text)
{
    size_t n = 0;

    for (const char *at = peer->len == 0 ? NULL : strstr(peer->text, text); at != NULL;
         at = strstr(at + 1, text))
        n++;
    return n;
}

bool lab_has(const struct lab_peer *peer, const char *text)
{
    return lab_count(peer, text) > 0;
}

/* ---- people ---- */

struct world *lab_world(int n_people)
{
    struct world *world = NULL;
    struct world_conf conf = {
        .send = receive, .call = call, .distance_cm = 150, .n_people_cap = n_people};

    T_EQ(world_create(&conf, &world, NULL), ERR_OK, "a world");
    return world;
}

struct world_look lab_look(const char *name, enum role role)
{
    struct world_look look = {.account = id_new(), .role = role};

    look.is_staff = role == ROLE_SUPPORTER || role == ROLE_SCHOOL_STAFF ||
                    role == ROLE_COMMISSIONER || role == ROLE_CONTRACTOR;
    look.may_see_ids =
        role == ROLE_SUPPORTER || role == ROLE_COMMISSIONER || role == ROLE_CONTRACTOR;
    snprintf(look.name, sizeof look.name, "name-%s", name);
    snprintf(look.login, sizeof look.login, "login-%s", name);
    snprintf(look.note, sizeof look.note, "note-%s", name);
    snprintf(look.alias, sizeof look.alias, "alias-%s", name);
    look.kind = 3;
    look.colour = 2;
    return look;
}

struct world_person *lab_enter(struct world_copy *copy, const struct world_look *look,
                               struct floor_spot at, struct lab_peer *peer, int64_t now_ms)
{
    struct world_entry entry = {.has_spot = at.x >= 0,
                                .spot = at,
                                .rung = RUNG_TEXT,
                                .state = WORLD_TALK,
                                .owner = peer};
    struct world_person *person = NULL;

    T_EQ(world_enter(copy, look, &entry, peer, now_ms, &person, NULL), ERR_OK, "enters");
    return person;
}

struct floor_spot lab_spot(const struct world_person *person)
{
    return world_spot(world_body_of(person));
}

uint16_t lab_seat(const struct world_person *person)
{
    return world_body_of(person)->seat;
}

void lab_run(struct world *world, int64_t *now_ms, int n)
{
    for (int i = 0; i < n; i++) {
        *now_ms += WORLD_TICK_MS;
        world_tick(world, *now_ms);
    }
}

/* ---- what must hold ---- */

static void check_counts(const struct world_copy *copy)
{
    const struct floor *floor = copy->ground->floor;
    int n_public = 0;

    for (uint32_t i = 0; i < copy->n; i++)
        n_public +=
            copy->bodies[i].channel == CHANNEL_PUBLIC && copy->people[i]->puppet == NULL;
    T_EQ(world_copy_n_public(copy), n_public, "people on the public channel");
    for (size_t a = 0; a < floor->areas.n; a++) {
        int n = 0, n_told = 0;

        for (uint32_t i = 0; i < copy->n; i++) {
            const struct world_body *body = &copy->bodies[i];
            bool is_in =
                copy->people[i]->puppet == NULL &&
                (floor_areas_at(world_map(copy), body->x, body->y) & FLOOR_AREA_BIT(a)) != 0;

            n += is_in;
            n_told += is_in && body->channel == CHANNEL_PUBLIC;
        }
        T_EQ(copy->n_in[a], n, "an area's count is the truth");
        T_EQ(copy->n_told[a], n_told, "and so is the one that is told");
        T_OK(n <= floor_area_nth(floor, a)->capacity, "never over capacity");
    }
}

static void check_bodies(const struct world_copy *copy)
{
    uint32_t n_wishes = 0;

    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];

        if (copy->people[i]->puppet == NULL) {
            T_OK(floor_is_free(world_map(copy), body->x, body->y), "nobody is inside a wall");
            T_EQ(body->areas, floor_areas_at(world_map(copy), body->x, body->y), "areas");
            T_EQ(body->channel, world_channel_at(copy, world_spot(body)), "channel");
        } else {
            T_OK(body->areas == 0 && body->channel == CHANNEL_PUBLIC && copy->peers[i] == NULL,
                 "a puppet is in no area, in no room, and reads nothing");
        }
        T_EQ(copy->people[i]->at, i, "place");
        T_EQ((body->flags & BODY_WISHES) != 0, world_has_distance(copy->people[i]), "wish");
        T_EQ(copy->people[i]->rung == RUNG_WATCH, copy->people[i]->state == WORLD_WATCH,
             "watching is watching");
        T_OK(body->seat != 0, "a seat");
        for (uint32_t k = 0; k < i; k++)
            T_OK(copy->bodies[k].seat != body->seat, "seats are once");
        n_wishes += (body->flags & BODY_WISHES) != 0;
    }
    T_EQ(copy->n_wishes, n_wishes, "wishes");
}

/* Where a browser draws somebody who steers. Who stands is drawn exactly where he is. */
static bool is_near(const struct world_copy *copy, const struct lab_mark *mark,
                    const struct world_body *body, int64_t now_ms)
{
    double dx = mark->x - mark->from_x, dy = mark->y - mark->from_y, len = hypot(dx, dy);
    double gone_cm =
        (double)(now_ms - copy->base_ms - mark->began_ms) * mark->speed_cm_s / 1000;
    double part = len > 0 && gone_cm < len ? gone_cm / len : 1;

    return hypot(mark->from_x + dx * part - body->x, mark->from_y + dy * part - body->y) <=
           (body->dx == 0 && body->dy == 0 ? 0 : 9.5);
}

/* What a receiver has drawn is what there is: after a tick, with nothing dropped. */
static void check_view(const struct world_copy *copy, uint32_t viewer, int64_t now_ms)
{
    const struct lab_peer *peer = copy->peers[viewer];
    size_t n_seen = 0;

    T_EQ(peer->n_bad, 0, "every frame can be read");
    T_EQ(peer->me, copy->bodies[viewer].seat, "he knows his seat");
    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *body = &copy->bodies[i];
        const struct lab_mark *mark = &peer->marks[body->seat];
        const struct world_walk *walk = &copy->people[i]->walk;

        if (!world_can_see(copy, &copy->bodies[viewer], body->channel)) {
            T_OK(!mark->is_known, "who is hidden is not known");
            continue;
        }
        n_seen++;
        T_OK(mark->is_known, "who can be seen is known");
        if ((body->flags & BODY_WALKS) != 0) {
            T_OK(mark->walks, "his walk is known");
            T_EQ(mark->x, walk->at[walk->n - 1].x, "and where it ends");
            T_EQ(mark->began_ms, walk->start_ms - copy->base_ms, "and when it began");
        } else if (mark->walks && mark->is_steered) {
            T_OK(is_near(copy, mark, body, now_ms), "a stick is drawn near enough");
        } else {
            T_EQ(mark->x, body->x, "x is known");
            T_EQ(mark->y, body->y, "y is known");
        }
    }
    T_EQ(peer->n_known, n_seen, "and nobody else");
}

void lab_check(struct world_copy *copy, int64_t now_ms)
{
    check_counts(copy);
    check_bodies(copy);
    for (uint32_t i = 0; i < copy->n; i++)
        if (copy->peers[i] != NULL)
            check_view(copy, i, now_ms);
}
