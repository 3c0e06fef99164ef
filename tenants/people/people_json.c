#include "tenants/people/people_json.h"

#include "node/base/clock.h"

#define DATE_LEN 10

/* "2027-03-31" of the day to whose end the account lives. */
static struct span last_day(struct arena *arena, int64_t ends_utc_us)
{
    char text[CLOCK_TEXT_CAP];

    clock_tokyo_text(ends_utc_us - 1, text);
    return arena_copy(arena, span_of(text, DATE_LEN));
}

struct person_output person_output_of(const struct people_hit *hit, struct arena *arena)
{
    const struct people_entry *e = hit->entry;
    const struct rights_place *place = &e->place;
    unsigned shows = hit->shows;
    struct person_output out = {
        .id = place->person,
        .kind = (int)place->kind,
        .has_kind = (shows & SHOWS_NAME) != 0,
        .name = e->name,
        .kana = e->kana,
        .has_names = (shows & SHOWS_NAME) != 0,
        .display_name = e->display,
        .has_display = (shows & SHOWS_DISPLAY) != 0 && e->display.len > 0,
        .login = e->login,
        .has_login = (shows & SHOWS_LOGIN) != 0 && e->login.len > 0,
        .role = (int)place->role - 1,
        .has_role = e->has_account,
        .state = (int)e->state,
        .has_state = (shows & SHOWS_STATE) != 0 && e->has_account,
        .school = place->school,
        .school_name = e->school_name,
        .has_school = (shows & SHOWS_SCHOOL) != 0 && !id_is_none(place->school),
        .grade = span_text(place->grade),
        .has_grade = (shows & SHOWS_SCHOOL) != 0,
        .is_trial = e->is_trial,
        .has_trial = (shows & SHOWS_ACCOUNT) != 0 && e->has_account,
        .has_ends = (shows & SHOWS_ACCOUNT) != 0 && e->ends_utc_us != 0,
        .has_left = place->has_left,
        .has_gone = (shows & SHOWS_ACCOUNT) != 0,
    };

    if (out.has_ends)
        out.ends_on = last_day(arena, e->ends_utc_us);
    return out;
}

/* ---- a right ---- */

#define OPTIONAL(name_, type_, has_, title) \
    { \
        .name = #name_, .type = (type_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct right_output, name_), \
        .has_offset = offsetof(struct right_output, has_), .title_ja = (title) \
    }
static const struct jx_field right_fields[] = {
    {.name = "id",
     .type = JX_ID,
     .offset = offsetof(struct right_output, id),
     .title_ja = "権限の番号"},
    {.name = "right",
     .type = JX_ENUM,
     .choices = RIGHT_CHOICES,
     .offset = offsetof(struct right_output, right),
     .title_ja = "担当・目的"},
    {.name = "name_ja",
     .type = JX_TEXT,
     .offset = offsetof(struct right_output, name_ja),
     .title_ja = "担当・目的の名前"},
    OPTIONAL(school, JX_ID, has_school, "学校の番号"),
    OPTIONAL(class, JX_ID, has_class, "学級の番号"),
    OPTIONAL(grade, JX_TEXT, has_grade, "学年"),
    OPTIONAL(purpose, JX_TEXT, has_purpose, "目的の記号"),
    {.name = "given_at",
     .type = JX_TIME,
     .offset = offsetof(struct right_output, given_at),
     .title_ja = "いつ渡したか"},
    OPTIONAL(until, JX_TIME, has_until, "いつまで"),
    OPTIONAL(used_at, JX_TIME, has_used, "最後に使った日"),
};
const struct jx_shape right_output_shape = JX_SHAPE("Right", struct right_output, right_fields);

struct right_output right_output_of(const struct rights_grant *g)
{
    return (struct right_output){
        .id = g->id,
        .account = g->account,
        .right = (int)g->right,
        .name_ja = span_text(right_name_ja(g->right)),
        .school = g->school,
        .has_school = !id_is_none(g->school),
        .class = g->class,
        .has_class = !id_is_none(g->class),
        .grade = span_text(g->grade),
        .has_grade = g->grade[0] != '\0',
        .purpose = span_text(g->purpose),
        .has_purpose = g->purpose[0] != '\0',
        .given_at = g->given_utc_us,
        .until = g->until_utc_us,
        .has_until = g->until_utc_us != 0,
        .used_at = g->used_utc_us,
        .has_used = g->used_utc_us != 0,
    };
}
