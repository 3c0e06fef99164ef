#include "node/place/tiled.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "node/base/jx_scalar.h"
#include "node/base/utf.h"
#include "node/base/wholefile.h"
#include "node/place/catalogue.h"
#include "node/place/floor_json.h"

#define GID_MASK    0x0fffffffu /* above: flips and turns of the picture */
#define WALLS_CAP   300
#define OBJECTS_CAP 300
#define SIGNS_CAP   60 /* areas, doors, boards, spawns: each */
#define WHO_CAP     16
#define NO_WALL     255
#define CM_LEAST    25
#define CM_MOST     200
#define CM_USUAL    50

struct reading {
    struct arena *arena;
    struct fail *why;
    enum err rc;
    const cJSON *map;
    int32_t cols, rows, cm, tile_px;
    uint8_t *tiles; /* [rows * cols]: enum floor_wall_kind or NO_WALL */
    struct floor floor;
};

static void refuse(struct reading *r, const char *pointer, const char *text)
{
    if (r->rc == ERR_OK)
        r->rc = fail_field(r->why, ERR_INVALID, pointer, "%s", text);
}

static const cJSON *member(const cJSON *of, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(of, name);
}

static bool has_text(const cJSON *of, const char *name, const char *text)
{
    const cJSON *item = member(of, name);

    return cJSON_IsString(item) && strcmp(item->valuestring, text) == 0;
}

/* Both names the format has had for it. */
static const char *class_of(const cJSON *of)
{
    const cJSON *item = member(of, "class");

    if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
        item = member(of, "type");
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* The value of a custom property; NULL. */
static const cJSON *property(const cJSON *of, const char *name)
{
    const cJSON *one;

    cJSON_ArrayForEach(one, member(of, "properties"))
    {
        if (has_text(one, "name", name))
            return member(one, "value");
    }
    return NULL;
}

static struct span clean(struct reading *r, const char *text)
{
    struct span out = SPAN_NONE;
    enum err rc = utf_clean(span_text(text), 0, r->arena, &out, r->why);

    if (rc != ERR_OK && r->rc == ERR_OK)
        r->rc = rc;
    return out;
}

static struct span text_of(struct reading *r, const cJSON *item)
{
    return cJSON_IsString(item) ? clean(r, item->valuestring) : SPAN_NONE;
}

static int64_t whole_of(struct reading *r, const cJSON *item, int64_t usual,
                        const char *pointer)
{
    if (item == NULL)
        return usual;
    if (!cJSON_IsNumber(item) || !(fabs(item->valuedouble) <= 1e6)) {
        refuse(r, pointer, "a whole number up to a million is expected");
        return usual;
    }
    return (int64_t)item->valuedouble;
}

static int choice_of(struct reading *r, const cJSON *item, const char *choices, int usual,
                     const char *pointer)
{
    int at = usual;

    if (cJSON_IsString(item))
        at = jx_choice_find(choices, span_text(item->valuestring));
    if (at < 0 || (item != NULL && !cJSON_IsString(item))) {
        refuse(r, pointer, "a property is none of the codes that stand for it");
        at = usual;
    }
    return at;
}

static int64_t cm_of(struct reading *r, const cJSON *object, const char *name,
                     const char *pointer)
{
    const cJSON *item = member(object, name);

    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0) || !(item->valuedouble <= 1e6)) {
        refuse(r, pointer, "x, y, width and height must be numbers inside the map");
        return 0;
    }
    return (int64_t)(item->valuedouble * r->cm / r->tile_px + 0.5);
}

