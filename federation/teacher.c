#include "federation/teacher.h"

#include "federation/teacher_priv.h"
#include "node/base/conf.h"

struct federation *teacher_federation(struct req *req)
{
    if (req->services->federation == NULL)
        reply_problem(req, 503, "starting", "ノードの準備がまだ終わっていません。");
    return req->services->federation;
}

struct teacher_step teacher_step_of(const struct req *req, struct id op, struct id card,
                                    enum teacher_step_kind kind, int64_t version)
{
    return (struct teacher_step){
        .id = op,
        .at_utc_us = req->now_utc_us,
        .card = card,
        .kind = kind,
        .version = version,
        .node = req->services->federation->conf.node,
        .code = SPAN(""),
        .by = req->caller.account,
        .role = span_text(role_id(req->caller.role)),
    };
}

struct span teacher_node_name(const struct req *req, const struct registry *registry,
                              struct id node)
{
    const struct fed_member *member = registry == NULL ? NULL : registry_member(registry, node);

    if (member != NULL)
        return arena_copy(req->arena, member->name_ja);
    if (id_eq(node, req->services->federation->conf.node))
        return span_text(conf_text(req->services->conf, "node.title_ja"));
    return SPAN("");
}

void teacher_refuse(struct req *req, const char *code, const struct fail *why)
{
    static const struct {
        const char *code, *title_ja;
    } said[] = {
        {"changed", "見ていたあいだに変わりました。もう一度読みこんで、たしかめてください。"},
        {"withdrawn", "このカードは取り下げられています。"},
        {"not-own", "ほかの自治体のカードです。変えられるのは、作った自治体だけです。"},
        {"cards-full", "カードが多すぎます。使わないカードを取り下げてください。"},
        {"nodes-full", "届けられる自治体の数をこえています。"},
        {"no-member", "登録簿にない、または契約の期間の外にある自治体です。"},
        {"lesson-over", "この授業は、もう終わっています。"},
        {"lesson-cancelled", "この授業は、とりやめになっています。"},
        {"lesson-elsewhere",
         "ほかの自治体が開く授業です。わりあてられるのは、開く自治体だけです。"},
        {"own-first", "この自治体で、まだ承認していません。先にカードを承認してください。"},
        {"not-approved",
         "この授業に参加する自治体のうち、まだこの人を承認していないところがあります。"
         "すべての自治体が承認してから、わりあててください。"},
        {"home-gone", "カードを作った自治体が、いまは連合にいません。"},
        {"slot-there", "この人には、この授業をもうわりあてています。"},
        {"has-part", "この人は、この授業でほかの役をもっています。"},
        {"account-closed",
         "この人のIDは終わっています。新しいカードを作ってもらってください。"},
        {"account-stopped",
         "この人のIDは、いま止まっています。IDのページで再開してから、わりあててください。"},
        {"id-used", "同じIDの別の人がいます。新しいカードを作ってもらってください。"},
    };

    for (size_t i = 0; code != NULL && i < sizeof said / sizeof said[0]; i++)
        if (strcmp(said[i].code, code) == 0) {
            reply_problem(req, 409, said[i].code, said[i].title_ja);
            return;
        }
    reply_fail(req, why);
}
