#include "node/place/floor_check.h"

#include "node/base/role.h"
#include "node/place/floor_name.h"

void floor_breach_at(struct floor_checking *c, const char *rule, const char *text_ja,
                     const char *pointer)
{
    if (c->rc != ERR_OK)
        return;
    c->rc = pointer == NULL ? ERR_NOMEM
                            : jx_defect_add(c->defects, c->arena, pointer, rule, "%s", text_ja);
}

static void id_check(struct floor_checking *c, struct span id, const char *pointer)
{
    bool is_fine = id.len > 0 && id.p[0] >= 'a' && id.p[0] <= 'z';

    for (size_t i = 0; i < id.len; i++)
        is_fine = is_fine && ((id.p[i] >= 'a' && id.p[i] <= 'z') ||
                              (id.p[i] >= '0' && id.p[i] <= '9') || id.p[i] == '-');
    if (!is_fine)
        floor_breach_at(
            c, "id-form",
            "記号は、小文字の英字で始め、小文字の英字・数字・ハイフンで書いてください。",
            pointer);
}

static void name_check(struct floor_checking *c, const struct floor_name *name,
                       const char *pointer)
{
    static const struct {
        const char *rule, *code, *text;
    } rows[] = {
        {"reading", "name-reading", "漢字には《》で読みを付けてください。例：広場《ひろば》"},
        {"empty", "name-empty", "目に見える名前を入れてください。"},
        {"english", "name-english", "英語の名前を、英字で入れてください。"},
        {"forbidden", "name-forbidden", "子どもの前で使わないことばが入っています。"},
    };
    const char *rule, *field;

    if (c->rc == ERR_OK && pointer == NULL)
        c->rc = ERR_NOMEM;
    if (c->rc != ERR_OK)
        return;
    c->rc = floor_name_check(name, c->arena, &rule, &field, NULL);
    for (size_t i = 0; rule != NULL && i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].rule, rule) == 0)
            floor_breach(c, rows[i].code, rows[i].text, "%s/%s", pointer, field);
}

struct named {
    struct span id;
    const char *pointer; /* of the item */
};

static void named_add(struct floor_checking *c, struct named *all, size_t *n, struct span id,
                      const struct floor_name *name, const char *list, size_t i)
{
    const char *pointer = arena_printf(c->arena, "/%s/%zu", list, i);

    if (pointer == NULL) {
        c->rc = ERR_NOMEM;
        return;
    }
    id_check(c, id, arena_printf(c->arena, "%s/id", pointer));
    if (name != NULL)
        name_check(c, name, arena_printf(c->arena, "%s/name", pointer));
    for (size_t k = 0; k < *n; k++)
        if (span_eq(all[k].id, id)) {
            floor_breach(c, "id-twice", "同じ記号が、このフロアにもうあります。", "%s/id",
                         pointer);
            break;
        }
    all[(*n)++] = (struct named){id, pointer};
}

static void ids_check(struct floor_checking *c)
{
    const struct floor *f = c->floor;
    size_t n = 0;
    struct named *all = arena_alloc(
        c->arena, (f->areas.n + f->doors.n + f->boards.n + f->spawns.n + 1) * sizeof *all);

    if (all == NULL) {
        c->rc = ERR_NOMEM;
        return;
    }
    id_check(c, f->id, "/id");
    name_check(c, &f->name, "/name");
    for (size_t i = 0; i < f->areas.n; i++)
        named_add(c, all, &n, floor_area_nth(f, i)->id, &floor_area_nth(f, i)->name, "areas",
                  i);
    for (size_t i = 0; i < f->doors.n; i++)
        named_add(c, all, &n, floor_door_at(f, i)->id, NULL, "doors", i);
    for (size_t i = 0; i < f->boards.n; i++)
        named_add(c, all, &n, floor_board_at(f, i)->id, &floor_board_at(f, i)->name, "boards",
                  i);
    for (size_t i = 0; i < f->spawns.n; i++)
        named_add(c, all, &n, floor_spawn_at(f, i)->id, &floor_spawn_at(f, i)->name, "spawns",
                  i);
}

