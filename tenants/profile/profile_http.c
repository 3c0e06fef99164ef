/* /api/v1/me/profile: how one is seen, and changing it (AI-2.2-ア, AI-2.2-エ). */
#include <stddef.h>

#include "node/base/clock.h"
#include "node/db/audit.h"
#include "node/db/digest.h"
#include "node/db/settings.h"
#include "tenants/profile/profile_name.h"
#include "tenants/profile/profile_rows.h"
#include "tenants/profile/profile_rules.h"
#include "tenants/words/words_refuse.h"

/* -- what goes out -- */

struct view {
    struct span name, note;
    int kind, colour;
    bool open, private, wave, has_chosen;
    int64_t version, changes_left;
};
#define VIEW(type_, name_, member, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct view, member), \
        .title_ja = (title) \
    }
static const struct jx_field view_fields[] = {
    VIEW(JX_TEXT, name, name, "なまえ（ほかの人に見える）"),
    {.name = "kind",
     .type = JX_ENUM,
     .choices = AVATAR_KINDS_OPEN,
     .offset = offsetof(struct view, kind),
     .title_ja = "アバターの種類"},
    {.name = "colour",
     .type = JX_ENUM,
     .choices = AVATAR_COLOURS,
     .offset = offsetof(struct view, colour),
     .title_ja = "アバターの色"},
    VIEW(JX_TEXT, note, note, "ひとこと"),
    VIEW(JX_BOOL, open, open, "みんなのいるところで話しかけられてよい"),
    VIEW(JX_BOOL, private, private, "ふたりで話そうとさそわれてよい"),
    VIEW(JX_BOOL, wave, wave, "手をふられてよい"),
    VIEW(JX_BOOL, has_chosen, has_chosen, "自分で決めたことがあるか"),
    VIEW(JX_INT, version, version, "いまの版（変えるときに送る）"),
    VIEW(JX_INT, changes_left, changes_left, "あと何回変えられるか（24時間のあいだに）"),
};
static const struct jx_shape view_shape = JX_SHAPE("Profile", struct view, view_fields);

static struct view view_of(const struct profile *p, int64_t changes_left)
{
    return (struct view){
        .name = p->display_name,
        .note = p->note,
        .kind = p->avatar.kind,
        .colour = p->avatar.colour,
        .open = (p->ways & PROFILE_WAY_OPEN) != 0,
        .private = (p->ways & PROFILE_WAY_PRIVATE) != 0,
        .wave = (p->ways & PROFILE_WAY_WAVE) != 0,
        .has_chosen = p->n > 0,
        .version = p->n,
        .changes_left = changes_left < 0 ? 0 : changes_left,
    };
}

static int64_t changes_most(const struct req *req)
{
    return settings_int(req->services->settings, &setting_profile_changes);
}

/* -- GET /api/v1/me/profile -- */

static void profile_show(struct req *req)
{
    struct profile profile;
    struct view view;
    struct fail why = {.code = ERR_OK};
    int64_t n_day = 0;
    enum err rc =
        profile_of(req->services, req->db, req->caller.account, req->arena, &profile, &why);

    if (rc == ERR_OK)
        rc = profile_store_count(NULL, req->db, req->caller.account, req->now_utc_us - DAY_US,
                                 &n_day, &why);
    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    view = view_of(&profile, changes_most(req) - n_day);
    reply_header(req, "Cache-Control", "no-store");
    reply_json(req, 200, &view);
}

/* -- GET /api/v1/me/profile/figures -- */

struct worn {
    int kind;
    int64_t n;
};
static const struct jx_field worn_fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = AVATAR_KINDS_OPEN,
     .offset = offsetof(struct worn, kind),
     .title_ja = "アバターの種類"},
    {.name = "n",
     .type = JX_INT,
     .offset = offsetof(struct worn, n),
     .title_ja = "使っている人の数"},
};
static const struct jx_shape worn_shape = JX_SHAPE("FigureWorn", struct worn, worn_fields);

struct figures {
    int kind, colour;
    struct jx_list worn;
};
static const struct jx_field figures_fields[] = {
    {.name = "kind",
     .type = JX_ENUM,
     .choices = AVATAR_KINDS_OPEN,
     .offset = offsetof(struct figures, kind),
     .title_ja = "おまかせで選んだ種類"},
    {.name = "colour",
     .type = JX_ENUM,
     .choices = AVATAR_COLOURS,
     .offset = offsetof(struct figures, colour),
     .title_ja = "おまかせで選んだ色"},
    {.name = "worn",
     .type = JX_LIST,
     .shape = &worn_shape,
     .offset = offsetof(struct figures, worn),
     .title_ja = "どの種類を何人が使っているか"},
};
static const struct jx_shape figures_shape =
    JX_SHAPE("ProfileFigures", struct figures, figures_fields);

