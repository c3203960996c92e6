"""One English form for the spellings and numbers of a word: American, and the singular where its plural is not English.

British spellings are turned by the parts of words that they share (haem-, -our, -isation), so that words in no list
are turned as well; `data/spellings_en.txt` has the rest. Greek and Latin plurals are in `data/plurals_en.txt`, those of
whole families (-oses, -omata, -itides, -cocci) in rules here. Regular plurals are the stemmer's.
"""

from __future__ import annotations

import re

from indexer.analysis.lists import read_pairs

SPELLINGS = read_pairs("spellings_en.txt")
"""Words of another spelling than the American one, with that one."""
PLURALS = read_pairs("plurals_en.txt")
"""Plurals, with their singulars."""

_OUR = (
    "arb|ard|arm|behavi|cand|clam|col|demean|enam|endeav|fav|ferv|flav|glam|harb|hon|hum|lab|misdemean|neighb|od|parl|ranc"
    "|rig|rum|sav|savi|splend|succ|tum|val|vap|vig"
)
_DOUBLED = (
    "cance|channe|counse|dia|enamel|equa|fue|funne|initia|jewe|labe|leve|marsha|mode|pane|peda|quarre|refue|riva|shove"
    "|signa|spira|tota|trave|tunne|revea|chise|pencil|unrave|dishevel|marvel"
)

_PARTS: dict[str, str] = {
    rf"({_OUR})our(?!ed?ine)": r"\1or",
    # One of two vowels, where British English writes both.
    r"aem": "em",
    r"paed(?=i|o)": "ped",
    # The o of gastro- is lost as well: gastrooesophageal is gastroesophageal, and both hold oesoph.
    r"o?oesoph": "esoph",
    r"o?oestr": "estr",
    r"o?oedem": "edem",
    r"foet(?=[aiou])": "fet",
    r"rrhoe": "rrhe",
    r"pnoe": "pne",
    r"gynaec": "gynec",
    r"aesthe": "esthe",
    r"paraesth": "paresth",
    r"anaesth": "anesth",
    r"faec": "fec",
    r"coeli(?=a|o)": "celi",
    r"aetio": "etio",
    r"caec(?=[aiou])": "cec",
    r"caesar": "cesar",
    r"caesium": "cesium",
    r"naev": "nev",
    r"praevia": "previa",
    r"palaeo": "paleo",
    r"phaeo": "pheo",
    r"archaeo(?=l)": "archeo",
    r"homoeo": "homeo",
    r"amoeb": "ameb",
    r"melaen": "melen",
    r"chimaer": "chimer",
    r"copoei": "copei",
    r"paeni(?=[ac]s?$)": "peni",
    r"^laevo": "levo",
    r"manoeuv": "maneuv",
    # Other parts.
    r"sulph": "sulf",
    r"leuco(?=[cdeps](?!vor))": "leuko",
    r"(cent|lit|tit|fib|calib)red$": r"\1ered",
    r"(cent|lit|tit|goit|calib|theat)re(?=s?$)": r"\1er",
    r"fibre(?!c)": "fiber",
    r"(?<=[aiou]log)ue(?=s?$)": "",
    rf"\b({_DOUBLED})ll(?=ed$|ing$|ers?$|ors?$|ous$)": r"\1l",
    r"lys(?=e$|ed$|er$|ers$|ing$)": "lyz",
}
_BRITISH = re.compile("|".join(part.replace(r"\b", "^") for part in (re.sub(r"\((?!\?)", "(?:", p) for p in _PARTS)))
_HELD = ("our", "ae", "oe", "ulph", "leuco", "tre", "bre", "ogue", "ll", "lys")
"""Of which each of the parts holds one: looked for first, since most words hold none."""
_REPLACED = [(re.compile(part), american) for part, american in _PARTS.items()]

_ISE = re.compile("([a-z]{3,}?)is(?=(?:e[ds]?|ers?|ing|ations?|ational|able)$)")
_ISE_KEPT = re.compile(
    ".*(?:w|exerc|prom|prec|conc|superv|improv|telev|surpr|compr|exc|inc|circumc|prem|quipo|cru|bru|disgu|franch|rchand"
    "|nterpr|chast|torto|porpo|mala|nna|expert|surm|turquo|advert)|upr|sunr|rev|dev|adv|lia|appra|pra|bra|repr|appr|dem"
    "|desp|parad|treat|pleb"
)
"""What stands before an -ise that no one writes with a z."""

_IS_PLURALS = re.compile(
    "(?:cris|diures|phores|fibros|gnos|lys|metastas|mitos|necros|neuros|psychos|scleros|stenos|symbios|thes|thrombos"
    "|cirrhos|stomos|morphos|ostos|dermatos|keratos|zoonos|mycos|biopros|biontos|arthros|nephros|acidos|dysbios"
    "|saccharidos|cytos|orthos|ptos)es"
)
"""Ends of plurals whose singular ends in -is; Snowball keeps the two apart (analysis: analysi, analyses: analys)."""
_FAMILIES: tuple[tuple[str, str], ...] = (
    ("omata", "oma"),
    ("itides", "itis"),
    ("cocci", "coccus"),
    ("bacilli", "bacillus"),
    ("bacteria", "bacterium"),
)
_PLURALS_OF_FAMILIES = tuple(plural for plural, _ in _FAMILIES)


def american(word: str) -> str:
    """The American spelling of a folded word."""
    word = SPELLINGS.get(word, word)
    if any(map(word.__contains__, _HELD)) and _BRITISH.search(word):
        for part, replacement in _REPLACED:
            word = part.sub(replacement, word)
    if "is" in word and (ending := _ISE.match(word)) and not _ISE_KEPT.fullmatch(ending[1]):
        word = f"{ending[1]}iz{word[ending.end() :]}"
    return word


def singular(word: str) -> str:
    """The singular of a Greek or Latin plural, and of an English one that ends in no s; any other word itself."""
    if word in PLURALS:
        return PLURALS[word]
    if word.endswith("es") and _ends_in_is(word):
        return word[:-2] + "is"
    if word.endswith(_PLURALS_OF_FAMILIES):
        for plural, one in _FAMILIES:
            if word.endswith(plural):
                return word[: -len(plural)] + one
    return word


def other_singular(word: str) -> str | None:
    """The second singular of a plural that two words have: bases are those of base and of basis."""
    return WITH_TWO_SINGULARS.get(word)


WITH_TWO_SINGULARS = {"bases": "basis"}
"""Plurals of two words; their first singular is what `singular` gives."""

_IS_PLURAL_END = re.compile(rf".*{_IS_PLURALS.pattern}")


def _ends_in_is(word: str) -> bool:
    return bool(_IS_PLURAL_END.fullmatch(word))