static bool who_is_known(struct span code)
{
    static const struct span group = {(const uint8_t *)"group:", 6};
    enum role role;

    if (span_eq(code, SPAN("everyone")) || span_eq(code, SPAN("staff")) ||
        span_eq(code, SPAN("inside")))
        return true;
    if (!span_has_prefix(code, group))
        return role_parse(code, &role, NULL) == ERR_OK && role != ROLE_ANONYMOUS;
    for (size_t i = group.len; i < code.len; i++)
        if (!((code.p[i] >= 'a' && code.p[i] <= 'z') ||
              (code.p[i] >= '0' && code.p[i] <= '9') || code.p[i] == '-'))
            return false;
    return code.len > group.len;
}

static void who_check(struct floor_checking *c, const struct floor_area *area, size_t i)
{
    const struct {
        const char *name;
        const struct jx_texts *who;
    } rows[] = {{"enter", &area->enter}, {"see", &area->see}, {"hear", &area->hear}};

    for (size_t r = 0; r < 3; r++)
        for (size_t k = 0; k < rows[r].who->n; k++) {
            if (!who_is_known(rows[r].who->at[k]))
                floor_breach(
                    c, "who-unknown",
                    "役割の記号か everyone・staff・inside・group:名前 を入れてください。",
                    "/areas/%zu/%s/%zu", i, rows[r].name, k);
            else if (r > 0 && area->kind == FLOOR_COUNSEL &&
                     !span_eq(rows[r].who->at[k], SPAN("inside")))
                floor_breach(c, "counsel-who",
                             "相談の部屋の中は、中にいる人だけのものです（inside だけ）。",
                             "/areas/%zu/%s/%zu", i, rows[r].name, k);
        }
    if (area->enter.n == 0)
        floor_breach(c, "who-empty", "入れる人を一つ以上入れてください。", "/areas/%zu/enter",
                     i);
}

static void area_check(struct floor_checking *c, const struct floor_area *area, size_t i)
{
    who_check(c, area, i);
    if ((area->kind == FLOOR_QUIET || area->kind == FLOOR_STUDY) && area->quiet == HUSH_OPEN)
        floor_breach(
            c, "quiet-loud",
            "静かな場所と自習の場所では、マイクは切った状態から始めます（soft か silent）。",
            "/areas/%zu/quiet", i);
    if (area->kind == FLOOR_COUNSEL && area->lock == LOCK_OPEN)
        floor_breach(c, "counsel-lock", "相談の部屋には鍵が要ります。", "/areas/%zu/lock", i);
    if (area->kind == FLOOR_PORTAL && !area->has_to)
        floor_breach(c, "portal-to", "行き先のフロアを入れてください。", "/areas/%zu/to", i);
    if (area->kind != FLOOR_PORTAL && area->has_to)
        floor_breach(c, "portal-only", "行き先を持てるのは、ほかのフロアへの出口だけです。",
                     "/areas/%zu/to", i);
    if (area->has_to)
        id_check(c, area->to, arena_printf(c->arena, "/areas/%zu/to", i));
    if (area->has_hours)
        id_check(c, area->hours, arena_printf(c->arena, "/areas/%zu/hours", i));
}

static bool box_is_inside(const struct floor *floor, struct floor_box box)
{
    return box.x1 >= 0 && box.y1 >= 0 && box.x2 <= floor->w_cm && box.y2 <= floor->h_cm;
}

#define OUTSIDE "フロアの外に出ています。"

