/* Where somebody comes to stand: not on another, not too near to one who wishes distance. */
#include <limits.h>
#include <stdlib.h>

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
/* Of more people than these nobody looks over the whole floor for a spot. */
#define N_WIDE   2000
#define CLOSE_CM INT64_C(20)

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

/* False: all are taken, and it is the centre. */
static bool spot_beside(const struct world_copy *copy, uint32_t self, struct floor_spot centre,
                        struct floor_spot *spot_out)
{
    static const int8_t way[N_POINTS][2] = {{10, 0}, {-10, 0}, {0, 10}, {0, -10},
                                            {7, 7},  {-7, 7},  {7, -7}, {-7, -7}};
    const struct floor_map *map = world_map(copy);
    unsigned channel = world_channel_at(copy, centre);
    uint64_t areas = floor_areas_at(map, centre.x, centre.y);

    *spot_out = centre;
    if (is_good(copy, self, channel, centre))
        return true;
    for (int32_t ring = 1; ring <= N_RINGS; ring++)
        for (int k = 0; k < N_POINTS; k++) {
            struct floor_spot at = {centre.x + way[k][0] * ring * RING_CM / 10,
                                    centre.y + way[k][1] * ring * RING_CM / 10};

            if (floor_is_free(map, at.x, at.y) && floor_areas_at(map, at.x, at.y) == areas &&
                floor_line_is_open(map, centre, at) && is_good(copy, self, channel, at)) {
                *spot_out = at;
                return true;
            }
        }
    return false;
}

struct floor_spot world_spot_beside(const struct world_copy *copy, uint32_t self,
                                    struct floor_spot centre)
{
    struct floor_spot spot;