static void head_read(struct reading *r)
{
    const cJSON *map = r->map;
    int64_t tile_h;

    if (!has_text(map, "orientation", "orthogonal"))
        refuse(r, "/orientation", "only orthogonal maps are taken");
    if (cJSON_IsTrue(member(map, "infinite")))
        refuse(r, "/infinite", "infinite maps are not taken: give the map a fixed size");
    r->cols = (int32_t)whole_of(r, member(map, "width"), 0, "/width");
    r->rows = (int32_t)whole_of(r, member(map, "height"), 0, "/height");
    r->tile_px = (int32_t)whole_of(r, member(map, "tilewidth"), 0, "/tilewidth");
    tile_h = whole_of(r, member(map, "tileheight"), 0, "/tileheight");
    r->cm = (int32_t)whole_of(r, property(map, "cm_per_tile"), CM_USUAL, "/properties");
    if (r->cols < 1 || r->rows < 1 || (int64_t)r->cols * r->rows > TILED_MAX_TILES)
        refuse(r, "/width", "the map has no tiles or more than 160,000");
    if (r->tile_px < 1 || tile_h != r->tile_px)
        refuse(r, "/tilewidth", "tiles must be square");
    if (r->cm < CM_LEAST || r->cm > CM_MOST)
        refuse(r, "/properties", "cm_per_tile must be between 25 and 200");
}

static struct floor_name name_of(struct reading *r, const cJSON *of)
{
    return (struct floor_name){text_of(r, property(of, "name_ja")),
                               text_of(r, property(of, "name_en"))};
}

static void floor_begin(struct reading *r)
{
    struct floor *f = &r->floor;
    size_t n_tiles = (size_t)r->cols * (size_t)r->rows;

    f->format = FLOOR_FORMAT;
    f->id = text_of(r, property(r->map, "floor_id"));
    f->name = name_of(r, r->map);
    f->version = whole_of(r, property(r->map, "version"), 1, "/properties");
    f->theme = choice_of(r, property(r->map, "theme"), FLOOR_THEMES, THEME_DAY, "/properties");
    f->w_cm = (int64_t)r->cols * r->cm;
    f->h_cm = (int64_t)r->rows * r->cm;
    f->walls.at = arena_alloc(r->arena, WALLS_CAP * sizeof(struct floor_wall));
    f->doors.at = arena_alloc(r->arena, SIGNS_CAP * sizeof(struct floor_door));
    f->areas.at = arena_alloc(r->arena, SIGNS_CAP * sizeof(struct floor_area));
    f->objects.at = arena_alloc(r->arena, OBJECTS_CAP * sizeof(struct floor_object));
    f->boards.at = arena_alloc(r->arena, SIGNS_CAP * sizeof(struct floor_board));
    f->spawns.at = arena_alloc(r->arena, SIGNS_CAP * sizeof(struct floor_spawn));
    r->tiles = arena_alloc(r->arena, n_tiles + 1);
    if (f->walls.at == NULL || f->doors.at == NULL || f->areas.at == NULL ||
        f->objects.at == NULL || f->boards.at == NULL || f->spawns.at == NULL ||
        r->tiles == NULL) {
        r->rc = fail_set(r->why, ERR_NOMEM, "map of %zu tiles", n_tiles);
        return;
    }
    memset(r->tiles, NO_WALL, n_tiles);
}

/* What a tile number means, over all tilesets. */
static uint8_t wall_of(const struct reading *r, uint32_t gid)
{
    const cJSON *set, *tile, *best = NULL;
    double first = 0;

    cJSON_ArrayForEach(set, member(r->map, "tilesets"))
    {
        const cJSON *item = member(set, "firstgid");

        if (cJSON_IsNumber(item) && item->valuedouble <= gid && item->valuedouble >= first) {
            first = item->valuedouble;
            best = set;
        }
    }
    cJSON_ArrayForEach(tile, member(best, "tiles"))
    {
        const cJSON *id = member(tile, "id");
        int kind = jx_choice_find(FLOOR_WALLS, span_text(class_of(tile)));

        if (kind >= 0 && cJSON_IsNumber(id) && first + id->valuedouble == (double)gid)
            return (uint8_t)kind;
    }
    return NO_WALL;
}

static void tilesets_check(struct reading *r)
{
    const cJSON *set;
    size_t i = 0;

    cJSON_ArrayForEach(set, member(r->map, "tilesets"))
    {
        const char *pointer = arena_printf(r->arena, "/tilesets/%zu/source", i++);

        if (member(set, "source") != NULL)
            refuse(r, pointer == NULL ? "" : pointer,
                   "the tileset lies in another file: embed it into the map");
    }
}

