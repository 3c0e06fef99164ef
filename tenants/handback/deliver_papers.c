/* What lies beside the parts: the signed list, sums, a script, steps. */
#include <stddef.h>
#include <stdio.h>

#include "node/base/hex.h"
#include "node/base/wholefile.h"
#include "tenants/certificate/jws.h"
#include "tenants/handback/deliver_priv.h"

#define PARTS_TYPE "ibasho-parts/1"

static const char open_sh[] =
    "#!/bin/sh\n"
    "# sh open.sh KEY.pem DIR - 渡された部品を開き、欠けがないことを確かめます。\n"
    "set -eu\n"
    "key=$1 to=$2\n"
    "sha256sum --check --quiet parts.sha256\n"
    "mkdir -p \"$to\"\n"
    "for part in part-*.cms; do\n"
    "    openssl cms -decrypt -binary -inform DER -in \"$part\" -inkey \"$key\" || exit 1\n"
    "done | tar -x -f - -C \"$to\"\n"
    "cd \"$to/ibasho-bag\" && sha512sum --check --quiet tagmanifest-sha512.txt && "
    "sha512sum --check --quiet manifest-sha512.txt && echo \"全部そろっています: $to\"\n";

static const char open_ja[] =
    "渡されたデータの開き方\n"
    "======================\n"
    "\n"
    "part-0001.cms から始まる部品は、自治体の証明書にあわせて鍵がかけてあります。開けるのは、\n"
    "その証明書の秘密鍵（ここでは town-key.pem）を持つ人だけです。開いた先には氏名や相談の\n"
    "内容が入っています。庁内の、許された端末で開いてください。\n"
    "\n"
    "■ Linux\n"
    "\n"
    "  このフォルダで、開く先のフォルダの名前を決めて、次のように打ちます。\n"
    "    sh open.sh town-key.pem henkan\n"
    "\n"
    "■ Windows 10・11\n"
    "\n"
    "  openssl が要ります（Git for Windows に入っています）。tar は Windows に入っています。\n"
    "  コマンド プロンプトでこのフォルダに移り、次の順に打ちます。\n"
    "\n"
    "  1. 鍵を開く（部品の数だけ、くり返し行われます）\n"
    "    for %p in (part-*.cms) do openssl cms -decrypt -binary -inform DER -in %p"
    " -inkey town-key.pem -out %~np.bin\n"
    "  2. 一つにつなぐ（番号の順になります）\n"
    "    copy /b part-*.bin bag.tar\n"
    "  3. 取り出す\n"
    "    mkdir henkan\n"
    "    tar -x -f bag.tar -C henkan\n"
    "  4. 途中のファイルを消す\n"
    "    del part-*.bin bag.tar\n"
    "\n"
    "  1 で「Error」と出たら、その部品が傷んでいるか、鍵が違います。番号を控えて、渡した\n"
    "  事業者に知らせてください。その部品だけ送りなおせます。\n"
    "\n"
    "■ 開いたら\n"
    "\n"
    "  henkan\\ibasho-bag\\data\\README.ja.txt をはじめにお読みください。\n"
    "\n"
    "  部品の一覧は parts.json（署名つき）と parts.sha256 "
    "にあります。部品がそろっているかは、\n"
    "    sha256sum --check parts.sha256   （Windows では certutil -hashfile part-0001.cms "
    "SHA256）\n"
    "  で確かめられます。\n";

/* ---- the signed list ---- */

struct list {
    struct span bag, origin, certificate;
    struct id node;
    struct jx_list parts;
};
#define TEXT(struct_, name_, member) \
    { \
        .name = (name_), .type = JX_TEXT, .least = 1, .most = 200, \
        .offset = offsetof(struct struct_, member), .title_ja = (name_) \
    }
#define NUMBER(name_, member) \
    { \
        .name = (name_), .type = JX_INT, .least = 0, .most = JX_MAX_INT, \
        .offset = offsetof(struct deliver_part, member), .title_ja = (name_) \
    }
static const struct jx_field part_fields[] = {
    NUMBER("number", number),
    NUMBER("bytes", n_bytes),
    NUMBER("plain_bytes", n_plain_bytes),
    TEXT(deliver_part, "file", file),
    TEXT(deliver_part, "sha256", sha256),
    TEXT(deliver_part, "plain_sha256", plain_sha256),
};
static const struct jx_shape part_shape =
    JX_SHAPE("HandbackPart", struct deliver_part, part_fields);
