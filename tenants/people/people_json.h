/* tenants/people/people_json.h - how a person and a right go out: what rights do not show is
 * absent. Threads: reentrant. */
#ifndef TENANTS_PEOPLE_PEOPLE_JSON_H
#define TENANTS_PEOPLE_PEOPLE_JSON_H

#include <stddef.h>

#include "tenants/people/people_index.h"

#define STATE_CHOICES \
    "requested|approved|issued|active|suspended|closed" /* enum account_state */
#define KIND_CHOICES "student|guardian|staff"           /* enum person_kind */
#define RIGHT_CHOICES \
    "homeroom|grade_head|guidance|manager|nurse|counsellor|social_worker|on_duty|logs.read|" \
    "messages.read|export" /* enum right */

struct person_output {
    struct id id, school;
    int kind, role, state;
    struct span name, kana, display_name, login, school_name, grade, ends_on;
    bool is_trial, has_left;
    bool has_kind, has_role, has_state, has_school, has_grade, has_names, has_display,
        has_login, has_trial, has_ends, has_gone;
};

#define PERSON_TEXT(name_, has_, title) \
    { \
        .name = #name_, .type = JX_TEXT, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct person_output, name_), \
        .has_offset = offsetof(struct person_output, has_), .title_ja = (title) \
    }
#define PERSON_ENUM(name_, has_, choices_, title) \
    { \
        .name = #name_, .type = JX_ENUM, .flags = JX_OPTIONAL, .choices = (choices_), \
        .offset = offsetof(struct person_output, name_), \
        .has_offset = offsetof(struct person_output, has_), .title_ja = (title) \
    }
/* For a struct that begins with a struct person_output. */
#define PERSON_FIELDS \
    {.name = "id", \
     .type = JX_ID, \
     .offset = offsetof(struct person_output, id), \
     .title_ja = "人の番号（仮名）"}, \
        PERSON_ENUM(kind, has_kind, KIND_CHOICES, "児童生徒・保護者・職員"), \
        PERSON_TEXT(name, has_names, "氏名"), PERSON_TEXT(kana, has_names, "よみ"), \
        PERSON_TEXT(display_name, has_display, "表示名"), PERSON_TEXT(login, has_login, "ID"), \
        PERSON_ENUM(role, has_role, ROLE_CHOICES, "役割"), \
        PERSON_ENUM(state, has_state, STATE_CHOICES, "状態"), \
        {.name = "school", \
         .type = JX_ID, \
         .flags = JX_OPTIONAL, \
         .offset = offsetof(struct person_output, school), \
         .has_offset = offsetof(struct person_output, has_school), \
         .title_ja = "学校の番号"}, \
        PERSON_TEXT(school_name, has_school, "学校"), PERSON_TEXT(grade, has_grade, "学年"), \
        {.name = "is_trial", \
         .type = JX_BOOL, \
         .flags = JX_OPTIONAL, \
         .offset = offsetof(struct person_output, is_trial), \
         .has_offset = offsetof(struct person_output, has_trial), \
         .title_ja = "試行のIDか"}, \
        PERSON_TEXT(ends_on, has_ends, "使える最後の日"), \
    { \
        .name = "has_left", .type = JX_BOOL, .flags = JX_OPTIONAL, \
        .offset = offsetof(struct person_output, has_left), \
        .has_offset = offsetof(struct person_output, has_gone), \
        .title_ja = "名簿からいなくなったか" \
    }

struct person_output person_output_of(const struct people_hit *hit, struct arena *arena);

struct right_output {
    struct id id, account, school, class;
    struct span grade, purpose, name_ja;
    int right;
    int64_t given_at, until, used_at;
    bool has_school, has_class, has_grade, has_purpose, has_until, has_used;
};
extern const struct jx_shape right_output_shape;
struct right_output right_output_of(const struct rights_grant *grant);

#endif
