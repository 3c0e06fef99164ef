/* covers: tenants/keys/sheet.c */
/* Typed words and codes are any text; what is read is printed and read as the same again. */
#include "tenants/keys/sheet.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    uint8_t half[KEY_HALF_BYTES] = {0}, again[KEY_HALF_BYTES];
    const char *words[SHEET_N_WORDS];
    struct sheet_trouble trouble;
    char sentence[SHEET_SENTENCE_CAP], all[1024] = "";
    enum err rc = sheet_read(text, half, &trouble, NULL);

    sheet_trouble_ja(&trouble, sentence);
    if ((rc == ERR_INVALID) != (sentence[0] != '\0') || trouble.word < 0)
        abort();
    if (sheet_code_check(ID_NONE, half, text, NULL) == ERR_OK && size < 8)
        abort();
    if (rc != ERR_OK)
        return 0;
    if (sheet_words_of(half, words, NULL) != ERR_OK)
        abort();
    for (int i = 0; i < SHEET_N_WORDS; i++) {
        strcat(all, words[i]);
        strcat(all, "\n");
    }
    if (sheet_read(span_text(all), again, &trouble, NULL) != ERR_OK ||
        memcmp(half, again, sizeof half) != 0)
        abort();
    return 0;
}
