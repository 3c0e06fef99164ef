/* tenants/roster/value.h - single values of a roster package: is this a date, a UUID, a school
 * code? Threads: reentrant. Owns: nothing. */
#ifndef TENANTS_ROSTER_VALUE_H
#define TENANTS_ROSTER_VALUE_H

#include "node/base/span.h"
#include "tenants/roster/roster.h"

/* YYYY-MM-DD, a day that exists. */
bool value_day(struct span text, struct roster_day *day_out);
/* <0, 0, >0 */
int value_day_compare(struct roster_day a, struct roster_day b);
struct roster_day value_day_before(struct roster_day day);
/* One to max_digits digits, no sign. */
bool value_number(struct span text, size_t max_digits, int *number_out);

bool value_is_uuid4(struct span text); /* upper or lower case */
bool value_has_upper(struct span text);
bool value_is_grade(struct span text); /* P1-P6 J1-J3 H1-H3 E1-E3 */
bool value_is_mail(struct span text);
/* Begins with four digits and 年度. */
bool value_is_year_title(struct span text, bool is_all);
/* The 13 characters of a school code and their check digit (MEXT: letter as 01-08, weights 1
 * and 2 in turn over 13 digits, digits of products added). */
bool value_is_school_code(struct span text);
bool value_is_school_digit_good(struct span text);
bool value_is_board_code(struct span text); /* six digits */

bool value_has_halfwidth_kana(struct span text); /* U+FF66-FF9F */
bool value_has_control(struct span text);        /* U+0000-001F, U+007F-009F */
bool value_is_kana(struct span text);            /* hiragana, katakana, marks and spaces */
struct span value_trim(struct span text);        /* spaces, tabs, U+3000 at both ends */

/* Is text one of "a|b|c"? VALUE_CASED: but for upper and lower case. */
enum value_choice { VALUE_NONE, VALUE_CASED, VALUE_CHOSEN };
enum value_choice value_choose(struct span text, const char *choices);

/* Takes the next item of a comma list; false at its end. */
bool value_next_item(struct span *rest, struct span *item_out);

#endif
