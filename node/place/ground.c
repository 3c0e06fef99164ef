#include "node/place/ground.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "node/place/floor_json.h"

#define ARENA_BYTES 65536

struct whole {
    struct ground ground; /* first: a ground is the whole of it */
    struct arena *arena;
    atomic_uint n_refs;
};

/* Columns or rows of cells whose middle part, GROUND_STEP_CM wider, touches low..high. */
static void cells_touching(int32_t low, int32_t high, int32_t n, int32_t *from, int32_t *to)
{
    *from = low - GROUND_STEP_CM - FLOOR_CELL_CM;
    *from = *from < 0 ? 0 : *from / FLOOR_CELL_CM;
    *to = (high + GROUND_STEP_CM) / FLOOR_CELL_CM;
    *to = *to >= n ? n - 1 : *to;
}

/* Well inside the box, step and all; 2 cm more than needed, because an area that is shut starts
 * one centimetre early (path_step). */
static bool is_well_inside(struct floor_box box, int32_t col, int32_t row)
{
    int32_t x = col * FLOOR_CELL_CM, y = row * FLOOR_CELL_CM, by = GROUND_STEP_CM + 2;

    return x - by >= box.x1 && y - by >= box.y1 && x + FLOOR_CELL_CM + by <= box.x2 &&
           y + FLOOR_CELL_CM + by <= box.y2;
}

static void tight_mark(const struct floor_map *map, struct floor_box box, bool is_area,
                       uint8_t *is_roomy)
{
    int32_t x1, x2, y1, y2;

    cells_touching(box.x1 - 2, box.x2 + 2, map->cols, &x1, &x2);
    cells_touching(box.y1 - 2, box.y2 + 2, map->rows, &y1, &y2);
    for (int32_t row = y1; row <= y2; row++)
        for (int32_t col = x1; col <= x2; col++)
            if (!is_area || !is_well_inside(box, col, row))
                is_roomy[row * map->cols + col] = 0;
}

static enum err roomy_fill(struct ground *ground, struct arena *arena, struct fail *why)
{
    const struct floor_map *map = ground->map;
    struct floor_box whole = {map->body_cm, map->body_cm, map->w_cm - map->body_cm,
                              map->h_cm - map->body_cm};
    uint8_t *is_roomy = arena_alloc(arena, (size_t)map->cols * (size_t)map->rows);

    if (is_roomy == NULL)
        return fail_set(why, ERR_NOMEM, "ground");
    for (int32_t row = 0; row < map->rows; row++)
        for (int32_t col = 0; col < map->cols; col++)
            is_roomy[row * map->cols + col] = is_well_inside(whole, col, row);
    for (size_t i = 0; i < map->n_solid; i++)
        tight_mark(map, map->solid[i], false, is_roomy);
    for (size_t i = 0; i < map->n_area_boxes; i++)
        tight_mark(map, map->area_boxes[i].box, true, is_roomy);
    ground->is_roomy = is_roomy;
    return ERR_OK;
}

enum err ground_create(struct span text, struct ground **ground_out, struct fail *why)
{
    struct whole *whole = calloc(1, sizeof *whole);
    enum err rc = ERR_NOMEM;

    *ground_out = NULL;
    if (whole == NULL)
        return fail_set(why, ERR_NOMEM, "ground");
    atomic_init(&whole->n_refs, 1);
    rc = arena_create(ARENA_BYTES, &whole->arena, why);
    if (rc == ERR_OK)
        rc = floor_read(text, whole->arena, &whole->ground.floor, NULL, why);
    if (rc == ERR_OK)
        rc = floor_map_create(whole->ground.floor, FLOOR_BODY_CM, whole->arena,
                              &whole->ground.map, why);
    if (rc == ERR_OK)
        rc = floor_write(whole->ground.floor, whole->arena, &whole->ground.text, why);
    if (rc == ERR_OK)
        rc = roomy_fill(&whole->ground, whole->arena, why);
    if (rc != ERR_OK) {
        arena_destroy(&whole->arena);
        free(whole);
        return rc;
    }
    *ground_out = &whole->ground;
    return ERR_OK;
}

struct ground *ground_ref(struct ground *ground)
{
    atomic_fetch_add_explicit(&((struct whole *)ground)->n_refs, 1, memory_order_relaxed);
    return ground;
}

void ground_unref(struct ground **ground)
{
    struct whole *whole = (struct whole *)*ground;

    *ground = NULL;
    if (whole == NULL ||
        atomic_fetch_sub_explicit(&whole->n_refs, 1, memory_order_acq_rel) != 1)
        return;
    arena_destroy(&whole->arena);
    free(whole);
}

bool ground_has_spawn(const struct ground *ground, struct span id)
{
    for (size_t i = 0; i < ground->floor->spawns.n; i++)
        if (span_eq(floor_spawn_at(ground->floor, i)->id, id))
            return true;
    return id.len == 0;
}