static void tile_layer_read(struct reading *r, const cJSON *layer, const char *pointer)
{
    const cJSON *data = member(layer, "data"), *one;
    size_t at = 0, n = (size_t)r->cols * (size_t)r->rows;
    uint32_t known_gid = 0;
    uint8_t known = NO_WALL;

    if (!cJSON_IsArray(data)) {
        refuse(r, pointer, "the layer is packed: store it as CSV");
        return;
    }
    cJSON_ArrayForEach(one, data)
    {
        uint32_t gid;

        if (!cJSON_IsNumber(one) || !(one->valuedouble >= 0) ||
            !(one->valuedouble <= UINT32_MAX) || at >= n) {
            refuse(r, pointer, "the layer holds something that is no tile of this map");
            return;
        }
        gid = (uint32_t)one->valuedouble & GID_MASK;
        if (gid != known_gid) { /* neighbours are mostly alike */
            known = gid == 0 ? NO_WALL : wall_of(r, gid);
            known_gid = gid;
        }
        if (known != NO_WALL)
            r->tiles[at] = known;
        at++;
    }
    if (at != n)
        refuse(r, pointer, "the layer is not as large as the map");
}

/* Grows each wall to the right, then down, as far as its tiles are alike. */
static void walls_merge(struct reading *r)
{
    struct floor_wall *walls = r->floor.walls.at;

    for (int32_t at = 0; at < r->cols * r->rows; at++) {
        uint8_t kind = r->tiles[at];
        int32_t x = at % r->cols, y = at / r->cols, w = 1, h = 1;

        if (kind == NO_WALL)
            continue;
        if (r->floor.walls.n == WALLS_CAP) {
            refuse(r, "/layers", "more than 300 walls: join them to straight pieces");
            return;
        }
        while (x + w < r->cols && r->tiles[at + w] == kind)
            w++;
        for (bool is_row = true; y + h < r->rows;) {
            for (int32_t i = 0; i < w; i++)
                is_row = is_row && r->tiles[at + h * r->cols + i] == kind;
            if (!is_row)
                break;
            h++;
        }
        for (int32_t i = 0; i < h; i++)
            memset(r->tiles + at + (ptrdiff_t)i * r->cols, NO_WALL, (size_t)w);
        walls[r->floor.walls.n++] = (struct floor_wall){
            {(int64_t)x * r->cm, (int64_t)y * r->cm, (int64_t)w * r->cm, (int64_t)h * r->cm},
            kind};
    }
}

static struct floor_rect rect_of(struct reading *r, const cJSON *object, const char *pointer)
{
    return (struct floor_rect){cm_of(r, object, "x", pointer), cm_of(r, object, "y", pointer),
                               cm_of(r, object, "width", pointer),
                               cm_of(r, object, "height", pointer)};
}

static struct jx_texts who_of(struct reading *r, const cJSON *item, const char *usual)
{
    struct jx_texts who = {.at = arena_alloc(r->arena, WHO_CAP * sizeof *who.at)};
    struct span rest = cJSON_IsString(item) ? text_of(r, item) : span_text(usual);

    if (who.at == NULL) {
        r->rc = fail_set(r->why, ERR_NOMEM, "who may enter");
        return (struct jx_texts){0};
    }
    while (rest.len > 0 && who.n < WHO_CAP) {
        const uint8_t *comma = memchr(rest.p, ',', rest.len);
        size_t len = comma == NULL ? rest.len : (size_t)(comma - rest.p);

        who.at[who.n++] = span_cut(rest, 0, len);
        rest = span_from(rest, len + 1);
    }
    return who;
}

