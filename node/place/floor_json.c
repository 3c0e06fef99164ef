#include "node/place/floor_json.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "node/place/catalogue.h"
#include "node/place/floor_check.h"

#define ID_LEAST 1
#define ID_MOST  32

#define FIELD(struct_, member, json, kind, low, high, title) \
    .name = (json), .type = (kind), .least = (low), .most = (high), \
    .offset = offsetof(struct struct_, member), .title_ja = (title)
#define CM(struct_, member, json, low, title) \
    { \
        FIELD(struct_, member, json, JX_INT, low, FLOOR_MAX_CM, title) \
    }
#define ID_TEXT(struct_, member, json, title) \
    { \
        FIELD(struct_, member, json, JX_TEXT, ID_LEAST, ID_MOST, title), .flags = JX_EXACT \
    }
#define TURN(struct_) \
    { \
        FIELD(struct_, turn, "turn", JX_INT, 0, 3, "向き") \
    }
#define NAME(struct_) \
    { \
        FIELD(struct_, name, "name", JX_OBJECT, 0, 0, "名前"), .shape = &name_shape \
    }
#define CHOICE(struct_, member, json, codes, title) \
    { \
        FIELD(struct_, member, json, JX_ENUM, 0, 0, title), .choices = (codes) \
    }
#define LIST(struct_, member, low, high, of, title) \
    { \
        FIELD(struct_, member, #member, JX_LIST, low, high, title), .shape = &(of) \
    }
#define WHO(struct_, member, title) \
    { \
        FIELD(struct_, member, #member, JX_TEXTS, 1, 40, title), .flags = JX_EXACT \
    }

static const struct jx_field name_fields[] = {
    {FIELD(floor_name, ja, "ja", JX_TEXT, 1, 80, "日本語の名前"), .flags = JX_EXACT},
    {FIELD(floor_name, en, "en", JX_TEXT, 1, 60, "英語の名前"), .flags = JX_EXACT},
};
static const struct jx_shape name_shape = JX_SHAPE("FloorName", struct floor_name, name_fields);

static const struct jx_field rect_fields[] = {
    CM(floor_rect, x, "x", 0, "横の位置"),
    CM(floor_rect, y, "y", 0, "縦の位置"),
    CM(floor_rect, w, "w", 10, "幅"),
    CM(floor_rect, h, "h", 10, "奥行き"),
};
static const struct jx_shape rect_shape = JX_SHAPE("FloorRect", struct floor_rect, rect_fields);

static const struct jx_field wall_fields[] = {
    CM(floor_wall, at.x, "x", 0, "横の位置"),
    CM(floor_wall, at.y, "y", 0, "縦の位置"),
    CM(floor_wall, at.w, "w", 10, "幅"),
    CM(floor_wall, at.h, "h", 10, "奥行き"),
    CHOICE(floor_wall, kind, "kind", FLOOR_WALLS, "壁の種類"),
};
static const struct jx_shape wall_shape = JX_SHAPE("FloorWall", struct floor_wall, wall_fields);

static const struct jx_field door_fields[] = {
    ID_TEXT(floor_door, id, "id", "ドアの記号"),
    CM(floor_door, at.x, "x", 0, "横の位置"),
    CM(floor_door, at.y, "y", 0, "縦の位置"),
    CM(floor_door, at.w, "w", 10, "幅"),
    CM(floor_door, at.h, "h", 10, "奥行き"),
    ID_TEXT(floor_door, area, "area", "ドアの先の区画"),
    {FIELD(floor_door, is_shut, "shut", JX_BOOL, 0, 0, "閉まるドア")},
};
static const struct jx_shape door_shape = JX_SHAPE("FloorDoor", struct floor_door, door_fields);

static const struct jx_field area_fields[] = {
    ID_TEXT(floor_area, id, "id", "区画の記号"),
    NAME(floor_area),
    CHOICE(floor_area, kind, "kind", FLOOR_KINDS, "区画の種類"),
    LIST(floor_area, rects, 1, FLOOR_N_RECTS, rect_shape, "区画の形"),
    {FIELD(floor_area, capacity, "capacity", JX_INT, 1, 1000, "定員")},
    CHOICE(floor_area, quiet, "quiet", FLOOR_HUSHES, "静かさ"),
    CHOICE(floor_area, lock, "lock", FLOOR_LOCKS, "鍵"),
    WHO(floor_area, enter, "入れる人"),
    WHO(floor_area, see, "外から見える人"),
    WHO(floor_area, hear, "外から聞こえる人"),
    {FIELD(floor_area, hours, "hours", JX_TEXT, ID_LEAST, ID_MOST, "開く時間"),
     .flags = JX_OPTIONAL | JX_EXACT, .has_offset = offsetof(struct floor_area, has_hours)},
    {FIELD(floor_area, to, "to", JX_TEXT, ID_LEAST, ID_MOST, "行き先"),
     .flags = JX_OPTIONAL | JX_EXACT, .has_offset = offsetof(struct floor_area, has_to)},
};
static const struct jx_shape area_shape = JX_SHAPE("FloorArea", struct floor_area, area_fields);

static const struct jx_field object_fields[] = {
    CHOICE(floor_object, item, "item", catalogue_choices, "家具"),
    CM(floor_object, x, "x", 0, "横の位置"),
    CM(floor_object, y, "y", 0, "縦の位置"),
    TURN(floor_object),
};
static const struct jx_shape object_shape =
    JX_SHAPE("FloorObject", struct floor_object, object_fields);

static const struct jx_field board_fields[] = {
    ID_TEXT(floor_board, id, "id", "掲示板の記号"),
    NAME(floor_board),
    CM(floor_board, x, "x", 0, "横の位置"),
    CM(floor_board, y, "y", 0, "縦の位置"),
    TURN(floor_board),
};
static const struct jx_shape board_shape =
    JX_SHAPE("FloorBoard", struct floor_board, board_fields);

static const struct jx_field spawn_fields[] = {
    ID_TEXT(floor_spawn, id, "id", "入り口の記号"),
    NAME(floor_spawn),
    CM(floor_spawn, x, "x", 0, "横の位置"),
    CM(floor_spawn, y, "y", 0, "縦の位置"),
    TURN(floor_spawn),
    {FIELD(floor_spawn, is_quiet, "quiet", JX_BOOL, 0, 0, "静かな場所")},
};
static const struct jx_shape spawn_shape =
    JX_SHAPE("FloorSpawn", struct floor_spawn, spawn_fields);

static const struct jx_field floor_fields[] = {
    {FIELD(floor, format, "format", JX_INT, FLOOR_FORMAT, FLOOR_FORMAT, "形式の番号")},
    ID_TEXT(floor, id, "id", "フロアの記号"),
    {FIELD(floor, version, "version", JX_INT, 1, 1000000, "版")},
    NAME(floor),
    CHOICE(floor, theme, "theme", FLOOR_THEMES, "雰囲気"),
    CM(floor, w_cm, "w_cm", 400, "フロアの幅"),
    CM(floor, h_cm, "h_cm", 400, "フロアの奥行き"),
    LIST(floor, walls, 0, 300, wall_shape, "壁"),
    LIST(floor, doors, 0, 60, door_shape, "ドア"),
    LIST(floor, areas, 1, FLOOR_N_AREAS, area_shape, "区画"),
    LIST(floor, objects, 0, 300, object_shape, "家具"),
    LIST(floor, boards, 0, 30, board_shape, "掲示板"),
    LIST(floor, spawns, 3, 30, spawn_shape, "入り口"),
};
static const struct jx_shape floor_shape = JX_SHAPE("Floor", struct floor, floor_fields);

static enum err hash_of(struct floor *floor, struct arena *arena, struct fail *why)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    struct span text;
    enum err rc = jx_write_canonical(&floor_shape, floor, arena, &text, why);

    if (rc != ERR_OK)
        return rc;
    if (EVP_Digest(text.p, text.len, digest, &n, EVP_sha256(), NULL) != 1)
        return fail_set(why, ERR_NOMEM, "SHA-256 of a floor");
    for (unsigned i = 0; i < n; i++)
        snprintf(floor->hash + (size_t)2 * i, 3, "%02x", digest[i]);
    return ERR_OK;
}

enum err floor_read(struct span text, struct arena *arena, const struct floor **floor_out,
                    struct jx_defects *defects_out, struct fail *why)
{
    struct floor *floor = arena_alloc(arena, sizeof *floor);
    struct jx_defects defects = {0};
    enum err rc;

    *floor_out = NULL;
    if (defects_out != NULL)
        *defects_out = defects;
    if (floor == NULL)
        return fail_set(why, ERR_NOMEM, "floor of %zu bytes", text.len);
    rc = jx_read(text, &floor_shape, arena, floor, &defects, why);
    if (rc == ERR_OK)
        rc = floor_check(floor, arena, &defects, why);
    if (rc == ERR_OK)
        rc = hash_of(floor, arena, why);
    if (rc == ERR_OK)
        *floor_out = floor;
    if (defects_out != NULL)
        *defects_out = defects;
    return rc;
}

enum err floor_write(const struct floor *floor, struct arena *arena, struct span *text_out,
                     struct fail *why)
{
    return jx_write(&floor_shape, floor, arena, text_out, why);
}
