/* tenants/people/life_words.h - what the node makes up for a new ID: a login name that a child
 * can type and that says nothing about school or name, a first password of the same kind, a
 * neutral display name (KP-3-安全-1, AI-4.3-カ). Letters and digits that look alike (i l o 0 1)
 * never occur; hyphens, which Japanese input turns into something else, neither. Threads: any.
 */
#ifndef TENANTS_PEOPLE_LIFE_WORDS_H
#define TENANTS_PEOPLE_LIFE_WORDS_H

#define LIFE_LOGIN_CAP    16 /* "sakura4729" */
#define LIFE_PASSWORD_CAP 24 /* "kame4729hana63" */
#define LIFE_DISPLAY_CAP  24 /* "ほし47" */

void life_login_make(char out[LIFE_LOGIN_CAP]);
/* At least 30 bits: enough against ten tries until an account is locked, until it is used. */
void life_password_make(char out[LIFE_PASSWORD_CAP]);
/* One of 1,980; after so many tries that were taken, one of 198,000. */
#define LIFE_DISPLAY_TRIES 40
void life_display_make(int n_tried, char out[LIFE_DISPLAY_CAP]);

#endif
