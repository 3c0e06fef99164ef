/* What staff who may see IDs ask about figures of other towns: carried out at the node where
 * they are at home, so it goes to the feature, which answers. */
#include <stddef.h>

#include "node/place/mirror_priv.h"
#include "node/place/place_commands.h"

#define SEE_IDS \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define WHATS "chat|react|eject|voice"

static const char gone_ja[] = "その人は、いまはいません。";
static const char not_out_ja[] = "その人は、もう入れるようになっています。";
static const char no_line_ja[] = "その文は、もう見えません。";

static const enum mirror_what whats[] = {MIRROR_CHAT, MIRROR_REACT, MIRROR_EJECT, MIRROR_VOICE};

/* NULL: he is on no floor, and was told so. */
static const struct visit *visit_of(struct command_call *call)
{
    const struct visit *visit = place_acted(call)->visit;

    if (visit != NULL && visit->person != NULL)
        return visit;
    command_refuse(call, "not-here", "まだフロアに入っていません。");
    return NULL;
}

/* NULL: there is none on that seat, and was told so. */
static struct mirror_figure *figure_of(struct command_call *call, int64_t seat,
                                       const struct mirror_feature **feature_out)
{
    const struct visit *visit = visit_of(call);
    struct mirror_figure *figure = visit == NULL ? NULL : mirror_at(visit, (uint16_t)seat);

    if (figure != NULL)
        *feature_out = visit->floor->mirror->feature;
    else if (visit != NULL)
        command_refuse(call, err_code(ERR_NOT_FOUND), gone_ja);
    return figure;
}

struct stop_input {
    int64_t seat;
    int what;
    bool on;
};

static void stop(struct command_call *call)
{
    const struct stop_input *input = call->input;
    const struct mirror_feature *feature = NULL;
    struct mirror_figure *figure = figure_of(call, input->seat, &feature);

    if (figure != NULL)
        feature->asked(feature->arg, command_later(call), call->caller->account, figure,
                       whats[input->what], input->on);
}

struct admit_input {
    struct span pseud;
};

static void admit(struct command_call *call)
{
    const struct admit_input *input = call->input;
    const struct visit *visit = visit_of(call);
    const struct mirror *mirror = visit == NULL ? NULL : visit->floor->mirror;

    if (visit == NULL)
        return;
    if (mirror == NULL || !mirror_is_out(mirror, input->pseud)) {
        command_refuse(call, err_code(ERR_NOT_FOUND), not_out_ja);
        return;
    }
    mirror->feature->asked_in(mirror->feature->arg, command_later(call), call->caller->account,
                              input->pseud);
}

struct warn_input {
    int64_t seat;
    struct span template;
    struct id line;
    bool has_line;
};

static void warn(struct command_call *call)
{
    const struct warn_input *input = call->input;
    const struct mirror_feature *feature = NULL;
    struct mirror_figure *figure = figure_of(call, input->seat, &feature);

    if (figure != NULL)
        feature->asked_warn(feature->arg, command_later(call), call->caller->account, figure,
                            input->template, input->has_line ? input->line : ID_NONE);
}

struct hide_input {
    struct id line;
};

static void hide(struct command_call *call)
{
    const struct hide_input *input = call->input;
    const struct visit *visit = visit_of(call);
    const struct mirror *mirror = visit == NULL ? NULL : visit->floor->mirror;

    if (visit == NULL)
        return;
    if (mirror == NULL || visit->copy != 1 || !mirror_has_line(mirror, input->line)) {
        command_refuse(call, err_code(ERR_NOT_FOUND), no_line_ja);
        return;
    }
    call->object = input->line;
    mirror->feature->asked_gone(mirror->feature->arg, command_later(call),
                                call->caller->account, input->line);
}

/* ---- rows ---- */

static const struct jx_field stop_fields[] = {
    {.name = "seat",
     .type = JX_INT,
     .least = 1,
     .most = WORLD_SEATS,
     .offset = offsetof(struct stop_input, seat),
     .title_ja = "相手"},
    {.name = "what",
     .type = JX_ENUM,
     .choices = WHATS,
     .offset = offsetof(struct stop_input, what),
     .title_ja = "止めるもの"},
    {.name = "on",
     .type = JX_BOOL,
     .offset = offsetof(struct stop_input, on),
     .title_ja = "する・しない"},
};
static const struct jx_shape stop_shape =
    JX_SHAPE("FigureStop", struct stop_input, stop_fields);

static const struct jx_field admit_fields[] = {
    {.name = "pseud",
     .type = JX_TEXT,
     .least = 1,
     .most = MIRROR_PSEUD_CAP - 1,
     .offset = offsetof(struct admit_input, pseud),
     .title_ja = "ほかのまちの人の記号"},
};
static const struct jx_shape admit_shape =
    JX_SHAPE("FigureAdmit", struct admit_input, admit_fields);

static const struct jx_field warn_fields[] = {
    {.name = "seat",
     .type = JX_INT,
     .least = 1,
     .most = WORLD_SEATS,
     .offset = offsetof(struct warn_input, seat),
     .title_ja = "相手"},
    {.name = "template",
     .type = JX_TEXT,
     .least = 1,
     .most = 40,
     .offset = offsetof(struct warn_input, template),
     .title_ja = "文例の記号"},
    {.name = "line",
     .type = JX_ID,
     .flags = JX_OPTIONAL,
     .offset = offsetof(struct warn_input, line),
     .has_offset = offsetof(struct warn_input, has_line),
     .title_ja = "どの文についてか"},
};
static const struct jx_shape warn_shape =
    JX_SHAPE("FigureWarn", struct warn_input, warn_fields);

static const struct jx_field hide_fields[] = {
    {.name = "line",
     .type = JX_ID,
     .offset = offsetof(struct hide_input, line),
     .title_ja = "文の番号"},
};
static const struct jx_shape hide_shape =
    JX_SHAPE("FigureHide", struct hide_input, hide_fields);

const struct command mirror_commands[MIRROR_COMMANDS_N] = {
    {.name = "figure.stop",
     .roles = SEE_IDS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &stop_shape,
     .summary_ja = "ほかのまちの人の文字やリアクションや声を止める、外へ出す（職員）",
     .handle = stop},
    {.name = "figure.admit",
     .roles = SEE_IDS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &admit_shape,
     .summary_ja = "外へ出したほかのまちの人を、また入れるようにする（職員）",
     .handle = admit},
    {.name = "figure.warn",
     .roles = SEE_IDS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &warn_shape,
     .summary_ja = "ほかのまちの人に注意を伝える（職員）",
     .handle = warn},
    {.name = "figure.hide",
     .roles = SEE_IDS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &hide_shape,
     .summary_ja = "ほかのまちの人の文をかくす（職員）",
     .handle = hide},
};