    (void)spot_beside(copy, self, centre, &spot);
    return spot;
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

/* ---- landing where it is crowded ---- */

/* What speaks against a cell, the least first: 40 cm from the next are given up before the
 * distance that somebody wishes, and both before two stand on one spot. */
enum { IS_ELSEWHERE = 1, IS_DENSE = 2, IS_TOO_NEAR = 4, IS_WAY_OUT = 8, IS_TAKEN = 16 };

struct search {
    const struct world_copy *copy;
    const struct floor_map *map;
    uint8_t *marks; /* of each cell, by who stands where */
    struct floor_spot from, best;
    uint64_t areas, shut, ways_out;
    int64_t best2;
    int best_rank; /* below what it began with: there is one */
};

static void mark(struct search *s, struct floor_spot at, int64_t cm, uint8_t mark)
{
    uint32_t low = floor_cell_at(s->map, at.x - cm, at.y - cm);
    uint32_t high = floor_cell_at(s->map, at.x + cm, at.y + cm);
    uint32_t cols = (uint32_t)s->map->cols;

    for (uint32_t row = low / cols; row <= high / cols; row++)
        for (uint32_t col = low % cols; col <= high % cols; col++)
            if (world_distance2(floor_cell_middle(s->map, row * cols + col), at) < cm * cm)
                s->marks[row * cols + col] |= mark;
}

static void mark_people(struct search *s, uint32_t self)
{
    bool is_staff = (s->copy->bodies[self].flags & BODY_STAFF) != 0;

    for (uint32_t i = 0; i < s->copy->n; i++) {
        const struct world_body *body = &s->copy->bodies[i];

        if (i == self || body->channel != CHANNEL_PUBLIC)
            continue;
        mark(s, world_spot(body), APART_CM, IS_DENSE);
        mark(s, world_spot(body), CLOSE_CM, IS_TAKEN);
        if ((body->flags & BODY_WISHES) != 0 && !is_staff)
            mark(s, world_spot(body), s->copy->world->conf.distance_cm, IS_TOO_NEAR);
    }
}

static void look_at(struct search *s, int32_t col, int32_t row)
{
    uint32_t cell = (uint32_t)(row * s->map->cols + col);
    struct floor_spot at;
    int64_t d2;
    int rank;

    if (col < 0 || row < 0 || col >= s->map->cols || row >= s->map->rows ||
        !s->map->is_free[cell] || s->map->part_of[cell] != s->map->main_part ||
        floor_cell_in(s->map, cell, s->shut))
        return;
    at = floor_cell_middle(s->map, cell);
    d2 = world_distance2(at, s->from);
    rank = s->marks[cell] |
           (floor_areas_at(s->map, at.x, at.y) == s->areas ? 0 : IS_ELSEWHERE) |
           (floor_cell_in(s->map, cell, s->ways_out) ? IS_WAY_OUT : 0);
    if (rank < s->best_rank || (rank == s->best_rank && d2 < s->best2)) {
        s->best = at;
        s->best2 = d2;
        s->best_rank = rank;
    }
}

/* Squares of cells around, until no further one can hold a nearer cell that is as good. */
static void search_outwards(struct search *s)
{
    uint32_t home = floor_cell_at(s->map, s->from.x, s->from.y);
    int32_t col = (int32_t)home % s->map->cols, row = (int32_t)home / s->map->cols;
    int32_t most = s->map->cols > s->map->rows ? s->map->cols : s->map->rows;

    for (int32_t ring = 0; ring <= most; ring++) {
        int64_t least = (int64_t)(ring - 1) * FLOOR_CELL_CM;

        if (s->best_rank == 0 && least > 0 && least * least > s->best2)
            return;
        for (int32_t y = row - ring; y <= row + ring; y++) {
            int32_t by = ring == 0 || y == row - ring || y == row + ring ? 1 : 2 * ring;

            for (int32_t x = col - ring; x <= col + ring; x += by)
                look_at(s, x, y);
        }
    }
}

static uint64_t ways_out(const struct floor *floor)
{
    uint64_t set = 0;

    for (size_t i = 0; i < floor->areas.n; i++)
        if (floor_area_nth(floor, i)->kind == FLOOR_PORTAL)
            set |= FLOOR_AREA_BIT(i);
    return set;
}

/* On the public channel, from a spawn outwards, in the areas that are not shut. is_shared: on
 * another's spot, when all are taken. False: there is none. */
static bool spot_wide(const struct world_copy *copy, uint32_t self, struct floor_spot from,
                      uint64_t shut, bool is_shared, struct floor_spot *spot_out)
{
    const struct floor_map *map = world_map(copy);
    struct search s = {
        .copy = copy,
        .map = map,
        .from = from,
        .areas = floor_areas_at(map, from.x, from.y),
        .shut = shut | copy->rooms,
        .ways_out = ways_out(copy->ground->floor),
        .best_rank = is_shared ? INT_MAX : IS_TAKEN,
        .best2 = -1, /* so that what is as bad as IS_TAKEN does not count */
    };
    int worst = s.best_rank;

    if (copy->n <= N_WIDE)
        s.marks = calloc((size_t)map->cols * (size_t)map->rows, 1);
    if (s.marks == NULL) /* then on another's spot, if it must be */
        return path_nearest(map, from, s.shut, spot_out);
    mark_people(&s, self);
    search_outwards(&s);
    free(s.marks);
    if (s.best_rank < worst)
        *spot_out = s.best;
    return s.best_rank < worst;
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

static struct floor_spot spawn_spot(const struct floor *floor, size_t i)
{
    const struct floor_spawn *spawn = floor_spawn_at(floor, i);

    return (struct floor_spot){(int32_t)spawn->x, (int32_t)spawn->y};
}

/* The spawn asked for, else the first, of those that are shut for no other reason than that
 * their areas are full. False: there is none, so people are not to come in now. */
static bool full_spawn(const struct world_copy *copy, uint32_t self, struct span id,
                       uint64_t shut, struct floor_spot *spot_out)
{
    const struct floor *floor = copy->ground->floor;
    bool is_staff = (copy->bodies[self].flags & BODY_STAFF) != 0, is_found = false;
    uint64_t hard = (shut & ~copy->full) | copy->people[self]->who_shut | copy->closed |
                    copy->rooms | (is_staff ? 0 : copy->by_staff);

    for (size_t i = 0; i < floor->spawns.n; i++) {
        struct floor_spot at = spawn_spot(floor, i);
        bool is_asked = id.len > 0 && span_eq(floor_spawn_at(floor, i)->id, id);

        if ((floor_areas_at(world_map(copy), at.x, at.y) & hard) != 0 ||
            (is_found && !is_asked))
            continue;
        *spot_out = at;
        is_found = true;
    }
    return is_found;
}

bool world_spot_spawn(const struct world_copy *copy, uint32_t self, struct span id,
                      uint64_t shut, struct floor_spot *spot_out)
{
    const struct floor *floor = copy->ground->floor;
    struct floor_spot at;
    int best = -1, most = 0;

    for (size_t i = 0; i < floor->spawns.n; i++) {
        int one = worth(copy, floor_spawn_at(floor, i), id, shut);

        if (one > most) {
            most = one;
            best = (int)i;
        }
    }
    if (best < 0)
        return full_spawn(copy, self, id, shut, &at) &&
               spot_wide(copy, self, at, shut, false, spot_out);
    at = spawn_spot(floor, (size_t)best);
    if (!spot_beside(copy, self, at, spot_out) && spot_wide(copy, self, at, shut, true, &at))
        *spot_out = at;
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
