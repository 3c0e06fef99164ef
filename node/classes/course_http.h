/* node/classes/course_http.h - what the two files of routes about courses share. Threads: as
 * the request. */
#ifndef NODE_CLASSES_COURSE_HTTP_H
#define NODE_CLASSES_COURSE_HTTP_H

#include "node/classes/class_http.h"

struct course_output {
    struct id course, by;
    int64_t version, places, pages_version, n_pages, decided_at, at;
    int kind, picture;
    bool has_hand, has_poll, has_question, has_places, is_decided, is_settled, has_decided_at,
        is_ended, has_by, has_by_name, has_decided_by_name;
    struct span title, summary, by_name, decided_by_name;
};
#define COURSE_F(kind_, struct_, at_, name_, title) \
    { \
        .name = #name_, .type = (kind_), .offset = offsetof(struct struct_, at_ name_), \
        .title_ja = (title) \
    }
#define COURSE_M(kind_, struct_, at_, name_, title) \
    { \
        .name = #name_, .type = (kind_), .flags = JX_OPTIONAL, \
        .offset = offsetof(struct struct_, at_ name_), \
        .has_offset = offsetof(struct struct_, at_ has_##name_), .title_ja = (title) \
    }
/* at_: where in the struct the course_output is, `course.` or nothing. */
#define COURSE_FIELDS(struct_, at_) \
    COURSE_F(JX_ID, struct_, at_, course, "講座のID"), \
        COURSE_F(JX_INT, struct_, at_, version, "講座の版"), \
        {.name = "kind", \
         .type = JX_ENUM, \
         .choices = CLASS_KINDS, \
         .offset = offsetof(struct struct_, at_ kind), \
         .title_ja = "種類"}, \
        {.name = "picture", \
         .type = JX_ENUM, \
         .choices = CLASS_PICTURES, \
         .offset = offsetof(struct struct_, at_ picture), \
         .title_ja = "絵"}, \
        COURSE_F(JX_BOOL, struct_, at_, has_hand, "手をあげられるか"), \
        COURSE_F(JX_BOOL, struct_, at_, has_poll, "アンケートがあるか"), \
        COURSE_F(JX_BOOL, struct_, at_, has_question, "文字で質問できるか"), \
        COURSE_M(JX_INT, struct_, at_, places, "定員"), \
        COURSE_F(JX_TEXT, struct_, at_, title, "題名（よみつき）"), \
        COURSE_F(JX_TEXT, struct_, at_, summary, "説明"), \
        COURSE_F(JX_INT, struct_, at_, pages_version, "教材の版（0は教材なし）"), \
        COURSE_F(JX_INT, struct_, at_, n_pages, "教材のページの数"), \
        COURSE_F(JX_BOOL, struct_, at_, is_decided, "決裁ずみの版があるか"), \
        COURSE_F(JX_BOOL, struct_, at_, is_settled, "いまの版が決裁ずみか"), \
        COURSE_M(JX_TIME, struct_, at_, decided_at, "決裁した時刻"), \
        COURSE_M(JX_TEXT, struct_, at_, decided_by_name, "決裁した人の表示名"), \
        COURSE_F(JX_BOOL, struct_, at_, is_ended, "終わった講座か"), \
        COURSE_F(JX_TIME, struct_, at_, at, "この版を書いた時刻"), \
        COURSE_M(JX_ID, struct_, at_, by, "だれが書いたか"), \
        COURSE_M(JX_TEXT, struct_, at_, by_name, "その表示名")

NODISCARD enum err course_output_fill(struct req *req, const struct class_names *names,
                                      const struct class_course_state *state,
                                      struct course_output *out, struct fail *why);

/* What an act on a course answers. */
struct course_made {
    struct id course;
    int64_t version, pages_version;
};
#define COURSE_MADE_FIELDS \
    PLACE_FIELD(JX_ID, course_made, course, "講座のID"), \
        PLACE_FIELD(JX_INT, course_made, version, "講座の版"), \
        PLACE_FIELD(JX_INT, course_made, pages_version, "教材の版（0は教材なし）")
extern const struct jx_shape course_made_shape;
void course_reply_fail(struct req *req, const struct fail *why);

#endif
