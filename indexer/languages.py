"""Languages of articles: two letters (ISO 639-1) for each, however a source or a searcher writes it."""

from __future__ import annotations

from typing import NamedTuple


class ArticleLanguage(NamedTuple):
    """A language in which articles appear."""

    code: str
    """ISO 639-1."""
    others: tuple[str, ...]
    """Its codes in ISO 639-2 (B and T)."""
    english: str
    chinese: str
    """As 汉语 names it; with 文 instead of 语 it is read as well."""


LANGUAGES: tuple[ArticleLanguage, ...] = (
    ArticleLanguage("en", ("eng",), "English", "英语"),
    ArticleLanguage("zh", ("chi", "zho"), "Chinese", "汉语"),
    ArticleLanguage("ar", ("ara",), "Arabic", "阿拉伯语"),
    ArticleLanguage("bg", ("bul",), "Bulgarian", "保加利亚语"),
    ArticleLanguage("cs", ("cze", "ces"), "Czech", "捷克语"),
    ArticleLanguage("da", ("dan",), "Danish", "丹麦语"),
    ArticleLanguage("de", ("ger", "deu"), "German", "德语"),
    ArticleLanguage("el", ("gre", "ell"), "Greek", "希腊语"),
    ArticleLanguage("es", ("spa",), "Spanish", "西班牙语"),
    ArticleLanguage("fa", ("per", "fas"), "Persian", "波斯语"),
    ArticleLanguage("fi", ("fin",), "Finnish", "芬兰语"),
    ArticleLanguage("fr", ("fre", "fra"), "French", "法语"),
    ArticleLanguage("he", ("heb",), "Hebrew", "希伯来语"),
    ArticleLanguage("hr", ("hrv", "scr"), "Croatian", "克罗地亚语"),
    ArticleLanguage("hu", ("hun",), "Hungarian", "匈牙利语"),
    ArticleLanguage("id", ("ind",), "Indonesian", "印度尼西亚语"),
    ArticleLanguage("it", ("ita",), "Italian", "意大利语"),
    ArticleLanguage("ja", ("jpn",), "Japanese", "日语"),
    ArticleLanguage("ko", ("kor",), "Korean", "韩语"),
    ArticleLanguage("nl", ("dut", "nld"), "Dutch", "荷兰语"),
    ArticleLanguage("no", ("nor", "nob", "nno"), "Norwegian", "挪威语"),
    ArticleLanguage("pl", ("pol",), "Polish", "波兰语"),
    ArticleLanguage("pt", ("por",), "Portuguese", "葡萄牙语"),
    ArticleLanguage("ro", ("rum", "ron"), "Romanian", "罗马尼亚语"),
    ArticleLanguage("ru", ("rus",), "Russian", "俄语"),
    ArticleLanguage("sk", ("slo", "slk"), "Slovak", "斯洛伐克语"),
    ArticleLanguage("sl", ("slv",), "Slovenian", "斯洛文尼亚语"),
    ArticleLanguage("sr", ("srp", "scc"), "Serbian", "塞尔维亚语"),
    ArticleLanguage("sv", ("swe",), "Swedish", "瑞典语"),
    ArticleLanguage("th", ("tha",), "Thai", "泰语"),
    ArticleLanguage("tr", ("tur",), "Turkish", "土耳其语"),
    ArticleLanguage("uk", ("ukr",), "Ukrainian", "乌克兰语"),
    ArticleLanguage("vi", ("vie",), "Vietnamese", "越南语"),
)
_BY_CODE = {language.code: language for language in LANGUAGES}
_CODES: dict[str, str] = {
    **{
        name.casefold(): language.code
        for language in LANGUAGES
        for name in (
            language.code,
            *language.others,
            language.english,
            language.chinese,
            language.chinese.removesuffix("语") + "文",
        )
    },
    **dict.fromkeys(("中文", "汉文", "华语", "zh-cn", "zh-tw", "zh-hans", "zh-hant", "mandarin"), "zh"),
    **dict.fromkeys(("en-us", "en-gb"), "en"),
}


def language_code(text: str) -> str | None:
    """The two letters of a language that is named or coded in `text`; None where none is known by it."""
    return _CODES.get(" ".join(text.casefold().split()))


def language_name(code: str, interface: str) -> str:
    """What a language is called in an interface in `en` or `zh`; the code itself where it is not known."""
    known = _BY_CODE.get(code)
    if known is None:
        return code
    return known.english if interface == "en" else known.chinese
