/* What a defect of a bag is called and how it is told. */
#include "tenants/handback/check_dir.h"

static const struct {
    const char *code, *text_ja;
} texts[] = {
    {"file.missing", "目録にあるファイルがありません。"},
    {"file.extra", "目録にないファイルがあります。"},
    {"file.kind", "ふつうのファイルでもフォルダでもないもの（リンクなど）があります。"},
    {"file.depth", "フォルダが深すぎます。"},
    {"file.many", "ファイルが多すぎます。"},
    {"file.hash", "ファイルの中身が、目録のハッシュ値と合いません。"},
    {"file.name", "名前がその中身の SHA-256 と合いません。"},
    {"file.lost", "記録にあるファイルがありません。"},
    {"file.unnamed", "どの記録にも出てこないファイルがあります。"},
    {"manifest.form", "目録の行を読み取れません。"},
    {"manifest.path", "目録に、このフォルダの外を指すか、読み違えられる名前があります。"},
    {"manifest.order", "目録の並びが正しくありません。"},
    {"bagit.form", "bagit.txt が BagIt 1.0 のものではありません。"},
    {"info.form", "bag-info.txt を読み取れません。"},
    {"info.schema", "データの版が、このプログラムの版と違います。"},
    {"info.size", "bag-info.txt の大きさとファイル数（Payload-Oxum）が、実物と合いません。"},
    {"info.count", "bag-info.txt の件数が、記録の件数と合いません。"},
    {"info.log", "bag-info.txt の監査記録の数か根が、監査記録と合いません。"},
    {"signature.form", "ibasho-signature.txt を読み取れません。"},
    {"signature.wrong", "ibasho-signature.txt の署名が、このバッグのものではありません。"},
    {"record.form", "記録の行を読み取れません。"},
    {"record.order", "記録の並びが正しくないか、同じ記録が二つあります。"},
    {"record.table", "このプログラムの知らない表の記録があります。"},
    {"record.leaf", "監査記録のない記録があります。"},
    {"leaf.record", "監査記録のある記録がないか、監査記録と違う内容です。"},
    {"leaf.table", "監査記録が、このプログラムの知らない表を指しています。"},
    {"log", "監査記録に異常があります。"},
    {"log.form", "監査記録を読み取れません。"},
    {"witness.signature", "ほかのノードの署名が、その検査点のものではありません。"},
    {"witness.checkpoint", "ほかのノードが署名した検査点が、監査記録にありません。"},
    {"log.past", "これまでの事業者の監査記録が、その名前（SHA-256）と合いません。"},
};

static const char *text_of(const char *code)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].code, code) == 0)
            return texts[i].text_ja;
    invariant(false, "code %s has no text", code);
    return "";
}

static void say_it(struct check_say *say, struct bag_defect *defect)
{
    say->n++;
    defect->text_ja = text_of(defect->code);
    if (defect->detail == NULL)
        defect->detail = "";
    if (say->each != NULL)
        say->each(defect, say->arg);
}

void check_defect(struct check_say *say, const char *code, const char *file, uint64_t line,
                  const char *detail)
{
    struct bag_defect defect = {.code = code, .file = file, .line = line, .detail = detail};

    say_it(say, &defect);
}

void check_leaf_defect(struct check_say *say, const char *code, const char *file, uint64_t seq,
                       const char *detail)
{
    struct bag_defect defect = {
        .code = code, .file = file, .has_seq = true, .seq = seq, .detail = detail};

    say_it(say, &defect);
}