static void places_check(struct floor_checking *c)
{
    const struct floor *f = c->floor;

    for (size_t i = 0; i < f->walls.n; i++)
        if (!box_is_inside(f, floor_box_of(&floor_wall_at(f, i)->at)))
            floor_breach(c, "outside", OUTSIDE, "/walls/%zu", i);
    for (size_t i = 0; i < f->doors.n; i++)
        if (!box_is_inside(f, floor_box_of(&floor_door_at(f, i)->at)))
            floor_breach(c, "outside", OUTSIDE, "/doors/%zu", i);
    for (size_t i = 0; i < f->areas.n; i++)
        for (size_t k = 0; k < floor_area_nth(f, i)->rects.n; k++)
            if (!box_is_inside(f, floor_box_of(floor_area_rect(floor_area_nth(f, i), k))))
                floor_breach(c, "outside", OUTSIDE, "/areas/%zu/rects/%zu", i, k);
    for (size_t i = 0; i < f->objects.n; i++)
        if (!box_is_inside(f, floor_box_of_object(floor_object_at(f, i))))
            floor_breach(c, "outside", OUTSIDE, "/objects/%zu", i);
    for (size_t i = 0; i < f->boards.n; i++)
        if (floor_board_at(f, i)->x > f->w_cm || floor_board_at(f, i)->y > f->h_cm)
            floor_breach(c, "outside", OUTSIDE, "/boards/%zu", i);
    for (size_t i = 0; i < f->spawns.n; i++)
        if (floor_spawn_at(f, i)->x >= f->w_cm || floor_spawn_at(f, i)->y >= f->h_cm)
            floor_breach(c, "outside", OUTSIDE, "/spawns/%zu", i);
    if (f->w_cm % 100 != 0)
        floor_breach(c, "size-step", "幅は 100 cm 刻みにしてください。", "/w_cm");
    if (f->h_cm % 100 != 0)
        floor_breach(c, "size-step", "奥行きは 100 cm 刻みにしてください。", "/h_cm");
}

static void doors_check(struct floor_checking *c)
{
    const struct floor *f = c->floor;

    for (size_t i = 0; i < f->doors.n; i++) {
        bool is_known = false;

        for (size_t k = 0; k < f->areas.n; k++)
            is_known = is_known || span_eq(floor_area_nth(f, k)->id, floor_door_at(f, i)->area);
        if (!is_known)
            floor_breach(c, "area-unknown", "その記号の区画はありません。", "/doors/%zu/area",
                         i);
    }
}

static void spawns_check(struct floor_checking *c)
{
    const struct floor *f = c->floor;
    bool has_quiet = false;

    for (size_t i = 0; i < f->spawns.n; i++) {
        const struct floor_spawn *a = floor_spawn_at(f, i);

        has_quiet = has_quiet || a->is_quiet;
        for (size_t k = 0; k < i; k++) {
            const struct floor_spawn *b = floor_spawn_at(f, k);
            int64_t dx = a->x - b->x, dy = a->y - b->y;

            if (dx * dx + dy * dy < (int64_t)FLOOR_SPAWN_CM * FLOOR_SPAWN_CM) {
                floor_breach(c, "spawn-close", "入り口どうしは 60 cm 以上はなしてください。",
                             "/spawns/%zu", i);
                break;
            }
        }
    }
    if (!has_quiet)
        floor_breach(c, "spawn-quiet", "入り口の一つは、静かな場所にしてください。", "/spawns");
}

enum err floor_check(const struct floor *floor, struct arena *arena, struct jx_defects *defects,
                     struct fail *why)
{
    struct floor_checking c = {.floor = floor, .arena = arena, .defects = defects};

    *defects = (struct jx_defects){0};
    ids_check(&c);
    places_check(&c);
    for (size_t i = 0; i < floor->areas.n; i++)
        area_check(&c, floor_area_nth(floor, i), i);
    doors_check(&c);
    spawns_check(&c);
    if (c.rc == ERR_OK && defects->n == 0)
        floor_check_shapes(&c);
    if (c.rc == ERR_OK && defects->n == 0)
        floor_check_ways(&c);
    if (c.rc != ERR_OK)
        return fail_set(why, c.rc, "floor could not be checked");
    if (defects->n == 0)
        return ERR_OK;
    return fail_field(why, ERR_INVALID, (const char *)defects->at[0].pointer.p,
                      "floor: %zu defects, first %s", defects->n, defects->at[0].rule);
}
