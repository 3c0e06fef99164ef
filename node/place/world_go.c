/* Walks to a target: a spot of the map, a person, an area, a board, a spawn. The client names
 * it, where exactly to stand is chosen here. */
#include "node/place/world_priv.h"

/* Of the areas that the target lies in and he does not. To point at a spot of the map is no
 * breach, whatever lies there: who may not go there is told so. */
static enum err target_may(const struct world_person *person, struct floor_spot to,
                           int64_t now_ms, struct fail *why)
{
    const struct world_copy *copy = person->copy;
    uint64_t areas =
        floor_areas_at(world_map(copy), to.x, to.y) & ~world_body_of(person)->areas;
    struct fail refused = {.code = ERR_OK};

    /* The same answer whether somebody is inside or not. */
    if ((areas & copy->rooms) != 0)
        return fail_field(why, ERR_CONFLICT, "area-room", "walks into a closed room");
    for (; areas != 0; areas &= areas - 1) {
        enum err rc =
            world_area_may(person, (size_t)__builtin_ctzll(areas), false, now_ms, &refused);

        if (rc != ERR_OK)
            return fail_field(why, rc == ERR_DENIED ? ERR_CONFLICT : rc, refused.field, "%s",
                              refused.text);
    }
    return ERR_OK;
}

enum err world_walk(struct world_person *person, int32_t x, int32_t y, int64_t now_ms,
                    struct fail *why)
{
    const struct floor_map *map = world_map(person->copy);
    struct floor_spot to = {x, y};
    enum err rc;

    if (x < 0 || y < 0 || x >= map->w_cm || y >= map->h_cm)
        return fail_field(why, ERR_INVALID, x < 0 || x >= map->w_cm ? "x" : "y",
                          "outside the floor");
    rc = world_may_walk(person, "watch-walk", now_ms, why);
    if (rc == ERR_OK)
        rc = target_may(person, to, now_ms, why);
    return rc == ERR_OK ? world_walk_to(person, to, now_ms, why) : rc;
}

/* Beside him, on the side from which the walker comes. */
static struct floor_spot spot_before(const struct world_person *person, struct floor_spot him)
{
    const struct floor_map *map = world_map(person->copy);
    struct floor_spot me = world_spot(world_body_of(person)), best = him;
    static const int8_t way[8][2] = {{10, 0},  {7, 7},   {0, 10},  {-7, 7},
                                     {-10, 0}, {-7, -7}, {0, -10}, {7, -7}};
    int64_t best2 = INT64_MAX;

    if (world_distance2(me, him) <= (int64_t)WORLD_NEAR_CM * WORLD_NEAR_CM)
        return me;
    for (int i = 0; i < 8; i++) {
        struct floor_spot at = {him.x + way[i][0] * WORLD_NEAR_CM / 10,
                                him.y + way[i][1] * WORLD_NEAR_CM / 10};
        int64_t d2 = world_distance2(at, me);

        if (d2 < best2 && floor_is_free(map, at.x, at.y) && floor_line_is_open(map, him, at)) {
            best = at;
            best2 = d2;
        }
    }
    return best;
}

enum err world_go_seat(struct world_person *person, uint16_t seat, int64_t now_ms,
                       struct fail *why)
{
    struct world_person *to = NULL;
    struct floor_spot spot;
    enum err rc = world_may_walk(person, "watch-walk", now_ms, why);

    if (rc == ERR_OK)
        rc = world_seat_find(person, seat, &to, why);
    if (rc != ERR_OK)
        return rc;
    if (to == person)
        return fail_field(why, ERR_INVALID, "seat", "himself");
    /* Seen through a window of his rights: there is no way into a closed room but entering. */
    if (world_body_of(to)->channel != CHANNEL_PUBLIC &&
        world_body_of(to)->channel != world_body_of(person)->channel)
        return fail_field(why, ERR_CONFLICT, "area-room", "he is in a closed room");
    if (world_has_distance(to) && !person->look.is_staff)
        return fail_field(why, ERR_CONFLICT, "distance", "wishes distance");
    spot = spot_before(person, world_spot(world_body_of(to)));
    return world_walk_to(person, spot, now_ms, why);
}

static enum err go_area(struct world_person *person, struct span id, int64_t now_ms,
                        struct fail *why)
{
    const struct world_copy *copy = person->copy;
    const struct world_body *body = world_body_of(person);
    int area = world_area_find(copy, id);
    struct floor_spot spot;
    enum err rc;

    if (area < 0)
        return fail_field(why, ERR_NOT_FOUND, "id", "no such area");
    if ((body->areas & FLOOR_AREA_BIT(area)) != 0)
        return ERR_OK;
    if ((copy->rooms & FLOOR_AREA_BIT(area)) != 0) {
        /* As far as its door. */
        const struct floor_rect *rect =
            floor_area_rect(floor_area_nth(copy->ground->floor, (size_t)area), 0);

        return world_walk_to(person,
                             (struct floor_spot){(int32_t)(rect->x + rect->w / 2),
                                                 (int32_t)(rect->y + rect->h / 2)},
                             now_ms, why);
    }
    rc = world_area_may(person, (size_t)area, false, now_ms, why);
    if (rc != ERR_OK)
        return rc;
    if (!world_spot_in(copy, person->at, (size_t)area, world_spot(body),
                       world_shut(person, now_ms), &spot))
        return fail_field(why, ERR_CONFLICT, "area-full", "nowhere to stand");
    return world_walk_to(person, spot, now_ms, why);
}

static enum err go_board(struct world_person *person, struct span id, int64_t now_ms,
                         struct fail *why)
{
    const struct floor *floor = person->copy->ground->floor;
    const struct floor_map *map = world_map(person->copy);

    for (size_t i = 0; i < floor->boards.n; i++) {
        const struct floor_board *board = floor_board_at(floor, i);
        struct floor_spot at = {(int32_t)board->x, (int32_t)board->y};

        if (!span_eq(board->id, id))
            continue;
        if (!path_nearest(map, at, world_shut(person, now_ms), &at))
            return fail_field(why, ERR_CONFLICT, "id", "nowhere to stand");
        return world_walk_to(person, world_spot_beside(person->copy, person->at, at), now_ms,
                             why);
    }
    return fail_field(why, ERR_NOT_FOUND, "id", "no such board");
}

static enum err go_spawn(struct world_person *person, struct span id, int64_t now_ms,
                         struct fail *why)
{
    const struct floor *floor = person->copy->ground->floor;

    for (size_t i = 0; i < floor->spawns.n; i++) {
        const struct floor_spawn *spawn = floor_spawn_at(floor, i);
        struct floor_spot at = {(int32_t)spawn->x, (int32_t)spawn->y};

        if (span_eq(spawn->id, id))
            return world_walk_to(person, world_spot_beside(person->copy, person->at, at),
                                 now_ms, why);
    }
    return fail_field(why, ERR_NOT_FOUND, "id", "no such spawn");
}

enum err world_go(struct world_person *person, char kind, struct span id, int64_t now_ms,
                  struct fail *why)
{
    enum err rc = world_may_walk(person, "watch-walk", now_ms, why);

    if (rc != ERR_OK)
        return rc;
    if (kind == 'a')
        return go_area(person, id, now_ms, why);
    if (kind == 'b')
        return go_board(person, id, now_ms, why);
    if (kind == 's')
        return go_spawn(person, id, now_ms, why);
    return fail_field(why, ERR_INVALID, "to", "no such kind of target");
}
