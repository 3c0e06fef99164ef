/* What staff who may see IDs ask about figures of other towns: carried out at the node where
 * they are at home, so it goes to the feature, which answers. */
#include <stddef.h>

#include "node/place/mirror_priv.h"
#include "node/place/place_commands.h"

#define SEE_IDS \
    (ROLE_BIT(ROLE_SUPPORTER) | ROLE_BIT(ROLE_COMMISSIONER) | ROLE_BIT(ROLE_CONTRACTOR))
#define WHATS "chat|react|eject"

static const char gone_ja[] = "その人は、いまはいません。";
static const char no_line_ja[] = "その文は、もう見えません。";

static const enum mirror_what whats[] = {MIRROR_CHAT, MIRROR_REACT, MIRROR_EJECT};

/* NULL: he is on no floor, and was told so. */
static const struct visit *visit_of(struct command_call *call)
{
    const struct visit *visit = place_acted(call)->visit;

    if (visit != NULL && visit->person != NULL)
        return visit;
    command_refuse(call, "not-here", "まだフロアに入っていません。");
    return NULL;
}

struct stop_input {
    int64_t seat;
    int what;
    bool on;
};

static void stop(struct command_call *call)
{
    const struct stop_input *input = call->input;
    const struct visit *visit = visit_of(call);
    const struct mirror_feature *feature;
    struct mirror_figure *figure;

    if (visit == NULL)
        return;
    figure = mirror_at(visit, (uint16_t)input->seat);
    if (figure == NULL) {
        command_refuse(call, err_code(ERR_NOT_FOUND), gone_ja);
        return;
    }
    feature = visit->floor->mirror->feature;
    feature->asked(feature->arg, command_later(call), call->caller->account, figure,
                   whats[input->what], input->on);
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
     .summary_ja = "ほかのまちの人の文字やリアクションを止める、外へ出す（職員）",
     .handle = stop},
    {.name = "figure.hide",
     .roles = SEE_IDS,
     .object = OBJECT_ANY_HERE,
     .audit = AUDIT_CHANGE,
     .input = &hide_shape,
     .summary_ja = "ほかのまちの人の文をかくす（職員）",
     .handle = hide},
};