static const struct jx_field list_fields[] = {
    TEXT(list, "bag", bag),
    TEXT(list, "origin", origin),
    TEXT(list, "certificate", certificate),
    {.name = "node", .type = JX_ID, .offset = offsetof(struct list, node), .title_ja = "node"},
    {.name = "parts",
     .type = JX_LIST,
     .least = 1,
     .most = 9999,
     .offset = offsetof(struct list, parts),
     .shape = &part_shape,
     .title_ja = "parts"},
};
static const struct jx_shape list_shape = JX_SHAPE("HandbackParts", struct list, list_fields);

static struct span hex_of(const struct hash256 *hash, struct arena *arena)
{
    char *text = arena_alloc(arena, 2 * HASH256_BYTES + 1);

    if (text == NULL)
        return SPAN_NONE;
    hex_write(hash->b, sizeof hash->b, text);
    return span_of(text, 2 * HASH256_BYTES);
}

static enum err fill(struct deliver_part *parts, int n, struct arena *arena, struct fail *why)
{
    for (int i = 0; i < n; i++) {
        struct deliver_part *p = &parts[i];
        const char *file = arena_printf(arena, "part-%04d.cms", i + 1);

        p->file = file == NULL ? SPAN_NONE : span_text(file);
        p->sha256 = hex_of(&p->hash, arena);
        p->plain_sha256 = hex_of(&p->plain_hash, arena);
        if (p->file.p == NULL || p->sha256.p == NULL || p->plain_sha256.p == NULL)
            return fail_set(why, ERR_NOMEM, "%d parts", n);
    }
    return ERR_OK;
}

static enum err write_file(const struct deliver_conf *conf, const char *name, struct span bytes,
                           struct fail *why)
{
    char path[WHOLEFILE_PATH_CAP];

    snprintf(path, sizeof path, "%s/%s", conf->dir, name);
    return wholefile_replace(path, bytes, why);
}

static enum err write_list(const struct deliver_conf *conf, const char *bag,
                           struct deliver_part *parts, int n, struct arena *arena,
                           struct fail *why)
{
    struct hash256 certificate = part_town_sha256(conf->town);
    const struct list list = {.bag = span_text(bag),
                              .origin = span_text(conf->origin),
                              .certificate = hex_of(&certificate, arena),
                              .node = conf->node,
                              .parts = {parts, (size_t)n}};
    struct jws_signer signer;
    struct span text = SPAN_NONE;
    enum err rc = jws_signer_of_log(conf->keyring, &signer, why);

    if (rc == ERR_OK)
        rc = jws_write_shape(PARTS_TYPE, &list_shape, &list, &signer, 1, arena, &text, why);
    return rc == ERR_OK ? write_file(conf, "parts.json", text, why) : rc;
}

/* As sha256sum reads it. */
static enum err write_sums(const struct deliver_conf *conf, const struct deliver_part *parts,
                           int n, struct arena *arena, struct fail *why)
{
    size_t line = 2 * HASH256_BYTES + 2 + 13 + 1;
    char *text = arena_alloc(arena, (size_t)n * line + 1), *at = text;

    if (text == NULL)
        return fail_set(why, ERR_NOMEM, "%d parts", n);
    for (int i = 0; i < n; i++)
        at += snprintf(at, line + 1, "%.*s  %.*s\n", SPAN_ARG(parts[i].sha256),
                       SPAN_ARG(parts[i].file));
    return write_file(conf, "parts.sha256", span_of(text, (size_t)(at - text)), why);
}

enum err deliver_papers(const struct deliver_conf *conf, const char *bag,
                        struct deliver_part *parts, int n, struct arena *arena,
                        struct fail *why)
{
    enum err rc = fill(parts, n, arena, why);

    if (rc == ERR_OK)
        rc = write_sums(conf, parts, n, arena, why);
    if (rc == ERR_OK)
        rc = write_file(conf, "open.sh", span_text(open_sh), why);
    if (rc == ERR_OK)
        rc = write_file(conf, "open.ja.txt", span_text(open_ja), why);
    return rc == ERR_OK ? write_list(conf, bag, parts, n, arena, why) : rc;
}
