"""Texts for property tests: any characters at all, and medical ones in odd company."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = [
    *(
        "非小细胞肺癌",
        "并非手术",
        "非ST段",
        "从不吸烟",
        "去氧肾上腺素",
        "2型糖尿病肾病",
        "維生素D",
        "乾燥綜合徵",
        "南京市长江大桥",
        "薴",
        "々〇",
        "㍿",
        "抗凝血酶",
        "治疗效果",
    ),
    *(
        "IL-6",
        "anti-PD-L1-induced",
        "non-small-cell",
        "TNF-α/β",
        "Crohn’s",
        "don't",
        "1,234.5",
        "p<.05",
        "7.5%",
        "2019,100",
        "x—y",
        "a/b-c",
    ),
    *(
        "½",
        "Ⅱ",
        "℃",
        "ﬁ",
        "e\u0301",
        "\u0301",
        "İ",
        "ß",
        "ＩＬ－６",
        "ﾊﾞ",
        "\u1112\u1161\u11ab",
        "각",
        "Ж",
        "שלום",
        "मी",
        "😀",
    ),
    *(
        "\u00ad",
        "\u200b",
        "\ufe0f",
        "\ufeff",
        "\ud800",
        "\x00",
        "\u0345",
        "\u0f73",
        "'",
        "-",
        ".",
        ",",
        " ",
        "\n",
        "。",
        "（",
    ),
]

fragments = st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join)
anything = st.text(st.characters(exclude_categories=()), max_size=20)
texts = st.one_of(fragments, anything, st.tuples(fragments, anything, fragments).map("".join))

MIXED = [
    *("癌", "年", "患者", "腎病", "肾病", "的", "检验", "〇"),
    *("a", "b", "ab", "T", "IL-6", "CT", "crohn’s", "α", "TNF-α", "ж", "ж\u0301", "カ", "non small"),
    *("1", "12", "2021", "0.05", "3.5", "1,234", ".05", "5", "2018,201", "1a"),
    *("<", ">", "=", "≤", "<=", "> ", "= ", "%", " %", "＜", "％", "≧"),
    *("ＣＴ", "３", "Ⅱ", "㎎", "½", "²", "⁻⁹", "℃", "’"),
    *(" ", " ", ",", ".", "-", "\n", "、", "。", "（", "　", "\u200b"),
]
mixtures = st.lists(st.sampled_from(MIXED), min_size=1, max_size=14).map("".join)
"""Chinese among Latin words, numbers and signs."""
