/* Where somebody comes to stand: not on another, not too near to one who wishes distance. */
#include "node/place/world_priv.h"

#define APART_CM INT64_C(40) /* two people stand at least so far apart when we choose */
#define CROWD_CM INT64_C(200)
#define N_RINGS  4
#define RING_CM  50
#define N_POINTS 8
/* Of so many at most it is asked whether they stand in the way, the last ones first: they are
 * the ones still near to where people come in. So entering costs the same on the fullest floor.
 * What is lost: in a larger crowd two may come to stand on one spot. */
#define N_ASKED 512

static bool is_too_near(const struct world_copy *copy, uint32_t self, unsigned channel,
                        struct floor_spot from, struct floor_spot to)
{
    int64_t d = copy->world->conf.distance_cm;

    if (copy->n_wishes == 0 || (copy->bodies[self].flags & BODY_STAFF) != 0)
        return false;
    for (uint32_t i = 0; i < copy->n; i++) {
        const struct world_body *other = &copy->bodies[i];
        int64_t d2;

        /* Only of one channel: who is in a room is not felt through its wall. */
        if ((other->flags & BODY_WISHES) == 0 || i == self || other->channel != channel)
            continue;
        d2 = world_distance2(to, world_spot(other));
        if (d2 < d * d && d2 < world_distance2(from, world_spot(other)))
            return true;
    }
    return false;
}

bool world_is_too_near(const struct world_copy *copy, uint32_t self, struct floor_spot from,
                       struct floor_spot to)
{
    return is_too_near(copy, self, copy->bodies[self].channel, from, to);
}

/* Nobody of that channel stands there, and as seen from far away it is not too near to anybody
 * either. */
static bool is_good(const struct world_copy *copy, uint32_t self, unsigned channel,
                    struct floor_spot at)
{
    struct floor_spot far = {-FLOOR_MAX_CM, -FLOOR_MAX_CM};

    for (uint32_t i = copy->n, end = i > N_ASKED ? i - N_ASKED : 0; i-- > end;)
        if (i != self && copy->bodies[i].channel == channel &&
            world_distance2(at, world_spot(&copy->bodies[i])) < APART_CM * APART_CM)
            return false;
    return !is_too_near(copy, self, channel, far, at);
}

struct floor_spot world_spot_beside(const struct world_copy *copy, uint32_t self,
                                    struct floor_spot centre)
{
    static const int8_t way[N_POINTS][2] = {{10, 0}, {-10, 0}, {0, 10}, {0, -10},
                                            {7, 7},  {-7, 7},  {7, -7}, {-7, -7}};
    const struct floor_map *map = world_map(copy);
    unsigned channel = world_channel_at(copy, centre);
    uint64_t areas = floor_areas_at(map, centre.x, centre.y);

    if (is_good(copy, self, channel, centre))
        return centre;
    for (int32_t ring = 1; ring <= N_RINGS; ring++)
        for (int k = 0; k < N_POINTS; k++) {
            struct floor_spot at = {centre.x + way[k][0] * ring * RING_CM / 10,
                                    centre.y + way[k][1] * ring * RING_CM / 10};

            if (floor_is_free(map, at.x, at.y) && floor_areas_at(map, at.x, at.y) == areas &&
                floor_line_is_open(map, centre, at) && is_good(copy, self, channel, at))
                return at;
        }
    return centre;
}

bool world_spot_in(const struct world_copy *copy, uint32_t self, size_t area,
                   struct floor_spot near, uint64_t shut, struct floor_spot *spot_out)
{
    const struct floor_map *map = world_map(copy);
    bool is_room = (copy->rooms & FLOOR_AREA_BIT(area)) != 0, is_found = false;
    unsigned channel = is_room ? (unsigned)area : CHANNEL_PUBLIC;
    bool is_best_good = false;
    int64_t best2 = INT64_MAX;

    for (uint32_t cell = 0; cell < (uint32_t)(map->cols * map->rows); cell++) {
        struct floor_spot at;
        int64_t d2;
        bool is_one_good;

        if (!map->is_free[cell] || map->part_of[cell] != map->main_part ||
            !floor_cell_in(map, cell, FLOOR_AREA_BIT(area)) || floor_cell_in(map, cell, shut))
            continue;
        at = floor_cell_middle(map, cell);
        d2 = world_distance2(at, near);
        if (is_best_good && d2 >= best2)
            continue;
        if (world_channel_at(copy, at) != channel)
            continue;
        is_one_good = is_good(copy, self, channel, at);
        if ((is_one_good && !is_best_good) || (is_one_good == is_best_good && d2 < best2)) {
            *spot_out = at;
            best2 = d2;
            is_best_good = is_one_good;
            is_found = true;
        }
    }
    return is_found;
}

static int crowd_at(const struct world_copy *copy, struct floor_spot at)
{
    uint32_t step = copy->n / N_ASKED + 1;
    int n = 0;

    for (uint32_t i = 0; i < copy->n; i += step)
        n += copy->bodies[i].channel == CHANNEL_PUBLIC &&
             world_distance2(at, world_spot(&copy->bodies[i])) < CROWD_CM * CROWD_CM;
    return n * (int)step;
}

/* May be landed at: 0 not at all. Else more is better: the one asked for, then a quiet one with
 * few people around. */
static int worth(const struct world_copy *copy, const struct floor_spawn *spawn, struct span id,
                 uint64_t shut)
{
    struct floor_spot at = {(int32_t)spawn->x, (int32_t)spawn->y};

    if ((floor_areas_at(world_map(copy), at.x, at.y) & shut) != 0 ||
        !floor_is_free(world_map(copy), at.x, at.y))
        return 0;
    if (id.len > 0 && span_eq(spawn->id, id))
        return INT32_MAX;
    return (spawn->is_quiet ? 1 << 20 : 1 << 18) - 8 * crowd_at(copy, at);
}

bool world_spot_spawn(const struct world_copy *copy, uint32_t self, struct span id,
                      uint64_t shut, struct floor_spot *spot_out)
{
    const struct floor *floor = copy->ground->floor;
    const struct floor_spawn *best = NULL;
    int most = 0;

    for (size_t i = 0; i < floor->spawns.n; i++) {
        const struct floor_spawn *spawn = floor_spawn_at(floor, i);
        int one = worth(copy, spawn, id, shut);

        if (one > most) {
            most = one;
            best = spawn;
        }
    }
    if (best == NULL)
        return false;
    *spot_out =
        world_spot_beside(copy, self, (struct floor_spot){(int32_t)best->x, (int32_t)best->y});
    return true;
}

/* Never by where he is: that would tell from which room he comes. */
bool world_spot_public(const struct world_person *person, int64_t now_ms,
                       struct floor_spot *spot_out)
{
    const struct world_copy *copy = person->copy;
    const struct floor_map *map = world_map(copy);
    const struct floor_spawn *first = floor_spawn_at(copy->ground->floor, 0);
    struct floor_spot at = {(int32_t)first->x, (int32_t)first->y};
    uint64_t shut = world_shut(person, now_ms) | copy->rooms;
    uint64_t rights = person->who_shut | copy->closed | copy->rooms;

    return world_spot_spawn(copy, person->at, SPAN_NONE, shut, spot_out) ||
           path_nearest(map, at, shut, spot_out) ||
           world_spot_spawn(copy, person->at, SPAN_NONE, rights, spot_out) ||
           path_nearest(map, at, rights, spot_out) ||
           path_nearest(map, at, copy->rooms, spot_out);
}
