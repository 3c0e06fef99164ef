#include "node/base/role.h"
#include "node/place/chat_rows.h"

#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_chat_pupil_talk = {
    .name = "chat.pupil_talk",
    .type = SETTING_BOOL,
    .initial = "false",
    .roles = BOARD,
    .requirement = "AI-2.4-オ",
    .title_ja = "児童生徒どうしの、ふたりだけの文字の会話",
    .title_en = "Private text between pupils",
    .help_ja = "「はい」にすると、相手がよいと言ったときだけ、ふたりで話せます。"
               "職員との会話は、いつでもできます。どの会話も記録され、職員が確かめられます。",
};
const struct setting setting_chat_text_most = {
    .name = "chat.text_most",
    .type = SETTING_INT,
    .least = 20,
    .most = 500,
    .unit = "文字",
    .initial = "200",
    .roles = BOARD,
    .requirement = "AI-2.4-エ",
    .title_ja = "文字チャットの一回の長さ",
    .title_en = "Characters of one line of text",
    .help_ja = "これより長い文は、送れません。次の文から変わります。",
};
const struct setting setting_chat_log_days = {
    .name = "log.chat_days",
    .type = SETTING_INT,
    .least = 30,
    .most = 3653,
    .unit = "日",
    .initial = "1827",
    .roles = BOARD,
    .requirement = "KP-3-安全-3",
    .title_ja = "文字チャットの記録を残す日数",
    .title_en = "Days the record of text is kept",
    .help_ja = "だれがいつどこでだれに何を書いたかの記録です。この日数がすぎると、"
               "毎日の処理で消えます。",
};

const struct setting *const chat_settings[CHAT_SETTINGS_N] = {
    &setting_chat_pupil_talk, &setting_chat_text_most, &setting_chat_log_days};