static void area_put(struct reading *r, const cJSON *o, struct span id, const char *pointer)
{
    struct floor_area *all = r->floor.areas.at, *area = NULL;
    struct floor_rect *rects;

    for (size_t i = 0; i < r->floor.areas.n; i++)
        if (span_eq(all[i].id, id))
            area = &all[i];
    if (area == NULL) {
        const char *usual = "everyone";

        area = &all[r->floor.areas.n++];
        area->id = id;
        area->name = name_of(r, o);
        area->kind = choice_of(r, property(o, "kind"), FLOOR_KINDS, FLOOR_PLAZA, pointer);
        area->quiet = choice_of(r, property(o, "quiet"), FLOOR_HUSHES, HUSH_OPEN, pointer);
        area->lock = choice_of(r, property(o, "lock"), FLOOR_LOCKS, LOCK_OPEN, pointer);
        area->capacity = whole_of(r, property(o, "capacity"), 0, pointer);
        area->enter = who_of(r, property(o, "enter"), usual);
        if (area->kind == FLOOR_COUNSEL)
            usual = "inside";
        area->see = who_of(r, property(o, "see"), usual);
        area->hear = who_of(r, property(o, "hear"), usual);
        area->has_to = property(o, "to") != NULL;
        area->to = text_of(r, property(o, "to"));
        area->has_hours = property(o, "hours") != NULL;
        area->hours = text_of(r, property(o, "hours"));
        area->rects.at = arena_alloc(r->arena, FLOOR_N_RECTS * sizeof *rects);
    }
    rects = area->rects.at;
    if (rects == NULL)
        r->rc = fail_set(r->why, ERR_NOMEM, "an area");
    else if (area->rects.n == FLOOR_N_RECTS)
        refuse(r, pointer, "an area may have at most 8 rectangles");
    else
        rects[area->rects.n++] = rect_of(r, o, pointer);
}

static bool is_full(struct reading *r, const struct jx_list *list, size_t cap,
                    const char *pointer)
{
    if (list->n < cap)
        return false;
    refuse(r, pointer, "too many of one class: 60 areas, doors, boards, spawns; 300 objects");
    return true;
}

static void sign_put(struct reading *r, const cJSON *o, struct span id, bool is_board,
                     const char *pointer)
{
    struct floor *f = &r->floor;
    int64_t x = cm_of(r, o, "x", pointer), y = cm_of(r, o, "y", pointer);
    int64_t turn = whole_of(r, property(o, "turn"), 0, pointer);

    if (is_full(r, is_board ? &f->boards : &f->spawns, SIGNS_CAP, pointer))
        return;
    if (is_board)
        ((struct floor_board *)f->boards.at)[f->boards.n++] =
            (struct floor_board){id, name_of(r, o), x, y, turn};
    else
        ((struct floor_spawn *)f->spawns.at)[f->spawns.n++] = (struct floor_spawn){
            id, name_of(r, o), x, y, turn, cJSON_IsTrue(property(o, "quiet")) != 0};
}

static void object_read(struct reading *r, const cJSON *o, const char *pointer)
{
    const char *class = class_of(o);
    struct span id = text_of(r, member(o, "name"));
    const cJSON *turned = member(o, "rotation");
    struct floor *f = &r->floor;

    if (cJSON_IsTrue(member(o, "ellipse")) || member(o, "polygon") != NULL ||
        member(o, "polyline") != NULL || member(o, "text") != NULL || member(o, "gid") != NULL)
        refuse(r, pointer, "only rectangles and points are taken");
    if (cJSON_IsNumber(turned) && turned->valuedouble != 0.0)
        refuse(r, pointer, "the object is rotated: use the property turn (0 to 3)");
    if (strcmp(class, "area") == 0) {
        if (!is_full(r, &f->areas, SIGNS_CAP, pointer))
            area_put(r, o, id, pointer);
    } else if (strcmp(class, "door") == 0) {
        if (!is_full(r, &f->doors, SIGNS_CAP, pointer))
            ((struct floor_door *)f->doors.at)[f->doors.n++] =
                (struct floor_door){id, text_of(r, property(o, "area")), rect_of(r, o, pointer),
                                    cJSON_IsTrue(property(o, "shut")) != 0};
    } else if (strcmp(class, "board") == 0 || strcmp(class, "spawn") == 0) {
        sign_put(r, o, id, class[0] == 'b', pointer);
    } else if (strcmp(class, "object") == 0) {
        if (!is_full(r, &f->objects, OBJECTS_CAP, pointer))
            ((struct floor_object *)f->objects.at)[f->objects.n++] = (struct floor_object){
                choice_of(r, property(o, "item"), catalogue_choices, 0, pointer),
                cm_of(r, o, "x", pointer), cm_of(r, o, "y", pointer),
                whole_of(r, property(o, "turn"), 0, pointer)};
    } else {
        refuse(r, pointer, "the class must be area, door, board, spawn or object");
    }
}

