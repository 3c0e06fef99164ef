#include "node/base/role.h"
#include "tenants/tenants.h"

/* A contractor must not be able to loosen what keeps strangers out. */
#define BOARD ROLE_BIT(ROLE_COMMISSIONER)

const struct setting setting_device_binding = {
    .name = "session.device_binding",
    .type = SETTING_BOOL,
    .initial = "true",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "ログインを端末に結びつける",
    .title_en = "Bind sessions to their device",
    .help_ja = "ぬすまれたクッキーだけでは、別の端末から使えないようにします。",
};
const struct setting setting_student_changes_first = {
    .name = "login.student_changes_first_password",
    .type = SETTING_BOOL,
    .initial = "false",
    .roles = BOARD,
    .requirement = "NI-T3-1",
    .title_ja = "児童生徒も、はじめてのログインでパスワードを変える",
    .title_en = "Students change their first password",
    .help_ja = "大人はいつも変えます。児童生徒は、配られたパスワードをそのまま"
               "使うこともできます。",
};
const struct setting setting_child_second_step = {
    .name = "login.child_second_step",
    .type = SETTING_ENUM,
    .choices = "off|pin|picture|choose",
    .initial = "off",
    .roles = BOARD,
    .requirement = "NI-2.3.4-2b",
    .title_ja = "児童生徒の二つめの確認",
    .title_en = "Second step for students",
    .help_ja = "off 使わない、pin 数字、picture 絵の順番、choose "
               "本人が選ぶ。使うかどうかは本人が決"
               "めます。",
};
const struct setting setting_password_least_adult = {
    .name = "login.password_least_adult",
    .type = SETTING_INT,
    .least = 8,
    .most = 64,
    .unit = "文字",
    .initial = "10",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "大人のパスワードの短さの限り",
    .title_en = "Least length of an adult's password",
    .help_ja = "新しく決めるパスワードから、この文字数より短いものを受け付けません。",
};
const struct setting setting_password_least_student = {
    .name = "login.password_least_student",
    .type = SETTING_INT,
    .least = 8,
    .most = 64,
    .unit = "文字",
    .initial = "8",
    .roles = BOARD,
    .requirement = "AI-2.6-オ",
    .title_ja = "児童生徒のパスワードの短さの限り",
    .title_en = "Least length of a student's password",
    .help_ja = "新しく決めるパスワードから、この文字数より短いものを受け付けません。",
};
const struct setting setting_one_time_hours = {
    .name = "login.one_time_hours",
    .type = SETTING_INT,
    .least = 1,
    .most = 168,
    .unit = "時間",
    .initial = "72",
    .roles = BOARD,
    .requirement = "NI-T3-1",
    .title_ja = "一度だけのパスワードが使える時間",
    .title_en = "How long a one-time password lasts",
    .help_ja = "職員が出し直したパスワードは、一度使うか、この時間がたつと使え"
               "なくなります。",
};

const struct setting *const signin_settings[SIGNIN_SETTINGS_N] = {
    &setting_device_binding,       &setting_student_changes_first,  &setting_child_second_step,
    &setting_password_least_adult, &setting_password_least_student, &setting_one_time_hours,
};