static void profile_figures(struct req *req)
{
    struct worn worn[AVATAR_KINDS_N];
    uint32_t counts[AVATAR_KINDS_N];
    struct figures out;
    struct avatar picked;
    struct fail why = {.code = ERR_OK};
    uint64_t random;
    enum err rc = profile_store_worn(req->db, counts, &why);

    if (rc != ERR_OK) {
        reply_fail(req, &why);
        return;
    }
    digest_random(&random, sizeof random);
    picked = avatar_pick(counts, random);
    for (int i = 0; i < AVATAR_KINDS_N; i++)
        worn[i] = (struct worn){i, counts[i]};
    out = (struct figures){picked.kind, picked.colour, {worn, AVATAR_KINDS_N}};
    reply_json(req, 200, &out);
}

/* -- PUT /api/v1/me/profile -- */

struct change_input {
    struct id id;
    int64_t version;
    struct span name, note;
    int kind, colour;
    bool open, private, wave;
};
#define INPUT(type_, name_, member, title) \
    { \
        .name = #name_, .type = (type_), .offset = offsetof(struct change_input, member), \
        .title_ja = (title) \
    }
static const struct jx_field change_fields[] = {
    INPUT(JX_ID, id, id, "変更のID"),
    {.name = "version",
     .type = JX_INT,
     .least = 0,
     .most = JX_MAX_INT,
     .offset = offsetof(struct change_input, version),
     .title_ja = "見ていた版"},
    /* How long they may be profile_rules.h says: a name that stays may be longer. */
    {.name = "name",
     .type = JX_TEXT,
     .most = 200,
     .offset = offsetof(struct change_input, name),
     .title_ja = "なまえ"},
    {.name = "kind",
     .type = JX_ENUM,
     .choices = AVATAR_KINDS_OPEN,
     .offset = offsetof(struct change_input, kind),
     .title_ja = "アバターの種類"},
    {.name = "colour",
     .type = JX_ENUM,
     .choices = AVATAR_COLOURS,
     .offset = offsetof(struct change_input, colour),
     .title_ja = "アバターの色"},
    {.name = "note",
     .type = JX_TEXT,
     .most = 400,
     .offset = offsetof(struct change_input, note),
     .title_ja = "ひとこと"},
    INPUT(JX_BOOL, open, open, "みんなのいるところで話しかけられてよい"),
    INPUT(JX_BOOL, private, private, "ふたりで話そうとさそわれてよい"),
    INPUT(JX_BOOL, wave, wave, "手をふられてよい"),
};
static const struct jx_shape change_shape =
    JX_SHAPE("ProfileChange", struct change_input, change_fields);

struct changing {
    struct req *req;
    struct profile before;
    struct profile_change change;
    int64_t n_day; /* own changes of the last 24 hours, this one included */
};

static enum err change_run(struct tx *tx, void *arg, struct fail *why)
{
    struct changing *c = arg;
    struct access_entry access = access_of(c->req);
    enum err rc = profile_tx(tx, &c->change, why);

    access.object = access.person = c->req->caller.account;
    if (rc == ERR_OK)
        rc = profile_store_count(tx, NULL, c->change.account, c->req->now_utc_us - DAY_US,
                                 &c->n_day, why);
    return rc == ERR_OK ? access_append(tx, &access, why) : rc;
}

static void refuse_taken(struct req *req)
{
    struct jx_defects defects = {0};
    struct fail why = {.code = ERR_NOMEM};

    if (profile_say_taken(req->arena, &defects, &why) == ERR_OK)
        reply_defects(req, &defects);
    else
        reply_fail(req, &why);
}

static void refuse(struct req *req, enum err rc, const struct fail *why)
{
    if (rc == ERR_CONFLICT && strcmp(why->field, "/name") == 0)
        refuse_taken(req);
    else if (rc == ERR_CONFLICT && strcmp(why->field, "/version") == 0)
        reply_problem(req, 409, "profile-changed",
                      "プロフィールが、ほかのところで変わりました。もう一度ひらいてください。");
    else if (rc == ERR_RATE)
        reply_problem(req, 429, "profile-too-often",
                      "プロフィールを変えられる回数を、もう使いました。"
                      "1日たつと、また変えられます。");
    else
        reply_fail(req, why);
}

static void change_done(void *arg, enum err rc, const struct fail *why)
{
    struct changing *c = arg;
    const struct profile_change *change = &c->change;
    const struct profile after = {.display_name = change->name,
                                  .note = change->note,
                                  .avatar = change->avatar,
                                  .ways = change->ways,
                                  .n = change->row.n};
    struct view view;

    if (rc != ERR_OK) {
        refuse(c->req, rc, why);
        return;
    }
    c->req->access_recorded = 1;
    view = view_of(&after, changes_most(c->req) - c->n_day);
    reply_json(c->req, 200, &view);
}

