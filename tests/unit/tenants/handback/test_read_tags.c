/* tenants/handback/read_tags.h: bag-info.txt and manifests (RFC 8493). */
#include "tenants/handback/read_tags.h"
#include "tests/t.h"

#define SHA \
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" \
    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
#define ROOT "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define HEAD \
    "Source-Organization: 青空市\nBagging-Date: 2026-11-22\nPayload-Oxum: 12.3\n" \
    "Bag-Software-Agent: ibasho 0.1\nIbasho-Format: ibasho-bag/1\n" \
    "Ibasho-Node: 01900000-0000-7000-8000-000000000001\nIbasho-Origin: aozora.ibasho\n"
#define REST \
    "Ibasho-Contract: -\nIbasho-Schema: 92 " ROOT \
    "\nIbasho-Log-Size: 7\nIbasho-Log-Root: " ROOT "\n"

T_CASE(bag_info_reads_its_labels_in_their_order)
{
    static const struct {
        const char *what, *text, *why; /* why NULL: good */
    } rows[] = {
        {"whole", HEAD REST "Ibasho-Count: a 1\nIbasho-Count: b 2\n", NULL},
        {"no table", HEAD REST, NULL},
        {"cut off", HEAD, "line 8: cut off"},
        {"a label left out", HEAD "Ibasho-Schema: 1 x\n", "line 8: Ibasho-Contract is missing"},
        {"counts in disorder", HEAD REST "Ibasho-Count: b 1\nIbasho-Count: a 2\n",
         "line 13: counts are not in the order of their names"},
        {"a count twice", HEAD REST "Ibasho-Count: a 1\nIbasho-Count: a 1\n",
         "line 13: counts are not in the order of their names"},
        {"a count of nothing", HEAD REST "Ibasho-Count: a\n", "line 12: two values are wanted"},
        {"below none", HEAD REST "Ibasho-Count: a -1\n", "line 12: not a number"},
        {"another label", HEAD REST "Other: 1\n", "line 12: Ibasho-Count is missing"},
        {"another format",
         "Source-Organization: a\nBagging-Date: b\nPayload-Oxum: 1.1\n"
         "Bag-Software-Agent: c\nIbasho-Format: ibasho-bag/2\n",
         "line 5: a format this program does not know"},
        {"a control character", "Source-Organization: a\tb\n", "line 1: a control character"},
        {"not UTF-8", "Source-Organization: \xff\n", "line 1: not UTF-8"},
    };
    static struct bag_info info;

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct fail why = {.code = ERR_OK};
        enum err rc = bag_info_read(span_text(rows[i].text), &info, &why);

        T_EQ(rc, rows[i].why == NULL ? ERR_OK : ERR_PROTO, rows[i].what);
        if (rows[i].why != NULL)
            T_TEXT(why.text, rows[i].why, rows[i].what);
    }
    T_EQ(bag_info_read(span_text(rows[0].text), &info, NULL), ERR_OK, "again");
    T_EQ(info.n_bytes, 12, "bytes");
    T_EQ(info.n_files, 3, "files");
    T_EQ(info.schema, 92, "schema");
    T_EQ(info.n_counts, 2, "tables");
    T_EQ(id_is_none(info.contract), true, "no contract");
}

T_CASE(a_manifest_line_names_a_file_below_the_bag)
{
    static const struct {
        const char *what, *line;
        enum err want;
    } rows[] = {
        {"a file", SHA "  data/files/ab", ERR_OK},
        {"one space", SHA " data/a", ERR_PROTO},
        {"no digits", "data/a", ERR_PROTO},
        {"capitals", "CF" SHA "  data/a", ERR_PROTO},
        {"upwards", SHA "  data/../a", ERR_DENIED},
        {"upwards at once", SHA "  ../a", ERR_DENIED},
        {"from the root", SHA "  /etc/passwd", ERR_DENIED},
        {"here", SHA "  ./data/a", ERR_DENIED},
        {"two slashes", SHA "  data//a", ERR_DENIED},
        {"a folder", SHA "  data/", ERR_DENIED},
        {"backwards", SHA "  data\\a", ERR_DENIED},
        {"percent", SHA "  data/%2e%2e/a", ERR_DENIED},
        {"a byte of nothing", SHA "  ", ERR_DENIED},
        {"a return", SHA "  data/a\r", ERR_DENIED},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct bag_entry entry;

        T_EQ(bag_entry_read(span_text(rows[i].line), &entry, NULL), rows[i].want, rows[i].what);
    }
}