static void layers_read(struct reading *r)
{
    const cJSON *layer, *object;
    size_t i = 0;

    cJSON_ArrayForEach(layer, member(r->map, "layers"))
    {
        const char *pointer = arena_printf(r->arena, "/layers/%zu", i++);
        size_t k = 0;

        if (pointer == NULL)
            r->rc = fail_set(r->why, ERR_NOMEM, "layer %zu", i);
        if (r->rc != ERR_OK)
            return;
        if (cJSON_IsFalse(member(layer, "visible")))
            continue;
        if (has_text(layer, "type", "tilelayer")) {
            tile_layer_read(r, layer, pointer);
        } else if (has_text(layer, "type", "objectgroup")) {
            cJSON_ArrayForEach(object, member(layer, "objects"))
            {
                const char *at = arena_printf(r->arena, "%s/objects/%zu", pointer, k++);

                if (at == NULL)
                    r->rc = fail_set(r->why, ERR_NOMEM, "object %zu", k);
                if (r->rc != ERR_OK)
                    return;
                object_read(r, object, at);
            }
        } else {
            refuse(r, pointer, "only tile layers and object layers are taken");
        }
    }
}

static enum err map_read(struct reading *r, struct span *text_out,
                         struct jx_defects *defects_out)
{
    const struct floor *floor;
    struct span text;
    enum err rc;

    head_read(r);
    tilesets_check(r);
    if (r->rc == ERR_OK)
        floor_begin(r);
    if (r->rc == ERR_OK)
        layers_read(r);
    if (r->rc == ERR_OK)
        walls_merge(r);
    if (r->rc != ERR_OK)
        return r->rc;
    rc = floor_write(&r->floor, r->arena, &text, r->why);
    if (rc == ERR_OK)
        rc = floor_read(text, r->arena, &floor, defects_out, r->why);
    if (rc == ERR_OK)
        *text_out = text;
    return rc;
}

enum err tiled_read(struct span map, struct arena *arena, struct span *text_out,
                    struct jx_defects *defects_out, struct fail *why)
{
    struct reading r = {.arena = arena, .why = why};
    cJSON *root;
    enum err rc;

    *text_out = SPAN_NONE;
    *defects_out = (struct jx_defects){0};
    if (map.len > TILED_MAX_BYTES)
        return fail_set(why, ERR_TOO_LARGE, "a map of %zu bytes", map.len);
    root = map.len == 0 ? NULL : cJSON_ParseWithLength((const char *)map.p, map.len);
    if (!cJSON_IsObject(root)) {
        cJSON_Delete(root);
        return fail_set(why, ERR_PROTO, "not a JSON object of %zu bytes", map.len);
    }
    r.map = root;
    rc = map_read(&r, text_out, defects_out);
    cJSON_Delete(root);
    return rc;
}

enum err tiled_read_file(const char *path, struct arena *arena, struct span *text_out,
                         struct jx_defects *defects_out, struct fail *why)
{
    uint8_t *bytes = arena_alloc(arena, TILED_MAX_BYTES);
    size_t len = 0;
    enum err rc;

    *text_out = SPAN_NONE;
    *defects_out = (struct jx_defects){0};
    if (bytes == NULL)
        return fail_set(why, ERR_NOMEM, "%s", path);
    rc = wholefile_read(path, bytes, TILED_MAX_BYTES, &len, why);
    return rc == ERR_OK ? tiled_read(span_of(bytes, len), arena, text_out, defects_out, why)
                        : rc;
}