/* False: answered. */
static bool check(struct changing *c, struct fail *why)
{
    struct req *req = c->req;
    struct profile_names names = {.n_schools = 0};
    struct jx_defects defects = {0};
    const struct profile_named named = {req->caller.account, req->caller.role, c->change.name};
    enum err rc = ERR_OK;

    if (!c->change.keeps_name) {
        rc = profile_names_read(req->services, req->db, req->caller.account, req->arena, &names,
                                why);
        if (rc == ERR_OK)
            rc = profile_check_name(req->caller.role, c->change.name, &names, req->arena,
                                    &defects, why);
    }
    if (rc == ERR_OK)
        rc = profile_check_note(c->change.note, req->arena, &defects, why);
    if (rc == ERR_OK && defects.n == 0 && !c->change.keeps_name)
        rc = words_refuse(req->services->words, WORDS_SURFACE_NAME, c->change.name, "/name",
                          "なまえ", req->arena, &defects, why);
    if (rc == ERR_OK && defects.n == 0)
        rc = words_refuse(req->services->words, WORDS_SURFACE_NOTE, c->change.note, "/note",
                          "ひとこと", req->arena, &defects, why);
    if (rc == ERR_OK && defects.n == 0 && !c->change.keeps_name)
        rc =
            profile_check_taken_away(req->services, req->db, &named, req->arena, &defects, why);
    if (rc == ERR_OK && defects.n == 0 && !c->change.keeps_name)
        rc = profile_check_rival(req->services, req->db, &named, req->arena, &defects, why);
    if (rc != ERR_OK)
        reply_fail(req, why);
    else if (defects.n > 0)
        reply_defects(req, &defects);
    return rc == ERR_OK && defects.n == 0;
}

static void profile_change_own(struct req *req)
{
    const struct change_input *in = req->input;
    struct changing *c = req_alloc(req, sizeof *c);
    const struct writer_op op = {change_run, change_done, c};
    struct fail why = {.code = ERR_OK};
    enum err rc;

    if (c == NULL)
        return;
    *c = (struct changing){.req = req};
    rc = profile_of(req->services, req->db, req->caller.account, req->arena, &c->before, &why);
    c->change = (struct profile_change){
        .id = in->id,
        .account = req->caller.account,
        .author = req->caller.account,
        .author_role = req->caller.role,
        .now_utc_us = req->now_utc_us,
        .name = profile_trim(in->name),
        .note = profile_trim(in->note),
        .avatar = {in->kind, in->colour},
        .ways = (in->open ? PROFILE_WAY_OPEN : 0) | (in->private ? PROFILE_WAY_PRIVATE : 0) |
                (in->wave ? PROFILE_WAY_WAVE : 0),
        .n_expected = in->version,
        .n_most = changes_most(req),
    };
    if (rc == ERR_OK) {
        c->change.keeps_name = span_eq(c->change.name, c->before.display_name);
        if (!check(c, &why))
            return;
        rc = profile_seal(req->services->keyring, &c->change, req->arena, &why);
    }
    if (rc == ERR_OK)
        rc = writer_post(req->services->writer, &op, &why);
    if (rc != ERR_OK)
        reply_fail(req, &why);
}

#define OWN \
    .listeners = LISTENER_PUBLIC | LISTENER_OFFICE, .object = OBJECT_OWN, \
    .roles = ROLES_SIGNED_IN

const struct route profile_routes[PROFILE_ROUTES_N] = {
    {
        .name = "profile.show",
        .method = HTTP_GET,
        .path = "/api/v1/me/profile",
        OWN,
        .audit = AUDIT_NONE,
        .output = &view_shape,
        .summary_ja = "自分のプロフィールを見る",
        .handle = profile_show,
    },
    {
        .name = "profile.figures",
        .method = HTTP_GET,
        .path = "/api/v1/me/profile/figures",
        OWN,
        .audit = AUDIT_NONE,
        .output = &figures_shape,
        .summary_ja = "アバターをおまかせで選び、どれがよく使われているかを見る",
        .handle = profile_figures,
    },
    {
        .name = "profile.change",
        .method = HTTP_PUT,
        .path = "/api/v1/me/profile",
        OWN,
        .audit = AUDIT_CHANGE,
        .input = &change_shape,
        .output = &view_shape,
        .summary_ja = "自分のなまえ、アバター、ひとこと、話しかけられ方を変える",
        .handle = profile_change_own,
    },
};
